"""Check boxes and radio buttons, drawn from the tokens: a 16 px glyph in a row of at least 28 px."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QRadioButton, QWidget

from sidumba_field.ui.theme import font, radius, size, theme
from sidumba_field.ui.widgets.painting import line_of_text, rounded

_GAP = 8


def paint_check(painter: QPainter, rect: QRectF, on: bool) -> None:
    """A check box glyph into a 16 px square."""
    current = theme()
    if not on:
        rounded(painter, rect, radius("xs"), current.color("bg.input"), current.color("border.control"), 1.2)
        return
    rounded(painter, rect, radius("xs"), current.color("accent.solid"), None)
    pen = QPen(current.color("text.onSolid"), 1.8)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    x, y = rect.left(), rect.top()
    painter.drawPolyline([QPointF(x + 4.2, y + 8.3), QPointF(x + 6.9, y + 10.9), QPointF(x + 11.8, y + 5.4)])


def paint_radio(painter: QPainter, rect: QRectF, on: bool) -> None:
    """A radio glyph into a 16 px square."""
    current = theme()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if on:
        painter.setPen(QPen(current.color("accent.solid"), 4.6))
        painter.setBrush(current.color("text.onSolid"))
        painter.drawEllipse(rect.adjusted(2.3, 2.3, -2.3, -2.3))
        return
    painter.setPen(QPen(current.color("border.control"), 1.2))
    painter.setBrush(current.color("bg.input"))
    painter.drawEllipse(rect.adjusted(0.6, 0.6, -0.6, -0.6))


def _size_of(button: QAbstractButton) -> QSize:
    words = QFontMetricsF(button.font()).horizontalAdvance(button.text())
    return QSize(round(words) + 16 + _GAP + 4, size("targetMin"))


def _paint_words(painter: QPainter, button: QAbstractButton) -> None:
    rect = QRectF(16 + _GAP, 0, button.width() - 16 - _GAP, button.height())
    line_of_text(painter, rect, button.text(), button.font(), theme().color("text.primary"))


class CheckBox(QCheckBox):
    """A check box with its words."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setFont(font("value"))
        self.setAccessibleName(text)
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """At least 28 px high."""
        return _size_of(self)

    def hitButton(self, pos: object) -> bool:
        """The words are part of the target."""
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        """Glyph and words."""
        painter = QPainter(self)
        paint_check(painter, QRectF(0, (self.height() - 16) / 2, 16, 16), self.isChecked())
        _paint_words(painter, self)
        painter.end()


class RadioButton(QRadioButton):
    """A radio button with its words."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setFont(font("value"))
        self.setAccessibleName(text)
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """At least 28 px high."""
        return _size_of(self)

    def hitButton(self, pos: object) -> bool:
        """The words are part of the target."""
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        """Glyph and words."""
        painter = QPainter(self)
        paint_radio(painter, QRectF(0, (self.height() - 16) / 2, 16, 16), self.isChecked())
        _paint_words(painter, self)
        painter.end()
