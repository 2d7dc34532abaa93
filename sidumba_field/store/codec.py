"""Core values as the JSON text that lies in columns, and back: one spelling, so equal values are equal text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from sidumba_field.core.canonical import canonical
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.records import FeedEntry, FeedKind, Op, OpKind, Record, Remark

Row = sa.RowMapping
_MEMBERS = (
    *("rid", "vid", "program", "subject", "form", "form_v", "state", "rev"),
    *("owner", "period", "created_at", "changed_at"),
)
_SPELLER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def dump(value: Any) -> str:
    """Return ``value`` as canonical JSON text."""
    return canonical(value).decode()


def spell(value: Any) -> str:
    """Return the same text as ``dump`` for a value known to hold no float, without looking for one."""
    return _SPELLER.encode(value)


def load(text: str) -> Any:
    """Return what ``dump`` wrote.

    Raises ``store.damaged`` for anything else: SQLCipher hands out a page whose seal is broken as zeros, and tells so
    only when the next page is asked for, so that the last long text of a query would be believed.
    """
    try:
        return json.loads(text)
    except ValueError:
        raise SidumbaError("store.damaged") from None


def remark_to(remark: Remark) -> dict[str, Any]:
    return {name: getattr(remark, name) for name in ("id", "path", "text", "by", "by_name", "at", "rev")}


def remark_of(raw: Mapping[str, Any]) -> Remark:
    return Remark(
        id=str(raw["id"]),
        path=str(raw["path"]),
        text=str(raw["text"]),
        by=str(raw["by"]),
        by_name=str(raw["by_name"]),
        at=str(raw["at"]),
        rev=int(raw["rev"]),
    )


def members(record: Record) -> dict[str, Any]:
    """Return a record as the JSON value that ``record_of`` reads."""
    return {
        **{name: getattr(record, name) for name in _MEMBERS},
        "fields": dict(record.fields),
        "field_revs": dict(record.field_revs),
        "authors": sorted(record.authors),
        "remarks": [remark_to(remark) for remark in record.remarks],
    }


def record_to(record: Record) -> str:
    return dump(members(record))


def record_of(text: str) -> Record:
    raw = load(text)
    return Record(
        **{
            **raw,
            "authors": frozenset(raw["authors"]),
            "remarks": tuple(remark_of(remark) for remark in raw["remarks"]),
        }
    )


def op_of(payload: str) -> Op:
    raw = load(payload)
    many = {name: tuple(raw.get(name, ())) for name in ("members", "after")}
    return Op(**{**raw, "kind": OpKind(raw["kind"]), **many})


_ENTRY = ("vid", "seq", "prev", "hash", "rid", "rev", "op", "actor", "server_time", "payload_digest", "salt")


def entry_to(entry: FeedEntry) -> dict[str, Any]:
    """Return the columns of one feed row."""
    payload = None if entry.payload is None else dump(entry.payload)
    return {
        **{name: getattr(entry, name) for name in _ENTRY},
        "kind": entry.kind.value,
        "payload": payload,
    }


def entry_of(row: Row) -> FeedEntry:
    payload = None if row["payload"] is None else load(row["payload"])
    return FeedEntry(**{name: row[name] for name in _ENTRY}, kind=FeedKind(row["kind"]), payload=payload)
