"""Laporan by hand: the preview is the produced file, follows every change, and nothing needs a mouse."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from sidumba_field.core.errors import SidumbaError
from sidumba_field.services.papers.pages import page_image
from sidumba_field.services.papers.views import PaperChoice
from sidumba_field.ui.operations import printer, printing
from sidumba_field.ui.screens.reports.screen import ReportsScreen
from sidumba_field.ui.viewmodels.reports import WHOLE, WIDE
from sidumba_field.ui.widgets.choices import ChoicePills
from sidumba_field.ui.widgets.code_fields import DateField
from sidumba_field.ui.widgets.drop import DropField
from tests.helpers.papers import read
from tests.helpers.qt import press, settle, type_text, wait_until
from tests.helpers.screens import Laptop, clipped, laptop, nameless

__all__ = ["laptop"]

SIZES = ((1366, 696), (1093, 543), (960, 500))


@pytest.fixture
def screen(laptop: Laptop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ReportsScreen:
    """Laporan of a verifier, the first paper shown; files go to a folder of the test."""
    monkeypatch.setattr(printing, "folder", lambda: tmp_path)
    laptop.sign_in(4)
    laptop.window.show_screen("reports")
    ready(laptop)
    found = laptop.window.screen_named("reports")
    assert isinstance(found, ReportsScreen)
    return found


def ready(laptop: Laptop) -> None:
    """Until the whole paper is there and drawn in the size it is wanted in."""
    model = laptop.window.desk.reports
    settle(80)
    wait_until(lambda: not model.busy)
    laptop.idle()


def choice(laptop: Laptop) -> PaperChoice:
    options = laptop.window.desk.reports.options
    assert options is not None
    return options.choice


def page_words(laptop: Laptop) -> str:
    shown = laptop.window.desk.reports.shown
    assert shown is not None
    return read(shown.pdf)[0]


def test_no_word_is_clipped_and_every_control_has_a_name(laptop: Laptop, screen: ReportsScreen) -> None:
    for size in SIZES:
        laptop.window.resize(*size)
        ready(laptop)
        assert clipped(laptop.window) == [], size
    assert nameless(laptop.window) == []


def test_the_preview_shows_the_produced_file_itself(laptop: Laptop, screen: ReportsScreen) -> None:
    model = laptop.window.desk.reports
    assert model.shown is not None
    assert model.image is not None
    again = page_image(model.shown.pdf, 1, model.scale)
    assert again.pixels == model.image.pixels
    assert "DAFTAR UMKM" in page_words(laptop)


def test_whole_page_fits_and_page_width_fills(laptop: Laptop, screen: ReportsScreen) -> None:
    model, view = laptop.window.desk.reports, screen.preview.area.viewport()
    assert model.zoom == WHOLE
    assert model.image is not None
    assert model.image.width <= view.width()
    assert model.image.height <= view.height()
    press("Ctrl+0")
    ready(laptop)
    assert model.zoom == WIDE
    assert model.image.width == pytest.approx(view.width() - 30, abs=20)
    press("Ctrl++")
    ready(laptop)
    assert model.zoom > 0


def test_every_choice_is_followed_within_a_blink(laptop: Laptop, screen: ReportsScreen) -> None:
    model = laptop.window.desk.reports
    way = screen.choices.field("way")
    assert isinstance(way, ChoicePills)
    before = model.image
    began = time.perf_counter()
    way.setFocus()
    press("1")
    wait_until(lambda: model.image is not before and model.image is not None)
    spent = time.perf_counter() - began
    assert choice(laptop).orientation == "portrait"
    assert model.image is not None
    assert model.image.sheet[0] < model.image.sheet[1]
    assert spent < 3, f"{spent:.2f} s"  # 0.3 s on a quiet laptop; the machines of the tests are shared


def test_papers_are_chosen_by_arrow(laptop: Laptop, screen: ReportsScreen) -> None:
    screen.choices.list.setFocus()
    press("Down")
    ready(laptop)
    assert choice(laptop).paper == "rekap"
    assert screen.choices.field("audience").isVisible()
    assert not screen.choices.field("nik").isVisible()
    press("Up")
    ready(laptop)
    assert choice(laptop).paper == "daftar"


def test_a_paper_without_data_says_so_instead_of_a_page(laptop: Laptop, screen: ReportsScreen) -> None:
    screen.choices.list.go_to("lembar")
    ready(laptop)
    model = laptop.window.desk.reports
    assert model.shown is None
    assert model.problem == "Belum ada data untuk laporan ini."
    press("Ctrl+S")
    laptop.idle()
    assert not laptop.services.office.named("log")


def test_unmasking_is_chosen_and_the_paper_shows_it(laptop: Laptop, screen: ReportsScreen) -> None:
    assert "6311025203900003" not in page_words(laptop)
    nik = screen.choices.field("nik")
    assert isinstance(nik, DropField)
    nik.setFocus()
    press("Down")
    ready(laptop)
    assert choice(laptop).revealed
    assert "6311025203900000" in page_words(laptop)


def test_a_day_to_come_is_told_and_the_paper_keeps_its_day(laptop: Laptop, screen: ReportsScreen) -> None:
    day = screen.choices.field("day")
    assert isinstance(day, DateField)
    day.setFocus()
    day.selectAll()
    type_text("01012030")
    ready(laptop)
    assert choice(laptop).day == "2026-11-20"
    assert "hari ini" in screen.choices._day_note.text()
    day.selectAll()
    type_text("19112026")
    ready(laptop)
    assert choice(laptop).day == "2026-11-19"
    assert screen.choices._day_note.isHidden()


def test_choices_are_kept_for_the_next_time(laptop: Laptop, screen: ReportsScreen) -> None:
    size = screen.choices.field("size")
    assert isinstance(size, ChoicePills)
    size.setFocus()
    press("1")
    ready(laptop)
    assert laptop.services.reporting.kept[-1].size == "A4"


def test_ctrl_s_saves_the_pdf_and_xlsx_has_its_button(
    laptop: Laptop, screen: ReportsScreen, tmp_path: Path
) -> None:
    press("Ctrl+S")
    ready(laptop)
    (pdf,) = tmp_path.glob("*.pdf")
    assert "DAFTAR UMKM" in read(pdf.read_bytes())[0]
    screen.table.click()
    ready(laptop)
    assert len(list(tmp_path.glob("*.xlsx"))) == 1
    assert [call[1:] for call in laptop.services.office.named("log")] == [
        ("print", "pdf"),
        ("export", "xlsx"),
    ]
    assert len(laptop.services.office.named("used_number")) == 2


def test_ctrl_p_opens_the_pdf_where_there_is_no_printer(
    laptop: Laptop, screen: ReportsScreen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(printer, "available", lambda: False)
    monkeypatch.setattr(printing.QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    press("Ctrl+P")
    ready(laptop)
    assert [Path(one).suffix for one in opened] == [".pdf"]


def test_what_is_printed_is_painted_page_by_page_on_the_papers_own_sheet(
    laptop: Laptop, screen: ReportsScreen, tmp_path: Path
) -> None:
    from PySide6.QtPrintSupport import QPrinter

    shown = laptop.window.desk.reports.shown
    assert shown is not None
    device = QPrinter()
    device.setResolution(72)
    device.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    device.setOutputFileName(str(tmp_path / "out.pdf"))
    printer.fit_sheet(device, shown.pdf)
    assert printer.paint_pages(device, shown.pdf) == shown.pages
    image = page_image((tmp_path / "out.pdf").read_bytes(), 1, 1.0)
    assert image.sheet[0] == pytest.approx(330 * 72 / 25.4, abs=2)


def test_long_work_is_told_and_can_be_stopped(
    laptop: Laptop, screen: ReportsScreen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    laptop.services.reporting.rows = 60_000
    press("Ctrl+S")
    stop = screen.preview.bar.stop
    wait_until(stop.isVisible)
    assert "Menyimpan" in screen.preview.bar._told.text()
    stop.click()
    ready(laptop)
    assert list(tmp_path.iterdir()) == []


def test_a_long_list_shows_its_first_page_before_the_rest_is_ready(
    laptop: Laptop, screen: ReportsScreen
) -> None:
    model = laptop.window.desk.reports
    seen: list[bool] = []
    model.shown_changed.connect(lambda: seen.append(model.shown is not None and model.shown.partial))
    laptop.services.reporting.rows = 400
    printing.choose(laptop.window.desk, unit="63.11.02.2005")
    ready(laptop)
    assert True in seen
    assert seen[-1] is False
    assert model.shown is not None
    assert model.shown.rows == 400
    screen.preview.page.setFocus()
    press("End")
    ready(laptop)
    assert model.page == model.shown.pages
    press("PgUp")
    ready(laptop)
    assert model.page == model.shown.pages - 1
    press("Home")
    ready(laptop)
    assert model.page == 1


def test_trouble_is_told_in_the_place_of_the_page(laptop: Laptop, screen: ReportsScreen) -> None:
    laptop.services.office.broken["prepare"] = SidumbaError("workflow.outside_area")
    printing.choose(laptop.window.desk, unit="63.11.02.2002")
    ready(laptop)
    model = laptop.window.desk.reports
    assert model.shown is None
    assert model.problem


def test_a_page_comes_over_as_a_picture_of_its_own(laptop: Laptop, screen: ReportsScreen) -> None:
    drawn = laptop.window.desk.reports.image
    assert drawn is not None
    picture = printer.image_of(drawn)
    assert isinstance(picture, QImage)
    assert (picture.width(), picture.height()) == (drawn.width, drawn.height)
    assert picture.pixelColor(2, 2).lightness() == 255
