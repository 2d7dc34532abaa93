"""Replies twice, late, in the wrong order, from another life of the server: nothing wrong, and it is said."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from server_stub.auth.orders import give
from server_stub.store.devices import DeviceState
from sidumba_field.bundle import Found, Signer, gather
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.records import OutboxState
from sidumba_field.core.time import iso, parse_iso
from sidumba_field.seal.signing import SigningKey
from sidumba_field.store import FileState, Mark
from sidumba_field.sync.sticks import export, judge, plan
from tests.helpers.laptop import VID, assert_badge_is_true, assert_equal_to_server, assert_nothing_lost
from tests.helpers.stick_village import StickLaptop, StickServer

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def stick(laptop: StickLaptop, folder: Path) -> Found:
    (found,) = gather(laptop.export(folder).paths)
    return found


def settled(laptop: StickLaptop, office: StickServer) -> None:
    laptop.server = office  # type: ignore[assignment]  # both hold what the judges ask for
    assert_nothing_lost(laptop)
    assert_equal_to_server(laptop)
    assert office.faults() == ()
    ops = office.feed_ops()
    assert len(ops) == len(set(ops))


def test_a_lost_stick_costs_nothing_the_next_one_carries_it_all(
    village: StickLaptop, office: StickServer, tmp_path: Path
) -> None:
    rids = [village.begin(nama=f"data {n}") for n in range(3)]
    village.export(tmp_path / "lost")
    rids.append(village.begin(nama="lagi"))
    made = village.export(tmp_path / "found")
    assert made.ops == 4
    assert village.read(office.take(made.paths).reply).answered == {"applied": 4}
    assert {village.record(rid).mark for rid in rids} == {Mark.RECEIVED}
    assert [row.waiting for row in village.store.bundles.all()] == [0, 0]
    settled(village, office)


def test_imported_twice_is_the_same_answer_and_the_same_reply(
    village: StickLaptop, office: StickServer, tmp_path: Path
) -> None:
    rid = village.begin(nama="sekali")
    found = stick(village, tmp_path / "a")
    first, second = office.take(found), office.take(found)
    assert (first.again, second.again) == (False, True)
    assert first.reply == second.reply
    assert first.row.receipt == second.row.receipt == 1
    one, two = village.read(first.reply), village.read(second.reply)
    assert (one.again, two.again) == (False, True)
    assert one.answered == two.answered
    assert village.record(rid).mark is Mark.RECEIVED
    assert [receipt.ops for receipt in village.store.receipts.all()] == [1]
    settled(village, office)


def test_sticks_handed_in_and_replies_read_in_the_wrong_order(
    village: StickLaptop, office: StickServer, tmp_path: Path
) -> None:
    rid = village.begin(nama="satu")
    first = stick(village, tmp_path / "1")
    village.type(rid, nama="dua")
    village.send(rid)
    second = stick(village, tmp_path / "2")
    village.type(rid, nama="tiga")
    village.send(rid)
    third = stick(village, tmp_path / "3")
    replies = [office.take(one).reply for one in (third, first, second)]
    assert office.records[rid].fields["nama"] == "tiga"
    for reply in reversed(replies):
        taken = village.read(reply)
        assert taken.problems == ()
    assert village.record(rid).fields["nama"] == "tiga"
    settled(village, office)


def test_an_older_reply_after_a_newer_one_changes_nothing(
    village: StickLaptop, office: StickServer, tmp_path: Path
) -> None:
    rid = village.begin(nama="lama")
    old = office.take(stick(village, tmp_path / "1")).reply
    other = StickLaptop.join(tmp_path / "other", office, "budi")
    other.sync()
    other.type(rid, alamat="Jalan Budi")
    other.send(rid)
    other.sync()
    new = office.take(stick(village, tmp_path / "2")).reply
    village.read(new)
    before = village.record(rid)
    taken = village.read(old)
    assert (taken.pulled, taken.gap, taken.problems) == (0, False, ())
    assert village.record(rid).fields == before.fields
    settled(village, office)
    other.store.close()


def test_a_gap_in_the_chain_is_told_and_the_next_stick_tells_the_true_cursors(
    village: StickLaptop, office: StickServer, tmp_path: Path
) -> None:
    village.begin(nama="a")
    village.by_stick(tmp_path / "1")
    village.begin(nama="b")
    late = office.take(stick(village, tmp_path / "2")).reply
    # The laptop's database went back to a copy: it stands where it stood before the first reply.
    village.store.feed.reset(VID)
    taken = village.read(late)
    assert taken.gap
    assert [problem.code for problem in taken.problems] == ["bundle.gap"]
    assert not village.by_stick(tmp_path / "3").gap
    settled(village, office)


def test_the_line_and_the_stick_at_once_agree(
    village: StickLaptop, office: StickServer, tmp_path: Path
) -> None:
    rid = village.begin(nama="satu")
    name = village.photo(rid, "foto", b"\xff\xd8 gambar" * 900)
    village.send(rid)
    found = stick(village, tmp_path / "1")
    assert village.sync().complete
    assert [row.state for row in village.store.files.of(rid)] == [FileState.SENT]
    handled = office.take(found)
    village.type(rid, nama="dua")
    village.send(rid)
    village.read(handled.reply)
    assert village.sync().complete
    assert office.records[rid].fields == {"nama": "dua", "foto": name}
    assert_badge_is_true(_with_ops(village, office))
    settled(village, office)


def _with_ops(laptop: StickLaptop, office: StickServer) -> StickLaptop:
    class Known:
        ops = {row.op for row in laptop.store.outbox.rows(1000)}

    laptop.server = Known()  # type: ignore[assignment]
    return laptop


def test_somebody_elses_change_of_the_same_field_clashes_and_both_are_shown(
    village: StickLaptop, office: StickServer, tmp_path: Path
) -> None:
    rid = village.begin(nama="asal")
    village.by_stick(tmp_path / "1")
    same = StickLaptop.join(tmp_path / "second", office, "ani")
    same.sync()
    same.type(rid, nama="dari laptop kedua")
    same.send(rid)
    same.sync()
    village.type(rid, nama="dari desa")
    village.send(rid)
    found = stick(village, tmp_path / "lost")
    village.type(rid, nama="dari desa, lagi")
    village.send(rid)
    assert found.whole
    assert village.by_stick(tmp_path / "2").answered == {"conflict": 2}
    assert office.records[rid].fields["nama"] == "dari laptop kedua"
    shown = {one.set["nama"] for one in village.store.records.proposals(rid)}
    assert shown == {"dari desa", "dari desa, lagi"}
    settled(village, office)
    same.store.close()


def test_own_edits_that_left_by_stick_one_upon_the_other_do_not_clash(
    village: StickLaptop, office: StickServer, tmp_path: Path
) -> None:
    rid = village.begin(nama="0", jumlah="0")
    for n in range(1, 6):
        stick(village, tmp_path / str(n))
        village.type(rid, nama=str(n))
        village.send(rid)
    taken = village.by_stick(tmp_path / "last")
    assert taken.answered == {"applied": 6}
    assert office.records[rid].fields["nama"] == "5"
    assert not village.store.records.proposals(rid)
    settled(village, office)


def test_a_record_that_is_put_off_gets_no_further_and_the_others_go_on(
    village: StickLaptop, office: StickServer, tmp_path: Path
) -> None:
    stuck = village.begin(nama="versi baru")
    village.step(stuck, "serahkan", "diserahkan")
    well = village.begin(nama="biasa")
    rules = office.server.programs["sidumba"]
    known = dict(rules.versions)
    rules.versions = {}  # type: ignore[misc]  # the office installs the version tomorrow
    taken = village.by_stick(tmp_path / "1")
    assert taken.answered == {"retry": 3}
    rules.versions = known  # type: ignore[misc]
    assert village.by_stick(tmp_path / "2").answered == {"applied": 3}
    assert office.records[stuck].state == "diserahkan"
    assert office.records[well].state == "draf"
    settled(village, office)


def test_a_restored_server_gets_everything_again_by_stick(
    village: StickLaptop, office: StickServer, tmp_path: Path
) -> None:
    first = village.begin(nama="sebelum cadangan")
    village.by_stick(tmp_path / "0")
    copy = office.copy(tmp_path / "copy.db")
    rids = [village.begin(nama=f"sesudah {n}") for n in range(3)]
    rids += [first]
    lost = office.take(stick(village, tmp_path / "1")).reply
    village.read(lost)
    village.office = restored = office.restored_from(copy)
    told = village.by_stick(tmp_path / "2")
    assert told.rewound
    with pytest.raises(SidumbaError, match=r"bundle\.older_server"):
        village.read(lost)
    village.by_stick(tmp_path / "3")
    assert set(restored.records) == set(rids)
    assert {village.record(rid).mark for rid in rids} == {Mark.RECEIVED}
    settled(village, restored)
    restored.server.database.close()


def test_a_reply_for_another_laptop_or_of_another_server_is_told_apart(
    village: StickLaptop, office: StickServer, tmp_path: Path
) -> None:
    other = StickLaptop.join(tmp_path / "other", office, "budi")
    with pytest.raises(SidumbaError, match=r"bundle\.other_laptop"):
        village.read(office.take(stick(other, tmp_path / "1")).reply)
    reply = office.take(stick(village, tmp_path / "2")).reply
    village.store.meta.set("server_key", "ab" * 32)
    with pytest.raises(SidumbaError, match=r"bundle\.foreign_server"):
        village.read(reply)
    with pytest.raises(SidumbaError, match=r"bundle\.foreign_server"):
        office.take(stick(village, tmp_path / "3"))
    other.store.close()


def test_work_of_a_laptop_nobody_enrolled_is_refused(
    village: StickLaptop, office: StickServer, tmp_path: Path
) -> None:
    rid = village.begin(nama="x")
    village.store.meta.set("device", "00000000-0000-4000-8000-000000000000")
    with pytest.raises(SidumbaError, match=r"bundle\.unknown_laptop"):
        office.take(stick(village, tmp_path / "1"))
    assert rid not in office.records


def test_a_reply_of_a_life_of_the_server_that_is_over_is_not_believed(
    village: StickLaptop, office: StickServer, tmp_path: Path
) -> None:
    rid = village.begin(nama="x")
    reply = office.take(stick(village, tmp_path / "1")).reply
    village.store.meta.set("epoch", "a newer life")
    with pytest.raises(SidumbaError, match=r"bundle\.older_server"):
        village.read(reply)
    assert village.record(rid).mark is Mark.WAITING


def test_a_work_bundle_is_not_read_as_a_reply_nor_a_reply_as_work(
    village: StickLaptop, office: StickServer, tmp_path: Path
) -> None:
    found = stick(village, tmp_path / "1")
    with pytest.raises(SidumbaError, match=r"bundle\.wrong_kind"):
        village.read(found)
    with pytest.raises(SidumbaError, match=r"bundle\.wrong_kind"):
        office.take(office.take(found).reply)


@pytest.mark.parametrize("state", [DeviceState.SUSPENDED, DeviceState.REVOKED, DeviceState.WIPE])
def test_a_laptop_that_is_shut_out_is_told_so_by_stick(
    village: StickLaptop, office: StickServer, tmp_path: Path, state: DeviceState
) -> None:
    rid = village.begin(nama="x")
    give(office.server.database, office.server.keys, office.clock, village.device, state, "hilang")
    taken = village.by_stick(tmp_path / "1")
    assert taken.order
    assert taken.pulled == 0
    sends = state is DeviceState.SUSPENDED
    assert (rid in office.records) is sends
    assert taken.answered == ({"applied": 1} if sends else {})


def test_only_who_signed_may_read_and_only_what_is_his(
    village: StickLaptop, office: StickServer, tmp_path: Path
) -> None:
    other = StickLaptop.join(tmp_path / "other", office, "budi")
    other.begin(nama="milik Budi")
    other.by_stick(tmp_path / "0")
    forged = Signer(village.user, SigningKey.generate())
    for n, signer in enumerate((None, forged)):
        made = export(village.store, village.shelf, village.clock, tmp_path, signer)
        assert village.read(office.take(made.paths).reply).pulled == 0, n
    assert village.by_stick(tmp_path / "3").pulled == 1
    other.store.close()


def test_a_lease_is_renewed_from_the_time_of_the_stick_and_never_twice(
    village: StickLaptop, office: StickServer, tmp_path: Path
) -> None:
    start = village.clock.now()
    found = stick(village, tmp_path / "1")
    office.clock.advance(3 * 86_400)
    reply = office.take(found).reply
    office.clock.advance(2 * 86_400)
    village.read(reply)
    user = village.store.users.get(village.user)
    assert user is not None
    assert parse_iso(user.lease_until) == start + timedelta(days=3 + 14)
    office.clock.advance(10 * 86_400)
    village.read(reply)
    again = village.store.users.get(village.user)
    assert again is not None
    assert again.lease_until == user.lease_until
    assert iso(village.clock.now()) > iso(start)


def test_the_plan_counts_what_the_stick_will_carry(
    village: StickLaptop, office: StickServer, tmp_path: Path
) -> None:
    rid = village.begin(nama="x")
    village.photo(rid, "kecil", b"k" * 3_000)
    village.photo(rid, "besar", b"b" * 400_000)
    village.send(rid)
    village.step(rid, "serahkan", "diserahkan")
    planned = plan(village.store, village.shelf, 200_000, village.clock)
    assert (planned.ops, planned.steps, planned.records) == (2, 1, 1)
    assert (planned.files, planned.left_files, planned.left_bytes) == (1, 1, 400_000)
    made = village.export(tmp_path / "1", room=200_000)
    assert (made.ops, made.files, made.left_files) == (2, 1, 1)
    assert made.bytes <= 200_000
    waiting = village.store.bundles.waiting()
    assert (waiting.ops, waiting.records, waiting.files, waiting.bytes) == (2, 1, 1, 3_000)
    village.read(office.take(made.paths).reply)
    assert village.store.bundles.waiting().ops == 0
    found = stick(village, tmp_path / "2")
    assert judge(village.store, found).exported
    assert {row.state for row in village.store.outbox.rows()} == {OutboxState.DONE}


def test_an_edit_that_stands_on_two_revisions_leaves_in_parts_and_clashes_only_where_it_must(
    village: StickLaptop, office: StickServer, tmp_path: Path
) -> None:
    rid = village.begin(nama="asal", alamat="asal")
    village.by_stick(tmp_path / "1")
    same = StickLaptop.join(tmp_path / "second", office, "ani")
    same.sync()
    same.type(rid, alamat="dari laptop kedua")
    same.send(rid)
    same.sync()
    village.type(rid, alamat="dari desa")
    village.sync()
    village.type(rid, nama="dari desa")
    village.send(rid)
    made = village.export(tmp_path / "lost")
    assert made.ops == 2
    assert village.export(tmp_path / "2").ops == 2
    assert village.by_stick(tmp_path / "3").answered == {"applied": 1, "conflict": 1}
    assert office.records[rid].fields == {"nama": "dari desa", "alamat": "dari laptop kedua"}
    settled(village, office)
    same.store.close()


def test_a_reply_lies_ready_for_ninety_days_and_the_bundle_is_welcome_after_that(
    village: StickLaptop, office: StickServer, tmp_path: Path
) -> None:
    rid = village.begin(nama="x")
    found = stick(village, tmp_path / "1")
    first = office.take(found)
    office.clock.advance(91 * 86_400)
    office.take(stick(village, tmp_path / "2"))
    assert not first.reply.paths[0].exists()
    late = office.take(found)
    assert not late.again
    assert village.read(late.reply).answered == {"applied": 1}
    assert village.record(rid).mark is Mark.RECEIVED
    settled(village, office)
