"""What does not get through by itself: ops the server refuses again and again, refused ones, files it will not take.

They stand here with their reason and never hold up a neighbour. A person may send one again, set it aside until he says
otherwise, or hand it to the office as a sealed file; nothing is ever thrown away.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from sidumba_field.core.records import OutboxState
from sidumba_field.store import cards, codec
from sidumba_field.store.database import Database
from sidumba_field.store.overlay import OPEN_STATES, PATIENCE
from sidumba_field.store.tables import FILE, FILE_LINK, OUTBOX
from sidumba_field.store.values import FileState
from sidumba_field.store.waiting import ASIDE

_OPEN = [state.value for state in OPEN_STATES]


@dataclass(frozen=True, slots=True)
class Poison:
    """One thing in quarantine. ``op``: of an op, else ""; ``sha``/``name``/``size``: of a file, else "" and 0.

    ``code``/``params``: why; ``failures``: how often it was tried; ``aside``: a person keeps it back; ``answered``: the
    server has refused it for good, its answers lie in the draft again.
    """

    rid: str
    op: str
    sha: str
    name: str
    size: int
    code: str
    params: dict[str, object]
    failures: int
    aside: bool
    answered: bool
    at: str


class Quarantine:
    """Repository of what does not get through."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def all(self) -> list[Poison]:
        """Return everything in quarantine, ops before files, oldest first."""
        with self._db.read() as connection:
            return [*_ops(connection), *_files(connection)]

    def again(self, item: Poison) -> None:
        """Let it be tried anew in the next run, as if it had never failed."""
        with self._db.write() as connection:
            if item.sha:
                values = {"state": FileState.WAITING.value, "code": ""}
                connection.execute(sa.update(FILE).where(FILE.c.sha == item.sha).values(values))
                return
            mine = sa.and_(OUTBOX.c.op == item.op, OUTBOX.c.state.in_(_OPEN))
            connection.execute(sa.update(OUTBOX).where(mine).values(failures=0, code="", not_before=""))
            cards.refresh(connection, item.rid)

    def set_aside(self, item: Poison) -> None:
        """Keep an op back until ``again``; one that was refused for good counts as read."""
        with self._db.write() as connection:
            mine = OUTBOX.c.op == item.op
            kept = sa.and_(mine, OUTBOX.c.state.in_(_OPEN))
            connection.execute(sa.update(OUTBOX).where(kept).values(not_before=ASIDE))
            connection.execute(sa.update(OUTBOX).where(mine, OUTBOX.c.attention == 1).values(attention=0))
            cards.refresh(connection, item.rid)


def _ops(connection: sa.Connection) -> list[Poison]:
    stuck = sa.and_(
        OUTBOX.c.state.in_(_OPEN), sa.or_(OUTBOX.c.failures >= PATIENCE, OUTBOX.c.not_before == ASIDE)
    )
    refused = sa.and_(OUTBOX.c.state == OutboxState.REJECTED.value, OUTBOX.c.attention == 1)
    found = sa.select(OUTBOX).where(sa.or_(stuck, refused)).order_by(OUTBOX.c.place, OUTBOX.c.dseq)
    return [
        Poison(
            rid=row["rid"],
            op=row["op"],
            sha="",
            name="",
            size=0,
            code=row["code"],
            params=codec.load(row["params"]),
            failures=row["failures"],
            aside=row["not_before"] == ASIDE,
            answered=row["state"] == OutboxState.REJECTED.value,
            at=row["queued_at"],
        )
        for row in connection.execute(found).mappings()
    ]


def _files(connection: sa.Connection) -> list[Poison]:
    owner = sa.select(sa.func.min(FILE_LINK.c.rid)).where(FILE_LINK.c.sha == FILE.c.sha).scalar_subquery()
    found = sa.select(FILE, owner.label("rid")).where(FILE.c.state == FileState.TROUBLE.value)
    return [
        Poison(
            rid=row["rid"] or "",
            op="",
            sha=row["sha"],
            name=row["name"],
            size=row["size"],
            code=row["code"],
            params={},
            failures=0,
            aside=False,
            answered=False,
            at=row["added_at"],
        )
        for row in connection.execute(found.order_by(FILE.c.added_at, FILE.c.sha)).mappings()
    ]
