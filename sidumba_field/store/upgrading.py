"""Bringing laptop.db to a newer schema: copy, migrate the copy, compare, swap by rename (spec/sync.md "Versions").

The database a person's work lies in is never changed by a migration. A copy is made (``VACUUM INTO``), brought to the
newest step and held against the original: nothing counted may be missing, pages must agree, and the digest over unsent
work must be equal. Only then the two change places. A kill at any point leaves the old one or the new one, whole;
what was cut is begun again by the next start. The old one stays in ``copies/`` (see ``kept``).
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.ids import new_id
from sidumba_field.core.time import Clock, iso
from sidumba_field.seal.durable import disk_error, replace, sync_folder
from sidumba_field.store import migrations
from sidumba_field.store.database import Database
from sidumba_field.store.migrations import Migration

#: What a migration may never lose: tables of the first release whose rows are facts, not derived from others.
COUNTED = (
    "meta",
    "scope",
    "person",
    "local_user",
    "record",
    "journal",
    "outbox",
    "prediction",
    "feed",
    "feed_lost",
    "snapshot",
    "proposal",
    "file",
    "file_link",
    "receipt",
    "access_log",
)
#: What has not left this laptop, and what says so: equal to the last letter before and after.
UNSENT = (
    "SELECT op, dseq, place, rid, vid, program, kind, command, state, payload, seen, not_before, frozen, sent_at, "
    "answered_at, rev, code, params, conflicts, failures, attention, pulled FROM outbox ORDER BY op",
    "SELECT rid, path, value, saved_at, seen FROM journal ORDER BY rid, path",
    'SELECT sha, name, size, state, "offset" FROM file ORDER BY sha',
    "SELECT sha, rid, path FROM file_link ORDER BY sha, rid, path",
    "SELECT rid, vid, program, subject, form, form_v, born, base_rev FROM record ORDER BY rid",
    'SELECT op, rid, "set", was, reason FROM proposal ORDER BY op',
)
#: The copy while it is made, and once it has been compared and only the swap is left.
PART, READY = ".part", ".next"
_BESIDE = ("-wal", "-shm", "-journal")


def version_of(database: Database) -> int:
    """Return the number of the last migration that ran, 0 for an empty file."""
    with database.read() as connection:
        return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())


def finish_swap(path: Path) -> None:
    """End what a kill inside a swap left; called before the database is opened.

    Without a database under its own name the compared copy takes its place. With one, the copy is stale: the database
    may have been written to since, so the upgrade begins anew.
    """
    ready = _beside(path, READY)
    if ready.exists() and not path.exists():
        replace(ready, path)
        sync_folder(path.parent)
    _clear(ready)
    _clear(_beside(path, PART))


def begin(database: Database, steps: tuple[Migration, ...], clock: Clock) -> None:
    """Run ``steps`` on the database itself: a new one, or the copy of an old one."""
    for step in steps:
        try:
            with database.write() as connection:
                migrations.begin(connection)
                step.run(connection, iso(clock.now()))
        except DBAPIError as error:
            raise SidumbaError("store.migration_failed", step=step.number, name=step.name) from error


def upgrade(path: Path, data_key: bytes, steps: tuple[Migration, ...], clock: Clock) -> None:
    """Give ``path`` the schema of the last of ``steps``; the caller has closed it.

    Raises ``store.busy`` (somebody else has it open), ``store.migration_failed`` (params step, name; also when the
    copy does not hold what the original held), ``store.disk_full``, ``store.damaged``. Then the old one is as it was.
    """
    part, ready = _beside(path, PART), _beside(path, READY)
    old = Database(path, data_key, alone=True)
    try:
        found = version_of(old)
        pending = tuple(step for step in steps if step.number > found)
        _clear(part)
        try:
            old.copy_to(part)
            _make_new(part, data_key, pending, clock, old)
            _flush(part)
            old.fold()
        except BaseException:
            with suppress(OSError):
                _clear(part)
            raise
    finally:
        old.close()
    try:
        replace(part, ready)
        _swap(path, ready, found, clock)
    except OSError as error:
        known = disk_error(error)
        raise known if known is not None else SidumbaError("store.busy") from error


def _make_new(
    part: Path, data_key: bytes, pending: tuple[Migration, ...], clock: Clock, old: Database
) -> None:
    new = Database(part, data_key, alone=True)
    try:
        begin(new, pending, clock)
        _compare(old, new, pending[-1])
        new.fold()
    finally:
        new.close()


def _compare(old: Database, new: Database, step: Migration) -> None:
    """Raise ``store.migration_failed`` unless ``new`` holds everything ``old`` holds."""
    before, after = counts(old), counts(new)
    fewer = any(after[name] < before[name] for name in COUNTED)
    if fewer or unsent_digest(old) != unsent_digest(new):
        raise SidumbaError("store.migration_failed", step=step.number, name=step.name)
    new.check()
    with new.read() as connection:
        if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
            raise SidumbaError("store.migration_failed", step=step.number, name=step.name)


def counts(database: Database) -> dict[str, int]:
    """Return how many rows each table of facts holds."""
    with database.read() as connection:
        return {name: _rows(connection, name) for name in COUNTED}


def _rows(connection: sa.Connection, name: str) -> int:
    return int(connection.execute(sa.select(sa.func.count()).select_from(sa.table(name))).scalar_one())


def unsent_digest(database: Database) -> str:
    """Return a hash over every op, draft, file and proposal as they stand."""
    found = hashlib.sha256()
    with database.read() as connection:
        for question in UNSENT:
            for row in connection.exec_driver_sql(question):
                found.update(repr(tuple(row)).encode())
            found.update(b"\x1d")
    return found.hexdigest()


def _swap(path: Path, ready: Path, version: int, clock: Clock) -> None:
    """Put the compared copy in the place of the old database, which moves to ``copies/``.

    With a second name for the old one (a hard link) there is no instant without a database. Where the disk knows no
    links the old one is moved first, and ``finish_swap`` mends a kill in between.
    """
    copies = path.parent / "copies"
    copies.mkdir(parents=True, exist_ok=True)
    stamp = iso(clock.now()).replace(":", "").replace("-", "").replace(".", "")
    kept = copies / f"laptop-v{version}-{stamp}-{new_id(clock)[-6:]}.db"
    try:
        os.link(path, kept)
    except OSError:
        replace(path, kept)
    sync_folder(copies)
    replace(ready, path)
    sync_folder(path.parent)


def _flush(file: Path) -> None:
    with file.open("rb+") as opened:
        os.fsync(opened.fileno())


def _beside(path: Path, tail: str) -> Path:
    return path.with_name(path.name + tail)


def _clear(file: Path) -> None:
    """Take away an unfinished copy of ours, and what the engine kept beside it."""
    for found in (file, *(file.with_name(file.name + tail) for tail in _BESIDE)):
        found.unlink(missing_ok=True)
