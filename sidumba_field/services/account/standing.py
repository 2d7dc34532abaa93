"""Who somebody sits here as: his role, and in whose place and until when if it is not his own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sidumba_field.core.time import parse_iso
from sidumba_field.core.workflow import Grant
from sidumba_field.programs import Program
from sidumba_field.words import say
from sidumba_field.words.formats import date_long


def role_title(program: Program, grant: Grant, local: Callable[[datetime], datetime], lang: str) -> str:
    """Return "Kepala dinas", or "Plt. Kepala dinas s.d. 30 November 2026" for who stands in. ``local``: an instant in
    the office's zone; a grant ends with the first instant of the day after its last."""
    label = program.role_label(grant.role, lang)
    if not grant.acting_as:
        return label
    title = f"{grant.acting_as} {label}"
    if not grant.valid_to:
        return title
    last = local(parse_iso(grant.valid_to) - timedelta(milliseconds=1)).date()
    return say("services.acting_until", lang, title=title, day=date_long(last, lang))
