"""When to try again: full jitter between nothing and a ceiling that doubles from 5 s to 15 min (spec/sync.md
"Auth").

``delay`` is pure: the random number is handed in. Full jitter, because at month's end a whole regency comes back at the
same minute after an outage, and equal delays would bring it back at the same second.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from sidumba_field.core.time import Clock

FIRST_S = 5.0
CEILING_S = 900.0
#: A wish of the server is kept, but not longer than this.
LONGEST_WISH_S = 3_600.0


def delay(attempt: int, draw: float, wish_s: float = 0.0) -> float:
    """Return the seconds to wait after ``attempt`` failures in a row (1, 2, ...).

    ``draw`` is a random number in [0, 1); ``wish_s`` the server's Retry-After, below which we never go: the
    jitter is added on top of it, so that those who were sent away together do not come back together.
    """
    if attempt < 1:
        raise ValueError("there is nothing to wait for before the first failure")
    if not 0.0 <= draw < 1.0:
        raise ValueError("draw lies in [0, 1)")
    ceiling = min(CEILING_S, FIRST_S * 2.0 ** min(attempt - 1, 20))
    return min(max(wish_s, 0.0), LONGEST_WISH_S) + draw * ceiling


#: Faults after which coming again at once helps nobody.
TIRED = frozenset(
    {
        "wire.unreachable",
        "wire.overloaded",
        "wire.too_many",
        "wire.timeout",
        "wire.server_fault",
        "wire.cut_short",
        "wire.bad_digest",
    }
)


class Patience:
    """When a run nobody asked for may begin again. A person who presses the key does not wait."""

    def __init__(self, clock: Clock, draw: Callable[[], float] = random.random) -> None:
        self._clock, self._draw = clock, draw
        self._failures = 0
        self._until = self._away_until = float("-inf")

    def failed(self, wish_s: float = 0.0) -> None:
        """Count one more failure in a row; ``wish_s``: what the server asked for."""
        self._failures += 1
        now = self._clock.monotonic()
        self._until = now + delay(self._failures, self._draw(), wish_s)
        self._away_until = now + min(max(wish_s, 0.0), LONGEST_WISH_S)

    def succeeded(self) -> None:
        self._failures = 0
        self._until = self._away_until = float("-inf")

    @property
    def rested(self) -> bool:
        """Tell whether a run may begin by itself."""
        return self._clock.monotonic() >= self._until

    @property
    def sent_away(self) -> bool:
        """Tell whether the server asked not to be asked anything yet."""
        return self._clock.monotonic() < self._away_until
