"""The server's files: chunks in any number, stopped anywhere, by any number of writers, end as the same bytes."""

from __future__ import annotations

import itertools
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidumba_field.attachments import BlobDir
from sidumba_field.core.canonical import sha256_hex
from sidumba_field.core.errors import SidumbaError

DATA = bytes(range(256)) * 40
SHA = sha256_hex(DATA)


@pytest.fixture
def blobs(tmp_path: Path) -> BlobDir:
    return BlobDir(tmp_path / "blobs")


def write(blobs: BlobDir, start: int, end: int, total: int = len(DATA)) -> tuple[bool, int]:
    piece = DATA[start:end]
    status = blobs.write_chunk(SHA, start, total, piece, sha256_hex(piece))
    return status.done, status.offset


def test_chunks_make_the_file(blobs: BlobDir) -> None:
    assert blobs.status(SHA).offset == 0
    assert write(blobs, 0, 4_000) == (False, 4_000)
    assert (blobs.status(SHA).offset, blobs.status(SHA).size, blobs.status(SHA).done) == (
        4_000,
        len(DATA),
        False,
    )
    with pytest.raises(SidumbaError) as refusal:
        blobs.read(SHA)
    assert refusal.value.code == "attachment.missing", "half a file is no file"
    assert write(blobs, 4_000, len(DATA)) == (True, len(DATA))
    assert blobs.read(SHA) == DATA
    assert blobs.read(SHA, 10, 5) == DATA[10:15]
    assert write(blobs, 0, 4_000) == (True, len(DATA)), "once whole, always whole"


def test_a_server_killed_before_its_judgement_gives_it_when_asked_again(
    blobs: BlobDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(BlobDir, "_finish", killed)
        with pytest.raises(KeyboardInterrupt):
            write(blobs, 0, len(DATA))
    assert (blobs.status(SHA).done, blobs.status(SHA).offset) == (False, len(DATA))
    assert write(blobs, len(DATA), len(DATA)) == (True, len(DATA)), "the laptop has no byte left to send"
    assert blobs.read(SHA) == DATA


def test_an_empty_chunk_in_the_middle_leads_nowhere(blobs: BlobDir) -> None:
    write(blobs, 0, 4_000)
    with pytest.raises(SidumbaError) as refusal:
        write(blobs, 4_000, 4_000)
    assert (refusal.value.code, refusal.value.params["offset"]) == ("wire.offset", 4_000)


@given(cuts=st.lists(st.integers(1, len(DATA) - 1), max_size=6, unique=True), again=st.booleans())
def test_any_cutting_ends_as_the_same_bytes(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[int], again: bool
) -> None:
    blobs = BlobDir(tmp_path_factory.mktemp("blobs"))
    edges = [0, *sorted(cuts), len(DATA)]
    for start, end in itertools.pairwise(edges):
        write(blobs, start, end)
        if again and end < len(DATA):
            with pytest.raises(SidumbaError) as refusal:
                write(blobs, start, end)
            assert (refusal.value.code, refusal.value.params["offset"]) == ("wire.offset", end)
    assert blobs.read(SHA) == DATA


def test_bytes_beyond_the_recorded_offset_are_cut_off(blobs: BlobDir) -> None:
    """A server killed between write and record (spec/sync.md failure 6)."""
    write(blobs, 0, 4_000)
    with (blobs.folder / "parts" / f"{SHA}.part").open("ab") as part:
        part.write(b"torn" * 100)
    assert write(blobs, 4_000, len(DATA)) == (True, len(DATA))
    assert blobs.read(SHA) == DATA


@pytest.mark.parametrize("text", ["", "x y", "4000", "999999 10240"])
def test_a_damaged_record_begins_anew(blobs: BlobDir, text: str) -> None:
    write(blobs, 0, 4_000)
    (blobs.folder / "parts" / f"{SHA}.offset").write_text(text, encoding="ascii")
    assert blobs.status(SHA).offset == 0
    assert write(blobs, 0, len(DATA)) == (True, len(DATA))
    assert blobs.read(SHA) == DATA


def test_another_file_under_this_hash_is_refused_and_begins_anew(blobs: BlobDir) -> None:
    wrong = b"\0" * len(DATA)
    with pytest.raises(SidumbaError) as refusal:
        blobs.write_chunk(SHA, 0, len(wrong), wrong, sha256_hex(wrong))
    assert refusal.value.code == "attachment.damaged"
    assert (blobs.status(SHA).done, blobs.status(SHA).offset) == (False, 0)
    assert write(blobs, 0, len(DATA)) == (True, len(DATA))


@pytest.mark.parametrize(("start", "end", "total"), [(10, 20, len(DATA)), (0, 20, 10), (0, 0, len(DATA))])
def test_a_chunk_in_the_wrong_place_is_told_where_to_go_on(
    blobs: BlobDir, start: int, end: int, total: int
) -> None:
    with pytest.raises(SidumbaError) as refusal:
        write(blobs, start, end, total)
    assert (refusal.value.code, refusal.value.params["offset"]) == ("wire.offset", 0)


def test_the_announced_size_may_not_change_on_the_way(blobs: BlobDir) -> None:
    write(blobs, 0, 4_000)
    with pytest.raises(SidumbaError) as refusal:
        write(blobs, 4_000, 5_000, total=5_000)
    assert refusal.value.code == "wire.offset"


def test_a_chunk_that_was_changed_on_the_way_is_refused(blobs: BlobDir) -> None:
    with pytest.raises(SidumbaError) as refusal:
        blobs.write_chunk(SHA, 0, len(DATA), DATA[:100], "0" * 64)
    assert refusal.value.code == "wire.chunk_hash"
    assert blobs.status(SHA).offset == 0


def test_an_empty_file_is_a_file(blobs: BlobDir) -> None:
    sha = sha256_hex(b"")
    assert blobs.write_chunk(sha, 0, 0, b"", sha).done
    assert blobs.read(sha) == b""


def test_only_a_hash_names_a_file(blobs: BlobDir) -> None:
    for sha in ("", "../../x", "parts"):
        with pytest.raises(SidumbaError) as refusal:
            blobs.status(sha)
        assert refusal.value.code == "attachment.missing"


def _upload(folder: str) -> int:
    """Send the whole file in pieces, taking every answer as the place to go on; return the pieces that were taken."""
    blobs, taken = BlobDir(Path(folder)), 0
    while not (status := blobs.status(SHA)).done:
        try:
            write(blobs, status.offset, min(len(DATA), status.offset + 700))
            taken += 1
        except SidumbaError as error:
            if error.code != "wire.offset":
                raise
    return taken


def test_two_processes_and_threads_may_send_the_same_file(tmp_path: Path) -> None:
    folder = str(tmp_path / "blobs")
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=spawn) as pool, ThreadPoolExecutor(2) as threads:
        jobs = [pool.submit(_upload, folder) for _ in range(2)] + [
            threads.submit(_upload, folder) for _ in range(2)
        ]
        taken = sum(job.result(timeout=60) for job in jobs)
    assert BlobDir(Path(folder)).read(SHA) == DATA
    assert taken >= -(-len(DATA) // 700)


def test_a_full_disk_is_told(blobs: BlobDir) -> None:
    def full(*_: object) -> None:
        raise OSError(28, os.strerror(28))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sidumba_field.attachments.blobs.os.fsync", full)
        with pytest.raises(SidumbaError) as refusal:
            write(blobs, 0, 100)
    assert refusal.value.code == "store.disk_full"
    assert write(blobs, 0, len(DATA)) == (True, len(DATA))
