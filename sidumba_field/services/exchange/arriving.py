"""What is coming in while somebody watches: how far each item is, what failed about it, how fast the line is.

Owns nothing that lasts: the store's cursors say where a fetch goes on, this only says what was seen since somebody
sat down. Written by the network thread, read by the database worker; every method holds the lock for a moment.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from sidumba_field.core.errors import SidumbaError

#: Seconds of which the speed of the line is told, and of quiet after which it is told no more.
WINDOW_S, QUIET_S = 15.0, 5.0


class _Monotonic(Protocol):
    def monotonic(self) -> float: ...


class Meter:
    """Counts the bytes that came over the line, over all its calls."""

    def __init__(self, clock: _Monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._pieces: deque[tuple[float, int]] = deque()
        self._total = 0

    def heard(self, count: int) -> None:
        """Take ``count`` bytes that just came."""
        now = self._clock.monotonic()
        with self._lock:
            self._total += count
            self._pieces.append((now, count))
            while self._pieces and self._pieces[0][0] < now - WINDOW_S:
                self._pieces.popleft()

    @property
    def total(self) -> int:
        """Bytes since the start."""
        return self._total

    def rate(self) -> int:
        """Bytes per second over the last seconds; 0 when the line is quiet or too little came to tell."""
        now = self._clock.monotonic()
        with self._lock:
            fresh = [(at, count) for at, count in self._pieces if at >= now - WINDOW_S]
        if len(fresh) < 2 or fresh[-1][0] < now - QUIET_S:
            return 0
        return round(sum(count for _, count in fresh) / max(1.0, now - fresh[0][0]))


@dataclass(frozen=True, slots=True)
class Seen:
    """How far one item was seen to be; ``total`` -1: nobody knows. ``error``: what kept it from coming, or None."""

    done: int = 0
    total: int = -1
    error: SidumbaError | None = None


@dataclass
class Arriving:
    """Items of one person: forms by (program, form, version), feeds by scope id, files by ``sync.stages.FILES``."""

    #: Program -> form -> versions as the server's last hello named them; None before any.
    forms: Mapping[str, Mapping[str, list[str]]] | None = None
    _seen: dict[str, Seen] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def begin(self) -> None:
        """A run begins: what failed before is tried again."""
        with self._lock:
            self._seen = {key: replace(one, error=None) for key, one in self._seen.items()}

    def note(self, item: str, done: int, total: int) -> None:
        """Note how far an item is; ``total`` -1 leaves the one that was told before."""
        with self._lock:
            known = self._seen.get(item, Seen())
            self._seen[item] = Seen(done, total if total >= 0 else known.total, known.error)

    def failed(self, item: str, error: SidumbaError) -> None:
        """Note what kept an item from coming."""
        with self._lock:
            self._seen[item] = replace(self._seen.get(item, Seen()), error=error)

    def seen(self, item: str) -> Seen:
        """Return what is known of an item."""
        with self._lock:
            return self._seen.get(item, Seen())

    def knows(self, item: str) -> bool:
        """Tell whether anything was ever told of an item, be it that there is nothing in it."""
        with self._lock:
            return item in self._seen

    def forget(self) -> None:
        """Somebody else sits down."""
        with self._lock:
            self._seen.clear()
        self.forms = None


def form_key(program: str, form: str, version: str) -> str:
    """Name one version of a form among the items."""
    return f"{program}/{form}/{version}"
