"""Thin bars: progress of one thing, and steps done of few.

Owns bars of 5 and 7 px; no animation besides the value itself.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from sidumba_field.ui.theme import theme
from sidumba_field.ui.widgets.painting import rounded
from sidumba_field.ui.widgets.speech import tr

THICK = 6


def paint_bar(painter: QPainter, rect: QRectF, fraction: float, color: str = "accent.solid") -> None:
    """A bar filled to ``fraction`` (0..1) in a token colour."""
    corner = rect.height() / 2
    rounded(painter, rect, corner, theme().color("state.slate.tint"), None)
    part = max(0.0, min(1.0, fraction))
    if part > 0:
        filled = QRectF(rect.left(), rect.top(), max(rect.height(), rect.width() * part), rect.height())
        rounded(painter, filled, corner, theme().color(color), None)


class ThinBar(QWidget):
    """A progress bar. ``color``: a token, e.g. ``accent.solid`` or ``state.amber.solid``."""

    def __init__(self, color: str = "accent.solid", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._color, self._done, self._total = color, 0, 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.update)

    def set_progress(self, done: int, total: int, color: str = "") -> None:
        """Fill to done of total; total 0 leaves it empty."""
        self._done, self._total, self._color = done, total, color or self._color
        self.setAccessibleName(tr("progress.of", done=done, total=total))
        self.update()

    def sizeHint(self) -> QSize:
        """Wide as it likes, 6 px thick."""
        return QSize(84, THICK)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the bar."""
        painter = QPainter(self)
        fraction = self._done / self._total if self._total else 0.0
        rect = QRectF(0, (self.height() - THICK) / 2, self.width(), THICK)
        paint_bar(painter, rect, fraction, self._color)
        painter.end()


class StepBar(QWidget):
    """One piece per step: done filled, the one under way outlined, the rest grey."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._done, self._total = 0, 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.update)

    def set_steps(self, done: int, total: int) -> None:
        """Show done of total steps."""
        self._done, self._total = done, total
        self.setAccessibleName(tr("progress.of", done=done, total=total))
        self.update()

    def sizeHint(self) -> QSize:
        """8 px high."""
        return QSize(160, 8)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the pieces."""
        if self._total <= 0:
            return
        painter = QPainter(self)
        current = theme()
        width = (self.width() - 4 * (self._total - 1)) / self._total
        for step in range(self._total):
            rect = QRectF(step * (width + 4), 0, max(2.0, width), self.height())
            if step < self._done:
                rounded(painter, rect, 2.5, current.color("accent.solid"), None)
            elif step == self._done:
                rounded(painter, rect, 2.5, None, current.color("accent.solid"), 1.5)
            else:
                rounded(painter, rect, 2.5, current.color("state.slate.tint"), None)
        painter.end()
