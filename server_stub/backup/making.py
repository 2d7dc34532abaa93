"""Makes a backup: one consistent picture of the database and every file, streamed into one sealed file.

The file appears under its name when all of it is on the disk; what a full disk or a power cut leaves is a neighbour
``<name>.part`` that the next attempt takes away.
"""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from server_stub.auth.keys import ServerKeys
from server_stub.backup.container import Head, Manifest, is_safe_path, line
from server_stub.backup.sealed import blocks, fingerprint, seal_pieces
from server_stub.settings import Settings
from server_stub.store import schema
from server_stub.store.copying import columns_of, copied_tables, rows_of
from server_stub.store.database import Database
from server_stub.store.storage import open_blobs
from server_stub.store.work import Work
from sidumba_field.core.canonical import sha256_hex
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.time import Clock, iso
from sidumba_field.seal.durable import disk_error, replace, sync_folder

#: Small pieces are gathered before they are packed and sealed.
_PIECE = 256 * 1024


@dataclass(frozen=True, slots=True)
class Made:
    """A finished backup. ``sha256``/``size``: of the sealed file."""

    path: Path
    sha256: str
    size: int
    manifest: Manifest


class _Stream:
    """The plain stream, hashed and counted as it goes."""

    def __init__(self, work: Work, settings: Settings, keys: ServerKeys, head: Head) -> None:
        self._work, self._settings, self._keys, self._head = work, settings, keys, head
        self._blobs = open_blobs(settings)
        self._seen = hashlib.sha256()
        self._counts: dict[str, int] = {}
        self._heads: dict[str, Sequence[Any]] = {}
        self._missing: list[str] = []
        self._files = 0
        self.manifest: Manifest | None = None

    def pieces(self) -> Iterator[bytes]:
        for piece in self._hashed():
            self._seen.update(piece)
            yield piece
        self.manifest = Manifest(
            self._counts, self._heads, self._files, sorted(self._missing), self._seen.hexdigest()
        )
        sig = self._keys.signing.sign(self.manifest.signed_bytes(self._head))
        yield line({"manifest": asdict(self.manifest), "sig": sig})

    def _hashed(self) -> Iterator[bytes]:
        yield line(asdict(self._head))
        for name in copied_tables():
            yield from self._table(name)
        for path in self._small_files():
            yield from self._file(path, path.relative_to(self._settings.data).as_posix())
        for sha in self._work.files.whole():
            yield from self._attachment(sha)

    def _table(self, name: str) -> Iterator[bytes]:
        columns = columns_of(name)
        self._counts[name] = 0
        yield line({"table": name, "columns": list(columns)})
        for row in rows_of(self._work, name):
            self._counts[name] += 1
            if name == "head":
                said = dict(zip(columns, row, strict=True))
                self._heads[said["vid"]] = [said["seq"], said["hash"]]
            yield line(row)

    def _small_files(self) -> Iterator[Path]:
        """The server's keys, and the forms an office installed; names with a dot are an unfinished installation's."""
        if self._settings.keys.exists():
            yield self._settings.keys
        forms = self._settings.data / "forms"
        for path in sorted(forms.rglob("*")) if forms.exists() else ():
            is_hidden = any(part.startswith(".") for part in path.relative_to(forms).parts)
            if path.is_file() and not is_hidden:
                yield path

    def _file(self, path: Path, name: str) -> Iterator[bytes]:
        if not is_safe_path(name):
            self._missing.append(name)
            return
        sha, size = fingerprint(path)
        self._files += 1
        yield line({"file": name, "sha256": sha, "size": size})
        yield from blocks(path)

    def _attachment(self, sha: str) -> Iterator[bytes]:
        """One whole file of whichever storage; 25 MB at most, so it is held as a whole."""
        name = f"blobs/{sha[:2]}/{sha}"
        try:
            data = self._blobs.read(sha)
        except SidumbaError as error:
            if error.code != "attachment.missing":
                raise
            data = b""
        if sha256_hex(data) != sha:
            self._missing.append(name)
            return
        self._files += 1
        yield line({"file": name, "sha256": sha, "size": len(data)})
        yield data


def _packed(pieces: Iterator[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(level=3)
    waiting = bytearray()
    for piece in pieces:
        waiting += piece
        if len(waiting) >= _PIECE:
            packed = packer.compress(bytes(waiting))
            waiting.clear()
            if packed:
                yield packed
    yield packer.compress(bytes(waiting)) + packer.flush()


def make(
    database: Database, settings: Settings, keys: ServerKeys, clock: Clock, out: Path, to: Sequence[str]
) -> Made:
    """Write a backup to ``out``, sealed to the server itself and to every recipient in ``to``.

    Raises ``backup.exists`` (an old backup is never replaced), ``store.disk_full``, and ``seal.wrong_key`` for a
    recipient that is none.
    """
    if out.exists():
        raise SidumbaError("backup.exists", file=out.name)
    part = out.with_name(out.name + ".part")
    try:
        manifest = _write(database, settings, keys, clock, part, to)
        replace(part, out)
        sync_folder(out.parent)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise disk_error(error) or error from error
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sha, size = fingerprint(out)
    return Made(out, sha, size, manifest)


def _write(
    database: Database, settings: Settings, keys: ServerKeys, clock: Clock, part: Path, to: Sequence[str]
) -> Manifest:
    recipients = list(dict.fromkeys([keys.age_recipient, *to]))
    step = schema.current(database)
    with database.read() as work, part.open("wb") as file:
        epoch = work.scopes.fact("epoch")
        head = Head(step, iso(clock.now()), epoch, keys.signing.public_hex)
        stream = _Stream(work, settings, keys, head)
        seal_pieces(_packed(stream.pieces()), recipients, file)
        file.flush()
        os.fsync(file.fileno())
    assert stream.manifest is not None
    return stream.manifest
