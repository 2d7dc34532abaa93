"""The versions of a record that meet in one waiting value: what it stood on, both sides, what came of each answer.

Everything is rebuilt from what lies on the laptop: entries of the feed, ops of the outbox, the waiting value itself.
What is not here any more (a record that came by snapshot, an erased payload) is left out, never guessed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sidumba_field.core.merge import apply, last_rows, rows_missing
from sidumba_field.core.records import FeedEntry, FeedKind
from sidumba_field.core.withheld import open_fields
from sidumba_field.services.subjects import Subjects
from sidumba_field.store import LocalRecord, Proposal

Change = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Versions:
    """``before``: fields at the base; ``waiting``: what waits, whole rows where their row is gone; ``left``, ``right``:
    both versions; ``now``: the record. ``ours``, ``theirs``: what each side changed and what went in.
    ``rival``: the entry by which the other side came to its value, None when it is not known here."""

    before: Mapping[str, str]
    waiting: Change
    left: Mapping[str, str]
    right: Mapping[str, str]
    now: Mapping[str, str]
    ours: Change
    theirs: Change
    rival: FeedEntry | None
    based: FeedEntry | None


def versions(subjects: Subjects, record: LocalRecord, proposal: Proposal) -> Versions:
    """Return the versions that meet in ``proposal``, without what is kept from the seated person."""
    history = subjects.history(record)
    waiting = _whole(proposal, record, history)
    ours = {**_went_in(subjects, record, history, proposal), **waiting}
    later = [
        e
        for e in history
        if e.rev > proposal.base_rev and e.op != proposal.op and e.kind is not FeedKind.FILE
    ]
    theirs: dict[str, str | None] = {}
    for entry in later:
        if entry.kind is not FeedKind.PROPOSAL:
            theirs |= {p: v for p, v in _set(entry).items() if not p.startswith("@settled/")}
    known = subjects.at_rev(record, proposal.base_rev)
    before = known if known is not None else _from_was(record.fields, proposal, theirs, waiting)
    touching = [entry for entry in later if entry.kind is not FeedKind.PROPOSAL and _touches(entry, waiting)]
    steps = [entry for entry in later if entry.kind is FeedKind.TRANSITION]
    return Versions(
        before=before,
        waiting=waiting,
        left=apply(before, ours),
        right={
            path: v
            for path, v in record.fields.items()
            if path not in ours or path in theirs or path in waiting
        }
        | {
            path: before[path]
            for path in ours
            if path not in theirs and path not in waiting and path in before
        },
        now=record.fields,
        ours={path: value for path, value in ours.items() if path not in waiting},
        theirs=theirs,
        rival=next(reversed(touching), None) or next(iter(steps), None),
        based=next(
            (e for e in history if e.rev == proposal.base_rev and e.kind is not FeedKind.PROPOSAL), None
        ),
    )


def _whole(proposal: Proposal, record: LocalRecord, history: Sequence[FeedEntry]) -> dict[str, str | None]:
    """Return what waits, with the rest of a row that was taken away meanwhile: so the server will put it back."""
    missing = rows_missing(record.fields, proposal.set)
    rows = last_rows(missing, [_set(entry) for entry in history if entry.kind is not FeedKind.PROPOSAL])
    return {**(rows if missing else {}), **proposal.set}


def _went_in(
    subjects: Subjects, record: LocalRecord, history: Sequence[FeedEntry], proposal: Proposal
) -> dict[str, str | None]:
    """Return what of the same save went in by itself."""
    op = subjects.desk.seat().store.outbox.get(proposal.op)
    if op is not None and proposal.reason == "conflict":
        seen = open_fields(op.set, subjects.withheld(record))
        return {path: value for path, value in seen.items() if path not in proposal.set}
    entry = next((e for e in history if e.op == proposal.op and e.kind is FeedKind.EDIT), None)
    return {path: value for path, value in (_set(entry) if entry else {}).items() if path not in proposal.set}


def _from_was(now: Mapping[str, str], proposal: Proposal, theirs: Change, waiting: Change) -> dict[str, str]:
    """Return what is known of the base without its history: what the author saw beside his own answers."""
    known = {path: value for path, value in now.items() if path not in theirs and path not in waiting}
    return known | {path: value for path, value in proposal.was.items() if value}


def _set(entry: FeedEntry) -> dict[str, str | None]:
    return dict((entry.payload or {}).get("set") or {})


def _touches(entry: FeedEntry, waiting: Change) -> bool:
    return any(path in waiting for path in _set(entry))
