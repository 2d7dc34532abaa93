"""A laptop's clock beside the server's: how far apart, in words (design/UI.md section 7), and whether it jumped."""

from __future__ import annotations

from datetime import datetime

from sidumba_field.core.time import Clock
from sidumba_field.words import say

#: Seconds below which two clocks are the same: a slow line alone makes a minute.
SAME = 180
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_YEAR = 365 * _DAY


class Drift:
    """How far the clock was moved since this object was made: what it shows now, less what has passed."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._shown: datetime = clock.now()
        self._passed: float = clock.monotonic()

    def seconds(self) -> int:
        """Return the seconds it was put forward; negative when it was put back. A laptop that slept is not moved by
        more than it slept, so that only a jump backwards, or one of more than a day, counts."""
        shown = (self._clock.now() - self._shown).total_seconds()
        moved = round(shown - (self._clock.monotonic() - self._passed))
        return moved if moved < -SAME or moved > _DAY else 0


def skew_text(skew: int, lang: str) -> str:
    """Return the sentence for a server that is ``skew`` seconds ahead of this laptop, "" when both show the same."""
    apart = abs(skew)
    if apart < SAME:
        return ""
    for unit, seconds in (("years", _YEAR), ("days", _DAY), ("hours", _HOUR), ("minutes", _MINUTE)):
        if apart >= seconds:
            return say(f"care.clock_{unit}", lang, count=round(apart / seconds))
    raise AssertionError("unreachable")
