"""The flashdisk card of Sinkronisasi by keys alone: save, read, choose, take out, stop; every state in words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QMenu

from sidumba_field.core.errors import SidumbaError
from sidumba_field.services.exchange.stick_views import StickOutcome
from sidumba_field.services.views import Link
from sidumba_field.ui.operations import sticks as operations
from sidumba_field.ui.screens.sync.stick_card import BundleLine, StickCard
from sidumba_field.ui.widgets.label import Label
from tests.helpers.fake_services import TRUTH
from tests.helpers.fake_sticks import KINGSTON, SAVED, SMALL, STATES
from tests.helpers.qt import press, settle, wait_until
from tests.helpers.screens import Laptop, laptop

__all__ = ["laptop"]


def stand(laptop: Laptop, state: str = "ready") -> StickCard:
    """Somebody on Sinkronisasi with the card in that state."""
    laptop.services.sticks.picture = STATES[state]
    laptop.sign_in(1)
    laptop.window.show_screen("sync")
    operations.load(laptop.window.desk)
    laptop.idle()
    return laptop.sync.sticks


def words(card: StickCard) -> str:
    return " | ".join(one.text().replace("\u200b", "") for one in card.findChildren(Label) if one.isVisible())


def history(laptop: Laptop) -> list[str]:
    return [line.accessibleName() for line in laptop.sync.findChildren(BundleLine) if line.isVisible()]


def test_alt_s_saves_and_the_toast_offers_to_take_the_flashdisk_out(laptop: Laptop) -> None:
    card = stand(laptop)
    assert card.save.text() == "Simpan 23 data"
    laptop.services.sticks.picture = STATES["waiting"]
    press("Alt+S")
    laptop.idle()
    assert laptop.services.office.named("stick_save") == [("stick_save", KINGSTON.key)]
    assert laptop.window.toast.text() == SAVED
    press("Alt+K")
    laptop.idle()
    assert laptop.services.office.named("stick_eject") == [("stick_eject", KINGSTON.key)]
    assert laptop.window.toast.text() == "Flashdisk aman dicabut."


def test_alt_k_takes_the_flashdisk_out_also_without_a_toast(laptop: Laptop) -> None:
    stand(laptop)
    press("Alt+K")
    laptop.idle()
    assert laptop.services.office.named("stick_eject")


def test_a_bundle_stays_amber_until_its_reply_was_read(laptop: Laptop) -> None:
    stand(laptop, "waiting")
    assert history(laptop)[0] == "FD-0003, 20 Nov 09.41, 23 data, 42 berkas, 14,2 MB, menunggu balasan"
    laptop.services.office.truth = replace(TRUTH, on_stick=23)
    laptop.services.sticks.picture = STATES["reply"]
    operations.load(laptop.window.desk)
    laptop.idle()
    card = laptop.sync.sticks
    assert card._last_sign._mark == "tunggu"
    laptop.services.sticks.picture = STATES["ready"]
    laptop.services.sticks.outcome = StickOutcome(True, "Balasan dibaca: 23 data diterima server", replies=1)
    press("Alt+C")
    laptop.idle()
    assert laptop.services.office.named("stick_read")
    assert laptop.window.toast.text() == "Balasan dibaca: 23 data diterima server"
    assert card._last_sign._mark == "terima"


def test_the_truth_bar_tells_what_lies_on_a_flashdisk(laptop: Laptop) -> None:
    laptop.services.office.truth = replace(TRUTH, on_stick=23)
    stand(laptop, "waiting")
    segment = laptop.window.truth.segment("on_stick")
    assert segment.accessibleName() == "23 di flashdisk, menunggu balasan"
    laptop.services.office.truth = TRUTH
    laptop.window.desk.touch(replace(laptop.services.sticks.outcome.changes, counts=True))
    laptop.idle()
    assert not segment.isVisible()


def test_without_a_flashdisk_the_three_steps_stand_there_and_a_press_says_what_is_missing(
    laptop: Laptop,
) -> None:
    card = stand(laptop, "none")
    assert "Bawa ke kantor kecamatan" in words(card)
    press("Alt+S")
    laptop.idle()
    assert laptop.window.banner_text() == "Colokkan flashdisk, atau pilih folder."
    assert not laptop.services.office.named("stick_save")
    assert not card.out.isVisible()


def test_alt_f_opens_the_folder_dialog_and_the_folder_is_used(laptop: Laptop, tmp_path: Path) -> None:
    card = stand(laptop, "none")
    press("Alt+F")
    wait_until(lambda: bool(laptop.window.findChildren(QFileDialog)))
    dialog = laptop.window.findChildren(QFileDialog)[0]
    dialog.fileSelected.emit(str(tmp_path))
    dialog.close()
    laptop.window.activateWindow()
    wait_until(laptop.window.isActiveWindow)
    laptop.idle()
    press("Alt+S")
    laptop.idle()
    assert laptop.services.office.named("stick_save") == [("stick_save", str(tmp_path))]
    assert not card.out.isVisible()  # a folder is not taken out


def test_of_several_flashdisks_one_is_chosen_from_a_menu(laptop: Laptop) -> None:
    card = stand(laptop, "several")
    press("Alt+F")
    menu = card.findChild(QMenu)
    assert menu is not None
    labels = [action.text().split("\t")[0] for action in menu.actions() if action.text()]
    assert labels == [KINGSTON.label, SMALL.label, "Pilih folder lain"]
    menu.actions()[1].trigger()
    menu.close()
    laptop.idle()
    assert laptop.window.desk.sticks.view is not None
    assert laptop.window.desk.sticks.view.chosen == SMALL.key


def test_a_flashdisk_that_comes_or_goes_is_seen_and_no_disk_is_asked_meanwhile(laptop: Laptop) -> None:
    card = stand(laptop, "none")
    asked = len(laptop.services.office.named("stick_view"))
    operations.watch(laptop.window.desk)
    laptop.idle()
    assert len(laptop.services.office.named("stick_view")) == asked
    laptop.services.sticks.picture = STATES["ready"]
    operations.watch(laptop.window.desk)
    laptop.idle()
    assert "KINGSTON (E:)" in words(card)
    assert card._timer.isActive()
    laptop.window.show_screen("home")
    settle()
    assert not card._timer.isActive()


def test_writing_shows_how_far_it_is_and_escape_stops_it(laptop: Laptop) -> None:
    card = stand(laptop)
    laptop.services.sticks.steps = 500
    press("Alt+S")
    wait_until(lambda: card.stop.isVisible() and "Menulis" in words(card))
    assert not card.save.isVisible()
    press("Escape")
    laptop.idle()
    assert card.save.isVisible()
    assert laptop.window.banner_text() == "Dibatalkan. Tidak ada yang berubah di laptop."


def test_a_second_press_while_writing_starts_nothing(laptop: Laptop) -> None:
    card = stand(laptop)
    laptop.services.sticks.steps = 30
    press("Alt+S")
    wait_until(lambda: card.stop.isVisible())
    operations.save(laptop.window.desk)
    operations.read(laptop.window.desk)
    laptop.idle()
    assert len(laptop.services.office.named("stick_save")) == 1
    assert not laptop.services.office.named("stick_read")


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("crowded", "3 berkas (7,8 MB) tidak muat dan tetap di laptop."),
        ("locked", "Flashdisk terkunci."),
        ("reply", "Balasan untuk laptop ini, 21 Nov 10.12"),
        ("damaged", "Berkas terpotong."),
        ("damaged", "Balasan untuk laptop lain, biarkan di flashdisk"),
        ("carrying", "Titipan: 2 bundel, tidak bisa dibaca di laptop ini."),
        ("carried", "Titipan: 1 balasan siap, colokkan lagi flashdisknya."),
    ],
)
def test_every_state_is_told_on_the_card(laptop: Laptop, state: str, said: str) -> None:
    assert said in words(stand(laptop, state))


def test_what_was_not_taken_stays_on_the_card_by_name(laptop: Laptop) -> None:
    card = stand(laptop, "reply")
    note = "balasan_Kapul_0002.sidumba: Berkas terpotong."
    laptop.services.sticks.outcome = StickOutcome(
        True, "Balasan dibaca: 1 data diterima server", notes=(note,)
    )
    laptop.services.sticks.picture = STATES["ready"]
    press("Alt+C")
    laptop.idle()
    assert note in words(card)


@pytest.mark.parametrize(("link", "sent"), [(Link.ONLINE, 1), (Link.OFFLINE, 0)])
def test_what_was_taken_along_leaves_at_once_where_there_is_a_line(
    laptop: Laptop, link: Link, sent: int
) -> None:
    laptop.services.office.truth = replace(TRUTH, link=link)
    card = stand(laptop, "carrying")
    assert card.read.text() == "Ambil titipan"
    laptop.services.sticks.outcome = StickOutcome(True, "2 bundel titipan disalin.", taken=2)
    press("Alt+C")
    laptop.idle()
    wait_until(lambda: not laptop.window.desk.sync.running)
    assert len(laptop.services.office.named("run")) == sent


def test_an_order_that_came_with_a_reply_is_obeyed(laptop: Laptop) -> None:
    stand(laptop, "reply")
    laptop.services.orders.word = "wipe"
    laptop.services.sticks.outcome = StickOutcome(True, "Balasan dibaca.", replies=1, order=True)
    press("Alt+C")
    wait_until(lambda: bool(laptop.services.office.named("obey")))
    wait_until(lambda: laptop.window.current_screen() == "login")
    laptop.idle()


def test_a_fault_is_told_and_the_card_is_free_again(laptop: Laptop) -> None:
    card = stand(laptop)
    laptop.services.office.broken["stick_save"] = SidumbaError("store.disk_full")
    press("Alt+S")
    laptop.idle()
    assert laptop.window.banner_text()
    assert card.save.isVisible()


def test_who_sits_down_next_sees_nothing_of_the_flashdisk_chosen_before(
    laptop: Laptop, tmp_path: Path
) -> None:
    stand(laptop)
    operations.choose(laptop.window.desk, str(tmp_path))
    laptop.idle()
    laptop.window.lock()
    wait_until(lambda: laptop.window.current_screen() == "login")
    model = laptop.window.desk.sticks
    assert (model.view, model.chosen, model.notes) == (None, "", ())
