"""Dates and times: today, now, date, format-date, decimal-date-time. Dates are ISO texts, in the office's zone."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

from sidumba_field.core.xforms.functions.registry import odk
from sidumba_field.core.xforms.values import (
    RUNTIME,
    days,
    moment_text,
    parse_date,
    parse_datetime,
    to_moment,
    to_number,
    to_text,
    unpack,
)

MONTHS = {
    "id": (
        "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember".split(),
        "Jan Feb Mar Apr Mei Jun Jul Agu Sep Okt Nov Des".split(),
        "Min Sen Sel Rab Kam Jum Sab".split(),
    ),
    "en": (
        "January February March April May June July August September October November December".split(),
        "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(),
        "Sun Mon Tue Wed Thu Fri Sat".split(),
    ),
}


@odk("today")
def today(_ctx: Any) -> str:
    return RUNTIME.get().now().date().isoformat()


@odk("now")
def now(_ctx: Any) -> str:
    return moment_text(RUNTIME.get().now())


@odk("date")
def date_(_ctx: Any, value: Any) -> str:
    """Return the ISO date of a date, a date-time or a number of days; "" of anything else."""
    at = to_moment(value)
    return "" if at is None else at.date().isoformat()


@odk("date-time")
def date_time(_ctx: Any, value: Any) -> str:
    at = to_moment(value)
    return "" if at is None else moment_text(at)


@odk("decimal-date-time")
def decimal_date_time(_ctx: Any, value: Any) -> float:
    """Return days since 1970-01-01 UTC with the time as a fraction; a bare date counts from the office's midnight."""
    found = unpack(value)
    if isinstance(found, str) and (day := parse_date(found.strip())) is not None:
        at = datetime(day.year, day.month, day.day, tzinfo=RUNTIME.get().zone)
        return (at - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(days=1)
    return days(found) if isinstance(found, str) else to_number(found)


@odk("decimal-time")
def decimal_time(_ctx: Any, value: Any) -> float:
    text = to_text(value)
    at = parse_datetime(text if "T" in text else f"1970-01-01T{text}")
    if at is None:
        return math.nan
    local = at.astimezone(RUNTIME.get().zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return (local - midnight) / timedelta(days=1)


@odk("format-date", "format-date-time")
def format_date(_ctx: Any, value: Any, pattern: Any) -> str:
    """Write a moment by ODK's letters: %Y %y %m %n %b %B %d %e %H %h %M %S %3 %a. "" of what is no date."""
    at = to_moment(value)
    return "" if at is None else spell(at, to_text(pattern), RUNTIME.get().language)


def spell(at: datetime, pattern: str, language: str) -> str:
    """Return ``at`` written by ``pattern``; names of months in ``language``, English as in other
    ODK tools when we do not speak it (%B is ours)."""
    full, short, weekdays = MONTHS.get(language, MONTHS["en"])
    letters = {
        "Y": f"{at.year:04d}",
        "y": f"{at.year % 100:02d}",
        "m": f"{at.month:02d}",
        "n": str(at.month),
        "b": short[at.month - 1],
        "B": full[at.month - 1],
        "d": f"{at.day:02d}",
        "e": str(at.day),
        "H": f"{at.hour:02d}",
        "h": str(at.hour),
        "M": f"{at.minute:02d}",
        "S": f"{at.second:02d}",
        "3": f"{at.microsecond // 1000:03d}",
        "a": weekdays[(at.weekday() + 1) % 7],
        "%": "%",
    }
    out, at_index = [], 0
    while at_index < len(pattern):
        char = pattern[at_index]
        if char == "%" and at_index + 1 < len(pattern):
            at_index += 1
            char = letters.get(pattern[at_index], "%" + pattern[at_index])
        out.append(char)
        at_index += 1
    return "".join(out)
