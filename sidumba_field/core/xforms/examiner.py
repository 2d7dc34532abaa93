"""Judges whole records nobody is typing into, straight from their flat answers: the server's side of the form engine.

``Interview`` is the measure of what is right. This gives the same violations and worked-out values without a tree of
nodes and without the sentences, about five times as fast; ``Examiner.of`` is None for forms that mean more than flat
answers can say (rows inside rows, choices filtered inside the form, walks through the tree).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.time import Clock
from sidumba_field.core.xforms.choices import Choices, row_test
from sidumba_field.core.xforms.definition import FormDefinition
from sidumba_field.core.xforms.expression import Expression
from sidumba_field.core.xforms.flat import (
    Code,
    Shape,
    Untranslatable,
    translate,
    translate_text,
    translate_truth,
)
from sidumba_field.core.xforms.flat_values import NAMES
from sidumba_field.core.xforms.instance import Instance, split_row
from sidumba_field.core.xforms.interview import META, Interview
from sidumba_field.core.xforms.itemset import ItemFilter, RowTest, query
from sidumba_field.core.xforms.judge import CHECKED_TYPES, wrong_type
from sidumba_field.core.xforms.lookup import Lookup, LookupQuery
from sidumba_field.core.xforms.parts import Repeat, template_path
from sidumba_field.core.xforms.refs import Names, Scope
from sidumba_field.core.xforms.values import RUNTIME, Runtime
from sidumba_field.core.xforms.violations import Severity

_KEPT = 20_000
_CHOSEN = frozenset({"select_one", "select_multiple", "lookup", "rank"})
_ONE = frozenset({"select_one", "lookup"})


@dataclass(frozen=True, slots=True)
class Fault:
    """A violation without its sentence."""

    path: str
    kind: str
    severity: Severity


@dataclass(frozen=True, slots=True)
class Examination:
    """``faults``: what is wrong; ``calculated``: path -> value of everything the form works out again from the answers
    ("" where there is none now), as ``Interview.calculated``."""

    faults: tuple[Fault, ...]
    calculated: Mapping[str, str]


@dataclass(slots=True)
class _Row:
    """A place that holds answers: the record itself (path "") or one row. ``off``: what is not relevant here."""

    path: str
    values: dict[str, str]
    off: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Step:
    """One node to be worked out. ``leaves``: answers at or below it, here and (repeat -> keys) in rows."""

    key: str
    repeat: str
    relevant: Code | None
    calculate: Code | None
    gates: tuple[str, ...]
    row_gates: tuple[str, ...]
    leaves: tuple[str, ...]
    rows_below: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class _Rule:
    """One question to be judged. ``checked``: whether its type can be wrong; ``right``: answers that are right without
    another look (None: all are)."""

    key: str
    repeat: str
    gates: tuple[str, ...]
    row_gates: tuple[str, ...]
    kind: str
    type: str
    checked: bool
    required: Code | None
    constraint: Code | None
    warning: Code | None
    allowed: frozenset[str] | None
    lookup: str = ""
    rows: ItemFilter | None = None
    wanted: tuple[Code, ...] = ()
    rest: RowTest | None = None

    right: frozenset[str] | None = field(init=False, default=frozenset())

    def __post_init__(self) -> None:
        if not self.checked and not self.lookup and self.constraint is None and self.warning is None:
            right = frozenset() if self.allowed is not None and self.kind not in _ONE else self.allowed
            object.__setattr__(self, "right", right)


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

    def admits(self, rule: _Rule, code: str, wanted: tuple[Any, ...]) -> bool:
        """Tell whether a list has ``code`` among the rows that the choice filter of ``rule`` lets through."""
        asked = (rule.key, code, *(tuple(one) if isinstance(one, list) else one for one in wanted))
        found: bool | None = self._kept.get(asked)
        if found is None:
            where = LookupQuery() if rule.rows is None else query(rule.rows, wanted, rule.rest)
            row = self.lookups[rule.lookup].row(code)
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
        self._types = {names: bind.type for names, bind in definition.binds.items()}
        self._repeats = {"/".join(names): names for names in self._shape.rows}
        self._blank = dict.fromkeys(("/".join(names) for names in self._shape.top), "")
        self._blank_row = {
            repeat: dict.fromkeys(("/".join(one) for one in self._shape.rows[names]), "")
            for repeat, names in self._repeats.items()
        }
        self._steps = [self._step(names) for names in definition.graph.order]
        self._rules = [self._rule(names) for names in definition.judged]
        self._limits = [self._limit(repeat) for repeat in definition.repeats.values()]
        self._calculated = self._worked_out()
        code = "".join(f"{one}, " for one in self._shape.daily)
        self._daily: Code = eval(f"lambda t, r, R, k, s: ({code})", NAMES)  # noqa: S307 - our own code
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

    # -- compiling -----------------------------------------------------------------------------------------------

    def _scope(self, names: Names) -> Scope:
        form = self.definition
        return Scope(form.root, names, frozenset(form.below), self._types, form.external)

    def _truth(self, expression: Expression | None, names: Names) -> Code | None:
        if expression is None:
            return None
        return translate_truth(expression.tree, self._scope(names), self._shape)

    def _place(self, names: Names) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
        """Return the repeat a node stands in ("" outside), and what decides on its relevance outside and in the row."""
        repeat = next((one for one in self._shape.rows if names[: len(one)] == one), None)
        gates = [
            names[:depth]
            for depth in range(1, len(names) + 1)
            if (bind := self.definition.binds.get(names[:depth])) is not None and bind.relevant is not None
        ]
        inside = [one for one in gates if repeat is not None and len(one) >= len(repeat)]
        outside = [one for one in gates if one not in inside]
        return (
            "/".join(repeat or ()),
            tuple("/".join(one) for one in outside),
            tuple("/".join(one) for one in inside),
        )

    def _step(self, names: Names) -> _Step:
        bind = self.definition.binds[names]
        repeat, gates, row_gates = self._place(names)
        depth = len(names)
        home = self._shape.rows[self._repeats[repeat]] if repeat else self._shape.top
        below = {
            "/".join(one): tuple("/".join(leaf) for leaf in leaves)
            for one, leaves in self._shape.rows.items()
            if not repeat and one[:depth] == names
        }
        return _Step(
            "/".join(names),
            repeat,
            self._truth(bind.relevant, names),
            translate_text(bind.calculate.tree, self._scope(names), self._shape, bind.type)
            if bind.calculate is not None and names in home
            else None,
            gates,
            row_gates,
            tuple("/".join(one) for one in home if one[:depth] == names),
            tuple(below.items()),
        )

    def _rule(self, names: Names) -> _Rule:
        form, bind = self.definition, self.definition.binds[names]
        question = form.judged[names]
        repeat, gates, row_gates = self._place(names)
        itemset = form.itemsets.get(names)
        if itemset is not None and itemset.lookup is None:
            raise Untranslatable
        allowed = None
        if question.kind in _CHOSEN and itemset is None:
            allowed = form.values.get(question.path, frozenset())
        rows = itemset.rows if itemset is not None else None
        values = itemset.values if itemset is not None else ()
        return _Rule(
            "/".join(names),
            repeat,
            gates,
            row_gates,
            question.kind,
            bind.type,
            bind.type in CHECKED_TYPES or question.kind in CHECKED_TYPES,
            self._truth(bind.required, names) if question.kind not in ("note", "calculate") else None,
            self._truth(bind.constraint, names),
            self._truth(bind.warning, names),
            allowed,
            (itemset.lookup or "") if itemset is not None and question.kind in _CHOSEN else "",
            rows,
            tuple(translate(one.tree, self._scope(names), self._shape) for one in values),
            row_test(rows) if rows is not None else None,
        )

    def _limit(self, repeat: Repeat) -> tuple[Repeat, tuple[str, ...]]:
        _, gates, _ = self._place(tuple(repeat.path.split("/")))
        return repeat, gates

    def _worked_out(self) -> list[tuple[str, str]]:
        """Return (repeat, key) of every value that can be worked out again."""
        found = []
        for names, bind in self.definition.binds.items():
            if bind.calculate is None or bind.calculate.is_of_the_moment or names[0] == "meta":
                continue
            repeat = self._place(names)[0]
            if names in (self._shape.rows[self._repeats[repeat]] if repeat else self._shape.top):
                found.append((repeat, "/".join(names)))
        return found

    # -- judging -------------------------------------------------------------------------------------------------

    def examine(self, fields: Mapping[str, str], lookups: Mapping[str, Lookup], clock: Clock) -> Examination:
        """Judge one saved record (one without answers is not made a new one).

        Raises SidumbaError form.unknown_lookup, and what functions of the form raise.
        """
        missing = sorted(self.definition.external - set(lookups))
        if missing:
            raise SidumbaError("form.unknown_lookup", name=missing[0], form=self.definition.form_id)
        with self._running(lookups, clock) as lists:
            record, rows = self._load(fields)
            daily = self._of_the_day()
            self._work_out(record, rows, daily, lists)
            faults = (*self._faults(record, rows, daily, lists), *self._counted(record, rows))
        return Examination(faults, self._values(record, rows))

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
            found = self._daily(None, None, None, None, None)
            self._days = {today: found}
        return found

    def _load(self, given: Mapping[str, str]) -> tuple[_Row, dict[str, list[_Row]]]:
        """Put answers where they belong; what the form does not know is not judged."""
        record = _Row("", self._blank.copy())
        rows: dict[str, list[_Row]] = {repeat: [] for repeat in self._repeats}
        values = record.values
        cells: list[tuple[str, str]] = []
        markers: list[tuple[str, str]] = []
        for path, value in given.items():
            if path in values:
                values[path] = value or ""
            elif value and "[" in path:
                (markers if path.endswith("]") else cells).append((path, value))
        if markers:
            self._add_rows(markers, cells, rows)
        return record, rows

    def _add_rows(
        self, markers: list[tuple[str, str]], cells: list[tuple[str, str]], rows: dict[str, list[_Row]]
    ) -> None:
        at: dict[str, _Row] = {}
        for _, path in sorted((int(value) if value.isdigit() else 0, path) for path, value in markers):
            split = split_row(path)
            if split is None or split[0] not in self._repeats:
                continue
            at[path] = _Row(path, self._blank_row[split[0]].copy())
            rows[split[0]].append(at[path])
        for path, value in cells:
            end = path.find("]/") + 1
            row = at.get(path[:end])
            key = template_path(path)
            if (
                row is not None
                and key in row.values
                and path == row.path + key[len(template_path(row.path)) :]
            ):
                row.values[key] = value

    def _work_out(self, record: _Row, rows: dict[str, list[_Row]], daily: Any, lists: _Lists) -> None:
        top, table = record.values, {repeat: [row.values for row in some] for repeat, some in rows.items()}
        for step in self._steps:
            for row in rows[step.repeat] if step.repeat else (record,):
                values = row.values
                if step.relevant is not None and not step.relevant(top, values, table, daily, lists):
                    row.off.add(step.key)
                    for leaf in step.leaves:
                        values[leaf] = ""
                    for repeat, leaves in step.rows_below:
                        for inner in rows[repeat]:
                            inner.values.update(dict.fromkeys(leaves, ""))
                if step.calculate is not None and _is_on(step.gates, step.row_gates, record, row):
                    values[step.key] = step.calculate(top, values, table, daily, lists)

    def _faults(
        self, record: _Row, rows: dict[str, list[_Row]], daily: Any, lists: _Lists
    ) -> Iterator[Fault]:
        top, table = record.values, {repeat: [row.values for row in some] for repeat, some in rows.items()}
        for rule in self._rules:
            key = rule.key
            for row in rows[rule.repeat] if rule.repeat else (record,):
                value = row.values[key]
                if value == "":
                    if rule.required is None or not _is_on(rule.gates, rule.row_gates, record, row):
                        continue
                elif rule.right is None or value in rule.right:
                    # Whatever is answered is relevant: what is not was made blank when all was worked out.
                    continue
                args = (top, row.values, table, daily, lists)
                for kind, severity in _found(rule, value, args):
                    yield Fault(row.path + key[len(rule.repeat) :], kind, severity)

    def _counted(self, record: _Row, rows: dict[str, list[_Row]]) -> Iterator[Fault]:
        for repeat, gates in self._limits:
            if any(gate in record.off for gate in gates):
                continue
            count = len(rows[repeat.path])
            if repeat.max_rows and count > repeat.max_rows:
                yield Fault(repeat.path, "constraint", Severity.ERROR)
            elif count < repeat.min_rows:
                yield Fault(repeat.path, "required", Severity.ERROR)

    def _values(self, record: _Row, rows: dict[str, list[_Row]]) -> dict[str, str]:
        found: dict[str, str] = {}
        for repeat, key in self._calculated:
            if repeat:
                found.update({row.path + key[len(repeat) :]: row.values[key] for row in rows[repeat]})
            else:
                found[key] = record.values[key]
        return found


def is_explained(fields: Mapping[str, str], path: str) -> bool:
    """Tell whether a reason was written for the warning at ``path``."""
    return bool(fields.get(f"{META}reason/{path}", "").strip())


def _is_on(gates: tuple[str, ...], row_gates: tuple[str, ...], record: _Row, row: _Row) -> bool:
    if record.off and not record.off.isdisjoint(gates):
        return False
    return not row.off or row.off.isdisjoint(row_gates)


_MISSING = (("required", Severity.ERROR),)
_MISTYPED = (("type", Severity.ERROR),)


def _found(rule: _Rule, value: str, args: tuple[Any, ...]) -> tuple[tuple[str, Severity], ...]:
    """Return what is wrong with one answer that is relevant."""
    if value == "":
        return _MISSING if rule.required is not None and rule.required(*args) else ()
    if rule.checked and wrong_type(rule.kind, rule.type, value):
        return _MISTYPED
    if (rule.allowed is not None or rule.lookup) and not _is_choice(rule, value, args):
        return _MISTYPED
    found: tuple[tuple[str, Severity], ...] = ()
    if rule.constraint is not None and not rule.constraint(*args):
        found = (("constraint", Severity.ERROR),)
    if rule.warning is not None and not rule.warning(*args):
        found = (*found, ("warning", Severity.WARNING))
    return found


def _is_choice(rule: _Rule, value: str, args: tuple[Any, ...]) -> bool:
    if rule.allowed is not None:
        return value in rule.allowed if rule.kind in _ONE else rule.allowed.issuperset(value.split())
    wanted = tuple(code(*args) for code in rule.wanted)
    lists: _Lists = args[4]
    return all(lists.admits(rule, one, wanted) for one in ([value] if rule.kind in _ONE else value.split()))


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
