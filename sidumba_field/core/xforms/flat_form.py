"""Writes one Python function that judges a whole record: every step and rule of a form, with no call between them.

``flat.py`` writes the expressions; here they are put into the order of the form. The function reads and writes plain
mappings: ``t`` answers outside rows, ``R`` repeat -> answers of its rows (under a number: whether a node of the row is
off), ``P`` repeat -> paths of those rows, ``f`` the record as given (its meta fields), ``k`` values of the day, ``s``
the form's lists. It returns the faults.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sidumba_field.core.xforms.choices import row_test
from sidumba_field.core.xforms.definition import FormDefinition
from sidumba_field.core.xforms.expression import Expression
from sidumba_field.core.xforms.flat import Shape, Untranslatable, text_code, truth_code, value_code
from sidumba_field.core.xforms.flat_values import NAMES, no_date, no_decimal, no_int
from sidumba_field.core.xforms.itemset import ItemFilter, RowTest
from sidumba_field.core.xforms.judge import CHECKED_TYPES, wrong_type
from sidumba_field.core.xforms.parts import Question, Repeat
from sidumba_field.core.xforms.refs import Names, Scope
from sidumba_field.core.xforms.violations import Severity

_CHOSEN = frozenset({"select_one", "select_multiple", "lookup", "rank"})
_ONE = frozenset({"select_one", "lookup"})
#: Types whose spelling is looked at without a further question.
_QUICK = {"int": "no_int", "decimal": "no_decimal", "date": "no_date"}


@dataclass(frozen=True, slots=True)
class Fault:
    """A violation without its sentence."""

    path: str
    kind: str
    severity: Severity


@dataclass(frozen=True, slots=True)
class Listed:
    """A question whose answers stand in a list outside the form, and which rows of it are choices."""

    key: str
    lookup: str
    rows: ItemFilter | None
    rest: RowTest | None


def form_function(definition: FormDefinition, shape: Shape) -> Callable[..., list[Fault]]:
    """Return the function of a form; raise ``Untranslatable`` for what flat answers cannot say."""
    return _Composer(definition, shape).function()


class _Composer:
    def __init__(self, definition: FormDefinition, shape: Shape) -> None:
        self.form, self.shape = definition, shape
        self.types = {names: bind.type for names, bind in definition.binds.items()}
        with_relevance = [names for names, bind in definition.binds.items() if bind.relevant is not None]
        self.gates = {names: at for at, names in enumerate(with_relevance)}
        self.words: dict[str, Any] = {
            **NAMES,
            "Fault": Fault,
            "ERROR": Severity.ERROR,
            "WARNING": Severity.WARNING,
            "no_date": no_date,
            "no_decimal": no_decimal,
            "no_int": no_int,
            "wrong_type": wrong_type,
            "zip": zip,
        }
        self.lines: list[str] = []

    def function(self) -> Callable[..., list[Fault]]:
        top = [at for names, at in self.gates.items() if self.repeat_of(names) is None]
        self.lines = ["def judged(t, R, P, f, k, s):", " out = []"]
        self.lines += [f" g{at} = False" for at in top]
        for names in self.form.graph.order:
            self.step(names)
        inside: Names | None = None
        for names in self.form.judged:
            repeat = self.repeat_of(names)
            if repeat is not None and repeat != inside:
                name = repr("/".join(repeat))
                self.lines.append(f" for r, p in zip(R[{name}], P[{name}]):")
            inside = repeat
            self.rule(names, repeat)
        for limited in self.form.repeats.values():
            self.limit(limited)
        self.lines.append(" return out")
        scope = {**self.words, **self.shape.constants}
        exec("\n".join(self.lines), scope)  # noqa: S102 - our own code, literals quoted
        found: Callable[..., list[Fault]] = scope["judged"]
        return found

    # -- places --------------------------------------------------------------------------------------------------

    def repeat_of(self, names: Names) -> Names | None:
        return next((one for one in self.shape.rows if names[: len(one)] == one), None)

    def scope(self, names: Names) -> Scope:
        form = self.form
        return Scope(form.root, names, frozenset(form.below), self.types, form.external)

    def truth(self, expression: Expression, names: Names) -> str:
        return truth_code(expression.tree, self.scope(names), self.shape)

    def is_on(self, names: Names) -> str:
        """Write whether a node and all above it are relevant, "" when nothing decides on that."""
        repeat = self.repeat_of(names)
        tests = []
        for depth in range(1, len(names) + 1):
            at = self.gates.get(names[:depth])
            if at is not None:
                in_row = repeat is not None and depth >= len(repeat)
                tests.append(f"r.get({at})" if in_row else f"g{at}")
        return f"not ({' or '.join(tests)})" if tests else ""

    def name(self, value: object) -> str:
        """Return a word for something the code needs and cannot spell."""
        return self.shape.constant(value)

    # -- steps ---------------------------------------------------------------------------------------------------

    def step(self, names: Names) -> None:
        """Write one node being worked out: whether it is relevant, and what it calculates."""
        bind, repeat = self.form.binds[names], self.repeat_of(names)
        indent = " "
        if repeat is not None:
            self.lines.append(f" for r in R[{'/'.join(repeat)!r}]:")
            indent = "  "
        has_code = False
        if bind.relevant is not None:
            at = self.gates[names]
            gate = f"g{at}" if repeat is None else f"r[{at}]"
            self.lines.append(f"{indent}{gate} = not ({self.truth(bind.relevant, names)})")
            self.lines += [f"{indent}if {gate}:", *(f"{indent} {one}" for one in self.blanks(names, repeat))]
            has_code = True
        home = self.shape.top if repeat is None else self.shape.rows[repeat]
        if bind.calculate is not None and names in home:
            code = text_code(bind.calculate.tree, self.scope(names), self.shape, bind.type)
            is_on = self.is_on(names)
            target = f"{'t' if repeat is None else 'r'}[{'/'.join(names)!r}]"
            self.lines.append(f"{indent}if {is_on or 'True'}: {target} = {code}")
            has_code = True
        if not has_code:
            self.lines.append(f"{indent}pass")

    def blanks(self, names: Names, repeat: Names | None) -> Iterable[str]:
        """Write that every answer at or below a node goes: what is not relevant holds nothing."""
        home = self.shape.top if repeat is None else self.shape.rows[repeat]
        mine = _blank(one for one in home if one[: len(names)] == names)
        yield f"{'t' if repeat is None else 'r'}.update({self.name(mine)})"
        if repeat is None:
            for one, leaves in self.shape.rows.items():
                if one[: len(names)] == names:
                    yield f"for q in R[{'/'.join(one)!r}]: q.update({self.name(_blank(leaves))})"

    # -- rules ---------------------------------------------------------------------------------------------------

    def rule(self, names: Names, repeat: Names | None) -> None:
        """Write one answer being judged. What is answered is relevant: what is not was made blank before."""
        bind, question = self.form.binds[names], self.form.judged[names]
        indent, where = (" ", "t") if repeat is None else ("  ", "r")
        wrong = self.wrong(names, question, bind.type)
        further = []
        if bind.constraint is not None:
            test = f"if not ({self.truth(bind.constraint, names)}): "
            further.append(test + self.fault(names, repeat, "constraint", "ERROR"))
        if bind.warning is not None:
            test = f"if not ({self.truth(bind.warning, names)}): "
            further.append(test + self.fault(names, repeat, "warning", "WARNING"))
        missing = ""
        if bind.required is not None and question.kind not in ("note", "calculate"):
            missing = self.missing(names, repeat, bind.required, question)
        self.lines.append(f"{indent}v = {where}[{'/'.join(names)!r}]")
        self.lines.append(f"{indent}if v:")
        if wrong:
            self.lines.append(f"{indent} if {wrong}: {self.fault(names, repeat, 'type', 'ERROR')}")
            if further:
                self.lines.append(f"{indent} else:")
        self.lines += [f"{indent}  {one}" if wrong else f"{indent} {one}" for one in further]
        if not wrong and not further:
            self.lines.append(f"{indent} pass")
        if missing:
            self.lines.append(f"{indent}elif {missing}: {self.fault(names, repeat, 'required', 'ERROR')}")

    def missing(self, names: Names, repeat: Names | None, required: Expression, question: Question) -> str:
        tests = [self.is_on(names), f"({self.truth(required, names)})"]
        if question.sf.get("refusable") == "yes":
            tests.append(f"not f.get('@why/' + {self.path(names, repeat)})")
        return " and ".join(one for one in tests if one)

    def wrong(self, names: Names, question: Question, type_: str) -> str:
        """Write whether an answer is none of its type or none of its choices, "" when any answer will do."""
        tests = []
        if type_ in CHECKED_TYPES or question.kind in CHECKED_TYPES:
            quick = _QUICK.get(type_)
            tests.append(f"{quick}(v)" if quick else f"wrong_type({question.kind!r}, {type_!r}, v)")
        itemset = self.form.itemsets.get(names)
        if itemset is not None and itemset.lookup is None:
            raise Untranslatable
        if question.kind in _CHOSEN:
            if itemset is None:
                allowed = self.name(self.form.values.get(question.path, frozenset()))
                is_right = f"v in {allowed}" if question.kind in _ONE else f"{allowed}.issuperset(v.split())"
                tests.append(f"not {is_right}" if question.kind not in _ONE else f"v not in {allowed}")
            else:
                tests.append(
                    self.foreign(names, question, itemset.rows, itemset.values, itemset.lookup or "")
                )
        return " or ".join(tests)

    def foreign(
        self,
        names: Names,
        question: Question,
        rows: ItemFilter | None,
        values: Iterable[Expression],
        lookup: str,
    ) -> str:
        """Write whether an answer is not among the rows of a list that the choice filter lets through."""
        listed = Listed("/".join(names), lookup, rows, row_test(rows) if rows is not None else None)
        wanted = "".join(f"{value_code(one.tree, self.scope(names), self.shape)}, " for one in values)
        chosen = "(v, )" if question.kind in _ONE else "v.split()"
        return f"not s.admits({self.name(listed)}, {chosen}, ({wanted}))"

    def path(self, names: Names, repeat: Names | None) -> str:
        if repeat is None:
            return repr("/".join(names))
        return f"p + {'/' + '/'.join(names[len(repeat) :])!r}" if len(names) > len(repeat) else "p"

    def fault(self, names: Names, repeat: Names | None, kind: str, severity: str) -> str:
        return f"out.append(Fault({self.path(names, repeat)}, {kind!r}, {severity}))"

    def limit(self, repeat: Repeat) -> None:
        """Write how many rows a repeat may have, while what it stands in is relevant."""
        names = tuple(repeat.path.split("/"))
        count = f"len(R[{repeat.path!r}])"
        gates = [f"g{at}" for n in range(1, len(names)) if (at := self.gates.get(names[:n])) is not None]
        outside = f"not ({' or '.join(gates)}) and " if gates else ""
        path = repr(repeat.path)
        if repeat.max_rows:
            self.lines.append(
                f" if {outside}{count} > {repeat.max_rows}: out.append(Fault({path}, 'constraint', ERROR))"
            )
        test = f"{count} < {repeat.min_rows}"
        if repeat.max_rows:
            test += f" and {count} <= {repeat.max_rows}"
        self.lines.append(f" if {outside}{test}: out.append(Fault({path}, 'required', ERROR))")


def _blank(leaves: Iterable[Names]) -> dict[str, str]:
    return dict.fromkeys(("/".join(one) for one in leaves), "")
