"""A person had his data erased: nothing he said is left on the laptop, in no table and on no page, decrypted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sidumba_field.attachments import StoredFile
from sidumba_field.core.canonical import sha256_hex
from sidumba_field.core.ids import new_id
from sidumba_field.core.records import FeedKind
from sidumba_field.core.time import FixedClock, iso
from sidumba_field.store import Store
from tests.helpers.ledger import ANI, BUDI, KEY, Server, begin, clock, record
from tests.helpers.pages import clear_bytes

FIRST, SECOND, DRAFTED, CLASHED = "Rahasianama", "Tigapuluhjuta", "Belumdikirim", "Nilaibentrok"
WORDS = (FIRST, SECOND, DRAFTED, CLASHED)
OTHER = "Tetanggasebelah"


@pytest.fixture
def at() -> FixedClock:
    return clock()


@pytest.fixture
def store(tmp_path: Path, at: FixedClock) -> Iterator[Store]:
    opened = begin(tmp_path / "laptop", at)
    yield opened
    opened.close()


@pytest.fixture
def server(at: FixedClock) -> Server:
    return Server(at)


def send(store: Store, server: Server, rid: str) -> None:
    store.records.seal(rid, ANI, iso(server.clock.now()), new_id(server.clock))
    server.exchange(store)
    server.pull(store)


def spoken(store: Store, server: Server, at: FixedClock) -> tuple[str, str]:
    """A record with everything a record can have here, and a neighbour's; returns their ids."""
    rid = store.records.create(record(at, {"nama": FIRST})).rid
    photo = StoredFile(sha256_hex(FIRST.encode()), sha256_hex(FIRST.encode()) + ".jpg", 5)
    store.files.add(photo, rid, "foto")
    store.records.answer(rid, {"foto": photo.name})
    send(store, server, rid)
    store.records.answer(rid, {"omzet": SECOND})
    send(store, server, rid)
    truth = server.records[rid]
    payload = {"op": new_id(at), "set": {"nama": CLASHED}, "was": {"nama": FIRST}, "reason": "conflict"}
    payload |= {"base_rev": 1, "by": BUDI, "by_name": "Budi", "at": ""}
    server.add(rid, truth.rev, FeedKind.PROPOSAL, str(payload["op"]), payload, BUDI)
    server.pull(store)
    store.records.answer(rid, {"catatan": DRAFTED})
    store.records.discard_draft(rid, ANI)
    store.records.answer(rid, {"catatan": DRAFTED})
    other = store.records.create(record(at, {"nama": OTHER})).rid
    send(store, server, other)
    return rid, other


def tombstone(server: Server, rid: str) -> None:
    """What the real server appends (server_stub/workflow/erasure.py): earlier payloads are gone there."""
    for place, entry in enumerate(server.entries):
        if entry.rid == rid:
            server.entries[place] = replace(entry, payload=None, salt="")
    old = server.records[rid]
    said: dict[str, Any] = {"command": "", "program": old.program, "subject": old.subject, "from": old.state}
    said |= {
        "to": old.state,
        "role": "",
        "remark": "hak",
        "remarks": [],
        "owner": old.owner,
        "period": old.period,
    }
    said |= {
        "form": old.form,
        "form_v": old.form_v,
        "erased": True,
        "set": dict.fromkeys(sorted(old.fields)),
        "at": "",
    }
    server.records[rid] = replace(old, fields={}, rev=old.rev + 1)
    server.add(rid, old.rev + 1, FeedKind.TOMBSTONE, "", said, "server")


def left(store: Store) -> list[str]:
    text = clear_bytes(store.folder / "laptop.db", KEY)
    return [word for word in WORDS if word.encode() in text or word.lower().encode() in text]


def test_the_decrypted_file_holds_the_words_before(store: Store, server: Server, at: FixedClock) -> None:
    spoken(store, server, at)
    assert left(store) == list(WORDS)


def test_after_the_tombstone_no_page_holds_a_word(store: Store, server: Server, at: FixedClock) -> None:
    rid, other = spoken(store, server, at)
    tombstone(server, rid)
    server.pull(store)
    assert store.scrub()
    assert left(store) == []
    found, neighbour = store.records.get(rid), store.records.get(other)
    assert found is not None
    assert neighbour is not None
    assert (dict(found.fields), found.draft, found.remarks, found.state) == ({}, {}, (), "draf")
    assert neighbour.fields["nama"] == OTHER
    assert OTHER.encode() in clear_bytes(store.folder / "laptop.db", KEY)
    assert store.records.find("kopi", text=FIRST) == []
    assert [row.rid for row in store.records.find("kopi", text=OTHER)] == [other]
    store.check()


def test_the_chain_goes_on_and_old_ops_are_not_sent_again(
    store: Store, server: Server, at: FixedClock
) -> None:
    rid, other = spoken(store, server, at)
    tombstone(server, rid)
    server.pull(store)
    assert store.outbox.replay_done("") == len([row for row in store.outbox.rows(50) if row.rid == other])
    server.exchange(store)
    store.records.answer(other, {"omzet": "7"})
    send(store, server, other)
    assert server.records[other].fields["omzet"] == "7"
    assert store.records.history(rid)[-1].kind is FeedKind.TOMBSTONE


def test_files_of_the_record_alone_are_named_for_the_shelf(
    store: Store, server: Server, at: FixedClock
) -> None:
    rid, other = spoken(store, server, at)
    both = StoredFile(sha256_hex(b"both"), sha256_hex(b"both") + ".jpg", 5)
    for one in (rid, other):
        store.files.add(both, one, "foto2")
        store.records.answer(one, {"foto2": both.name})
    tombstone(server, rid)
    server.pull(store)
    sha = sha256_hex(FIRST.encode())
    assert store.feed.to_shred() == [sha]
    store.feed.shredded(sha)
    assert store.feed.to_shred() == []


def test_a_snapshot_that_brings_it_empty_does_the_same(store: Store, server: Server, at: FixedClock) -> None:
    rid, _ = spoken(store, server, at)
    tombstone(server, rid)
    store.feed.reset(server.vid)
    store.feed.apply_snapshot(server.snapshot())
    assert store.scrub()
    assert left(store) == []


def test_nothing_is_written_anew_where_nothing_was_erased(
    store: Store, server: Server, at: FixedClock
) -> None:
    spoken(store, server, at)
    assert not store.scrub()
