"""Small drawing moves that painted widgets share: rounded boxes, one line of text, focus inside a row."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QTextLayout,
)
from PySide6.QtWidgets import QWidget

from sidumba_field.ui.theme import font, theme, type_role


def rounded(
    painter: QPainter,
    rect: QRectF,
    corner: float,
    fill: QColor | None,
    edge: QColor | None,
    width: float = 1.0,
) -> None:
    """A rounded box whose edge lies wholly inside ``rect``."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(fill if fill is not None else Qt.BrushStyle.NoBrush)
    if edge is None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawRoundedRect(rect, corner, corner)
        return
    painter.setPen(QPen(edge, width))
    inset = width / 2
    painter.drawRoundedRect(rect.adjusted(inset, inset, -inset, -inset), corner - inset, corner - inset)


def line_of_text(
    painter: QPainter,
    rect: QRectF,
    text: str,
    used: QFont,
    color: QColor,
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
) -> float:
    """One elided line, centred in height; returns the width it took."""
    metrics = QFontMetricsF(used)
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
    painter.setFont(used)
    painter.setPen(color)
    painter.drawText(rect, align | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, shown)
    return metrics.horizontalAdvance(shown)


def two_lines(painter: QPainter, rect: QRectF, text: str, color: QColor) -> None:
    """Body text on one line if it fits, else on two, the second elided; centred in height."""
    used, height = font("body"), type_role("body").line
    metrics = QFontMetricsF(used)
    if metrics.horizontalAdvance(text) <= rect.width():
        line_of_text(painter, rect, text, used, color)
        return
    layout = QTextLayout(text, used)
    layout.beginLayout()
    line = layout.createLine()
    line.setLineWidth(rect.width())
    cut = line.textLength()
    layout.endLayout()
    top = rect.center().y() - height
    for number, part in enumerate((text[:cut].rstrip(), text[cut:].lstrip())):
        line_of_text(
            painter, QRectF(rect.left(), top + number * height, rect.width(), height), part, used, color
        )


def focus_inside(painter: QPainter, rect: QRectF, corner: float = 0.0) -> None:
    """The focus ring of a row or cell: 2 px, drawn inside."""
    rounded(painter, rect, corner, None, theme().color("accent.ring"), 2.0)


class RoundFrame(QWidget):
    """Rounds off whatever square content a frame holds: corners in the ground's colour, the edge over them.

    Lies over its parent, deaf to mouse and keyboard, and follows its size.
    """

    def __init__(self, parent: QWidget, *, ground: str, corner: float) -> None:
        super().__init__(parent)
        self._ground, self._corner = ground, corner
        self.edge = "border.subtle"
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        parent.installEventFilter(self)
        self.setGeometry(parent.rect())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the parent; stay above children that come later."""
        parent = self.parentWidget()
        if parent is not None and event.type() in (
            QEvent.Type.Resize,
            QEvent.Type.ChildAdded,
            QEvent.Type.Show,
        ):
            self.setGeometry(parent.rect())
            self.raise_()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """Corners, then the edge."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect())
        outside, inside = QPainterPath(), QPainterPath()
        outside.addRect(box)
        inside.addRoundedRect(box, self._corner, self._corner)
        painter.fillPath(outside.subtracted(inside), theme().color(self._ground))
        rounded(painter, box, self._corner, None, theme().color(self.edge))
        painter.end()
