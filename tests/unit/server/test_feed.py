"""Laws of the feed: no gap, no late commit behind a reader, tampering shows, erasure leaves the proof."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from server_stub.publishing.freeze import freeze
from server_stub.store.audit import audit
from server_stub.store.database import Database
from server_stub.store.feed import Draft
from server_stub.store.scopes import scope_id
from sidumba_field.core.records import FeedKind, content_sha256, entry_hash, members_digest, payload_digest
from tests.helpers.office import DESA, KECAMATAN, PROGRAM, Office

AT = "2026-11-21T04:00:00.000Z"


def test_a_reader_never_misses_an_entry_while_four_writers_append(database: Database) -> None:
    """The pitfall of spec/sync.md section 1: entries numbered before, but committed after, what a reader has seen."""
    with database.write() as work:
        vid = work.scopes.ensure(PROGRAM, DESA)
    other = Database(database.path, database.url)
    done = threading.Event()
    seen: list[str] = []

    def read() -> None:
        cursor = 0
        while True:
            is_last = done.is_set()
            with other.read() as work:
                page, _ = work.feed.page(vid, cursor, 10_000_000)
            seen.extend(entry.rid for entry in page)
            cursor = page[-1].seq if page else cursor
            if is_last:
                return

    def write(name: str) -> None:
        for number in range(20):
            draft = Draft(vid, f"{name}{number}", 1, FeedKind.EDIT, "", "", {"n": number})
            database.attempt(lambda work, draft=draft: work.feed.append([draft], AT))

    reader = threading.Thread(target=read)
    reader.start()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, "abcd"))
    done.set()
    reader.join()
    other.close()
    assert len(seen) == 80
    assert len(set(seen)) == 80
    with database.read() as work:
        entries, _ = work.feed.page(vid, 0, 10_000_000)
    assert [entry.seq for entry in entries] == list(range(1, 81))
    assert all(entry_hash(entry) == entry.hash for entry in entries)


def test_entries_of_many_scopes_go_in_together_or_not_at_all(database: Database) -> None:
    with database.write() as work:
        vids = [work.scopes.ensure(PROGRAM, unit) for unit in ("63.1", "63.2", "63.3")]
    drafts = [Draft(vid, "r", 1, FeedKind.EDIT, "", "", {}) for vid in [*vids, *vids]]
    with database.write() as work:
        entries = work.feed.append(drafts, AT)
    assert [(e.vid, e.seq) for e in entries] == [*((vid, 1) for vid in vids), *((vid, 2) for vid in vids)]
    with pytest.raises(KeyError), database.write() as work:
        work.feed.append([drafts[0], Draft(scope_id(PROGRAM, "99"), "r", 1, FeedKind.EDIT, "", "", {})], AT)
    with database.read() as work:
        assert work.scopes.many(vids)[vids[0]].seq == 2
    # These entries are about no record: only their links are judged here.
    assert {fault.split(": ")[-1] for fault in audit(database).faults} == {"missing", "unreadable"}


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE feed SET actor = 'x' WHERE seq = 2", "link"),
        ("UPDATE feed SET server_time = 'x' WHERE seq = 1", "link"),
        ("UPDATE payload SET body = '{}' WHERE seq = 2", "payload"),
        ("DELETE FROM feed WHERE seq = 2", "gap"),
        ("DELETE FROM feed WHERE seq = 3", "head"),
        ("UPDATE head SET seq = 9", "head"),
        ("UPDATE record SET rev = 99", "revision"),
        ("DELETE FROM record", "missing"),
    ],
)
def test_whatever_is_changed_behind_our_back_is_found(office: Office, statement: str, fault: str) -> None:
    rid = office.new_id()
    for base in range(3):
        office.must(office.edit("petugas", rid, {"nama": str(base)}, base=base))
    assert audit(office.database).faults == ()
    with office.database.engine.begin() as connection:
        connection.execute(text(statement))
    assert any(fault in found for found in audit(office.database).faults)


def test_erased_content_is_gone_and_the_chain_still_holds(office: Office) -> None:
    rid, other = office.new_id(), office.new_id()
    nik = "6311020101900001"
    first = office.edit("petugas", rid, {"nik": nik, "nama": "Siti"})
    office.must(first)
    office.must(office.edit("petugas", rid, {"nama": "Siti Aminah"}, base=1))
    office.must(office.edit("petugas", rid, {"nama": "Siti A."}, base=2))
    office.do(office.edit("petugas", rid, {"nama": "Lain"}, base=1))
    office.must(office.edit("petugas", other, {"nama": "Tetangga"}))
    what = office.service.erase(rid, "permintaan orangnya")
    assert what is not None
    assert what.entries == 4
    found = audit(office.database)
    assert (found.faults, found.erased) == ((), 4)
    assert office.stored(rid).fields == {}
    assert office.stored(other).fields == {"nama": "Tetangga"}
    for needle in (nik, "Siti"):
        assert not holds(office.database, needle)
    with office.database.read() as work:
        history = work.feed.history(rid)
        told = history[-1].payload
    assert [entry.payload for entry in history[:-1]] == [None] * 4
    assert [entry.salt for entry in history[:-1]] == [""] * 4
    assert told is not None
    assert (told["erased"], told["set"]) == (True, {"nama": None, "nik": None})
    again = office.do(first)
    assert (again.rev, office.stored(rid).fields) == (1, {})


def holds(database: Database, needle: str) -> bool:
    """Whether any text of any table still holds these letters."""
    from server_stub.store.tables import metadata

    with database.engine.connect() as connection:
        return any(
            needle in str(value)
            for table in metadata.sorted_tables
            for row in connection.execute(table.select())
            for value in row
        )


def test_a_payload_is_proven_by_its_salted_digest_alone(office: Office) -> None:
    rid = office.new_id()
    office.must(office.edit("petugas", rid, {"nama": "A"}))
    with office.database.read() as work:
        entry = work.feed.history(rid)[0]
    assert entry.payload is not None
    assert payload_digest(entry.salt, entry.payload) == entry.payload_digest
    assert len(bytes.fromhex(entry.salt)) == 16


def test_what_is_frozen_for_a_paper_is_what_a_batch_signs(office: Office) -> None:
    rids = [office.at_state("tervalidasi", fields={"nama": name}).rid for name in ("A", "B")]
    op = office.batch("verifikator_kabupaten", "laporkan", rids)
    frozen = freeze(office.database, PROGRAM, KECAMATAN, "2026", "tervalidasi")
    assert (frozen.count, frozen.digest) == (2, members_digest(op.members))
    assert content_sha256("umkm", "1", {"nama": "A"}) in {member["sha"] for member in op.members}
