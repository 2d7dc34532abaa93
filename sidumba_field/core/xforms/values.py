"""What XPath values are worth in the ODK dialect: to number, to text, to true or false, to a day.

Shapes: an XPath value is a float, a bool, a str, or a list of nodes (lxml elements, or str for attributes and text).
ODK differs from XPath 1.0 in two ways that matter: a text like "2026-11-20" counts as a number (days since 1970-01-01)
where numbers are compared or added, and a node on its own is true when it has a value, not when it exists.
"""

from __future__ import annotations

import math
import re
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sidumba_field.core.time import Clock

_NUMBER = re.compile(r"\s*-?(?:\d+(?:\.\d*)?|\.\d+)\s*\Z")
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})\Z")
_DATETIME = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})T(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6})\d*)?)?(Z|[+-]\d{2}(?::?\d{2})?)?\Z"
)
_EPOCH = date(1970, 1, 1).toordinal()
NAN = float("nan")


@dataclass(slots=True)
class Runtime:
    """What functions may know of the running interview. ``zone``: the office's; ``source`` answers for choices,
    lists and rows (choices.Choices); ``session``: words of the signed-in user, e.g. {"desa": "63.11.02.2005"}."""

    clock: Clock | None = None
    zone: tzinfo = UTC
    source: Any = None
    session: Mapping[str, str] = field(default_factory=dict)
    language: str = ""

    def now(self) -> datetime:
        if self.clock is None:
            raise ValueError("this expression needs a clock")
        return self.clock.now().astimezone(self.zone)


#: The interview that evaluates in this thread; functions read it because XPath itself has no place to hand it in.
RUNTIME: ContextVar[Runtime] = ContextVar("sidumba_xforms_runtime", default=Runtime())  # noqa: B039 - never changed


def node_text(node: Any) -> str:
    """Return the string-value of a node."""
    if isinstance(node, str):
        return node
    if len(node) == 0:
        return node.text or ""
    return "".join(node.itertext())


def unpack(value: Any) -> Any:
    """Return the value of the first node for a node-set ("" when it is empty); anything else as it is."""
    if isinstance(value, list):
        return node_text(value[0]) if value else ""
    return value


def number_text(value: float) -> str:
    """Return the shortest decimal text of a number, never with an exponent: 45000000, 0.5, NaN, Infinity."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == int(value):
        return str(int(value))
    text = repr(value)
    return f"{value:.20f}".rstrip("0") if "e" in text else text


def to_text(value: Any) -> str:
    """Return ``value`` as XPath string() does in this dialect."""
    value = unpack(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float | int):
        return number_text(float(value))
    return str(value)


def to_bool(value: Any) -> bool:
    """Return truth: a number that is neither 0 nor NaN, a text that is not empty, a node whose value is not empty."""
    value = unpack(value)
    if isinstance(value, str):
        return value != ""
    if isinstance(value, float):
        return not math.isnan(value) and value != 0
    return bool(value)


def to_number(value: Any) -> float:
    """Return a float: digits as digits, a date as days since 1970-01-01, anything else (and "") NaN."""
    value = unpack(value)
    if isinstance(value, str):
        if _NUMBER.match(value):
            return float(value)
        return days(value)
    return float(value)


def days(text: str) -> float:
    """Return days since 1970-01-01 of a date or date-time text (a part of a day as fraction, UTC), else NaN."""
    text = text.strip()
    found = parse_date(text)
    if found is not None:
        return float(found.toordinal() - _EPOCH)
    moment = parse_datetime(text)
    if moment is None:
        return NAN
    return (moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(days=1)


def parse_date(text: str) -> date | None:
    """Return the date written as YYYY-MM-DD, or None for any other text and for days that do not exist."""
    match = _DATE.match(text)
    if match is None:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None


def parse_datetime(text: str) -> datetime | None:
    """Return the aware moment of an ISO 8601 date-time (no zone written = the office's zone), or None."""
    match = _DATETIME.match(text.strip())
    if match is None:
        return None
    year, month, day, hour, minute = (int(match[n]) for n in range(1, 6))
    micro = int((match[7] or "0").ljust(6, "0"))
    try:
        return datetime(year, month, day, hour, minute, int(match[6] or 0), micro, _zone(match[8]))
    except ValueError:
        return None


def _zone(text: str | None) -> tzinfo:
    if not text:
        return RUNTIME.get().zone
    if text == "Z":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)


def to_moment(value: Any) -> datetime | None:
    """Return the local moment of a date, a date-time or a number of days; None when it is none of them."""
    value = unpack(value)
    zone = RUNTIME.get().zone
    if isinstance(value, str):
        day = parse_date(value.strip())
        if day is not None:
            return datetime.combine(day, time(), zone)
        at = parse_datetime(value)
        if at is not None:
            return at.astimezone(zone)
        value = to_number(value)
    if isinstance(value, bool) or math.isnan(value) or math.isinf(value) or abs(value) > 2_900_000:
        return None
    whole = math.floor(value)
    day = date.fromordinal(whole + _EPOCH) if 0 < whole + _EPOCH <= date.max.toordinal() else None
    if day is None:
        return None
    if value == whole:
        return datetime.combine(day, time(), zone)
    seconds = round((value - whole) * 86_400_000) / 1000
    return (datetime.combine(day, time(), UTC) + timedelta(seconds=seconds)).astimezone(zone)


def moment_text(at: datetime) -> str:
    """Return ``2026-11-20T09:41:12.345+08:00``."""
    return at.isoformat(timespec="milliseconds")
