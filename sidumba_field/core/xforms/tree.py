"""The tree of an XPath expression: small frozen values, and the walk through them.

libxml2 evaluates our expressions, but it tells nobody what an expression reads. This tree does: emit.py rewrites it
for libxml2, refs.py collects what it depends on, itemset.py recognises filters over external lists.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Num:
    """A number as written."""

    text: str


@dataclass(frozen=True, slots=True)
class Str:
    """A string without its quotes."""

    value: str


@dataclass(frozen=True, slots=True)
class Var:
    """``$name``."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function call."""

    name: str
    args: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Bin:
    """An operator between two expressions; ``op`` as written (``and``, ``<=``, ``|`` ...)."""

    op: str
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Neg:
    """Unary minus."""

    of: Expr


@dataclass(frozen=True, slots=True)
class Step:
    """One location step, unabbreviated: ``..`` is parent::node(), ``//`` is descendant-or-self::node()."""

    axis: str
    test: str
    preds: tuple[Expr, ...] = ()


@dataclass(frozen=True, slots=True)
class Path:
    """A location path. ``start``: "/" absolute, "" relative, or an expression whose nodes the steps go on from."""

    start: str | Expr
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Filter:
    """A primary expression with predicates: ``(expr)[1]``."""

    of: Expr
    preds: tuple[Expr, ...]


Expr = Num | Str | Var | Call | Bin | Neg | Path | Filter


def children(node: Expr) -> Iterator[Expr]:
    """Yield the expressions directly inside ``node``, predicates included."""
    match node:
        case Call(args=args):
            yield from args
        case Bin(left=left, right=right):
            yield left
            yield right
        case Neg(of=inner):
            yield inner
        case Filter(of=inner, preds=preds):
            yield inner
            yield from preds
        case Path(start=start, steps=steps):
            if not isinstance(start, str):
                yield start
            for step in steps:
                yield from step.preds
        case _:
            return
