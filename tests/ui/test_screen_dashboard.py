"""Dasbor in the hand: arrows pick and fill, Enter goes down, Ctrl+T gives the numbers, Ctrl+P a paper."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from sidumba_field.services.boards.dashboard_views import ConcernView
from sidumba_field.services.lists.views import ListRequest
from sidumba_field.ui.operations import dashboard, printing
from sidumba_field.ui.screens.dashboard.cards import NumberTable
from sidumba_field.ui.screens.dashboard.screen import DashboardScreen
from sidumba_field.ui.theme import apply_theme
from sidumba_field.ui.widgets.charts import _nice
from tests.helpers.every_screen import HEAD, opened
from tests.helpers.fake_dashboard import HALONG, KECAMATAN
from tests.helpers.qt import press, wait_until
from tests.helpers.screens import Laptop, laptop

__all__ = ["laptop"]


@pytest.fixture
def board(laptop: Laptop) -> DashboardScreen:
    """Dasbor of the regency, the hand on the bars."""
    opened(HEAD, "dashboard")(laptop)
    screen = laptop.window.screen_named("dashboard")
    assert isinstance(screen, DashboardScreen)
    return screen


def figure(board: DashboardScreen, at: int = 0) -> str:
    return board.figures._cells[at].figure._number.text()


def cells(table: NumberTable) -> list[list[str]]:
    model = table.model()
    return [
        [str(model.index(row, column).data()) for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def test_nothing_is_picked_until_an_arrow_picks_it_and_escape_lets_go(board: DashboardScreen) -> None:
    assert board.progress.list.hasFocus()
    whole = figure(board)
    press("Down")
    assert board.progress.list.current_key() == KECAMATAN[0][0]
    assert figure(board) != whole
    assert "Paringin" in board.way._title.text()
    press("Down")
    assert "Paringin Selatan" in board.weeks._title.text()
    press("Escape")
    assert (figure(board), board.progress.list.current_key()) == (whole, "")


def test_enter_opens_the_villages_and_alt_left_comes_back(laptop: Laptop, board: DashboardScreen) -> None:
    board.progress.list.go_to(HALONG)
    press("Return")
    laptop.idle()
    assert ("dashboard", HALONG) in laptop.calls
    assert board.up.isVisible()
    assert [row.name for row in board.progress.list.items()][:2] == ["Halong", "Kapul"]
    press("Alt+Left")
    laptop.idle()
    assert not board.up.isVisible()
    assert len(board.progress.list.items()) == 8


def test_the_numbers_as_tables_are_the_numbers_of_the_bars(board: DashboardScreen) -> None:
    press("Ctrl+T")
    rows = cells(board.twins[0].table)
    assert rows[0] == ["Paringin", "2.400", "385", "335", "30", "3.150", "3.420", "92%"]
    assert len(rows) == 8
    assert cells(board.twins[1].table)[-1][0] == "Disahkan"
    assert [row[0] for row in cells(board.twins[2].table)][-1] == "16 Nov"
    assert board.twins[0].table.hasFocus()
    press("Ctrl+T")
    assert board.progress.list.hasFocus()


def test_each_bar_and_chart_speaks_its_numbers(board: DashboardScreen) -> None:
    model = board.progress.list.model()
    said = model.index(6, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert said == "Halong, 2.644 dari 3.600, 73%"
    assert "Lolos desa" in board.way.bars.accessibleName()
    assert "16 Nov: 1460, 1120" in board.weeks.lines.accessibleName()


def test_what_needs_a_hand_is_acted_on(laptop: Laptop, board: DashboardScreen) -> None:
    lines = [button for button in board.attention.findChildren(type(board.table)) if button.isVisible()]
    lines[0].click()
    laptop.idle()
    assert any(call[0] == "quiet" for call in laptop.calls)
    assert "Desa Mauya" in QApplication.clipboard().text()
    lines[1].click()
    laptop.idle()
    assert laptop.window.current_screen() == "lists"


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_ctrl_p_prints_what_is_seen_on_white_paper(
    laptop: Laptop,
    board: DashboardScreen,
    themed: QApplication,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    mode: str,
) -> None:
    monkeypatch.setattr(printing, "folder", lambda: tmp_path / "cetak")
    apply_theme(themed, mode)  # type: ignore[arg-type]
    press("Ctrl+P")
    file = tmp_path / "cetak" / "Dasbor Balangan.pdf"
    wait_until(file.exists)
    laptop.idle()
    apply_theme(themed, "light")
    document = pypdfium2.PdfDocument(file)
    try:
        assert len(document) == 1
        words = document[0].get_textpage().get_text_range()
        assert "Dasbor" in words
        assert "Progres per kecamatan" in words
        assert document[0].render(scale=1).to_pil().convert("RGB").getpixel((4, 4)) == (255, 255, 255)
    finally:
        document.close()


def test_who_sits_down_next_sees_nothing_of_the_one_before(laptop: Laptop, board: DashboardScreen) -> None:
    press("Down")
    laptop.window.lock()
    wait_until(lambda: laptop.window.current_screen() == "login")
    assert (laptop.window.desk.dashboard.view, laptop.window.desk.dashboard.picked) == (None, "")


@pytest.mark.parametrize(("most", "top"), [(0, 1), (1, 1), (3, 3), (9, 10), (2190, 3000), (14_999, 15_000)])
def test_the_grid_has_round_numbers_and_room_for_the_largest(most: int, top: int) -> None:
    step, found = _nice(most)
    assert found == top >= most
    assert found % step == 0
    assert found // step <= 4


def test_a_concern_about_a_desk_opens_the_list_of_that_desk_only(
    laptop: Laptop, board: DashboardScreen
) -> None:
    laptop.window.desk.lists.request = ListRequest(text="keripik", posisi="selesai")
    dashboard.list_concern(
        laptop.window.desk, ConcernView("returned", "3 data dikembalikan", "Lihat", (), "dikembalikan")
    )
    laptop.idle()
    assert laptop.window.current_screen() == "lists"
    assert laptop.window.desk.lists.request == ListRequest(posisi="dikembalikan")
