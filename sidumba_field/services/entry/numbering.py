"""The number a new record is offered: unit, year and the next free number this laptop knows of.

Two laptops of one village may offer the same number while both are offline; it is an offer, and lists that look for
twins find it. What a person wrote is never changed.
"""

from __future__ import annotations

from sidumba_field.core.ids import derived_id
from sidumba_field.programs import Program
from sidumba_field.services.desk import Desk

DIGITS = 4
#: Rows looked at, the last changed first: far more than one village has in a year.
LOOKED_AT = 1000


def next_number(desk: Desk, program: Program, unit: str, year: str) -> str:
    """Return "63.11.02.2005/2026/0013" when 0012 is the highest number of the unit and year on this laptop."""
    stem = f"{unit}/{year}/"
    rows = desk.seat().store.records.find(
        program.id,
        vids=(derived_id("scope", program.id, unit),),
        columns=(program.number_path,),
        limit=LOOKED_AT,
    )
    used = (row.fields.get(program.number_path, "").removeprefix(stem) for row in rows)
    highest = max((int(number) for number in used if number.isdigit()), default=0)
    return f"{stem}{highest + 1:0{DIGITS}d}"
