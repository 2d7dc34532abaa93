"""Recognises filters over a list (``level = 3 and starts-with(code, concat(${kab}, '.'))``); makes queries of them.

A filter is split at its ``and``s. Parts of the forms ``column = value``, ``starts-with(column, value)`` and
``string-length(column) = value`` go to the list's index; whatever else remains is asked row by row (correct, slower).
Everything in the filter that does not look at the row is computed once, before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sidumba_field.core.xforms.lookup import LookupQuery
from sidumba_field.core.xforms.refs import is_current
from sidumba_field.core.xforms.tree import Bin, Call, Expr, Filter, Neg, Path, Step, Var, children
from sidumba_field.core.xforms.values import to_text

RowTest = Callable[[Mapping[str, str], tuple[Any, ...]], bool]


@dataclass(frozen=True, slots=True)
class Part:
    """One indexed part: ``kind`` is equals, prefix or length; ``value`` is the place of its value in ``values``."""

    kind: str
    column: str
    value: int


@dataclass(frozen=True, slots=True)
class ItemFilter:
    """A filter over list ``name``: indexed parts, the values they compare with, the remainder as an expression in
    which values stand as variables $v0, $v1 ... (None: nothing remains)."""

    name: str
    parts: tuple[Part, ...]
    values: tuple[Expr, ...]
    rest: Expr | None
    source: tuple[Expr, ...]


def recognise(name: str, preds: tuple[Expr, ...]) -> ItemFilter:
    """Return the filter that the predicates of ``instance(name)/root/item`` ask for."""
    values: list[Expr] = []
    parts: list[Part] = []
    rest: Expr | None = None
    for conjunct in [one for pred in preds for one in _conjuncts(pred)]:
        part = _part(conjunct, values)
        if part is not None:
            parts.append(part)
            continue
        hoisted = _hoist(conjunct, values)
        rest = hoisted if rest is None else Bin("and", rest, hoisted)
    return ItemFilter(name, tuple(parts), tuple(values), rest, preds)


def query(rows: ItemFilter, values: tuple[Any, ...], rest: RowTest | None) -> LookupQuery:
    """Return the query for these computed values; ``rest`` is the compiled remainder."""
    equals: dict[str, str | float] = {}
    prefixes: dict[str, str] = {}
    lengths: dict[str, int] = {}
    impossible = False
    for part in rows.parts:
        value = values[part.value]
        if part.kind == "equals":
            wanted = value if isinstance(value, float) else to_text(value)
            impossible = impossible or equals.get(part.column, wanted) != wanted
            equals[part.column] = wanted
        elif part.kind == "prefix":
            text, known = to_text(value), prefixes.get(part.column, "")
            impossible = impossible or not (text.startswith(known) or known.startswith(text))
            prefixes[part.column] = max(text, known, key=len)
        else:
            length = int(value) if isinstance(value, float) and value == value else -1
            impossible = impossible or lengths.get(part.column, length) != length
            lengths[part.column] = length
    accept = None if rest is None else (lambda row: rest(row, values))
    return LookupQuery(equals, prefixes, lengths, accept, impossible)


def _conjuncts(node: Expr) -> list[Expr]:
    if isinstance(node, Bin) and node.op == "and":
        return [*_conjuncts(node.left), *_conjuncts(node.right)]
    return [node]


def _column(node: Expr) -> str | None:
    if isinstance(node, Path) and node.start == "" and len(node.steps) == 1:
        step = node.steps[0]
        if step.axis == "child" and not step.preds and step.test != "*" and "(" not in step.test:
            return step.test
    return None


def _part(node: Expr, values: list[Expr]) -> Part | None:
    if isinstance(node, Call) and node.name == "starts-with" and len(node.args) == 2:
        column = _column(node.args[0])
        if column is not None and not looks_at_row(node.args[1]):
            return Part("prefix", column, _keep(node.args[1], values))
    if not (isinstance(node, Bin) and node.op == "="):
        return None
    for left, right in ((node.left, node.right), (node.right, node.left)):
        if looks_at_row(right):
            continue
        column = _column(left)
        if column is not None:
            return Part("equals", column, _keep(right, values))
        if isinstance(left, Call) and left.name == "string-length" and len(left.args) == 1:
            column = _column(left.args[0])
            if column is not None:
                return Part("length", column, _keep(right, values))
    return None


def looks_at_row(node: Expr) -> bool:
    """Tell whether ``node`` depends on the row it is asked for: a relative path, or position() and last()."""
    if isinstance(node, Path) and node.start == "":
        return True
    if isinstance(node, Path) and (node.start == "/" or is_current(node)):
        return False
    if isinstance(node, Call) and node.name in ("position", "last") and not node.args:
        return True
    return any(looks_at_row(child) for child in children(node))


def _keep(node: Expr, values: list[Expr]) -> int:
    values.append(node)
    return len(values) - 1


def _hoist(node: Expr, values: list[Expr]) -> Expr:
    """Return ``node`` with every part that does not look at the row replaced by a variable."""
    if not looks_at_row(node):
        return Var(f"v{_keep(node, values)}")
    match node:
        case Call(name=name, args=args):
            return Call(name, tuple(_hoist(arg, values) for arg in args))
        case Bin(op=op, left=left, right=right):
            return Bin(op, _hoist(left, values), _hoist(right, values))
        case Neg(of=inner):
            return Neg(_hoist(inner, values))
        case Filter(of=inner, preds=preds):
            return Filter(_hoist(inner, values), tuple(_hoist(pred, values) for pred in preds))
        case Path(start=start, steps=steps):
            return Path(
                start, tuple(Step(s.axis, s.test, tuple(_hoist(p, values) for p in s.preds)) for s in steps)
            )
        case _:
            return node
