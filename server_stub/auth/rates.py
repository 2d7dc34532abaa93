"""How often somebody may ask: one bucket per laptop and per address, refilled by time, in the memory of one worker.

Pure but for the clock it is handed. The limits lie far above what a laptop does in its fastest full sync; they stop a
laptop gone wild and a stranger who tries codes, and leave the others their server.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from math import ceil
from threading import Lock

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.time import Clock

#: Names remembered at once; who was away longest is forgotten first, and begins with a full bucket.
_NAMES = 20_000


@dataclass(frozen=True, slots=True)
class Rate:
    """``per_s`` asks a second for ever, ``burst`` at once."""

    per_s: float
    burst: float


class Buckets:
    """Safe to share between threads."""

    def __init__(self, rate: Rate, clock: Clock) -> None:
        self._rate, self._clock = rate, clock
        self._turn = Lock()
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def demand(self, name: str) -> None:
        """Raise ``wire.too_many`` (with ``retry_after`` in seconds) when nothing is left; take nothing."""
        with self._turn:
            left = self._now(name)
        if left < 1:
            wait = ceil((1 - left) / self._rate.per_s)
            raise SidumbaError("wire.too_many", retry_after=wait)

    def take(self, name: str, cost: float = 1.0) -> None:
        """Count one ask of ``name``; raises as ``demand``."""
        self.demand(name)
        with self._turn:
            self._left[name] = (self._now(name) - cost, self._clock.monotonic())
            self._left.move_to_end(name)
            while len(self._left) > _NAMES:
                self._left.popitem(last=False)

    def _now(self, name: str) -> float:
        left, at = self._left.get(name, (self._rate.burst, 0.0))
        passed = max(0.0, self._clock.monotonic() - at) if name in self._left else 0.0
        return min(self._rate.burst, left + passed * self._rate.per_s)
