"""Verifikasi by keyboard: two keys for a clean record, no return without a remark, every decision can be taken back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtGui import QGuiApplication

from sidumba_field.core.errors import SidumbaError
from sidumba_field.services.steps.views import Beside
from sidumba_field.services.views import Refusal
from sidumba_field.ui.screens.review.signoff import iso_day
from sidumba_field.ui.widgets.text_fields import TextField
from tests.helpers.fake_review import OFFER
from tests.helpers.fake_steps import DIFFER, SIGNOFF
from tests.helpers.qt import press, settle, type_text, wait_until
from tests.helpers.screens import Laptop, laptop

__all__ = ["laptop"]


@pytest.fixture
def desk(laptop: Laptop) -> Laptop:
    """The verifier of Kecamatan Halong with the oldest record in hand."""
    laptop.sign_in(4)
    press("Ctrl+2")
    wait_until(lambda: laptop.window.current_screen() == "review")
    wait_until(lambda: laptop.window.desk.review.rid == "k1")
    laptop.idle()
    return laptop


def current(laptop: Laptop) -> str:
    """The record in hand."""
    return laptop.window.desk.review.rid


def test_the_oldest_record_is_open_and_the_hands_are_in_it(desk: Laptop) -> None:
    assert current(desk) == "k1"
    assert desk.review.table.hasFocus()
    assert desk.review.queue.list.current_key() == "k1"


def test_the_queue_is_ordered_and_narrowed_to_a_village_by_keys(desk: Laptop) -> None:
    queue = desk.review.queue
    rows = [item.key for item in queue.list.items()]
    assert (queue.order.words(), queue.unit.words()) == ("Terlama dahulu", "Semua desa")
    press("Alt+Q")
    type_text("ganda")
    press("Return")
    desk.idle()
    doubles = [item.duplicates > 0 for item in queue.list.items()]
    assert doubles == sorted(doubles, reverse=True)
    assert any(doubles)
    press("Alt+V")
    picks = queue.panel.picks() if queue.panel is not None else []
    village = picks[1]
    assert picks[0].title == "Semua desa"
    type_text(village.title)
    press("Return")
    desk.idle()
    assert len(queue.list.items()) == int(village.detail) < len(rows)
    assert current(desk) in {item.key for item in queue.list.items()}
    assert queue.unit.words() == village.title
    press("Alt+V")
    type_text("semua")
    press("Return")
    desk.idle()
    press("Alt+Q")
    type_text("terlama")
    press("Return")
    desk.idle()
    assert [item.key for item in queue.list.items()] == rows


def test_a_clean_record_takes_one_key_and_the_next_opens(desk: Laptop) -> None:
    press("Alt+S")
    wait_until(lambda: current(desk) == "q2")
    desk.idle()
    assert desk.services.office.named("decide") == [("decide", "k1", "verifikasi", 7, "ab" * 32, "", {})]
    assert desk.window.toast.text() == "Keripik Singkong Bu Siti diteruskan ke kabupaten."
    assert desk.review.queue.list.items()[0].key == "q2"
    press("Alt+S")
    wait_until(lambda: current(desk) == "q3")


def test_a_decision_is_taken_back_with_ctrl_z(desk: Laptop) -> None:
    press("Alt+S")
    wait_until(lambda: current(desk) == "q2")
    desk.idle()
    press("Ctrl+Z")
    wait_until(lambda: current(desk) == "k1")
    assert desk.services.office.named("withdraw") == [("withdraw", "undo-k1")]


def test_a_return_without_a_remark_opens_the_field_for_one(desk: Laptop) -> None:
    press("Alt+K")
    assert desk.services.office.named("decide") == []
    composer = desk.review.table.composer()
    assert composer is not None
    assert composer.edit.hasFocus()
    assert desk.review.table.current_key() == "usaha/omzet"  # the line the warning is about


def test_a_return_carries_the_remark_of_its_field(desk: Laptop) -> None:
    press("Alt+K")
    type_text("Cek buku kas")
    press("Ctrl+Return")
    settle()
    assert desk.review.foot.back.text() == "Kembalikan dengan 1 catatan"
    press("Alt+K")
    wait_until(lambda: current(desk) == "q2")
    call = desk.services.office.named("decide")[0]
    assert call[2] == "kembalikan"
    assert call[6] == {"usaha/omzet": "Cek buku kas"}


def test_words_still_in_the_composer_count_when_the_record_is_returned(desk: Laptop) -> None:
    press("F2")
    type_text("NIK tidak terbaca")
    press("Alt+K")
    wait_until(lambda: current(desk) == "q2")
    assert desk.services.office.named("decide")[0][6] == {"pemilik/nik": "NIK tidak terbaca"}


def test_templates_write_a_remark_with_one_key(desk: Laptop) -> None:
    press("F2")
    press("Alt+2")
    press("Ctrl+Return")
    assert desk.window.desk.review.remarks() == {"pemilik/nik": "Angka tidak wajar"}


def test_a_line_is_right_or_remarked_never_both(desk: Laptop) -> None:
    model = desk.window.desk.review
    press("Space")
    assert model.is_checked("pemilik/nik")
    press("F2")
    type_text("Salah ketik")
    press("Ctrl+Return")
    assert not model.is_checked("pemilik/nik")
    press("Space")
    assert model.is_checked("pemilik/nik")
    assert model.remark("pemilik/nik") == ""


def test_skipping_keeps_checks_and_remarks_for_later(desk: Laptop) -> None:
    press("Space")
    press("Alt+L")
    wait_until(lambda: current(desk) == "q2")
    press("Alt+Up")
    wait_until(lambda: current(desk) == "k1")
    assert desk.window.desk.review.is_checked("pemilik/nik")
    assert desk.review.table.row("pemilik/nik").is_checked()


def test_skipping_the_last_comes_around_to_the_first(desk: Laptop) -> None:
    desk.review.queue.list.go_to("q9")
    desk.review.queue.list.setFocus()
    press("Return")
    wait_until(lambda: current(desk) == "q9")
    press("Alt+L")
    wait_until(lambda: current(desk) == "k1")


def test_alt_i_switches_between_what_changed_and_everything(desk: Laptop) -> None:
    assert len(desk.window.desk.review.lines()) == 6
    assert desk.review.fold.text() == "25 isian lain tidak berubah"
    press("Alt+I")
    assert len(desk.window.desk.review.lines()) == 31
    assert not desk.review.fold.isVisible()
    press("Alt+I")
    assert len(desk.window.desk.review.lines()) == 6


def test_a_record_seen_for_the_first_time_shows_everything(desk: Laptop) -> None:
    press("Alt+Down")
    wait_until(lambda: current(desk) == "q2")
    assert desk.window.desk.review.show_all
    assert not desk.review.head.switch.isVisible()


def test_a_refusal_goes_to_its_line_and_keeps_the_record(
    desk: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusal = Refusal("op.stale_review", "Data ini baru saja berubah. Periksa lagi.", ("usaha/omzet",))
    monkeypatch.setattr(desk.services.review, "decide", lambda *_args, **_named: refusal)
    press("Alt+S")
    wait_until(lambda: desk.window.banner_text() != "")
    assert current(desk) == "k1"
    assert desk.review.table.current_key() == "usaha/omzet"


def test_alt_s_twice_decides_one_record_while_the_first_is_under_way(desk: Laptop) -> None:
    desk.services.office.delay = 0.2
    press("Alt+S", times=2)
    desk.idle()
    assert len(desk.services.office.named("decide")) == 1


def test_the_sop_clock_runs_in_sight_and_rests_a_minute_after_the_window_was_left(desk: Laptop) -> None:
    model = desk.window.desk.review
    model.set_active(True)
    before = model.seconds()
    for _ in range(5):
        model.tick()
    assert model.seconds() == before + 5
    model.set_active(False)
    for _ in range(100):
        model.tick()
    assert model.seconds() == before + 65
    assert desk.review.side.isVisible()


def test_alt_w_puts_the_message_on_the_clipboard_and_no_remark_with_it(desk: Laptop) -> None:
    press("F2")
    type_text("NIK tidak terbaca")
    press("Ctrl+Return")
    press("Alt+W")
    text = QGuiApplication.clipboard().text()
    assert text.startswith("Yth. Nor Halimah")
    assert "NIK tidak terbaca" not in text


def test_records_ready_together_are_reported_with_alt_p(desk: Laptop) -> None:
    desk.services.review.offers = (OFFER,)
    desk.services.review.rows.clear()
    desk.window.show_screen("review")
    desk.idle()
    press("Alt+P")
    wait_until(lambda: desk.services.office.named("report_batch") != [])
    wait_until(lambda: desk.window.toast.text() == "12 usaha dilaporkan.")


def test_an_empty_queue_says_how_many_are_done(desk: Laptop) -> None:
    for _ in range(9):
        before = current(desk)
        press("Alt+S")
        wait_until(lambda kept=before: current(desk) != kept)
        desk.idle()
    assert current(desk) == ""
    assert desk.review._empty.accessibleName() == (
        "Antrean kosong. Antrean kosong. 13 selesai hari ini. Data baru muncul di sini setelah diterima server."
    )
    assert desk.review._empty.isVisible()
    assert desk.review.queue.list.hasFocus()


def test_the_photo_opens_whole_and_any_key_closes_it(desk: Laptop) -> None:
    wait_until(desk.review.side.photo.has_image)
    desk.review.side.photo.setFocus()
    press("Space")
    assert desk.review.photo_sheet.isVisible()
    press("Escape")
    assert not desk.review.photo_sheet.isVisible()
    assert desk.review.side.photo.hasFocus()


def test_other_steps_of_the_workflow_stand_in_the_menu(desk: Laptop) -> None:
    assert [command.command for command in desk.window.desk.review.other_commands()] == ["tahan"]
    desk.review.foot.other.emit("tahan")
    wait_until(lambda: desk.services.office.named("decide") != [])
    assert desk.services.office.named("decide")[0][2] == "tahan"


def test_who_signs_off_sees_the_same_desk_with_own_steps(laptop: Laptop) -> None:
    laptop.sign_in(5)
    press("Ctrl+2")
    wait_until(lambda: laptop.window.desk.review.rid == "k1")
    laptop.idle()
    assert laptop.review.foot.forward.text() == "Sahkan"


def reopened(desk: Laptop, beside: Beside) -> None:
    """Take the first record in hand again, with something else beside it."""
    desk.services.steps.beside_of["k1"] = beside
    press("Alt+Down")
    wait_until(lambda: current(desk) == "q2")
    desk.idle()
    press("Alt+Up")
    wait_until(lambda: current(desk) == "k1")
    desk.idle()


@pytest.mark.parametrize(("key", "take"), [("Alt+Right", True), ("Alt+Left", False)])
def test_a_late_value_is_decided_with_one_key_and_taken_back(desk: Laptop, key: str, *, take: bool) -> None:
    reopened(desk, Beside("k1", differs=(DIFFER,)))
    assert desk.review.parts.differ.isVisible()
    press(key)
    desk.idle()
    assert desk.services.office.named("settle") == [("settle", "k1", "op-held", take)]
    assert not desk.review.parts.differ.isVisible()
    press("Ctrl+Z")
    desk.idle()
    assert desk.services.office.named("withdraw_round") == [("withdraw_round", ("u-op-held",))]


def test_alt_b_puts_the_twin_beside_and_alt_g_marks_it_with_its_number(desk: Laptop) -> None:
    press("Alt+B")
    desk.idle()
    sheet = desk.review.parts.compare
    assert sheet.isVisible()
    assert desk.services.office.named("compare") == [("compare", "k1", "t1")]
    press("Alt+I")
    press("Alt+G")
    wait_until(lambda: current(desk) == "q2")
    call = desk.services.office.named("decide")[0]
    assert (call[1], call[2]) == ("k1", "tandai_ganda")
    assert call[5] == "Ganda dengan data nomor 63.11.02.2016/2025/0044."


def test_a_closed_comparison_gives_the_hands_back(desk: Laptop) -> None:
    press("Alt+B")
    desk.idle()
    press("Escape")
    assert not desk.review.parts.compare.isVisible()
    assert desk.review.table.hasFocus()
    assert desk.services.office.named("decide") == []


def test_f3_finds_a_code_and_it_goes_with_the_step(desk: Laptop) -> None:
    reopened(desk, Beside("k1", coding=("usaha/nilai",)))
    press("F3")
    assert desk.review.parts.coding is not None
    type_text("keripik")
    wait_until(lambda: desk.services.office.named("codes") != [])
    desk.idle()
    press("Return")
    desk.idle()
    assert desk.window.desk.review.codes() == {"usaha/nilai": "10794"}
    assert desk.review.table.row("usaha/nilai").item.current.startswith("10794")
    press("Alt+S")
    wait_until(lambda: current(desk) == "q2")
    assert desk.services.office.named("given") == [("given", "k1", {"usaha/nilai": "10794"})]


def test_a_code_does_not_go_with_a_return(desk: Laptop) -> None:
    desk.window.desk.review.set_code("usaha/nilai", "10794", "Kerupuk")
    press("F2")
    type_text("Periksa")
    press("Alt+K")
    wait_until(lambda: current(desk) == "q2")
    assert desk.services.office.named("given") == []


def test_a_sign_off_asks_who_and_when_before_the_file(desk: Laptop) -> None:
    reopened(desk, Beside("k1", signoff=SIGNOFF))
    box = desk.review.parts.signoff
    assert box.isVisible()
    press("Alt+U")
    assert desk.window.banner_text() == "Tulis nama penanda tangan dan tanggalnya."
    assert box.signer.hasFocus()


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("20-11-2026", "2026-11-20"),
        (" 5/1/2026 ", "2026-01-05"),
        ("31-02-2026", ""),
        ("kemarin", ""),
        ("", ""),
    ],
)
def test_a_day_is_read_as_people_write_it(typed: str, day: str) -> None:
    assert iso_day(typed) == day


def test_how_long_a_decision_takes_is_told_after_the_first(desk: Laptop) -> None:
    model = desk.window.desk.review
    model._seconds["k1"] = 200
    press("Alt+S")
    wait_until(lambda: current(desk) == "q2")
    desk.idle()
    assert model.average() == 200
    assert desk.review.side._average.text() == "Rata-rata Anda hari ini 3.20"


def test_a_remark_is_answered_in_words_where_nobody_may_type(desk: Laptop) -> None:
    model = desk.window.desk.review
    assert model.view is not None
    model.show(replace(model.view, posisi="dikembalikan"))
    desk.idle()
    field = desk.review.side.findChild(TextField)
    assert field is not None
    field.setFocus()
    type_text("Sudah ditanyakan")
    press("Return")
    desk.idle()
    assert desk.services.office.named("reply_review") == [("reply_review", "k1", "m2", "Sudah ditanyakan")]


def test_alt_r_fetches_the_history_from_before_this_laptop(laptop: Laptop) -> None:
    laptop.services.office.met_late.add("k1")
    laptop.sign_in(4)
    press("Ctrl+2")
    wait_until(lambda: laptop.window.desk.review.rid == "k1")
    laptop.idle()
    older = laptop.review.side.older
    assert not older.isHidden()
    press("Alt+R")
    press("Alt+R")
    laptop.idle()
    assert laptop.services.office.named("fetch_history") == [("fetch_history", "k1")]
    assert older.isHidden()


def test_a_history_that_cannot_be_fetched_is_told_and_asked_for_again(laptop: Laptop) -> None:
    office = laptop.services.office
    office.met_late.add("k1")
    office.broken["fetch_history"] = SidumbaError("wire.unreachable")
    laptop.sign_in(4)
    press("Ctrl+2")
    wait_until(lambda: laptop.window.desk.review.rid == "k1")
    laptop.idle()
    press("Alt+R")
    laptop.idle()
    assert laptop.window.banner_text()
    office.broken.clear()
    press("Alt+R")
    laptop.idle()
    assert laptop.review.side.older.isHidden()
