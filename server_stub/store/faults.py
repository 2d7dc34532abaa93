"""How a fault of ours is written down: where it happened and which kind it was, never the values in it.

Messages of exceptions carry what they stumbled over: a name, a NIK, a password. The log of the server holds none.
"""

from __future__ import annotations

import logging
import sys
import traceback
from types import TracebackType

ROOT = "sidumba_server"
_Info = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class DiscreetFormatter(logging.Formatter):
    """Writes a traceback as files, lines and functions, and the kind of each exception without its message."""

    def formatException(self, ei: _Info) -> str:
        lines: list[str] = []
        error = ei[1]
        while error is not None:
            lines += traceback.format_tb(error.__traceback__)
            lines.append(type(error).__qualname__ + "\n")
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "".join(lines).rstrip()


def log_discreetly() -> None:
    """Send the server's own log to standard error in this form; repeating changes nothing."""
    logger = logging.getLogger(ROOT)
    if logger.handlers:
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(DiscreetFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
