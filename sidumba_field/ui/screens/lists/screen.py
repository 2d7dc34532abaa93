"""Screen 03, Daftar data: everything of the person's area, found while typing, and what is done with many at once.

Owns the keys of lists (design/UI.md section 6): arrows, Enter, Space, Ctrl+Space, Shift, Ctrl+A, Esc, T, E, Ctrl+P,
Ctrl+L for filters, Ctrl+F for the search. Nothing here waits: the last list stands until the next one is there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from sidumba_field.services.lists.exporting import Format
from sidumba_field.services.lists.views import ListRow, PeekView, Person
from sidumba_field.ui.operations import listing as operations
from sidumba_field.ui.operations.listing import told
from sidumba_field.ui.screens.lists.head import ListHead
from sidumba_field.ui.screens.lists.panels import ExportLine, ListPanels, PeekPanel
from sidumba_field.ui.screens.parts import Ground
from sidumba_field.ui.theme import space
from sidumba_field.ui.viewmodels.desk import Desk
from sidumba_field.ui.viewmodels.notice import Notice
from sidumba_field.ui.widgets.banner import Banner, EmptyState, LoadingRows
from sidumba_field.ui.widgets.bulk_bar import BarAction, BulkBar
from sidumba_field.ui.widgets.found_table import FoundColumn, FoundRow, FoundTable
from sidumba_field.ui.widgets.glyphs import POSITIONS

LOADING_MS = 150  # nothing is shown for so long; only then grey rows
BAR_ROOM = 60  # px kept free below the last row while the bar floats there
EMPTY_WIDTH = 460


class ListScreen(QWidget):
    """Daftar data."""

    toast_above = 104

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._model = desk, desk.lists
        self._stop_export: Callable[[], None] | None = None
        self._arriving = True
        self.setAccessibleName(told("title"))
        self.head = ListHead()
        self.copy = Banner("amber", "")
        self._copy_text = ""
        self.export_line = ExportLine()
        self.table = FoundTable(name=told("column.list"))
        self.panels = ListPanels(self, desk)
        self.peek = PeekPanel(self)
        self.bar = BulkBar(self, told("bulk.name"), _actions())
        self._empty = EmptyState("", bare=True)
        self._lay_out()
        self._loading = QTimer(self)
        self._loading.setSingleShot(True)
        self._loading.setInterval(LOADING_MS)
        self._loading.timeout.connect(self._show_loading)
        self._connect()
        self._add_keys()

    # -- building

    def _lay_out(self) -> None:
        self.copy.hide()
        self.export_line.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        notes = QVBoxLayout()
        notes.setContentsMargins(space(7), 0, space(7), 0)
        notes.setSpacing(4)
        notes.addWidget(self.copy)
        notes.addWidget(self.export_line)
        column.addLayout(notes)
        column.addWidget(self.head.tabs_row)
        nothing = Ground("bg.surface", "top")
        middle = QVBoxLayout(nothing)
        middle.setContentsMargins(space(7), space(8), space(7), 0)
        self._nothing = QVBoxLayout()
        middle.addLayout(self._nothing)
        middle.addStretch(1)
        waiting = Ground("bg.surface", "top")
        grey = QVBoxLayout(waiting)
        grey.setContentsMargins(space(7), space(5), space(7), 0)
        grey.addWidget(LoadingRows())
        grey.addStretch(1)
        self._stack = QStackedWidget()
        for part in (self.table, nothing, waiting, QWidget()):
            self._stack.addWidget(part)
        self._stack.setCurrentIndex(3)
        column.addWidget(self._stack, 1)

    def _connect(self) -> None:
        model, desk = self._model, self._desk
        model.framed.connect(self._show_frame)
        model.found.connect(self._show_found)
        model.asking.connect(self._asking)
        model.failed.connect(self._failed)
        model.filling_changed.connect(self._show_filling)
        model.chosen_changed.connect(self._show_chosen)
        model.columns_changed.connect(self._show_columns)
        model.columns_changed.connect(partial(operations.keep_columns, desk))
        model.looked.connect(self._show_peek)
        self.head.searched.connect(lambda text: self._ask(text=text))
        self.head.into_list.connect(self._into_list)
        self.head.tabs.chosen.connect(lambda posisi: self._ask(posisi=posisi))
        self.head.chip_opened.connect(lambda path: self.panels.open_values(path, self.head.chip(path)))
        self.head.chip_removed.connect(lambda path: self._filter(path, ()))
        self.head.filter.clicked.connect(lambda: self.panels.open_filters(self.head.filter))
        self.head.columns.clicked.connect(lambda: self.panels.open_columns(self.head.columns))
        self.head.export.clicked.connect(
            lambda: self.panels.open_export(self.head.export, self._export, all_found=True)
        )
        self.panels.filtered.connect(self._filter)
        self.panels.sorted_by.connect(self._sort)
        self.table.found.wanted.connect(lambda page: operations.fetch(desk, page, self._put))
        self.table.is_chosen = model.is_chosen
        self.table.opened.connect(self._open)
        self.table.looked.connect(self._look)
        self.table.toggled.connect(model.toggle)
        self.table.stretched.connect(model.stretch)
        self.table.scrolled.connect(self._say_rows)
        self.table.head.sorted_by.connect(self._sort)
        self.table.head.all_toggled.connect(model.choose_all)
        self.bar.acted.connect(self._act)
        self.export_line.cancelled.connect(self._cancel_export)

    def _add_keys(self) -> None:
        keys: tuple[tuple[str, Callable[[], None]], ...] = (
            ("Ctrl+L", lambda: self.panels.open_filters(self.head.filter)),
            ("F6", self._cycle),
        )
        for text, act in keys:
            shortcut = QShortcut(QKeySequence(text), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)

    # -- the shell's questions

    def first_focus(self) -> QWidget:
        """The list, or the search while nothing is found."""
        return self.table if self._stack.currentIndex() == 0 else self.head.search

    def on_show(self, **given: object) -> None:
        """A village chosen with Ctrl+K narrows the list to it."""
        unit = given.get("unit")
        if isinstance(unit, str) and unit:
            self._model.ask(filters={"@unit": (unit,)}, text="", posisi="")
            self.head.show_text("")
        self._arriving = True
        self._say_rows()

    def on_leave(self) -> None:
        """Panels close; the truth bar's right part is this screen's."""
        self.panels.close_all()
        self.peek.hide()
        self._truth_note("")

    def set_narrow(self, below_1180: bool, below_1000: bool) -> None:
        """Less room: the actions of the head say less, the tabs stand closer."""
        self.head.set_narrow(below_1180, below_1000)
        self.bar.place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.bar.place()
        self.peek.place()

    def _cycle(self) -> None:
        """F6: search, tabs, list, bulk bar, truth bar."""
        truth = getattr(self.window(), "truth", None)
        first = self.bar.buttons["export"]
        stops: list[QWidget] = [self.head.search, self.head.tabs, self.table, first]
        if truth is not None:
            stops.append(truth.segment("connection"))
        stops = [stop for stop in stops if stop.isVisible()]
        hand = self.window().focusWidget()
        at = next((n for n, stop in enumerate(stops) if stop is hand), -1)
        stops[(at + 1) % len(stops)].setFocus(Qt.FocusReason.TabFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """What the list leaves: select all, clear, and letters that act only where no text is edited."""
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if event.key() == Qt.Key.Key_Escape and self._escape():
            return
        if event.key() == Qt.Key.Key_A and held == Qt.KeyboardModifier.ControlModifier:
            self._model.add_all()
        elif event.key() == Qt.Key.Key_T and not held:
            self._act("assign")
        elif event.key() == Qt.Key.Key_E and not held:
            self._act("export")
        elif event.key() == Qt.Key.Key_Delete and not held and self.bar.is_offered("discard"):
            self._act("discard")
        else:
            super().keyPressEvent(event)

    def _escape(self) -> bool:
        if self.peek.isVisible():
            self.peek.hide()
            return True
        if self._model.count():
            self._model.clear()
            return True
        return False

    # -- asking

    def _ask(self, **changes: object) -> None:
        if self._model.ask(**changes):
            operations.ask(self._desk)

    def _filter(self, path: str, values: Sequence[str]) -> None:
        if self._model.set_filter(path, values):
            operations.ask(self._desk)

    def _sort(self, path: str) -> None:
        if self._model.sort_by(path):
            operations.ask(self._desk)

    def _asking(self) -> None:
        self.head.set_dim(True)
        if self._model.view is None:
            self._loading.start()

    def _show_loading(self) -> None:
        if self._model.view is None:
            self._stack.setCurrentIndex(2)

    # -- showing

    def _show_frame(self) -> None:
        frame = self._model.frame
        if frame is not None:
            self.bar.set_offered("review", frame.may_review)
            self.bar.set_offered("discard", frame.may_discard)
            self._show_columns()

    def _show_columns(self) -> None:
        shown = [FoundColumn(c.path, c.label, c.kind, c.width, at) for at, c in self._model.columns()]
        self.table.show_columns(shown)
        if self._model.view is not None:
            self._show_found(True)

    def _show_found(self, same: bool) -> None:
        view = self._model.view
        if view is None or self._model.frame is None:
            return
        self._loading.stop()
        self.head.show_view(view)
        if self.head.search.text() != self._model.request.text:
            self.head.show_text(self._model.request.text)
        self.table.head.set_sort(view.request.sort, view.request.descending)
        focused = self._stack.currentIndex() == 0 and self.table.hasFocus()
        self.table.show_found(view.count, [_row(row) for row in view.rows], view.request.text, keep=same)
        self._show_copy(told("copy", at=view.copy_age) if view.copy_age else "")
        self._stack.setCurrentIndex(0 if view.count else 1)
        if not view.count:
            self._show_empty()
            if focused:
                self.head.search.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self._arriving and self.isVisible():
            # Whoever has not begun to type starts in the list.
            hand = self.window().focusWidget()
            if hand in (None, self) or (hand is self.head.search and not self.head.search.text()):
                self.table.setFocus(Qt.FocusReason.OtherFocusReason)
            self._arriving = False
        self._show_chosen()
        self._say_rows()

    def _show_copy(self, text: str) -> None:
        self._copy_text = text
        filling = self._model.filling
        self.copy.setVisible(bool(text or filling))
        if filling:
            self.copy.show_note(filling, told("filling_hint"), tone="indigo")
        elif text:
            self.copy.show_note(f"{text}.", told("copy_hint"), tone="amber")

    def _show_filling(self) -> None:
        self._show_copy(self._copy_text)

    def _failed(self, sentence: str) -> None:
        """The last good rows stay, with their age above them."""
        self.head.set_dim(False)
        self.copy.show_note("", f"{sentence} {told('stale', at=self._model.loaded_at)}", tone="vermilion")
        self.copy.show()

    def _show_empty(self) -> None:
        view = self._model.view
        if view is None:
            return
        request = view.request
        lead, text, action = told("empty.bold"), told("empty.text"), ""
        if request.text.strip():
            lead, text = told("search.none", text=request.text.strip()), ""
            action = told("search.maybe", text=view.hint) if view.hint else ""
        elif request.filters or request.posisi:
            lead, text = told("search.none_filtered"), ""
        if not action and (request.filters or request.posisi):
            action = told("search.clear")
        self._nothing.removeWidget(self._empty)
        self._empty.hide()
        self._empty.deleteLater()
        self._empty = EmptyState(lead, text, action=action, bare=True)
        self._empty.setFixedWidth(EMPTY_WIDTH)
        self._empty.acted.connect(partial(self._instead, view.hint))
        self._nothing.addWidget(self._empty)

    def _instead(self, hint: str) -> None:
        """The action of an empty list: the other spelling, or without filters."""
        if hint:
            self.head.show_text(hint)
            self._ask(text=hint)
        else:
            self._ask(filters={}, posisi="")

    def _put(self, page: int, rows: Sequence[ListRow]) -> None:
        self.table.found.put(page, [_row(row) for row in rows])

    def _show_chosen(self) -> None:
        model = self._model
        count, outside = model.count(), model.outside()
        key = "bulk.hidden" if outside else "bulk.count"
        self.bar.say(told(key, count=count, out=outside) if count else "")
        self.table.head.set_all(model.share())
        self.table.set_extra(BAR_ROOM if count else 0)
        self.table.viewport().update()

    def _say_rows(self) -> None:
        view = self._model.view
        if view is None or not self.isVisible():
            return
        first, last = self.table.in_sight()
        text = told("rows", first=first + 1, last=last + 1, count=view.count) if view.count else ""
        self._truth_note(text)

    def _truth_note(self, text: str) -> None:
        truth = getattr(self.window(), "truth", None)
        if truth is not None:
            truth.set_note(text)

    def _into_list(self) -> None:
        if self._stack.currentIndex() == 0:
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    # -- acting

    def _open(self, row: int) -> None:
        """Enter: verify the selection in turn, or open this record."""
        if self._model.count() and self.bar.buttons["review"].isVisible():
            self._act("review")
            return
        found = self.table.found.row(row)
        if found is not None:
            operations.open_record(self._desk, found.rid)

    def _look(self, row: int) -> None:
        found = self.table.found.row(row)
        if self.peek.isVisible() and found is not None and self.peek.rid == found.rid:
            self.peek.hide()
        elif found is not None:
            operations.look(self._desk, found.n)

    def _show_peek(self, peek: PeekView) -> None:
        if self.isVisible():
            self.peek.show_record(peek)

    def _act(self, name: str) -> None:
        if name == "clear":
            self._model.clear()
        elif name == "review":
            operations.review_chosen(self._desk)
        elif name == "assign":
            operations.assignees(self._desk, self._offer_people)
        elif name == "print":
            self.print_in_hand()
        elif name == "discard":
            self._discard()
        elif not self._model.count():
            self._desk.say(Notice(told("bulk.nothing"), "amber"))
        else:
            self.panels.open_export(self.bar.buttons["export"], self._export, all_found=False)

    def _discard(self, reason: str = "") -> None:
        operations.discard(self._desk, self._ask_why, reason)

    def _ask_why(self, sentence: str) -> None:
        """Many at once: why, before anything is deleted; Esc lets it be."""
        self.panels.open_reasons(self.bar.buttons["discard"], sentence, self._discard)

    def _offer_people(self, people: tuple[Person, ...]) -> None:
        if not people:
            self._desk.say(Notice(told("assign.none"), "amber"))
            return
        self.panels.open_people(self.bar.buttons["assign"], people, partial(operations.assign, self._desk))

    def print_in_hand(self) -> bool:
        """Ctrl+P: the papers that list the selection, or everything found while nothing is selected."""
        chosen = self._model.chosen() if self._model.count() else list(self._model.numbers())
        operations.print_chosen(self._desk, chosen)
        return True

    def _export(self, form: Format, all_found: bool) -> None:
        numbers = self._model.numbers() if all_found else self._model.chosen()
        if self._stop_export is not None or not len(numbers):
            return
        self.export_line.start(len(numbers))
        self._stop_export = operations.export(
            self._desk, numbers, form, self.export_line.show_progress, self._export_ended
        )

    def _export_ended(self) -> None:
        self._stop_export = None
        self.export_line.stop()

    def _cancel_export(self) -> None:
        if self._stop_export is not None:
            self._stop_export()


def _actions() -> tuple[BarAction, ...]:
    return (
        BarAction("review", "list-checks", told("bulk.review"), "Return"),
        BarAction("assign", "user-plus", told("bulk.assign"), "T"),
        BarAction("export", "download", told("bulk.export"), "E"),
        BarAction("print", "printer", told("bulk.print"), "Ctrl+P"),
        BarAction("discard", "trash-2", told("discard.label"), "Delete"),
        BarAction("clear", "", told("bulk.clear"), "Escape"),
    )


def _row(row: ListRow) -> FoundRow:
    posisi = row.posisi if row.posisi in POSITIONS else POSITIONS[0]
    return FoundRow(row.n, row.rid, row.mark.value, posisi, row.cells, row.spoken)
