"""Masuk: a digit picks, a passphrase opens, a wrong one is told beside the field; set-up and recovery without mouse."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QLineEdit

from sidumba_field.core.errors import SidumbaError
from sidumba_field.services.views import SetupBegun
from tests.helpers.fake_services import PASSPHRASE, sample_office
from tests.helpers.qt import press, settle, type_text, wait_until
from tests.helpers.screens import Laptop, laptop

__all__ = ["laptop"]


def test_a_digit_picks_the_person_and_the_hands_are_in_the_passphrase(laptop: Laptop) -> None:
    press("3")
    assert laptop.login.people.current_id() == "u3"
    assert laptop.login.passphrase.hasFocus()
    assert laptop.login.passphrase.accessibleName() == "Kata sandi Hidayati"


def test_letters_typed_at_the_list_begin_the_passphrase(laptop: Laptop) -> None:
    assert laptop.login.people.hasFocus()
    type_text("sawah")
    assert laptop.login.passphrase.value() == "sawah"


def test_the_passphrase_opens_beranda_and_is_wiped_from_its_field(laptop: Laptop) -> None:
    press("1")
    type_text(PASSPHRASE)
    press("Return")
    wait_until(lambda: laptop.window.current_screen() == "home")
    assert laptop.window.windowTitle() == "Sidumba Field · Desa Kapul"
    assert laptop.login.passphrase.text() == ""


def test_the_passphrase_is_never_shown_in_clear(laptop: Laptop) -> None:
    assert laptop.login.passphrase.echoMode() is QLineEdit.EchoMode.Password


def test_a_wrong_passphrase_is_told_beside_the_field_and_can_be_typed_over(laptop: Laptop) -> None:
    press("1")
    type_text("salah")
    press("Return")
    wait_until(lambda: laptop.login.passphrase.accessibleDescription() != "")
    assert laptop.window.current_screen() == "login"
    assert laptop.login.passphrase.hasFocus()
    type_text(PASSPHRASE)
    assert laptop.login.passphrase.accessibleDescription() == ""
    press("Return")
    wait_until(lambda: laptop.window.current_screen() == "home")


def test_an_empty_passphrase_asks_no_service(laptop: Laptop) -> None:
    press("1")
    press("Return")
    assert laptop.services.office.named("unlock") == []
    assert laptop.login.passphrase.accessibleDescription() == "Tulis kata sandi Anda dulu."


def test_enter_twice_tries_once(laptop: Laptop) -> None:
    laptop.services.office.delay = 0.2
    press("1")
    type_text(PASSPHRASE)
    press("Return", times=2)
    wait_until(lambda: laptop.window.current_screen() == "home")
    assert len(laptop.services.office.named("unlock")) == 1


def test_the_bar_of_a_locked_laptop_says_what_waits_and_nothing_more(laptop: Laptop) -> None:
    bar = laptop.window.truth
    assert bar.segment("waiting").accessibleName() == "23 data menunggu dikirim dari laptop ini"
    assert bar.segment("locked").isVisible()
    assert not bar.segment("laptop").isVisible()
    assert bar.segment("connection").accessibleName() == "Luring sejak 07.12"


def test_a_first_start_begins_with_the_set_up(laptop: Laptop) -> None:
    laptop.services.session.activated = False
    laptop.window.start()
    laptop.idle()
    assert laptop.login.activation.isVisible()
    assert laptop.login.activation.server.hasFocus()
    for text in ("https://desa.example", "KPL7-2Q9F", "nor", PASSPHRASE, "Laptop Kapul"):
        type_text(text)
        press("Return")
    wait_until(lambda: laptop.window.current_screen() == "setup")
    laptop.idle()
    call = laptop.services.office.named("activate")[0]
    assert call == ("activate", "https://desa.example", "KPL7-2Q9F", "nor", "Laptop Kapul")
    assert laptop.services.office.named("unlock") == [("unlock", "u1")]
    assert laptop.login.activation.password.text() == ""


def test_what_is_missing_in_the_set_up_gets_the_hands(laptop: Laptop) -> None:
    laptop.services.session.activated = False
    laptop.window.start()
    laptop.idle()
    type_text("https://desa.example")
    press("Ctrl+Return")
    assert laptop.login.activation.code.hasFocus()
    assert laptop.services.office.named("activate") == []


def test_no_connection_at_set_up_is_told_in_the_pane(laptop: Laptop) -> None:
    laptop.services.session.activated = False
    laptop.services.office.broken["activate"] = SidumbaError("wire.unreachable")
    laptop.window.start()
    laptop.idle()
    for text in ("https://desa.example", "KPL7-2Q9F", "nor", PASSPHRASE, "Laptop Kapul"):
        type_text(text)
        press("Return")
    wait_until(lambda: laptop.login.activation.message.text() != "")
    assert not laptop.login.activation.submit.is_busy()


def test_a_person_is_added_by_somebody_who_works_here(laptop: Laptop) -> None:
    """The key of the laptop is open only while somebody is signed in; Masuk says so instead of failing."""
    press("F3")
    assert not laptop.login.activation.isVisible()
    assert "menu" in laptop.login.passphrase.accessibleDescription()
    laptop.sign_in()
    laptop.window._add_person()
    assert laptop.login.activation.username.hasFocus()
    assert not laptop.login.activation.server.isVisible()
    type_text("nor")
    press("Return")
    type_text(PASSPHRASE)
    press("Return")
    wait_until(lambda: laptop.services.office.named("add_person") != [])
    wait_until(lambda: laptop.window.desk.session.current is None)


def test_a_forgotten_passphrase_is_replaced_with_a_recovery_code(laptop: Laptop) -> None:
    press("1")
    laptop.login.forgot.setFocus()
    press("Space")
    assert laptop.login.recovery.code.hasFocus()
    type_text("KPL7-2Q9F")
    press("Return")
    type_text("ladang hijau")
    press("Return")
    type_text("ladang biru")
    press("Return")
    assert laptop.login.recovery.message.text() == "Kedua kata sandi belum sama."
    press("Ctrl+A")
    type_text("ladang hijau")
    press("Return")
    wait_until(lambda: laptop.window.current_screen() == "home")


def test_escape_leaves_a_side_room(laptop: Laptop) -> None:
    press("F3")
    press("Escape")
    assert laptop.login.people.isVisible()


def test_sample_accounts_stand_beside_the_people_only_in_a_sample_office(laptop: Laptop) -> None:
    assert not laptop.login.sample.isVisible()
    sample_office(laptop.services)
    laptop.window.start()
    laptop.idle()
    assert laptop.login.sample.isVisible()


def test_locking_returns_to_masuk_and_forgets_the_person(laptop: Laptop) -> None:
    laptop.sign_in(1)
    press("Ctrl+Shift+L")
    wait_until(lambda: laptop.window.current_screen() == "login")
    laptop.idle()
    assert laptop.services.office.who is None
    assert laptop.window.windowTitle() == "Sidumba Field"
    assert laptop.window.truth.segment("locked").isVisible()
    assert QApplication.focusWidget() is not None
    settle()


def test_a_set_up_that_was_cut_goes_on_with_the_passphrase_alone(laptop: Laptop) -> None:
    laptop.services.session.activated = False
    laptop.services.session.begun = SetupBegun("https://desa.example", "nor", "Laptop Kapul")
    laptop.window.start()
    laptop.idle()
    assert laptop.login.activation.password.hasFocus()
    assert laptop.login.activation.code.placeholderText() == "Sudah tersimpan, boleh kosong"
    type_text(PASSPHRASE)
    press("Ctrl+Return")
    wait_until(lambda: laptop.window.current_screen() == "setup")
    laptop.idle()
    call = laptop.services.office.named("activate")[0]
    assert call == ("activate", "https://desa.example", "", "nor", "Laptop Kapul")


def test_the_first_digit_belongs_to_the_list_even_when_the_people_come_late(laptop: Laptop) -> None:
    laptop.idle()
    login = laptop.login
    login._met = False
    login.passphrase.setFocus()
    laptop.window.desk.session.login_changed.emit()
    assert QApplication.focusWidget() is login.people
    login.passphrase.setFocus()
    type_text("rahasia")
    laptop.window.desk.session.login_changed.emit()
    assert QApplication.focusWidget() is login.passphrase, "who types is not interrupted"
