"""Which records a paper over many records takes: places, positions, period, day, and the rows read from the store.

Rows come village by village, sorted by name inside each, so that a register of a whole regency never stands in memory.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from sidumba_field.core.time import iso
from sidumba_field.core.xforms import Question
from sidumba_field.programs import Program
from sidumba_field.reports import Paper
from sidumba_field.reports.cuts import CutSpec
from sidumba_field.reports.model import Withheld
from sidumba_field.services.desk import Desk
from sidumba_field.store import Extract, Scope, Store
from sidumba_field.words import say

Kept = Callable[[Extract], bool]


@dataclass(slots=True)
class Seal:
    """The hash over everything that was read so far; known when the last row is."""

    _hash: hashlib._Hash = field(default_factory=hashlib.sha256)
    rows: int = 0

    def add(self, extract: Extract) -> None:
        """Cover one record as it was printed."""
        self.rows += 1
        told = "\x1f".join((extract.rid, str(extract.rev), extract.state, *extract.values))
        self._hash.update(told.encode() + b"\x1e")

    def hex(self) -> str:
        return self._hash.hexdigest()


@dataclass(frozen=True, slots=True)
class Selection:
    """The records of one paper. ``states``: those that count; ``until``: ISO instant records must have begun before."""

    program: Program
    scopes: tuple[Scope, ...]
    states: frozenset[str]
    period: str = ""
    until: str = ""
    owner: str = ""
    rids: frozenset[str] = frozenset()
    #: Unit -> questions whose answers the person may not see there.
    withheld: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def takes(self, extract: Extract) -> bool:
        """Whether the record is counted at all, whatever desk it lies on."""
        if self.rids:
            return extract.rid in self.rids
        return (
            (not self.period or extract.period == self.period)
            and (not self.until or extract.created_at < self.until)
            and (not self.owner or extract.owner == self.owner)
        )

    def read(
        self, store: Store, paths: tuple[str, ...], every: bool = False
    ) -> Iterator[tuple[Scope, Extract]]:
        """Read the records village by village, by name; ``every``: those on other desks too."""
        title = self.program.title_path
        at = paths.index(title) if title in paths else -1
        for scope in self.scopes:
            found = [
                one for one in store.extracts.scope(self.program.id, scope.vid, paths) if self.takes(one)
            ]
            if not every and not self.rids:
                found = [one for one in found if one.state in self.states]
            hidden = self.withheld.get(scope.unit, frozenset())
            if not hidden.isdisjoint(paths):
                found = [_without(one, paths, hidden) for one in found]
            found.sort(key=lambda one: (one.values[at].casefold() if at >= 0 else "", one.rid))
            for one in found:
                yield scope, one


def _without(one: Extract, paths: tuple[str, ...], hidden: frozenset[str]) -> Extract:
    values = ("" if path in hidden else value for path, value in zip(paths, one.values, strict=True))
    return one._replace(values=tuple(values))


def open_cuts(cuts: Sequence[CutSpec], selection: Selection) -> tuple[CutSpec, ...]:
    """Return the tables that count no answer kept from the person in any of the places."""
    hidden = frozenset().union(*selection.withheld.values())
    return tuple(cut for cut in cuts if hidden.isdisjoint(cut.paths))


def end_of(desk: Desk, day: str) -> str:
    """Return the ISO instant a local day ends: what was begun before it belongs to "keadaan per" that day."""
    begin = datetime.combine(date.fromisoformat(day) + timedelta(days=1), time(), desk.tz)
    return iso(begin)


def states_of(program: Program, paper: Paper) -> frozenset[str]:
    """Return the states whose records a paper counts."""
    wanted = paper.select
    named = set(wanted.states) or set(program.states)
    if wanted.posisi:
        named = {state for state in named if program.state(state).posisi in wanted.posisi}
    return frozenset(named)


def checked_states(program: Program, paper: Paper) -> frozenset[str]:
    """Return the states in which a record counts as checked: the paper names them, or the desks they lie on."""
    wanted = paper.select.checked
    return frozenset(
        state for state, spec in program.states.items() if state in wanted or spec.posisi in wanted
    )


def writer_of(program: Program, question: Question | None, kind: str) -> Callable[[str], object]:
    """Return how an answer becomes a cell: numbers as numbers, choices in their words, codes as they are."""
    if kind in ("number", "money", "percent"):
        return _whole
    if kind == "date":
        return _day
    if question is None or kind == "code":
        return str
    if question.choices:
        labels = {choice.value: choice.label for choice in question.choices}
        return lambda value: ", ".join(labels.get(part, part) for part in value.split())
    lookup = program.lookups.get(question.lookup or "")
    return (lambda value: lookup.label(value) or value) if lookup is not None else str


def _whole(value: str) -> int | None:
    """A number, or nothing where something else was typed (a draft may hold anything)."""
    try:
        return int(value)
    except ValueError:
        return None


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None


class RegisterRows:
    """The rows of a register or receipt, one record each; ``seal`` covers what was read."""

    def __init__(self, paper: Paper, selection: Selection, names: Callable[[str], str]) -> None:
        if paper.table is None:
            raise ValueError("a paper without a table has no rows")
        program = selection.program
        questions = program.form(program.main).questions
        self.seal = Seal()
        self._selection = selection
        self._columns = paper.table.columns
        self._names = names
        self._checked = checked_states(program, paper)
        self._marks = bool(paper.select.mark)
        self._paths = tuple(sorted({*paper.paths, program.title_path}))
        self._at = {path: i for i, path in enumerate(self._paths)}
        self._write = {
            column.key: writer_of(program, questions.get(column.key), column.kind) for column in self._columns
        }

    def rows(self, store: Store, limit: int = 0) -> Iterator[Mapping[str, object]]:
        """Yield the rows; ``limit``: only the first so many (a preview)."""
        for number, (scope, extract) in enumerate(self._selection.read(store, self._paths), start=1):
            if limit and number > limit:
                return
            self.seal.add(extract)
            yield (
                {column.key: self._cell(column.key, number, scope, extract) for column in self._columns}
                | {column.key: self._sum(column.sum, extract) for column in self._columns if column.sum}
                | self._mark(extract)
            )

    def _cell(self, key: str, number: int, scope: Scope, extract: Extract) -> object:
        if key in self._at:
            if key in self._selection.withheld.get(scope.unit, ()):
                return Withheld(say("services.withheld"))
            value = extract.values[self._at[key]]
            return self._write[key](value) if value else ""
        if key == "@no":
            return number
        if key == "@desa":
            return scope.unit_name
        if key == "@petugas":
            return self._names(extract.owner)
        if key == "@posisi":
            return self._selection.program.posisi_label(extract.state)
        return None

    def _sum(self, paths: tuple[str, ...], extract: Extract) -> int | None:
        found = [number for path in paths if (number := _whole(extract.values[self._at[path]])) is not None]
        return sum(found) if found else None

    def _mark(self, extract: Extract) -> dict[str, object]:
        if not self._marks or extract.state in self._checked:
            return {}
        return {
            column.key: f"{extract.values[self._at[column.key]]}\u00a0*"
            for column in self._columns
            if column.marked
        }
