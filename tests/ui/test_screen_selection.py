"""Selection by keyboard alone: a digit decides, the next is in hand at once, a round is taken back as a whole."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QDesktopServices, QGuiApplication

from sidumba_field.ui.operations import session
from sidumba_field.ui.screens.selection.screen import SelectionScreen
from tests.helpers.fake_services import PASSPHRASE
from tests.helpers.fake_steps import HANDING, MESSAGE
from tests.helpers.qt import press, settle, type_text, wait_until
from tests.helpers.screens import Laptop, laptop

__all__ = ["laptop"]


@pytest.fixture
def desk(laptop: Laptop) -> Laptop:
    """The admin desa with the files of this morning."""
    session.unlock(laptop.window.desk, "u6", PASSPHRASE)
    wait_until(lambda: laptop.window.current_screen() == "home")
    laptop.idle()
    laptop.window.show_screen("selection")
    laptop.idle()
    return laptop


def screen(laptop: Laptop) -> SelectionScreen:
    found = laptop.window.screen_named("selection")
    assert isinstance(found, SelectionScreen)
    return found


def moves(laptop: Laptop) -> list[tuple[object, ...]]:
    return [call[1:4] for call in laptop.services.office.named("move")]


def test_the_first_file_is_in_hand_with_its_answers_and_photo_beside_it(desk: Laptop) -> None:
    page = screen(desk)
    assert page.list.hasFocus()
    assert page.list.current_key() == "p1"
    assert desk.window.desk.steps.look is not None
    assert desk.window.desk.steps.look.rid == "p1"
    wait_until(page.look.photo.has_image)
    assert [button.text() for button in page.foot.buttons.values()] == [
        "Lengkap",
        "Tidak lengkap",
        "Ganda",
        "Bukan UMKM",
    ]


def test_one_digit_decides_and_the_next_is_in_hand_at_once(desk: Laptop) -> None:
    press("1")
    assert screen(desk).list.current_key() == "p2"
    desk.idle()
    press("1")
    assert screen(desk).list.current_key() == "p3"
    desk.idle()
    assert moves(desk) == [(("p1",), "pilah_lengkap", ""), (("p2",), "pilah_lengkap", "")]
    assert desk.window.desk.steps.progress() == (2, 7)
    assert screen(desk)._progress.text() == "2 dari 7"


def test_ctrl_z_brings_a_whole_round_back(desk: Laptop) -> None:
    press("Ctrl+A")
    press("1")
    desk.idle()
    assert screen(desk).list.items() == []
    assert desk.window.toast.offers_undo()
    press("Ctrl+Z")
    desk.idle()
    assert len(screen(desk).list.items()) == 7
    assert len(desk.services.office.named("withdraw_round")) == 1
    assert desk.window.desk.steps.progress() == (0, 7)


def test_a_round_goes_to_the_worker_in_pieces(desk: Laptop) -> None:
    press("Ctrl+A")
    press("1")
    desk.idle()
    pieces = [rids for rids, _, _ in moves(desk)]
    assert [len(rids) for rids in pieces] == [4, 3]  # type: ignore[arg-type]
    assert {call[4] for call in desk.services.office.named("move")} == {7}


def test_a_step_that_wants_words_asks_for_them_and_takes_a_template(desk: Laptop) -> None:
    press("2")
    composer = screen(desk).foot.composer
    assert composer is not None
    assert composer.edit.hasFocus()
    press("1")
    assert moves(desk) == []
    composer.set_text("")
    press("Alt+2")
    press("Ctrl+Return")
    desk.idle()
    rids, command, remark = moves(desk)[0]
    assert (rids, command) == (("p1",), "pilah_tidak_lengkap")
    assert str(remark).startswith("Foto belum ada")
    assert screen(desk).list.hasFocus()


def test_no_words_no_step_and_escape_gives_it_up(desk: Laptop) -> None:
    press("3")
    press("Ctrl+Return")
    assert moves(desk) == []
    assert desk.window.banner_text() == "Tulis alasan, lalu tekan Ctrl+Enter."
    press("Escape")
    assert screen(desk).foot.composer is None
    assert screen(desk).list.hasFocus()


def test_shift_and_ctrl_space_choose_and_escape_lets_go(desk: Laptop) -> None:
    press("Shift+Down", times=2)
    assert screen(desk).list.chosen() == ("p1", "p2", "p3")
    assert screen(desk).foot.buttons["1"].text() == "Lengkap: 3 data"
    press("Ctrl+Space")
    assert screen(desk).list.chosen() == ("p1", "p2")
    press("Escape")
    assert screen(desk).list.chosen() == ()
    assert screen(desk).foot.buttons["1"].text() == "Lengkap"


def test_what_could_not_be_moved_comes_back_and_says_why(desk: Laptop) -> None:
    desk.services.steps.refuse["p1"] = "Masih ada 2 isian yang perlu diperbaiki."
    press("1")
    desk.idle()
    assert "Masih ada 2 isian" in desk.window.banner_text()
    assert "p1" in [item.key for item in screen(desk).list.items()]


def test_escape_stops_a_round_between_two_pieces(desk: Laptop) -> None:
    desk.services.office.slow = frozenset({"move"})
    desk.services.office.delay = 0.2
    press("Ctrl+A")
    press("1")
    settle()
    press("Escape")
    desk.idle()
    assert len(moves(desk)) == 1
    assert desk.window.desk.steps.busy is None
    assert len(screen(desk).list.items()) == 3


def test_piles_open_with_alt_and_the_arrows(desk: Laptop) -> None:
    press("Alt+Right")
    desk.idle()
    assert desk.window.desk.steps.pile == "terpilah"
    assert not screen(desk).foot.isVisible()
    press("Alt+Left")
    desk.idle()
    assert desk.window.desk.steps.pile == "diserahkan"


def test_twins_are_compared_and_marked_with_the_number_of_the_other(desk: Laptop) -> None:
    press("Alt+B")
    desk.idle()
    sheet = screen(desk).compare
    assert sheet.isVisible()
    assert sheet.view is not None
    press("Escape")
    assert not sheet.isVisible()
    assert moves(desk) == []


def test_a_hand_over_wants_a_receiver_and_offers_its_receipt(desk: Laptop) -> None:
    desk.services.steps.steps = {"diserahkan": HANDING}
    desk.services.steps.names = ()
    desk.window.show_screen("selection")
    desk.idle()
    press("1")
    assert moves(desk) == []
    assert screen(desk).foot.receiver.field.hasFocus()
    type_text("Siti Rahmah 1")
    press("Return")
    desk.idle()
    assert moves(desk)[0] == (("p1",), "serahkan", "Siti Rahmah 1")
    assert screen(desk).receipt.isVisible()


def test_the_ready_text_is_copied_with_alt_w_or_handed_to_the_system(
    desk: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.services.steps.message_after = MESSAGE
    press("1")
    desk.idle()
    panel = desk.window._message
    assert panel.isVisible()
    assert panel.text() == MESSAGE.text
    opened: list[str] = []

    def system(url: object) -> bool:
        opened.append(url.toString())  # type: ignore[attr-defined]
        return True

    monkeypatch.setattr(QDesktopServices, "openUrl", system)
    press("Alt+O")
    assert opened == [MESSAGE.link]
    press("Alt+W")
    assert QGuiApplication.clipboard().text() == MESSAGE.text
    assert not panel.isVisible()


def test_nothing_of_one_person_stays_for_the_next(desk: Laptop) -> None:
    press("1")
    desk.idle()
    desk.window.lock()
    wait_until(lambda: desk.window.current_screen() == "login")
    session.unlock(desk.window.desk, "u6", PASSPHRASE)
    wait_until(lambda: desk.window.current_screen() == "home")
    assert desk.window.desk.steps.view is None
    assert desk.window.desk.steps.message is None


def test_beranda_of_who_sorts_opens_the_selection_room_on_the_record(laptop: Laptop) -> None:
    """Judging answer by answer is for the desks after the village's: a row leads to the piles."""
    session.unlock(laptop.window.desk, "u6", PASSPHRASE)
    wait_until(lambda: laptop.window.current_screen() == "home")
    laptop.idle()
    waiting = laptop.services.steps.piles("").rows[1].rid
    laptop.home.list.opened.emit(waiting)
    wait_until(lambda: laptop.window.current_screen() == "selection")
    laptop.idle()
    room = laptop.window.built_screen("selection")
    assert isinstance(room, SelectionScreen)
    assert room.list.current_key() == waiting
