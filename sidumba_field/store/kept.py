"""Old databases in ``copies/``: what an upgrade left. Each goes once it is old and nothing would be missed.

Old means thirty days by the clock and ten openings of the new one: a clock that jumps by years takes nothing away.
Nothing missed means every op and every draft of it is known to the database in use. A copy that cannot be read, and
anything else in that folder, stays.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.time import Clock
from sidumba_field.store.database import Database
from sidumba_field.store.small import read_meta, write_meta
from sidumba_field.store.tables import ACCESS_LOG, FEED, JOURNAL, META, OUTBOX, RECORD

KEEP = timedelta(days=30)
OPENINGS = 10
_SEEN = "kept/"
_NAME = re.compile(r"laptop-v\d+-(\d{8}T\d{9})Z-[0-9a-f]{6}\.db")
#: Answered for good, so that nothing of it waits; a refused one lies in the draft again.
_DONE = ("done", "conflict", "held")


def tidy(database: Database, copies: Path, clock: Clock) -> list[Path]:
    """Count this opening for each old database and take away those whose time has come; return their names."""
    gone = []
    for file in sorted(copies.glob("laptop-v*.db")) if copies.is_dir() else ():
        made = _made(file)
        if made is None:
            continue
        openings = _count(database, file.name)
        if openings >= OPENINGS and clock.now() - made >= KEEP and _holds_nothing_of_its_own(file, database):
            file.unlink()
            _forget(database, file.name)
            gone.append(file)
    return gone


def give_up(database: Database, copies: Path) -> list[Path]:
    """For a full disk: take away every old database that holds nothing of its own, however young it is."""
    gone = []
    for file in sorted(copies.glob("laptop-v*.db")) if copies.is_dir() else ():
        if _made(file) is not None and _holds_nothing_of_its_own(file, database):
            file.unlink()
            gone.append(file)
    return gone


def _made(file: Path) -> datetime | None:
    found = _NAME.fullmatch(file.name)
    return None if found is None else datetime.strptime(found[1], "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC)


def _count(database: Database, name: str) -> int:
    with database.write() as connection:
        number = int(read_meta(connection, _SEEN + name) or "0") + 1
        write_meta(connection, _SEEN + name, str(number))
    return number


def _forget(database: Database, name: str) -> None:
    with database.write() as connection:
        connection.execute(sa.delete(META).where(META.c.key == _SEEN + name))


def _holds_nothing_of_its_own(file: Path, database: Database) -> bool:
    """Tell whether every unsent op and every draft of an old database is known to the one in use."""
    try:
        old = Database(file, database.data_key, alone=True)
    except SidumbaError:
        return False
    try:
        with old.read() as connection:
            waiting = sa.select(OUTBOX.c.op).where(OUTBOX.c.state.not_in(_DONE))
            ops = set(connection.execute(waiting).scalars())
            drafts = set(connection.execute(sa.select(JOURNAL.c.rid).distinct()).scalars())
        old.fold()
    except SidumbaError:
        return False
    finally:
        old.close()
    with database.read() as connection:
        known = set(connection.execute(sa.select(OUTBOX.c.op).union(sa.select(FEED.c.op))).scalars())
        records = set(connection.execute(sa.select(RECORD.c.rid)).scalars())
        told = (
            " ".join(connection.execute(sa.select(ACCESS_LOG.c.detail)).scalars()) if drafts - records else ""
        )
    return ops <= known and all(rid in records or rid in told for rid in drafts)
