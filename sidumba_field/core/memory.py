"""Handing memory back to the system: what a start needed and the day after it does not.

Owns one call of the C library of Linux; elsewhere there is nothing to hand back by hand, and nothing happens.
"""

from __future__ import annotations

import ctypes
import sys


def hand_back() -> bool:
    """Give freed memory back to the system; tell whether any was. Takes some milliseconds, changes nothing else."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (OSError, AttributeError):
        # Another C library (musl): it keeps no arenas to trim.
        return False
    return bool(trim(0))
