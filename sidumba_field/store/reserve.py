"""A few megabytes kept back on the disk, so that work can still be sent from a disk that is full.

Typing asks for room and is told when there is none. Sending makes room in the end, but needs a little first: answers
are written down before anything can go. The file holds noise, because a disk that packs its files gives nothing back
for zeros. What it was worth comes back at a start with room enough.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from sidumba_field.core.errors import SidumbaError
from sidumba_field.seal.durable import write_file

NAME = "reserve"
SIZE = 2 * 1024 * 1024
#: Bytes that have to be left beside it.
BESIDE = 32 * SIZE


def keep(folder: Path) -> bool:
    """Lay the reserve down when it is missing and the disk has room; tell whether it is there."""
    file = folder / NAME
    if file.exists() and file.stat().st_size >= SIZE:
        return True
    if shutil.disk_usage(folder).free < SIZE + BESIDE:
        return False
    try:
        write_file(file, [os.urandom(SIZE)])
    except SidumbaError:
        return False
    return True


def give(folder: Path) -> bool:
    """Give the reserve back to the disk; tell whether there was one."""
    file = folder / NAME
    if not file.exists():
        return False
    file.unlink()
    return True
