"""Masuk with a PIN: chosen from the menu, asked after a lock, five wrong ones lead to the passphrase; keys only."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit

from sidumba_field.core.errors import SidumbaError
from sidumba_field.ui.operations import session
from tests.helpers.fake_services import PASSPHRASE, PIN
from tests.helpers.qt import press, type_text, wait_until
from tests.helpers.screens import Laptop, laptop

__all__ = ["laptop"]

WRONG = "911820"


def choose(laptop: Laptop, passphrase: str = PASSPHRASE, pin: str = PIN, again: str = PIN) -> None:
    """Fill the pane by keys."""
    laptop.window.choose_pin()
    assert laptop.login.pin_pane.passphrase.hasFocus()
    for typed in (passphrase, pin, again):
        type_text(typed)
        press("Return")
    laptop.idle()


def locked(laptop: Laptop) -> None:
    """Signed in, a PIN chosen, and locked again."""
    laptop.sign_in()
    choose(laptop)
    press("Ctrl+Shift+L")
    wait_until(lambda: laptop.window.current_screen() == "login")
    laptop.idle()


def test_a_pin_is_chosen_by_keys_and_work_goes_on(laptop: Laptop) -> None:
    laptop.sign_in()
    choose(laptop)
    assert laptop.window.current_screen() == "home"
    assert laptop.services.office.who is not None
    assert laptop.login.pin_pane.pin.text() == "" == laptop.login.pin_pane.passphrase.text()


def test_after_a_lock_the_pin_is_asked_and_opens_beranda(laptop: Laptop) -> None:
    locked(laptop)
    assert laptop.login.pin.hasFocus()
    assert laptop.login.pin.accessibleName() == "PIN Nor Halimah"
    assert not laptop.login.passphrase.isVisible()
    type_text(PIN)
    press("Return")
    wait_until(lambda: laptop.window.current_screen() == "home")
    assert laptop.login.pin.text() == ""
    assert [call[0] for call in laptop.calls if call[0] in ("unlock", "reopen")][-1] == "reopen"


def test_letters_do_not_get_into_a_pin_and_no_digit_is_shown(laptop: Laptop) -> None:
    locked(laptop)
    type_text("2a0b4-5.18999")
    assert laptop.login.pin.value() == "204518"
    assert laptop.login.pin.echoMode() is QLineEdit.EchoMode.Password


def test_a_short_pin_is_no_try(laptop: Laptop) -> None:
    locked(laptop)
    type_text("2045")
    press("Return")
    assert laptop.login.pin.accessibleDescription() == "PIN terdiri dari 6 angka."
    assert laptop.services.office.named("reopen") == []


def test_five_wrong_pins_ask_for_the_passphrase(laptop: Laptop) -> None:
    locked(laptop)
    for left in (4, 3, 2, 1):
        type_text(WRONG)
        press("Return")
        wait_until(lambda left=left: f"Sisa {left}" in laptop.login.pin.accessibleDescription())
        assert laptop.login.pin.hasFocus()
    type_text(WRONG)
    press("Return")
    wait_until(laptop.login.passphrase.isVisible)
    laptop.idle()
    assert not laptop.login.pin.isVisible()
    assert laptop.login.passphrase.hasFocus()
    assert "kata sandi" in laptop.login.passphrase.accessibleDescription()
    type_text(PASSPHRASE)
    press("Return")
    wait_until(lambda: laptop.window.current_screen() == "home")


def test_a_forgotten_pin_leaves_the_passphrase_and_that_leaves_the_recovery_code(laptop: Laptop) -> None:
    locked(laptop)
    laptop.login.forgot.setFocus()
    press("Space")
    assert laptop.login.passphrase.hasFocus()
    assert laptop.login.forgot.text() == "Lupa kata sandi"
    laptop.login.forgot.setFocus()
    press("Space")
    assert laptop.login.recovery.isVisible()


def test_another_person_is_asked_for_the_passphrase(laptop: Laptop) -> None:
    locked(laptop)
    press("Alt+2")
    assert laptop.login.passphrase.hasFocus()
    press("Alt+1")
    assert laptop.login.pin.hasFocus()


def test_two_pins_that_differ_a_weak_one_and_a_wrong_passphrase_are_told_in_the_pane(laptop: Laptop) -> None:
    laptop.sign_in()
    pane = laptop.login.pin_pane
    choose(laptop, again=WRONG)
    assert pane.message.text() == "Kedua PIN belum sama."
    assert laptop.services.office.named("set_pin") == []
    press("Escape")
    choose(laptop, passphrase="salah")
    assert "salah" in pane.message.text()
    press("Escape")
    laptop.services.office.broken["set_pin"] = SidumbaError("auth.weak_pin", digits=6)
    choose(laptop)
    assert "mudah ditebak" in pane.message.text()


def test_escape_leaves_the_pane_and_nobody_is_signed_out(laptop: Laptop) -> None:
    laptop.sign_in()
    laptop.window.choose_pin()
    press("Escape")
    laptop.idle()
    assert laptop.window.current_screen() == "home"
    assert laptop.services.office.who is not None


def test_a_pin_is_taken_away_by_keys(laptop: Laptop) -> None:
    locked(laptop)
    session.reopen(laptop.window.desk, "u1", PIN)
    wait_until(lambda: laptop.window.current_screen() == "home")
    laptop.window.choose_pin()
    laptop.login.pin_pane.drop.setFocus()
    press("Space")
    laptop.idle()
    press("Ctrl+Shift+L")
    wait_until(lambda: laptop.window.current_screen() == "login")
    laptop.idle()
    assert laptop.login.passphrase.isVisible()


def test_a_laptop_that_locks_itself_in_the_pin_pane_shows_the_people(laptop: Laptop) -> None:
    laptop.sign_in()
    laptop.window.choose_pin()
    type_text("rahasia")
    laptop.window.lock()
    wait_until(laptop.login.people.isVisible)
    laptop.idle()
    assert laptop.login.pin_pane.passphrase.text() == ""
