"""The repeat table: rows of the same questions (products, workers), typed like a spreadsheet.

Owns the keys of UI.md section 6: any key edits, Enter goes right then down, typing in the ghost row begins a
row, Ctrl+D copies and Ctrl+Del deletes a row, Enter in an empty ghost row leaves the table. Values leave by
signals and come back through ``set_rows``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QFrame, QTableView, QVBoxLayout, QWidget

from sidumba_field.ui.theme import radius, size
from sidumba_field.ui.widgets.field_base import FieldState
from sidumba_field.ui.widgets.painting import RoundFrame
from sidumba_field.ui.widgets.table_model import RepeatModel, TableColumn, TableRow
from sidumba_field.ui.widgets.table_view import HEAD, RepeatView


class RepeatTable(QFrame):
    """The table with its frame; as high as its rows, so that the form scrolls and not the table.

    Signals: ``cell_edited(row_id, key, value)``; ``row_begun(key, value)`` when the ghost row was typed in
    (answer by ``set_rows`` with the new row last, the hand then goes on in it); ``row_copied(row_id)``,
    ``row_deleted(row_id)``; ``cell_focused(row_id, key)``; ``rows_wanted(editor, row_id, key, typed)`` for a
    lookup column, answered by ``editor.offer(typed, rows)``.
    """

    cell_edited = Signal(str, str, str)
    row_begun = Signal(str, str)
    row_copied = Signal(str)
    row_deleted = Signal(str)
    cell_focused = Signal(str, str)
    rows_wanted = Signal(object, str, str, str)
    committed = Signal()
    backed = Signal()
    focused = Signal()

    def __init__(
        self,
        columns: Sequence[TableColumn],
        *,
        name: str = "",
        limit: int = 0,
        ghost_words: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._model = RepeatModel(columns, self)
        self._model.ghost_words = ghost_words
        self._model.set_limit(limit)
        self._begun = ""
        self._view = RepeatView(self._model)
        self._view.setAccessibleName(name)
        self.setAccessibleName(name)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.addWidget(self._view)
        self.setFocusProxy(self._view)
        self._view.stored.connect(self._stored)
        self._view.copy_wanted.connect(lambda row: self.row_copied.emit(self._model.rows[row].row_id))
        self._view.delete_wanted.connect(self._delete)
        self._view.left_on.connect(self.committed)
        self._view.left_back.connect(self.backed)
        self._view.arrived.connect(self._arrived)
        self._view.lookup_wanted.connect(self._lookup)
        self._frame = RoundFrame(self, ground="bg.surface", corner=radius("md"))
        self._frame.edge = "border.control"
        self._fit()

    # -- content

    def set_rows(self, rows: Sequence[TableRow], totals: Mapping[str, str] | None = None) -> None:
        """Show rows and totals. The hand stays on its row, or goes on in the row it has just begun."""
        index = self._view.currentIndex()
        before = self._row_id(index.row())
        column, grew = index.column(), len(rows) == len(self._model.rows) + 1
        editing = self._view.state() == QAbstractItemView.State.EditingState
        self._model.set_rows(rows, totals or {})
        self._fit()
        if self._begun and grew:
            self._continue_in_new_row()
        elif not editing and index.isValid():
            at = self._model.row_of(before)
            last = max(0, len(rows) - 1 if not self._model.has_ghost else len(rows))
            self._view.go_to(at if at >= 0 else min(max(index.row(), 0), last), max(column, 1))

    def _continue_in_new_row(self) -> None:
        keys = [column.key for column in self._model.columns]
        at = keys.index(self._begun) + 1
        self._begun = ""
        self._view.go_to(len(self._model.rows) - 1, at)
        self._view.step(1)

    def rows(self) -> list[TableRow]:
        """The rows as shown."""
        return list(self._model.rows)

    def view(self) -> QTableView:
        """The grid, for tests."""
        return self._view

    def set_readonly(self, readonly: bool) -> None:
        """Shows its rows, takes no typing, has no ghost row."""
        self._model.set_editable(not readonly)
        self._fit()

    def set_state(self, state: FieldState) -> None:
        """Rest, error or warning of the table as a whole: its frame."""
        edges = {FieldState.ERROR: "state.vermilion.solid", FieldState.WARNING: "state.amber.solid"}
        self._frame.edge = edges.get(state, "border.control")
        self._frame.update()

    def focus_cell(self, row_id: str, key: str) -> None:
        """Put the hand on a cell; the first one if there is no such row."""
        row = max(0, self._model.row_of(row_id))
        keys = [column.key for column in self._model.columns]
        self._view.go_to(row, keys.index(key) + 1 if key in keys else 1)
        self._view.setFocus(Qt.FocusReason.OtherFocusReason)

    # -- from the grid

    def _row_id(self, row: int) -> str:
        return self._model.rows[row].row_id if 0 <= row < len(self._model.rows) else ""

    def _stored(self, row: int, key: str, value: str, shown: str) -> None:
        if row < len(self._model.rows):
            self._model.put(row, key, value, shown)
            self.cell_edited.emit(self._row_id(row), key, value)
        elif value:
            self._begun = key
            self.row_begun.emit(key, value)

    def _delete(self, row: int) -> None:
        self.row_deleted.emit(self._row_id(row))

    def _arrived(self, row: int, column: int) -> None:
        if column > 0:
            self.cell_focused.emit(self._row_id(row), self._model.columns[column - 1].key)
        self.focused.emit()

    def _lookup(self, editor: object, index: QModelIndex, typed: str) -> None:
        self.rows_wanted.emit(
            editor, self._row_id(index.row()), self._model.columns[index.column() - 1].key, typed
        )

    # -- look

    def _fit(self) -> None:
        self.setFixedHeight(HEAD + self._model.rowCount() * size("rowTable") + 2)

    def sizeHint(self) -> QSize:
        """As wide as it likes."""
        return QSize(640, self.height())
