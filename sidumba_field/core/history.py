"""From feed entries to records: what one entry does to the server's record.

The meaning of payloads is docs/spec/sync.md "Feed". A laptop rebuilds records from snapshot and entries alone and must
arrive at the server's content hash; ``sidumba-server verify`` rebuilds the server's own and must arrive at its tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sidumba_field.core.merge import apply
from sidumba_field.core.records import FeedEntry, FeedKind, Record, Remark

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
    # After an erasure nothing is left, whatever this machine was told to clear by name.
    fields = {} if said.get("erased") else apply(before.fields, change)
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


def _remarks(before: Record, said: Mapping[str, Any]) -> tuple[Remark, ...]:
    """A return brings its remarks; a step forward, without any, ends the ones before; so does an erasure."""
    raised = tuple(_remark(raw) for raw in said.get("remarks") or ())
    if raised or said.get("erased") or said.get("to") != said.get("from"):
        return raised
    return before.remarks


def _remark(raw: Mapping[str, Any]) -> Remark:
    return Remark(
        id=str(raw["id"]),
        path=str(raw["path"]),
        text=str(raw["text"]),
        by=str(raw["by"]),
        by_name=str(raw["by_name"]),
        at=str(raw["at"]),
        rev=int(raw["rev"]),
    )


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
