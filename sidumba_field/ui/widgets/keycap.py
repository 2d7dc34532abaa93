"""Keycaps: the small painted keys that say which shortcut does what.

Owns turning a QKeySequence into words for keys and drawing them; shared by buttons, hints, tooltips and rows.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QKeySequence, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from sidumba_field.ui.theme import font, radius, size, theme

GAP = 4
_PAD = 5
_NAMES = {
    "Return": "Enter",
    "Up": "↑",
    "Down": "↓",
    "Left": "←",
    "Right": "→",
    "Space": "Spasi",
    "Escape": "Esc",
    "Delete": "Del",
    "PgDown": "PgDn",
}

Shortcut = QKeySequence | QKeySequence.StandardKey | str


def sequence(shortcut: Shortcut | None) -> QKeySequence:
    """A QKeySequence from text, a standard key or nothing."""
    if shortcut is None:
        return QKeySequence()
    return QKeySequence(shortcut)


def keys_of(shortcut: Shortcut | None) -> tuple[str, ...]:
    """The keys of a shortcut as they are written on caps: ``Ctrl+Return`` -> ("Ctrl", "Enter")."""
    text = sequence(shortcut).toString(QKeySequence.SequenceFormat.PortableText).split(", ")[0]
    if not text:
        return ()
    if text.endswith("++"):
        parts = [*text[:-2].split("+"), "+"]
    else:
        parts = text.split("+") if text != "+" else ["+"]
    return tuple(_NAMES.get(part, part) for part in parts)


def spoken(shortcut: Shortcut | None) -> str:
    """A shortcut in one word for tooltips and accessible texts: ``Ctrl+Enter``."""
    return "+".join(keys_of(shortcut))


class KeycapPainter:
    """Measures and draws a row of keycaps, light or on a solid ground."""

    @staticmethod
    def cap_width(key: str) -> float:
        """Width of one cap in px."""
        return max(float(size("keycap")), QFontMetricsF(font("key")).horizontalAdvance(key) + 2 * _PAD)

    @classmethod
    def width(cls, keys: Sequence[str]) -> float:
        """Width of a row of caps in px."""
        return sum(cls.cap_width(key) for key in keys) + GAP * max(0, len(keys) - 1)

    @classmethod
    def paint(
        cls, painter: QPainter, left: float, middle: float, keys: Sequence[str], *, on_solid: bool = False
    ) -> float:
        """Draw caps from ``left``, centred on ``middle``; return the right edge."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font("key"))
        for key in keys:
            width = cls.cap_width(key)
            top = round(middle - size("keycap") / 2)
            cls._cap(painter, QRectF(round(left), top, round(width), size("keycap")), key, on_solid)
            left += width + GAP
        painter.restore()
        return left - GAP

    @staticmethod
    def _cap(painter: QPainter, rect: QRectF, key: str, on_solid: bool) -> None:
        current = theme()
        if on_solid:
            ground, edge, ink = QColor(255, 255, 255, 36), QColor(255, 255, 255, 120), QColor(255, 255, 255)
        else:
            ground, edge = current.color("bg.surface"), current.color("border.default")
            ink = current.color("text.secondary")
        painter.setPen(QPen(edge, 1))
        painter.setBrush(ground)
        box = rect.adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(box, radius("xs"), radius("xs"))
        inset = radius("xs") - 1
        painter.drawLine(
            QPointF(box.left() + inset, box.bottom() - 1), QPointF(box.right() - inset, box.bottom() - 1)
        )
        painter.setPen(ink)
        painter.drawText(rect.adjusted(0, -1, 0, -1), Qt.AlignmentFlag.AlignCenter, key)


class Keycaps(QWidget):
    """A shortcut drawn on its own. Decoration: a screen reader hears the shortcut from its button."""

    def __init__(self, shortcut: Shortcut, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keys = keys_of(shortcut)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("+".join(self._keys))
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """As wide as its caps."""
        return QSize(round(KeycapPainter.width(self._keys)) + 1, size("keycap"))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the caps."""
        painter = QPainter(self)
        KeycapPainter.paint(painter, 0, self.height() / 2, self._keys)
        painter.end()
