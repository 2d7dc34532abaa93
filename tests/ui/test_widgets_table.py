"""A repeat table is typed like a spreadsheet:

any key edits, Enter goes right then down, the ghost row begins a row.
"""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from sidumba_field.ui.widgets.repeat_table import RepeatTable
from sidumba_field.ui.widgets.table_model import TableCell, TableColumn, TableRow
from tests.helpers.qt import press, settle, show, type_text

COLUMNS = (
    TableColumn("nama", "Nama produk"),
    TableColumn("jumlah", "Dibuat / bulan", kind="int"),
    TableColumn("satuan", "Satuan", choices=(("kg", "kilogram"), ("bks", "bungkus"))),
    TableColumn("nilai", "Nilai", kind="int", readonly=True),
)


class Desk:
    """A tiny view model: keeps rows, answers the table at once."""

    def __init__(self, table: RepeatTable) -> None:
        self.table = table
        self.cells: dict[str, dict[str, str]] = {}
        self.left = 0
        table.row_begun.connect(self.begin)
        table.cell_edited.connect(self.edit)
        table.row_deleted.connect(self.delete)
        table.row_copied.connect(self.copy)
        table.committed.connect(self.leave)

    def leave(self) -> None:
        self.left += 1

    def begin(self, key: str, value: str) -> None:
        self.cells[f"r{len(self.cells) + 1}"] = {key: value}
        self.refresh()

    def edit(self, row: str, key: str, value: str) -> None:
        self.cells[row][key] = value

    def delete(self, row: str) -> None:
        del self.cells[row]
        self.refresh()

    def copy(self, row: str) -> None:
        self.cells[f"r{len(self.cells) + 1}"] = dict(self.cells[row])
        self.refresh()

    def refresh(self) -> None:
        rows = [
            TableRow(row, {key: TableCell(value, value) for key, value in cells.items()})
            for row, cells in self.cells.items()
        ]
        self.table.set_rows(rows, {"nilai": "8.050.000"} if rows else {})


@pytest.fixture
def desk(themed: QApplication, qtbot) -> Desk:
    table = RepeatTable(COLUMNS, name="Produk utama", limit=3)
    qtbot.addWidget(table)
    made = Desk(table)
    show(table, 760, table.height())
    table.setFocus()
    settle()
    return made


def test_three_products_are_typed_without_leaving_the_keyboard(desk: Desk) -> None:
    for name, count, unit in (("Keripik", "400", "bung"), ("Balado", "250", "kilo"), ("Ubi", "1200", "bung")):
        type_text(name)
        press("Return")
        type_text(count)
        press("Return")
        type_text(unit)
        press("Return")
    assert desk.cells == {
        "r1": {"nama": "Keripik", "jumlah": "400", "satuan": "bks"},
        "r2": {"nama": "Balado", "jumlah": "250", "satuan": "kg"},
        "r3": {"nama": "Ubi", "jumlah": "1200", "satuan": "bks"},
    }


def test_enter_in_the_empty_ghost_row_leaves_the_table(desk: Desk) -> None:
    press("Return")
    assert desk.left == 1
    assert desk.cells == {}


def test_at_its_limit_the_table_offers_no_further_row(desk: Desk) -> None:
    for name in ("a", "b", "c"):
        desk.begin("nama", name)
    model = desk.table.view().model()
    assert model.rowCount() == 4, "three rows and the total"


def test_tab_and_shift_tab_walk_the_cells(desk: Desk) -> None:
    desk.begin("nama", "Keripik")
    desk.table.focus_cell("r1", "nama")
    press("Tab")
    assert desk.table.view().currentIndex().column() == 2
    press("Shift+Tab")
    assert desk.table.view().currentIndex().column() == 1


def test_computed_cells_are_no_stop_of_the_hand(desk: Desk) -> None:
    desk.begin("nama", "Keripik")
    desk.table.focus_cell("r1", "satuan")
    press("Return")
    assert desk.table.view().currentIndex().row() == 1, "Nilai is skipped, the ghost row is next"


def test_ctrl_d_copies_and_ctrl_del_deletes_the_row_and_the_hand_stays_in_the_table(desk: Desk) -> None:
    desk.begin("nama", "Keripik")
    desk.table.focus_cell("r1", "jumlah")
    press("Ctrl+D")
    assert desk.cells["r2"] == {"nama": "Keripik"}
    press("Ctrl+Del")
    assert list(desk.cells) == ["r2"]
    assert desk.table.view().currentIndex().isValid()
    assert desk.table.view().hasFocus()


def test_escape_leaves_the_cell_as_it_was(desk: Desk) -> None:
    desk.begin("nama", "Keripik")
    desk.table.focus_cell("r1", "nama")
    type_text("X")
    press("Escape")
    assert desk.cells["r1"]["nama"] == "Keripik"


def test_a_cell_is_spoken_with_its_column_and_its_problem(desk: Desk) -> None:
    from PySide6.QtCore import Qt

    cell = TableCell("9", "9", error="Terlalu kecil")
    desk.table.set_rows([TableRow("r1", {"jumlah": cell})])
    index = desk.table.view().model().index(0, 2)
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "Dibuat / bulan: 9, Terlalu kecil"


def test_a_locked_table_takes_no_typing(desk: Desk) -> None:
    desk.begin("nama", "Keripik")
    desk.table.set_readonly(True)
    desk.table.focus_cell("r1", "nama")
    type_text("X")
    assert desk.cells["r1"]["nama"] == "Keripik"


def test_what_comes_back_from_the_store_leaves_the_cell_under_the_hand_alone(desk: Desk) -> None:
    desk.begin("nama", "Keripik")
    desk.begin("nama", "Balado")
    desk.table.focus_cell("r2", "jumlah")
    type_text("7")
    desk.refresh()
    type_text("0")
    desk.begin("nama", "baris lain")
    type_text("0")
    press("Return")
    assert desk.cells["r2"]["jumlah"] == "700"


def test_a_row_that_goes_away_takes_only_itself(desk: Desk) -> None:
    for name in ("a", "b", "c"):
        desk.begin("nama", name)
    desk.table.focus_cell("r3", "nama")
    desk.delete("r1")
    settle()
    assert [row.row_id for row in desk.table.rows()] == ["r2", "r3"]
    assert desk.table.view().currentIndex().row() == 1, "the hand stays on its row"
    assert desk.table.view().model().rowCount() == 4, "two rows, the ghost row is back, the total"
