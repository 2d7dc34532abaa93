"""Which field a question gets, and the row it stands in: label, field, message, remark, reason.

Owns the mapping from a question's kind and widget to a part of the kit, and keeping a row current without ever
overwriting what the hand is typing.
"""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget

from sidumba_field.services.files.views import Offer, Preview
from sidumba_field.services.views import ItemView
from sidumba_field.ui.screens.form.twin import TwinPanel
from sidumba_field.ui.viewmodels.speech import tell
from sidumba_field.ui.widgets.choice_list import choice_field
from sidumba_field.ui.widgets.choices import MOST_PILLS
from sidumba_field.ui.widgets.code_fields import CodeField, DateField, NikField, PhoneField, PointField
from sidumba_field.ui.widgets.field_base import EditField, FieldState
from sidumba_field.ui.widgets.field_row import FIELD_WIDTH, WIDE_WIDTH, FieldRow
from sidumba_field.ui.widgets.label import Label
from sidumba_field.ui.widgets.lookup import LookupField
from sidumba_field.ui.widgets.message import Sign
from sidumba_field.ui.widgets.photos import PhotoField
from sidumba_field.ui.widgets.rich_text import RichText, Run
from sidumba_field.ui.widgets.text_fields import LongTextField, MoneyField, NumberField, TextField

#: Codes of a fixed number of digits (spec/domain.md 1.4).
CODE_LENGTHS = {"kk": 16, "nib": 13, "npwp": 16, "nip": 18, "digits3": 3}
CHOICES = ("select_one", "select_multiple")
_TOP = Qt.AlignmentFlag.AlignTop


def is_lookup(item: ItemView) -> bool:
    """Whether its choices come by searching."""
    return item.lookup or item.kind == "lookup"


def make_field(row: ItemRow, item: ItemView) -> QWidget:
    """The part of the kit a question is answered with."""
    if is_lookup(item):
        return LookupField(None, row.label_of, item.label, show_codes=item.widget in ("lookup", "kbli"))
    return plain_field(item)


def plain_field(item: ItemView) -> QWidget:
    """The part of the kit for a question that needs nothing from its form: no search, no place."""
    name = item.label
    if item.kind in CHOICES and not item.readonly:
        choices = [(choice.value, choice.label) for choice in item.choices]
        return choice_field(
            choices, multiple=item.kind == "select_multiple", name=name, exclusive=item.exclusive
        )
    if item.kind == "binary":
        return PhotoField(name, documents=item.widget == "document")
    return _typed_field(item, name)


def _typed_field(item: ItemView, name: str) -> QWidget:
    if item.readonly:
        return TextField(name)
    if item.kind == "date":
        return DateField(name)
    if item.kind in ("int", "decimal"):
        if item.widget == "money":
            return MoneyField(name)
        return NumberField(name, decimals=item.kind == "decimal", grouped=item.widget != "year")
    if item.widget == "nik":
        return NikField(name)
    if item.kind == "geopoint":
        return PointField(name)
    if item.widget == "phone":
        return PhoneField(name)
    if item.widget in CODE_LENGTHS:
        return CodeField(name, length=CODE_LENGTHS[item.widget])
    return LongTextField(name, lines=2) if item.widget == "multiline" else TextField(name)


def width_of(item: ItemView) -> int:
    """Width of its field in px; 0 takes the row."""
    listed = item.kind == "select_one" and len(item.choices) > MOST_PILLS
    if item.kind == "binary" or (item.kind in CHOICES and not (item.readonly or listed or is_lookup(item))):
        return 0
    wide = is_lookup(item) or listed or item.widget == "multiline"
    wide = wide or (item.kind == "text" and item.widget in ("", "name"))
    return WIDE_WIDTH if wide else FIELD_WIDTH


class ItemRow(QWidget):
    """One question. Signals carry its path; ``edited`` while typing, ``chosen`` for answers that are whole at once."""

    edited = Signal(str, str)
    chosen = Signal(str, str)
    committed = Signal(str)
    backed = Signal(str)
    focused = Signal(str)
    reason_given = Signal(str, str)
    reply_given = Signal(str, str)
    rows_wanted = Signal(str, str)
    file_chosen = Signal(str, object)
    photo_wanted = Signal(str, str)
    twin_taken = Signal(object)  # Offer
    twin_looked = Signal(object)  # QImage

    def __init__(self, item: ItemView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.item = item
        self.twin: TwinPanel | None = None
        self.field: QWidget = make_field(self, item)
        self.row = FieldRow(item.label, self.field, sub=self._sub(item), width=width_of(item))
        self._remark = RemarkLine()
        self._reason: ReasonEditor | None = None
        self._under = QVBoxLayout()
        self._under.setContentsMargins(172, 0, 0, 0)
        self._under.setSpacing(4)
        self._under.addWidget(self._remark)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.row)
        column.addLayout(self._under)
        self._connect()
        self.show_item(item, keep=False)

    @staticmethod
    def _sub(item: ItemView) -> str:
        if item.readonly:
            return tell("form.calculated")
        if width_of(item) != FIELD_WIDTH and item.hint:
            return item.hint
        optional = tell("form.optional")
        return "" if item.required or optional in item.hint.lower() else optional

    def label_of(self, code: str) -> str | None:
        """Words of the code that is answered now, as the services read them."""
        return self.item.shown if code == self.item.value and self.item.shown != code else None

    def _connect(self) -> None:
        field = self.field
        path = self.item.path
        if isinstance(field, PhotoField):
            field.chosen.connect(lambda file: self.file_chosen.emit(path, file))
        whole = isinstance(field, LookupField) or not isinstance(field, EditField | LongTextField)
        sender = self.chosen if whole else self.edited
        field.edited.connect(lambda value: sender.emit(path, value))  # type: ignore[attr-defined]
        field.committed.connect(lambda: self.committed.emit(path))  # type: ignore[attr-defined]
        field.backed.connect(lambda: self.backed.emit(path))  # type: ignore[attr-defined]
        field.focused.connect(lambda: self.focused.emit(path))  # type: ignore[attr-defined]
        if isinstance(field, LookupField):
            field.rows_wanted.connect(lambda typed: self.rows_wanted.emit(path, typed))

    # -- keeping current

    def has_hand(self) -> bool:
        """Whether the keyboard is in it."""
        focus = QApplication.focusWidget()
        return focus is not None and (focus is self.field or self.field.isAncestorOf(focus))

    def hand_rect(self) -> QRect:
        """The question with its messages; a toast keeps off it."""
        return self.rect()

    def value(self) -> str:
        """What stands in the field, stored way."""
        return str(self.field.value())  # type: ignore[attr-defined]

    def fits(self, item: ItemView) -> bool:
        """Whether this row can show ``item``, or the question has become another kind of thing."""
        same = item.label == self.item.label and item.kind == self.item.kind
        return same and item.readonly == self.item.readonly and item.required == self.item.required

    def show_item(self, item: ItemView, *, keep: bool) -> None:
        """Show the services' newest view; ``keep`` leaves the field's own text alone."""
        self.item = item
        field = self.field
        if item.kind in CHOICES and not is_lookup(item) and not item.readonly:
            set_choices = getattr(field, "set_choices", None)
            if set_choices is not None:
                set_choices([(choice.value, choice.label) for choice in item.choices])
        if not keep or isinstance(field, PhotoField):
            # Nothing is typed into a photo: the hand on its button does not keep a new answer out.
            field.set_value(item.shown if item.readonly and not is_lookup(item) else item.value)  # type: ignore[attr-defined]
        field.set_readonly(item.readonly)  # type: ignore[attr-defined]
        if isinstance(field, PhotoField) and item.value != self._photo:
            self._photo = item.value
            if self.twin is not None:
                self.twin.close_offer()
            if item.value:
                self.photo_wanted.emit(item.path, item.value)
        if isinstance(field, NikField):
            field.set_valid(bool(item.value) and not item.error)
        self._show_messages(item)

    _photo = ""

    def show_photo(self, preview: Preview) -> None:
        """The picture that belongs to the answer; empty when it is not on this laptop."""
        if isinstance(self.field, PhotoField):
            picture = QImage.fromData(preview.picture) if preview.picture else QImage()
            self.field.show_photo(picture, note=preview.note)

    def seek_twin(self, done: int, total: int) -> None:
        """A smaller twin of the file is looked for: page ``done`` of ``total``."""
        self._twin_panel().seek(done, total)

    def show_twin(self, offer: Offer | None) -> None:
        """A smaller twin to take or leave; None ends the question."""
        if offer is not None and offer.name == self.item.value:
            self._twin_panel().show_offer(offer)
        elif self.twin is not None:
            self.twin.close_offer()

    def _twin_panel(self) -> TwinPanel:
        if self.twin is None:
            self.twin = TwinPanel()
            self.twin.taken.connect(self.twin_taken)
            self.twin.looked.connect(self.twin_looked)
            self._under.addWidget(self.twin)
        return self.twin

    def _show_messages(self, item: ItemView) -> None:
        if width_of(item) == FIELD_WIDTH or item.readonly:
            self.row.set_help(item.hint or ("" if item.widget == "money" else item.unit))
        if item.error:
            self.row.show_message(item.error, "error")
        elif item.warning and not item.reason:
            # The keycap says the key; the sentence need not name it twice.
            self.row.show_message(item.warning.removesuffix(" F2."), "warning", "F2")
        elif item.why:
            why = tell(f"form.why_{item.why}")
            still = item.required and not item.refusable
            words = tell("form.why_still", why=why) if still else why
            self.row.show_message(words, "warning" if still else "info", "F9")
        elif item.reason:
            self.row.show_message(tell("form.reason_shown", reason=item.reason), "info", "F2")
        else:
            self.row.show_message("")
        facts = tuple(part.strip() for part in item.reading.split("·") if part.strip())
        self.row.show_strip(tell("form.read_from", label=item.label), facts if not item.readonly else ())
        if item.readonly and item.reading:
            self.row.message.show_message(item.reading, "help")
        self._remark.show_remark(item.remark, item.remark_by)

    def set_locked(self, locked: bool) -> None:
        """The whole record may not be changed now."""
        self.field.set_readonly(locked or self.item.readonly)  # type: ignore[attr-defined]

    # -- reason (F2)

    def ask_reason(self, *, reply: bool) -> None:
        """Open the line for a reason, or for an answer to the remark."""
        if self._reason is None:
            self._reason = ReasonEditor()
            self._reason.given.connect(self._reason_given)
            self._reason.cancelled.connect(self._close_reason)
            self._under.addWidget(self._reason)
        self._reason.open(tell("form.reply" if reply else "form.reason"), "" if reply else self.item.reason)
        self._replying = reply

    _replying = False

    def _reason_given(self, text: str) -> None:
        (self.reply_given if self._replying else self.reason_given).emit(self.item.path, text)
        self._close_reason()

    def _close_reason(self) -> None:
        if self._reason is not None:
            self._reason.hide()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def pending_reason(self) -> None:
        """Hand on a reason that is typed but not confirmed, before the screen is left."""
        if self._reason is not None and self._reason.isVisible() and self._reason.text():
            (self.reply_given if self._replying else self.reason_given).emit(
                self.item.path, self._reason.text()
            )
            self._reason.hide()


class RemarkLine(QWidget):
    """A verifier's remark below its field."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(Sign("message-square", "state.vermilion.fg"), 0, _TOP)
        self._text = RichText("small")
        row.addWidget(self._text, 1)
        self.hide()

    def show_remark(self, text: str, by: str) -> None:
        """Quote it; "" hides the line."""
        runs = (Run(f"“{text}” ", "state.vermilion.fg"), Run(by, "text.secondary"))
        self._text.set_runs(runs)
        self.setVisible(bool(text))


class ReasonEditor(QWidget):
    """One line for a reason: Enter keeps it, Escape leaves it."""

    given = Signal(str)
    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = Label("", "small", "secondary")
        self._edit = _ReasonField()
        self._edit.committed.connect(self._keep)
        self._edit.cancelled.connect(self.cancelled)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 2)
        column.setSpacing(2)
        column.addWidget(self._label)
        column.addWidget(self._edit)
        self.setMaximumWidth(WIDE_WIDTH)

    def open(self, label: str, text: str) -> None:
        """Show it with the reason known so far."""
        self._label.setText(label)
        self._edit.setAccessibleName(label)
        self._edit.set_value(text)
        self.show()
        self._edit.setFocus(Qt.FocusReason.TabFocusReason)

    def text(self) -> str:
        """What is typed."""
        return self._edit.value().strip()

    def _keep(self) -> None:
        if self.text():
            self.given.emit(self.text())
        else:
            self.cancelled.emit()


class _ReasonField(TextField):
    cancelled = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape leaves the reason as it was."""
        if event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
            return
        super().keyPressEvent(event)


def state_of(item: ItemView) -> FieldState:
    """How a question looks in a list of problems."""
    if item.error:
        return FieldState.ERROR
    return FieldState.WARNING if item.warning and not item.reason else FieldState.REST
