"""Screen 10b by keys: what comes in is seen, the PIN follows, nobody is kept there."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QApplication

from sidumba_field.services.exchange.stick_views import StickOutcome
from sidumba_field.ui.operations import session, sticks
from sidumba_field.ui.screens.setup.screen import SetupScreen
from tests.helpers.every_screen import fetching, first_pin
from tests.helpers.fake_services import PASSPHRASE
from tests.helpers.fake_sticks import STATES
from tests.helpers.fake_supplies import FAILED, MANY, UNDER_WAY
from tests.helpers.qt import press, type_text, wait_until
from tests.helpers.screens import Laptop, laptop

__all__ = ["laptop"]


def screen(laptop: Laptop) -> SetupScreen:
    found = laptop.window.screen_named("setup")
    assert isinstance(found, SetupScreen)
    return found


def test_whoever_signs_in_before_the_first_fetch_ended_is_led_to_it_and_it_goes_on(laptop: Laptop) -> None:
    fetching(laptop)
    assert laptop.services.office.named("run"), "the fetch goes on by itself"
    assert screen(laptop).fetch.on.hasFocus()
    bar = laptop.window.truth
    assert bar._fetch.accessibleName() == "Unduhan tersimpan sampai 62%"
    assert not bar.segment("waiting").isVisible()


def test_keys_alone_lead_through_the_list_and_the_pin_to_work(laptop: Laptop) -> None:
    fetching(laptop)
    press("Ctrl+Return")
    laptop.idle()
    pane = screen(laptop).pin
    assert pane.pin.hasFocus()
    type_text("204518")
    press("Return")
    type_text("204518")
    press("Return")
    wait_until(lambda: laptop.window.current_screen() == "home")
    laptop.idle()
    assert laptop.services.office.named("choose_pin") == [("choose_pin",)]
    assert pane.pin.value() == pane.again.value() == ""
    assert laptop.window.truth.segment("waiting").isVisible()


def test_two_different_pins_are_told_and_nothing_is_chosen(laptop: Laptop) -> None:
    first_pin(laptop)
    type_text("204518")
    press("Return")
    type_text("204519")
    press("Return")
    assert screen(laptop).pin.message.text() == "Kedua PIN belum sama."
    assert laptop.services.office.named("choose_pin") == []


def test_the_pin_may_wait(laptop: Laptop) -> None:
    first_pin(laptop)
    press("Escape")
    wait_until(lambda: laptop.window.current_screen() == "home")
    assert laptop.services.office.named("choose_pin") == []


def test_esc_leaves_the_list_for_work_and_the_next_sign_in_leads_back(laptop: Laptop) -> None:
    fetching(laptop)
    press("Escape")
    wait_until(lambda: laptop.window.current_screen() == "home")
    laptop.idle()
    laptop.window.lock()
    wait_until(lambda: laptop.window.current_screen() == "login")
    session.unlock(laptop.window.desk, "u1", PASSPHRASE)
    wait_until(lambda: laptop.window.current_screen() == "setup")
    laptop.idle()


def test_before_the_forms_are_here_the_button_says_how_much_is_missing(laptop: Laptop) -> None:
    fetching(laptop, MANY)
    on = screen(laptop).fetch.on
    assert (on.text(), on.isEnabled()) == ("Menunggu 1 formulir", True)
    press("Ctrl+Return")
    laptop.idle()
    assert screen(laptop).fetch.message.text().startswith("Formulir belum lengkap")
    assert laptop.window.current_screen() == "setup"
    laptop.services.supplies.shown = replace(MANY, lacking=-1)
    laptop.window.desk.sync.changed.emit()
    laptop.idle()
    assert on.text() == "Menunggu daftar formulir"


def test_a_failed_item_says_why_and_is_tried_again_from_its_row_or_by_a_key(laptop: Laptop) -> None:
    fetching(laptop, FAILED)
    pane = screen(laptop).fetch
    row = next(item for item in pane.list.items() if item.trouble)
    assert row.trouble in row.spoken()
    assert row.action in row.spoken()
    began = len(laptop.services.office.named("run"))
    press("Alt+U")
    laptop.idle()
    assert len(laptop.services.office.named("run")) == began + 1
    pane.list.setFocus()
    pane.list.go_to(row.key)
    press("Return")
    laptop.idle()
    assert len(laptop.services.office.named("run")) == began + 2


def test_a_row_that_is_here_does_nothing(laptop: Laptop) -> None:
    fetching(laptop, UNDER_WAY)
    pane = screen(laptop).fetch
    began = len(laptop.services.office.named("run"))
    pane.list.setFocus()
    pane.list.go_to(UNDER_WAY.rows[0].key)
    press("Return")
    laptop.idle()
    assert len(laptop.services.office.named("run")) == began
    assert QApplication.focusWidget() is pane.list


def with_stick(laptop: Laptop, state: str) -> SetupScreen:
    """Step 2 with a flashdisk in that state, Alt+F pressed."""
    laptop.services.sticks.picture = STATES[state]
    fetching(laptop)
    press("Alt+F")
    laptop.idle()
    wait_until(lambda: not laptop.window.desk.sticks.busy)
    laptop.idle()
    return screen(laptop)


def test_alt_f_without_a_flashdisk_says_what_to_do(laptop: Laptop) -> None:
    pane = with_stick(laptop, "none").fetch
    assert pane.message.text().startswith("Flashdisk belum ada.")
    assert laptop.services.office.named("stick_save") == []


def test_alt_f_writes_a_request_where_no_reply_lies(laptop: Laptop) -> None:
    pane = with_stick(laptop, "ready").fetch
    assert len(laptop.services.office.named("stick_save")) == 1
    assert pane.message.text().startswith("Permintaan ada di flashdisk.")
    laptop.window.desk.sync.changed.emit()
    laptop.idle()
    assert pane.message.text().startswith("Permintaan ada di flashdisk."), "it stays until the next press"


def test_alt_f_does_not_ask_twice(laptop: Laptop) -> None:
    pane = with_stick(laptop, "waiting").fetch
    assert laptop.services.office.named("stick_save") == []
    assert pane.message.text().startswith("Belum ada balasan di flashdisk ini.")


def test_alt_f_reads_the_reply_and_shows_what_it_brought(laptop: Laptop) -> None:
    whole = replace(UNDER_WAY, whole=True, note="Semua bekal sudah ada di laptop ini.")
    laptop.services.sticks.outcome = StickOutcome(True, "Balasan dibaca: 0 data diterima server", replies=1)
    fetching(laptop)
    laptop.services.sticks.picture = STATES["reply"]
    laptop.services.supplies.shown = whole
    press("Alt+F")
    wait_until(lambda: bool(laptop.services.office.named("took_stick")))
    laptop.idle()
    assert len(laptop.services.office.named("stick_read")) == 1
    assert screen(laptop).fetch._note.text() == whole.note


def test_taking_the_flashdisk_out_says_nothing_of_a_request(laptop: Laptop) -> None:
    laptop.services.sticks.outcome = StickOutcome(True, "Balasan dibaca.", safe=True, replies=1)
    pane = with_stick(laptop, "reply").fetch
    sticks.eject(laptop.window.desk)
    wait_until(lambda: bool(laptop.services.office.named("stick_eject")))
    laptop.idle()
    assert pane.message.text() == ""


def test_what_a_flashdisk_could_not_bring_is_told(laptop: Laptop) -> None:
    note = "balasan_Kapul_0002.sidumba: Berkas terpotong. Minta disalin lagi."
    laptop.services.sticks.outcome = StickOutcome(True, "Balasan dibaca.", replies=1, notes=(note,))
    pane = with_stick(laptop, "reply").fetch
    assert pane.message.text() == note
    assert laptop.services.office.named("took_stick") == []
