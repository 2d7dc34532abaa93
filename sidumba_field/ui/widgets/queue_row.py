"""Rows of the sending queue: what travels, its size, how far it is, what it waits for.

Owns their look; values are words already. A fast-changing list repaints at most four times a second:
``ShipmentList`` keeps newer rows back for the rest of a quarter second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt, QTimer
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from sidumba_field.ui.theme import font, paint_icon, text_width, theme
from sidumba_field.ui.widgets.glyphs import MarkPainter, mark_meaning
from sidumba_field.ui.widgets.painting import line_of_text
from sidumba_field.ui.widgets.progress import paint_bar
from sidumba_field.ui.widgets.rows import ITEM, Index, RowDelegate, RowList

_PAUSE_MS = 250
_NAMES, _GAP, _WAY = 46, 10, 110  # px: left of the names, between columns, least room for a bar


@dataclass(frozen=True, slots=True)
class ShipmentItem:
    """One shipment. ``percent`` -1 for none under way; ``interrupted`` colours the bar amber; ``trouble``
    explains in
    place of the bar; ``action`` is what Enter does; ``sign``: icon of what does not travel over the line."""

    key: str
    title: str
    subtitle: str = ""
    icon: str = "file-text"
    size: str = ""
    percent: int = -1
    interrupted: bool = False
    mark: str = ""
    status: str = ""
    trouble: str = ""
    action: str = ""
    sign: str = ""

    def spoken(self) -> str:
        """One sentence for a screen reader."""
        percent = f"{self.percent}%" if self.percent >= 0 else ""
        parts = (self.title, self.subtitle, self.size, percent, self.trouble, self.status, self.action)
        return ", ".join(part for part in parts if part)


def _names_width(item: ShipmentItem) -> float:
    """Title and subtitle on one line, px."""
    subtitle = text_width(item.subtitle, font("body")) + 7 if item.subtitle else 0
    return text_width(item.title, font("label")) + subtitle + 2


class ShipmentDelegate(RowDelegate):
    """One 34 px row."""

    height = 34

    def words(self, painter: QPainter, rect: QRectF, index: Index, current: bool, focused: bool) -> None:
        """Icon, names, size, bar, status."""
        item: ShipmentItem = index.data(ITEM)
        tones, used = theme(), font("small", numbers=True)
        size_left, way_left, status_left = self._columns(rect, index)
        box = QRectF(rect.left() + 14, rect.center().y() - 8, 16, 16)
        paint_icon(painter, item.icon, box, tones.color("text.secondary"))
        names = QRectF(
            rect.left() + _NAMES, rect.top(), size_left - rect.left() - _NAMES - _GAP, rect.height()
        )
        taken = line_of_text(painter, names, item.title, font("label"), tones.color("text.primary"))
        rest = names.adjusted(taken + 7, 0, 0, 0)
        if rest.width() > 20:
            line_of_text(painter, rest, item.subtitle, font("body"), tones.color("text.secondary"))
        size_area = QRectF(size_left, rect.top(), way_left - _GAP - size_left, rect.height())
        line_of_text(
            painter, size_area, item.size, used, tones.color("text.secondary"), Qt.AlignmentFlag.AlignRight
        )
        self._way(painter, QRectF(way_left, rect.top(), status_left - way_left - _GAP, rect.height()), item)
        self._status(
            painter, QRectF(status_left, rect.top(), rect.right() - status_left - 10, rect.height()), item
        )

    def _columns(self, rect: QRectF, index: Index) -> tuple[float, float, float]:
        """Left edges of size, way and status, the same for every row: as in the design while the names fit, else
        the way gives its room to the names, down to ``_WAY`` px."""
        items: list[ShipmentItem] = index.model().items  # type: ignore[attr-defined]  # RowModel
        small, used = font("small"), font("small", numbers=True)
        size = max((text_width(item.size, used) for item in items), default=0)
        status = max((text_width(item.action or item.status, used) for item in items), default=0) + 34
        trouble = max((text_width(item.trouble, small) for item in items), default=0)
        names = max((_names_width(item) for item in items), default=0)
        status_left = min(rect.left() + rect.width() * 0.808, rect.right() - status)
        furthest = status_left - _GAP - max(_WAY, trouble)
        wanted = rect.left() + _NAMES + names + (size and _GAP + size) + _GAP
        way_left = max(
            min(furthest, max(rect.left() + rect.width() * 0.5 + _GAP, wanted)), rect.left() + _NAMES
        )
        return way_left - (size and size + _GAP), way_left, status_left

    @staticmethod
    def _way(painter: QPainter, area: QRectF, item: ShipmentItem) -> None:
        tones = theme()
        if item.trouble:
            line_of_text(painter, area, item.trouble, font("small"), tones.color("state.vermilion.fg"))
            return
        if item.mark == "terima" or item.sign:
            return
        words = f"{item.percent}%" if item.percent >= 0 else ""
        used = font("small", numbers=True)
        room = text_width("100%", used) + 6 if words else 0
        color = "state.amber.solid" if item.interrupted else "accent.solid"
        bar = QRectF(area.left(), area.center().y() - 3, area.width() - room, 6)
        paint_bar(painter, bar, max(0, item.percent) / 100, color)
        line_of_text(painter, area, words, used, tones.color("text.secondary"), Qt.AlignmentFlag.AlignRight)

    @staticmethod
    def _status(painter: QPainter, area: QRectF, item: ShipmentItem) -> None:
        tone = "text.secondary"
        if item.mark:
            MarkPainter.paint(painter, QRectF(area.left(), area.center().y() - 8, 16, 16), item.mark)
            area = area.adjusted(22, 0, 0, 0)
            tone = mark_meaning(item.mark).fg
        elif item.sign:
            tone = "state.amber.fg"
            box = QRectF(area.left(), area.center().y() - 8, 16, 16)
            paint_icon(painter, item.sign, box, theme().color(tone))
            area = area.adjusted(22, 0, 0, 0)
        used = font("small", numbers=True)
        if item.action:
            used.setUnderline(True)
        line_of_text(painter, area, item.action or item.status, used, theme().color(tone))


class ShipmentList(RowList):
    """The queue; ``opened`` carries the key of a row whose action is wanted."""

    def __init__(self, *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(ShipmentDelegate(), name=name, parent=parent)
        self._next: list[ShipmentItem] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PAUSE_MS)
        self._timer.timeout.connect(self._show_next)

    def set_items(self, items: Sequence[ShipmentItem]) -> None:
        """Show rows, at most four times a second."""
        if self._timer.isActive():
            self._next = list(items)
            return
        super().set_items(items)
        self._timer.start()

    def _show_next(self) -> None:
        if self._next is not None:
            items, self._next = self._next, None
            self.set_items(items)
