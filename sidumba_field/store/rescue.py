"""Saving what can be saved from a laptop that does not open: unsent ops, drafts and files, into one sealed file.

The folder is only read. What was read from a page that does not verify is taken along and marked; what is no whole op
or draft any more is left. The file is sealed (age) to the district, whose server told this laptop its recipient;
another one can be named. Only who holds that key opens it, on the server.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sidumba_field.attachments import Shelf
from sidumba_field.core.canonical import sha256_hex
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.ids import is_id
from sidumba_field.core.time import Clock, FixedClock, iso, parse_iso
from sidumba_field.seal.box import seal_stream
from sidumba_field.seal.durable import disk_error, replace, sync_folder
from sidumba_field.store.pages import Found, Reader, Row
from sidumba_field.store.quarantine import Poison
from sidumba_field.store.store import Store

FORMAT = "sidumba rescue 1"
#: States of an op that is not safe on a server.
UNSENT = ("queued", "inflight", "rejected")
_STATES = (*UNSENT, "done", "conflict", "held")
_TOLD = ("device", "unit", "incarnation", "office", "age_recipient")


@dataclass(slots=True)
class Saved:
    """What was found. ``broken``: pages or rows that could not be read or do not verify."""

    ops: dict[str, dict[str, Any]] = field(default_factory=dict)
    drafts: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    meta: dict[str, str] = field(default_factory=dict)
    broken: int = 0
    doubtful: int = 0


@dataclass(frozen=True, slots=True)
class Rescued:
    """``doubtful``: ops and drafts read from pages that do not verify; ``lost_files``: named, but not readable."""

    path: Path
    ops: int
    drafts: int
    files: int
    lost_files: int
    broken: int
    doubtful: int


def collect(folder: Path, data_key: bytes) -> Saved:
    """Read what can be read of a laptop's database; never raises for damage."""
    reader = Reader(folder / "laptop.db", data_key)
    saved = Saved()
    for found in reader.rows():
        name = found.table or _by_shape(found.row)
        take = _TAKE.get(name)
        if take is not None:
            take(saved, found)
    saved.broken = reader.broken
    saved.doubtful = sum(one["doubtful"] for one in (*saved.ops.values(), *saved.drafts.values()))
    return saved


def _by_shape(row: Row) -> str:
    """Tell which table a row nothing leads to belongs to."""
    first = row[0] if row else None
    if len(row) >= 26 and isinstance(first, str) and is_id(first) and row[8] in _STATES:
        return "outbox"
    if len(row) == 5 and isinstance(first, str) and is_id(first) and isinstance(row[4], int):
        return "journal"
    if len(row) >= 22 and isinstance(row[1], str) and is_id(row[1]) and isinstance(row[7], str):
        return "record"
    return ""


def _op(saved: Saved, found: Found) -> None:
    row = found.row
    try:
        payload = json.loads(str(row[9]))
    except ValueError:
        return
    whole = isinstance(payload, dict) and payload.get("op") == row[0] and is_id(str(row[0]))
    known = saved.ops.get(str(row[0]))
    if not whole or (known is not None and not known["doubtful"]):
        return
    doubtful = not (found.sound and found.table)
    saved.ops[str(row[0])] = {"op": payload, "state": row[8], "code": row[19], "doubtful": doubtful}


def _draft(saved: Saved, found: Found) -> None:
    rid, path, value, saved_at, seen = found.row[:5]
    if not (isinstance(rid, str) and is_id(rid) and isinstance(path, str)):
        return
    known = saved.drafts.get((rid, path))
    if known is not None and not known["doubtful"]:
        return
    doubtful = not (found.sound and found.table)
    draft = {"draft": rid, "path": path, "value": value, "saved_at": saved_at, "seen": seen}
    saved.drafts[(rid, path)] = {**draft, "doubtful": doubtful}


def _record(saved: Saved, found: Found) -> None:
    row = found.row
    names = ("record", "vid", "program", "subject", "form", "form_v", "born")
    if isinstance(row[1], str) and is_id(row[1]):
        saved.records.setdefault(row[1], dict(zip(names, row[1:8], strict=True)))


def _file(saved: Saved, found: Found) -> None:
    sha, name, state = found.row[0], found.row[1], found.row[3]
    if isinstance(sha, str) and isinstance(name, str) and state != "sent":
        saved.files[sha] = name


def _meta(saved: Saved, found: Found) -> None:
    key, value = found.row[:2]
    if key in _TOLD and isinstance(value, str):
        saved.meta[str(key)] = value


_TAKE = {"outbox": _op, "journal": _draft, "record": _record, "file": _file, "meta": _meta}


def rescue(folder: Path, data_key: bytes, out: Path, clock: Clock, recipients: Sequence[str] = ()) -> Rescued:
    """Write what ``collect`` finds, with the files it names, sealed into ``out``.

    Raises ``rescue.nobody`` (the database does not say to whom, and nobody was named), ``rescue.nothing``,
    ``store.disk_full``.
    """
    saved = collect(folder, data_key)
    addressed = list(recipients) or [told for told in [saved.meta.get("age_recipient", "")] if told]
    ops = [one for one in saved.ops.values() if one["state"] in UNSENT]
    if not ops and not saved.drafts:
        raise SidumbaError("rescue.nothing")
    if not addressed:
        raise SidumbaError("rescue.nobody")
    wanted = {**saved.files, **_named(saved, ops)}
    files = dict(_readable(folder, data_key, wanted))
    shelf = Shelf(folder / "attachments", data_key)
    try:
        _sealed(out, addressed, _lines(saved, ops, files, shelf, clock))
    except OSError as error:
        raise disk_error(error) or error from error
    lost = len(wanted) - len(files)
    return Rescued(out, len(ops), len(saved.drafts), len(files), lost, saved.broken, saved.doubtful)


def hand_over(store: Store, item: Poison, folder: Path, at: str) -> Path:
    """Write one thing of the quarantine, sealed to the district, into ``folder`` and return the file.

    Raises ``rescue.nobody``, ``store.disk_full``, ``copy.gone``; the laptop keeps what it has.
    """
    saved = Saved(meta={name: store.meta.get(name) or "" for name in _TOLD})
    if not saved.meta["age_recipient"]:
        raise SidumbaError("rescue.nobody")
    op = store.outbox.get(item.op) if item.op else None
    ops = [{"op": op.payload(), "state": "queued", "code": item.code, "doubtful": False}] if op else []
    files = {item.sha: item.name} if item.sha else _named(saved, ops)
    shelf = Shelf(store.folder / "attachments", store.data_key)
    here = {sha: name for sha, name in files.items() if shelf.has(sha)}
    target = folder / f"tertahan-{(item.op or item.sha)[:8]}.sidumba-titipan"
    lines = _lines(saved, ops, here, shelf, FixedClock(parse_iso(at)))
    try:
        _sealed(target, [saved.meta["age_recipient"]], lines)
    except OSError as error:
        raise disk_error(error) or SidumbaError("copy.gone", folder=folder.name) from error
    return target


def _sealed(out: Path, recipients: Sequence[str], lines: Iterator[bytes]) -> None:
    part = out.with_name(out.name + ".part")
    try:
        with part.open("wb") as opened:
            seal_stream(recipients, lines, opened)
            opened.flush()
            os.fsync(opened.fileno())
        replace(part, out)
        sync_folder(out.parent)
    finally:
        part.unlink(missing_ok=True)


def _named(saved: Saved, ops: Sequence[dict[str, Any]]) -> dict[str, str]:
    """Return the files that unsent answers name, by their hash: the table of files may be lost."""
    values = [value for one in ops for value in one["op"].get("set", {}).values()]
    values += [one["value"] for one in saved.drafts.values()]
    names = [value for value in values if isinstance(value, str) and len(value) < 80]
    return {name[:64]: name for name in names if name[64:65] == "." and name[:64].isalnum()}


def _readable(folder: Path, data_key: bytes, names: dict[str, str]) -> Iterator[tuple[str, str]]:
    shelf = Shelf(folder / "attachments", data_key)
    for sha, name in sorted(names.items()):
        try:
            if sha256_hex(shelf.open(sha)) == sha:
                yield sha, name
        except (SidumbaError, OSError):
            continue


def _lines(
    saved: Saved, ops: Sequence[dict[str, Any]], files: dict[str, str], shelf: Shelf, clock: Clock
) -> Iterator[bytes]:
    told = {name: saved.meta.get(name, "") for name in _TOLD[:-1]}
    yield _line({"format": FORMAT, "made_at": iso(clock.now()), "broken": saved.broken, **told})
    number = 0
    for one in (*ops, *saved.drafts.values(), *_of_drafts(saved)):
        number += 1
        yield _line(one)
    for sha, name in files.items():
        data = shelf.open(sha)
        number += 1
        yield _line({"file": name, "size": len(data)})
        yield data
    yield _line({"end": number})


def _of_drafts(saved: Saved) -> list[dict[str, Any]]:
    wanted = {rid for rid, _ in saved.drafts}
    return [record for rid, record in saved.records.items() if rid in wanted]


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True).encode() + b"\n"
