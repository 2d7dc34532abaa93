"""Brings a database to today's schema: a copy first, then Alembic's steps, all in one transaction."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from server_stub.store.database import Database
from server_stub.store.tables import metadata
from sidumba_field.core.errors import SidumbaError
from sidumba_field.seal.durable import replace, sync_folder


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", (Path(__file__).parent / "migrations").as_posix())
    config.set_main_option("path_separator", "os")
    return config


def newest() -> str:
    """Return the number of the last step this program knows."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def current(database: Database) -> str:
    """Return the number of the step a database stands at, "" for an empty one."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() or ""


def build(database: Database, step: str) -> None:
    """Make the tables of ``step`` in an empty database, as a copy made back then needs them.

    Raises ``store.too_new`` for a step only a newer program knows.
    """
    known = {found.revision for found in ScriptDirectory.from_config(_config()).walk_revisions()}
    if step not in known:
        raise SidumbaError("store.too_new", found=step, known=newest())
    config = _config()
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, step)


def clear(database: Database) -> None:
    """Drop our tables, which the caller has found without a single row: what a restore that was cut short leaves."""
    with database.engine.begin() as connection:
        metadata.drop_all(connection)
        connection.exec_driver_sql("DROP TABLE IF EXISTS alembic_version")


def upgrade(database: Database) -> None:
    """Apply every missing step; nothing happens when there is none.

    Raises ``store.too_new`` when a newer program has been here before. An SQLite file is copied beside itself first;
    PostgreSQL has its own backups (spec/sync.md section 4 "Server").
    """
    found, wanted = current(database), newest()
    if found == wanted:
        return
    known = {step.revision for step in ScriptDirectory.from_config(_config()).walk_revisions()}
    if found and found not in known:
        raise SidumbaError("store.too_new", found=found, known=wanted)
    if found and database.is_sqlite:
        _copy(database, found)
    config = _config()
    with database.engine.begin() as connection:
        if not database.is_sqlite:
            # Two processes starting at once: the second waits here and then finds nothing left to do.
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(6311)")
        if (MigrationContext.configure(connection).get_current_revision() or "") == wanted:
            return
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _copy(database: Database, found: str) -> None:
    """Copy the database beside itself, whole or not at all: a copy cut by a crash must not pass for one."""
    target = database.path.with_name(f"{database.path.name}.{found}.copy")
    if target.exists():
        return
    # A name of its own: two processes may start at once, and VACUUM INTO refuses a file that is there.
    part = target.with_name(f"{target.name}.{secrets.token_hex(4)}.part")
    raw = database.engine.raw_connection()
    try:
        raw.cursor().execute("VACUUM INTO ?", (str(part),))
    finally:
        raw.close()
    with part.open("rb+") as file:
        os.fsync(file.fileno())
    replace(part, target)
    sync_folder(target.parent)
