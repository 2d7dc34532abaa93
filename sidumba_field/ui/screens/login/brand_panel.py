"""The blue panel of Masuk: name, version, promise, and the river drawn as waves.

Owns a drawing and three sentences; nothing in it takes the keyboard.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from sidumba_field.ui.theme import font, theme
from sidumba_field.ui.viewmodels.speech import tell
from sidumba_field.ui.widgets.label import Label
from sidumba_field.ui.widgets.painting import rounded

WIDE, NARROW, TIGHT = 430, 344, 260
_WAVES = (
    (0.63, 1.6, 170),
    (0.685, 1.2, 90),
    (0.735, 1.2, 80),
    (0.79, 1.6, 170),
    (0.842, 1.2, 90),
    (0.895, 1.2, 80),
)


def paint_logo(painter: QPainter, rect: QRectF, *, on_brand: bool = False) -> None:
    """The S on its blue square."""
    ground = theme().color("accent.solid") if not on_brand else QColor("#2F4EB8")
    rounded(painter, rect, rect.width() * 0.24, ground, None)
    painter.save()
    painter.translate(rect.topLeft())
    painter.scale(rect.width() / 34, rect.height() / 34)
    path = QPainterPath(QPointF(23.5, 11.2))
    path.cubicTo(21.5, 8.2, 12.5, 8.0, 11.3, 12.4)
    path.cubicTo(10.2, 16.8, 23.8, 16.0, 23.4, 21.2)
    path.cubicTo(22.8, 26.2, 12.6, 26.0, 10.4, 22.6)
    pen = QPen(QColor(255, 255, 255), 4.0)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(path)
    painter.restore()


class _Logo(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(34, 34)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_logo(painter, QRectF(self.rect()), on_brand=True)
        painter.end()


class BrandPanel(QWidget):
    """Left side of Masuk."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._version = Label("", "small", "onBrandSoft", wrap=True)
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(_Logo())
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(Label(tell("login.product"), "title", "onBrand"))
        words.addWidget(self._version)
        head.addLayout(words, 1)
        slogan = Label(tell("login.slogan"), "figure", "onBrand", wrap=True)
        promise = Label(tell("login.promise"), "value", "onBrandSoft", wrap=True)
        promise.setFont(font("value"))
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(44, 42, 44, 40)
        self._column.setSpacing(0)
        self._column.addLayout(head)
        self._column.addSpacing(64)
        self._column.addWidget(slogan)
        self._column.addSpacing(12)
        self._column.addWidget(promise)
        self._column.addStretch(1)
        self.setFixedWidth(WIDE)
        theme().changed.connect(self.update)

    def set_office(self, office: str, version: str) -> None:
        """Whose data this is."""
        self._version.setText(tell("login.version", office=office, version=version))

    def set_width(self, width: int) -> None:
        """One of WIDE, NARROW, TIGHT."""
        self.setFixedWidth(width)
        side = 44 if width == WIDE else 28
        self._column.setContentsMargins(side, 42 if width == WIDE else 28, side, 40)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground and waves."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme().color("special.brandPanel"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        width, height = self.width(), self.height()
        for at, stroke, alpha in _WAVES:
            ink = QColor(theme().color("special.onBrandSoft"))
            ink.setRgb(126, 148, 232, alpha)
            painter.setPen(QPen(ink, stroke))
            top = height * at
            path = QPainterPath(QPointF(-2, top))
            path.cubicTo(width * 0.2, top + 6, width * 0.33, top + 42, width * 0.52, top + 40)
            path.cubicTo(width * 0.72, top + 38, width * 0.8, top - 18, width + 2, top - 27)
            painter.drawPath(path)
        painter.end()
