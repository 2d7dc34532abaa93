"""The twelve painted glyphs: seven rings for *posisi*, five marks for *tanda kirim*.

Owns their shapes. Two facts, never one badge (design/UI.md section 1.2): the ring says whose desk a record
is on and fills up with the workflow stage; the mark says where its copy is. Each has its own shape, so
colour is never alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from sidumba_field.ui.theme import theme
from sidumba_field.ui.theme.tokens import raw

MARKS = ("laptop", "tunggu", "terima", "beda", "gagal")
POSITIONS = ("draf", "desa", "kecamatan", "kabupaten", "kadis", "disahkan", "dikembalikan")

# Filled part of the ring; the two ends have signs of their own.
_WEDGE = {"kecamatan": 0.25, "kabupaten": 0.5, "kadis": 0.75}
_GRID = 16.0


@dataclass(frozen=True, slots=True)
class Meaning:
    """Colour family and full phrase of a glyph."""

    family: str
    label: str

    @property
    def fg(self) -> str:
        """Token of its text colour."""
        return f"{self.family}.fg"

    @property
    def tint(self) -> str:
        """Token of its quiet ground."""
        return f"{self.family}.tint"


def mark_meaning(mark: str) -> Meaning:
    """Colour and phrase of a tanda kirim; KeyError for an unknown one."""
    row = raw()["syncMark"][mark]
    return Meaning(row["color"], row["label"])


def position_meaning(position: str) -> Meaning:
    """Colour and phrase of a posisi; KeyError for an unknown one."""
    row = raw()["recordState"][position]
    return Meaning(row["color"], row["label"])


def _begin(painter: QPainter, rect: QRectF, color: QColor, stroke: float) -> None:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(rect.topLeft())
    painter.scale(rect.width() / _GRID, rect.height() / _GRID)
    pen = QPen(color, stroke)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)


class StatePainter:
    """Draws the posisi ring on a 16 grid.

    ``fraction`` overrides the wedge for a workflow with other stages.
    """

    @classmethod
    def paint(
        cls,
        painter: QPainter,
        rect: QRectF,
        position: str,
        *,
        color: QColor | None = None,
        fraction: float | None = None,
    ) -> None:
        """Draw one ring into ``rect``."""
        ink = color or theme().color(position_meaning(position).fg)
        _begin(painter, rect, ink, 1.55)
        if position == "draf":
            pen = painter.pen()
            pen.setDashPattern([2.9, 1.36])
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            painter.setPen(pen)
            painter.drawEllipse(QPointF(8, 8), 6.3, 6.3)
        elif position in ("disahkan", "dikembalikan"):
            cls._disc(painter, ink, returned=position == "dikembalikan")
        else:
            painter.drawEllipse(QPointF(8, 8), 6.3, 6.3)
            part = _WEDGE.get(position, 0.0) if fraction is None else fraction
            if part > 0:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(ink)
                painter.drawPie(QRectF(3.7, 3.7, 8.6, 8.6), 90 * 16, -round(part * 360 * 16))
        painter.restore()

    @staticmethod
    def _disc(painter: QPainter, ink: QColor, *, returned: bool) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        painter.drawEllipse(QPointF(8, 8), 7.1, 7.1)
        pen = QPen(theme().color("bg.surface"), 1.6)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        path = QPainterPath()
        if returned:
            path.moveTo(7.1, 5.0)
            path.lineTo(5.2, 6.9)
            path.lineTo(7.1, 8.8)
            path.moveTo(5.4, 6.9)
            path.lineTo(8.8, 6.9)
            path.cubicTo(11.4, 6.9, 11.4, 10.7, 8.8, 10.7)
            path.lineTo(7.6, 10.7)
        else:
            path.moveTo(5.3, 8.2)
            path.lineTo(7.2, 10.1)
            path.lineTo(10.8, 6.2)
        painter.drawPath(path)


class MarkPainter:
    """Draws the tanda kirim on a 16 grid."""

    @classmethod
    def paint(cls, painter: QPainter, rect: QRectF, mark: str, *, color: QColor | None = None) -> None:
        """Draw one mark into ``rect``; KeyError for an unknown one."""
        ink = color or theme().color(mark_meaning(mark).fg)
        _begin(painter, rect, ink, 1.5)
        painter.drawPath(_MARK_PATHS[mark])
        painter.restore()


def _laptop() -> QPainterPath:
    path = QPainterPath()
    path.addRoundedRect(QRectF(3, 3.2, 10, 7.3), 1.3, 1.3)
    path.moveTo(1.4, 13)
    path.lineTo(14.6, 13)
    return path


def _waiting() -> QPainterPath:
    path = QPainterPath()
    path.addEllipse(QPointF(8, 8), 6.4, 6.4)
    path.moveTo(8, 11)
    path.lineTo(8, 5.2)
    path.moveTo(5.6, 7.4)
    path.lineTo(8, 5.0)
    path.lineTo(10.4, 7.4)
    return path


def _received() -> QPainterPath:
    path = QPainterPath()
    path.moveTo(1.6, 8.8)
    path.lineTo(4.2, 11.4)
    path.lineTo(10.0, 4.9)
    path.moveTo(6.9, 10.6)
    path.lineTo(7.7, 11.4)
    path.lineTo(14.4, 4.4)
    return path


def _differing() -> QPainterPath:
    path = QPainterPath()
    path.moveTo(8, 14)
    path.lineTo(8, 9.2)
    path.lineTo(3.8, 4.0)
    path.moveTo(8, 9.2)
    path.lineTo(12.2, 4.0)
    path.addEllipse(QPointF(3.4, 3.1), 1.0, 1.0)
    path.addEllipse(QPointF(12.6, 3.1), 1.0, 1.0)
    return path


def _trouble() -> QPainterPath:
    path = QPainterPath()
    path.moveTo(8, 2.3)
    path.lineTo(14.4, 13.4)
    path.lineTo(1.6, 13.4)
    path.closeSubpath()
    path.moveTo(8, 6.6)
    path.lineTo(8, 9.4)
    path.moveTo(8, 11.4)
    path.lineTo(8, 11.5)
    return path


_MARK_PATHS = {
    "laptop": _laptop(),
    "tunggu": _waiting(),
    "terima": _received(),
    "beda": _differing(),
    "gagal": _trouble(),
}
