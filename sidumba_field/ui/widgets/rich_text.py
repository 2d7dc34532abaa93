"""A paragraph of differently toned runs that ends in keycaps: messages, banners, remarks.

Owns laying out such text by width (``heightForWidth``) and drawing it; links and buttons stand beside it as
widgets of their own, so that the keyboard reaches them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QTextCharFormat, QTextLayout, QTextOption
from PySide6.QtWidgets import QSizePolicy, QWidget

from sidumba_field.ui.theme import font, theme, type_role
from sidumba_field.ui.widgets.keycap import KeycapPainter, Shortcut, keys_of


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text in one tone (a colour token) and weight; ``mark`` is a token for a tint behind it."""

    text: str
    tone: str = "text.primary"
    weight: int = 0
    mark: str = ""


def lay_out(
    layout: QTextLayout, runs: Sequence[Run], role: str, width: float, tail: float, *, numbers: bool = False
) -> tuple[float, float]:
    """Break ``runs`` into lines of at most ``width`` px, leaving ``tail`` px at the end.

    Returns height of all lines and the x where the last one ends, both in px.
    """
    base, line_height = font(role, numbers=numbers), type_role(role).line
    layout.setText("".join(run.text for run in runs))
    layout.setFont(base)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WordWrap)
    layout.setTextOption(option)
    layout.setFormats(_formats(runs, role, numbers))
    top, right = 0.0, 0.0
    layout.beginLayout()
    while (line := layout.createLine()).isValid():
        line.setLineWidth(max(1.0, width))
        line.setPosition(QPointF(0, top + (line_height - line.height()) / 2))
        top += line_height
        right = line.naturalTextWidth()
    layout.endLayout()
    if tail and right + tail > width:
        top, right = top + line_height, 0.0
    return max(top, float(line_height)), right


def _formats(runs: Sequence[Run], role: str, numbers: bool) -> list[QTextLayout.FormatRange]:
    ranges, start = [], 0
    for run in runs:
        form = QTextCharFormat()
        form.setForeground(theme().color(run.tone))
        if run.mark:
            form.setBackground(theme().color(run.mark))
        if run.weight:
            form.setFont(font(role, numbers=numbers, weight=run.weight))
        span = QTextLayout.FormatRange()
        span.start, span.length, span.format = start, len(run.text), form
        ranges.append(span)
        start += len(run.text)
    return ranges


class RichText(QWidget):
    """Shows runs and, after the last word, the caps of a shortcut."""

    def __init__(self, role: str = "small", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._role = role
        self._runs: tuple[Run, ...] = ()
        self._keys: tuple[str, ...] = ()
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        theme().changed.connect(self.update)

    def set_runs(self, runs: Sequence[Run], shortcut: Shortcut | None = None) -> None:
        """Replace what it shows."""
        self._runs, self._keys = tuple(runs), keys_of(shortcut)
        self.setAccessibleName(self.text())
        self.updateGeometry()
        self.update()

    def text(self) -> str:
        """The words without their tones."""
        return "".join(run.text for run in self._runs)

    def _tail(self) -> float:
        return KeycapPainter.width(self._keys) + 5 if self._keys else 0.0

    def hasHeightForWidth(self) -> bool:
        """Its height depends on its width."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Height of all lines at ``width``, px."""
        height, _ = lay_out(QTextLayout(), self._runs, self._role, width, self._tail())
        return round(height) + (2 if self._keys else 0)

    def sizeHint(self) -> QSize:
        """One line."""
        layout = QTextLayout()
        height, right = lay_out(layout, self._runs, self._role, 10000, 0)
        return QSize(round(right + self._tail()) + 2, round(height))

    def minimumSizeHint(self) -> QSize:
        """Narrow is fine, it wraps."""
        return QSize(60, type_role(self._role).line)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw lines and caps."""
        painter = QPainter(self)
        layout = QTextLayout()
        height, right = lay_out(layout, self._runs, self._role, self.width(), self._tail())
        layout.draw(painter, QPointF(0, 0))
        if self._keys:
            middle = height - type_role(self._role).line / 2
            KeycapPainter.paint(painter, right + 5 if right else 0, middle, self._keys)
        painter.end()
