"""What a sync does when nothing breaks: the ground the fault matrix stands on."""

from __future__ import annotations

import os

import pytest

from sidumba_field.core.records import OutboxState
from sidumba_field.store import Mark
from sidumba_field.sync.engine import Stage
from sidumba_field.sync.status import status
from tests.helpers.laptop import (
    VID,
    Laptop,
    assert_badge_is_true,
    assert_equal_to_server,
    assert_nothing_doubled,
    assert_nothing_lost,
)
from tests.helpers.twin import TwinServer


def all_is_well(server: TwinServer, *laptops: Laptop) -> None:
    assert_nothing_doubled(server)
    for laptop in laptops:
        assert_nothing_lost(laptop)
        assert_badge_is_true(laptop)
        assert_equal_to_server(laptop)


def test_a_record_typed_offline_arrives_and_is_marked_received(petugas: Laptop, server: TwinServer) -> None:
    rid = petugas.begin(nama="Warung Acil", omzet="45000000")
    assert petugas.record(rid).mark is Mark.WAITING
    report = petugas.sync()
    assert (report.stage, report.complete, report.sent, dict(report.answered)) == (
        Stage.FINISH,
        True,
        1,
        {"applied": 1},
    )
    assert report.receipt == "TT-0001"
    assert dict(server.records[rid].fields) == {"nama": "Warung Acil", "omzet": "45000000"}
    assert petugas.record(rid).mark is Mark.RECEIVED
    all_is_well(server, petugas)


def test_a_sync_with_nothing_to_do_changes_nothing(petugas: Laptop, server: TwinServer) -> None:
    petugas.begin(nama="Warung Acil")
    petugas.sync()
    before = petugas.all()
    report = petugas.sync()
    assert (report.complete, report.sent, report.pulled, report.receipt) == (True, 0, 0, "")
    assert petugas.all() == before


def test_many_records_go_in_batches_and_all_arrive(petugas: Laptop, server: TwinServer) -> None:
    rids = [petugas.begin(nama=f"Warung {n}", alamat="Jl. Desa " * 120) for n in range(50)]
    report = petugas.sync()
    assert report.sent == 50
    assert set(server.records) == set(rids)
    assert server.receipts > 1
    all_is_well(server, petugas)


def test_an_edit_after_sending_follows_and_never_clashes_with_itself(
    petugas: Laptop, server: TwinServer
) -> None:
    rid = petugas.begin(nama="Warung Acil", omzet="1")
    petugas.sync()
    petugas.type(rid, omzet="2")
    petugas.send(rid)
    petugas.type(rid, omzet="3")
    petugas.send(rid)
    report = petugas.sync()
    assert set(report.answered) == {"applied"}
    assert server.records[rid].fields["omzet"] == "3"
    all_is_well(server, petugas)


def test_a_return_with_a_remark_reaches_the_petugas(
    petugas: Laptop, admin: Laptop, server: TwinServer
) -> None:
    rid = petugas.begin(nama="Warung Acil", omzet="1")
    petugas.step(rid, "ajukan", "diajukan")
    petugas.sync()
    admin.sync()
    admin.step(rid, "kembalikan", "dikembalikan", omzet="Mohon dicek")
    assert admin.sync().complete
    petugas.sync()
    returned = petugas.record(rid)
    assert returned.state == "dikembalikan"
    assert [(remark.path, remark.text) for remark in returned.remarks] == [("omzet", "Mohon dicek")]
    all_is_well(server, petugas, admin)


def test_two_people_on_the_same_field_both_stay_visible(
    petugas: Laptop, admin: Laptop, server: TwinServer
) -> None:
    rid = petugas.begin(nama="Warung Acil", omzet="1", alamat="a")
    petugas.sync()
    admin.sync()
    petugas.type(rid, omzet="2")
    petugas.send(rid)
    admin.type(rid, omzet="3", alamat="b")
    admin.send(rid)
    petugas.sync()
    assert dict(admin.sync().answered) == {"conflict": 1}
    petugas.sync()
    assert dict(server.records[rid].fields) == {"nama": "Warung Acil", "omzet": "2", "alamat": "b"}
    for laptop in (petugas, admin):
        proposal = next(p for p in laptop.store.records.proposals(rid) if p.open)
        assert (proposal.set["omzet"], laptop.record(rid).mark) == ("3", Mark.DIFFERING)
    all_is_well(server, petugas, admin)


def test_a_difference_survives_fifty_more_syncs(petugas: Laptop, admin: Laptop, server: TwinServer) -> None:
    rid = petugas.begin(omzet="1")
    petugas.sync()
    admin.sync()
    for laptop, value in ((petugas, "2"), (admin, "3")):
        laptop.type(rid, omzet=value)
        laptop.send(rid)
        laptop.sync()
    for _ in range(50):
        petugas.sync()
        admin.sync()
    for laptop in (petugas, admin):
        assert [p.set for p in laptop.store.records.proposals(rid) if p.open] == [{"omzet": "3"}]
    all_is_well(server, petugas, admin)


def test_an_edit_that_comes_after_submission_is_held_and_kept(
    petugas: Laptop, admin: Laptop, server: TwinServer
) -> None:
    rid = petugas.begin(omzet="1")
    petugas.sync()
    admin.sync()
    petugas.step(rid, "ajukan", "diajukan")
    petugas.sync()
    admin.type(rid, omzet="9")
    admin.send(rid)
    assert dict(admin.sync().answered) == {"held": 1}
    petugas.sync()
    assert server.records[rid].fields["omzet"] == "1"
    assert [p.set["omzet"] for p in petugas.store.records.proposals(rid)] == ["9"]
    all_is_well(server, petugas, admin)


def test_a_photo_arrives_whole_in_chunks(petugas: Laptop, admin: Laptop, server: TwinServer) -> None:
    rid = petugas.begin(nama="Warung Acil")
    data = os.urandom(300_000)
    name = petugas.photo(rid, "foto", data)
    petugas.send(rid)
    report = petugas.sync()
    assert (report.complete, report.files_sent) == (True, 1)
    assert server.blobs[name.split(".")[0]] == data
    assert petugas.store.files.pending() == []
    admin.wanted = lambda: [name, "bukan-berkas.txt"]
    assert admin.sync().files_fetched == 1
    assert admin.shelf.open(name.split(".")[0]) == data
    assert admin.sync().files_fetched == 0
    all_is_well(server, petugas, admin)


def test_the_same_photo_twice_travels_once(petugas: Laptop, admin: Laptop, server: TwinServer) -> None:
    data = os.urandom(100_000)
    for laptop in (petugas, admin):
        rid = laptop.begin(nama="Warung")
        laptop.photo(rid, "foto", data)
        laptop.send(rid)
        laptop.sync()
    assert server.bytes_taken == len(data)


def test_a_large_file_is_not_fetched_by_itself(petugas: Laptop, admin: Laptop) -> None:
    rid = petugas.begin(nama="Warung")
    name = petugas.photo(rid, "foto", os.urandom(600_000))
    petugas.send(rid)
    petugas.sync()
    admin.wanted = lambda: [name]
    assert admin.sync().files_fetched == 0


def test_a_long_feed_begins_with_a_snapshot_and_goes_on_with_the_feed(
    petugas: Laptop, admin: Laptop, server: TwinServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sidumba_field.sync.pull.SNAPSHOT_BEYOND", 10)
    rids = [petugas.begin(nama=f"Warung {n}") for n in range(7)]
    petugas.sync()
    for rid in rids[:5]:
        petugas.type(rid, omzet="5")
        petugas.send(rid)
    petugas.sync()
    petugas.step(rids[6], "ajukan", "diajukan")
    petugas.sync()
    petugas.type(rids[6], omzet="7")
    petugas.send(rids[6])
    petugas.sync()
    assert admin.sync().complete
    assert len(admin.store.records.history(rids[0])) == 0
    assert [one.open for one in admin.store.records.proposals(rids[6])] == [True], "held before he came"
    petugas.type(rids[0], omzet="6")
    petugas.send(rids[0])
    petugas.sync()
    admin.sync()
    assert admin.record(rids[0]).fields["omzet"] == "6"
    all_is_well(server, petugas, admin)


def test_a_short_feed_brings_its_whole_history(petugas: Laptop, admin: Laptop, server: TwinServer) -> None:
    rid = petugas.begin(omzet="1")
    petugas.sync()
    petugas.type(rid, omzet="2")
    petugas.send(rid)
    petugas.sync()
    admin.sync()
    assert [entry.rev for entry in admin.store.records.history(rid)] == [1, 2]
    assert admin.store.records.at_rev(rid, 1) == {"omzet": "1"}
    all_is_well(server, admin)


def test_a_history_with_an_erased_record_still_reads(
    petugas: Laptop, admin: Laptop, server: TwinServer
) -> None:
    kept, erased = petugas.begin(nama="Tinggal"), petugas.begin(nama="Dihapus")
    petugas.sync()
    server.erase(erased)
    del server.records[erased]
    assert admin.sync().complete
    assert admin.record(kept).fields["nama"] == "Tinggal"
    assert admin.store.records.get(erased) is None
    all_is_well(server, admin)


def test_without_a_signed_in_person_work_still_leaves(petugas: Laptop, server: TwinServer) -> None:
    rid = petugas.begin(nama="Warung Acil")
    report = petugas.sync(user="")
    assert (report.sent, report.complete, report.stage) == (1, False, Stage.FINISH)
    assert [problem.code for problem in report.problems] == ["auth.session_expired"]
    assert rid in server.records
    assert petugas.record(rid).mark in (Mark.RECEIVED, Mark.WAITING)


def test_a_stop_between_two_calls_keeps_everything(petugas: Laptop, server: TwinServer) -> None:
    for n in range(3):
        petugas.begin(nama=f"Warung {n}")
    stopped = 0
    for allowed in range(12):
        calls = iter([False] * allowed + [True] * 100)
        report = petugas.sync(stop=lambda calls=calls: next(calls))
        assert report.complete != report.stopped
        stopped += report.stopped
        assert_nothing_lost(petugas)
        assert_badge_is_true(petugas)
    assert stopped > 4
    assert petugas.sync().complete
    all_is_well(server, petugas)


def test_the_offline_picture_tells_the_last_run(petugas: Laptop) -> None:
    empty = status(petugas.store)
    assert (empty.last_sync, empty.receipt, empty.code) == ("", "", "")
    petugas.begin(nama="Warung Acil")
    assert status(petugas.store).counts.waiting == 1
    petugas.sync()
    done = status(petugas.store)
    assert (done.receipt, done.stage, done.code, done.counts.waiting) == ("TT-0001", "finish", "", 0)
    assert done.last_sync == done.last_run != ""


def test_ops_leave_the_outbox_only_by_an_answer(petugas: Laptop, server: TwinServer) -> None:
    petugas.begin(nama="Warung Acil")
    petugas.sync()
    row = petugas.store.outbox.rows()[0]
    assert (row.state, row.receipt) == (OutboxState.DONE, "TT-0001")
    assert server.head(VID).seq == 1
