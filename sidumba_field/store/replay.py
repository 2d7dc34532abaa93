"""Rows of records known from a feed, and what their fields were at an earlier revision.

What one entry does to a record is ``core.history``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sqlalchemy as sa

from sidumba_field.core.history import REVISING
from sidumba_field.core.history import advance as advance
from sidumba_field.core.merge import apply
from sidumba_field.core.records import FeedEntry, Record
from sidumba_field.store import codec
from sidumba_field.store.tables import RECORD


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
