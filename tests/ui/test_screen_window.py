"""The window as a whole: Beranda and Sinkronisasi, a true truth bar, nothing blocks, nothing is clipped or nameless."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QApplication

from sidumba_field.core.errors import SidumbaError
from sidumba_field.services import views as v
from sidumba_field.ui.operations import entry
from sidumba_field.ui.screens import window
from sidumba_field.ui.theme import apply_theme
from tests.helpers.qt import press, settle, type_text, wait_until
from tests.helpers.screens import Laptop, clipped, laptop, nameless

__all__ = ["laptop"]

SIZES = ((1366, 696), (1093, 543), (960, 500))


def visit(laptop: Laptop, name: str) -> None:
    """Stand on a screen with content."""
    if name == "login":
        return
    laptop.sign_in(4 if name in ("review", "queue") else 1)
    if name == "form":
        laptop.open_form("k1")
    elif name == "queue":
        pass
    elif name != "home":
        laptop.window.show_screen(name)
    laptop.idle()
    settle(60)


@pytest.mark.parametrize("name", ["login", "home", "queue", "form", "review", "sync"])
def test_no_word_is_clipped_and_every_control_has_a_name(laptop: Laptop, name: str) -> None:
    visit(laptop, name)
    for size in SIZES:
        laptop.window.resize(*size)
        settle(60)
        assert clipped(laptop.window) == [], size
    assert nameless(laptop.window) == []


@pytest.mark.parametrize("name", ["login", "home", "form", "review", "sync"])
def test_the_keyboard_is_somewhere_on_every_screen(laptop: Laptop, name: str) -> None:
    visit(laptop, name)
    focus = QApplication.focusWidget()
    assert focus is not None
    assert focus.isVisible()
    seen = set()
    for _ in range(12):
        press("Tab")
        focus = QApplication.focusWidget()
        assert focus is not None
        assert focus.isVisible()
        seen.add(focus)
    assert len(seen) > 2


def test_the_dark_theme_draws_every_screen(laptop: Laptop, themed: QApplication) -> None:
    apply_theme(themed, "dark")
    laptop.sign_in(1)
    laptop.open_form("k1")
    for name in ("form", "home", "sync"):
        laptop.window.show_screen(name)
        laptop.idle()
        image = laptop.window.grab().toImage()
        assert image.pixelColor(image.width() - 4, image.height() // 2).lightness() < 90
    apply_theme(themed, "light")


# -- nothing blocks


@pytest.mark.parametrize("slow", ["answer", "choices", "undo"])
def test_a_slow_store_leaves_the_window_alive(laptop: Laptop, slow: str) -> None:
    laptop.sign_in(1)
    laptop.open_form("k1")
    laptop.services.office.delay, laptop.services.office.slow = 2.0, frozenset({slow})
    assert laptop.form.body.go_to("usaha/bentuk")
    acts: dict[str, Callable[[], None]] = {
        "answer": lambda: press("3"),
        "choices": lambda: (laptop.form.body.go_to("usaha/kbli"), type_text("1"))[1],  # type: ignore[func-returns-value]
        "undo": lambda: press("Ctrl+Z"),
    }
    acts[slow]()
    longest = 0.0
    until = time.monotonic() + 1.2
    while time.monotonic() < until:
        began = time.monotonic()
        settle()
        longest = max(longest, time.monotonic() - began)
    assert laptop.jobs.pending > 0
    assert longest < 0.4
    laptop.form.body.go_to("pemilik/alamat")
    type_text("x")
    assert laptop.form.body.row("pemilik/alamat").value().endswith("x")  # type: ignore[union-attr]
    laptop.services.office.delay = 0.0
    wait_until(lambda: laptop.jobs.pending == 0, 6000)


def test_trouble_is_a_banner_with_details_never_a_box(laptop: Laptop) -> None:
    laptop.sign_in(1)
    laptop.services.office.broken["open"] = SidumbaError("store.damaged")
    laptop.home.list.setFocus()
    press("Return")
    wait_until(lambda: laptop.window.banner_text() != "")
    assert QApplication.activeModalWidget() is None
    assert laptop.window.current_screen() == "home"
    laptop.window.show_screen("sync")
    assert laptop.window.banner_text() == ""


@pytest.mark.expects_log("sidumba_field.ui.viewmodels.speech", "ERROR", "a command failed unexpectedly")
def test_a_bug_of_ours_is_logged_and_told_kindly(laptop: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    laptop.sign_in(1)

    def broken(rid: str) -> v.FormView:
        raise ZeroDivisionError(rid)

    monkeypatch.setattr(laptop.services.entry, "open", broken)
    laptop.home.list.setFocus()
    press("Return")
    wait_until(lambda: laptop.window.banner_text().startswith("Ada yang keliru di aplikasi."))


# -- the truth bar


def test_the_truth_bar_follows_every_change(laptop: Laptop) -> None:
    laptop.sign_in(1)
    laptop.open_form("k1")
    office = laptop.services.office
    office.truth = replace(office.truth, saved_at="09.50.00", laptop=5)
    laptop.form.body.go_to("usaha/bentuk")
    press("3")
    laptop.idle()
    assert laptop.window.truth.segment("saved").accessibleName() == "Tersimpan 09.50.00"
    assert laptop.window.truth.segment("laptop").accessibleName() == "5 di laptop"


def test_the_connection_is_looked_at_and_what_waits_is_sent_by_itself(laptop: Laptop) -> None:
    laptop.sign_in(1)
    office = laptop.services.office
    laptop.services.syncing.is_online = True
    office.truth = replace(office.truth, link=v.Link.ONLINE, link_text="Daring")
    laptop.window._heartbeat.timeout.emit()
    wait_until(lambda: office.named("run") != [])
    laptop.idle()
    wait_until(lambda: laptop.window.truth.segment("connection").accessibleName() == "Daring")


def test_sinkronisasi_looks_often_enough_to_see_a_pulled_cable_within_five_seconds(laptop: Laptop) -> None:
    laptop.sign_in(1)
    laptop.window.show_screen("sync")
    assert laptop.window._heartbeat.isActive()
    assert laptop.window._heartbeat.interval() <= 5000


def test_a_locked_laptop_asks_the_server_nothing(laptop: Laptop) -> None:
    assert not laptop.window._heartbeat.isActive()
    press("Ctrl+J")
    laptop.idle()
    assert laptop.services.office.named("run") == []


# -- Beranda


def test_beranda_starts_on_the_first_returned_record_and_enter_repairs_it(laptop: Laptop) -> None:
    laptop.sign_in(1)
    assert laptop.home.list.hasFocus()
    assert laptop.home.list.current_key() == "k1"
    press("Return")
    wait_until(lambda: laptop.window.current_screen() == "form")
    assert laptop.window.desk.form.rid == "k1"


def test_who_verifies_sees_the_queue_on_beranda_and_may_not_begin_records(laptop: Laptop) -> None:
    laptop.sign_in(4)
    laptop.idle()
    assert [item.key for item in laptop.home.list.items()][:2] == ["k1", "q2"]
    assert not laptop.home.new_button.isVisible()
    press("Ctrl+N")
    laptop.idle()
    assert laptop.services.office.named("new") == []
    laptop.home.list.setFocus()
    press("Return")
    wait_until(lambda: laptop.window.current_screen() == "review")


def test_nothing_to_do_offers_the_one_thing_to_begin(laptop: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = laptop.services.home.home
    monkeypatch.setattr(laptop.services.home, "home", lambda: replace(whole(), tasks=()))
    laptop.sign_in(1)
    laptop.idle()
    assert laptop.home.list.items() == []
    press("Ctrl+N")
    wait_until(lambda: laptop.window.current_screen() == "form")


def test_ctrl_digits_walk_the_navigation_of_the_role(laptop: Laptop) -> None:
    laptop.sign_in(4)
    names = [item.key for item in laptop.window.nav_items()]
    assert names[:2] == ["home", "review"]
    assert {"sync", "reports"} <= set(names)
    for number, name in [*enumerate(names, start=1)][::-1]:
        press(f"Ctrl+{number}")
        laptop.idle()
        assert laptop.window.current_screen() == name


def test_the_form_in_hand_waits_where_it_was_left(laptop: Laptop) -> None:
    laptop.sign_in(1)
    laptop.open_form("k1")
    press("Escape")
    assert laptop.window.current_screen() == "home"
    press("Ctrl+2")
    laptop.idle()
    assert laptop.window.current_screen() == "form"
    assert laptop.services.office.named("open") == [("open", "k1")]


def test_ctrl_k_finds_a_record_by_its_name(laptop: Laptop) -> None:
    laptop.sign_in(1)
    laptop.services.entry.forms["d1"].saved_at = ""
    press("Ctrl+K")
    type_text("anyam")
    press("Return")
    wait_until(lambda: laptop.window.desk.form.rid == "d1")


def test_ctrl_k_closes_with_escape_and_gives_the_hands_back(laptop: Laptop) -> None:
    laptop.sign_in(1)
    laptop.home.list.setFocus()
    press("Ctrl+K")
    press("Escape")
    assert laptop.home.list.hasFocus()
    assert laptop.window.current_screen() == "home"


# -- Sinkronisasi


def test_ctrl_j_sends_and_pauses(laptop: Laptop) -> None:
    laptop.sign_in(1)
    laptop.window.show_screen("sync")
    laptop.idle()
    laptop.services.syncing.steps = 200
    press("Ctrl+J")
    wait_until(lambda: laptop.window.desk.sync.running)
    assert laptop.sync.pause_button.isVisible()
    wait_until(lambda: "14%" in laptop.sync.lanes.waiting.note.text())
    press("Ctrl+J")
    wait_until(lambda: not laptop.window.desk.sync.running)
    laptop.idle()
    assert laptop.services.office.named("pause") != []
    assert laptop.sync.button.text() == "Lanjutkan"
    laptop.services.syncing.steps = 2
    press("Ctrl+J")
    wait_until(lambda: laptop.window.toast.text() == "23 data diterima server.")


def test_ctrl_j_never_stops_a_run_the_clock_began(laptop: Laptop) -> None:
    laptop.sign_in(1)
    laptop.services.syncing.is_online, laptop.services.syncing.steps = True, 10
    laptop.window._heartbeat.timeout.emit()
    wait_until(lambda: laptop.window.desk.sync.running)
    press("Ctrl+J")
    wait_until(lambda: laptop.window.toast.text() == "23 data diterima server.")
    assert laptop.services.office.named("pause") == []


def test_a_run_that_fails_leaves_its_reason_on_screen(laptop: Laptop) -> None:
    laptop.sign_in(1)
    laptop.window.show_screen("sync")
    laptop.idle()
    laptop.services.office.broken["run"] = SidumbaError("wire.unreachable")
    press("Ctrl+J")
    wait_until(lambda: laptop.window.desk.sync.problem != "")
    laptop.idle()
    assert not laptop.window.desk.sync.running
    assert laptop.sync._problem.isVisible()


def test_the_lanes_say_what_the_outbox_says(laptop: Laptop) -> None:
    laptop.sign_in(1)
    laptop.window.show_screen("sync")
    laptop.idle()
    assert laptop.sync.lanes.laptop.figure.text() == "7"
    assert laptop.sync.lanes.waiting.unit.text() == "data, 42 berkas"
    assert laptop.sync.lanes.received.figure.text() == "1.204"
    assert len(laptop.sync.list.items()) == 8


def test_a_record_opened_by_an_operation_shows_itself(laptop: Laptop) -> None:
    laptop.sign_in(1)
    entry.open_record(laptop.window.desk, "d1")
    wait_until(lambda: laptop.window.current_screen() == "form")
    assert laptop.form.header.title() == "Anyaman Rotan Kapul"


def test_a_laptop_left_alone_locks_itself(laptop: Laptop) -> None:
    laptop.sign_in(1)
    assert laptop.window._rest.isActive()
    laptop.window._rest.timeout.emit()
    wait_until(lambda: laptop.window.current_screen() == "login")
    assert laptop.services.office.who is None
    assert not laptop.window._rest.isActive()


def test_a_session_the_services_no_longer_know_leads_back_to_masuk(laptop: Laptop) -> None:
    laptop.sign_in(1)
    laptop.services.office.who = None
    laptop.services.office.broken["open"] = SidumbaError("auth.session_expired")
    laptop.home.list.setFocus()
    press("Return")
    wait_until(lambda: laptop.window.current_screen() == "login")


def test_locking_while_something_is_sent_waits_for_the_part_under_way(laptop: Laptop) -> None:
    laptop.sign_in(1)
    laptop.services.syncing.steps = 500
    press("Ctrl+J")
    wait_until(lambda: laptop.services.office.named("run") != [])
    press("Ctrl+Shift+L")
    wait_until(lambda: laptop.window.current_screen() == "login", 5000)
    assert not laptop.window.desk.sync.running


def test_freed_memory_is_handed_back_once_after_the_first_beranda(
    laptop: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed: list[str] = []
    monkeypatch.setattr(window, "TRIM_MS", 0)
    monkeypatch.setattr(window, "hand_back", lambda: handed.append("back"))
    laptop.sign_in(1)
    wait_until(lambda: bool(handed))
    for name in ("sync", "home"):
        laptop.window.show_screen(name)
        laptop.idle()
    assert handed == ["back"]
