"""A repeat of the form as a table: translates between the services' view and the kit's table.

Owns rows begun on screen that the store has not named yet, and cells typed that no delta has confirmed: both stay on
screen whatever comes back meanwhile.
"""

from __future__ import annotations

from itertools import count

from PySide6.QtCore import QRect, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from sidumba_field.services.views import ChoiceView, ItemView, RepeatView
from sidumba_field.ui.screens.form.fields import RemarkLine
from sidumba_field.ui.viewmodels.form import FormModel
from sidumba_field.ui.viewmodels.speech import tell
from sidumba_field.ui.widgets.field_base import FieldState
from sidumba_field.ui.widgets.label import Label
from sidumba_field.ui.widgets.lookup import LookupField
from sidumba_field.ui.widgets.message import Message
from sidumba_field.ui.widgets.repeat_table import RepeatTable
from sidumba_field.ui.widgets.table_model import TableCell, TableColumn, TableRow

_WIDTHS = {"int": 127, "decimal": 127, "money": 132, "date": 116}


def column_name(item: ItemView) -> str:
    """``produk/harga`` -> ``harga``."""
    return item.path.rsplit("/", 1)[-1]


def _width(column: ItemView) -> int:
    if column.widget == "money" or column.kind == "calculate":
        return 144 if column.readonly else _WIDTHS["money"]
    return _WIDTHS.get(column.kind, 0)


def table_column(column: ItemView) -> TableColumn:
    """One column of the kit's table."""
    return TableColumn(
        column_name(column),
        column.label,
        column.kind,
        column.widget,
        column.readonly,
        tuple((choice.value, choice.label) for choice in column.choices),
        column.lookup,
        _width(column),
    )


def cell_text(item: ItemView) -> str:
    """As read in a column whose head names the unit: money without its "Rp"."""
    return item.shown.removeprefix("Rp").strip() if item.widget == "money" else item.shown


class TableBlock(QWidget):
    """Label, table, its message and remark. Signals as those of an answer row, with cell paths."""

    cell_typed = Signal(str, str)
    row_wanted = Signal(str, str)  # repeat, temporary name
    row_dropped = Signal(str, str, str)
    committed = Signal(str)
    backed = Signal(str)
    focused = Signal(str)
    rows_wanted = Signal(str, str)

    def __init__(self, model: FormModel, repeat: RepeatView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.repeat = repeat
        self._numbers = count(1)
        self._begun: dict[str, dict[str, str]] = {}
        self._editors: dict[tuple[str, str], LookupField] = {}
        self.table = RepeatTable(
            [table_column(column) for column in repeat.columns],
            name=repeat.label,
            limit=repeat.max_rows,
            ghost_words=repeat.add_text,
        )
        self._most = Label("", "small", "secondary")
        self._message = Message()
        self._remark = RemarkLine()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(self._head())
        column.addWidget(self.table)
        column.addWidget(self._message)
        column.addWidget(self._remark)
        self._connect()
        self.show_repeat(repeat)

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(Label(self.repeat.label, "label"))
        row.addWidget(self._most)
        row.addStretch(1)
        return row

    def _connect(self) -> None:
        table, path = self.table, self.repeat.path
        table.cell_edited.connect(self._edited)
        table.row_begun.connect(self._begin)
        table.row_copied.connect(self._copy)
        table.row_deleted.connect(self._drop)
        table.cell_focused.connect(lambda row, key: self.focused.emit(self._cell(row, key)))
        table.committed.connect(lambda: self.committed.emit(path))
        table.backed.connect(lambda: self.backed.emit(path))
        table.rows_wanted.connect(self._lookup)
        self._model.row_named.connect(self._named)

    def _cell(self, row: str, key: str) -> str:
        return f"{self.repeat.path}[{row}]/{key}" if row else self.repeat.path

    # -- showing

    def show_repeat(self, repeat: RepeatView) -> None:
        """The services' newest rows, and what the hand knows beyond them."""
        self.repeat = repeat
        self._most.setText(tell("form.at_most", count=repeat.max_rows) if repeat.max_rows else "")
        self._begun = {name: cells for name, cells in self._begun.items() if name not in repeat.rows}
        rows = [self._row(row) for row in repeat.rows]
        rows += [self._begun_row(name, cells) for name, cells in self._begun.items()]
        # The head of a column names its unit already.
        totals = {key: text.removeprefix("Rp").strip() for key, text in repeat.totals.items()}
        self.table.set_rows(rows, totals)
        problems = [c for row in repeat.rows for c in repeat.cells[row].values() if c.error or c.warning]
        self._show_message(repeat, problems)
        self._remark.show_remark(repeat.remark, "")

    def _show_message(self, repeat: RepeatView, problems: list[ItemView]) -> None:
        worst = next((cell for cell in problems if cell.error), problems[0] if problems else None)
        sentence = repeat.error or (worst.error or worst.warning if worst is not None else "")
        if worst is not None and not repeat.error:
            row = worst.path.split("[", 1)[1].split("]", 1)[0]
            number = repeat.rows.index(row) + 1
            sentence = tell("form.in_row", row=number, label=worst.label, sentence=sentence)
        hard = bool(repeat.error or (worst is not None and worst.error))
        self._message.show_message(sentence, "error" if hard else "warning")
        self.table.set_state(FieldState.ERROR if repeat.error else FieldState.REST)

    def _row(self, row: str) -> TableRow:
        cells = {}
        for column in self.repeat.columns:
            key = column_name(column)
            item = self.repeat.cells[row][key]
            held = self._model.held(item.path)
            if held is None:
                warning = "" if item.reason else item.warning
                cells[key] = TableCell(item.value, cell_text(item), item.error, warning, item.readonly)
            else:
                cells[key] = TableCell(held, self._shown_now(row, key, held), "", "", item.readonly)
        return TableRow(row, cells)

    def _shown_now(self, row: str, key: str, value: str) -> str:
        for shown in self.table.rows():
            if shown.row_id == row and key in shown.cells and shown.cells[key].value == value:
                return shown.cells[key].shown
        return value

    def _begun_row(self, name: str, cells: dict[str, str]) -> TableRow:
        return TableRow(name, {key: TableCell(v, self._shown_now(name, key, v)) for key, v in cells.items()})

    # -- hands

    def _edited(self, row: str, key: str, value: str) -> None:
        if row in self._begun:
            self._begun[row][key] = value
        self.cell_typed.emit(self._cell(row, key), value)

    def _begin(self, key: str, value: str) -> None:
        name = self._new_name()
        self._begun[name] = {key: value}
        self.row_wanted.emit(self.repeat.path, name)
        self.cell_typed.emit(self._cell(name, key), value)
        self.show_repeat(self.repeat)

    def _new_name(self) -> str:
        return f"new-{next(self._numbers)}"

    def _copy(self, row: str) -> None:
        shown = len(self.table.rows())
        if self.repeat.max_rows and shown >= self.repeat.max_rows:
            return
        name = self._new_name()
        values = {
            key: cell.value
            for shown_row in self.table.rows()
            if shown_row.row_id == row
            for key, cell in shown_row.cells.items()
            if cell.value and not cell.readonly
        }
        editable = {column_name(c) for c in self.repeat.columns if not c.readonly}
        self._begun[name] = {key: value for key, value in values.items() if key in editable}
        self.row_wanted.emit(self.repeat.path, name)
        for key, value in self._begun[name].items():
            self.cell_typed.emit(self._cell(name, key), value)
        self.show_repeat(self.repeat)

    def _drop(self, row: str) -> None:
        number = next((n for n, shown in enumerate(self.table.rows(), 1) if shown.row_id == row), 0)
        self._begun.pop(row, None)
        self.row_dropped.emit(self.repeat.path, row, tell("form.row_dropped", row=number))

    def _named(self, repeat: str, temporary: str, row: str) -> None:
        if repeat == self.repeat.path and temporary in self._begun:
            self._begun[row] = self._begun.pop(temporary)
            self.show_repeat(self.repeat)

    def hand_rect(self) -> QRect:
        """The row under the hand; a toast keeps off it."""
        view = self.table.view()
        row = view.visualRect(view.currentIndex())
        top = view.viewport().mapTo(self, row.topLeft()).y()
        return QRect(0, top, self.width(), row.height())

    # -- lookups inside the table

    def _lookup(self, editor: object, row: str, key: str, typed: str) -> None:
        if isinstance(editor, LookupField):
            self._editors[(self._cell(row, key), typed)] = editor
            self.rows_wanted.emit(self._cell(row, key), typed)

    def offer(self, path: str, typed: str, choices: tuple[ChoiceView, ...]) -> None:
        """What a lookup column asked for."""
        editor = self._editors.pop((path, typed), None)
        if editor is not None:
            try:
                editor.offer(typed, [(choice.value, choice.label) for choice in choices])
            except RuntimeError:
                # The editor was closed and destroyed by Qt while its rows were on their way; nobody waits any more.
                return

    def set_locked(self, locked: bool) -> None:
        """The whole record may not be changed now."""
        self.table.set_readonly(locked)

    def focus_cell(self, path: str) -> None:
        """Put the hand on a cell, or on the first."""
        inside = path[len(self.repeat.path) :]
        row, _, key = inside.removeprefix("[").partition("]/")
        self.table.focus_cell(row, key)
