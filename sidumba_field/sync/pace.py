"""How much to put into one request: so much that it takes about its target time on the line we have (CSPro's
idea).

Pure arithmetic on bytes and seconds. Starts small, because the first request on a 20 kbit/s line must finish
too.
"""

from __future__ import annotations


class Pace:
    """A size in bytes between ``floor`` and ``ceiling`` that follows the line; never more than doubles at
    once.
    """

    def __init__(self, start: int, floor: int, ceiling: int, target_s: float) -> None:
        if not 0 < floor <= ceiling:
            raise ValueError("floor and ceiling are sizes in bytes, floor first")
        self._floor, self._ceiling, self._target_s = floor, ceiling, target_s
        self.size = self._clamp(start)

    @property
    def is_least(self) -> bool:
        """Whether nothing smaller may be tried."""
        return self.size == self._floor

    def took(self, amount: int, seconds: float) -> None:
        """Learn from a request of ``amount`` bytes that took ``seconds``; a small one says nothing about
        large ones.
        """
        if amount <= 0:
            return
        fits = int(amount * self._target_s / max(seconds, 0.001))
        if fits >= self.size:
            if amount * 2 >= self.size:
                self.size = self._clamp(min(fits, self.size * 2))
        else:
            self.size = self._clamp(max(fits, self.size // 4))

    def failed(self) -> None:
        """Learn from a request that broke: the next one is half as large."""
        self.size = self._clamp(self.size // 2)

    def _clamp(self, size: int) -> int:
        return max(self._floor, min(self._ceiling, size))
