"""The encrypted database file: key, PRAGMAs, transactions, and which error of the engine means what.

One connection, used by one thread at a time (any thread). Why these PRAGMAs: spec/sync.md section 1, measured:
WAL with synchronous=FULL lost nothing under power cuts; NORMAL and OFF did.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool
from sqlcipher3 import dbapi2

from sidumba_field.core.errors import SidumbaError

#: Stock SQLite before this can corrupt a WAL database (https://sqlite.org/wal.html#walresetbug).
OLDEST_ENGINE = (3, 51, 3)

_PRAGMAS = (
    "PRAGMA temp_store = MEMORY",  # no clear temporary file, ever
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA fullfsync = ON",  # macOS: fsync alone does not reach the platter
    "PRAGMA checkpoint_fullfsync = ON",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = FAST",
    "PRAGMA cache_size = -12000",  # KiB: the lists of 100,000 records stay decrypted
)
#: How long one waits for another process before it is told that somebody else works here.
PATIENCE_MS = 5_000
_FULL, _IOERR, _CORRUPT, _NOTADB, _BUSY, _LOCKED, _CANTOPEN, _READONLY = 13, 10, 11, 26, 5, 6, 14, 8
#: Extended codes of SQLITE_IOERR that a full disk or a file size limit gives: write, fsync, truncate, shared memory.
_WRITE_FAILED = {_IOERR | (n << 8) for n in (3, 4, 5, 6, 19, 24)}


def demand_engine(version: tuple[int, ...] = dbapi2.sqlite_version_info) -> None:
    """Raise ``store.old_engine`` for a SQLite that may corrupt what it keeps."""
    if version < OLDEST_ENGINE:
        raise SidumbaError("store.old_engine", found=".".join(map(str, version)))


def translate(error: BaseException) -> SidumbaError | None:
    """Return what an engine's error means to us, or None when it is a bug of ours."""
    raw = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(raw, "sqlite_errorcode", None)
    if not isinstance(code, int):
        return None
    primary = code & 0xFF
    if primary == _FULL or code in _WRITE_FAILED or code == _IOERR:
        return SidumbaError("store.disk_full")
    if primary == _READONLY:
        return SidumbaError("store.read_only")
    if primary in (_CORRUPT, _NOTADB, _IOERR, _CANTOPEN):
        return SidumbaError("store.damaged")
    if primary in (_BUSY, _LOCKED):
        return SidumbaError("store.busy")
    return None


@contextmanager
def engine_errors() -> Iterator[None]:
    """Turn the engine's errors into registered codes; anything else passes as it is."""
    try:
        yield
    except (DBAPIError, dbapi2.Error) as error:
        known = translate(error)
        if known is None:
            raise
        raise known from error


def _connect(path: Path, data_key: bytes, alone: bool) -> Any:
    connection = dbapi2.connect(str(path), check_same_thread=False, isolation_level=None)
    try:
        # The library writes about a wrong key to stderr by itself; the error below says it once.
        connection.execute("PRAGMA cipher_log_level = NONE")
        connection.execute(f"PRAGMA key = \"x'{data_key.hex()}'\"")
        connection.execute(f"PRAGMA busy_timeout = {PATIENCE_MS:d}").fetchall()
        if alone:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE").fetchall()
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        for pragma in _PRAGMAS:
            connection.execute(pragma).fetchall()
    except BaseException:
        connection.close()
        raise
    return connection


class Database:
    """An open database. ``read`` and ``write`` give one transaction each; a failed one leaves nothing behind."""

    def __init__(self, path: Path, data_key: bytes, *, alone: bool = False) -> None:
        """Open or begin ``path``; raise ``store.old_engine``, ``store.damaged`` (also: wrong key), ``store.busy``.

        ``alone``: keep every other process out until it is closed; ``store.busy`` when one has it open.
        """
        demand_engine()
        if len(data_key) != 32:
            raise ValueError("a data key has 32 bytes")
        self.path = path
        self.data_key = data_key
        self._lock = threading.RLock()
        # Without a file URL the dialect would take the file for a memory database and pick a pool by itself.
        self._engine = sa.create_engine(
            sa.URL.create("sqlite+pysqlite", database=str(path)),
            module=dbapi2,
            creator=lambda: _connect(path, data_key, alone),
            poolclass=StaticPool,
        )
        sa.event.listen(self._engine, "begin", _begin)
        sa.event.listen(self._engine, "rollback", _forget)
        self._reading = self._engine.execution_options(reading=True)
        try:
            # A lock that is wanted for good is taken by the first writing.
            with self.write() if alone else self.read() as connection:
                connection.exec_driver_sql("PRAGMA user_version")
        except BaseException:
            self._engine.dispose()
            raise

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """One consistent view."""
        with self._lock, engine_errors(), self._reading.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """One durable transaction: when this block is left without an error, the disk has it."""
        with self._lock, engine_errors(), self._engine.begin() as connection:
            yield connection

    def copy_to(self, target: Path) -> None:
        """Write an encrypted copy under the same key to ``target``, which must not exist (VACUUM INTO)."""
        with self._raw() as raw:
            raw.execute("VACUUM INTO ?", (str(target),))

    def rewrite(self) -> None:
        """Write every page anew and empty the log: nothing of deleted rows is left, for whoever has the key.

        Takes about a second per hundred megabytes, and as much room again. Raises ``store.disk_full``.
        """
        with self._raw() as raw:
            raw.execute("INSERT INTO record_text (record_text) VALUES ('optimize')")
            raw.execute("VACUUM")
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def fold(self) -> None:
        """Put everything into the one file and need no other beside it: it may then be renamed once it is closed.

        The next opening turns the write-ahead log on again. Raises ``store.busy`` while somebody else has it open.
        """
        with self._raw() as raw:
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            if raw.execute("PRAGMA journal_mode = DELETE").fetchone() != ("delete",):
                raise SidumbaError("store.busy")

    @contextmanager
    def _raw(self) -> Iterator[Any]:
        """Lend the engine's own connection, outside any transaction."""
        with self._lock, engine_errors(), self._engine.connect() as connection:
            raw = connection.connection.dbapi_connection
            if raw is None:
                raise SidumbaError("store.damaged")
            yield raw

    def check(self) -> None:
        """Raise ``store.damaged`` when pages or indexes do not agree."""
        with self.read() as connection:
            cipher = connection.exec_driver_sql("PRAGMA cipher_integrity_check").fetchall()
            found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
        if cipher or found != "ok":
            raise SidumbaError("store.damaged")

    def close(self) -> None:
        with self._lock:
            self._engine.dispose()


def _forget(connection: sa.Connection) -> None:
    """What was remembered of a transaction that failed (numbers of words, columns of lists) never was."""
    connection.info.clear()


def _begin(connection: sa.Connection) -> None:
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
