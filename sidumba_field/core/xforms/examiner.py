"""Judges whole records nobody is typing into, straight from their flat answers: the server's side of the form engine.

``Interview`` is the measure of what is right. This gives the same violations and worked-out values without a tree of
nodes and without the sentences, about five times as fast; ``Examiner.of`` is None for forms that mean more than flat
answers can say (rows inside rows, choices filtered inside the form, walks through the tree).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.time import Clock
from sidumba_field.core.xforms.choices import Choices, row_test
from sidumba_field.core.xforms.definition import FormDefinition
from sidumba_field.core.xforms.flat import Shape, Untranslatable
from sidumba_field.core.xforms.flat_form import Fault, Listed, form_function
from sidumba_field.core.xforms.flat_values import NAMES
from sidumba_field.core.xforms.instance import Instance, split_row
from sidumba_field.core.xforms.interview import META, Interview
from sidumba_field.core.xforms.itemset import ItemFilter, query
from sidumba_field.core.xforms.lookup import Lookup, LookupQuery
from sidumba_field.core.xforms.refs import Names
from sidumba_field.core.xforms.values import RUNTIME, Runtime

__all__ = ["Examination", "Examiner", "Fault", "is_explained", "through_interview"]

#: Answers of one row by the paths of their questions.
_Row = dict[str, Any]
_KEPT = 20_000


@dataclass(frozen=True, slots=True)
class Examination:
    """``faults``: what is wrong; ``calculated``: path -> value of everything the form works out again from the answers
    ("" where there is none now), as ``Interview.calculated``."""

    faults: tuple[Fault, ...]
    calculated: Mapping[str, str]


class _Lists:
    """The form's external lists for one set of lookups; answers are kept, for neighbours ask for the same places."""

    def __init__(self, filters: Mapping[str, ItemFilter], lookups: Mapping[str, Lookup]) -> None:
        self.lookups = lookups
        self._tests = {key: row_test(rows) for key, rows in filters.items()}
        self._filters = filters
        self._kept: dict[Any, Any] = {}

    def listed(self, key: str, values: tuple[Any, ...], column: str) -> list[str]:
        """Return one column ("": nothing of them) of the rows that a prepared filter lets through."""
        asked = (key, column, *(tuple(one) if isinstance(one, list) else one for one in values))
        found: list[str] | None = self._kept.get(asked)
        if found is None:
            rows = self._filters[key]
            matching = self.lookups[rows.name].rows(query(rows, values, self._tests[key]))
            found = [row[column] for row in matching if column in row] if column else ["" for _ in matching]
            self._keep(asked, found)
        return found

    def admits(self, asker: Listed, codes: Iterable[str], wanted: tuple[Any, ...]) -> bool:
        """Tell whether a list has ``codes`` among the rows that the choice filter of ``asker`` lets through."""
        values = tuple(tuple(one) if isinstance(one, list) else one for one in wanted)
        return all(self._admits(asker, code, wanted, values) for code in codes)

    def _admits(self, asker: Listed, code: str, wanted: tuple[Any, ...], values: tuple[Any, ...]) -> bool:
        asked = (asker.key, code, *values)
        found: bool | None = self._kept.get(asked)
        if found is None:
            where = LookupQuery() if asker.rows is None else query(asker.rows, wanted, asker.rest)
            row = self.lookups[asker.lookup].row(code)
            found = row is not None and where.admits(row)
            self._keep(asked, found)
        return found

    def _keep(self, asked: Any, found: Any) -> None:
        if len(self._kept) >= _KEPT:
            self._kept.clear()
        self._kept[asked] = found


def through_interview(interview: Interview) -> Examination:
    """Say the same of a record that is open."""
    faults = tuple(Fault(one.path, one.kind, one.severity) for one in interview.violations())
    return Examination(faults, interview.calculated())


class Examiner:
    """Everything about one form that judging many records needs, compiled once. Safe to share between threads."""

    def __init__(self, definition: FormDefinition) -> None:
        self.definition = definition
        self._shape = _shape(definition)
        self._repeats = ["/".join(names) for names in self._shape.rows]
        self._blank = dict.fromkeys(("/".join(names) for names in self._shape.top), "")
        self._blank_row = {
            "/".join(names): dict.fromkeys(("/".join(one) for one in leaves), "")
            for names, leaves in self._shape.rows.items()
        }
        self._judged = form_function(definition, self._shape)
        self._calculated, self._row_calculated = self._worked_out()
        code = "".join(f"{one}, " for one in self._shape.daily)
        self._daily: Any = eval(f"lambda: ({code})", NAMES)  # noqa: S307 - our own code
        self._days: dict[str, Any] = {}
        self._lists: _Lists | None = None
        self._choices: Choices | None = None

    @classmethod
    def of(cls, definition: FormDefinition) -> Examiner | None:
        """Return the examiner of a form, None when it has to be judged through interviews."""
        try:
            return cls(definition)
        except (Untranslatable, TypeError):
            return None

    def _worked_out(self) -> tuple[list[str], list[tuple[str, str]]]:
        """Return keys outside rows and (repeat, key) in rows of every value that can be worked out again."""
        keys: list[str] = []
        in_rows: list[tuple[str, str]] = []
        for names, bind in self.definition.binds.items():
            if bind.calculate is None or bind.calculate.is_of_the_moment or names[0] == "meta":
                continue
            if names in self._shape.top:
                keys.append("/".join(names))
            in_rows += [
                ("/".join(repeat), "/".join(names))
                for repeat, leaves in self._shape.rows.items()
                if names in leaves
            ]
        return keys, in_rows

    # -- judging -------------------------------------------------------------------------------------------------

    def examine(self, fields: Mapping[str, str], lookups: Mapping[str, Lookup], clock: Clock) -> Examination:
        """Judge one saved record (one without answers is not made a new one).

        Raises SidumbaError form.unknown_lookup, and what functions of the form raise.
        """
        missing = sorted(self.definition.external - set(lookups))
        if missing:
            raise SidumbaError("form.unknown_lookup", name=missing[0], form=self.definition.form_id)
        # Paths the form does not know stay in: nobody asks for them.
        record = {**self._blank, **fields}
        rows, paths = self._rows(fields)
        with self._running(lookups, clock) as lists:
            faults = self._judged(record, rows, paths, fields, self._of_the_day(), lists)
        found = {key: record[key] for key in self._calculated}
        for repeat, key in self._row_calculated:
            cell = key[len(repeat) :]
            found.update(
                {path + cell: row[key] for path, row in zip(paths[repeat], rows[repeat], strict=True)}
            )
        return Examination(tuple(faults), found)

    @contextmanager
    def _running(self, lookups: Mapping[str, Lookup], clock: Clock) -> Iterator[_Lists]:
        lists, choices = self._lists, self._choices
        if lists is None or choices is None or lists.lookups is not lookups:
            lists = self._lists = _Lists(self._shape.filters, lookups)
            choices = self._choices = Choices(self.definition, Instance(self.definition.blueprint), lookups)
        form = self.definition
        token = RUNTIME.set(Runtime(clock, form.zone, choices, {}, form.language_code))
        try:
            yield lists
        finally:
            RUNTIME.reset(token)

    def _of_the_day(self) -> Any:
        today = RUNTIME.get().now().date().isoformat() if self._shape.daily else ""
        found = self._days.get(today)
        if found is None:
            found = self._daily()
            self._days = {today: found}
        return found

    def _rows(self, given: Mapping[str, str]) -> tuple[dict[str, list[_Row]], dict[str, list[str]]]:
        """Return repeat -> answers of its rows in their order, and repeat -> their paths."""
        rows: dict[str, list[_Row]] = {repeat: [] for repeat in self._repeats}
        paths: dict[str, list[str]] = {repeat: [] for repeat in self._repeats}
        cells = [path for path in given if "[" in path]
        if not cells:
            return rows, paths
        at: dict[str, tuple[str, _Row]] = {}
        markers = [(given[path], path) for path in cells if path.endswith("]") and given[path]]
        for _, path in sorted((int(value) if value.isdigit() else 0, path) for value, path in markers):
            split = split_row(path)
            if split is not None and split[0] in rows:
                row = self._blank_row[split[0]].copy()
                at[path] = split[0], row
                rows[split[0]].append(row)
                paths[split[0]].append(path)
        for path in cells:
            end = path.find("]/") + 1
            found = at.get(path[:end])
            if found is not None and (key := found[0] + path[end:]) in found[1]:
                found[1][key] = given[path]
        return rows, paths


def is_explained(fields: Mapping[str, str], path: str) -> bool:
    """Tell whether a reason was written for the warning at ``path``."""
    return bool(fields.get(f"{META}reason/{path}", "").strip())


def _shape(definition: FormDefinition) -> Shape:
    """Return where answers lie. Raises ``Untranslatable`` for rows inside rows."""
    blueprint = definition.blueprint
    if any(
        names[: len(other)] == other for names in blueprint.rows for other in blueprint.rows if names != other
    ):
        raise Untranslatable
    top = _leaves(blueprint.tree, blueprint.names)
    rows = {names: _leaves(row, blueprint.row_names[names]) for names, row in blueprint.rows.items()}
    return Shape(top, rows)


def _leaves(tree: Any, names: list[Names | None]) -> dict[Names, int]:
    found = enumerate(zip(tree.iter(), names, strict=True))
    return {one: at for at, (element, one) in found if one and len(element) == 0}
