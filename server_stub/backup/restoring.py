"""Opens a backup on any machine: read to its end and found whole first, then laid down beside its place, then renamed.

Nothing is written before the whole file has been read once; nothing stands under the final name before all of it does.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from server_stub.backup.container import Head, Manifest, Walk
from server_stub.backup.sealed import open_pieces
from server_stub.settings import Settings
from server_stub.store import schema
from server_stub.store.copying import Filler, is_empty
from server_stub.store.database import Database
from server_stub.store.scopes import RESTORED
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.time import SystemClock, iso
from sidumba_field.seal.durable import disk_error, replace, sync_folder


def check(path: Path, identity: str) -> tuple[Head, Manifest]:
    """Read a backup to its end and return what it says of itself, once all of it has come true.

    Writes nothing. Raises ``backup.damaged``, ``backup.wrong_key``, ``backup.missing``, ``backup.unknown_format``.
    """
    walk = Walk()
    open_pieces(path, identity, walk)
    manifest = walk.close()
    assert walk.head is not None
    return walk.head, manifest


class _Laying(Walk):
    """Lays rows into a database and files into a folder while it reads. ``folder`` None: files are only checked."""

    def __init__(self, database: Database, folder: Path | None, opened: ExitStack) -> None:
        super().__init__()
        self._database, self._folder, self._opened = database, folder, opened
        self._filler: Filler | None = None
        self._out: IO[bytes] | None = None

    def on_head(self, head: Head) -> None:
        schema.build(self._database, head.schema)
        work = self._opened.enter_context(self._database.write())
        self._filler = Filler(work.connection)

    def on_table(self, name: str, columns: tuple[str, ...]) -> None:
        assert self._filler is not None
        self._filler.begin(name, columns)

    def on_row(self, row: list[object]) -> None:
        assert self._filler is not None
        self._filler.add(row)

    def on_file(self, path: str) -> None:
        if self._folder is None:
            return
        target = self._folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        mode = 0o600 if path == "keys.json" else 0o644
        self._out = os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb")

    def on_bytes(self, data: bytes) -> None:
        if self._out is not None:
            self._out.write(data)

    def on_file_end(self) -> None:
        if self._out is not None:
            self._out.flush()
            os.fsync(self._out.fileno())
            self._out.close()
            self._out = None

    def drop(self) -> None:
        """Close a file that was being written when something broke."""
        if self._out is not None:
            self._out.close()

    def close(self) -> Manifest:
        if self._filler is not None:
            self._filler.flush()
        return super().close()


def lay(path: Path, identity: str, database: Database, folder: Path | None) -> Manifest:
    """Lay a backup into an empty database (one transaction) and its files into ``folder``, and bring it to today's
    schema. Raises as ``check`` does, and ``store.too_new``."""
    with ExitStack() as opened:
        laying = _Laying(database, folder, opened)
        try:
            open_pieces(path, identity, laying)
            manifest = laying.close()
        finally:
            laying.drop()
    schema.upgrade(database)
    return manifest


def restore(path: Path, identity: str, into: Path, database_url: str = "") -> Manifest:
    """Restore a backup into the empty folder ``into`` (and an empty PostgreSQL database, when one is named).

    The restored server draws a new epoch, by which every laptop notices that it may have to send things again. Raises
    ``backup.not_empty``, and as ``lay`` does; then ``into`` is as it was.
    """
    check(path, identity)
    if into.exists() and (not into.is_dir() or any(into.iterdir())):
        raise SidumbaError("backup.not_empty", target=into.name)
    into.parent.mkdir(parents=True, exist_ok=True)
    building = into.with_name(f".{into.name}.{secrets.token_hex(4)}.part")
    building.mkdir()
    try:
        manifest = _build(path, identity, building, database_url)
        if into.exists():
            into.rmdir()
        replace(building, into)
        sync_folder(into.parent)
    except OSError as error:
        raise disk_error(error) or error from error
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return manifest


def _build(path: Path, identity: str, building: Path, database_url: str) -> Manifest:
    settings = Settings(building, database_url)
    database = Database(settings.database, database_url)
    try:
        if database_url and not is_empty(database):
            raise SidumbaError("backup.not_empty", target="PostgreSQL")
        if database_url and schema.current(database):
            schema.clear(database)
        manifest = lay(path, identity, database, building)
        with database.write() as work:
            work.scopes.put_fact("epoch", secrets.token_hex(8))
            work.scopes.put_fact(RESTORED, iso(SystemClock().now()))
    finally:
        database.close()
    if database_url:
        handle = os.open(building / "server.json", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as note:
            note.write(json.dumps({"database_url": database_url}))
    return manifest
