"""Keeps None, True and False alive under PySide6 6.12 on Python before 3.12.

PySide6 6.12.0's wheel is built as if these were immortal (PEP 683, Python 3.12): every call of a Qt function
without a result takes one reference of None away, and after some thousand calls the interpreter ends with
"none_dealloc: deallocating None". PySide6 6.11 counts correctly. Until a wheel does again, the three get a
count that no working day uses up; that is what PEP 683 does, by hand. https://peps.python.org/pep-0683/
"""

from __future__ import annotations

import ctypes
import sys

import PySide6

_PLENTY = 1 << 60 if sys.maxsize > 1 << 32 else 1 << 30


def is_needed() -> bool:
    """Whether this pair of Python and PySide6 loses references."""
    return sys.version_info < (3, 12) and PySide6.__version_info__[:2] >= (6, 12)


def keep_alive() -> None:
    """Give the three a count that lasts; once is enough, more does no harm."""
    if not is_needed():
        return
    for value in (None, True, False):
        if sys.getrefcount(value) < _PLENTY // 2:
            # The reference count is the first field of every object (CPython, Include/object.h).
            ctypes.c_ssize_t.from_address(id(value)).value += _PLENTY
