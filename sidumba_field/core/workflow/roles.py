"""Who a person is to a record: grants of role x program x unit prefix, with the days they hold (Plt./Plh. included)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sidumba_field.core.time import parse_iso


def is_under(code: str, prefix: str) -> bool:
    """Tell whether a unit code lies in a prefix, by whole segments: 63.1 is not above 63.11; "" is above all."""
    return prefix == "" or code == prefix or code.startswith(prefix + ".")


@dataclass(frozen=True, slots=True)
class Grant:
    """One right: ``role`` in ``program`` for every unit under ``unit``; empty dates mean open ends (ISO, UTC).

    ``acting_for``: the user id of the official somebody stands in for; ``acting_as``: how ("Plt.", "Plh.").
    Both names are logged, and papers print the quality before the position.
    """

    role: str
    program: str
    unit: str
    valid_from: str = ""
    valid_to: str = ""
    acting_for: str = ""
    acting_as: str = ""

    def covers(self, program: str, unit: str, now: datetime) -> bool:
        """Tell whether this grant speaks for ``program`` in ``unit`` at the instant ``now``."""
        if self.program != program or not is_under(unit, self.unit):
            return False
        if self.valid_from and parse_iso(self.valid_from) > now:
            return False
        return not (self.valid_to and parse_iso(self.valid_to) <= now)


@dataclass(frozen=True, slots=True)
class Actor:
    """A person with his grants, as laptop and server know him."""

    user: str
    name: str
    grants: tuple[Grant, ...]


def roles_for(grants: Iterable[Grant], program: str, unit: str, now: datetime) -> tuple[str, ...]:
    """Return the roles held over ``unit`` in ``program`` now, each once, in the order granted."""
    return tuple(dict.fromkeys(grant.role for grant in grants if grant.covers(program, unit, now)))


def span_of(units: Iterable[str]) -> str:
    """Return the lowest code above all of ``units``, "" for none or for places without one in common."""
    split = [unit.split(".") for unit in units]
    shared: list[str] = []
    for parts in zip(*split, strict=False):
        if len(set(parts)) > 1:
            break
        shared.append(parts[0])
    return ".".join(shared)
