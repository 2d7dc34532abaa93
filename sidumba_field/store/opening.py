"""Opening a laptop's folder: engine, key, upgrade beside the old database, incarnation; no work is ever deleted.

A database that is too new, damaged or under another key is left exactly where it lies (spec/sync.md failure 21).
"""

from __future__ import annotations

from pathlib import Path

from sidumba_field.attachments.locks import locked
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.time import Clock
from sidumba_field.seal.durable import disk_error
from sidumba_field.store import kept, lives, migrations, upgrading
from sidumba_field.store.database import Database
from sidumba_field.store.migrations import Migration
from sidumba_field.store.store import Store

FILE_NAME = "laptop.db"
#: An empty file that stays: who opens the folder, and above all who upgrades it, does so alone.
LOCK = "opening.lock"


def open_store(
    folder: Path, data_key: bytes, clock: Clock, steps: tuple[Migration, ...] = migrations.MIGRATIONS
) -> Store:
    """Open the laptop in ``folder``, beginning it when it is new.

    Raises ``store.old_engine``, ``store.damaged`` (also: wrong key), ``store.too_new`` (params found, known),
    ``store.no_laptop`` (its database is gone though it was here), ``store.migration_failed`` (params step, name),
    ``store.disk_full``, ``store.read_only``, ``store.busy``. The database is as it was after any of these.
    """
    path = folder / FILE_NAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with locked(folder / LOCK):
            upgrading.finish_swap(path)
            _demand_whole(path, folder / lives.TWIN)
            database = _newest(path, data_key, clock, steps)
            try:
                lives.settle(database, folder, clock)
                kept.tidy(database, folder / "copies", clock)
            except BaseException:
                database.close()
                raise
    except OSError as error:
        known = disk_error(error)
        if known is not None:
            raise known from error
        raise
    return Store(database, folder, clock)


def _demand_whole(path: Path, twin: Path) -> None:
    """Beginning an empty database in a folder that had one would hide that a full one is missing."""
    if not twin.exists():
        return
    if not path.exists():
        raise SidumbaError("store.no_laptop", file=FILE_NAME)
    if path.stat().st_size == 0 and not path.with_name(path.name + "-wal").exists():
        raise SidumbaError("store.damaged", file=FILE_NAME)


def _newest(path: Path, data_key: bytes, clock: Clock, steps: tuple[Migration, ...]) -> Database:
    """Open the database at the last of ``steps``; one that is older is upgraded beside itself first."""
    database = Database(path, data_key)
    try:
        found, newest = upgrading.version_of(database), steps[-1].number
        if found > newest:
            raise SidumbaError("store.too_new", found=found, known=newest)
        if found == 0:
            upgrading.begin(database, steps, clock)
    except BaseException:
        database.close()
        raise
    if found in (0, newest):
        return database
    database.close()
    upgrading.upgrade(path, data_key, steps, clock)
    return Database(path, data_key)
