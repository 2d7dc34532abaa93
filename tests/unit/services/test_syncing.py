"""Sending and fetching from a person's chair: a true picture without network, one run at a time, and who may fetch."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.records import FeedKind, Remark
from sidumba_field.core.time import FixedClock, iso
from sidumba_field.services.exchange.sync_views import SyncOutcome, SyncView
from sidumba_field.services.review.service import ReviewService
from sidumba_field.services.threads import handed
from sidumba_field.services.views import Link, Mark
from sidumba_field.store.database import Database
from sidumba_field.sync.backoff import CEILING_S
from tests.helpers.desk import NOW
from tests.helpers.faulty_transport import Fault, always, once
from tests.helpers.post import PEOPLE, Office, Post, nothing_breaks, user_of
from tests.helpers.told import PICTURE

DAY = 24 * 3600


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    """Nor Halimah sits at a laptop that was set up a moment ago."""
    made = Post(tmp_path / "laptop")
    made.activate()
    made.sit()
    made.calls.clear()
    yield made
    made.session.lock()


def sent(post: Post, name: str = "Warung Barokah") -> str:
    rid = post.begin(name)
    post.send_later(rid)
    return rid


def run_well(post: Post) -> SyncOutcome:
    outcome = post.syncing.run()
    assert outcome.ok, outcome.sentence
    return outcome


# ---- the picture -----------------------------------------------------------------------------------------------------


def test_the_picture_is_true_without_network(post: Post) -> None:
    post.plan = always("hello", Fault.REFUSED)
    post.begin("Warung A")
    sent(post, "Warung B")
    view = post.syncing.view()
    assert (view.laptop, view.waiting, view.received) == (1, 1, 0)
    assert [(row.title, row.subtitle, row.state) for row in view.rows] == [
        ("Isian", "Warung B", Mark.WAITING)
    ]
    assert (view.running, view.problem, view.receipts) == (False, "", ())
    assert view.received_text == "belum pernah"
    assert not post.calls


def test_a_photo_waits_with_its_size_until_it_is_there(post: Post, tmp_path: Path) -> None:
    rid = post.begin()
    picture = tmp_path / "toko.jpg"
    picture.write_bytes(PICTURE)
    post.entry.attach(rid, "lokasi/foto", picture)
    assert post.syncing.view().waiting_files == 1
    post.send_later(rid)
    assert [row.icon for row in post.syncing.view().rows] == ["file-text", "image"]
    outcome = run_well(post)
    assert outcome.files == 1
    assert post.syncing.view().waiting_files == 0


def test_a_good_run_sends_fetches_and_leaves_a_receipt(post: Post) -> None:
    rid = sent(post)
    outcome = run_well(post)
    assert (outcome.sent, outcome.received, outcome.receipt) == (1, 1, "TT-0001")
    assert outcome.pulled == 1
    assert outcome.sentence == "1 data terkirim, 1 perubahan baru dari server."
    view = post.syncing.view()
    assert (view.waiting, view.received, view.link) == (0, 1, Link.ONLINE)
    assert [row.number for row in view.receipts] == ["TT-0001"]
    assert view.received_text.startswith("Sinkron terakhir: 20 Nov")
    assert post.entry.open(rid).mark is Mark.RECEIVED


def test_what_another_area_sent_has_no_name_here(post: Post) -> None:
    """Two people of two villages share a laptop: the list shows that something waits, not whose it is."""
    sent(post, "Warung Barokah")
    seat = post.desk.seat()
    grant = {**seat.user.grants[0], "unit": "63.11.02.2002"}
    seat.user = replace(seat.user, grants=(grant,))
    rows = post.syncing.view().rows
    assert [(row.title, row.subtitle) for row in rows] == [("Isian", "(tanpa nama)")]


# ---- faults ----------------------------------------------------------------------------------------------------------


def test_a_problem_stays_on_the_screen_until_the_next_good_run(post: Post) -> None:
    sent(post)
    post.plan = always("hello", Fault.REFUSED)
    outcome = post.syncing.run()
    assert not outcome.ok
    assert (outcome.sent, outcome.sentence) == (0, post.syncing.view().problem)
    assert post.syncing.view().problem
    assert post.syncing.view().link is Link.OFFLINE
    assert post.syncing.view().waiting == 1
    post.plan = nothing_breaks
    run_well(post)
    assert post.syncing.view().problem == ""
    assert post.syncing.view().link is Link.ONLINE


def test_looking_for_the_server_never_raises_and_tells_the_truth_bar(post: Post) -> None:
    post.plan = always("hello", Fault.PORTAL)
    assert not post.syncing.online()
    assert post.session.truth().link is Link.OFFLINE
    post.plan = nothing_breaks
    assert post.syncing.online()
    assert post.session.truth().link is Link.ONLINE
    post.session.lock()
    assert not post.syncing.online()


def test_a_server_that_asks_for_patience_is_left_alone_until_it_is_over(post: Post) -> None:
    sent(post)
    post.plan = always("push", Fault.OVERLOADED)
    assert not post.syncing.run().ok
    post.plan = nothing_breaks
    asked = post.calls["hello"]
    assert not post.syncing.online()
    assert post.calls["hello"] == asked, "not even a hello"
    post.desk.clock.advance(30)
    post.syncing.online()
    assert post.calls["hello"] == asked + 1
    post.desk.clock.advance(CEILING_S)
    assert post.syncing.online()
    run_well(post)
    assert post.syncing.online(), "after a good run nothing is left to wait for"


def test_a_login_that_ran_out_is_renewed_by_itself_at_the_next_run(post: Post) -> None:
    run_well(post)
    post.plan = once("pull", Fault.EXPIRED, post.calls["pull"] + 1)
    assert not post.syncing.run().ok
    asked = post.calls["session"]
    run_well(post)
    assert post.calls["session"] == asked + 1


def test_a_wrong_password_on_the_server_does_not_trap_what_waits(post: Post) -> None:
    """The passphrase opens the laptop; the district has given the account another one since."""
    sent(post)
    post.office.twin.passwords["halimah"] = ("sandi baru dari kabupaten", user_of("halimah"))
    outcome = post.syncing.run()
    assert (outcome.sent, outcome.received, outcome.ok) == (1, 1, False)
    assert outcome.pulled == 0
    assert "sandi" in outcome.sentence


# ---- the lease -------------------------------------------------------------------------------------------------------


def test_when_the_lease_has_run_out_sending_works_and_fetching_does_not(post: Post) -> None:
    run_well(post)
    post.clock.advance(15 * DAY)
    post.plan = lambda method, nth: Fault.OVERLOADED if method == "session" else None
    assert post.desk.lease_over
    sent(post)
    pulled = post.calls["pull"]
    outcome = post.syncing.run()
    assert (outcome.sent, outcome.received, outcome.ok) == (1, 1, False)
    assert post.calls["pull"] == pulled
    assert post.desk.lease_over


def test_a_lease_that_has_run_out_is_renewed_by_signing_in_again(post: Post) -> None:
    run_well(post)
    post.clock.advance(15 * DAY)
    asked = post.calls["session"]
    run_well(post)
    assert post.calls["session"] == asked + 1
    assert not post.desk.lease_over
    assert post.session.login_view().lease_text == "19 Desember 2026"


def test_every_fetch_lengthens_the_lease_of_who_sits_there(post: Post) -> None:
    run_well(post)
    post.clock.advance(10 * DAY)
    run_well(post)
    assert post.desk.seat().user.lease_until == iso(post.clock.now() + timedelta(days=14))
    post.clock.advance(10 * DAY)
    assert not post.desk.lease_over


@pytest.mark.parametrize("days", [20, -20])
def test_a_clock_that_is_weeks_off_neither_uses_up_nor_lengthens_the_lease(tmp_path: Path, days: int) -> None:
    """The server says until when by its own clock; what counts here is how long from now."""
    office = Office(FixedClock(NOW))
    post = Post(tmp_path / "laptop", office, clock=FixedClock(NOW + timedelta(days=days)))
    post.activate()
    post.sit()
    for _ in range(2):
        assert not post.desk.lease_over
        run_well(post)
    over = []
    for seconds in (14 * DAY - 60, 120):
        post.clock.advance(seconds)
        over.append(post.desk.lease_over)
        post.sit()
        over.append(post.desk.lease_over)
    assert over == [False, False, True, True]
    post.session.lock()


# ---- one run ---------------------------------------------------------------------------------------------------------


def test_a_second_run_beside_the_first_does_nothing(post: Post) -> None:
    sent(post)
    inner: list[SyncOutcome] = []

    def look(view: SyncView) -> None:
        assert view.running
        if not inner:
            inner.append(post.syncing.run())

    assert post.syncing.run(look).ok
    assert [(outcome.ok, outcome.sent, outcome.sentence) for outcome in inner] == [
        (False, 0, "Pengiriman sedang berjalan.")
    ]
    assert not post.syncing.view().running
    assert post.calls["push"] == 1


def test_after_a_run_that_died_of_a_bug_the_next_one_may_start(post: Post) -> None:
    def bug(view: SyncView) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        post.syncing.run(bug)
    run_well(post)


def test_a_paused_laptop_sends_nothing_and_claims_nothing(post: Post) -> None:
    run_well(post)
    sent(post)
    post.syncing.pause()
    pushed = post.calls["push"]
    outcome = post.syncing.run()
    assert outcome.sentence == "Pengiriman dihentikan. Terkirim 0; sisanya tetap di laptop."
    assert post.calls["push"] == pushed
    assert post.syncing.view().link is Link.ONLINE
    post.syncing.resume()
    assert run_well(post).sent == 1


def test_a_run_stopped_half_way_says_so(post: Post) -> None:
    sent(post)
    stages: list[SyncView] = []
    outcome = post.syncing.run(stages.append, lambda: len(stages) >= 2)
    assert outcome.sentence.startswith("Pengiriman dihentikan.")
    assert post.syncing.view().waiting == 1
    assert run_well(post).sent == 1


# ---- threads ---------------------------------------------------------------------------------------------------------


@contextmanager
def one_worker(post: Post) -> Iterator[ThreadPoolExecutor]:
    """Give the service a database worker, as the window does."""
    with ThreadPoolExecutor(1, "database") as worker:
        post.syncing._worker = worker
        yield worker


def test_a_run_on_the_network_thread_touches_the_database_only_on_the_worker(
    post: Post, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    rid = post.begin()
    picture = tmp_path / "toko.jpg"
    picture.write_bytes(PICTURE)
    post.entry.attach(rid, "lokasi/foto", picture)
    post.send_later(rid)
    threads: list[str] = []
    for name in ("read", "write"):
        real = getattr(Database, name)

        def seen(database: Database, real: object = real) -> object:
            threads.append(threading.current_thread().name)
            return real(database)  # type: ignore[operator]

        monkeypatch.setattr(Database, name, seen)
    views: list[SyncView] = []
    with one_worker(post):
        outcome = post.syncing.run(views.append)
    assert outcome.ok, outcome.sentence
    assert (outcome.sent, outcome.files) == (1, 1)
    assert len(views) >= 5
    assert len(threads) > 20
    assert {name.rpartition("_")[0] for name in threads} == {"database"}


def test_a_laptop_locked_in_the_middle_of_a_run_stays_locked(post: Post) -> None:
    """The network thread learns it at its next call of the store; the file is not opened again behind the lock."""
    sent(post)
    with one_worker(post) as worker:

        def lock(view: SyncView) -> None:
            if post.desk.seated is not None:
                worker.submit(post.session.lock).result()

        with pytest.raises(SidumbaError) as ended:
            post.syncing.run(lock)
    assert ended.value.code == "auth.session_expired"
    assert not (post.desk.folder / "laptop.db-wal").exists()
    assert not post.syncing._running.locked()
    post.sit()
    post.syncing._worker = None
    assert run_well(post).sent == 1


def test_another_person_is_never_signed_in_by_a_run_that_began_before_him(post: Post) -> None:
    post.add()
    with one_worker(post) as worker:

        def swap(view: SyncView) -> None:
            if post.desk.seat().user.username == "halimah":
                worker.submit(post.sit, "rahmah").result()

        with pytest.raises(SidumbaError):
            post.syncing.run(swap)
    assert post.desk.seat().user.username == "rahmah"
    assert post.desk.seat().token == ""


def test_a_stand_in_answers_like_the_store_itself(post: Post) -> None:
    store = post.desk.seat().store
    with ThreadPoolExecutor(1) as worker:
        far = handed(store, worker)
        assert far.incarnation == store.incarnation
        assert far.meta.get("office") == "Dinas"
        assert far.folder == store.folder
        with pytest.raises(SidumbaError) as told:
            far.records.answer("0192ab00-0000-7000-8000-00000000000a", {"usaha/nama": "A"})
        assert told.value.code == "store.unknown_record"
        with pytest.raises(AttributeError):
            far.nothing_of_this_name  # type: ignore[attr-defined]  # noqa: B018 - asking is the test
    assert handed(store, None) is store


def test_a_computed_attribute_is_asked_for_on_the_worker_too() -> None:
    class Shelf:
        @property
        def thread(self) -> str:
            return threading.current_thread().name

    with ThreadPoolExecutor(1, "worker") as worker:
        assert handed(Shelf(), worker).thread.startswith("worker")


def test_a_store_that_may_not_be_used_any_more_is_not_touched() -> None:
    class Book:
        read = 0

        def turn(self) -> None:
            self.read += 1

    def closed() -> None:
        raise SidumbaError("auth.session_expired")

    book = Book()
    with ThreadPoolExecutor(1) as worker, pytest.raises(SidumbaError):
        handed(book, worker, closed).turn()
    assert book.read == 0


# ---- news ------------------------------------------------------------------------------------------------------------


def test_a_record_sent_back_is_news(post: Post) -> None:
    rid = sent(post)
    run_well(post)
    server = post.office.twin
    record = server.records[rid]
    remark = Remark("m.0", "usaha/nama", "Lengkapi.", user_of("rahmah"), "Siti", iso(post.clock.now()), 2)
    server.records[rid] = replace(record, state="dikembalikan_petugas", rev=2, remarks=(remark,))
    payload = {
        "program": record.program,
        "subject": "record",
        "command": "pilah_tidak_lengkap",
        "from": "draf",
        "to": "dikembalikan_petugas",
        "remarks": [{name: getattr(remark, name) for name in Remark.__slots__}],
    }
    server._link(record.vid, rid, FeedKind.TRANSITION, 2, post.begin(), user_of("rahmah"), payload)
    run_well(post)
    assert post.syncing.view().news == (("dikembalikan", "1 data dikembalikan"),)
    post.session.lock()
    notes = {one.username: one.note for one in post.session.login_view().accounts}
    assert notes["halimah"] == "1 dikembalikan"
    post.session.unlock(user_of("halimah"), PEOPLE["halimah"][3])


# ---- the history of one record ---------------------------------------------------------------------------------------


def test_what_happened_before_this_laptop_met_a_record_is_fetched_when_wanted(
    post: Post, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sidumba_field.sync.pull.SNAPSHOT_BEYOND", 0)
    rid = sent(post)
    run_well(post)
    other = Post(tmp_path / "other", post.office)
    other.activate("WXYZ-2345", "rahmah")
    other.sit("rahmah")
    run_well(other)
    review = ReviewService(other.desk)
    assert (review.open(rid).history, review.open(rid).history_whole) == ((), False)
    other.plan = always("hello", Fault.REFUSED)
    with pytest.raises(SidumbaError, match=r"wire\.unreachable"):
        other.syncing.fetch_history(rid)
    assert not review.open(rid).history_whole
    other.plan = nothing_breaks
    assert other.syncing.fetch_history(rid).records == {rid}
    seen = review.open(rid)
    assert seen.history_whole
    assert len(seen.history) == 1
    other.session.lock()


def test_a_record_the_server_does_not_know_yet_lacks_no_history(post: Post) -> None:
    assert ReviewService(post.desk).open(post.begin()).history_whole
