"""What is cleared away by itself, and what is gathered when a laptop has to hand everything in.

Only one thing is cleared: ops the server answered so long ago that no restored server will ask for them again. Whether
that is long ago is told by the server's own times in the feed, since a laptop's clock may say anything.
"""

from __future__ import annotations

import sqlalchemy as sa

from sidumba_field.core.records import OutboxState
from sidumba_field.store.database import Database
from sidumba_field.store.overlay import OPEN_STATES
from sidumba_field.store.tables import FEED, JOURNAL, OUTBOX, RECORD

#: Days a done op is kept, so that a restored server can be given it again.
KEPT_DAYS = 90


class Clearing:
    """Repository of what may go."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def purge_done(self, before: str) -> int:
        """Take away done ops whose entry the server wrote before ``before`` (ISO, the server's time); return how many.

        Kept are: whatever was not simply done (conflicts, held and refused values), ops without an entry here, and
        everything of a record that still has something on its way.
        """
        old = sa.select(FEED.c.op).where(FEED.c.server_time < before, FEED.c.op != "")
        busy = sa.select(OUTBOX.c.rid).where(OUTBOX.c.state.in_([state.value for state in OPEN_STATES]))
        gone = sa.and_(
            OUTBOX.c.state == OutboxState.DONE.value,
            OUTBOX.c.pulled == 1,
            OUTBOX.c.op.in_(old),
            OUTBOX.c.rid.not_in(busy),
        )
        with self._db.write() as connection:
            return connection.execute(sa.delete(OUTBOX).where(gone)).rowcount

    def drafts(self) -> list[tuple[str, str]]:
        """Return (record, its owner) of every open draft, by record."""
        query = sa.select(RECORD.c.rid, RECORD.c.owner).where(RECORD.c.rid.in_(sa.select(JOURNAL.c.rid)))
        with self._db.read() as connection:
            return [(row.rid, row.owner) for row in connection.execute(query.order_by(RECORD.c.rid))]

    def release(self) -> int:
        """End every time for undoing: what was handed over may leave at once."""
        waiting = sa.and_(OUTBOX.c.state == OutboxState.QUEUED.value, OUTBOX.c.not_before != "")
        with self._db.write() as connection:
            return connection.execute(sa.update(OUTBOX).where(waiting).values(not_before="")).rowcount
