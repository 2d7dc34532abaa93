"""Reads program.toml [dashboard]; every mistake names its place."""

from __future__ import annotations

import re
from datetime import date

from sidumba_field.programs.dashboard import CONCERNS, TONES, Concern, Content, DashboardSpec, Share
from sidumba_field.programs.program import POSISI
from sidumba_field.programs.toml import Table

_DAY = re.compile(r"(\d\d)-(\d\d)\Z")
#: A leap year: 02-29 is a day in some periods.
_ANY_YEAR = 2028


def dashboard_of(table: Table) -> DashboardSpec:
    """Return what [dashboard] says; an empty table is a dashboard of plain counts.

    Raises SidumbaError program.bad_value.
    """
    table.only("id", "en", "deadline", "weeks", "targets", "shares", "concerns", "content")
    targets = table.table("targets", needed=False)
    return DashboardSpec(
        words={lang: table.text(lang) for lang in ("id", "en") if lang in table.data},
        deadline=_deadline(table),
        weeks=table.number("weeks", 10),
        targets={unit: targets.number(unit) for unit in targets.data},
        shares=tuple(_share(one) for one in table.tables("shares")),
        concerns=tuple(_concern(one) for one in table.tables("concerns")),
        content=tuple(_content(one) for one in table.tables("content")),
    )


def _deadline(table: Table) -> tuple[int, int] | None:
    written = table.text("deadline", "")
    if not written:
        return None
    found = _DAY.match(written)
    try:
        day = date(_ANY_YEAR, int(found[1]), int(found[2])) if found else None
    except ValueError:
        day = None
    if day is None:
        raise table.wrong("deadline", written)
    return day.month, day.day


def _share(table: Table) -> Share:
    table.only("tone", "posisi", "id", "en")
    for name in table.texts("posisi"):
        if name not in POSISI:
            raise table.wrong("posisi", name)
    said = table.said()
    words = {"id": said.id, "en": said.en or said.id}
    return Share(table.one_of("tone", TONES), table.texts("posisi"), words)


def _concern(table: Table) -> Concern:
    table.only("kind", "days", "posisi")
    posisi = table.text("posisi", "")
    if posisi and posisi not in POSISI:
        raise table.wrong("posisi", posisi)
    return Concern(table.one_of("kind", CONCERNS), table.number("days", 0), posisi)


def _content(table: Table) -> Content:
    table.only("path", "value", "id", "en")
    said = table.said()
    return Content(table.text("path"), table.text("value", ""), {"id": said.id, "en": said.en or said.id})
