"""How much work exists on this laptop and nowhere else, and since when: what a reminder and a backup are about."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from sidumba_field.store.database import Database
from sidumba_field.store.overlay import OPEN_STATES
from sidumba_field.store.tables import FILE, JOURNAL, OUTBOX
from sidumba_field.store.values import FileState

_OPEN = [state.value for state in OPEN_STATES]


@dataclass(frozen=True, slots=True)
class Alone:
    """``records``: with a draft or an op the server has not answered; ``drafts`` of them not handed over yet;
    ``files`` the server lacks, with their ``bytes``; ``since``: ISO instant of the oldest of all this, "" for none;
    ``newest``: a word that changes whenever this work does."""

    records: int = 0
    drafts: int = 0
    files: int = 0
    bytes: int = 0
    since: str = ""
    newest: str = ""


def alone(database: Database) -> Alone:
    """Count it now."""
    with database.read() as connection:
        open_ops = OUTBOX.c.state.in_(_OPEN)
        rids = sa.union(sa.select(JOURNAL.c.rid), sa.select(OUTBOX.c.rid).where(open_ops)).subquery()
        lacking = FILE.c.state != FileState.SENT.value
        files = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(FILE.c.size), 0)).where(lacking)
        number, size = connection.execute(files).one()
        lately = [
            connection.execute(query).one()
            for query in (
                sa.select(sa.func.min(JOURNAL.c.saved_at), sa.func.max(JOURNAL.c.saved_at)),
                sa.select(sa.func.min(OUTBOX.c.queued_at), sa.func.max(OUTBOX.c.queued_at)).where(open_ops),
            )
        ]
        drafts = connection.execute(sa.select(sa.func.count(JOURNAL.c.rid.distinct()))).scalar_one()
        records = connection.execute(sa.select(sa.func.count()).select_from(rids)).scalar_one()
        return Alone(
            records=records,
            drafts=drafts,
            files=number,
            bytes=size,
            since=min((first for first, _ in lately if first), default=""),
            newest="/".join([str(records), str(number), *(last or "" for _, last in lately)]),
        )
