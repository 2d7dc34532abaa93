"""The section list of a form: letter, name, and how far it is.

Owns the five looks of a section: done, current, n of m, error, warning.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QWidget

from sidumba_field.ui.theme import font, paint_icon, radius, text_width, theme
from sidumba_field.ui.widgets.painting import line_of_text, rounded
from sidumba_field.ui.widgets.rows import ITEM, Index, RowDelegate, RowList
from sidumba_field.ui.widgets.speech import tr


@dataclass(frozen=True, slots=True)
class SectionItem:
    """One section with its counts."""

    key: str
    letter: str
    label: str
    filled: int = 0
    total: int = 0
    errors: int = 0
    warnings: int = 0

    @property
    def status(self) -> str:
        """error, warning, done, empty or partial; an error outweighs all."""
        if self.errors:
            return "error"
        if self.warnings:
            return "warning"
        if self.total and self.filled >= self.total:
            return "done"
        return "partial" if self.filled else "empty"

    def spoken(self) -> str:
        """One sentence for a screen reader."""
        return tr(f"section.{self.status}", label=self.label, filled=self.filled, total=self.total)


ROW, LEAST_ROW = 37, 29


class SectionDelegate(RowDelegate):
    """One row, the current one a white card."""

    height = ROW
    hairline = False

    def ground(self, painter: QPainter, rect: QRectF, index: Index, current: bool, focused: bool) -> None:
        """Card behind the current section."""
        if current:
            box = rect.adjusted(0, 1, 0, -1)
            rounded(painter, box, radius("md"), theme().color("bg.surface"), theme().color("border.subtle"))

    def focus(self, painter: QPainter, rect: QRectF) -> None:
        """Ring around the card."""
        rounded(painter, rect.adjusted(0, 1, 0, -1), radius("md"), None, theme().color("accent.ring"), 2)

    def words(self, painter: QPainter, rect: QRectF, index: Index, current: bool, focused: bool) -> None:
        """Letter, name, state."""
        item: SectionItem = index.data(ITEM)
        tones = theme()
        letter = QRectF(rect.left() + 8, rect.top(), 16, rect.height())
        middle = Qt.AlignmentFlag.AlignHCenter
        line_of_text(
            painter, letter, item.letter, font("small", weight=600), tones.color("text.secondary"), middle
        )
        left = self._state(painter, rect, item)
        name = QRectF(rect.left() + 32, rect.top(), left - rect.left() - 38, rect.height())
        ink = tones.color("text.primary" if current else "text.secondary")
        line_of_text(painter, name, item.label, font("label" if current else "body"), ink)

    @staticmethod
    def _state(painter: QPainter, rect: QRectF, item: SectionItem) -> float:
        """Draw the state at the right; return its left edge."""
        right, tones = rect.right() - 8, theme()
        if item.status == "done":
            paint_icon(
                painter,
                "check",
                QRectF(right - 16, rect.center().y() - 8, 16, 16),
                tones.color("state.teal.fg"),
            )
            return right - 16
        text = f"{item.filled}/{item.total}" if item.filled or item.errors or item.warnings else "–"
        used = font("small", numbers=True)
        area = QRectF(rect.left(), rect.top(), right - rect.left(), rect.height())
        line_of_text(painter, area, text, used, tones.color("text.secondary"), Qt.AlignmentFlag.AlignRight)
        left = right - text_width(text, used)
        sign = {
            "error": ("circle-alert", "state.vermilion.fg"),
            "warning": ("triangle-alert", "state.amber.fg"),
        }
        if item.status in sign:
            icon, tone = sign[item.status]
            paint_icon(painter, icon, QRectF(left - 20, rect.center().y() - 7, 14, 14), tones.color(tone))
            left -= 20
        return left


class SectionList(RowList):
    """The list; ``opened`` and ``moved`` carry a section's key."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self._delegate = SectionDelegate()
        super().__init__(self._delegate, name=tr("section.name"), parent=parent)
        self.setProperty("ground", "clear")

    def set_items(self, items: Sequence[SectionItem]) -> None:
        """Show the sections; rows give way before one has to be scrolled to."""
        super().set_items(items)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Rows follow the room there is."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        rows = max(len(self.items()), 1)
        height = min(ROW, max(LEAST_ROW, self.viewport().height() // rows))
        if height != self._delegate.height:
            self._delegate.height = height
            self.scheduleDelayedItemsLayout()
