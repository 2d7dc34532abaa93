"""What somebody has chosen about values that wait, before it is decided: kept at once, so that leaving loses nothing.

A choice belongs to one waiting value (its op) and one unit of it (docs/spec/sync.md "Merge"), and to the person who
made it: on a laptop of several people each goes on where he stopped. It is dropped when the decision has arrived.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from sidumba_field.core.time import Clock, iso
from sidumba_field.store.database import Database
from sidumba_field.store.tables import CHOICE


@dataclass(frozen=True, slots=True)
class Choice:
    """``word``: "waiting" (the value that waits), "stored" (the record's own) or "text" (another, in ``value``)."""

    word: str
    value: str = ""


class Choices:
    """Repository of choices not decided yet."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._db = database
        self._clock = clock

    def of(self, op: str, user: str) -> dict[str, Choice]:
        """Return unit -> what ``user`` chose for it."""
        found = sa.select(CHOICE).where(CHOICE.c.op == op, CHOICE.c.user == user).order_by(CHOICE.c.unit)
        with self._db.read() as connection:
            return {row.unit: Choice(row.word, row.value) for row in connection.execute(found)}

    def put(self, op: str, user: str, chosen: Mapping[str, Choice | None]) -> None:
        """Keep choices, durable when this returns; None takes one back."""
        at = iso(self._clock.now())
        with self._db.write() as connection:
            for unit, choice in chosen.items():
                if choice is None:
                    gone = sa.and_(CHOICE.c.op == op, CHOICE.c.user == user, CHOICE.c.unit == unit)
                    connection.execute(sa.delete(CHOICE).where(gone))
                    continue
                values = {"word": choice.word, "value": choice.value, "at": at}
                row = insert(CHOICE).values(op=op, user=user, unit=unit, **values)
                keys = [CHOICE.c.op, CHOICE.c.user, CHOICE.c.unit]
                connection.execute(row.on_conflict_do_update(index_elements=keys, set_=values))


def drop(connection: sa.Connection, op: str) -> None:
    """A waiting value was decided on: nobody has to choose any more."""
    connection.execute(sa.delete(CHOICE).where(CHOICE.c.op == op))
