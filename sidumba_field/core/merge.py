"""Three-way merge per field, pure: which fields of an op apply, and which clash (docs/spec/sync.md "Merge").

A field clashes only if somebody changed it after the op's base revision and the values differ. Merge groups clash or
apply as one. Rows of a repeat are fields too: the row's marker (``produk[id]``) carries its place, None removes it;
a removed row clashes with an edit inside it made since, and the other way round.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sidumba_field.core.canonical import Spelled

_ROW = re.compile(r"^(.*\[[^\]]+\])/")


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


def three_way(
    base_rev: int,
    change: Mapping[str, str | None],
    current: Mapping[str, str],
    field_revs: Mapping[str, int],
    group_of: Callable[[str], str | None] = lambda path: None,
) -> Merge:
    """Merge ``change`` (made on top of ``base_rev``) into ``current``.

    ``field_revs``: path -> revision of its last change, removed rows and cleared fields included. ``group_of`` names
    the merge group a path belongs to, or None.
    """
    clashing = {
        path for path, value in change.items() if _clashes(path, value, base_rev, change, current, field_revs)
    }
    groups = {group for path in clashing if (group := group_of(path)) is not None}
    rows = {path for path in clashing if path.endswith("]")}
    for path in change:
        if group_of(path) in groups or row_of(path) in rows:
            clashing.add(path)
    applied = {path: value for path, value in change.items() if path not in clashing}
    return Merge(applied, {path: change[path] for path in change if path in clashing})


def _clashes(
    path: str,
    value: str | None,
    base_rev: int,
    change: Mapping[str, str | None],
    current: Mapping[str, str],
    field_revs: Mapping[str, int],
) -> bool:
    if field_revs.get(path, 0) > base_rev and not _same(value, current.get(path)):
        return True
    row = row_of(path)
    if row is not None and row not in current and field_revs.get(row, 0) > base_rev:
        # The row was taken away since: an edit inside it must not vanish silently.
        return not _same(value, current.get(path)) and change.get(row) is None
    if path.endswith("]") and not value and path in current:
        inside = path + "/"
        return any(rev > base_rev and other.startswith(inside) for other, rev in field_revs.items())
    return False


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
