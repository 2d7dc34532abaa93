"""The list of papers: sign, name, how many it would print; the one in hand stands on a card."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from sidumba_field.ui.theme import font, paint_icon, radius, text_width, theme
from sidumba_field.ui.widgets.painting import line_of_text, rounded
from sidumba_field.ui.widgets.rows import ITEM, Index, RowDelegate, RowList


@dataclass(frozen=True, slots=True)
class PaperItem:
    """One paper."""

    key: str
    label: str
    icon: str
    count: str = ""

    def spoken(self) -> str:
        """One sentence for a screen reader."""
        return f"{self.label}, {self.count}" if self.count else self.label


class PaperDelegate(RowDelegate):
    """One row of 32 px."""

    height = 32
    hairline = False

    def ground(self, painter: QPainter, rect: QRectF, index: Index, current: bool, focused: bool) -> None:
        """Card behind the paper in hand."""
        if current:
            box = rect.adjusted(0, 0, 0, -1)
            rounded(painter, box, radius("md"), theme().color("bg.surface"), theme().color("border.subtle"))

    def focus(self, painter: QPainter, rect: QRectF) -> None:
        """Ring around the card."""
        rounded(painter, rect.adjusted(0, 0, 0, -1), radius("md"), None, theme().color("accent.ring"), 2)

    def words(self, painter: QPainter, rect: QRectF, index: Index, current: bool, focused: bool) -> None:
        """Sign, name, count."""
        item: PaperItem = index.data(ITEM)
        tones = theme()
        sign = QRectF(rect.left() + 8, rect.center().y() - 8, 16, 16)
        paint_icon(painter, item.icon, sign, tones.color("accent.fg" if current else "text.secondary"))
        used = font("small", numbers=True)
        wide = text_width(item.count, used) if item.count else 0.0
        right = QRectF(rect.left(), rect.top(), rect.width() - 8, rect.height())
        if item.count:
            end = Qt.AlignmentFlag.AlignRight
            line_of_text(painter, right, item.count, used, tones.color("text.secondary"), end)
        name = QRectF(rect.left() + 34, rect.top(), rect.width() - 34 - 8 - wide - 8, rect.height())
        ink = tones.color("text.primary")
        line_of_text(painter, name, item.label, font("label" if current else "body"), ink)


class PaperList(RowList):
    """The list; ``moved`` and ``opened`` carry a paper's key."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(PaperDelegate(), name=name, parent=parent)
        self.setProperty("ground", "clear")
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def fit(self) -> None:
        """As high as its rows: the column around it scrolls."""
        self.setFixedHeight(max(1, len(self.items())) * PaperDelegate.height + 2)
