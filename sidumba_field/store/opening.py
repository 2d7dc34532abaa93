"""Opening a laptop's folder: engine, key, migrations with a copy first, incarnation; nothing is ever deleted.

A database that is too new, damaged or under another key is left exactly where it lies (spec/sync.md failure 21).
"""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.ids import is_id, new_id
from sidumba_field.core.time import Clock, iso
from sidumba_field.seal.durable import replace, sync_folder, write_file
from sidumba_field.store import migrations
from sidumba_field.store.database import Database
from sidumba_field.store.migrations import Migration
from sidumba_field.store.small import read_meta, write_meta
from sidumba_field.store.store import Store

FILE_NAME = "laptop.db"
TWIN = "incarnation"
INCARNATION = "incarnation"
FORMER = "incarnation.former"


def open_store(folder: Path, data_key: bytes, clock: Clock) -> Store:
    """Open the laptop in ``folder``, beginning it when it is new.

    Raises ``store.old_engine``, ``store.damaged`` (also: wrong key), ``store.too_new`` (params found, known),
    ``store.no_laptop`` (its database is gone though it was here), ``store.migration_failed`` (params step; a copy of
    the state before lies in ``copies/``), ``store.disk_full``, ``store.busy``. No file is removed in any of these.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE_NAME
    _demand_whole(path, folder / TWIN)
    database = Database(path, data_key)
    try:
        migrate(database, folder / "copies", clock)
        _incarnate(database, folder / TWIN, clock)
    except BaseException:
        database.close()
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


def migrate(
    database: Database,
    copies: Path,
    clock: Clock,
    steps: tuple[Migration, ...] = migrations.MIGRATIONS,
) -> int:
    """Bring the database to the newest version; return how many steps ran. A copy is made before the first."""
    newest = steps[-1].number
    with database.read() as connection:
        found = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
    if found > newest:
        raise SidumbaError("store.too_new", found=found, known=newest)
    pending = [step for step in steps if step.number > found]
    if pending and found:
        copy(database, copies, found, clock)
    for step in pending:
        _run(database, step, clock)
    return len(pending)


def _run(database: Database, step: Migration, clock: Clock) -> None:
    try:
        with database.write() as connection:
            migrations.begin(connection)
            step.run(connection, iso(clock.now()))
    except DBAPIError as error:
        raise SidumbaError("store.migration_failed", step=step.number, name=step.name) from error


def copy(database: Database, copies: Path, version: int, clock: Clock) -> Path:
    """Put an encrypted copy into ``copies`` and return its path; it was written whole and flushed."""
    copies.mkdir(parents=True, exist_ok=True)
    stamp = iso(clock.now()).replace(":", "").replace("-", "").replace(".", "")
    target = copies / f"laptop-v{version}-{stamp}-{new_id(clock)[-6:]}.db"
    part = target.with_name(target.name + ".part")
    database.copy_to(part)
    with part.open("rb+") as file:
        os.fsync(file.fileno())
    replace(part, target)
    sync_folder(copies)
    return target


def _incarnate(database: Database, twin: Path, clock: Clock) -> None:
    """Keep the incarnation in the database and beside it: when they differ, one of them was restored or cloned, and
    this laptop goes on under a new one (spec/sync.md section 3 "Identifiers")."""
    outside = twin.read_text(encoding="ascii", errors="replace").strip() if twin.exists() else ""
    with database.read() as connection:
        inside = read_meta(connection, INCARNATION) or ""
    if inside and inside == outside:
        return
    fresh = new_id(clock)
    # The twin first: a kill between the two is noticed, and mended, by the next start.
    write_file(twin, [fresh.encode("ascii")])
    with database.write() as connection:
        if inside or is_id(outside):
            write_meta(connection, FORMER, inside or outside)
        write_meta(connection, INCARNATION, fresh)
