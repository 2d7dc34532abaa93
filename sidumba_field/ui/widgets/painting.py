"""Small drawing moves that painted widgets share: rounded boxes, one line of text, focus inside a row."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from sidumba_field.ui.theme import theme


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


def focus_inside(painter: QPainter, rect: QRectF, corner: float = 0.0) -> None:
    """The focus ring of a row or cell: 2 px, drawn inside."""
    rounded(painter, rect, corner, None, theme().color("accent.ring"), 2.0)
