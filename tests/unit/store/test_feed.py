"""Laws of what comes from the server: every link checked, whole pages only, snapshots, a server that went back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.ids import new_id
from sidumba_field.core.records import FeedEntry, FeedKind, Remark, entry_hash
from sidumba_field.core.time import FixedClock, iso
from sidumba_field.store import Mark, Store, cards
from sidumba_field.wire.messages import HeadMessage
from tests.helpers.ledger import ANI, BUDI, VID, Server, begin, clock, record


@pytest.fixture
def at() -> FixedClock:
    return clock()


@pytest.fixture
def store(tmp_path: Path, at: FixedClock) -> Iterator[Store]:
    opened = begin(tmp_path / "laptop", at)
    yield opened
    opened.close()


@pytest.fixture
def server(at: FixedClock, tmp_path: Path) -> Server:
    """A server with one record of three revisions, made by another laptop."""
    made = Server(at)
    other = begin(tmp_path / "maker", at)
    rid = other.records.create(record(at, {"nama": "Ani", "omzet": "5"})).rid
    for change in ({"omzet": "6"}, {"omzet": None, "catatan": "baik"}):
        _send(made, other, rid)
        other.records.answer(rid, change)
    _send(made, other, rid)
    other.close()
    return made


def _send(server: Server, store: Store, rid: str) -> None:
    store.records.seal(rid, ANI, iso(server.clock.now()), new_id(server.clock))
    server.exchange(store)


def _rid(server: Server) -> str:
    [rid] = server.records
    return rid


def test_a_laptop_rebuilds_the_record_from_the_feed_alone(store: Store, server: Server) -> None:
    server.pull(store)
    found = store.records.get(_rid(server))
    assert found is not None
    assert found.base is not None
    truth = server.records[_rid(server)]
    assert found.base.content_sha256 == truth.content_sha256
    assert dict(found.base.field_revs) == dict(truth.field_revs)
    assert (found.base.owner, found.base.authors, found.period, found.mark) == (
        ANI,
        frozenset({ANI}),
        "2026",
        Mark.RECEIVED,
    )


def test_every_former_revision_can_be_shown(store: Store, server: Server) -> None:
    server.pull(store)
    rid = _rid(server)
    assert store.records.at_rev(rid, 1) == {"@period": "2026", "nama": "Ani", "omzet": "5"}
    assert store.records.at_rev(rid, 2) == {"@period": "2026", "nama": "Ani", "omzet": "6"}
    assert store.records.at_rev(rid, 3) == {"@period": "2026", "nama": "Ani", "catatan": "baik"}
    assert store.records.at_rev(rid, 4) is None
    assert store.records.changed_since(rid, 2) == {"omzet", "catatan"}
    assert [entry.rev for entry in store.records.history(rid)] == [1, 2, 3]


@pytest.mark.parametrize("fault", ["payload", "hash", "order", "gap", "foreign", "head", "head-behind"])
def test_a_broken_chain_is_refused_and_nothing_of_the_page_is_kept(
    store: Store, server: Server, fault: str
) -> None:
    entries, head = list(server.entries), server.head
    second = entries[1]
    assert second.payload is not None
    forged = {**second.payload, "set": {"omzet": "999"}}
    changed: dict[str, list[FeedEntry]] = {
        "payload": [entries[0], replace(second, payload=forged), entries[2]],
        "hash": [entries[0], replace(second, actor="someone else"), entries[2]],
        "order": [entries[1], entries[0], entries[2]],
        "gap": [entries[0], entries[2]],
        "foreign": [replace(entries[0], vid=new_id(server.clock)), *entries[1:]],
    }
    if fault == "head":
        head = HeadMessage(seq=head.seq, hash="f" * 64)
    if fault == "head-behind":
        head = HeadMessage(seq=1, hash=entries[0].hash)
    with pytest.raises(SidumbaError) as refusal:
        store.feed.apply_page(VID, changed.get(fault, entries), head)
    assert refusal.value.code == "wire.chain_broken"
    assert store.records.find("kopi") == []
    [scope] = store.scopes.all()
    assert scope.seq == 0


def test_a_forged_entry_with_a_fitting_hash_does_not_link(store: Store, server: Server) -> None:
    forged = replace(server.entries[1], actor="someone else")
    forged = replace(forged, hash=entry_hash(forged))
    with pytest.raises(SidumbaError):
        store.feed.apply_page(VID, [server.entries[0], forged, server.entries[2]], server.head)


def test_a_page_may_come_twice_but_not_with_another_past(store: Store, server: Server) -> None:
    server.pull(store)
    again = store.feed.apply_page(VID, server.entries, server.head)
    assert (again.applied, again.skipped) == (0, 3)
    other = replace(server.entries[2], server_time="2026-11-21T00:00:00.000Z")
    other = replace(other, hash=entry_hash(other))
    with pytest.raises(SidumbaError) as refusal:
        store.feed.apply_page(VID, [other], HeadMessage(seq=3, hash=other.hash))
    assert refusal.value.code == "wire.chain_broken"


def test_an_erased_payload_leaves_the_chain_whole(store: Store, server: Server) -> None:
    server.entries[1] = replace(server.entries[1], payload=None, salt="")
    server.pull(store)
    [scope] = store.scopes.all()
    assert (scope.seq, scope.hash) == (3, server.head.hash)
    assert store.records.at_rev(_rid(server), 2) is None
    assert store.records.at_rev(_rid(server), 1) == {"@period": "2026", "nama": "Ani", "omzet": "5"}
    store.feed.apply_snapshot(server.snapshot())
    assert store.records.at_rev(_rid(server), 1) == {"@period": "2026", "nama": "Ani", "omzet": "5"}
    found = store.records.get(_rid(server))
    assert found is not None
    assert found.base is not None
    assert found.base.content_sha256 == server.records[_rid(server)].content_sha256


def test_a_snapshot_begins_a_laptop_and_the_feed_goes_on_from_it(
    store: Store, server: Server, at: FixedClock
) -> None:
    rid = _rid(server)
    store.feed.apply_snapshot(server.snapshot(files=["ab" * 32 + ".jpg"]))
    [scope] = store.scopes.all()
    assert (scope.seq, scope.hash, scope.snapshot_after) == (3, server.head.hash, None)
    assert store.files.whole_on_server(["ab" * 32 + ".jpg", "cd" * 32 + ".jpg"]) == {"ab" * 32 + ".jpg"}
    server.step(rid, "diserahkan", new_id(at))
    server.pull(store)
    found = store.records.get(rid)
    assert found is not None
    assert (found.state, found.base_rev) == ("diserahkan", 4)
    assert store.records.at_rev(rid, 4) == server.records[rid].fields
    assert store.records.at_rev(rid, 2) is None, "older than the snapshot"
    assert store.records.changed_since(rid, 2) == {"omzet", "catatan"}


def test_what_came_before_the_snapshot_is_kept_when_it_was_asked_for(
    store: Store, server: Server, at: FixedClock
) -> None:
    rid = _rid(server)
    store.feed.apply_snapshot(server.snapshot())
    server.step(rid, "diserahkan", new_id(at))
    before = store.records.get(rid)
    assert store.records.history(rid) == []
    assert store.feed.keep_older(VID, rid, server.entries) == 3, (
        "what lies behind the cursor comes with the feed"
    )
    assert store.feed.keep_older(VID, rid, server.entries) == 0
    assert [entry.seq for entry in store.records.history(rid)] == [1, 2, 3]
    assert store.records.get(rid) == before, "the record and the cursor stay as they are"
    assert store.records.at_rev(rid, 1) == {"@period": "2026", "nama": "Ani", "omzet": "5"}
    server.pull(store)
    assert [entry.seq for entry in store.records.history(rid)] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "lie", [{"server_time": "2026-11-21T00:00:00.000Z"}, {"rid": "x"}, {"payload": {"set": {}}}]
)
def test_an_older_entry_that_does_not_fit_is_refused_and_nothing_of_it_kept(
    store: Store, server: Server, lie: dict[str, object]
) -> None:
    rid = _rid(server)
    store.feed.apply_snapshot(server.snapshot())
    entries = [server.entries[0], replace(server.entries[1], **lie)]  # type: ignore[arg-type]
    with pytest.raises(SidumbaError) as refusal:
        store.feed.keep_older(VID, rid, entries)
    assert refusal.value.code == "wire.chain_broken"
    assert store.records.history(rid) == []


def test_a_snapshot_brings_open_differences_to_a_new_laptop(
    store: Store, server: Server, at: FixedClock
) -> None:
    rid = _rid(server)
    payload = {
        "op": new_id(at),
        "set": {"nama": "Wahyuni"},
        "was": {"nama": None},
        "reason": "held",
        "base_rev": 1,
        "by": BUDI,
        "by_name": "Budi",
        "at": "2026-11-21T04:00:00.000Z",
    }
    server.add(rid, 3, FeedKind.PROPOSAL, payload["op"], payload, BUDI)
    store.feed.apply_snapshot(server.snapshot())
    [proposal] = store.records.proposals(rid)
    assert (proposal.set, proposal.reason, proposal.by_name, proposal.open) == (
        {"nama": "Wahyuni"},
        "held",
        "Budi",
        True,
    )
    found = store.records.get(rid)
    assert found is not None
    assert found.mark is Mark.DIFFERING
    assert store.counts().differing == 1
    settled = {**server.records[rid].fields, f"@settled/{payload['op']}": "tetap"}
    server.records[rid] = replace(server.records[rid], fields=settled, rev=4)
    store.feed.apply_snapshot(server.snapshot())
    assert [one.open for one in store.records.proposals(rid)] == [False]


def test_a_payload_this_app_cannot_read_is_told_and_nothing_of_its_page_is_kept(
    store: Store, server: Server, at: FixedClock
) -> None:
    server.add(_rid(server), 4, FeedKind.EDIT, new_id(at), {"set": {"nama": "X"}}, BUDI)
    with pytest.raises(SidumbaError) as refusal:
        server.pull(store)
    assert (refusal.value.code, refusal.value.params["seq"]) == ("wire.malformed", 4)
    [scope] = store.scopes.all()
    assert scope.seq == 0


def test_what_lists_show_of_a_snapshot_is_what_the_record_says(
    store: Store, server: Server, at: FixedClock
) -> None:
    rid = _rid(server)
    server.step(rid, "dikembalikan", new_id(at), {"omzet": "Periksa"})
    remark = Remark("r.0", "omzet", "Periksa", ANI, "Ani", "", 4)
    server.records[rid] = replace(server.records[rid], remarks=(remark,))
    store.feed.apply_snapshot(server.snapshot())
    before = store.records.find("kopi"), store.counts()
    store.records.create(record(at, rid=new_id(at)))
    with store._db.write() as connection:
        cards.refresh(connection, rid)
    assert [row for row in store.records.find("kopi") if row.rid == rid] == before[0]
    assert (before[1].returned, before[1].received) == (1, 1)
    assert [row.rid for row in store.records.find("kopi", text="baik")] == [rid]


def test_an_interrupted_snapshot_goes_on_and_its_cursor_is_the_first_pages(
    store: Store, server: Server, at: FixedClock
) -> None:
    rid = _rid(server)
    first = server.snapshot().model_copy(update={"records": [], "after": "x"})
    store.feed.apply_snapshot(first)
    [scope] = store.scopes.all()
    assert (scope.seq, scope.snapshot_after) == (0, "x")
    server.step(rid, "diserahkan", new_id(at))
    store.feed.apply_snapshot(server.snapshot(), "x")
    [scope] = store.scopes.all()
    assert (scope.seq, scope.snapshot_after) == (3, None)
    server.pull(store)
    found = store.records.get(rid)
    assert found is not None
    assert (found.state, found.base_rev) == ("diserahkan", 4)


def test_a_snapshot_never_overwrites_unsent_work(store: Store, server: Server) -> None:
    rid = _rid(server)
    server.pull(store)
    store.records.answer(rid, {"nama": "Wahyuni"})
    store.feed.apply_snapshot(server.snapshot())
    found = store.records.get(rid)
    assert found is not None
    assert (found.fields["nama"], found.mark) == ("Wahyuni", Mark.LAPTOP)


@pytest.mark.parametrize("way", ["entries", "snapshot"])
def test_a_restored_server_gets_everything_back(
    store: Store, server: Server, at: FixedClock, way: str, tmp_path: Path
) -> None:
    rid = _rid(server)
    server.pull(store)
    lost = record(at, {"nama": "Baru"})
    store.records.create(lost)
    store.records.answer(rid, {"nama": "Anita"})
    for one in (lost.rid, rid):
        store.records.seal(one, ANI, iso(at.now()), new_id(at))
    server.exchange(store)
    server.pull(store)
    backup = Server(at)
    backup.entries, backup.records = server.entries[:2], {rid: replace(server.records[rid], rev=2)}
    backup.records[rid] = replace(
        backup.records[rid],
        fields={"@period": "2026", "nama": "Ani", "omzet": "6"},
        field_revs={"@period": 1, "nama": 1, "omzet": 2},
    )
    assert store.replay_done("") == 2
    assert store.feed.reset(VID) == 5
    shown = store.records.get(rid)
    assert shown is not None
    assert shown.fields["nama"] == "Anita", "nothing vanishes while the server is asked"
    backup.exchange(store)
    if way == "snapshot":
        store.feed.apply_snapshot(backup.snapshot())
    backup.pull(store)
    assert set(backup.records) == {rid, lost.rid}
    for one in (rid, lost.rid):
        found = store.records.get(one)
        assert found is not None
        assert found.base is not None
        assert found.base.content_sha256 == backup.records[one].content_sha256
        assert dict(found.fields) == backup.records[one].fields
        assert (found.pending, found.base_rev) == (0, backup.records[one].rev)


def test_work_the_restored_server_has_not_taken_again_stays_on_top(
    store: Store, server: Server, at: FixedClock
) -> None:
    rid = _rid(server)
    server.pull(store)
    store.records.answer(rid, {"nama": "Anita"})
    _send(server, store, rid)
    server.pull(store)
    backup = Server(at)
    backup.entries, backup.records = server.entries[:3], dict(server.records)
    store.replay_done("")
    store.feed.reset(VID)
    backup.pull(store)
    found = store.records.get(rid)
    assert found is not None
    assert found.base is not None
    assert (found.base.fields["nama"], found.fields["nama"], found.mark) == ("Ani", "Anita", Mark.WAITING)


def test_an_answer_that_comes_after_a_newer_snapshot_hides_nothing(
    store: Store, server: Server, at: FixedClock, tmp_path: Path
) -> None:
    rid = _rid(server)
    server.pull(store)
    store.records.answer(rid, {"nama": "Anita"})
    store.records.seal(rid, ANI, iso(at.now()), new_id(at))
    server.exchange(store, lose_reply=True)
    other = begin(tmp_path / "other", at)
    server.pull(other)
    other.records.answer(rid, {"nama": "Maimunah"})
    _send(server, other, rid)
    other.close()
    store.feed.apply_snapshot(server.snapshot())
    server.exchange(store)
    found = store.records.get(rid)
    assert found is not None
    assert (found.fields["nama"], found.rev, found.mark) == ("Maimunah", 5, Mark.RECEIVED)


def test_going_back_with_the_cursor_is_the_same_as_a_reset(store: Store, server: Server) -> None:
    server.pull(store)
    store.scopes.set_cursor(VID, 1, server.entries[0].hash)
    [scope] = store.scopes.all()
    assert scope.seq == 1
    assert len(store.records.history(_rid(server))) == 1
    server.pull(store)
    assert len(store.records.history(_rid(server))) == 3


def test_a_file_entry_marks_the_file_as_whole(store: Store, server: Server) -> None:
    sha = "ab" * 32
    server.add(_rid(server), 3, FeedKind.FILE, "", {"name": f"{sha}.jpg", "sha": sha, "size": 10}, "server")
    server.pull(store)
    assert store.files.whole_on_server([f"{sha}.jpg"]) == {f"{sha}.jpg"}


def test_a_scope_nobody_follows_is_a_bug(store: Store, server: Server) -> None:
    with pytest.raises(KeyError):
        store.feed.apply_page(new_id(server.clock), [], server.head)
