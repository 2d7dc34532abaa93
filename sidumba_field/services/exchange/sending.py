"""How far the files of a run are: percent, speed of the line, and how long it will still take.

Owns nothing that lasts: the server says how far it has a file. Written by the network thread, read by the database
worker.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import replace
from typing import Protocol

from sidumba_field.services.exchange.sync_views import SyncView
from sidumba_field.words import say

#: Seconds of which the speed is told: a few chunks of eight seconds.
WINDOW_S = 40.0


class _Monotonic(Protocol):
    def monotonic(self) -> float: ...


class Sending:
    """The files of one run, as one amount of bytes."""

    def __init__(self, clock: _Monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: deque[tuple[float, int]] = deque()
        self._total = 0

    def begin(self) -> None:
        """A run begins, or is over."""
        with self._lock:
            self._seen.clear()
            self._total = 0

    def note(self, done: int, total: int) -> None:
        """Take that ``done`` of ``total`` bytes are on the server now."""
        now = self._clock.monotonic()
        with self._lock:
            self._total = total
            self._seen.append((now, done))
            while len(self._seen) > 2 and self._seen[0][0] < now - WINDOW_S:
                self._seen.popleft()

    def percent(self) -> int:
        """Return how much of it has gone, 0 to 100; -1 while there is nothing to tell."""
        with self._lock:
            return 100 * self._seen[-1][1] // self._total if self._seen and self._total else -1

    def rate(self) -> int:
        """Return bytes per second, 0 while too little has gone to tell."""
        with self._lock:
            if len(self._seen) < 2:
                return 0
            (began, first), (ended, last) = self._seen[0], self._seen[-1]
        return round((last - first) / (ended - began)) if last > first and ended > began else 0

    def left_s(self) -> int:
        """Return the seconds it will still take at this speed, -1 while nobody can tell."""
        rate = self.rate()
        with self._lock:
            return round((self._total - self._seen[-1][1]) / rate) if rate else -1

    def on(self, view: SyncView, lang: str) -> SyncView:
        """Return the picture of a run with how far its files are."""
        percent, rate, left = self.percent(), self.rate(), self.left_s()
        if percent < 0:
            return view
        minutes = max(1, round(left / 60))
        return replace(
            view,
            percent=percent,
            rate_text=say("services.sync.rate", lang, bytes=rate) if rate else view.rate_text,
            eta_text=say("services.sync.eta", lang, minutes=minutes) if left >= 0 else "",
        )
