"""Opens the database and hands out transactions: SQLite inside the data folder, or PostgreSQL.

SQLite: WAL, synchronous=FULL, ``BEGIN IMMEDIATE`` for every writer, 20 s of patience (spec/sync.md section 4
"Server"). The engine is the one bundled with sqlcipher3, without a key: the system's own is often older than 3.51.3,
whose WAL can lose a commit (sqlite.org/wal.html#walresetbug). PostgreSQL: READ COMMITTED with row locks for writers,
one REPEATABLE READ snapshot for readers.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlcipher3 import dbapi2 as sqlite

from server_stub.store.together import Together
from server_stub.store.work import Work
from sidumba_field.core.errors import SidumbaError

log = logging.getLogger("sidumba_server.store")
T = TypeVar("T")
W = TypeVar("W")

#: Older SQLite may lose a commit in WAL mode.
OLDEST_SQLITE = (3, 51, 3)
_ATTEMPTS = 8
#: How long a writer waits for those before it, and how soon it looks again.
_PATIENCE_S = 20
_LOOK_AGAIN_S = 0.002
#: Serialization failure, deadlock, lock not available, unique key taken by a neighbour that committed first.
_TRANSIENT_STATES = frozenset({"40001", "40P01", "55P03", "23505"})
_READ = "sidumba_read_only"


def _open_sqlite(path: Path) -> Engine:
    version = tuple(int(part) for part in sqlite.sqlite_version.split("."))
    if version < OLDEST_SQLITE:
        raise SidumbaError("store.old_engine", found=sqlite.sqlite_version)
    path.parent.mkdir(parents=True, exist_ok=True)

    def connect() -> Any:
        raw = sqlite.connect(
            str(path), timeout=float(_PATIENCE_S), isolation_level=None, check_same_thread=False
        )
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "fullfsync=ON", "checkpoint_fullfsync=ON"):
            raw.execute(f"PRAGMA {pragma}")
        raw.execute(f"PRAGMA busy_timeout={1000 * _PATIENCE_S}")
        # A push of 200 records touches a thousand pages: they fit into memory, and are not copied back each time.
        for pragma in ("cache_size=-16384", "wal_autocheckpoint=8000"):
            raw.execute(f"PRAGMA {pragma}")
        return raw

    # A file URL, or SQLAlchemy takes the creator's database for one in memory and gives it a single connection.
    url = f"sqlite:///{path.as_posix()}"
    engine = create_engine(
        url, module=sqlite, creator=connect, hide_parameters=True, pool_size=20, max_overflow=40
    )

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get(_READ, False):
            connection.exec_driver_sql("BEGIN")
        elif not _begun(connection.connection.dbapi_connection):
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _begun(raw: Any) -> bool:
    """Begin to write as soon as the writer before is done; False when patience ran out or something is wrong.

    SQLite by itself looks again ever more seldom, at last ten times a second: with two workers under load the file
    would lie idle for as long as it is written.
    """
    patient_until = time.monotonic() + _PATIENCE_S
    raw.execute("PRAGMA busy_timeout=0")
    try:
        while time.monotonic() < patient_until:
            try:
                raw.execute("BEGIN IMMEDIATE")
            except sqlite.OperationalError as error:
                if not getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY"):
                    return False
                time.sleep(_LOOK_AGAIN_S)
            else:
                return True
        return False
    finally:
        raw.execute(f"PRAGMA busy_timeout={1000 * _PATIENCE_S}")


def _open_postgres(url: str) -> Engine:
    return create_engine(url, hide_parameters=True, pool_size=20, max_overflow=40, pool_pre_ping=True)


def is_transient(error: DBAPIError) -> bool:
    """Tell whether the same transaction may simply be tried again: lost a race, waited too long, deadlocked."""
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return state in _TRANSIENT_STATES
    return getattr(error.orig, "sqlite_errorname", "").startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))


class Database:
    """The one door to the tables. Safe to share between threads; every worker process opens its own."""

    def __init__(self, path: Path, url: str = "") -> None:
        self.url = url
        self.path = path
        self.is_sqlite = not url
        self.engine = _open_postgres(url) if url else _open_sqlite(path)
        self._turn: AbstractContextManager[object] = nullcontext() if url else Lock()

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def write(self) -> Iterator[Work]:
        """One writing transaction: committed when the block ends, rolled back when it raises."""
        with self.engine.begin() as connection:
            yield Work(connection)

    @contextmanager
    def read(self) -> Iterator[Work]:
        """One consistent picture of everything, for reading only."""
        options: dict[str, Any] = {_READ: True}
        if not self.is_sqlite:
            options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with self.engine.connect().execution_options(**options) as connection, connection.begin():
            yield Work(connection)

    @contextmanager
    def write_together(self) -> Iterator[Together]:
        """One writing transaction for many ops (see ``Together``), written when the block ends.

        SQLite has one writer at a time and lets the others ask again and again; pushes of one process queue instead.
        """
        with self._turn, self.engine.begin() as connection:
            unit = Together(connection)
            yield unit
            unit.write_all()

    def attempt(self, work: Callable[[Work], T]) -> T:
        """Run ``work`` in a writing transaction, again as often as the database says that only luck was missing.

        Raises ``wire.overloaded`` when luck stays away.
        """
        return self._again(self.write, work)

    def attempt_aside(self, work: Callable[[Work], T]) -> T | None:
        """``attempt`` for what is of use but not worth a refusal: None when the database will not have it now."""
        try:
            return self.attempt(work)
        except (DBAPIError, SidumbaError) as error:
            log.warning("left for later: %s", type(error).__name__)
            return None

    def attempt_together(self, work: Callable[[Together], T]) -> T:
        """``attempt`` for many ops in one transaction."""
        return self._again(self.write_together, work)

    def _again(self, opened: Callable[[], AbstractContextManager[W]], work: Callable[[W], T]) -> T:
        for attempt in range(_ATTEMPTS):
            try:
                with opened() as unit:
                    return work(unit)
            except DBAPIError as error:
                if not is_transient(error):
                    raise
            time.sleep(random.uniform(0, 0.01 * 2**attempt))
        raise SidumbaError("wire.overloaded")
