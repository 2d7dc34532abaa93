"""Selesaikan Konflik by keys: choose and move on, save says how much is left, leaving and locking keep the choices."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sidumba_field.services.conflicts.views import STORED, TEXT, WAITING
from sidumba_field.services.steps.views import Beside
from sidumba_field.ui.operations import review
from sidumba_field.ui.screens.conflicts.screen import ConflictScreen
from sidumba_field.ui.screens.home.screen import HomeScreen
from tests.helpers.every_screen import KECAMATAN, PETUGAS, opened, sit
from tests.helpers.fake_services import TRUTH
from tests.helpers.fake_steps import DIFFER
from tests.helpers.qt import press, type_text
from tests.helpers.screens import Laptop, laptop

__all__ = ["laptop"]
TURNOVER, PHONE = "usaha/omzet", "pemilik/hp"


@pytest.fixture
def screen(laptop: Laptop) -> ConflictScreen:
    opened(PETUGAS, "conflicts")(laptop)
    found = laptop.window.screen_named("conflicts")
    assert isinstance(found, ConflictScreen)
    return found


def chosen(laptop: Laptop) -> dict[str, tuple[str, str]]:
    """What reached the services, unit by unit."""
    return {unit: word for call in laptop.services.office.named("choose") for unit, word in call[2].items()}


def test_an_arrow_decides_and_moves_on(laptop: Laptop, screen: ConflictScreen) -> None:
    assert screen.table.unit() == TURNOVER
    press("Left")
    laptop.idle()
    assert screen.table.unit() == PHONE
    press("Right")
    laptop.idle()
    assert chosen(laptop) == {TURNOVER: (WAITING, ""), PHONE: (STORED, "")}
    assert screen.save.text() == "Simpan gabungan"


def test_the_first_button_is_never_disabled_and_says_how_much_is_left(
    laptop: Laptop, screen: ConflictScreen
) -> None:
    assert screen.save.isEnabled()
    assert screen.save.text() == "Simpan gabungan, tinggal 2"
    press("Left")
    laptop.idle()
    assert screen.save.text() == "Simpan gabungan, tinggal 1"
    press("Up")
    press("Ctrl+Return")
    laptop.idle()
    assert laptop.services.office.named("save_conflict") == []
    assert screen.table.unit() == PHONE, "the focus goes to what is missing"


def test_saving_is_told_with_urungkan_and_the_next_opens(laptop: Laptop, screen: ConflictScreen) -> None:
    for key in ("Left", "Left"):
        press(key)
        laptop.idle()
    press("Ctrl+Return")
    laptop.idle()
    assert [call[1] for call in laptop.services.office.named("save_conflict")] == ["c1"]
    assert laptop.window.toast.offers_undo()
    assert screen.header.title() == "Gula Aren Pak Utuh"


def test_another_value_is_written_with_f2(laptop: Laptop, screen: ConflictScreen) -> None:
    press("F2")
    laptop.idle()
    type_text("6350000")
    press("Return")
    laptop.idle()
    assert chosen(laptop) == {TURNOVER: (TEXT, "6350000")}
    assert screen.table.own() is None
    assert screen.table.unit() == PHONE


def test_escape_leaves_the_field_first_and_then_the_screen(laptop: Laptop, screen: ConflictScreen) -> None:
    press("F2")
    laptop.idle()
    press("Escape")
    laptop.idle()
    assert screen.table.own() is None
    assert laptop.window.current_screen() == "conflicts"
    press("Escape")
    laptop.idle()
    assert laptop.window.current_screen() == "home"


def test_leaving_keeps_the_choices(laptop: Laptop, screen: ConflictScreen) -> None:
    press("Left")
    laptop.idle()
    press("Escape")
    laptop.idle()
    laptop.window.lock()
    laptop.idle()
    sit(laptop, PETUGAS)
    laptop.window.show_screen("conflicts")
    laptop.idle()
    assert screen.save.text() == "Simpan gabungan, tinggal 1"
    assert screen.table.unit() == PHONE


def test_all_from_the_server_chooses_and_still_waits_for_the_word(
    laptop: Laptop, screen: ConflictScreen
) -> None:
    screen.all_server.click()
    laptop.idle()
    assert chosen(laptop) == {TURNOVER: (STORED, ""), PHONE: (STORED, "")}
    assert laptop.services.office.named("save_conflict") == []
    assert screen.save.hasFocus()


def test_alt_and_arrows_go_through_what_differs(laptop: Laptop, screen: ConflictScreen) -> None:
    press("Alt+Right")
    laptop.idle()
    assert screen.header.title() == "Gula Aren Pak Utuh"
    assert not screen.save.isVisible(), "who does not decide is offered nothing"
    press("Left")
    laptop.idle()
    assert chosen(laptop) == {}
    press("Alt+Left")
    laptop.idle()
    assert screen.header.title() == "Kue Lapis Acil Diah"


def test_the_truth_bar_leads_here_and_back(laptop: Laptop) -> None:
    opened(PETUGAS, "sync")(laptop)
    laptop.window.truth.opened.emit("differing")
    laptop.idle()
    assert laptop.window.current_screen() == "conflicts"
    press("Escape")
    laptop.idle()
    assert laptop.window.current_screen() == "sync"


def test_rows_speak_with_both_values(laptop: Laptop, screen: ConflictScreen) -> None:
    said = screen.table.accessibleDescription()
    for part in (
        "Omzet per bulan",
        "Rp 5.500.000",
        "Laptop ini Rp 6.500.000",
        "Server Rp 6.200.000",
        "belum dipilih",
    ):
        assert part in said


def test_sinkronisasi_leads_to_the_record_that_differs(laptop: Laptop) -> None:
    opened(PETUGAS, "sync")(laptop)
    press("Alt+D")
    laptop.idle()
    assert laptop.window.current_screen() == "conflicts"
    first = laptop.services.syncing.view().differing[0][0]
    assert laptop.services.office.named("open_conflict")[-1][2] == first
    press("Escape")
    laptop.idle()
    assert laptop.window.current_screen() == "sync"


def test_beranda_says_how_many_differ_and_leads_there(laptop: Laptop) -> None:
    laptop.services.office.truth = replace(TRUTH, differing=2)
    opened(PETUGAS, "home")(laptop)
    home = laptop.window.screen_named("home")
    assert isinstance(home, HomeScreen)
    assert home.shipping.differs.text() == "2 data beda isi. Putuskan"
    home.shipping.differs.click()
    laptop.idle()
    assert laptop.window.current_screen() == "conflicts"


def test_the_record_itself_leads_here(laptop: Laptop) -> None:
    opened(KECAMATAN, "review")(laptop)
    laptop.services.steps.beside_of["k1"] = Beside("k1", differs=(DIFFER,))
    review.open_record(laptop.window.desk, "k1")
    laptop.idle()
    press("Alt+P")
    laptop.idle()
    assert laptop.window.current_screen() == "conflicts"


def test_sinkronisasi_prints_the_comparison_and_offline_the_last_one(laptop: Laptop) -> None:
    opened(PETUGAS, "sync")(laptop)
    press("Ctrl+P")
    laptop.idle()
    assert laptop.services.office.named("compare")
    assert laptop.window.current_screen() == "reports", "the last comparison is printed without internet too"
    assert "pencocokan terakhir" in laptop.window.banner_text()
    laptop.services.syncing.is_online = True
    laptop.window.show_screen("sync")
    laptop.idle()
    press("Ctrl+P")
    laptop.idle()
    assert laptop.window.current_screen() == "reports"
