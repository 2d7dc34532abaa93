"""The rows of a repeat table: data rows, a ghost row to begin another, a total row.

Owns which cells exist and what they say; drawing and keys are elsewhere (table_delegate.py, repeat_table.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from sidumba_field.ui.widgets.speech import tr

Index = QModelIndex | QPersistentModelIndex

VALUE = Qt.ItemDataRole.UserRole
ERROR = Qt.ItemDataRole.UserRole + 1
WARNING = Qt.ItemDataRole.UserRole + 2
ROW_KIND = Qt.ItemDataRole.UserRole + 3
COLUMN = Qt.ItemDataRole.UserRole + 4

_GHOST, _TOTAL = "+", "="  # no row id looks like these
_RIGHT = ("int", "decimal")


@dataclass(frozen=True, slots=True)
class TableColumn:
    """One column. ``kind``: text, int, decimal, date, select_one, lookup ...; ``widget``: money, phone, nik
    or "".

    ``choices``: (value, words) for a choice; ``width``: px, or 0 to share what is left.
    """

    key: str
    label: str
    kind: str = "text"
    widget: str = ""
    readonly: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    lookup: bool = False
    width: int = 0

    @property
    def right(self) -> bool:
        """Whether it is aligned to the right (amounts and counts)."""
        return (
            self.kind in _RIGHT
            or self.widget == "money"
            or (self.kind == "calculate" and self.widget != "text")
        )


@dataclass(frozen=True, slots=True)
class TableCell:
    """One cell: stored value, shown words, and what is wrong with it."""

    value: str = ""
    shown: str = ""
    error: str = ""
    warning: str = ""
    readonly: bool = False


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row by its stable id."""

    row_id: str
    cells: Mapping[str, TableCell] = field(default_factory=dict)


class RepeatModel(QAbstractTableModel):
    """Column 0 is the row number; then the columns in order."""

    def __init__(self, columns: Sequence[TableColumn], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns = list(columns)
        self.rows: list[TableRow] = []
        self.totals: dict[str, str] = {}
        self.limit = 0
        self.noun = tr("table.noun")
        self.ghost_words = ""
        self.editable = True
        self._keys: list[
            str
        ] = []  # row ids, then the ghost's and the total's: what the view has been told of
        self._keys = self._wanted_keys([], {})

    # -- shape

    def _wanted_keys(self, rows: Sequence[TableRow], totals: Mapping[str, str]) -> list[str]:
        ghost = [_GHOST] if self.editable and (not self.limit or len(rows) < self.limit) else []
        return [*(row.row_id for row in rows), *ghost, *([_TOTAL] if totals else [])]

    @property
    def has_ghost(self) -> bool:
        """Whether another row may begin."""
        return _GHOST in self._keys

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  (Qt's own signature)
        """Data rows, ghost, total."""
        return 0 if parent.isValid() else len(self._keys)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  (Qt's own signature)
        """Number column and the rest."""
        return 0 if parent.isValid() else len(self.columns) + 1

    def kind_of(self, row: int) -> str:
        """ "data", "ghost" or "total"."""
        if row < len(self.rows):
            return "data"
        return "ghost" if self.has_ghost and row == len(self.rows) else "total"

    def row_of(self, row_id: str) -> int:
        """Position of a row, -1 if it is not there."""
        return next((at for at, row in enumerate(self.rows) if row.row_id == row_id), -1)

    def cell(self, index: Index) -> TableCell:
        """The cell at an index; an empty one for ghost, total and number."""
        if index.row() < len(self.rows) and index.column() > 0:
            return self.rows[index.row()].cells.get(self.columns[index.column() - 1].key, TableCell())
        return TableCell()

    def may_edit(self, row: int, column: int) -> bool:
        """Whether a cell takes typing."""
        if column < 1 or not self.editable or self.columns[column - 1].readonly:
            return False
        kind = self.kind_of(row)
        return kind == "ghost" or (kind == "data" and not self.cell(self.index(row, column)).readonly)

    # -- content

    def set_rows(self, rows: Sequence[TableRow], totals: Mapping[str, str]) -> None:
        """Replace rows and totals by the smallest change, so that a cell under the hand keeps its editor."""
        fresh, sums = list(rows), {key: text for key, text in totals.items() if text}
        wanted = self._wanted_keys(fresh, sums)
        if len(wanted) != len(self._keys):
            self._reshape(wanted, fresh)
        self.rows, self.totals, self._keys = fresh, sums, wanted
        if wanted:
            self.dataChanged.emit(self.index(0, 0), self.index(len(wanted) - 1, self.columnCount() - 1))

    def _reshape(self, wanted: list[str], fresh: list[TableRow]) -> None:
        old, before, after = self._keys, 0, 0
        shorter = min(len(old), len(wanted))
        while before < shorter and old[before] == wanted[before]:
            before += 1
        while after < shorter - before and old[-1 - after] == wanted[-1 - after]:
            after += 1
        if len(old) > before + after:
            self.beginRemoveRows(QModelIndex(), before, len(old) - after - 1)
            self._keys = old[:before] + old[len(old) - after :]
            kept = set(self._keys)
            self.rows = [row for row in self.rows if row.row_id in kept]
            self.endRemoveRows()
        if len(wanted) > before + after:
            self.beginInsertRows(QModelIndex(), before, len(wanted) - after - 1)
            self._keys, self.rows = wanted, fresh
            self.endInsertRows()

    def set_editable(self, editable: bool) -> None:
        """Take typing or not; a locked table has no ghost row."""
        if editable != self.editable:
            self.beginResetModel()
            self.editable = editable
            self._keys = self._wanted_keys(self.rows, self.totals)
            self.endResetModel()

    def set_limit(self, limit: int) -> None:
        """The most rows there may be; 0 for any number."""
        self.limit = limit
        self.set_rows(self.rows, self.totals)

    def put(self, row: int, key: str, value: str, shown: str) -> None:
        """Show a value at once, before the services have judged it."""
        old = self.rows[row]
        cells = {**old.cells, key: TableCell(value, shown)}
        self.rows[row] = TableRow(old.row_id, cells)
        self.dataChanged.emit(self.index(row, 0), self.index(row, self.columnCount() - 1))

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Words, stored value, problems, alignment, accessible sentence."""
        if not index.isValid():
            return None
        kind = self.kind_of(index.row())
        if role == ROW_KIND:
            return kind
        if role == COLUMN:
            return self.columns[index.column() - 1] if index.column() else None
        cell = self.cell(index)
        if role == VALUE:
            return cell.value
        if role == ERROR:
            return cell.error
        if role == WARNING:
            return cell.warning
        if role == Qt.ItemDataRole.ToolTipRole:
            return cell.error or cell.warning or None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._words(kind, index)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._spoken(kind, index)
        return None

    def _words(self, kind: str, index: Index) -> str:
        column = index.column()
        if kind == "data":
            return str(index.row() + 1) if column == 0 else self.cell(index).shown
        if kind == "ghost":
            return (self.ghost_words or tr("table.ghost", noun=self.noun)) if column == 1 else ""
        if column == 0:
            return ""
        return self.totals.get(self.columns[column - 1].key, tr("table.total") if column == 1 else "")

    def _spoken(self, kind: str, index: Index) -> str:
        words = self._words(kind, index)
        if index.column() == 0 or kind == "ghost":
            return tr("table.row", row=index.row() + 1) if kind == "data" else words
        cell = self.cell(index)
        problem = cell.error or cell.warning
        return ", ".join(
            part for part in (f"{self.columns[index.column() - 1].label}: {words}", problem) if part
        )

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Column labels."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return tr("table.number") if section == 0 else self.columns[section - 1].label
        if role == Qt.ItemDataRole.TextAlignmentRole:
            if section == 0:
                return Qt.AlignmentFlag.AlignCenter
            side = (
                Qt.AlignmentFlag.AlignRight if self.columns[section - 1].right else Qt.AlignmentFlag.AlignLeft
            )
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Every cell can be visited, so that a reader hears it; only some take typing."""
        base = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if index.isValid() and self.may_edit(index.row(), index.column()):
            return base | Qt.ItemFlag.ItemIsEditable
        return base
