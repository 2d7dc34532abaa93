"""Chips: the posisi chip, the tanda kirim mark with its phrase, count pills, avatars.

Owns showing the two independent facts of a record (design/UI.md section 1.2), each in its own part.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from sidumba_field.ui.theme import font, radius, size, theme
from sidumba_field.ui.widgets.glyphs import MarkPainter, StatePainter, mark_meaning, position_meaning
from sidumba_field.ui.widgets.painting import line_of_text, rounded

_GLYPH = 14


def chip_width(label: str) -> int:
    """Width of a posisi chip in px."""
    return round(QFontMetricsF(font("small", weight=500)).horizontalAdvance(label)) + _GLYPH + 18


def paint_state_chip(
    painter: QPainter,
    left: float,
    middle: float,
    position: str,
    label: str = "",
    *,
    room: float = 1e6,
    fraction: float | None = None,
) -> float:
    """Draw a chip from ``left``, centred on ``middle``;

    return its width. ``label`` "" takes the posisi's own.
    """
    meaning = position_meaning(position)
    words = label or meaning.label
    rect = QRectF(left, round(middle - size("chip") / 2), min(chip_width(words), room), size("chip"))
    rounded(painter, rect, radius("sm"), theme().color(meaning.tint), None)
    glyph = QRectF(rect.left() + 6, rect.center().y() - _GLYPH / 2, _GLYPH, _GLYPH)
    StatePainter.paint(painter, glyph, position, fraction=fraction)
    words_rect = QRectF(glyph.right() + 5, rect.top(), rect.right() - glyph.right() - 8, rect.height())
    line_of_text(painter, words_rect, words, font("small", weight=500), theme().color(meaning.fg))
    return rect.width()


class _Painted(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.update)

    def _named(self, words: str) -> None:
        self.setAccessibleName(words)
        self.setToolTip(words)
        self.updateGeometry()
        self.update()


class StateChip(_Painted):
    """A posisi:

    ring and word on a quiet ground. ``label`` and ``fraction`` come from the workflow when it has own ones.
    """

    def __init__(
        self,
        position: str = "draf",
        label: str = "",
        fraction: float | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.set_position(position, label, fraction)

    def set_position(self, position: str, label: str = "", fraction: float | None = None) -> None:
        """Show another posisi; KeyError for an unknown one."""
        self._position, self._fraction = position, fraction
        self._label = label or position_meaning(position).label
        self._named(self._label)

    def sizeHint(self) -> QSize:
        """Chip height, width of its words."""
        return QSize(chip_width(self._label), size("chip"))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the chip."""
        painter = QPainter(self)
        middle = self.height() / 2
        paint_state_chip(painter, 0, middle, self._position, self._label, fraction=self._fraction)
        painter.end()


class MarkIcon(_Painted):
    """A tanda kirim, with its phrase beside it if ``words``;

    the full phrase is always tooltip and accessible name.
    """

    def __init__(
        self, mark: str = "laptop", *, words: bool = False, label: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._words = words
        self.set_mark(mark, label)

    def set_mark(self, mark: str, label: str = "") -> None:
        """Show another mark; KeyError for an unknown one. ``label`` replaces the shown words."""
        self._mark = mark
        self._label = label or mark_meaning(mark).label
        self._named(self._label)

    def sizeHint(self) -> QSize:
        """16 px glyph plus words."""
        width = 16
        if self._words:
            width += 5 + round(QFontMetricsF(font("small")).horizontalAdvance(self._label)) + 2
        return QSize(width, 18)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw glyph and words."""
        painter = QPainter(self)
        MarkPainter.paint(painter, QRectF(0, 1, 16, 16), self._mark)
        if self._words:
            rect = QRectF(21, 0, self.width() - 21, self.height())
            line_of_text(
                painter, rect, self._label, font("small"), theme().color(mark_meaning(self._mark).fg)
            )
        painter.end()


class MarkChip(_Painted):
    """A tanda kirim as a chip on its tint, beside the title of the record it is about ("Beda isi")."""

    def __init__(self, words: str, mark: str = "beda", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words, self._mark = words, mark
        self._named(words)

    def sizeHint(self) -> QSize:
        """Chip height, glyph and words."""
        return QSize(chip_width(self._words) + 4, size("chip"))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw."""
        painter = QPainter(self)
        meaning = mark_meaning(self._mark)
        rounded(painter, QRectF(self.rect()), radius("sm"), theme().color(f"{meaning.family}.tint"), None)
        MarkPainter.paint(painter, QRectF(6, (self.height() - 16) / 2, 16, 16), self._mark)
        rect = QRectF(26, 0, self.width() - 30, self.height())
        line_of_text(painter, rect, self._words, font("small", weight=500), theme().color(meaning.fg))
        painter.end()


class CountPill(_Painted):
    """A small number on a grey pill beside a card title."""

    def __init__(self, count: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.set_count(count)

    def set_count(self, count: str) -> None:
        """Show another number; "" hides the pill."""
        self._count = count
        self.setVisible(bool(count))
        self._named(count)

    def sizeHint(self) -> QSize:
        """At least round."""
        return QSize(max(20, round(QFontMetricsF(font("small")).horizontalAdvance(self._count)) + 12), 18)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw pill and number."""
        painter = QPainter(self)
        rounded(painter, QRectF(self.rect()), self.height() / 2, theme().color("state.slate.tint"), None)
        tone = theme().color("text.secondary")
        used = font("small", numbers=True, weight=500)
        line_of_text(painter, QRectF(self.rect()), self._count, used, tone, Qt.AlignmentFlag.AlignHCenter)
        painter.end()


def initials(name: str) -> str:
    """``Nor Halimah`` -> ``NH``; one word gives its first two letters."""
    parts = [part for part in name.replace(".", " ").split() if part[:1].isalpha()]
    if not parts:
        return "?"
    return (parts[0][:2] if len(parts) == 1 else parts[0][0] + parts[-1][0]).upper()


class Avatar(_Painted):
    """A person as initials in a circle."""

    def __init__(self, name: str = "", px: int = 28, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._px = px
        self.set_name(name)

    def set_name(self, name: str) -> None:
        """Show another person."""
        self._letters = initials(name)
        self._named(name)

    def sizeHint(self) -> QSize:
        """A square."""
        return QSize(self._px, self._px)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw circle and letters."""
        painter = QPainter(self)
        paint_avatar(painter, QRectF(0, 0, self._px, self._px), self._letters)
        painter.end()


def paint_avatar(painter: QPainter, rect: QRectF, letters: str) -> None:
    """Draw initials in a circle that fills ``rect``."""
    current = theme()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(current.color("accent.line"), 1))
    painter.setBrush(current.color("accent.tint"))
    painter.drawEllipse(QPointF(rect.center()), rect.width() / 2 - 0.5, rect.height() / 2 - 0.5)
    used = font("small" if rect.width() >= 32 else "key", weight=600)
    line_of_text(painter, rect, letters, used, current.color("accent.fg"), Qt.AlignmentFlag.AlignHCenter)
