"""Screen 02, Isi Formulir: sections at the left, questions in the middle, help at the right.

Owns the keys of the form (design/UI.md section 6) and what the frame around the questions says: title, posisi, tanda
kirim, how far, what is wrong. Every answer leaves by an operation the moment it is whole; nothing waits for a button.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from sidumba_field.services.views import ItemView, Refusal
from sidumba_field.ui.operations import entry as operations
from sidumba_field.ui.screens.form.body import FormBody
from sidumba_field.ui.screens.form.differ import FormDiffer
from sidumba_field.ui.screens.form.summary import NarrowBar, SummaryCard
from sidumba_field.ui.screens.parts import Ground
from sidumba_field.ui.screens.review.side import PhotoSheet
from sidumba_field.ui.theme import size
from sidumba_field.ui.viewmodels.desk import Desk
from sidumba_field.ui.viewmodels.notice import Notice
from sidumba_field.ui.viewmodels.speech import tell
from sidumba_field.ui.widgets.banner import Banner
from sidumba_field.ui.widgets.button import Button
from sidumba_field.ui.widgets.chips import MarkIcon, StateChip
from sidumba_field.ui.widgets.help_panel import HelpPanel
from sidumba_field.ui.widgets.label import Label
from sidumba_field.ui.widgets.page_header import PageHeader
from sidumba_field.ui.widgets.progress import ThinBar
from sidumba_field.ui.widgets.section_list import SectionItem, SectionList
from sidumba_field.ui.widgets.speech import language
from sidumba_field.ui.widgets.toast import Toast
from sidumba_field.words import money

_HINTS = (
    ("Return", "form.hint_next"),
    ("Shift+Return", "form.hint_back"),
    ("Ctrl+D", "form.hint_copy_row"),
    ("Ctrl+Del", "form.hint_delete_row"),
    ("Ctrl+Z", "form.hint_undo"),
    ("F1", "form.hint_help"),
)


#: Begins the correction of a signed record.
AGAIN = "Ctrl+Shift+N"
#: What F9 says in turn (meta "@why/<path>"); "" is an open question.
WHYS = ("", "menolak", "tidak_tahu")


class FormScreen(QWidget):
    """Isi Formulir."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._narrow, self._help_wish = False, True
        self.setAccessibleName(tell("nav.form"))
        self.header = PageHeader(framed=True, back=True)
        self.chip, self.mark = StateChip(), MarkIcon(words=True)
        self.finish_button = Button(tell("form.finish"), "primary", shortcut="Ctrl+Return")
        self.sections = SectionList()
        self.summary, self.narrow_bar = SummaryCard(), NarrowBar()
        self.narrow_bar.hide()
        self.body = FormBody(desk.form)
        self.help = HelpPanel([(keys, tell(words)) for keys, words in _HINTS])
        self.differ = FormDiffer(desk)
        self.sheet = PhotoSheet(self)
        self._locked = Banner("slate", "")
        self._fill_header()
        self._lay_out()
        self._connect()
        self._add_keys()

    # -- building

    def _fill_header(self) -> None:
        self.header.add_chip(self.chip)
        self.header.add_chip(self.mark)
        self.header.end_chips()
        self._count = Label("", "small", "secondary", numbers=True)
        self._bar = ThinBar()
        self._bar.setFixedWidth(84)
        for part in (self._count, self._bar, self.finish_button):
            self.header.add_action(part)

    def _lay_out(self) -> None:
        self._left = Ground("bg.app", "right")
        self._left.setFixedWidth(size("sectionNav"))
        left = QVBoxLayout(self._left)
        left.setContentsMargins(8, 10, 9, 10)
        left.addWidget(self.sections, 1)
        left.addWidget(self.summary)
        middle = Ground("bg.surface")
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        note = QHBoxLayout()
        note.setContentsMargins(20, 0, 20, 0)
        note.addWidget(self._locked)
        column.addLayout(note)
        column.addWidget(self.differ)
        column.addWidget(self.narrow_bar)
        column.addWidget(self.body, 1)
        self._right = Ground("bg.app", "left")
        right = QVBoxLayout(self._right)
        right.setContentsMargins(1, 0, 0, 0)
        right.addWidget(self.help)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._left)
        row.addWidget(middle, 1)
        row.addWidget(self._right)
        self._row = row
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(0)
        page.addWidget(self.header)
        page.addLayout(row, 1)

    def _connect(self) -> None:
        desk, model, body = self._desk, self._desk.form, self.body
        model.opened.connect(self._opened)
        model.changed.connect(body.refresh)
        model.changed.connect(lambda *_: self._show_help(body.here()))
        model.progress.connect(self._show_progress)
        model.refused.connect(self._refused)
        model.choices_found.connect(body.offer)
        model.photo_read.connect(body.show_photo)
        model.twin_sought.connect(body.seek_twin)
        model.twin_found.connect(body.show_twin)
        body.typed.connect(model.typed)
        body.chosen.connect(model.chosen)
        body.reason_given.connect(partial(operations.explain, desk))
        body.reply_given.connect(self._reply)
        body.choices_wanted.connect(partial(operations.find_choices, desk))
        body.file_chosen.connect(partial(operations.attach, desk))
        body.photo_wanted.connect(partial(operations.load_photo, desk))
        body.twin_taken.connect(partial(operations.take_smaller, desk))
        body.twin_looked.connect(self.sheet.show_image)
        body.row_wanted.connect(partial(operations.new_row, desk))
        body.row_dropped.connect(partial(operations.drop_row, desk))
        body.here_changed.connect(self._show_help)
        body.section_changed.connect(self._mark_section)
        body.ended.connect(lambda: self.finish_button.setFocus(Qt.FocusReason.TabFocusReason))
        for places in (self.sections, self.narrow_bar):
            places.opened.connect(self._open_section)
        for counts in (self.summary, self.narrow_bar):
            counts.problem.clicked.connect(self.next_problem)
            counts.empty.clicked.connect(self.next_empty)
            counts.notes.clicked.connect(self.next_note)
        self.finish_button.clicked.connect(self.finish)
        self._locked.acted.connect(partial(operations.begin_again, desk))
        self.help.use_wanted.connect(self.use_last_year)
        self.help.copy_wanted.connect(self.copy_last_year)
        self.header.went_back.connect(self.go_back)

    def _add_keys(self) -> None:
        keys: tuple[tuple[str, Callable[[], None]], ...] = (
            ("F1", self.toggle_help),
            ("F2", self.ask_reason),
            ("F6", self.next_empty),
            ("F7", self.next_note),
            ("F8", self.next_problem),
            ("F9", self.refuse),
            ("Ctrl+Down", lambda: self._section_step(+1)),
            ("Ctrl+Up", lambda: self._section_step(-1)),
            ("Ctrl+Y", self.redo),
        )
        for text, act in keys:
            shortcut = QShortcut(QKeySequence(text), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)
        self._undo_key = QShortcut(QKeySequence("Ctrl+Z"), self)
        self._undo_key.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._undo_key.activated.connect(self.undo)
        self._undo_key.activatedAmbiguously.connect(self.undo)

    # -- the shell's questions

    def first_focus(self) -> QWidget | None:
        """The first problem, else the first empty question, else the first."""
        model = self._desk.form
        if model.view is None:
            return None
        wanted = (*model.view.notes[:1], *model.problems()[:1], *model.view.empty[:1], *model.stops()[:1])
        for path in wanted:
            if self.body.go_to(path):
                break
        return None

    def on_leave(self) -> None:
        """Everything typed is handed on before another screen shows, the open cell of a table included."""
        self.body.settle_editors()
        self.body.settle_reasons()
        operations.leave(self._desk)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape that no field wanted for itself: back to Beranda."""
        if event.key() == Qt.Key.Key_Escape:
            self.go_back()
        else:
            super().keyPressEvent(event)

    def set_narrow(self, below_1180: bool, below_1000: bool) -> None:
        """Help floats below 1180 px; below 1000 the section list is a field above the questions."""
        self._narrow = below_1180
        self._left.setFixedWidth(226 if below_1180 else size("sectionNav"))
        self._left.setVisible(not below_1000)
        self.narrow_bar.setVisible(below_1000)
        self.body.set_tight(below_1000)
        self.mark.setVisible(not below_1000)
        self._bar.setVisible(not below_1000)
        self._place_help()

    def _place_help(self) -> None:
        if self._narrow:
            shown = self._help_wish is False
            if self._row.indexOf(self._right) >= 0:
                self._row.removeWidget(self._right)
            self._right.setParent(self)
            self._right.setGeometry(
                self.width() - self.help.width() - 1,
                self.header.height(),
                self.help.width() + 1,
                self.height() - self.header.height(),
            )
            self._right.setVisible(shown)
            self._right.raise_()
            return
        if self._row.indexOf(self._right) < 0:
            self._row.addWidget(self._right)
        self._right.setVisible(self._help_wish)

    def toggle_help(self) -> None:
        """F1."""
        self._help_wish = not self._help_wish
        self._place_help()

    # -- showing

    def _opened(self) -> None:
        view = self._desk.form.view
        if view is None:
            return
        self.body.open()
        self.chip.set_position(view.posisi, view.posisi_label)
        self.finish_button.setVisible(view.editable)
        again = tell("form.begin_again") if view.may_begin_again else ""
        self._locked.show_note("", view.why_locked, action=again, shortcut=AGAIN)
        self._show_progress()
        self._show_help("")

    def _show_progress(self) -> None:
        model = self._desk.form
        view = model.view
        if view is None:
            return
        subtitle = " · ".join(part for part in (view.number, view.version_text) if part)
        self.header.set_title(view.title or tell("form.untitled"), subtitle)
        self.mark.set_mark(view.mark.value, view.mark_text)
        self._count.setText(tell("form.count", filled=view.filled, total=view.total))
        self._bar.set_progress(view.filled, view.total)
        items = [
            SectionItem(s.key, s.letter, s.label, s.filled, s.total, s.errors, s.warnings)
            for s in view.sections
        ]
        self.sections.set_items(items)
        here = model.section_of(self.body.here())
        self._mark_section(here)
        self.narrow_bar.show_sections(view.sections, here)
        counts = (len(model.problems()), len(model.warned()), len(view.empty), len(view.notes))
        self.summary.show_counts(*counts)
        self.narrow_bar.show_counts(*counts)

    def _mark_section(self, key: str) -> None:
        if key:
            self.sections.go_to(key)
            self.narrow_bar.drop.set_value(key)

    def _show_help(self, path: str) -> None:
        model = self._desk.form
        item = model.item(path)
        if item is None:
            repeat = model.view.repeats.get(path) if model.view is not None else None
            self.help.show_help(repeat.code if repeat else "", repeat.label if repeat else "", "")
            self.help.show_last_year("", "")
        else:
            row = self._row_number(path)
            code = " · ".join(part for part in (item.code, tell("form.row", row=row) if row else "") if part)
            self.help.show_help(code, item.label, item.help or item.hint)
            year = item.previous_period or tell("form.last_year")
            self.help.show_last_year(year, item.previous_shown or self._previous(item))
        self._show_remark(path)

    @staticmethod
    def _previous(item: ItemView) -> str:
        if item.widget == "money" and item.previous.isdigit():
            return money(int(item.previous), language())
        return next((c.label for c in item.choices if c.value == item.previous), item.previous)

    def _row_number(self, path: str) -> int:
        model = self._desk.form
        if "[" not in path or model.view is None:
            return 0
        head, _, rest = path.partition("[")
        repeat = model.view.repeats.get(head)
        row = rest.partition("]")[0]
        return repeat.rows.index(row) + 1 if repeat is not None and row in repeat.rows else 0

    def _show_remark(self, path: str) -> None:
        model = self._desk.form
        remarks = model.view.remarks if model.view is not None else ()
        open_ones = [remark for remark in remarks if not remark.answered]
        remark = next((r for r in remarks if r.path == path), open_ones[0] if open_ones else None)
        if remark is None:
            self.help.show_remark("", "", "")
            return
        item = model.item(remark.path)
        label = item.label if item is not None else remark.label
        self.help.show_remark(
            tell("form.remark_on", label=label) if label else tell("form.remark"),
            remark.text,
            f"{remark.by_name}, {remark.when}",
        )

    # -- keys

    def finish(self) -> None:
        """Ctrl+Enter: everything handed on, then the step forward; a refusal goes to the first problem."""
        self.body.settle_editors()
        self.body.settle_reasons()
        operations.finish(self._desk)

    def _refused(self, refusal: Refusal) -> None:
        for path in refusal.paths:
            if self.body.go_to(path):
                break
        self._desk.say(Notice(refusal.sentence, "amber", details=refusal.details or refusal.code))

    def next_problem(self) -> None:
        """F8."""
        self._to(self._desk.form.next_problem(self.body.here()), "form.no_problem")

    def next_empty(self) -> None:
        """F6."""
        self._to(self._desk.form.next_empty(self.body.here()), "form.no_empty")

    def next_note(self) -> None:
        """F7."""
        self._to(self._desk.form.next_note(self.body.here()), "form.no_note")

    def _to(self, path: str, none: str) -> None:
        if not path or not self.body.go_to(path):
            self._desk.say(Notice(tell(none)))

    def _section_step(self, step: int) -> None:
        path = self._desk.form.beside_section(self.body.here(), step)
        if path:
            self.body.go_to(path)

    def _open_section(self, key: str) -> None:
        path = self._desk.form.first_of_section(key)
        if path:
            self.body.go_to(path)

    def ask_reason(self) -> None:
        """F2: the reason for a warning, or an answer to a remark."""
        model, here = self._desk.form, self.body.here()
        item, row = model.item(here), self.body.row(here)
        if item is None or row is None or not (item.warning or item.reason or item.remark):
            self._desk.say(Notice(tell("form.no_reason")))
            return
        row.ask_reason(reply=not (item.warning or item.reason))

    def refuse(self) -> None:
        """F9: the respondent refuses, F9 again: does not know, once more: back to an open question."""
        here = self.body.here()
        item, row = self._desk.form.item(here), self.body.row(here)
        if item is None or row is None or item.readonly or not row.field.isEnabled():
            self._desk.say(Notice(tell("form.no_why")))
            return
        after = WHYS[(WHYS.index(item.why) + 1) % len(WHYS)] if item.why in WHYS else ""
        row.field.set_value("")  # type: ignore[attr-defined]
        operations.refuse(self._desk, here, after)

    def _reply(self, path: str, text: str) -> None:
        for remark in self._desk.form.remarks_on(path):
            operations.reply(self._desk, remark.id, text)

    def use_last_year(self) -> None:
        """Ctrl+': last year's answer becomes this year's."""
        here = self.body.here()
        item = self._desk.form.item(here)
        if item is not None and item.previous and not item.readonly:
            row = self.body.row(here)
            if row is not None:
                row.show_item(replace(item, value=item.previous, shown=item.previous_shown), keep=False)
            self._desk.form.chosen(here, item.previous)

    def copy_last_year(self) -> None:
        """Ctrl+Shift+': all that was answered last year, where nothing is answered yet; Ctrl+Z takes it back."""
        self.body.settle_editors()
        operations.copy_last_year(self._desk)

    def undo(self) -> None:
        """Ctrl+Z: what the toast offers to take back, else the last answer or row."""
        toast = getattr(self.window(), "toast", None)
        if isinstance(toast, Toast) and toast.offers_undo():
            toast.undo()
        else:
            operations.undo(self._desk)

    def redo(self) -> None:
        """Ctrl+Y."""
        operations.redo(self._desk)

    def go_back(self) -> None:
        """Back to Beranda; floating help goes first."""
        if self._narrow and self._right.isVisible():
            self.toggle_help()
            return
        self._desk.go.emit("home")
