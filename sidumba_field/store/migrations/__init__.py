"""Numbered migrations of laptop.db: each is SQL that stands alone, and runs in one transaction with its record.

They never import today's tables (a contract checks it): a migration has to run the same in ten years.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType

import sqlalchemy as sa

from sidumba_field.store.migrations import (
    m0001_first,
    m0002_lists,
    m0003_tallies,
    m0004_choices,
    m0005_carry,
    m0006_bundles,
)


@dataclass(frozen=True, slots=True)
class Migration:
    """One step: brings a database of version ``number - 1`` to ``number``."""

    number: int
    name: str
    statements: tuple[str, ...]

    def run(self, connection: sa.Connection, at: str) -> None:
        """Apply the step and record it; the caller's transaction holds both."""
        for statement in self.statements:
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql(
            "INSERT INTO migration (number, name, applied_at) VALUES (?, ?, ?)", (self.number, self.name, at)
        )
        # user_version takes no parameter; the number is our own constant.
        connection.exec_driver_sql(f"PRAGMA user_version = {self.number:d}")


def _of(module: ModuleType) -> Migration:
    return Migration(module.NUMBER, module.NAME, module.STATEMENTS)


MIGRATIONS: tuple[Migration, ...] = (
    _of(m0001_first),
    _of(m0002_lists),
    _of(m0003_tallies),
    _of(m0004_choices),
    _of(m0005_carry),
    _of(m0006_bundles),
)
#: Marks the file as ours ("SDMB"), for ``file`` and for people.
APPLICATION_ID = 0x53444D42


def begin(connection: sa.Connection) -> None:
    """Make an empty database ours: the table of records of migrations, and the application id."""
    connection.exec_driver_sql(
        "CREATE TABLE IF NOT EXISTS migration "
        "(number INTEGER PRIMARY KEY NOT NULL, name TEXT NOT NULL, applied_at TEXT NOT NULL)"
    )
    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID:d}")
