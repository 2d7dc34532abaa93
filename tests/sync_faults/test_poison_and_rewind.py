"""One bad item delays nobody, and servers or laptops that went back in time lose nothing."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest

from sidumba_field.store import FileState, Mark
from sidumba_field.sync.engine import Stage
from tests.helpers.faulty_transport import Fault, FaultyTransport, always
from tests.helpers.laptop import (
    VID,
    Laptop,
    assert_badge_is_true,
    assert_equal_to_server,
    assert_nothing_doubled,
    assert_nothing_lost,
)
from tests.helpers.twin import TwinServer


def op_of(laptop: Laptop, rid: str) -> str:
    return next(row.op for row in laptop.store.outbox.rows(10_000) if row.rid == rid)


def together(server: TwinServer, *laptops: Laptop) -> None:
    for laptop in laptops:
        assert laptop.sync().complete
    for laptop in laptops:
        laptop.sync()
        assert_equal_to_server(laptop)
        assert_nothing_lost(laptop)
        assert_badge_is_true(laptop)
    assert_nothing_doubled(server)


@pytest.mark.parametrize("place", [0, 7, 14])
def test_a_poisoned_op_delays_no_other(petugas: Laptop, server: TwinServer, place: int) -> None:
    rids = [petugas.begin(nama=f"Warung {n}") for n in range(15)]
    bad = rids[place]
    server.poison.add(op_of(petugas, bad))
    report = petugas.sync()
    assert set(server.records) == set(rids) - {bad}
    assert [(problem.item, problem.stage) for problem in report.problems] == [
        (op_of(petugas, bad), Stage.PUSH)
    ]
    assert petugas.record(bad).mark is Mark.WAITING
    assert_badge_is_true(petugas)
    for _ in range(4):
        petugas.sync()
    assert petugas.record(bad).mark is Mark.FAILED
    server.poison.clear()
    together(server, petugas)


def test_an_op_put_off_is_asked_again_once_per_run(petugas: Laptop, server: TwinServer) -> None:
    rids = [petugas.begin(nama=f"Warung {n}") for n in range(3)]
    server.later.add(op_of(petugas, rids[0]))
    faulty = FaultyTransport(petugas.line(), lambda name, nth: None)
    report = petugas.sync(line=faulty)
    assert (report.sent, dict(report.answered)) == (2, {"applied": 2, "retry": 1})
    assert faulty.calls["push"] == 1
    assert [problem.item for problem in report.problems] == [op_of(petugas, rids[0])]
    server.later.clear()
    together(server, petugas)


def test_a_small_door_lets_ops_through_in_small_batches(petugas: Laptop, server: TwinServer) -> None:
    rids = [petugas.begin(nama=f"Warung {n}", alamat="x" * 500) for n in range(12)]
    huge = petugas.begin(nama="Besar", alamat="x" * 9_000)
    server.small_body = 4_000
    report = petugas.sync()
    assert set(server.records) == set(rids)
    assert [(problem.code, problem.item) for problem in report.problems] == [
        ("wire.body_too_big", op_of(petugas, huge))
    ]
    server.small_body = 0
    together(server, petugas)


def test_a_server_that_breaks_on_everything_is_no_ops_fault(petugas: Laptop, server: TwinServer) -> None:
    for n in range(40):
        petugas.begin(nama=f"Warung {n}")
    faulty = FaultyTransport(petugas.line(), always("push", Fault.BROKEN))
    for _ in range(2):
        report = petugas.sync(line=faulty)
        assert report.problems
        assert report.stage is Stage.FINISH, "reading goes on while writing is broken"
    assert {row.failures for row in petugas.store.outbox.rows(1_000)} == {0}
    assert faulty.calls["push"] <= 2 * 13
    together(server, petugas)


def test_a_file_over_the_limit_is_set_aside_and_the_others_go(
    petugas: Laptop, server: TwinServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    rid = petugas.begin(nama="Warung")
    small = petugas.photo(rid, "foto", os.urandom(1_000))
    large = petugas.photo(rid, "pindaian", os.urandom(9_000))
    petugas.send(rid)
    monkeypatch.setattr("tests.helpers.twin.MAX_FILE", 5_000)
    report = petugas.sync()
    assert [(problem.code, problem.item) for problem in report.problems] == [("attachment.too_big", large)]
    assert small.split(".")[0] in server.blobs
    assert [(row.name, row.state) for row in petugas.store.files.troubled()] == [(large, FileState.TROUBLE)]


@pytest.mark.parametrize("new_epoch", [True, False])
def test_a_server_restored_from_a_backup_gets_everything_back(
    petugas: Laptop, admin: Laptop, server: TwinServer, new_epoch: bool
) -> None:
    early = petugas.begin(nama="Sebelum cadangan", omzet="1")
    together(server, petugas, admin)
    saved = server.backup()
    petugas.type(early, omzet="2")
    petugas.photo(early, "foto", os.urandom(70_000))
    petugas.send(early)
    late = [petugas.begin(nama=f"Sesudah {n}") for n in range(8)]
    petugas.step(late[0], "ajukan", "diajukan")
    together(server, petugas, admin)
    before = {rid: (record.state, dict(record.fields)) for rid, record in server.records.items()}
    files = set(server.blobs)
    server.restore(saved, new_epoch)
    server.seen_ops.clear()
    # The laptop's clock has jumped meanwhile; what is kept goes back all the same.
    server.clock.advance(timedelta(days=3650).total_seconds())
    for laptop in (petugas, admin):
        report = laptop.sync()
        assert report.rewound
        # Without a new epoch nobody can tell a restore from a past that was exchanged: people are told.
        assert [one.code for one in report.problems] == ([] if new_epoch else ["wire.history_changed"])
    together(server, petugas, admin)
    assert {rid: (record.state, dict(record.fields)) for rid, record in server.records.items()} == before
    assert set(server.blobs) == files


def test_an_empty_server_deletes_nothing_here(petugas: Laptop, admin: Laptop, server: TwinServer) -> None:
    mine, theirs = petugas.begin(nama="Punya saya"), admin.begin(nama="Punya admin")
    together(server, petugas, admin)
    server.records.clear()
    server.ops.clear()
    server.seen_ops.clear()
    server.feeds[VID] = []
    server.blobs.clear()
    petugas.sync()
    assert set(server.records) == {mine}
    assert petugas.record(theirs).fields["nama"] == "Punya admin"
    assert [one.code for one in admin.sync().problems] == ["wire.history_changed"]
    together(server, admin, petugas)
    assert set(server.records) == {mine, theirs}


def test_another_server_at_the_same_address_is_not_ours(petugas: Laptop, server: TwinServer) -> None:
    petugas.store.meta.set("server_key", server.server_key)
    petugas.begin(nama="Warung")
    server.server_key = "ab" * 32
    report = petugas.sync()
    assert [problem.code for problem in report.problems] == ["wire.not_our_server"]
    assert petugas.store.outbox.unsent() == 1
    assert server.records == {}


def test_a_restored_laptop_notices_and_counts_on_above_what_it_once_sent(
    petugas: Laptop, server: TwinServer
) -> None:
    petugas.begin(nama="Warung")
    server.dseqs[petugas.device] = 500
    assert petugas.sync().restored
    petugas.begin(nama="Berikutnya")
    assert petugas.store.outbox.rows()[0].dseq == 501
    assert not petugas.sync().restored


def test_a_broken_chain_is_left_alone_and_told(petugas: Laptop, admin: Laptop, server: TwinServer) -> None:
    petugas.begin(nama="Warung")
    petugas.sync()
    feed = server.feeds[VID]
    good = feed[0]
    object.__setattr__(feed[0], "actor", "orang lain")
    report = admin.sync()
    assert [(problem.code, problem.item) for problem in report.problems] == [("wire.chain_broken", VID)]
    assert admin.all() == []
    object.__setattr__(good, "actor", petugas.user)
    together(server, admin)


def test_an_app_too_old_may_push_but_not_pull(petugas: Laptop, server: TwinServer) -> None:
    rid = petugas.begin(nama="Warung")
    server.min_app = "9.0"
    report = petugas.sync()
    assert rid in server.records
    assert [(problem.stage, problem.code) for problem in report.problems] == [
        (Stage.PULL, "wire.protocol_unknown")
    ]


def test_a_server_of_another_protocol_is_told_at_once(petugas: Laptop, server: TwinServer) -> None:
    petugas.begin(nama="Warung")
    server.proto = [7]
    report = petugas.sync()
    assert (report.stage, report.problems[0].code) == (Stage.HELLO, "wire.protocol_unknown")
    assert petugas.store.outbox.unsent() == 1
