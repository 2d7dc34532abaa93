"""Three-way merge per field, pure: which fields of an op apply, and which clash (docs/spec/sync.md "Merge").

A field clashes only if somebody changed it after the op's base revision and the values differ. Fields that mean
something only together are one *unit*: a merge group of the form, and an answer with the word why there is none. A unit
clashes or applies as one, and it counts as changed when any part of it was. Rows of a repeat are fields too: the row's
marker (``produk[id]``) carries its place, None removes it; a removed row clashes with an edit inside it made since, and
the other way round. Places alone never clash: nobody types them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from sidumba_field.core.canonical import Spelled

#: Names the merge group a path belongs to, None for a field that stands for itself.
GroupOf = Callable[[str], str | None]
_ROW = re.compile(r"^(.*\[[^\]]+\])/")
#: Meta fields that belong to an answer: why there is none (the two exclude each other), and why an odd one is right.
_WHY, _REASON = "@why/", "@reason/"


@dataclass(frozen=True, slots=True)
class Merge:
    """What became of an op's ``set``: ``applied`` goes in, ``clashes`` becomes a proposal until a person decides."""

    applied: Mapping[str, str | None]
    clashes: Mapping[str, str | None]

    @property
    def merged(self) -> bool:
        return not self.clashes


def row_of(path: str) -> str | None:
    """Return the marker path of the repeat row a field lies in (``produk[a]/nama`` -> ``produk[a]``), else None."""
    found = _ROW.match(path)
    return found.group(1) if found else None


def _same(left: str | None, right: str | None) -> bool:
    return (left or "") == (right or "")


def alone(path: str) -> str | None:
    """A form without merge groups."""
    return None


def unit_of(path: str, group_of: GroupOf = alone) -> str:
    """Return the name of what a path is decided together with: its merge group, else the answer it belongs to."""
    owner = path.removeprefix(_WHY)
    return group_of(owner) or owner


def three_way(
    base_rev: int,
    change: Mapping[str, str | None],
    current: Mapping[str, str],
    field_revs: Mapping[str, int],
    group_of: GroupOf = alone,
) -> Merge:
    """Merge ``change`` (made on top of ``base_rev``) into ``current``.

    ``field_revs``: path -> revision of its last change, removed rows and cleared fields included. ``group_of`` names
    the merge group a path belongs to, or None.
    """
    since = {path for path, rev in field_revs.items() if rev > base_rev}
    if not since:
        return Merge(dict(change), {})
    clashing = _units_changed(change, current, since, group_of)
    clashing |= _rows_changed(change, current, since)
    clashing |= {path for path in change if _follows(path, clashing)}
    applied = {path: value for path, value in change.items() if path not in clashing}
    return Merge(applied, {path: change[path] for path in change if path in clashing})


def _units_changed(
    change: Mapping[str, str | None], current: Mapping[str, str], since: set[str], group_of: GroupOf
) -> set[str]:
    """Return the paths of every unit somebody changed since and of which ``change`` says something else."""
    touched = {unit_of(path, group_of) for path in since}
    units: dict[str, list[str]] = {}
    for path in change:
        unit = unit_of(path, group_of)
        if unit in touched and not _is_place(path, change, current):
            units.setdefault(unit, []).append(path)
    return {
        path
        for paths in units.values()
        if any(not _same(change[path], current.get(path)) for path in paths)
        for path in paths
    }


def _is_place(path: str, change: Mapping[str, str | None], current: Mapping[str, str]) -> bool:
    """Tell whether two sides only put a row in different places: the later place stands."""
    return path.endswith("]") and bool(change[path]) and bool(current.get(path))


def _rows_changed(change: Mapping[str, str | None], current: Mapping[str, str], since: set[str]) -> set[str]:
    """Return the paths of rows one side took away while the other worked in them."""
    rows: set[str] = set()
    for path, value in change.items():
        row = row_of(path)
        if row is not None and row not in current and row in since:
            # The row was taken away since: an edit inside it must not vanish silently.
            if not _same(value, current.get(path)) and change.get(row) is None:
                rows.add(row)
        elif path.endswith("]") and (path in current) != bool(value):
            inside = path + "/"
            if path in since or (not value and any(other.startswith(inside) for other in since)):
                rows.add(path)
    return {path for path in change if path in rows or row_of(path) in rows}


def _follows(path: str, clashing: set[str]) -> bool:
    """A reason explains the answer it came with, and no other: it waits with that answer."""
    return path.startswith(_REASON) and path.removeprefix(_REASON) in clashing


def units(change: Mapping[str, str | None], group_of: GroupOf = alone) -> dict[str, tuple[str, ...]]:
    """Return unit -> its paths, in the order of ``change``: what a person decides on as one. A row that comes or goes
    is one unit with all its cells, and a reason goes with the answer it explains."""
    rows = {path for path in change if path.endswith("]")}
    found: dict[str, list[str]] = {}
    for path in change:
        owner = path.removeprefix(_WHY).removeprefix(_REASON)
        row = owner if owner in rows else row_of(owner)
        unit = row if row in rows else unit_of(owner, group_of)
        found.setdefault(unit or owner, []).append(path)
    return {unit: tuple(paths) for unit, paths in found.items()}


def rows_missing(fields: Mapping[str, str], change: Mapping[str, str | None]) -> set[str]:
    """Return the rows ``change`` writes into that stand neither in ``fields`` nor in ``change``."""
    named = {row for path, value in change.items() if value and (row := row_of(path)) is not None}
    return {row for row in named if row not in fields and not change.get(row)}


def last_rows(rows: Iterable[str], changes: Iterable[Mapping[str, str | None]]) -> dict[str, str]:
    """Return what stood in ``rows`` (markers) when each was last there; ``changes``: all of a record, in order."""
    wanted = set(rows)
    fields: dict[str, str] = {}
    found: dict[str, dict[str, str]] = {}
    for change in changes:
        fields = apply(fields, {p: v for p, v in change.items() if p in wanted or row_of(p) in wanted})
        for row in wanted & fields.keys():
            inside = row + "/"
            found[row] = {p: v for p, v in fields.items() if p == row or p.startswith(inside)}
    return {path: value for row in found.values() for path, value in row.items()}


def apply(fields: Mapping[str, str], change: Mapping[str, str | None]) -> dict[str, str]:
    """Return ``fields`` after ``change``; empty values disappear, and so do the cells of removed rows."""
    if all(change.values()):
        if not fields and isinstance(change, Spelled):
            return change
        return {**fields, **change}  # type: ignore[dict-item]  # no value is missing
    result = dict(fields)
    for path, value in change.items():
        if value:
            result[path] = value
        else:
            result.pop(path, None)
    removed = [path + "/" for path, value in change.items() if path.endswith("]") and not value]
    if removed:
        result = {p: v for p, v in result.items() if not any(p.startswith(gone) for gone in removed)}
    return result


def diff(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, str | None]:
    """Return the smallest ``set`` that turns ``before`` into ``after``: None for what is gone."""
    change: dict[str, str | None] = {p: v for p, v in after.items() if v and before.get(p, "") != v}
    for path, value in before.items():
        if value and not after.get(path):
            change[path] = None
    return change
