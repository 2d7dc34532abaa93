"""What goes onto a stick of a given size: all ops, then files kept for the stick, then the rest, small ones first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sidumba_field.attachments import Shelf
from sidumba_field.core.time import Clock, SystemClock, iso
from sidumba_field.store import FileRow, Store

#: Bytes a bundle takes beside its ops and files: heads, manifest, seals.
_BESIDE = 64 * 1024
#: Ops are packed to about a fifth; a plan promises less.
_PACKED = 3


@dataclass(frozen=True, slots=True)
class StickPlan:
    """What would be written. ``reviews``: decisions on exact contents among the ``steps``; ``bytes``: an estimate;
    ``left_files``/``left_bytes``: files that wait for another stick."""

    ops: int
    steps: int
    reviews: int
    records: int
    files: int
    bytes: int
    left_files: int
    left_bytes: int


def plan(store: Store, shelf: Shelf, room: int = 0, clock: Clock | None = None) -> StickPlan:
    """Return what would be written into ``room`` bytes (0 = as much as there is); changes nothing."""
    ready = store.outbox.ready(iso((clock or SystemClock()).now()))
    chosen, left = choose(store, shelf, room - beside(ready.bytes) if room else 0)
    size = beside(ready.bytes) + sum(row.size for row in chosen)
    return StickPlan(
        ready.ops,
        ready.steps,
        ready.reviews,
        ready.records,
        len(chosen),
        size,
        len(left),
        sum(row.size for row in left),
    )


def beside(ops_bytes: int) -> int:
    """Return how many bytes of a stick ops of that size take, with everything that is not a file."""
    return ops_bytes // _PACKED + _BESIDE


def choose(store: Store, shelf: Shelf, room: int) -> tuple[list[FileRow], list[FileRow]]:
    """Return (files that go, files that wait for another stick).

    ``room``: bytes for files, 0 = as much as there is; a negative one leaves them all. Files kept for the stick come
    first, then those that lie on none yet, small ones before big ones; one that is not on the shelf cannot go.
    """
    carried = store.bundles.carried()
    rows = sorted(
        store.files.unsent(), key=lambda row: (not row.postponed, row.sha in carried, row.size, row.sha)
    )
    return _fitted([row for row in rows if shelf.has(row.sha)], room)


def _fitted(rows: Sequence[FileRow], room: int) -> tuple[list[FileRow], list[FileRow]]:
    if room == 0:
        return list(rows), []
    chosen: list[FileRow] = []
    left: list[FileRow] = []
    for row in rows:
        fits = row.size <= room
        (chosen if fits else left).append(row)
        room -= row.size if fits else 0
    return chosen, left
