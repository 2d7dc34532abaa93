"""The small office of sync tests: one scope, two people, a fixed morning."""

from __future__ import annotations

from datetime import UTC, datetime

from sidumba_field.core.time import FixedClock
from tests.helpers.laptop import DESA, PROGRAM, VID, person
from tests.helpers.twin import TwinServer

START = datetime(2026, 11, 20, 1, 41, 12, tzinfo=UTC)
PEOPLE = ("Hasanah", "Rahman")


def new_server(clock: FixedClock) -> TwinServer:
    """Return a twin server that knows the office and holds nothing yet."""
    twin = TwinServer(clock, people={person(name): name for name in PEOPLE})
    twin.add_scope(VID, PROGRAM, DESA, "Desa Contoh")
    return twin
