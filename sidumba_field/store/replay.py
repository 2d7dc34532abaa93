"""From feed entries to records: what one entry does to the server's record, and rows of records known from a feed.

The meaning of payloads is docs/spec/sync.md "Feed"; a laptop rebuilds records from snapshot and entries alone, and
must arrive at the server's content hash.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from sidumba_field.core.merge import apply
from sidumba_field.core.records import FeedEntry, FeedKind, Record
from sidumba_field.store import codec
from sidumba_field.store.tables import RECORD

#: Entries that make a new revision.
REVISING = frozenset({FeedKind.EDIT, FeedKind.TRANSITION, FeedKind.TOMBSTONE})


def advance(base: Record | None, entry: FeedEntry) -> Record | None:
    """Return the server's record after ``entry``.

    An entry without payload (erased or withheld) only raises the revision; it cannot begin a record (None).
    """
    if entry.payload is None:
        return None if base is None else replace(base, rev=entry.rev, changed_at=entry.server_time)
    said = entry.payload
    before = base or _blank(entry, said)
    change = dict(said.get("set") or {})
    fields = apply(before.fields, change)
    changed = {*change, *(path for path in before.fields if path not in fields)}
    transition = entry.kind is not FeedKind.EDIT
    author = str(said.get("authors_add") or "")
    return replace(
        before,
        state=str(said["to"] if transition else said["state"]),
        rev=entry.rev,
        fields=fields,
        field_revs={**before.field_revs, **dict.fromkeys(changed, entry.rev)},
        form=str(said.get("form") or before.form),
        form_v=str(said.get("form_v") or before.form_v),
        owner=str(said.get("owner") or before.owner),
        period=str(said.get("period") or before.period),
        authors=before.authors | {author} if author else before.authors,
        remarks=_remarks(before, said) if transition else before.remarks,
        changed_at=entry.server_time,
    )


def _remarks(before: Record, said: Mapping[str, Any]) -> tuple[Any, ...]:
    """A return brings its remarks; a step forward, without any, ends the ones before."""
    raised = tuple(codec.remark_of(raw) for raw in said.get("remarks") or ())
    if raised or said.get("to") != said.get("from"):
        return raised
    return before.remarks


def _blank(entry: FeedEntry, said: Mapping[str, Any]) -> Record:
    return Record(
        rid=entry.rid,
        vid=entry.vid,
        program=str(said["program"]),
        subject=str(said["subject"]),
        form=str(said.get("form") or ""),
        form_v=str(said.get("form_v") or ""),
        state="",
        rev=0,
        fields={},
        field_revs={},
        created_at=entry.server_time,
    )


def fields_at(
    entries: Iterable[FeedEntry], rev: int, start: tuple[int, Mapping[str, str]]
) -> dict[str, str] | None:
    """Return the fields at revision ``rev``, beginning from ``start`` (revision, fields); None when unknown."""
    reached, fields = start[0], dict(start[1])
    if rev < reached:
        return None
    for entry in entries:
        if entry.kind in REVISING and reached < entry.rev <= rev:
            if entry.payload is None or entry.rev != reached + 1:
                return None
            fields, reached = apply(fields, dict(entry.payload.get("set") or {})), entry.rev
    return fields if reached == rev else None


def insert_row(connection: sa.Connection, record: Record, at: str, base: bool = False) -> None:
    """Insert a record's row. ``base``: it is the server's and nothing lies over it, so the derived columns are right
    as they are (a snapshot brings thousands); else ``cards.refresh`` writes them right after."""
    born = {
        "state": record.state,
        "owner": record.owner,
        "period": record.period,
        "created_at": record.created_at or at,
        "fields": {},
    }
    row = {
        "rid": record.rid,
        "vid": record.vid,
        "program": record.program,
        "subject": record.subject,
        "form": record.form,
        "form_v": record.form_v,
        "born": codec.dump(born),
        "base": codec.record_to(record) if base else None,
        "base_rev": record.rev,
        "stale_base": 0,
        "saved_at": "" if base else at,
        "fields": codec.dump(dict(record.fields)) if base else "{}",
        "state": record.state,
        "owner": record.owner,
        "period": record.period,
        "rev": record.rev,
        "mark": "terima" if base else "laptop",
        "returned": int(base and bool(record.remarks)),
        "created_at": record.created_at or at,
        "changed_at": record.changed_at or at,
        "text_stale": int(base),
    }
    connection.execute(sa.insert(RECORD).values(row))


def set_base(connection: sa.Connection, record: Record, stale: bool = False) -> None:
    """Keep ``record`` as the server's truth, beginning its row when it is new here; ``stale``: not all is known."""
    values = {
        "base": codec.record_to(record),
        "base_rev": record.rev,
        "stale_base": int(stale),
        "vid": record.vid,
        "form": record.form,
        "form_v": record.form_v,
    }
    done = connection.execute(sa.update(RECORD).where(RECORD.c.rid == record.rid).values(values))
    if done.rowcount == 0:
        insert_row(connection, record, record.changed_at, base=True)
