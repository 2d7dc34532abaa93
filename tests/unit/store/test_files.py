"""Attachments in the store: they go up when their record does, and the counts say how much is only here."""

from __future__ import annotations

from pathlib import Path

from sidumba_field.attachments import StoredFile
from sidumba_field.core.ids import new_id
from sidumba_field.core.time import iso
from sidumba_field.store import Carry, FileRow, FileState
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


def names(rows: list[FileRow]) -> list[str]:
    return [row.sha[:2] for row in rows]


def test_what_is_kept_for_the_stick_waits_until_it_is_taken_back(tmp_path: Path) -> None:
    at = clock()
    store = begin(tmp_path, at)
    rid = store.records.create(record(at)).rid
    for letters, size in (("aa", 100), ("bb", 5_000), ("cc", 9_000)):
        file = StoredFile(letters * 32, f"{letters * 32}.pdf", size)
        store.files.add(file, rid, f"berkas_{letters}")
        store.records.answer(rid, {f"berkas_{letters}": file.name})
    store.files.carry("cc" * 32, Carry.USB)
    assert store.files.postponed() == [], "nothing has to go yet"
    store.records.seal(rid, ANI, iso(at.now()), new_id(at))
    assert (names(store.files.pending()), names(store.files.postponed())) == (["aa", "bb"], ["cc"])
    counts = store.counts()
    assert (counts.files_waiting, counts.bytes_waiting) == (3, 14_100), "it still is only here"
    assert (counts.files_usb, counts.bytes_usb) == (1, 9_000)
    store.files.carry_over(1_000)
    assert store.files.usb_over() == 1_000
    assert (names(store.files.pending()), names(store.files.postponed())) == (["aa"], ["bb", "cc"])
    store.files.carry("bb" * 32, Carry.LINE)
    store.files.carry("aa" * 32, Carry.USB)
    assert (names(store.files.pending()), names(store.files.postponed())) == (["bb"], ["aa", "cc"])
    store.files.carry("aa" * 32, Carry.RULE)
    store.files.carry_over(0)
    assert (names(store.files.pending()), names(store.files.postponed())) == (["aa", "bb"], ["cc"])
    assert names(store.files.unsent()) == ["aa", "bb", "cc"]
    store.files.set_state("cc" * 32, FileState.SENT, 9_000)
    assert (store.counts().files_usb, store.files.postponed()) == (0, [])
    row = store.files.get("cc" * 32)
    assert row is not None
    assert not row.postponed
    assert store.files.get("dd" * 32) is None
    store.close()
