"""Where on which page the next block goes: one column of blocks flowing over sheets.

Headings are deferred: they are drawn only together with the first thing below them, so that no page ends in a heading.
"""

from __future__ import annotations

from collections.abc import Callable

from sidumba_field.core.errors import SidumbaError
from sidumba_field.reports.flat_pdf import FlatPdf
from sidumba_field.reports.geometry import Geometry
from sidumba_field.reports.model import Progress
from sidumba_field.reports.pen import Pen

ROUNDING = 0.01
"""Points forgiven when sums of heights are compared."""

Draw = Callable[[float], None]
"""Draws something whose top is at the given y."""


class Flow:
    """The cursor of a document. ``y`` is the next free line, in points from the top of the current page."""

    def __init__(self, pdf: FlatPdf, geometry: Geometry, progress: Progress | None = None) -> None:
        self.pdf = pdf
        self.sheet = geometry
        self.pen = Pen(pdf, geometry.height)
        self.y = geometry.top
        self.rows_done = 0
        self._progress = progress
        self._deferred: list[tuple[float, Draw]] = []

    @property
    def room(self) -> float:
        """Points left on this page, deferred headings included."""
        return self.sheet.bottom - self.y + ROUNDING

    @property
    def fresh(self) -> bool:
        """Whether nothing stands on this page yet."""
        return self.y <= self.sheet.top

    def defer(self, height: float, draw: Draw) -> None:
        """Draw this heading just above whatever is placed next."""
        self._deferred.append((height, draw))

    def place(self, height: float) -> None:
        """Make sure that ``height`` points are free below the deferred headings, turning the page if not."""
        waiting = sum(h for h, _ in self._deferred)
        if self.room < waiting + height and not self.fresh:
            self.turn()
        deferred, self._deferred = self._deferred, []
        for heading, draw in deferred:
            draw(self.y)
            self.y += heading

    def put(self, height: float, draw: Draw) -> None:
        """Place one unsplittable thing and draw it."""
        self.place(height)
        draw(self.y)
        self.y += height

    def skip(self, height: float) -> None:
        """Leave a gap, but never at the top of a page."""
        if not self.fresh:
            self.y = min(self.y + height, self.sheet.bottom)

    def turn(self) -> None:
        """Write this page and start the next. Raises SidumbaError report.stopped when progress says so."""
        self.finish()
        self.pen = Pen(self.pdf, self.sheet.height)
        self.y = self.sheet.top

    def finish(self) -> None:
        """Write the current page."""
        self.pdf.add_page(self.sheet.width, self.sheet.height, self.pen.content())
        if self._progress is not None and not self._progress(self.pdf.page_count, self.rows_done):
            raise SidumbaError("report.stopped")
