"""The rail of a set-up in steps: its name, each step with a ring (done, half, empty), a line of help at the foot.

Owns that drawing; nothing in it takes the keyboard, the steps follow from what was done.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from sidumba_field.ui.theme import font, radius, theme
from sidumba_field.ui.widgets.glyphs import StatePainter
from sidumba_field.ui.widgets.label import Label
from sidumba_field.ui.widgets.painting import line_of_text, rounded

WIDE, NARROW = 240, 190
Logo = Callable[[QPainter, QRectF], None]


def _paint_done(painter: QPainter, rect: QRectF) -> None:
    """A ring with a check mark."""
    painter.save()
    painter.translate(rect.topLeft())
    pen = QPen(theme().color("state.teal.fg"), 1.5)
    painter.setPen(pen)
    painter.drawEllipse(QPointF(8, 8), 6.6, 6.6)
    path = QPainterPath(QPointF(5.2, 8.2))
    path.lineTo(7.2, 10.2)
    path.lineTo(10.8, 6.2)
    painter.drawPath(path)
    painter.restore()


class _Step(QWidget):
    """One step."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name, self._stand = name, "later"
        self.setFixedHeight(38)

    def set_stand(self, stand: str, spoken: str) -> None:
        self._stand = stand
        self.setAccessibleName(spoken)
        self.update()

    def sizeHint(self) -> QSize:
        """One row."""
        return QSize(NARROW - 48, 38)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground of the step in hand, ring, words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        now = self._stand == "now"
        if now:
            rounded(painter, QRectF(self.rect()), radius("md"), theme().color("bg.surface"), None)
        box = QRectF(10, (self.height() - 16) / 2, 16, 16)
        if self._stand == "done":
            _paint_done(painter, box)
        else:
            ink = theme().color("accent.solid" if now else "text.secondary")
            StatePainter.paint(painter, box, "desa", color=ink, fraction=0.5 if now else 0.0)
        words = QRectF(36, 0, self.width() - 40, self.height())
        ink = theme().color("text.primary" if now else "text.secondary")
        line_of_text(painter, words, self._name, font("label" if now else "body"), ink)
        painter.end()


class _Mark(QWidget):
    def __init__(self, logo: Logo) -> None:
        super().__init__()
        self._logo = logo
        self.setFixedSize(28, 28)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._logo(painter, QRectF(self.rect()))
        painter.end()


class StepRail(QWidget):
    """``steps``: what each is called; ``spoken``: (number from 1, name, stand) -> what a screen reader says."""

    def __init__(
        self,
        title: str,
        steps: Sequence[str],
        foot: str,
        logo: Logo,
        spoken: Callable[[int, str, str], str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._names, self._spoken = tuple(steps), spoken
        head = QHBoxLayout()
        head.setContentsMargins(10, 0, 0, 0)
        head.setSpacing(8)
        head.addWidget(_Mark(logo))
        head.addWidget(Label(title, "section", weight=600), 1)
        self._steps = [_Step(name) for name in steps]
        column = self._column = QVBoxLayout(self)
        column.setSpacing(4)
        column.addLayout(head)
        column.addSpacing(18)
        for step in self._steps:
            column.addWidget(step)
        column.addStretch(1)
        help_line = Label(foot, "small", "secondary", wrap=True)
        help_line.setContentsMargins(10, 0, 4, 0)
        column.addWidget(help_line)
        self.set_narrow(narrow=False)
        self.set_current(1)
        theme().changed.connect(self.update)

    def set_narrow(self, *, narrow: bool) -> None:
        """Give way in a small window."""
        self.setFixedWidth(NARROW if narrow else WIDE)
        side = 10 if narrow else 24
        self._column.setContentsMargins(side, 22 if narrow else 36, side, 24 if narrow else 36)

    def set_current(self, number: int) -> None:
        """The step in hand, from 1; those before it are done."""
        for at, step in enumerate(self._steps, 1):
            stand = "done" if at < number else "now" if at == number else "later"
            step.set_stand(stand, self._spoken(at, self._names[at - 1], stand))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme().color("bg.nav"))
        painter.end()
