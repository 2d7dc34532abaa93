"""Numbers: number, int, round with places, min, max, sum over answered nodes, powers and angles."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Any

from sidumba_field.core.xforms.functions.registry import odk
from sidumba_field.core.xforms.values import NAN, node_text, to_number


@odk("number")
def number(ctx: Any, value: Any = None) -> float:
    return to_number([ctx.context_node] if value is None else value)


@odk("sf-num")
def num(_ctx: Any, value: Any) -> float:
    return to_number(value)


@odk("int")
def int_(_ctx: Any, value: Any) -> float:
    """Cut towards zero."""
    found = to_number(value)
    return float(int(found)) if math.isfinite(found) else found


@odk("round")
def round_(_ctx: Any, value: Any, places: Any = 0.0) -> float:
    """Round half away from zero in decimal, so 1.005 to 2 places is what a bookkeeper expects; places may be < 0."""
    found, digits = to_number(value), to_number(places)
    if not math.isfinite(found) or not math.isfinite(digits):
        return found
    unit = Decimal(1).scaleb(-int(digits))
    exact = Decimal(repr(found))
    if int(digits) == 0 and found < 0 and exact % 1 == Decimal("-0.5"):
        return float(exact.quantize(unit, ROUND_DOWN))
    return float((exact / unit).quantize(Decimal(1), ROUND_HALF_UP) * unit)


def answered(args: Iterable[Any]) -> list[float]:
    """Return the numbers of all arguments, node-sets spread out, unanswered nodes left out."""
    found: list[float] = []
    for arg in args:
        if isinstance(arg, list):
            found.extend(to_number(text) for text in map(node_text, arg) if text != "")
        else:
            found.append(to_number(arg))
    return found


@odk("sum")
def sum_(_ctx: Any, nodes: Any) -> float:
    """Add what is answered: a row without a price yet does not make the total NaN."""
    return float(sum(answered((nodes,))))


@odk("min")
def min_(_ctx: Any, *args: Any) -> float:
    found = answered(args)
    return NAN if not found or any(math.isnan(value) for value in found) else min(found)


@odk("max")
def max_(_ctx: Any, *args: Any) -> float:
    found = answered(args)
    return NAN if not found or any(math.isnan(value) for value in found) else max(found)


@odk("pow")
def pow_(_ctx: Any, base: Any, exponent: Any) -> float:
    try:
        result = to_number(base) ** to_number(exponent)
    except (OverflowError, ZeroDivisionError):
        return math.inf
    return NAN if isinstance(result, complex) else float(result)


@odk("abs")
def abs_(_ctx: Any, value: Any) -> float:
    return abs(to_number(value))


@odk("pi")
def pi(_ctx: Any) -> float:
    return math.pi


@odk("atan2")
def atan2(_ctx: Any, y: Any, x: Any) -> float:
    return math.atan2(to_number(y), to_number(x))


def _real(name: str, formula: Callable[[float], float]) -> None:
    def apply(_ctx: Any, value: Any) -> float:
        try:
            return formula(to_number(value))
        except OverflowError:
            return math.inf
        except ValueError:
            return -math.inf if name.startswith("log") and to_number(value) == 0 else NAN

    odk(name)(apply)


for _name, _formula in {
    "sqrt": math.sqrt,
    "exp": math.exp,
    "exp10": lambda x: 10.0**x,
    "log": math.log,
    "log10": math.log10,
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "asin": math.asin,
    "acos": math.acos,
    "atan": math.atan,
}.items():
    _real(_name, _formula)
