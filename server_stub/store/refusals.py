"""What was asked for and refused, counted per day, laptop and person: ids and codes, never anybody's data."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.engine import Connection

from server_stub.store.dialect import insert_once
from server_stub.store.tables import REFUSAL
from sidumba_field.core.ids import derived_id


@dataclass(frozen=True, slots=True)
class Refusal:
    """``what``: the endpoint or "op"; ``target``: id of the feed, file, record or op; ``last_at``: server time."""

    device: str
    user: str
    what: str
    target: str
    code: str
    last_at: str
    count: int = 1


class Refusals:
    """Repository of refusals; rows are counted up and never removed."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def note(self, refusal: Refusal) -> None:
        """Count one more; the same on one day is one row, so that a stubborn laptop fills no disk."""
        day = refusal.last_at[:10]
        parts = (refusal.device, refusal.user, refusal.what, refusal.target, refusal.code)
        mine = derived_id("refusal", day, *parts)
        row = {"id": mine, "day": day, "count": 0, **{n: getattr(refusal, n) for n in _COLUMNS}}
        insert_once(self._db, REFUSAL, [row])
        more = update(REFUSAL).where(REFUSAL.c.id == mine)
        self._db.execute(more.values(count=REFUSAL.c.count + 1, last_at=refusal.last_at))

    def latest(self, limit: int = 200) -> list[Refusal]:
        """Return the newest, the latest first."""
        rows = self._db.execute(select(REFUSAL).order_by(REFUSAL.c.last_at.desc(), REFUSAL.c.id).limit(limit))
        return [
            Refusal(count=row._mapping["count"], **{name: getattr(row, name) for name in _COLUMNS})
            for row in rows
        ]


_COLUMNS = ("device", "user", "what", "target", "code", "last_at")
