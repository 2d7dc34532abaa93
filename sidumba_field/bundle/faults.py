"""What may go wrong with a stick, in codes: full, pulled out, write-protected; how work is watched and stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sidumba_field.core.errors import SidumbaError
from sidumba_field.seal.durable import disk_error

#: (bytes done, bytes in all; 0 = unknown)
Progress = Callable[[int, int], None]
#: Asked between two pieces: is it enough?
Stop = Callable[[], bool]


class Stopped(Exception):
    """The user asked to stop; raised between two pieces. Nothing half-written is left behind."""


def go_on() -> bool:
    """Answer "stop?" with no."""
    return False


def ignore(done: int, total: int) -> None:
    """Take progress for work nobody watches."""


def stick_error(error: OSError) -> SidumbaError:
    """Return what the system's word means to somebody with a stick in his hand.

    A stick that was pulled out answers with half a dozen different numbers (no such file, no such device, an error of
    input and output, a stale handle): whatever is neither "full" nor "write-protected" is that.
    """
    known = disk_error(error)
    if known is None:
        return SidumbaError("bundle.stick_gone")
    return SidumbaError("bundle.stick_full" if known.code == "store.disk_full" else "bundle.stick_read_only")


@contextmanager
def on_stick() -> Iterator[None]:
    """Speak of the stick wherever the system would speak of a file."""
    try:
        yield
    except OSError as error:
        raise stick_error(error) from error
