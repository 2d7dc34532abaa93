"""The laptop's shelf of attachments: encrypted, named by the SHA-256 of what they hold, whole or not there.

Layout: ``<dir>/ab/<sha>.enc``, format ``seal.frames``. No clear byte of a file ever touches the disk.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sidumba_field.core.canonical import sha256_hex
from sidumba_field.core.errors import SidumbaError
from sidumba_field.seal.durable import sync_folder, write_file
from sidumba_field.seal.frames import FrameReader, encrypt_frames

_SHA = re.compile(r"[0-9a-f]{64}")
_EXT = re.compile(r"[a-z0-9]{1,8}")


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file on a shelf: ``sha`` of its bytes (64 hex), ``name`` "<sha>.<ext>" as an answer holds it, ``size``."""

    sha: str
    name: str
    size: int


def demand_sha(sha: str) -> str:
    """Return ``sha``, or raise ``attachment.missing`` when it is no SHA-256 in lower-case hexadecimal."""
    if _SHA.fullmatch(sha) is None:
        raise SidumbaError("attachment.missing", sha=sha)
    return sha


class Shelf:
    """Attachments of one laptop under its data key. Safe from any thread: files are added whole, and go
    only when their record was erased."""

    def __init__(self, folder: Path, data_key: bytes) -> None:
        self.folder = folder
        self._key = data_key

    def _path(self, sha: str) -> Path:
        return self.folder / sha[:2] / f"{demand_sha(sha)}.enc"

    def add(self, source: bytes | Path, ext: str) -> StoredFile:
        """Keep ``source`` (bytes, or a file of the user's, which stays) and return what it is called.

        Raises ``store.disk_full``; ``ValueError`` for an extension that is not 1 to 8 letters or digits.
        """
        ext = ext.lower().lstrip(".")
        if _EXT.fullmatch(ext) is None:
            raise ValueError(f"not an extension: {ext!r}")
        data = source if isinstance(source, bytes) else source.read_bytes()
        sha = sha256_hex(data)
        path = self._path(sha)
        if not self.has(sha):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_file(path, encrypt_frames(io.BytesIO(data), self._key))
        return StoredFile(sha, f"{sha}.{ext}", len(data))

    def has(self, sha: str) -> bool:
        return self._path(sha).exists()

    def drop(self, sha: str) -> None:
        """Remove a file for good; nothing happens when it is not here."""
        path = self._path(sha)
        path.unlink(missing_ok=True)
        if path.parent.is_dir():
            sync_folder(path.parent)

    def open(self, sha: str) -> bytes:
        """Return all bytes; raise ``attachment.missing``, or ``attachment.damaged`` when they have changed."""
        data = self._read(sha, 0, None)
        if sha256_hex(data) != sha:
            raise SidumbaError("attachment.damaged", sha=sha)
        return data

    def size(self, sha: str) -> int:
        """Return the length in bytes; raise as ``open`` does."""
        with self._reader(sha) as reader:
            return reader.frames.size

    def iter_chunks(self, sha: str, offset: int = 0, size: int = 256 * 1024) -> Iterator[bytes]:
        """Yield the bytes from ``offset`` in pieces of ``size`` (the last one shorter); raise as ``open`` does."""
        total = self.size(sha)
        while offset < total:
            piece = self._read(sha, offset, size)
            yield piece
            offset += len(piece)

    def _read(self, sha: str, offset: int, size: int | None) -> bytes:
        with self._reader(sha) as reader:
            return reader.read(offset, size)

    def _reader(self, sha: str) -> _Open:
        return _Open(self._path(sha), self._key, sha)


class _Open:
    """A file held open for one reading; speaks of damage in the shelf's own words."""

    def __init__(self, path: Path, key: bytes, sha: str) -> None:
        self._sha = sha
        try:
            self._file = path.open("rb")
        except FileNotFoundError:
            raise SidumbaError("attachment.missing", sha=sha) from None
        try:
            self.frames = FrameReader(self._file, key)
        except SidumbaError:
            self._file.close()
            raise SidumbaError("attachment.damaged", sha=sha) from None

    def read(self, offset: int, size: int | None) -> bytes:
        try:
            return self.frames.read(offset, size)
        except SidumbaError:
            raise SidumbaError("attachment.damaged", sha=self._sha) from None

    def __enter__(self) -> _Open:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
