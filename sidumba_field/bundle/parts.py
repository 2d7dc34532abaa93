"""Writes the files of a bundle onto a stick, split where FAT32 would refuse, and reads them as one stream again.

A file appears under its name only when all parts are flushed to the stick and have been read back; before that they are
``<name>.part``. Order of a write (spec/sync.md section 3 "USB bundle"): write, flush, open anew, hash what comes back,
rename, flush the folder. Whatever breaks, what was half-written is taken away again if the stick is still there.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

from sidumba_field.bundle.facts import HEAD, MOST_PARTS, Facts, PartHead, write_head
from sidumba_field.bundle.faults import Progress, Stop, Stopped, go_on, ignore, on_stick
from sidumba_field.core.errors import SidumbaError
from sidumba_field.seal import durable

#: Bytes of one file: below the 4 GiB a file on FAT32 may have.
PART = 3_900_000_000
_BLOCK = 1024 * 1024


@dataclass
class _Part:
    """One file being written. ``size`` and ``seen``: of what lies behind the head."""

    path: Path
    file: BinaryIO
    size: int = 0
    seen: Any = None

    def __post_init__(self) -> None:
        self.seen = hashlib.sha256()


class PartWriter:
    """Takes a sealed stream piece by piece (``write``) and leaves whole files behind (``finish``).

    ``total``: bytes expected, for progress alone. Raises ``bundle.stick_full``, ``bundle.stick_gone``,
    ``bundle.stick_read_only``, ``bundle.not_read_back``, ``bundle.too_big``; and ``Stopped``.
    """

    def __init__(
        self,
        folder: Path,
        stem: str,
        part_bytes: int = PART,
        *,
        total: int = 0,
        progress: Progress = ignore,
        stop: Stop = go_on,
    ) -> None:
        if part_bytes <= HEAD:
            raise ValueError("a part is larger than its head")
        self._folder, self._stem, self._room = folder, stem, part_bytes - HEAD
        self._total, self._progress, self._stop = total, progress, stop
        self._parts: list[_Part] = []
        self._seen, self._size, self._told = hashlib.sha256(), 0, 0

    def write(self, data: bytes) -> int:
        """Take the next bytes of the stream."""
        if self._stop():
            raise Stopped
        with on_stick():
            left = memoryview(data)
            while left:
                part = self._open_part()
                piece = left[: self._room - part.size]
                part.file.write(piece)
                part.seen.update(piece)
                part.size += len(piece)
                left = left[len(piece) :]
        self._seen.update(data)
        self._size += len(data)
        self._tell(len(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is promised before ``finish``."""

    def _open_part(self) -> _Part:
        if not self._parts or self._parts[-1].size == self._room:
            if len(self._parts) == MOST_PARTS:
                raise SidumbaError("bundle.too_big")
            path = self._folder / f"{self._stem}_{len(self._parts) + 1}.part"
            part = _Part(path, path.open("w+b"))
            self._parts.append(part)
            part.file.write(b"\0" * HEAD)
        return self._parts[-1]

    def finish(self, facts: Facts) -> tuple[Facts, tuple[Path, ...]]:
        """Write the heads, flush, read everything back, and give the files their names; return the full facts."""
        if not self._parts:
            raise ValueError("a bundle without a byte")
        whole = replace(facts, sha=self._seen.hexdigest(), size=self._size)
        with on_stick():
            heads = [self._close(whole, number) for number in range(1, len(self._parts) + 1)]
            for part, head in zip(self._parts, heads, strict=True):
                self._read_back(part, head)
            named = []
            for number, part in enumerate(self._parts, start=1):
                target = self._folder / whole.file_name(number, len(self._parts))
                durable.replace(part.path, target)
                named.append(target)
            durable.sync_folder(self._folder)
        self._parts = []
        return whole, tuple(named)

    def _close(self, facts: Facts, number: int) -> bytes:
        part = self._parts[number - 1]
        head = write_head(PartHead(facts, number, len(self._parts), part.size, part.seen.hexdigest()))
        part.file.seek(0)
        part.file.write(head)
        part.file.flush()
        os.fsync(part.file.fileno())
        part.file.close()
        return head

    def _read_back(self, part: _Part, head: bytes) -> None:
        """Read a file as somebody else will find it: from the stick, as far as the system can be asked to."""
        found = hashlib.sha256()
        with part.path.open("rb", buffering=0) as file:
            _forget_cached(file.fileno())
            fits = file.read(HEAD) == head
            while fits and (block := file.read(_BLOCK)):
                if self._stop():
                    raise Stopped
                found.update(block)
                self._tell(len(block))
        if not fits or found.digest() != part.seen.digest():
            raise SidumbaError("bundle.not_read_back", file=part.path.name)

    def _tell(self, count: int) -> None:
        """Count every byte twice: written and read back."""
        self._told += count
        self._progress(self._told // 2, max(self._total, self._told // 2))

    def discard(self) -> None:
        """Take away what was begun; a stick that is gone took it along."""
        for part in self._parts:
            with contextlib.suppress(OSError):
                part.file.close()
                part.path.unlink(missing_ok=True)
        self._parts = []


@contextlib.contextmanager
def writing(writer: PartWriter) -> Iterator[PartWriter]:
    """Hand ``writer`` to the block; whatever leaves the block before ``finish`` leaves nothing on the stick."""
    try:
        yield writer
    finally:
        writer.discard()


def _forget_cached(handle: int) -> None:
    """Ask the system to fetch the bytes from the stick again instead of from memory, where it has a word for that."""
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)


class Joined:
    """The sealed stream over all parts in order, as one file to read; close it when done.

    Raises ``bundle.truncated`` when a file ends early, ``bundle.stick_gone`` when it cannot be read any more. ``told``
    is called with the number of bytes of each piece.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        sizes: Sequence[int],
        progress: Progress = ignore,
        stop: Stop = go_on,
        skip: int = HEAD,
    ) -> None:
        self._skip = skip
        self._left = list(zip(paths, sizes, strict=True))
        self._total, self._done = sum(sizes), 0
        self._file: BinaryIO | None = None
        self._room = 0
        self._progress, self._stop = progress, stop

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, at most ``size`` (one block when negative); b"" at the end."""
        if self._stop():
            raise Stopped
        with on_stick():
            while self._room == 0:
                if not self._next():
                    return b""
            wanted = min(self._room, size if size >= 0 else _BLOCK)
            assert self._file is not None
            piece = self._file.read(wanted)
        if len(piece) < wanted:
            raise SidumbaError("bundle.truncated")
        self._room -= len(piece)
        self._done += len(piece)
        self._progress(self._done, self._total)
        return piece

    def _next(self) -> bool:
        self.close()
        if not self._left:
            return False
        path, self._room = self._left.pop(0)
        self._file = path.open("rb")
        self._file.seek(self._skip)
        return True

    def skip(self, count: int) -> None:
        """Pass over ``count`` bytes without reading them."""
        while count:
            with on_stick():
                while self._room == 0:
                    if not self._next():
                        raise SidumbaError("bundle.truncated")
                step = min(self._room, count)
                assert self._file is not None
                self._file.seek(step, os.SEEK_CUR)
            self._room -= step
            self._done += step
            count -= step

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def __enter__(self) -> Joined:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
