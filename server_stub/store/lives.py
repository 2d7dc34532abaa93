"""The lives (incarnations) of each laptop, and whether two laptops live under one name.

A laptop sends its newest marks with each push, random words it drew itself. Somebody who does not know the last mark
the server saw under this life went his own way: copied, or set back to an older copy. When that happens twice to one
life, or a life goes on after a younger one was met, both machines are alive. Late repetitions of an own push are told
apart by the marks that came with a later one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, insert, select, update
from sqlalchemy.engine import Connection

from server_stub.store.tables import LIFE


@dataclass(frozen=True, slots=True)
class Life:
    """``number`` counts the lives of a laptop from 1. ``strange_at``: when somebody came who did not know its last
    mark, copied or set back; ``twin_at``: when two machines were last seen to be alive; "" never."""

    device: str
    inc: str
    number: int
    marks: str
    first_seen: str
    seen_at: str
    strange_at: str
    twin_at: str


def twins_since(lives: Sequence[Life]) -> str:
    """Return when two machines were last seen to send under one laptop's name, "" for a laptop that is alone."""
    return max((life.twin_at for life in lives), default="")


class Lives:
    """Repository of lives. The caller holds the row of the laptop."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def all(self) -> dict[str, list[Life]]:
        """Return the lives of every laptop that pushed, oldest first."""
        found: dict[str, list[Life]] = {}
        for row in self._db.execute(select(LIFE).order_by(LIFE.c.device, LIFE.c.number)):
            found.setdefault(row.device, []).append(Life(**row._mapping))
        return found

    def meet(self, device: str, inc: str, marks: Sequence[str], at: str) -> bool:
        """Note a push under a life; return whether the laptop has to begin a new one (two share this one)."""
        mine = (LIFE.c.device == device) & (LIFE.c.inc == inc)
        row = self._db.execute(select(LIFE).where(mine)).one_or_none()
        newest = select(func.coalesce(func.max(LIFE.c.number), 0)).where(LIFE.c.device == device)
        youngest = int(self._db.execute(newest).scalar_one())
        if row is None:
            life = Life(device, inc, youngest + 1, " ".join(marks), at, at, "", "")
            self._db.execute(insert(LIFE).values({name: getattr(life, name) for name in Life.__slots__}))
            return False
        known = row.marks.split()
        is_late = bool(marks) and marks[0] in known
        is_foreign = bool(marks and known) and not is_late and known[0] not in marks
        values = {"seen_at": at}
        if marks and not is_late:
            values["marks"] = " ".join(marks)
        if is_foreign:
            values["strange_at"] = at
        if row.number < youngest or (is_foreign and row.strange_at):
            values["twin_at"] = at
        self._db.execute(update(LIFE).where(mine).values(values))
        return is_foreign
