"""Files that are whole or not there at all: write beside, flush to the disk, rename over, flush the folder.

``os.replace`` is atomic on POSIX and on Windows (MoveFileEx); a folder can be flushed on POSIX only.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from sidumba_field.core.errors import SidumbaError

#: errno of a full disk, a full quota, a file over the limit; Windows: ERROR_HANDLE_DISK_FULL, ERROR_DISK_FULL.
_FULL = {28, 122, 27}
_FULL_WINDOWS = {39, 112}


def disk_error(error: OSError) -> SidumbaError | None:
    """Return ``store.disk_full`` when that is what ``error`` says, else None."""
    if error.errno in _FULL or getattr(error, "winerror", None) in _FULL_WINDOWS:
        return SidumbaError("store.disk_full")
    return None


def sync_folder(folder: Path) -> None:
    """Flush the names in ``folder``; Windows does so by itself and has no call for it."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_file(path: Path, chunks: Iterable[bytes]) -> int:
    """Put ``chunks`` at ``path`` durably and return their length in bytes; raise ``store.disk_full``.

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
        os.replace(part, path)
        sync_folder(path.parent)
    except OSError as error:
        full = disk_error(error)
        if full is not None:
            raise full from error
        raise
    return size
