"""The questions of Isi Formulir in one long page: sections, rows, tables, and the way from one to the next.

Owns building rows lazily, keeping them current from deltas, and moving the hand; what a key means is decided by the
screen, where it goes by the model.
"""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from sidumba_field.services.files.views import Offer, Preview
from sidumba_field.services.views import ChoiceView, RepeatView, SectionView
from sidumba_field.ui.screens.form.fields import ItemRow
from sidumba_field.ui.screens.form.table import TableBlock
from sidumba_field.ui.screens.form.wait import PatientStep
from sidumba_field.ui.screens.parts import scroll
from sidumba_field.ui.viewmodels.form import FormModel
from sidumba_field.ui.widgets.field_base import EditField
from sidumba_field.ui.widgets.label import Label
from sidumba_field.ui.widgets.lookup import LookupField

ABOVE = 44  # px kept in sight above the row that gets the hand
_NOTE = "note"


class SectionBlock(QWidget):
    """Letter and name of a section, then its rows in reading order."""

    def __init__(self, section: SectionView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key = section.key
        self._parts: list[QWidget] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(9)
        head = QWidget()
        line = QVBoxLayout(head)
        line.setContentsMargins(0, 0, 0, 2)
        line.addWidget(_section_title(section))
        column.addWidget(head)
        self._column = column

    def arrange(self, parts: list[QWidget]) -> None:
        """Show exactly these, in this order."""
        if parts == self._parts:
            return
        for gone in self._parts:
            if gone not in parts:
                gone.hide()
        for at, part in enumerate(parts, start=1):
            item = self._column.itemAt(at)
            if item is None or item.widget() is not part:
                self._column.insertWidget(at, part)
            part.show()
        self._parts = list(parts)


def _section_title(section: SectionView) -> QWidget:
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    row.addWidget(Label(section.letter, "section", "secondary"))
    row.addWidget(Label(section.label, "section"), 1)
    return holder


class FormBody(QWidget):
    """The page. Signals: what the hands did, with paths; ``here_changed`` when the hand is on another question."""

    here_changed = Signal(str)
    section_changed = Signal(str)
    ended = Signal()  # Enter on the last question
    typed = Signal(str, str)
    chosen = Signal(str, str)
    reason_given = Signal(str, str)
    reply_given = Signal(str, str)
    choices_wanted = Signal(str, str)
    file_chosen = Signal(str, object)
    photo_wanted = Signal(str, str)
    twin_taken = Signal(object)
    twin_looked = Signal(object)
    row_wanted = Signal(str, str)
    row_dropped = Signal(str, str, str)

    def __init__(self, model: FormModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._rows: dict[str, ItemRow] = {}
        self._tables: dict[str, TableBlock] = {}
        self._notes: dict[str, Label] = {}
        self._sections: dict[str, SectionBlock] = {}
        self._here = ""
        self._page = QWidget()
        self._column = QVBoxLayout(self._page)
        self._column.setContentsMargins(20, 14, 20, 24)
        self._column.setSpacing(18)
        self._column.addStretch(1)
        self.area: QScrollArea = scroll(self._page)
        self.patient = PatientStep(model, self._page)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.area)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._focus_moved)

    def set_tight(self, tight: bool) -> None:
        """Below 1000 px the margins give way before a field does."""
        side = 12 if tight else 20
        self._column.setContentsMargins(side, 14, side, 24)

    # -- building

    def open(self) -> None:
        """Another record is in hand: begin anew."""
        self.patient.forget()
        for block in self._sections.values():
            self._column.removeWidget(block)
            block.hide()
            block.deleteLater()
        self._rows, self._tables, self._notes, self._sections = {}, {}, {}, {}
        self._here = ""
        view = self._model.view
        if view is None:
            return
        for section in view.sections:
            block = self._sections[section.key] = SectionBlock(section)
            self._column.insertWidget(self._column.count() - 1, block)
        self._arrange()
        self.area.verticalScrollBar().setValue(0)

    def _arrange(self) -> None:
        view = self._model.view
        if view is None:
            return
        ordered: list[QWidget] = []
        for section in view.sections:
            parts = [part for part in map(self._part, section.order) if part is not None]
            self._sections[section.key].arrange(parts)
            ordered += [self._inner(part) for part in parts]
        for before, after in pairwise(ordered):
            QWidget.setTabOrder(before, after)

    @staticmethod
    def _inner(part: QWidget) -> QWidget:
        if isinstance(part, ItemRow):
            return part.field
        return part.table if isinstance(part, TableBlock) else part

    def _part(self, path: str) -> QWidget | None:
        view = self._model.view
        assert view is not None
        if path in view.repeats:
            return self._tables.get(path) or self._make_table(view.repeats[path])
        item = view.items.get(path)
        if item is None or not item.relevant:
            return None
        if item.kind == _NOTE:
            if path not in self._notes:
                self._notes[path] = Label(item.label, "body", "secondary", wrap=True)
            return self._notes[path]
        row = self._rows.get(path)
        if row is None or not row.fits(item):
            if row is not None:
                row.hide()
                row.deleteLater()
            row = self._make_row(path)
        return row

    def _make_row(self, path: str) -> ItemRow:
        view = self._model.view
        assert view is not None
        row = self._rows[path] = ItemRow(view.items[path])
        row.field.installEventFilter(self)
        row.edited.connect(self.typed)
        row.chosen.connect(self.chosen)
        row.committed.connect(lambda p: self.step(p, +1))
        row.backed.connect(lambda p: self.step(p, -1))
        row.focused.connect(self._arrived)
        row.reason_given.connect(self.reason_given)
        row.reply_given.connect(self.reply_given)
        row.rows_wanted.connect(self.choices_wanted)
        row.file_chosen.connect(self.file_chosen)
        row.photo_wanted.connect(self.photo_wanted)
        row.twin_taken.connect(self.twin_taken)
        row.twin_looked.connect(self.twin_looked)
        if not view.editable:
            row.set_locked(True)
        if row.item.kind == "binary" and row.item.value:
            self.photo_wanted.emit(path, row.item.value)
        return row

    def _make_table(self, repeat: RepeatView) -> TableBlock:
        view = self._model.view
        assert view is not None
        block = self._tables[repeat.path] = TableBlock(self._model, repeat)
        block.cell_typed.connect(self.chosen)
        block.row_wanted.connect(self.row_wanted)
        block.row_dropped.connect(self.row_dropped)
        block.committed.connect(lambda p: self.step(p, +1))
        block.backed.connect(lambda p: self.step(p, -1))
        block.focused.connect(self._arrived)
        block.rows_wanted.connect(self.choices_wanted)
        if not view.editable:
            block.set_locked(True)
        return block

    # -- keeping current

    def refresh(self, paths: frozenset[str], force: bool) -> None:
        """Show what a delta changed; the field under the hand keeps its own text unless ``force``."""
        view = self._model.view
        if view is None:
            return
        hand = self.here()
        self._arrange()
        for path in paths:
            row = self._rows.get(path)
            if row is not None and path in view.items:
                keep = self._model.is_held(path) or (row.has_hand() and not force)
                row.show_item(view.items[path], keep=keep)
                if not view.editable:
                    row.set_locked(True)
            block = self._tables.get(path)
            if block is not None:
                block.show_repeat(view.repeats[path])
        lost = self._rows.get(hand)
        if lost is not None and lost.isHidden() and QApplication.focusWidget() is None:
            self.step(hand, +1)

    def offer(self, path: str, typed: str, choices: tuple[ChoiceView, ...]) -> None:
        """Rows a lookup asked for."""
        row = self._rows.get(path)
        if row is not None and isinstance(row.field, LookupField):
            row.field.offer(typed, [(choice.value, choice.label) for choice in choices])
        for block in self._tables.values():
            block.offer(path, typed, choices)

    def show_photo(self, path: str, preview: Preview) -> None:
        """A picture that was asked for."""
        row = self._rows.get(path)
        if row is not None:
            row.show_photo(preview)

    def seek_twin(self, path: str, done: int, total: int) -> None:
        """A smaller twin of a file is looked for."""
        row = self._rows.get(path)
        if row is not None:
            row.seek_twin(done, total)

    def show_twin(self, path: str, offer: Offer | None) -> None:
        """A smaller twin of a file to take or leave, or that there is none."""
        row = self._rows.get(path)
        if row is not None:
            row.show_twin(offer)

    def row(self, path: str) -> ItemRow | None:
        """The row of a question, if it was ever shown."""
        return self._rows.get(path)

    def table(self, path: str) -> TableBlock | None:
        """The table of a repeat."""
        return self._tables.get(path)

    # -- the hand

    def here(self) -> str:
        """The path the hand is on, or was on last."""
        return self._here

    def _arrived(self, path: str) -> None:
        if path == self._here:
            return
        self.patient.drop()
        before = self._model.section_of(self._here)
        self._here = path
        self.here_changed.emit(path)
        section = self._model.section_of(path)
        if section != before:
            self.section_changed.emit(section)

    def _focus_moved(self, old: QWidget | None, new: QWidget | None) -> None:
        """Leaving a field settles it: what came back meanwhile may now stand in it."""
        if old is None or not self._page.isAncestorOf(old):
            if new is not None and self._page.isAncestorOf(new):
                self._into_sight(new)
            return
        self._model.settle()
        for path, row in self._rows.items():
            if row.field is old or row.field.isAncestorOf(old):
                item = self._model.item(path)
                if item is not None and not self._model.is_held(path) and row.value() != item.value:
                    row.show_item(item, keep=False)
        if new is not None and self._page.isAncestorOf(new):
            self._into_sight(new)

    def _into_sight(self, widget: QWidget) -> None:
        part: QWidget | None = widget
        while part is not None and not isinstance(part, ItemRow | TableBlock):
            part = part.parentWidget()
        if part is None:
            return
        top = part.mapTo(self._page, QPoint(0, 0)).y()
        bar, shown = self.area.verticalScrollBar(), QRect(0, 0, 1, part.height())
        if top - ABOVE < bar.value():
            bar.setValue(top - ABOVE)
        elif top + shown.height() + 16 > bar.value() + self.area.viewport().height():
            bar.setValue(
                top + min(shown.height() + 16, self.area.viewport().height()) - self.area.viewport().height()
            )

    def _stops(self) -> list[str]:
        """Rows and tables that take answers, in reading order."""
        view = self._model.view
        if view is None:
            return []
        found = []
        for section in view.sections:
            for path in section.order:
                item = view.items.get(path)
                if path in view.repeats or (
                    item is not None and item.relevant and not item.readonly and item.kind != _NOTE
                ):
                    found.append(path)
        return found

    def step(self, path: str, by: int) -> None:
        """To the question after (+1) or before (-1), once the answers on their way say which one that is."""
        self.patient.take(lambda: self._step(path, by))

    def _step(self, path: str, by: int) -> None:
        if self._model.view is None:
            return
        stops = self._stops()
        every = [p for s in self._model.view.sections for p in s.order]
        if path in stops:
            at = stops.index(path) + by
        else:
            here = every.index(path) if path in every else -1
            later = [n for n, stop in enumerate(stops) if (every.index(stop) > here) == (by > 0)]
            at = (later[0] if by > 0 else later[-1]) if later else len(stops)
        if at >= len(stops):
            self.ended.emit()
        elif at >= 0:
            self.go_to(stops[at], backwards=by < 0, into=True)

    def go_to(self, path: str, *, backwards: bool = False, into: bool = False) -> bool:
        """Put the hand on a question or a cell; False if it is not on the page.

        ``into``: going on from the question before, the hand is on a cell of a table, not on the table as such.
        """
        head = path.split("[", 1)[0]
        block = self._tables.get(path) or (self._tables.get(head) if "[" in path else None)
        if block is not None:
            if "[" in path:
                block.focus_cell(path)
            else:
                reason = Qt.FocusReason.BacktabFocusReason if backwards else Qt.FocusReason.TabFocusReason
                block.table.setFocus(reason)
            if not into or self._here.split("[", 1)[0] != head:
                self._arrived(path)
            self._into_sight(block)
            return True
        row = self._rows.get(path)
        if row is None:
            return False
        target = row.field.focusProxy() or row.field
        target.setFocus(Qt.FocusReason.TabFocusReason)
        self._arrived(path)
        self._into_sight(row)
        return True

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes where Enter goes: to the question that is next once the answers on their way are here."""
        path = next((path for path, row in self._rows.items() if row.has_hand()), "")
        if not path or (not forward and path == next(iter(self._stops()), "")):
            return super().focusNextPrevChild(forward)
        self.step(path, +1 if forward else -1)
        return True

    def settle_editors(self) -> None:
        """Whatever field or cell is open gives up what was typed in it: losing the focus is what makes it do so."""
        focus = QApplication.focusWidget()
        if focus is None or not self._page.isAncestorOf(focus):
            return
        focus.clearFocus()
        for block in self._tables.values():
            # A cell tells what it held by a queued signal; leaving cannot wait for the next turn of the loop.
            QCoreApplication.sendPostedEvents(block.table.view(), QEvent.Type.MetaCall)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ctrl+Z and Ctrl+Y belong to the record unless the field has own typing to take back or bring back."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and isinstance(watched, EditField)
        ):
            back = event.matches(QKeySequence.StandardKey.Undo) and not watched.can_take_back()
            again = event.matches(QKeySequence.StandardKey.Redo) and not watched.isRedoAvailable()
            if back or again:
                event.ignore()
                return True
        return super().eventFilter(watched, event)

    def settle_reasons(self) -> None:
        """Reasons typed but not confirmed go out before the screen is left."""
        for row in self._rows.values():
            row.pending_reason()
