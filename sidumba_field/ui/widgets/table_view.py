"""The grid of a repeat table: moving by keys, opening editors, telling what they leave.

Owns the hand: where it is, where Enter and Tab take it, and which keys belong to the row.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from sidumba_field.ui.theme import font, size
from sidumba_field.ui.widgets.field_base import EditField
from sidumba_field.ui.widgets.lookup import LookupField
from sidumba_field.ui.widgets.table_delegate import RepeatDelegate
from sidumba_field.ui.widgets.table_model import COLUMN, VALUE, Index, RepeatModel, TableColumn

HEAD = 28
_NUMBER = 35


class RepeatView(QTableView):
    """The grid inside the frame."""

    stored = Signal(int, str, str, str)  # row, column key, stored value, shown words
    copy_wanted = Signal(int)
    delete_wanted = Signal(int)
    left_on = Signal()
    left_back = Signal()
    arrived = Signal(int, int)
    lookup_wanted = Signal(object, object, str)  # editor, index, typed

    # What an editor leaves is told only after it is closed: a new row resets the model, and a view must not
    # lose the model's shape while one of its editors is still closing.
    _left = Signal(int, str, str, str)

    def __init__(self, table: RepeatModel) -> None:
        super().__init__()
        self._table = table
        self.setModel(table)
        self._delegate = RepeatDelegate(self)
        self._delegate.moved.connect(self._go)
        self._delegate.opened.connect(self._opened)
        self._left.connect(self.stored, Qt.ConnectionType.QueuedConnection)
        self._row_begun = False
        self.setItemDelegate(self._delegate)
        self.setShowGrid(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.AnyKeyPressed | QAbstractItemView.EditTrigger.DoubleClicked
        )
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(size("rowTable"))
        self.verticalHeader().setMinimumSectionSize(size("rowTable"))
        head = self.horizontalHeader()
        head.setFixedHeight(HEAD)
        head.setFont(font("small"))
        head.setHighlightSections(False)
        head.setSectionsClickable(False)
        self._widths()

    def _widths(self) -> None:
        head = self.horizontalHeader()
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.Fixed)
        self.setColumnWidth(0, _NUMBER)
        for at, column in enumerate(self._table.columns, start=1):
            if column.width:
                head.setSectionResizeMode(at, QHeaderView.ResizeMode.Fixed)
                self.setColumnWidth(at, column.width)
            else:
                head.setSectionResizeMode(at, QHeaderView.ResizeMode.Stretch)

    # -- moving

    def _stops(self) -> list[tuple[int, int]]:
        """Cells that take typing, in reading order; of the ghost row only the first."""
        stops: list[tuple[int, int]] = []
        for row in range(self._table.rowCount()):
            cells = [(row, at) for at in range(1, self._table.columnCount()) if self._table.may_edit(row, at)]
            stops += cells[:1] if self._table.kind_of(row) == "ghost" else cells
        return stops

    def step(self, by: int) -> bool:
        """To the next (+1) or previous (-1) cell that takes typing; False at the ends."""
        here = (self.currentIndex().row(), self.currentIndex().column())
        stops = self._stops()
        if by > 0:
            ahead = [stop for stop in stops if stop > here]
        else:
            ahead = [stop for stop in reversed(stops) if stop < here]
        if not ahead:
            return False
        self.go_to(*ahead[0])
        return True

    def go_to(self, row: int, column: int) -> None:
        """Put the hand on a cell."""
        self.setCurrentIndex(self._table.index(row, column))

    def _go(self, where: str) -> None:
        self.setFocus()
        if self._row_begun and where == "on":
            self._row_begun = False  # the table goes on in the new row once it is there
            return
        self._row_begun = False
        if where == "on" and not self.step(1):
            self.left_on.emit()
        elif where == "back" and not self.step(-1):
            self.left_back.emit()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab walks the cells and leaves at the ends."""
        return self.step(1 if forward else -1) or super().focusNextPrevChild(forward)

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Repaint both rows, tell where the hand is."""
        super().currentChanged(current, previous)
        self.viewport().update()
        if current.isValid():
            self.arrived.emit(current.row(), current.column())

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Arriving starts at the first cell that takes typing, or at the last when coming back."""
        before = self.currentIndex().isValid()  # Qt itself would take the very first cell, the row number
        super().focusInEvent(event)
        stops = self._stops()
        target = (here := self.currentIndex()).row(), here.column()
        if event.reason() == Qt.FocusReason.BacktabFocusReason and stops:
            target = stops[-1]
        elif (event.reason() == Qt.FocusReason.TabFocusReason or not before) and stops:
            target = stops[0]
        if target != (here.row(), here.column()):
            self.go_to(*target)
        elif here.isValid():
            # Back on the cell it was left at: no change of cell tells so.
            self.arrived.emit(*target)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The row ground goes with the focus."""
        super().focusOutEvent(event)
        self.viewport().update()

    def event(self, event: QEvent) -> bool:
        """Claim Ctrl+D and Ctrl+Del before a window shortcut does."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _row_key(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Row keys and Enter; function keys and Ctrl belong to the screen; other keys edit."""
        wanted = _row_key(event)
        row = self.currentIndex().row()
        if wanted:
            if self._table.kind_of(row) == "data" and self._table.editable:
                (self.copy_wanted if wanted == "copy" else self.delete_wanted).emit(row)
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                event.ignore()
                return
            self._go("back" if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else "on")
            return
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and not event.modifiers():
            self._clear_cell()
            return
        if Qt.Key.Key_F1 <= event.key() <= Qt.Key.Key_F12 or event.key() == Qt.Key.Key_Escape:
            event.ignore()
            return
        super().keyPressEvent(event)

    def _clear_cell(self) -> None:
        index = self.currentIndex()
        if self._table.kind_of(index.row()) == "data" and self._table.may_edit(index.row(), index.column()):
            self.stored.emit(index.row(), index.data(COLUMN).key, "", "")

    # -- storing

    def _opened(self, editor: QWidget, index: Index) -> None:
        if isinstance(editor, LookupField):
            editor.rows_wanted.connect(lambda typed: self.lookup_wanted.emit(editor, index, typed))

    def commitData(self, editor: QWidget) -> None:
        """What was typed goes out, stored and shown."""
        index = self.currentIndex()
        if isinstance(editor, EditField) and index.isValid():
            column: TableColumn = index.data(COLUMN)
            if editor.value() != str(index.data(VALUE) or ""):
                self._row_begun = self._table.kind_of(index.row()) == "ghost" and bool(editor.value())
                self._left.emit(index.row(), column.key, editor.value(), editor.text())


def _row_key(event: QKeyEvent) -> str:
    if event.modifiers() != Qt.KeyboardModifier.ControlModifier:
        return ""
    return {Qt.Key.Key_D: "copy", Qt.Key.Key_Delete: "delete"}.get(Qt.Key(event.key()), "")
