"""Which period a new record belongs to: what the server said last, else what the program starts with."""

from __future__ import annotations

import json

from sidumba_field.programs import Program
from sidumba_field.store import Store


def open_period(store: Store, program: Program) -> str:
    """Return the label of the running period ("2026"); never taken from the laptop's clock, which may be
    wrong.
    """
    known = json.loads(store.meta.get("periods") or "{}")
    return str(known.get(program.id) or program.first_period)
