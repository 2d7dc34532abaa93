"""Text: string, concat over node-sets, join, regex, substr, ends-with."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterable
from typing import Any

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.xforms.functions.registry import odk
from sidumba_field.core.xforms.values import node_text, to_number, to_text


def texts(args: Iterable[Any]) -> list[str]:
    """Return all arguments as text, node-sets spread out in document order."""
    found: list[str] = []
    for arg in args:
        if isinstance(arg, list):
            found.extend(node_text(node) for node in arg)
        else:
            found.append(to_text(arg))
    return found


@odk("string")
def string(ctx: Any, value: Any = None) -> str:
    return to_text([ctx.context_node] if value is None else value)


@odk("concat")
def concat(_ctx: Any, *args: Any) -> str:
    return "".join(texts(args))


@odk("join")
def join(_ctx: Any, separator: Any, *args: Any) -> str:
    return to_text(separator).join(texts(args))


@functools.lru_cache(maxsize=512)
def pattern(text: str) -> re.Pattern[str]:
    """Return the compiled pattern; raise SidumbaError form.bad_expression for what is none."""
    try:
        return re.compile(text)
    except re.error as error:
        raise SidumbaError("form.bad_expression", expression=text, reason=str(error)) from error


@odk("regex")
def regex(_ctx: Any, value: Any, wanted: Any) -> bool:
    """Tell whether the pattern matches the whole text (JavaRosa's reading)."""
    return pattern(to_text(wanted)).fullmatch(to_text(value)) is not None


@odk("substr")
def substr(_ctx: Any, value: Any, start: Any, end: Any = None) -> str:
    """Cut from ``start`` to before ``end``, counted from 0; negative counts from the end."""
    text, first = to_text(value), to_number(start)
    last = float(len(text)) if end is None else to_number(end)
    if math.isnan(first) or math.isnan(last):
        return ""
    a, b = int(first), int(last)
    a = max(0, len(text) + a if a < 0 else a)
    b = max(0, len(text) + b if b < 0 else b)
    return text[a:b]


@odk("ends-with")
def ends_with(_ctx: Any, value: Any, end: Any) -> bool:
    return to_text(value).endswith(to_text(end))


@odk("upper-case")
def upper_case(_ctx: Any, value: Any) -> str:
    return to_text(value).upper()


@odk("lower-case")
def lower_case(_ctx: Any, value: Any) -> str:
    return to_text(value).lower()
