"""A lock between processes (and threads) on one machine, held by an open file: a killed holder lets go by itself."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    def _take(handle: int) -> None:
        while True:
            try:
                msvcrt.locking(handle, msvcrt.LK_LOCK, 1)
            except OSError:
                # LK_LOCK gives up after ten tries of one second; another upload of the same file may take longer.
                time.sleep(0.05)
            else:
                return

    def _take_now(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

    def _give(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _take(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX)

    def _take_now(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _give(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)


@contextmanager
def try_locked(path: Path) -> Iterator[bool]:
    """Hold the lock ``path`` for the length of the block if nobody else does; hand over whether that is so."""
    with path.open("a+b") as file:
        try:
            _take_now(file.fileno())
        except OSError:
            yield False
            return
        try:
            yield True
        finally:
            file.seek(0)
            _give(file.fileno())


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock ``path`` (an empty file that stays) for the length of the block."""
    with path.open("a+b") as file:
        _take(file.fileno())
        try:
            yield
        finally:
            file.seek(0)
            _give(file.fileno())
