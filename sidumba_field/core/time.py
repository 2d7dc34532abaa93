"""Time as a thing that is handed in: the Clock protocol, its one real implementation, and the one text form we store.

Nobody else asks the machine what time it is. Clocks of village laptops are wrong (spec/sync.md failure 18), so no
decision about order ever rests on them; they are shown, logged and compared with the server's.
"""

from __future__ import annotations

import time as _time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Anything that can say the time: the machine, or a test."""

    def now(self) -> datetime:
        """Return the current instant, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that only grow; the zero is arbitrary."""
        ...


class SystemClock:
    """The machine's clock; the only place that reads it."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return _time.monotonic()


class FixedClock:
    """A clock that stands still until told to move: for tests, papers printed twice, and replays."""

    def __init__(self, at: datetime) -> None:
        if at.tzinfo is None:
            raise ValueError("a clock wants an aware instant")
        self._at = at.astimezone(UTC)
        self._mono = 0.0

    def now(self) -> datetime:
        return self._at

    def monotonic(self) -> float:
        return self._mono

    def advance(self, seconds: float) -> None:
        """Move both hands by ``seconds``."""
        self._at += timedelta(seconds=seconds)
        self._mono += seconds


def iso(at: datetime) -> str:
    """Return ``2026-11-20T01:41:12.345Z``: UTC, milliseconds, always the same width, so text order is time order."""
    if at.tzinfo is None:
        raise ValueError("a naive instant has no place on the wire")
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_iso(text: str) -> datetime:
    """Read what ``iso`` wrote; raise ``ValueError`` on anything without a zone."""
    at = datetime.fromisoformat(text.replace("Z", "+00:00"))
    if at.tzinfo is None:
        raise ValueError(f"no zone in {text!r}")
    return at.astimezone(UTC)
