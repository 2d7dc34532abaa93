"""Files that are whole or not there at all: write beside, flush to the disk, rename over, flush the folder.

``os.replace`` is atomic on POSIX and on Windows (MoveFileEx); a folder can be flushed on POSIX only. Windows refuses to
replace a file that somebody has open, were it a virus scanner for a blink: there it is tried again for a second.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from pathlib import Path

from sidumba_field.core.errors import SidumbaError

#: errno of a full disk, a full quota, a file over the limit; Windows: ERROR_HANDLE_DISK_FULL, ERROR_DISK_FULL.
_FULL = {28, 122, 27}
_FULL_WINDOWS = {39, 112}
#: errno of a folder one may not write in, a disk mounted for reading.
_READ_ONLY = {1, 13, 30}
#: ERROR_ACCESS_DENIED, ERROR_WRITE_PROTECT; a file in use (32) is another matter, though its errno is the same.
_READ_ONLY_WINDOWS = {5, 19}
_TRIES, _PAUSE_S = (20 if os.name == "nt" else 1), 0.05


def disk_error(error: OSError) -> SidumbaError | None:
    """Return ``store.disk_full`` or ``store.read_only`` when that is what ``error`` says, else None."""
    windows = getattr(error, "winerror", None)
    if error.errno in _FULL or windows in _FULL_WINDOWS:
        return SidumbaError("store.disk_full")
    if windows in _READ_ONLY_WINDOWS or (windows is None and error.errno in _READ_ONLY):
        return SidumbaError("store.read_only")
    return None


def replace(source: Path, target: Path) -> None:
    """Put ``source`` in the place of ``target``; raise ``OSError`` when the system keeps refusing."""
    for left in reversed(range(_TRIES)):
        try:
            os.replace(source, target)
        except PermissionError:
            if left == 0:
                raise
            time.sleep(_PAUSE_S)
        else:
            return


def sync_folder(folder: Path) -> None:
    """Flush the names in ``folder``; Windows does so by itself and has no call for it."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def shred(path: Path) -> bool:
    """Overwrite a file with zeros, flush, and take its name away; tell whether there was one.

    What a worn-out flash cell may still hold is beyond any program: that is what full-disk encryption is for.
    """
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        return False
    with path.open("r+b") as file:
        file.write(b"\0" * size)
        file.flush()
        os.fsync(file.fileno())
    path.unlink()
    sync_folder(path.parent)
    return True


def write_file(path: Path, chunks: Iterable[bytes]) -> int:
    """Put ``chunks`` at ``path`` durably and return their length in bytes.

    Raises ``store.disk_full``, ``store.read_only``, and OSError for anything else.
    The half-written neighbour ``<name>.part`` is ours and is overwritten by the next attempt.
    """
    part = path.with_name(path.name + ".part")
    size = 0
    try:
        with part.open("wb") as file:
            for chunk in chunks:
                size += file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        replace(part, path)
        sync_folder(path.parent)
    except OSError as error:
        known = disk_error(error)
        if known is not None:
            raise known from error
        raise
    return size
