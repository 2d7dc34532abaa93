"""Choosing and comparing: if, coalesce, once, boolean, and the comparisons that understand dates."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from sidumba_field.core.xforms.functions.registry import odk
from sidumba_field.core.xforms.values import node_text, to_bool, to_number, to_text, unpack


@odk("if")
def if_(_ctx: Any, condition: Any, yes: Any, no: Any) -> Any:
    return yes if to_bool(condition) else no


@odk("coalesce")
def coalesce(_ctx: Any, *values: Any) -> Any:
    for value in values:
        if to_text(value) != "":
            return unpack(value)
    return ""


@odk("once")
def once(ctx: Any, value: Any) -> Any:
    """Return what already stands in this question, or ``value`` while it is empty."""
    here = node_text(ctx.context_node)
    return here if here else unpack(value)


@odk("boolean")
def boolean(_ctx: Any, value: Any) -> bool:
    return bool(value) if isinstance(value, list) else to_bool(value)


@odk("sf-bool")
def truth(_ctx: Any, value: Any) -> bool:
    return to_bool(value)


@odk("boolean-from-string")
def boolean_from_string(_ctx: Any, value: Any) -> bool:
    return to_text(value).lower() in ("true", "1")


@odk("true-or-false")
def true_or_false(_ctx: Any, value: Any) -> str:
    return "true" if to_bool(value) else "false"


def _many(value: Any) -> list[Any]:
    return [node_text(node) for node in value] if isinstance(value, list) else [value]


def _relation(name: str, test: Callable[[float, float], bool]) -> None:
    """Register a comparison: true when any pair of the two sides satisfies it (XPath 1.0, 3.4)."""

    def compare(_ctx: Any, left: Any, right: Any) -> bool:
        rights = [to_number(value) for value in _many(right)]
        return any(test(to_number(value), other) for value in _many(left) for other in rights)

    odk(name)(compare)


_relation("sf-lt", operator.lt)
_relation("sf-le", operator.le)
_relation("sf-gt", operator.gt)
_relation("sf-ge", operator.ge)


def same(left: Any, right: Any) -> bool:
    """Tell whether two single values are equal: by truth, by text, or by number and day."""
    if isinstance(left, bool) or isinstance(right, bool):
        return to_bool(left) == to_bool(right)
    if isinstance(left, str) and isinstance(right, str) and left == right:
        return True
    return to_number(left) == to_number(right)


@odk("sf-eq")
def equal(_ctx: Any, left: Any, right: Any) -> bool:
    """Compare by number where both sides are numbers or dates, else by text."""
    rights = _many(right)
    return any(same(value, other) for value in _many(left) for other in rights)


@odk("sf-ne")
def unequal(_ctx: Any, left: Any, right: Any) -> bool:
    rights = _many(right)
    return any(not same(value, other) for value in _many(left) for other in rights)
