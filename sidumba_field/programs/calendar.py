"""When the office works: [calendar] of program.toml and its list of holidays, as the clocks of the SOP need them."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, tzinfo
from itertools import pairwise

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.workflow.clocks import WorkCalendar
from sidumba_field.programs.toml import Table

DAYS = ("senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "minggu")
#: Kinds of days off: national holidays, and the days of leave the government declares beside them.
KINDS = ("nasional", "cuti_bersama")
_SPAN = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")
_PLAIN = dict.fromkeys(range(5), ((8 * 60, 16 * 60),))
Hours = tuple[tuple[int, int], ...]


def read_hours(table: Table) -> dict[int, Hours]:
    """Return office hours by weekday; without any, Monday to Friday from eight to four.

    Raises ``program.bad_value`` for a span that is none, or for spans out of order.
    """
    hours = table.table("hours", needed=False)
    hours.only(*DAYS)
    if not hours.data:
        return dict(_PLAIN)
    return {number: _spans(hours, day) for number, day in enumerate(DAYS) if day in hours.data}


def _spans(table: Table, day: str) -> Hours:
    spans: list[tuple[int, int]] = []
    for text in table.texts(day):
        found = _SPAN.fullmatch(text)
        if found is None:
            raise table.wrong(day, text)
        h1, m1, h2, m2 = (int(part) for part in found.groups())
        spans.append((h1 * 60 + m1, h2 * 60 + m2))
    bounds = [minute for span in spans for minute in span]
    if any(a >= b for a, b in pairwise(bounds)) or any(minute > 24 * 60 for minute in bounds):
        raise table.wrong(day, ", ".join(table.texts(day)))
    return tuple(spans)


def read_holidays(text: str, file: str) -> dict[date, str]:
    """Return day -> name from a CSV with the columns date, kind, name. Raises ``program.bad_value`` with the row."""
    found: dict[date, str] = {}
    for number, row in enumerate(csv.DictReader(io.StringIO(text)), start=2):
        try:
            day = date.fromisoformat(row.get("date") or "")
        except ValueError:
            raise _wrong(file, number, "date", row.get("date")) from None
        if row.get("kind") not in KINDS:
            raise _wrong(file, number, "kind", row.get("kind"))
        found[day] = row.get("name") or ""
    return found


def _wrong(file: str, row: int, column: str, value: object) -> SidumbaError:
    return SidumbaError(
        "program.bad_value", where=f"{file}, baris {row}", field=column, value=str(value or "")
    )


def work_calendar(table: Table, zone: tzinfo, holidays: str, file: str) -> WorkCalendar:
    """Return the calendar of an office. ``holidays``: the text of its list, "" when it names none."""
    return WorkCalendar(zone, read_hours(table), read_holidays(holidays, file) if holidays else {})
