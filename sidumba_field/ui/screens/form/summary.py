"""How many problems, empty questions and remarks, each with the key to the next: a card below the sections, or, in a
narrow window, a line above the questions beside the sections to choose from.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from sidumba_field.services.views import SectionView
from sidumba_field.ui.theme import font, paint_icon, theme
from sidumba_field.ui.viewmodels.speech import tell
from sidumba_field.ui.widgets.card import Card
from sidumba_field.ui.widgets.drop import DropField
from sidumba_field.ui.widgets.glyphs import StatePainter
from sidumba_field.ui.widgets.keycap import KeycapPainter
from sidumba_field.ui.widgets.painting import line_of_text

_ROW = 28


class SummaryLine(QAbstractButton):
    """Sign, words, key; a click does what the key does."""

    def __init__(self, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key, self._icon, self._tone = key, "", "text.secondary"
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(_ROW)
        theme().changed.connect(self.update)

    def show_line(self, words: str, icon: str, tone: str) -> None:
        """Change what it says; ``icon`` "" draws the dashed ring of a draft."""
        self._icon, self._tone = icon, tone
        self.setText(words)
        self.setAccessibleName(words)
        self.setToolTip(f"{words} ({self._key})")
        self.update()

    def sizeHint(self) -> QSize:
        """Sign, words, cap."""
        words = QFontMetricsF(font("small", weight=500)).horizontalAdvance(self.text())
        return QSize(round(31 + words + KeycapPainter.width((self._key,))), _ROW)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Sign, words, cap."""
        painter = QPainter(self)
        ink = theme().color(self._tone)
        box = QRectF(0, (_ROW - 16) / 2, 16, 16)
        if self._icon:
            paint_icon(painter, self._icon, box, ink)
        else:
            StatePainter.paint(painter, box, "draf", color=ink)
        left = self.width() - KeycapPainter.width((self._key,))
        KeycapPainter.paint(painter, left, _ROW / 2, (self._key,))
        weight = 500 if self._tone.startswith("state.") else 0
        used = font("small", numbers=True, weight=weight)
        line_of_text(painter, QRectF(23, 0, left - 28, _ROW), self.text(), used, ink)
        painter.end()


class SummaryCard(Card):
    """Three lines."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(padding=10, parent=parent)
        self.column.setSpacing(0)
        self.problem, self.empty, self.notes = SummaryLine("F8"), SummaryLine("F6"), SummaryLine("F7")
        for line in (self.problem, self.empty, self.notes):
            self.column.addWidget(line)
        self.show_counts(0, 0, 0, 0)

    def show_counts(self, problems: int, warnings: int, empty: int, notes: int) -> None:
        """Errors outweigh warnings."""
        _show_counts((self.problem, self.empty, self.notes), problems, warnings, empty, notes)


class NarrowBar(QWidget):
    """Below 1000 px, above the questions: the sections to choose from and the three lines of the summary."""

    opened = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.drop = DropField(tell("form.section"))
        self.drop.chosen.connect(self.opened)
        self.problem, self.empty, self.notes = SummaryLine("F8"), SummaryLine("F6"), SummaryLine("F7")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(16)
        row.addWidget(self.drop, 1)
        for line in (self.problem, self.empty, self.notes):
            line.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            row.addWidget(line)

    def show_sections(self, sections: Sequence[SectionView], key: str) -> None:
        """The sections with how far they are; ``key`` is the one the hand is in."""
        options = [(s.key, f"{s.letter}  {s.label}  {s.filled}/{s.total}") for s in sections]
        self.drop.set_options(options, key if any(one == key for one, _ in options) else self.drop.value())

    def show_counts(self, problems: int, warnings: int, empty: int, notes: int) -> None:
        """As the summary says them."""
        _show_counts((self.problem, self.empty, self.notes), problems, warnings, empty, notes)


def _show_counts(
    lines: tuple[SummaryLine, SummaryLine, SummaryLine], problems: int, warnings: int, empty: int, notes: int
) -> None:
    problem, missing, remarks = lines
    if problems:
        problem.show_line(tell("form.problems", count=problems), "circle-alert", "state.vermilion.fg")
    elif warnings:
        problem.show_line(tell("form.warnings", count=warnings), "triangle-alert", "state.amber.fg")
    else:
        problem.show_line(tell("form.no_problems"), "check", "state.teal.fg")
    missing.show_line(tell("form.empty", count=empty), "", "text.secondary")
    remarks.show_line(tell("form.notes", count=notes), "message-square", "text.secondary")
    for line in lines:
        line.updateGeometry()
