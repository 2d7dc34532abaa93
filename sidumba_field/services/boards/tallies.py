"""Counts of records folded by unit and desk: the arithmetic behind Dasbor and the Beranda of who decides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sidumba_field.core.workflow.roles import is_under
from sidumba_field.core.xforms import LookupQuery
from sidumba_field.programs import Program
from sidumba_field.programs.program import LEVELS
from sidumba_field.store import Scope
from sidumba_field.store.figures import Standing

#: Where a record is begun but not yet data, or is no data any more.
NO_DATA = ("draf", "tidak_berlaku")
SIGNED = "disahkan"
BACK = "dikembalikan"
_MANY = 1_000


@dataclass(slots=True)
class Tally:
    """``desks``: posisi -> records; ``begun``/``signed``/``late``: per instant asked for, how many began / were signed
    / lie untouched since before (posisi -> count)."""

    vids: list[str] = field(default_factory=list)
    desks: dict[str, int] = field(default_factory=dict)
    oldest: dict[str, datetime] = field(default_factory=dict)
    explained: int = 0
    begun: list[int] = field(default_factory=list)
    signed: list[int] = field(default_factory=list)
    late: dict[str, list[int]] = field(default_factory=dict)

    @property
    def done(self) -> int:
        """Records that are data: handed on, and not struck out."""
        return sum(count for desk, count in self.desks.items() if desk not in NO_DATA)

    def add(self, posisi: str, found: Standing) -> None:
        """Take one row of counts."""
        self.desks[posisi] = self.desks.get(posisi, 0) + found.count
        self.oldest[posisi] = min(found.oldest, self.oldest.get(posisi, found.oldest))
        if posisi in NO_DATA:
            return
        self.explained += found.explained
        self.begun = _added(self.begun, found.begun)
        self.late[posisi] = _added(
            self.late.get(posisi, []), tuple(found.count - moved for moved in found.moved)
        )
        if posisi == SIGNED:
            self.signed = _added(self.signed, found.moved)


def _added(sums: list[int], more: Sequence[int]) -> list[int]:
    return [one + other for one, other in zip(sums or [0] * len(more), more, strict=True)]


def tallied(
    program: Program, scopes: Iterable[Scope], standings: Iterable[Standing], units: Sequence[str]
) -> dict[str, Tally]:
    """Return a tally per unit, and one of everything under ""."""
    found = {unit: Tally() for unit in ("", *units)}
    where: dict[str, str] = {}
    for scope in scopes:
        where[scope.vid] = next((unit for unit in units if is_under(scope.unit, unit)), "")
        for unit in {"", where[scope.vid]}:
            found[unit].vids.append(scope.vid)
    for standing in standings:
        posisi = program.state(standing.state).posisi
        for unit in {"", where[standing.vid]}:
            found[unit].add(posisi, standing)
    return found


def units_below(program: Program, unit: str) -> tuple[tuple[str, str], ...]:
    """Return (code, name) of the units one level below, in the order of the official list."""
    lookup = program.lookups.get(program.place_list)
    if lookup is None:
        return ()
    depth = unit.count(".") + 1
    rows = lookup.search(LookupQuery(prefixes={lookup.key: unit + "."}), limit=_MANY)
    return tuple((row.value, row.label) for row in rows if row.value.count(".") == depth)


def target_of(program: Program, unit: str) -> int:
    """Return how many records are wanted in ``unit``: its own figure, or that of a village times its villages."""
    named: Mapping[str, int] = program.dashboard.targets
    if unit in named:
        return named[unit]
    if unit.count(".") + 1 >= LEVELS["desa"]:
        return program.target("village")
    return sum(target_of(program, below) for below, _ in units_below(program, unit))
