"""What the district orders and what the server once signed: believed only from the pinned server, kept, compared."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.records import OutboxState
from sidumba_field.core.time import FixedClock, iso
from sidumba_field.seal.signing import SigningKey
from sidumba_field.store.clearing import KEPT_DAYS
from sidumba_field.sync import orders, witness
from sidumba_field.wire.messages import OrderMessage, RootMessage, RootsReply
from tests.helpers.laptop import VID, Laptop
from tests.helpers.twin import TwinServer

SERVER, OTHER = SigningKey(b"s" * 32), SigningKey(b"o" * 32)


@pytest.fixture
def pinned(petugas: Laptop) -> Laptop:
    petugas.store.meta.set("server_key", SERVER.public_hex)
    petugas.store.meta.set("device", petugas.device)
    return petugas


def order(laptop: Laptop, number: int, word: str, key: SigningKey = SERVER, **changes: Any) -> OrderMessage:
    given = {"device": laptop.device, "number": number, "word": word, "at": "2026-11-21T04:00:00.000Z"}
    unsigned = OrderMessage(**{**given, **changes})
    return unsigned.model_copy(update={"sig": key.sign(unsigned.signed_bytes())})


def root(day: str, found: str, key: SigningKey = SERVER, epoch: str = "e1") -> RootMessage:
    unsigned = RootMessage(day=day, epoch=epoch, at=day + "T00:00:00.000Z", count=1, root=found * 64)
    return unsigned.model_copy(update={"sig": key.sign(unsigned.signed_bytes())})


def test_the_newest_order_counts_and_an_old_one_shown_again_does_nothing(pinned: Laptop) -> None:
    store = pinned.store
    assert orders.pending(store) == ""
    wipe = order(pinned, 3, "wipe")
    assert orders.receive(store, order(pinned, 1, "suspended"))
    assert orders.pending(store) == "suspended"
    assert orders.receive(store, wipe)
    assert not orders.receive(store, wipe)
    assert orders.receive(store, order(pinned, 4, "active"))
    assert not orders.receive(store, wipe), "a stick that was under way for months"
    assert orders.pending(store) == ""


def test_an_order_to_another_laptop_or_of_another_server_is_refused_and_changes_nothing(
    pinned: Laptop,
) -> None:
    forged = order(pinned, 1, "active").model_copy(update={"word": "wipe"})
    for wrong, code in (
        (order(pinned, 1, "wipe", OTHER), "seal.bad_signature"),
        (forged, "seal.bad_signature"),
        (order(pinned, 1, "wipe", device="0" * 36), "seal.wrong_key"),
    ):
        with pytest.raises(SidumbaError) as refused:
            orders.receive(pinned.store, wrong)
        assert refused.value.code == code
    assert orders.pending(pinned.store) == ""


def test_a_laptop_keeps_every_root_and_complains_of_a_second_one_for_the_same_day(pinned: Laptop) -> None:
    keep = lambda one: witness.remember(pinned.store, SERVER.public_hex, one)  # noqa: E731
    keep(root("2026-11-20", "a"))
    keep(root("2026-11-20", "a"))
    keep(root("2026-11-21", "b"))
    keep(root("2026-11-20", "c", epoch="e2"))
    with pytest.raises(SidumbaError, match=r"wire\.history_changed"):
        keep(root("2026-11-20", "d"))
    with pytest.raises(SidumbaError, match=r"seal\.bad_signature"):
        keep(root("2026-11-22", "e", OTHER))
    keep(root("2026-11-20", "a"))


def test_a_run_tells_of_a_contradicting_root_and_goes_on(pinned: Laptop, server: TwinServer) -> None:
    server.server_key = SERVER.public_hex
    server.root = root("2026-11-20", "a")
    rid = pinned.begin(nama="Warung")
    assert pinned.sync().complete
    server.root = root("2026-11-20", "b")
    pinned.type(rid, omzet="1")
    pinned.send(rid)
    report = pinned.sync()
    assert [(one.code, one.item) for one in report.problems] == [("wire.history_changed", "2026-11-20")]
    assert server.records[rid].fields["omzet"] == "1", "work goes on"


def test_a_restored_server_is_held_against_the_roots_of_the_days_before(
    pinned: Laptop, server: TwinServer
) -> None:
    server.server_key = SERVER.public_hex
    server.root = root("2026-11-20", "a")
    pinned.begin(nama="Warung")
    assert pinned.sync().complete
    server.epoch = "restored"
    server.root = root("2026-11-21", "c", epoch="restored")
    server.roots = RootsReply(now="", roots=[root("2026-11-20", "a"), server.root])
    assert pinned.sync().complete, "restored honestly"
    server.epoch = "forged"
    server.roots = RootsReply(now="", roots=[root("2026-11-20", "f")])
    assert [one.code for one in pinned.sync().problems] == ["wire.history_changed"]


def test_a_feed_that_no_longer_holds_what_was_read_is_told_unless_the_server_was_restored(
    petugas: Laptop, server: TwinServer
) -> None:
    petugas.begin(nama="Warung")
    petugas.sync()
    saved = server.backup()
    petugas.begin(nama="Sesudah")
    petugas.sync()
    server.restore(saved, False)
    report = petugas.sync()
    assert [one.code for one in report.problems] == ["wire.history_changed"]
    assert report.rewound
    assert len(server.feeds[VID]) == 2, "all the same everything came back"


def test_done_ops_are_let_go_after_ninety_days_of_the_servers_time_and_nothing_else_is(
    petugas: Laptop, admin: Laptop, server: TwinServer, clock: FixedClock
) -> None:
    old, busy, clashing = (petugas.begin(nama=name) for name in ("Lama", "Sibuk", "Beda"))
    petugas.sync()
    admin.sync()
    admin.type(clashing, omzet="1")
    admin.send(clashing)
    admin.sync()
    petugas.type(clashing, omzet="2")
    petugas.send(clashing)
    petugas.sync()
    clock.advance(timedelta(days=KEPT_DAYS - 1).total_seconds())
    petugas.sync()
    assert len(petugas.store.outbox.rows(100)) == 4
    clock.advance(timedelta(days=2).total_seconds())
    petugas.type(busy, omzet="3")
    petugas.send(busy)
    petugas.store.clearing.purge_done(iso(clock.now() - timedelta(days=KEPT_DAYS)))
    left = {(row.rid, row.state) for row in petugas.store.outbox.rows(100)}
    assert (old, OutboxState.DONE) not in left
    assert (busy, OutboxState.DONE) in left, "its next op stands on it"
    assert (clashing, OutboxState.CONFLICT) in left
    assert petugas.sync().complete
    assert {row.state for row in petugas.store.outbox.rows(100)} == {OutboxState.DONE, OutboxState.CONFLICT}
    assert server.records[busy].fields == {"nama": "Sibuk", "omzet": "3"}
    assert petugas.record(old).fields["nama"] == "Lama"


def test_a_laptops_own_clock_lets_nothing_go(petugas: Laptop, server: TwinServer) -> None:
    petugas.begin(nama="Warung")
    petugas.sync()
    petugas.clock = FixedClock(petugas.clock.now() + timedelta(days=4_000))
    petugas.restart()
    petugas.sync()
    assert len(petugas.store.outbox.rows(10)) == 1
