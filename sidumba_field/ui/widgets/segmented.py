"""The segmented switch: two or more views of the same thing, exactly one on.

Owns its drawing and keys (arrows move and choose at once, as in a radio group).
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from sidumba_field.ui.theme import font, radius, size, theme
from sidumba_field.ui.widgets.painting import line_of_text, rounded

_PAD = 10


class SegmentedSwitch(QWidget):
    """``options``: (key, words). ``chosen`` carries the key."""

    chosen = Signal(str)

    def __init__(
        self, options: Sequence[tuple[str, str]], name: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._options = list(options)
        self._current = 0
        self._name = name
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.update)
        self._named()

    def _named(self) -> None:
        words = self._options[self._current][1] if self._options else ""
        self.setAccessibleName(f"{self._name}: {words}" if self._name else words)

    def current(self) -> str:
        """Key of the segment that is on."""
        return self._options[self._current][0]

    def set_current(self, key: str) -> None:
        """Switch without emitting; ValueError for an unknown key."""
        self._current = [option for option, _ in self._options].index(key)
        self._named()
        self.update()

    def set_words(self, key: str, words: str) -> None:
        """Change the words of one segment, e.g. its count."""
        self._options = [(option, words if option == key else said) for option, said in self._options]
        self._named()
        self.updateGeometry()
        self.update()

    def _choose(self, index: int) -> None:
        if 0 <= index < len(self._options) and index != self._current:
            self._current = index
            self._named()
            self.update()
            self.chosen.emit(self.current())

    def _widths(self) -> list[float]:
        metrics = QFontMetricsF(font("small", weight=500))
        return [round(metrics.horizontalAdvance(words)) + 2.0 * _PAD for _, words in self._options]

    def sizeHint(self) -> QSize:
        """Small control height, width of all words."""
        return QSize(round(sum(self._widths())) + 1, size("controlSmall"))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the segment under the mouse."""
        left = 0.0
        for index, width in enumerate(self._widths()):
            if left <= event.position().x() < left + width:
                self._choose(index)
            left += width

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows choose the neighbour, Space the next."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        if step:
            self._choose(self._current + step)
        elif event.key() == Qt.Key.Key_Space:
            self._choose((self._current + 1) % len(self._options))
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Frame, chosen segment, words, separators."""
        painter = QPainter(self)
        current = theme()
        frame = QRectF(self.rect())
        rounded(painter, frame, radius("md"), current.color("bg.surface"), None)
        clip = QPainterPath()
        clip.addRoundedRect(frame.adjusted(1, 1, -1, -1), radius("md") - 1, radius("md") - 1)
        left = 0.0
        for index, ((_, words), width) in enumerate(zip(self._options, self._widths(), strict=True)):
            rect = QRectF(left, 0, width, self.height())
            on = index == self._current
            if on:
                painter.save()
                painter.setClipPath(clip)
                painter.fillRect(rect, current.color("accent.tint"))
                painter.restore()
            ink = current.color("accent.fg" if on else "text.primary")
            used = font("small", weight=500, numbers=True)
            line_of_text(painter, rect, words, used, ink, Qt.AlignmentFlag.AlignHCenter)
            left += width
            if index < len(self._options) - 1:
                painter.setPen(QPen(current.color("border.default"), 1))
                painter.drawLine(round(left), 1, round(left), self.height() - 2)
        rounded(painter, frame, radius("md"), None, current.color("border.control"))
        painter.end()
