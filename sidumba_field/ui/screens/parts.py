"""Small parts that several screens share: scroll areas, hairlines, framed panes, cleared layouts."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QLayout, QScrollArea, QWidget

from sidumba_field.ui.theme import theme


def scroll(content: QWidget) -> QScrollArea:
    """A page that scrolls up and down, never sideways, and is no stop for the keyboard itself."""
    area = QScrollArea()
    area.setWidget(content)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return area


def clear(layout: QLayout) -> None:
    """Take everything out of a layout and let it go."""
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        inner = item.layout()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
        elif inner is not None:
            clear(inner)


class Rule(QWidget):
    """A hairline across."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(1)
        theme().changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme().color("border.subtle"))
        painter.end()


class Ground(QWidget):
    """A pane on a token ground with a hairline on some of its sides ("left", "right", "top", "bottom")."""

    def __init__(self, token: str, sides: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._token, self._sides = token, sides.split()
        theme().changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground and hairlines."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme().color(self._token))
        line = theme().color("border.subtle")
        width, height = self.width(), self.height()
        edges = {
            "left": (0, 0, 1, height),
            "right": (width - 1, 0, 1, height),
            "top": (0, 0, width, 1),
            "bottom": (0, height - 1, width, 1),
        }
        for side in self._sides:
            painter.fillRect(*edges[side], line)
        painter.end()
