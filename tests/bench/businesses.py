"""Filled UMKM forms in any number, realistic and always the same: every question that applies is answered.

The answers come from ``tests/helpers/umkm_answers.py``; here stands the form they are judged by.
"""

from __future__ import annotations

from functools import cache

from sidumba_field import programs
from sidumba_field.core.time import Clock, FixedClock, parse_iso
from sidumba_field.core.xforms import Interview
from sidumba_field.programs import Program
from tests.helpers import umkm_answers
from tests.helpers.umkm_answers import row_id, typed

CLOCK: Clock = FixedClock(parse_iso("2026-11-20T02:00:00.000Z"))
VILLAGES = tuple(umkm_answers.VILLAGES)

__all__ = ["CLOCK", "VILLAGES", "judged", "program", "record", "row_id", "typed"]


@cache
def program() -> Program:
    """The shipped program whose form is measured."""
    return next(iter(programs.shipped().values()))


def judged(fields: dict[str, str]) -> Interview:
    """The whole form over these answers."""
    opened = program()
    definition = opened.form(*opened.main_form)
    return Interview(definition, fields, lookups=opened.lookups, clock=CLOCK)


def record(n: int, village: str = "") -> dict[str, str]:
    """All fields of the n-th record as they are sent, worked-out ones included."""
    return umkm_answers.full(n, village)
