"""Reads one raw item of a push: a well-formed op, or the reason why it is none. Either way it is kept as received."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from server_stub.store.ops import Received
from server_stub.workflow.cases import PERIOD
from sidumba_field.core.canonical import Spelled, canonical, sha256_hex
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.ids import derived_id, is_id
from sidumba_field.core.records import Op
from sidumba_field.core.time import parse_iso
from sidumba_field.wire.messages import OpMessage

#: Signs no XML document can hold (XML 1.0 section 2.2) and halves of surrogate pairs: no form can carry them.
_FOREIGN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
#: A field path: names joined by "/", rows in brackets, or a meta field (core/records.py).
_SEGMENT = r"[^\W\d][\w.-]*(\[[0-9A-Za-z-]{1,64}\])?"
PATH = re.compile(rf"@[a-z_]+(/.+)?|{_SEGMENT}(/{_SEGMENT})*")
#: The usual path in a row: one pair of brackets with an id of the letters it may have.
_IN_ROW = re.compile(r"([^\[@][^\[]*)\[[0-9A-Za-z-]{1,64}\](/[^\[]*|)")
#: Paths seen to be right: those of a form come with every record of it.
_PATHS: set[str] = set()
_MOST_PATHS = 8192
_BIGGEST = 2**53
#: What other laptops can show: an instant of this or the next centuries, however wrong the clock was.
_INSTANT = re.compile(r"(19|2\d)\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)")
#: Letters a period's label may have; it is part of indexes.
LABEL_LETTERS = 60


@dataclass(frozen=True, slots=True)
class Intake:
    """An item as received; ``op`` is None when it is malformed, ``params`` then say where."""

    received: Received
    op: Op | None = None
    params: Mapping[str, Any] = field(default_factory=dict)


def read_item(item: Mapping[str, Any], device: str) -> Intake:
    """Read one item; never raises. Nothing of its content goes to the log."""
    change = item.get("set")
    if isinstance(change, dict):
        # Spelled once: as sent, in the record and in its feed entry.
        change = Spelled(change)
    body, digest = _spelled({**item, "set": change} if isinstance(change, Spelled) else item)
    wrong = ""
    try:
        op: Op | None = OpMessage.model_validate(item).to_op()
    except ValidationError as error:
        op, wrong = None, ".".join(str(part) for part in error.errors(include_input=False)[0]["loc"])
    except (SidumbaError, ValueError):
        op, wrong = None, "members"
    if op is not None and isinstance(change, Spelled):
        op = op.with_(set=change)
    if op is not None and (wrong := _complaint(op, body) if body else "canonical"):
        op = None
    if op is None:
        kept = _id_of(item, "op") or derived_id("malformed", device, digest)
        # With its record, where it names one: an erasure has to find what was sent about a person, readable or not.
        received = Received(kept, digest, device, "", 0, "", _id_of(item, "rid"), body)
        return Intake(received, None, {"field": wrong.encode("ascii", "backslashreplace").decode()[:120]})
    return Intake(Received(op.op, digest, device, op.by, op.dseq, op.vid, op.rid, body), op)


def _id_of(item: Mapping[str, Any], member: str) -> str:
    found = item.get(member)
    return found if isinstance(found, str) and is_id(found) else ""


def _spelled(item: Mapping[str, Any]) -> tuple[str, str]:
    """Return (canonical text, digest) of an item; ("", digest) when it has no canonical spelling."""
    try:
        body = canonical(item)
    except (TypeError, ValueError, RecursionError):
        try:
            return "", sha256_hex(json.dumps(item, sort_keys=True).encode())
        except (TypeError, ValueError, RecursionError):
            return "", sha256_hex(_id_of(item, "op").encode())
    return body.decode(), sha256_hex(body)


def _complaint(op: Op, body: str) -> str:
    """Return the name of the first member that cannot be kept, "" when all can. ``body``: how it is spelled."""
    if not all(_is_known(text) for text in (op.vid, op.by)) or not (is_id(op.op) and is_id(op.rid)):
        return "id"
    if max(op.dseq, op.base_rev, op.expect_rev) > _BIGGEST:
        return "dseq"
    if not (body.isascii() and "\\" not in body) and _FOREIGN.search("\n".join(_texts(op))):
        return "text"
    if not _is_instant(op.at):
        return "at"
    if len(op.set.get(PERIOD) or "") > LABEL_LETTERS:
        return PERIOD
    paths = {*op.set, *op.was, *(path for path in op.remarks if path)} - _PATHS
    return "" if all(map(_is_path, paths)) else "path"


@lru_cache(maxsize=8192)
def _is_known(text: str) -> bool:
    """``is_id`` of what comes with every op: its scope, its author."""
    return is_id(text)


def _is_path(path: str) -> bool:
    """Tell whether a form could have a question there."""
    row = _IN_ROW.fullmatch(path)
    if row is None:
        found = PATH.fullmatch(path) is not None
        if found and len(_PATHS) < _MOST_PATHS:
            _PATHS.add(path)
        return found
    # Every record names its rows anew, but the questions in them are those of the form.
    return _is_row_path(row[1], row[2])


@lru_cache(maxsize=1024)
def _is_row_path(repeat: str, cell: str) -> bool:
    return PATH.fullmatch(f"{repeat}[x]{cell}") is not None


def _is_instant(text: str) -> bool:
    try:
        return _INSTANT.fullmatch(text) is not None and bool(parse_iso(text))
    except ValueError:
        return False


def _texts(op: Op) -> Iterator[str]:
    yield from (
        op.program,
        op.subject,
        op.form,
        op.form_v,
        op.command,
        op.expect_state,
        op.remark,
        op.assignee,
        op.at,
    )
    for values in (op.set, op.was, op.remarks):
        for path, value in values.items():
            yield path
            yield value or ""
    for member in op.members:
        yield from (str(value) for value in member.values())
