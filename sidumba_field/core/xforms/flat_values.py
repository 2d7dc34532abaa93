"""What libxml2's own operators and functions do, said in Python: the words that flat.py's code may use.

Where libxml2 has a peculiar way (reading and writing numbers), it is asked itself.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import Any

from lxml import etree

from sidumba_field.core.xforms.functions.logic import same
from sidumba_field.core.xforms.functions.registry import REGISTRY
from sidumba_field.core.xforms.functions.strings import pattern
from sidumba_field.core.xforms.judge import wrong_type
from sidumba_field.core.xforms.recompute import computed
from sidumba_field.core.xforms.values import (
    NAN,
    number_text,
    parse_date,
    parse_datetime,
    to_bool,
    to_number,
    to_text,
    unpack,
)

_ANYWHERE = etree.Element("x")
_NUMBER, _STRING = etree.XPath("number($v)"), etree.XPath("string($v)", smart_strings=False)
_SPACE = re.compile("[ \t\r\n]+")
#: Digits that a float holds exactly, however they are read.
_EXACT = 15
#: Answers read before: one is looked at several times in its record, and neighbours answer alike.
_READ = 8192


@lru_cache(maxsize=_READ)
def xnumber(text: str) -> float:
    """XPath number() of a text."""
    if len(text) <= _EXACT and text.isascii() and text.isdigit():
        return float(text)
    if text == "":
        return NAN
    found: Any = _NUMBER(_ANYWHERE, v=text)
    return float(found)


def number_of(text: str) -> float:
    """``to_number`` of a text."""
    found = _number_of(text)
    return to_number(text) if found is None else found


@lru_cache(maxsize=_READ)
def _number_of(text: str) -> float | None:
    """Return the number of a text, None for one that the office's zone has a say in."""
    return None if parse_datetime(text) is not None else to_number(text)


@lru_cache(maxsize=_READ)
def no_date(text: str) -> bool:
    """Tell whether a text is no answer of type date."""
    return parse_date(text) is None


@lru_cache(maxsize=_READ)
def no_int(text: str) -> bool:
    """Tell whether a text is no answer of type int."""
    return wrong_type("", "int", text) is not None


@lru_cache(maxsize=_READ)
def no_decimal(text: str) -> bool:
    """Tell whether a text is no answer of type decimal."""
    return wrong_type("", "decimal", text) is not None


def xstring(value: Any) -> str:
    """XPath string() of a value; node-sets are lists of texts."""
    if isinstance(value, list):
        return value[0] if value else ""
    return value if isinstance(value, str) else str(_STRING(_ANYWHERE, v=value))


def xbool(value: Any) -> bool:
    """XPath boolean() of a value: a node-set is true when it has a member, whatever stands in it."""
    if isinstance(value, float) and not isinstance(value, bool):
        return value != 0 and not math.isnan(value)
    return bool(value)


def xdiv(left: float, right: float) -> float:
    if right != 0:
        return left / right
    if left == 0 or math.isnan(left):
        return NAN
    return math.copysign(math.inf, left) * math.copysign(1.0, right)


def xmod(left: float, right: float) -> float:
    return NAN if right == 0 or math.isinf(left) else math.fmod(left, right)


def _pairs(left: Any, right: Any, wanted: bool) -> bool:
    """Compare as XPath 1.0 section 3.4 says: some pair of members satisfies the operator."""
    if isinstance(left, bool) or isinstance(right, bool):
        return (xbool(left) == xbool(right)) is wanted
    rights = right if isinstance(right, list) else [right]
    return any(
        _equal(one, other) is wanted
        for one in (left if isinstance(left, list) else [left])
        for other in rights
    )


def _equal(left: Any, right: Any) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return left == right
    return (xnumber(left) if isinstance(left, str) else left) == (
        xnumber(right) if isinstance(right, str) else right
    )


def xequal(left: Any, right: Any) -> bool:
    return _pairs(left, right, True)


def xunequal(left: Any, right: Any) -> bool:
    return _pairs(left, right, False)


def before(text: str, mark: str) -> str:
    return text.partition(mark)[0] if mark and mark in text else ""


def after(text: str, mark: str) -> str:
    return text.partition(mark)[2] if mark else text


def normal(text: str) -> str:
    return _SPACE.sub(" ", text).strip(" ")


def exchanged(text: str, letters: str, others: str) -> str:
    """XPath translate()."""
    return text.translate(exchange(letters, others))


@lru_cache(maxsize=256)
def exchange(letters: str, others: str) -> dict[int, str | None]:
    """Return the table by which XPath translate() exchanges letters."""
    table: dict[int, str | None] = {}
    for at, letter in enumerate(letters):
        table.setdefault(ord(letter), others[at] if at < len(others) else None)
    return table


def matches(text: str, wanted: str) -> bool:
    return pattern(wanted).fullmatch(text) is not None


NAMES: dict[str, Any] = {
    "__builtins__": {"float": float, "len": len, "True": True, "False": False},
    "F": REGISTRY,
    "after": after,
    "before": before,
    "computed": computed,
    "exchanged": exchanged,
    "matches": matches,
    "normal": normal,
    "number_of": number_of,
    "number_text": number_text,
    "same": same,
    "to_bool": to_bool,
    "to_number": to_number,
    "to_text": to_text,
    "unpack": unpack,
    "xbool": xbool,
    "xdiv": xdiv,
    "xequal": xequal,
    "xmod": xmod,
    "xnumber": xnumber,
    "xstring": xstring,
    "xunequal": xunequal,
}
