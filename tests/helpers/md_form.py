"""Small forms as Markdown tables inside tests, the way XLSForm's own tests write them."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from sidumba_field.core.time import FixedClock
from sidumba_field.core.xforms import FormDefinition, Interview, Lookup
from sidumba_field.programs.xlsform import convert

SETTINGS = """
| settings |
| | form_id | version | namespaces |
| | uji | 1 | sf="urn:sidumba-field:xforms:1" |
"""
NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


@lru_cache(maxsize=128)
def md_form(tables: str) -> FormDefinition:
    """Return the definition of a form whose survey (and choices) sheet stands in ``tables``."""
    text = "\n".join(line.strip() for line in tables.strip().splitlines())
    if "| settings |" not in text:
        text += "\n" + SETTINGS
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "uji.md"
        path.write_text(text, encoding="utf-8")
        return FormDefinition.from_xml(convert(path))


def asked(
    tables: str, answers: dict[str, str] | None = None, lookups: dict[str, Lookup] | None = None
) -> Interview:
    """Return an interview of that form, at noon WITA of 20 November 2026."""
    return Interview(md_form(tables), answers or {}, lookups=lookups or {}, clock=FixedClock(NOON))
