"""Rows of what a laptop fetches for work: name, size, a bar, how it stands; a failed one says why and what Enter does.

Owns their look; values are words already.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from sidumba_field.ui.theme import font, paint_icon, text_width, theme
from sidumba_field.ui.widgets.painting import line_of_text
from sidumba_field.ui.widgets.progress import paint_bar
from sidumba_field.ui.widgets.rows import ITEM, Index, RowDelegate, RowList

ROW, TROUBLED = 40, 60
_LEFT, _BAR, _GAP, _SIDE = 46, 150, 10, 14
_LOOK = {
    "here": ("check", "state.teal.fg"),
    "coming": ("download", "text.secondary"),
    "waiting": ("clock", "text.tertiary"),
    "failed": ("circle-alert", "state.vermilion.fg"),
}


@dataclass(frozen=True, slots=True)
class SupplyItem:
    """One row. ``stand``: here, coming, waiting, failed; ``percent`` -1 when nobody knows the whole; ``trouble``
    stands below the name; ``action`` in place of the bar."""

    key: str
    name: str
    size: str
    stand: str
    percent: int
    said: str
    trouble: str = ""
    action: str = ""

    def spoken(self) -> str:
        """One sentence for a screen reader."""
        return ", ".join(
            part for part in (self.name, self.size, self.said, self.trouble, self.action) if part
        )


class _Delegate(RowDelegate):
    height = ROW

    def height_of(self, index: Index) -> int:
        """A row that says what is wrong has two lines."""
        return TROUBLED if index.data(ITEM).trouble else ROW

    def ground(self, painter: QPainter, rect: QRectF, index: Index, current: bool, focused: bool) -> None:
        """Only the hand itself is shown."""
        if focused:
            super().ground(painter, rect, index, current, focused)

    def words(self, painter: QPainter, rect: QRectF, index: Index, current: bool, focused: bool) -> None:
        """Icon, name, size, bar, stand."""
        item: SupplyItem = index.data(ITEM)
        tones, used = theme(), font("small", numbers=True)
        line = QRectF(
            rect.left(), rect.top() + (4 if item.trouble else 0), rect.width(), 34 if item.trouble else ROW
        )
        icon, tone = _LOOK[item.stand]
        paint_icon(
            painter, icon, QRectF(rect.left() + _SIDE, line.center().y() - 8, 16, 16), tones.color(tone)
        )
        right = rect.right() - _SIDE
        said = max(text_width("menunggu", used), text_width(item.said, used))
        self._stand(painter, QRectF(right - said, line.top(), said, line.height()), item)
        bar = QRectF(right - said - _GAP - _BAR, line.top(), _BAR, line.height())
        if item.action:
            line_of_text(
                painter, bar, item.action, used, tones.color("accent.solid"), Qt.AlignmentFlag.AlignRight
            )
        else:
            thin = QRectF(bar.left(), bar.center().y() - 3, bar.width(), 6)
            paint_bar(painter, thin, max(0, item.percent) / 100, _bar_color(item))
        size = text_width(item.size, used)
        size_area = QRectF(bar.left() - _GAP - size, line.top(), size + 1, line.height())
        line_of_text(painter, size_area, item.size, used, tones.color("text.secondary"))
        names = QRectF(
            rect.left() + _LEFT, line.top(), size_area.left() - _GAP - rect.left() - _LEFT, line.height()
        )
        line_of_text(painter, names, item.name, font("body"), tones.color("text.primary"))
        if item.trouble:
            below = QRectF(rect.left() + _LEFT, line.bottom() - 4, right - rect.left() - _LEFT, 22)
            line_of_text(painter, below, item.trouble, font("small"), tones.color("state.vermilion.fg"))

    @staticmethod
    def _stand(painter: QPainter, area: QRectF, item: SupplyItem) -> None:
        tone = "state.vermilion.fg" if item.stand == "failed" else "text.secondary"
        used = font("small", numbers=True)
        line_of_text(painter, area, item.said, used, theme().color(tone), Qt.AlignmentFlag.AlignRight)


def _bar_color(item: SupplyItem) -> str:
    return "state.teal.solid" if item.stand == "here" else "accent.solid"


class SupplyList(RowList):
    """The list; ``opened`` carries the key of a row that was pressed."""

    def __init__(self, *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(_Delegate(), name=name, parent=parent)

    def sizeHint(self) -> QSize:
        """As high as its rows; where there is less room it scrolls."""
        return QSize(_BAR * 3, self.wanted_height())

    def show_unfinished(self) -> None:
        """While the hand is elsewhere, what is not here yet is in sight."""
        rows = self.items()
        at = next((at for at, item in enumerate(rows) if item.stand == "failed"), None)
        at = (
            at if at is not None else next((at for at, item in enumerate(rows) if item.stand != "here"), None)
        )
        if at is not None and not self.hasFocus():
            self.scrollTo(self.model().index(at, 0))

    def wanted_height(self) -> int:
        """Px that show every row."""
        return sum(TROUBLED if item.trouble else ROW for item in self.items()) + 2
