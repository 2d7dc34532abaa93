"""Cards and figures: white boxes that group, big numbers that count.

Owns the card's frame, its head and the figure (at most four per screen).
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from sidumba_field.ui.theme import font, radius, space, theme
from sidumba_field.ui.widgets.chips import CountPill
from sidumba_field.ui.widgets.label import Label
from sidumba_field.ui.widgets.painting import RoundFrame, rounded


class Card(QFrame):
    """A box on the page. ``padding`` px inside; 0 for cards that hold a list. ``tone`` colours the edge."""

    def __init__(
        self, *, padding: int = 14, tone: str = "", ground: str = "bg.surface", parent: QWidget | None = None
    ):
        super().__init__(parent)
        self._tone, self._ground = tone, ground
        self.column = QVBoxLayout(self)
        edge = padding if padding else 1
        self.column.setContentsMargins(edge, edge, edge, edge)
        self.column.setSpacing(space(4) if padding else 0)
        self._frame = None if padding else RoundFrame(self, ground="bg.app", corner=radius("lg"))
        theme().changed.connect(self.update)

    def set_tone(self, tone: str) -> None:
        """Edge in a state's line colour; "" for the usual one."""
        self._tone = tone
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground and edge."""
        painter = QPainter(self)
        edge = theme().color(f"state.{self._tone}.line" if self._tone else "border.subtle")
        rounded(painter, QRectF(self.rect()), radius("lg"), theme().color(self._ground), edge)
        painter.end()


class CardHeader(QWidget):
    """Head of a card that holds a list: title, count, anything at the right, line below."""

    def __init__(
        self, title: str, count: str = "", *, height: int = 42, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setFixedHeight(height)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(14, 0, 14, 0)
        self._row.setSpacing(space(4))
        self._title = Label(title, "label", weight=600)
        self._row.addWidget(self._title)
        self._pill = CountPill(count)
        self._row.addWidget(self._pill)
        self._row.addStretch(1)
        theme().changed.connect(self.update)

    def set_title(self, title: str) -> None:
        """Change the words."""
        self._title.setText(title)

    def set_count(self, count: str) -> None:
        """Number on the pill; "" hides it."""
        self._pill.set_count(count)

    def add_beside(self, widget: QWidget) -> None:
        """Put something quiet beside the title."""
        self._row.insertWidget(2, widget, 0, Qt.AlignmentFlag.AlignVCenter)

    def add_right(self, widget: QWidget) -> None:
        """Put something at the right."""
        self._row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Line below."""
        painter = QPainter(self)
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme().color("border.subtle"))
        painter.end()


class Figure(QWidget):
    """A label, one big number with its unit, and a quiet line below."""

    def __init__(
        self, label: str, number: str = "", unit: str = "", note: str = "", parent: QWidget | None = None
    ):
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._label = Label(label, "small", "secondary", weight=500)
        column.addWidget(self._label)
        row = QHBoxLayout()
        row.setSpacing(5)
        self._number = Label(number, "figure", numbers=True)
        self._unit = Label(unit, "body", "secondary")
        self._unit.setContentsMargins(0, 0, 0, 4)
        row.addWidget(self._number, 0, Qt.AlignmentFlag.AlignBottom)
        row.addWidget(self._unit, 1, Qt.AlignmentFlag.AlignBottom)
        column.addLayout(row)
        self._note = Label(note, "small", "tertiary")
        self._note.setFont(font("small", numbers=True))
        self._note.setVisible(bool(note))
        column.addWidget(self._note)
        column.addStretch(1)
        self.set_figure(number, unit, note)

    def set_label(self, label: str) -> None:
        """Change the words above the number."""
        self._label.setText(label)

    def set_figure(self, number: str, unit: str = "", note: str = "") -> None:
        """Change number, unit and note."""
        self._number.setText(number)
        self._unit.setText(unit)
        self._note.setText(note)
        self._note.setVisible(bool(note))
        self.setAccessibleName(f"{self._label.text()}: {number} {unit}".strip())
