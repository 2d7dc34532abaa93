"""What a new laptop needs: each item is told from what lies here, nobody is kept at the list, a PIN right after it."""

from __future__ import annotations

from pathlib import Path

import pytest

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.time import FixedClock
from sidumba_field.services.account.supplies import SuppliesService
from sidumba_field.services.account.supply_views import Supply
from sidumba_field.services.exchange.arriving import Arriving, Meter
from sidumba_field.services.exchange.sync_views import SyncView
from tests.helpers.desk import NOW
from tests.helpers.faulty_transport import Fault
from tests.helpers.post import Post

PIN = "204518"


@pytest.fixture
def post(tmp_path: Path) -> Post:
    made = Post(tmp_path / "laptop")
    made.activate()
    made.sit()
    return made


@pytest.fixture
def supplies(post: Post) -> SuppliesService:
    return SuppliesService(post.desk, post.session, post.syncing)


def test_before_any_server_was_asked_nobody_claims_to_know_the_forms(
    post: Post, supplies: SuppliesService
) -> None:
    view = supplies.view()
    assert (view.lacking, view.whole) == (-1, False)
    assert {row.stand for row in view.rows if row.name.startswith("Data ")} == {Supply.WAITING}
    assert post.session.current_or_raise().setting_up


def test_what_comes_with_the_application_is_here_with_its_real_size(
    post: Post, supplies: SuppliesService
) -> None:
    books = {book.title: book.bytes for one in post.desk.my_programs() for book in one.lookups.values()}
    rows = {row.name: row for row in supplies.view().rows}
    assert books
    assert all(rows[name].stand is Supply.HERE for name in books)
    assert all(rows[name].size for name in books)


def test_of_the_spent_code_only_its_ends_are_shown(supplies: SuppliesService) -> None:
    assert supplies.view().code_text == "Kode AB••-••45 diterima"


def test_one_whole_run_ends_the_set_up(post: Post, supplies: SuppliesService) -> None:
    seen: list[SyncView] = []
    assert post.syncing.run(seen.append).ok
    view = supplies.view()
    assert (view.whole, view.lacking, view.kept) == (True, 0, "Unduhan tersimpan sampai 100%")
    assert not post.session.current_or_raise().setting_up


def test_a_feed_that_cannot_be_read_is_told_in_its_row_and_tried_again(
    post: Post, supplies: SuppliesService
) -> None:
    vid = post.desk.my_vids(post.office.program)[0]
    error = SidumbaError("wire.cut_short")
    post.syncing.arriving.note(vid, 3, 30)
    post.syncing.arriving.failed(vid, error)
    row = next(row for row in supplies.view().rows if row.key == vid)
    assert (row.stand, row.percent) == (Supply.FAILED, 10)
    assert row.trouble
    post.syncing.run()
    row = next(row for row in supplies.view().rows if row.key == vid)
    assert (row.stand, row.trouble) == (Supply.HERE, "")


def test_one_may_go_on_before_the_data_is_here_and_is_not_led_back(
    post: Post, supplies: SuppliesService
) -> None:
    post.plan = lambda method, nth: Fault.REFUSED if method == "pull" else None
    post.syncing.run()
    view = supplies.view()
    assert (view.lacking, view.whole) == (0, False)
    assert not supplies.go_on().setting_up
    post.session.lock()
    post.sit()
    assert not post.session.current_or_raise().setting_up


def test_nobody_goes_on_without_forms(post: Post, supplies: SuppliesService) -> None:
    with pytest.raises(SidumbaError, match=r"auth\.forms_missing"):
        supplies.go_on()
    assert post.session.current_or_raise().setting_up


def test_the_pin_is_chosen_right_after_the_list_and_at_no_other_time(
    post: Post, supplies: SuppliesService
) -> None:
    with pytest.raises(SidumbaError, match=r"auth\.not_permitted"):
        supplies.choose_pin(PIN)
    post.syncing.run()
    supplies.go_on()
    with pytest.raises(SidumbaError, match=r"auth\.weak_pin"):
        supplies.choose_pin("123456")
    assert supplies.choose_pin(PIN).has_pin
    with pytest.raises(SidumbaError, match=r"auth\.not_permitted"):
        supplies.choose_pin(PIN)


def test_a_lock_ends_the_time_for_the_pin(post: Post, supplies: SuppliesService) -> None:
    post.syncing.run()
    supplies.go_on()
    post.session.lock()
    post.sit()
    with pytest.raises(SidumbaError, match=r"auth\.not_permitted"):
        supplies.choose_pin(PIN)


def test_the_speed_is_told_of_bytes_that_came_lately() -> None:
    clock = FixedClock(NOW)
    meter = Meter(clock)
    meter.heard(50_000)
    assert meter.rate() == 0, "one piece tells no speed"
    clock.advance(2)
    meter.heard(50_000)
    assert (meter.rate(), meter.total) == (50_000, 100_000)
    clock.advance(60)
    assert (meter.rate(), meter.total) == (0, 100_000)


def test_a_whole_once_told_is_never_forgotten() -> None:
    arriving = Arriving()
    arriving.note("v1", 0, 40)
    arriving.note("v1", 10, -1)
    assert (arriving.seen("v1").done, arriving.seen("v1").total) == (10, 40)
    assert arriving.knows("v1")
    arriving.forget()
    assert not arriving.knows("v1")


def test_a_snapshot_under_way_tells_how_far_it_is_and_goes_on_there(
    post: Post, supplies: SuppliesService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sidumba_field.sync.pull.SNAPSHOT_BEYOND", 0)
    monkeypatch.setattr("tests.helpers.twin.PAGE_RECORDS", 2)
    for n in range(5):
        post.send_later(post.begin(f"Warung {n}"))
    assert post.syncing.run().ok
    vid = post.desk.my_vids(post.office.program)[0]
    other = Post(post.desk.folder.parent / "other", post.office)
    other.activate("WXYZ-2345")
    other.sit()
    theirs = SuppliesService(other.desk, other.session, other.syncing)
    other.plan = lambda method, nth: Fault.REFUSED if method == "snapshot" and nth > 2 else None
    assert not other.syncing.run().ok
    row = next(row for row in theirs.view().rows if row.key == vid)
    assert (row.percent, row.size) == (80, "4 catatan")
    other.plan = lambda method, nth: None
    assert other.syncing.run().ok
    row = next(row for row in theirs.view().rows if row.key == vid)
    assert (row.stand, row.percent) == (Supply.HERE, 100)
    other.session.lock()
