"""Periode by keyboard: begun with a name, closed with what is left named, every step with Urungkan."""

from __future__ import annotations

import pytest

from sidumba_field.ui.operations import session
from sidumba_field.ui.screens.periods import PeriodsScreen
from tests.helpers.fake_services import PASSPHRASE
from tests.helpers.qt import press, type_text, wait_until
from tests.helpers.screens import Laptop, laptop

__all__ = ["laptop"]


@pytest.fixture
def page(laptop: Laptop) -> PeriodsScreen:
    """The regency's verifier with two periods."""
    session.unlock(laptop.window.desk, "u7", PASSPHRASE)
    wait_until(lambda: laptop.window.current_screen() == "home")
    laptop.idle()
    laptop.window.show_screen("periods")
    laptop.idle()
    found = laptop.window.screen_named("periods")
    assert isinstance(found, PeriodsScreen)
    return found


def test_the_newest_is_in_hand_and_what_keeps_it_open_is_named(page: PeriodsScreen) -> None:
    assert page.list.hasFocus()
    assert [button.text() for button in page.buttons] == ["Tutup periode, catat 2 sisanya"]


def test_closing_names_what_is_left_and_can_be_taken_back(page: PeriodsScreen, laptop: Laptop) -> None:
    press("Alt+S")
    laptop.idle()
    assert laptop.services.office.named("period_step") == [("period_step", "r1", "tutup", True)]
    press("Ctrl+Z")
    laptop.idle()
    assert laptop.services.office.named("withdraw_period") == [("withdraw_period", "u-r1")]


def test_another_period_has_its_own_steps(page: PeriodsScreen, laptop: Laptop) -> None:
    press("Down")
    assert [button.text() for button in page.buttons] == ["Catat cadangan"]
    press("Alt+S")
    laptop.idle()
    assert laptop.services.office.named("period_step") == [("period_step", "r0", "cadangkan", False)]


def test_a_period_begins_with_the_name_written(page: PeriodsScreen, laptop: Laptop) -> None:
    assert page.label.text() == "2027"
    page.label.setFocus()
    page.label.selectAll()
    type_text("2026")
    press("Return")
    laptop.idle()
    assert laptop.window.banner_text() == "Periode 2026 sudah ada."
    page.label.selectAll()
    type_text("2027 semester 1")
    press("Alt+N")
    laptop.idle()
    assert laptop.services.office.named("open_period")[-1] == ("open_period", "2027 semester 1")


def test_who_has_no_step_of_a_period_does_not_see_the_screen(laptop: Laptop) -> None:
    laptop.sign_in(1)
    assert "periods" not in [item.key for item in laptop.window.nav_items()]
