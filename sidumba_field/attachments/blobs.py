"""The server's files: plain, named by SHA-256, written in chunks that may stop and go on anywhere.

Order of one chunk (spec/sync.md "Attachments"): hash of the chunk, lock, compare the offset, cut the part to the
recorded offset, write, flush, record the new offset. At the end the hash over everything, then the rename. A killed
server leaves at most bytes beyond the recorded offset, which the next chunk cuts off.

Layout: ``<dir>/ab/<sha>`` whole files; ``<dir>/parts/<sha>.part`` with ``.offset`` ("<offset> <total>"), and one lock
for all files whose hash begins alike, ``<dir>/parts/ab.lock``: 256 at most, however many files ever come.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sidumba_field.attachments.locks import locked
from sidumba_field.attachments.shelf import demand_sha
from sidumba_field.core.canonical import sha256_hex
from sidumba_field.core.errors import SidumbaError
from sidumba_field.seal.durable import disk_error, replace, sync_folder, write_file

_BLOCK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class BlobStatus:
    """``done``: whole, hash verified. ``offset``: bytes durably kept. ``size``: all bytes, 0 while unknown."""

    done: bool
    offset: int
    size: int


class BlobDir:
    """Files of one server. Safe for several processes on one machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._parts = folder / "parts"

    def _whole(self, sha: str) -> Path:
        return self.folder / sha[:2] / demand_sha(sha)

    def _part(self, sha: str) -> Path:
        return self._parts / f"{demand_sha(sha)}.part"

    def _record(self, sha: str) -> Path:
        return self._parts / f"{demand_sha(sha)}.offset"

    def status(self, sha: str) -> BlobStatus:
        """Return what is here; raise ``attachment.missing`` only for something that is no SHA-256."""
        whole = self._whole(sha)
        if whole.exists():
            size = whole.stat().st_size
            return BlobStatus(True, size, size)
        offset, total = self._recorded(sha)
        return BlobStatus(False, offset, total)

    def _recorded(self, sha: str) -> tuple[int, int]:
        """Return (offset, total) of a part; an unreadable record, or one beyond the part, begins anew."""
        try:
            offset, total = (int(text) for text in self._record(sha).read_text("ascii").split())
            return (offset, total) if offset <= self._part(sha).stat().st_size else (0, 0)
        except (FileNotFoundError, ValueError):
            return 0, 0

    def write_chunk(self, sha: str, offset: int, total: int, data: bytes, chunk_sha: str) -> BlobStatus:
        """Keep one chunk durably; return where the file stands now. A chunk of a whole file changes nothing.

        An empty chunk at the end is welcome: it asks for the judgement a killed server still owes to a part whose
        bytes are all here.

        Raises ``wire.chunk_hash``; ``wire.offset`` (param offset: where to go on) when the chunk does not begin there,
        ends beyond ``total``, or ``total`` is not the one announced before; ``attachment.damaged`` when all bytes are
        here and are another file (its part is put aside, the next chunk begins at 0); ``store.disk_full``.
        """
        if sha256_hex(data) != chunk_sha:
            raise SidumbaError("wire.chunk_hash")
        with _disk(), self._locked(sha):
            known = self.status(sha)
            if known.done:
                return known
            other = known.offset > 0 and known.size != total
            stands_still = not data and offset < total
            if offset != known.offset or other or offset + len(data) > total or stands_still:
                raise SidumbaError("wire.offset", offset=known.offset)
            self._append(sha, offset, total, data)
            if offset + len(data) == total:
                return self._finish(sha, total)
            return BlobStatus(False, offset + len(data), total)

    def _append(self, sha: str, offset: int, total: int, data: bytes) -> None:
        part = self._part(sha)
        with part.open("r+b" if part.exists() else "w+b") as file:
            file.truncate(offset)
            file.seek(offset)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        write_file(self._record(sha), [f"{offset + len(data)} {total}".encode("ascii")])

    def _finish(self, sha: str, total: int) -> BlobStatus:
        """Judge a part whose bytes are all here, and keep it for good or begin it anew."""
        if hash_of(self._part(sha)) != sha:
            write_file(self._record(sha), [b"0 0"])
            raise SidumbaError("attachment.damaged", sha=sha)
        self._keep(sha)
        return BlobStatus(True, total, total)

    def _keep(self, sha: str) -> None:
        """Make a judged part a whole file. A storage of another kind does this in its own way."""
        whole = self._whole(sha)
        whole.parent.mkdir(parents=True, exist_ok=True)
        replace(self._part(sha), whole)
        sync_folder(whole.parent)
        sync_folder(whole.parent.parent)
        self._record(sha).unlink(missing_ok=True)

    def take(self, sha: str, total: int, pieces: Iterable[bytes]) -> BlobStatus:
        """Keep a file that came whole by another way than the line (a stick); return where it stands now.

        What a line has brought of it so far is left alone until every byte of ``pieces`` is on the disk and right.
        Raises ``attachment.damaged`` when they are another file or another number of bytes; ``store.disk_full``.
        """
        with _disk(), self._locked(sha):
            known = self.status(sha)
            if known.done:
                return known
            came = self._parts / f"{sha}.came"
            try:
                size = write_file(came, pieces)
                if size != total or hash_of(came) != sha:
                    raise SidumbaError("attachment.damaged", sha=sha)
                replace(came, self._part(sha))
            finally:
                came.unlink(missing_ok=True)
            write_file(self._record(sha), [f"{total} {total}".encode("ascii")])
            return self._finish(sha, total)

    @contextmanager
    def _locked(self, sha: str) -> Iterator[None]:
        self._parts.mkdir(parents=True, exist_ok=True)
        with locked(self._parts / f"{demand_sha(sha)[:2]}.lock"):
            yield

    def read(self, sha: str, offset: int = 0, size: int | None = None) -> bytes:
        """Return the bytes of a whole file (``size`` from ``offset``); raise ``attachment.missing``."""
        try:
            with self._whole(sha).open("rb") as file:
                file.seek(offset)
                return file.read(-1 if size is None else size)
        except FileNotFoundError:
            raise SidumbaError("attachment.missing", sha=sha) from None


def hash_of(path: Path) -> str:
    """Return the SHA-256 of a file, 64 hexadecimal digits."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            found.update(block)
    return found.hexdigest()


@contextmanager
def _disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        full = disk_error(error)
        if full is not None:
            raise full from error
        raise
