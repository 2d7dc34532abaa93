"""Attachments in the store: they go up when their record does, and the counts say how much is only here."""

from __future__ import annotations

from pathlib import Path

from sidumba_field.attachments import StoredFile
from sidumba_field.core.ids import new_id
from sidumba_field.core.time import iso
from sidumba_field.store import FileState
from tests.helpers.ledger import ANI, begin, clock, record

SHA = "ab" * 32
FILE = StoredFile(SHA, f"{SHA}.jpg", 1_000)


def test_a_file_waits_for_its_answer_to_be_sealed_and_then_goes_up(tmp_path: Path) -> None:
    at = clock()
    store = begin(tmp_path, at)
    rid = store.records.create(record(at)).rid
    store.files.add(FILE, rid, "foto")
    store.files.add(FILE, rid, "foto")
    store.records.answer(rid, {"foto": FILE.name})
    assert store.files.pending() == []
    assert (store.counts().files_waiting, store.counts().bytes_waiting) == (1, 1_000)
    store.records.seal(rid, ANI, iso(at.now()), new_id(at))
    [row] = store.files.pending()
    assert (row.sha, row.name, row.size, row.state, row.offset) == (
        SHA,
        FILE.name,
        1_000,
        FileState.WAITING,
        0,
    )
    store.files.set_state(SHA, FileState.WAITING, 400)
    assert store.counts().bytes_waiting == 600
    assert store.files.whole_on_server([FILE.name]) == set()
    store.files.set_state(SHA, FileState.SENT, 1_000)
    assert store.files.whole_on_server([FILE.name]) == {FILE.name}
    assert (store.files.pending(), store.counts().files_waiting) == ([], 0)
    assert [found.sha for found in store.files.of(rid)] == [SHA]
    store.close()


def test_a_file_the_server_will_not_take_is_told_with_its_reason(tmp_path: Path) -> None:
    at = clock()
    store = begin(tmp_path, at)
    rid = store.records.create(record(at)).rid
    store.files.add(FILE, rid, "foto")
    store.files.set_state(SHA, FileState.TROUBLE, 0, "attachment.too_big")
    [row] = store.files.troubled()
    assert row.code == "attachment.too_big"
    assert store.counts().files_waiting == 1, "it still is only here"
    store.close()
