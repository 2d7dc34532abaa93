"""Tabs of piles: the ring of a posisi, its state in words, how many; exactly one is open.

Owns their drawing and keys (arrows move and open at once); tabs that do not fit go to a second row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from sidumba_field.ui.theme import font, radius, text_width, theme
from sidumba_field.ui.widgets.flow import FlowLayout
from sidumba_field.ui.widgets.glyphs import StatePainter
from sidumba_field.ui.widgets.painting import line_of_text, rounded


@dataclass(frozen=True, slots=True)
class TabItem:
    """One pile: ``position`` is its posisi, ``count`` in words ("12", "20.000+"), ``empty``: nothing lies on it."""

    key: str
    label: str
    position: str
    count: str
    empty: bool


class PileTab(QAbstractButton):
    """One tab."""

    def __init__(self, pile: TabItem, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pile = pile
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.show_pile(pile)
        theme().changed.connect(self.update)

    def show_pile(self, pile: TabItem) -> None:
        """Another count."""
        self.pile = pile
        self._count = pile.count
        self.setText(pile.label)
        self.setAccessibleName(f"{pile.label}, {self._count}")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Ring, words, count."""
        words = text_width(self.pile.label, font("label")) + text_width(
            self._count, font("label", numbers=True)
        )
        return QSize(round(words) + 58, 30)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground of the open one, ring, words, count."""
        painter = QPainter(self)
        tones, on = theme(), self.isChecked()
        if on:
            rounded(
                painter,
                QRectF(self.rect()),
                radius("md"),
                tones.color("bg.selected"),
                tones.color("accent.ring"),
            )
        elif self.underMouse():
            rounded(painter, QRectF(self.rect()), radius("md"), tones.color("bg.hover"), None)
        StatePainter.paint(painter, QRectF(10, 7, 16, 16), self.pile.position)
        used, numbers = font("label"), font("label", numbers=True)
        empty = self.pile.empty
        ink = tones.color("text.tertiary" if empty and not on else "text.primary")
        left = 32.0
        left += line_of_text(painter, QRectF(left, 0, self.width() - left, 30), self.pile.label, used, ink)
        area = QRectF(32 + text_width(self.pile.label, used) + 8, 0, 60, 30)
        line_of_text(painter, area, self._count, numbers, tones.color("text.secondary"))
        painter.end()


class PileTabs(QWidget):
    """All tabs; ``chosen`` carries the key of the one opened."""

    chosen = Signal(str)

    def __init__(self, *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._tabs: list[PileTab] = []
        inner = QWidget()
        self._flow = FlowLayout(inner, gap=4)
        around = QHBoxLayout(self)
        around.setContentsMargins(12, 6, 12, 6)
        around.addWidget(inner)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(name)
        theme().changed.connect(self.update)

    def show_piles(self, piles: Sequence[TabItem], current: str) -> None:
        """Show piles; the same ones keep their tabs."""
        if [tab.pile.key for tab in self._tabs] != [pile.key for pile in piles]:
            for tab in self._tabs:
                self._flow.removeWidget(tab)
                tab.hide()
                tab.deleteLater()
            self._tabs = [PileTab(pile, self) for pile in piles]
            for tab in self._tabs:
                self._flow.addWidget(tab)
                tab.show()
                tab.clicked.connect(lambda _checked=False, key=tab.pile.key: self._open(key))
        for tab, pile in zip(self._tabs, piles, strict=True):
            tab.show_pile(pile)
        self._mark(current)
        self.setVisible(len(piles) > 1)

    def _mark(self, current: str) -> None:
        for tab in self._tabs:
            tab.setChecked(tab.pile.key == current)
            if tab.isChecked():
                self.setAccessibleName(f"{self._name}: {tab.accessibleName()}")

    def current(self) -> str:
        """Key of the open pile."""
        return next((tab.pile.key for tab in self._tabs if tab.isChecked()), "")

    def _open(self, key: str) -> None:
        self._mark(key)
        self.chosen.emit(key)

    def step(self, by: int) -> None:
        """The pile beside the open one."""
        keys = [tab.pile.key for tab in self._tabs]
        if keys:
            at = keys.index(self.current()) if self.current() in keys else 0
            self._open(keys[(at + by) % len(keys)])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows open the next."""
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.step(1 if event.key() == Qt.Key.Key_Right else -1)
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Surface, and a hairline below."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme().color("bg.surface"))
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme().color("border.subtle"))
        painter.end()
