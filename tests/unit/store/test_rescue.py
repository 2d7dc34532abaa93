"""What is saved from a laptop that does not open: all of it from a whole one, all but the broken pages else."""

from __future__ import annotations

import io
import json
import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.ids import new_id
from sidumba_field.core.time import iso
from sidumba_field.seal.box import new_identity, open_stream
from sidumba_field.seal.rescued import open_rescue
from sidumba_field.store import open_store
from sidumba_field.store.pages import PAGE
from sidumba_field.store.rescue import collect, rescue
from tests.helpers.ledger import ANI, KEY, begin, clock, record
from tests.migrations.keep import FIXTURES

IDENTITY, RECIPIENT = new_identity()
OPS = 60


def _laptop(folder: Path, ops: int = OPS) -> dict[str, dict[str, Any]]:
    """A laptop killed with unsent ops and drafts in it, some longer than a page; return op -> payload."""
    at = clock()
    store = begin(folder, at)
    store.meta.set("age_recipient", RECIPIENT)
    payloads = {}
    for n in range(ops):
        long = "panjang " * (700 if n % 10 == 0 else 3)
        rid = store.records.create(record(at, {"nama": f"Usaha {n}", "catatan": long})).rid
        sealed = store.records.seal(rid, ANI, iso(at.now()), new_id(at))
        assert sealed is not None
        payloads[sealed.op] = sealed.payload()
    for n in range(10):
        store.records.create(record(at, {"nama": f"Draf {n}"}))
    # No farewell: the log stays beside the database, as after a power cut.
    shutil.copytree(folder, folder.with_name("copy"))
    store.close()
    shutil.rmtree(folder)
    folder.with_name("copy").rename(folder)
    return payloads


def _opened(file: Path) -> list[dict[str, Any]]:
    pieces: list[bytes] = []
    with file.open("rb") as sealed:
        open_stream(IDENTITY, sealed, pieces.append)
    source, lines = io.BytesIO(b"".join(pieces)), []
    while line := source.readline():
        said = json.loads(line)
        if "file" in said:
            said["bytes"] = source.read(said["size"])
        lines.append(said)
    return lines


def _untouched(folder: Path) -> dict[str, bytes]:
    return {str(file): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


def test_everything_is_read_from_a_database_with_its_log(tmp_path: Path) -> None:
    payloads = _laptop(tmp_path / "laptop")
    before = _untouched(tmp_path / "laptop")
    made = rescue(tmp_path / "laptop", KEY, tmp_path / "out", clock())
    assert _untouched(tmp_path / "laptop") == before
    assert (made.ops, made.drafts, made.broken, made.doubtful) == (OPS, 20, 0, 0)
    lines = _opened(made.path)
    assert {one["op"]["op"]: one["op"] for one in lines if "op" in one} == payloads
    assert {one["value"] for one in lines if one.get("path") == "nama"} == {f"Draf {n}" for n in range(10)}
    assert lines[-1] == {"end": len(lines) - 2}
    assert b"Usaha" not in made.path.read_bytes()
    assert open_rescue(made.path, IDENTITY, tmp_path / "opened") == (len(lines), 0)
    opened = (tmp_path / "opened" / "isi.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in opened] == lines


@pytest.mark.parametrize("kept", sorted(FIXTURES.iterdir()), ids=lambda kept: kept.name)
def test_a_laptop_of_any_version_is_read(kept: Path, tmp_path: Path) -> None:
    shutil.copytree(kept, tmp_path / "laptop")
    held = json.loads((kept / "held.json").read_text(encoding="utf-8"))
    made = rescue(tmp_path / "laptop", KEY, tmp_path / "out", clock(), [RECIPIENT])
    lines = _opened(made.path)
    unsent = {op for op, one in held["ops"].items() if one["state"] in ("queued", "inflight", "rejected")}
    assert {one["op"]["op"] for one in lines if "op" in one} == unsent
    drafts = {(rid, path): value for rid, paths in held["drafts"].items() for path, value in paths.items()}
    assert {(one["draft"], one["path"]): one["value"] for one in lines if "draft" in one} == drafts
    assert {one["file"][:64]: len(one["bytes"]) for one in lines if "file" in one} == {
        sha: one["size"] for sha, one in held["files"].items()
    }
    assert (made.broken, made.lost_files) == (0, 0)


def _whole(folder: Path) -> Path:
    """The database as one file without a log."""
    store = open_store(folder, KEY, clock())
    store._db.fold()
    store.close()
    return folder / "laptop.db"


@pytest.mark.parametrize("seed", range(3))
def test_flipped_bytes_cost_at_most_the_pages_they_lie_in(tmp_path: Path, seed: int) -> None:
    payloads = _laptop(tmp_path / "laptop")
    database = _whole(tmp_path / "laptop")
    draw, raw = random.Random(seed), bytearray(database.read_bytes())
    hit = sorted({draw.randrange(1, len(raw) // PAGE) for _ in range(3)})
    for page in hit:
        raw[page * PAGE + draw.randrange(200, 3900)] ^= 0xFF
    database.write_bytes(raw)
    saved = collect(tmp_path / "laptop", KEY)
    found = {op: one["op"] for op, one in saved.ops.items()}
    sure = {op: one["op"] for op, one in saved.ops.items() if not one["doubtful"]}
    assert all(payloads[op] == content for op, content in sure.items())
    # A page holds a handful of ops; whatever was hit, the rest is there.
    assert len(found) >= OPS - 3 * 8


def test_without_its_first_page_a_database_is_still_read_by_the_shape_of_its_rows(tmp_path: Path) -> None:
    payloads = _laptop(tmp_path / "laptop")
    database = _whole(tmp_path / "laptop")
    raw = bytearray(database.read_bytes())
    raw[16:PAGE] = bytes(PAGE - 16)
    database.write_bytes(raw)
    with pytest.raises(SidumbaError):
        open_store(tmp_path / "laptop", KEY, clock())
    saved = collect(tmp_path / "laptop", KEY)
    assert {op: one["op"] for op, one in saved.ops.items()} == payloads
    assert {one["value"] for (_, path), one in saved.drafts.items() if path == "nama"} == {
        f"Draf {n}" for n in range(10)
    }
    with pytest.raises(SidumbaError) as refusal:
        rescue(tmp_path / "laptop", KEY, tmp_path / "out", clock(), [])
    assert refusal.value.code in ("rescue.nobody",)
    assert rescue(tmp_path / "laptop", KEY, tmp_path / "out", clock(), [RECIPIENT]).ops == OPS


@pytest.mark.parametrize("part", [0.3, 0.6, 0.9])
def test_a_database_cut_short_gives_what_is_left_of_it(tmp_path: Path, part: float) -> None:
    _laptop(tmp_path / "laptop")
    database = _whole(tmp_path / "laptop")
    raw = database.read_bytes()
    database.write_bytes(raw[: int(len(raw) * part)])
    before = collect(tmp_path / "laptop", KEY)
    assert before.broken > 0
    if part > 0.8:
        assert len(before.ops) > OPS // 2


def test_a_missing_log_gives_the_older_state(tmp_path: Path) -> None:
    _laptop(tmp_path / "laptop")
    (tmp_path / "laptop" / "laptop.db-wal").unlink()
    saved = collect(tmp_path / "laptop", KEY)
    assert len(saved.ops) <= OPS
    assert all(one["op"]["op"] == op for op, one in saved.ops.items())


def test_a_log_without_its_database_is_read(tmp_path: Path) -> None:
    payloads = _laptop(tmp_path / "laptop", ops=5)
    (tmp_path / "laptop" / "laptop.db").unlink()
    saved = collect(tmp_path / "laptop", KEY)
    assert set(saved.ops) <= set(payloads)


def test_another_key_finds_nothing_and_says_so(tmp_path: Path) -> None:
    _laptop(tmp_path / "laptop", ops=3)
    with pytest.raises(SidumbaError) as refusal:
        rescue(tmp_path / "laptop", bytes(32), tmp_path / "out", clock(), [RECIPIENT])
    assert refusal.value.code == "rescue.nothing"
    assert not (tmp_path / "out").exists()
