"""Rows of batches that wait for a signature: whose, how many, warnings, since when, and the step at the right."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from sidumba_field.ui.theme import font, paint_icon, radius, text_width, theme
from sidumba_field.ui.widgets.painting import line_of_text, rounded
from sidumba_field.ui.widgets.rows import ITEM, Index, RowDelegate, RowList

_RIGHT, _MIDDLE = Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignHCenter
ROW = 54


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One batch; ``warned``: its warnings are drawn in amber with their sign."""

    key: str
    title: str
    subtitle: str
    count: str
    warnings: str
    waits: str
    action: str
    warned: bool = False

    def spoken(self) -> str:
        """One sentence."""
        parts = (self.title, self.subtitle, self.count, self.warnings, self.waits, self.action)
        return ", ".join(part for part in parts if part)


class _BatchDelegate(RowDelegate):
    """Names at the left, three facts in columns, the step at the right."""

    height = ROW

    def words(self, painter: QPainter, rect: QRectF, index: Index, current: bool, focused: bool) -> None:
        row: BatchRow = index.data(ITEM)
        tones, small = theme(), font("small", numbers=True)
        right = self._action(painter, rect, row, current)
        rows = index.model().items  # type: ignore[attr-defined]  # RowModel
        strong = font("label", numbers=True, weight=600)
        gap = 20 if rect.width() > 700 else 12
        waits = max(text_width(one.waits, small) for one in rows)
        warnings = max(text_width(one.warnings, small) for one in rows) + 22
        counts = max(text_width(one.count, strong) for one in rows)
        for words, width, used, ink, align in (
            (row.waits, waits, small, "text.secondary", Qt.AlignmentFlag.AlignLeft),
            (row.warnings, warnings, small, "", Qt.AlignmentFlag.AlignLeft),
            (row.count, counts, strong, "text.primary", _RIGHT),
        ):
            box = QRectF(right - width - 1, rect.top(), width + 1, rect.height())
            if not ink:
                self._warnings(painter, box, row)
            else:
                line_of_text(painter, box, words, used, tones.color(ink), align)
            right = box.left() - gap
        names = QRectF(rect.left() + 14, rect.top() + 9, right - rect.left() - 14, 19)
        line_of_text(painter, names, row.title, font("label"), tones.color("text.primary"))
        below = names.translated(0, 18)
        line_of_text(painter, below, row.subtitle, small, tones.color("text.secondary"))

    def _warnings(self, painter: QPainter, box: QRectF, row: BatchRow) -> None:
        tone = theme().color("state.amber.fg" if row.warned else "text.secondary")
        used = font("small", numbers=True, weight=500) if row.warned else font("small", numbers=True)
        if row.warned:
            paint_icon(painter, "triangle-alert", QRectF(box.left(), box.center().y() - 7, 14, 14), tone)
            box = box.adjusted(20, 0, 0, 0)
        line_of_text(painter, box, row.warnings, used, tone)

    def _action(self, painter: QPainter, rect: QRectF, row: BatchRow, current: bool) -> float:
        """Draw the step, filled on the row under the hand; return where the facts end."""
        used, tones = font("label"), theme()
        width = text_width(row.action, used) + 26
        box = QRectF(rect.right() - 14 - width, rect.center().y() - 17, width, 34)
        if current:
            rounded(painter, box, radius("md"), tones.color("accent.solid"), None)
            line_of_text(painter, box, row.action, used, tones.color("text.onSolid"), _MIDDLE)
        else:
            line_of_text(painter, box, row.action, used, tones.color("text.link"), _RIGHT)
        return box.left() - 14


class BatchList(RowList):
    """``opened``: check and sign; ``looked``: samples by lot."""

    def __init__(self, *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(_BatchDelegate(), name=name, parent=parent)

    def sizeHint(self) -> QSize:
        """All rows, up to six."""
        return QSize(420, ROW * min(6, max(1, len(self.items()))) + 2)

    def minimumSizeHint(self) -> QSize:
        """The same: the page scrolls, not the list."""
        return QSize(300, self.sizeHint().height())

    def fit(self) -> None:
        """Be as high as the rows."""
        self.setFixedHeight(self.sizeHint().height())
