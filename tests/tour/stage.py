"""The clock of the tour."""

from __future__ import annotations

from datetime import datetime, timedelta

from sidumba_field.core.time import SystemClock


class TourClock(SystemClock):
    """The machine's clock, some seconds ahead: nobody sits out the ten seconds in which a step can be undone."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=self._ahead)

    def advance(self, seconds: float) -> None:
        self._ahead += seconds
