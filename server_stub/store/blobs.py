"""Where the bytes of files lie: the Protocol every kind of storage keeps, and the plain folder under the data folder.

Whole files are never removed by themselves, referenced or not: an op that names one may still lie on a laptop that
nobody has seen for months. Only ``remove`` does so, for what a person had erased. What ``tidy`` takes away are parts
nobody has added a byte to for 30 days; their laptop still holds the file and simply begins anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from sidumba_field.attachments import BlobDir, BlobStatus
from sidumba_field.core.errors import SidumbaError

#: How long a part may lie without a new byte.
PART_LIFE = timedelta(days=30)
_PART = re.compile(r"([0-9a-f]{64})\.part")
#: Leftovers that count for nothing: a write that was cut, a record without its part, locks of an older layout.
_LEFT = re.compile(r"[0-9a-f]{64}\.(offset|offset\.part|came|came\.part|lock)")


@dataclass(frozen=True, slots=True)
class Tidied:
    """What one round did. ``finished``: hash -> size of files made whole of parts a crash had left complete;
    ``dropped``: hashes of abandoned parts; ``waiting``: complete ones the storage would not take now."""

    finished: Mapping[str, int] = field(default_factory=dict)
    dropped: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()


class Blobs(Protocol):
    """Files by SHA-256. Safe for several processes on one machine. Raises ``attachment.later`` when the storage behind
    it does not answer; then nothing has changed."""

    def status(self, sha: str) -> BlobStatus:
        """Return what is here; a file is done only when it was read back, size and hash."""
        ...

    def write_chunk(self, sha: str, offset: int, total: int, data: bytes, chunk_sha: str) -> BlobStatus:
        """Keep one chunk durably; see ``BlobDir.write_chunk``."""
        ...

    def take(self, sha: str, total: int, pieces: Iterable[bytes]) -> BlobStatus:
        """Keep a file that came whole by another way than the line; see ``BlobDir.take``."""
        ...

    def read(self, sha: str, offset: int = 0, size: int | None = None) -> bytes:
        """Return the bytes of a whole file; raise ``attachment.missing``."""
        ...

    def remove(self, sha: str) -> None:
        """Remove a file and whatever there is of a part; nothing happens when there is none."""
        ...

    def tidy(self, now: datetime) -> Tidied:
        """Finish what a crash left complete, drop parts nobody has touched for 30 days."""
        ...

    def carry_over(self) -> Tidied:
        """Bring whole files that lie somewhere else to where they belong; on a plain folder they lie there."""
        ...


class DiskBlobs(BlobDir):
    """Files in a folder: the ordinary storage."""

    def remove(self, sha: str) -> None:
        """As the Protocol says. Only for hashes no record refers to any more; ``attachment.missing`` for no SHA-256."""
        with self._locked(sha):
            for path in (self._whole(sha), self._part(sha), self._record(sha)):
                path.unlink(missing_ok=True)

    def tidy(self, now: datetime) -> Tidied:
        """As the Protocol says. May run beside uploads: each file is looked at under its lock."""
        done = _Round()
        oldest = (now - PART_LIFE).timestamp()
        for path in sorted(self._parts.glob("*")) if self._parts.exists() else ():
            named = _PART.fullmatch(path.name)
            if named is not None:
                self._tidy_part(named[1], oldest, done)
            elif _LEFT.fullmatch(path.name):
                self._tidy_left(path, oldest)
        return Tidied(done.finished, tuple(done.dropped), tuple(done.waiting))

    def _tidy_part(self, sha: str, oldest: float, done: _Round) -> None:
        """Finish or drop one part; leave one that is under way."""
        with self._locked(sha):
            offset, total = self._recorded(sha)
            if offset and offset == total:
                self._tidy_complete(sha, total, done)
            elif _is_older(self._part(sha), oldest):
                self._part(sha).unlink(missing_ok=True)
                self._record(sha).unlink(missing_ok=True)
                done.dropped.append(sha)

    def _tidy_complete(self, sha: str, total: int, done: _Round) -> None:
        if done.waiting:
            # A storage that did not answer once is not asked again for each of a hundred parts.
            done.waiting.append(sha)
            return
        try:
            self._finish(sha, total)
        except SidumbaError as error:
            if error.code == "attachment.later":
                done.waiting.append(sha)
            elif error.code != "attachment.damaged":
                raise
        else:
            done.finished[sha] = total

    def carry_over(self) -> Tidied:
        """Nothing to do: they lie where they belong."""
        return Tidied()

    def _tidy_left(self, path: Path, oldest: float) -> None:
        sha = path.name[:64]
        with self._locked(sha):
            if _is_older(path, oldest) and not self._part(sha).exists():
                path.unlink(missing_ok=True)


@dataclass
class _Round:
    finished: dict[str, int] = field(default_factory=dict)
    dropped: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)


def _is_older(path: Path, oldest: float) -> bool:
    try:
        return path.stat().st_mtime < oldest
    except FileNotFoundError:
        return False
