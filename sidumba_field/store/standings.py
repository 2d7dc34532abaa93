"""What this laptop holds of the server's truth, unit by unit: the lines two machines are held against each other by."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from sidumba_field.core.standing import Line
from sidumba_field.store import codec
from sidumba_field.store.database import Database
from sidumba_field.store.tables import RECORD


@dataclass(frozen=True, slots=True)
class Waiting:
    """Filled forms of a unit that are not (wholly) on the server: begun here only, waiting, differing, in trouble."""

    laptop: int = 0
    waiting: int = 0
    differing: int = 0
    trouble: int = 0


class Standings:
    """Repository of both."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def lines(self, vid: str) -> list[Line]:
        """Return the filled forms of a scope as the server last told them, own unsent work left out."""
        found = sa.select(RECORD.c.base).where(
            RECORD.c.vid == vid, RECORD.c.subject == "record", RECORD.c.base.is_not(None)
        )
        with self._db.read() as connection:
            records = [codec.record_of(text) for text in connection.execute(found).scalars()]
        return [Line(one.form, one.rid, one.rev, one.content_sha256) for one in records]

    def waiting(self, vid: str) -> Waiting:
        """Return how many filled forms of a scope stand here otherwise than the server holds them."""
        counted = sa.select(RECORD.c.mark, sa.func.count()).where(
            RECORD.c.vid == vid, RECORD.c.subject == "record"
        )
        with self._db.read() as connection:
            marks = {mark: int(count) for mark, count in connection.execute(counted.group_by(RECORD.c.mark))}
        return Waiting(
            marks.get("laptop", 0), marks.get("tunggu", 0), marks.get("beda", 0), marks.get("gagal", 0)
        )
