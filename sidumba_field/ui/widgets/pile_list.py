"""A pile of records: rows with a box to choose them, two lines of words, and a sign where another record is alike.

Owns the keys of choosing (design/UI.md section 6): Shift with the arrows and Ctrl+Space choose, Ctrl+A chooses all, Esc
none; Space looks and Enter opens as in every list. What is chosen is kept by key, so it survives a new set of rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

from sidumba_field.ui.theme import font, paint_icon, size, text_width, theme
from sidumba_field.ui.widgets.check import paint_check
from sidumba_field.ui.widgets.glyphs import MarkPainter
from sidumba_field.ui.widgets.painting import line_of_text
from sidumba_field.ui.widgets.rows import ITEM, Index, RowDelegate, RowList

_RIGHT = Qt.AlignmentFlag.AlignRight
_BOX = 40  # px from the left edge that belong to the box


@dataclass(frozen=True, slots=True)
class PileItem:
    """One record. ``note``: words a screen reader hears after them ("mirip 2 data lain"); ``twins``: how many."""

    key: str
    title: str
    subtitle: str = ""
    when: str = ""
    twins: int = 0
    remarks: int = 0
    mark: str = ""
    note: str = ""
    chosen: bool = False
    looked: bool = False

    def spoken(self) -> str:
        """One sentence for a screen reader."""
        return ", ".join(part for part in (self.title, self.subtitle, self.when, self.note) if part)


class PileDelegate(RowDelegate):
    """Box, two lines, signs."""

    height = 50

    def words(self, painter: QPainter, rect: QRectF, index: Index, current: bool, focused: bool) -> None:
        """Draw one row."""
        item: PileItem = index.data(ITEM)
        tones, small = theme(), font("small", numbers=True)
        paint_check(painter, QRectF(rect.left() + 14, rect.center().y() - 8, 16, 16), item.chosen)
        right = self._signs(painter, rect, item)
        left = rect.left() + _BOX
        first = QRectF(left, rect.top() + 7, right - left - 8, 18)
        line_of_text(painter, first, item.title, font("label"), tones.color("text.primary"))
        width = text_width(item.when, small)
        second = QRectF(left, rect.top() + 25, rect.right() - 14 - width - 10 - left, 17)
        line_of_text(painter, second, item.subtitle, small, tones.color("text.secondary"))
        when = QRectF(rect.left(), rect.top() + 25, rect.width() - 14, 17)
        line_of_text(painter, when, item.when, small, tones.color("text.secondary"), _RIGHT)

    def _signs(self, painter: QPainter, rect: QRectF, item: PileItem) -> float:
        """Twins, remarks, tanda kirim, from the right; return where they begin."""
        right, top = rect.right() - 14, rect.top() + 8
        used = font("label", numbers=True)
        for icon, count, tone in (
            ("copy", item.twins, "magenta"),
            ("message-square", item.remarks, "vermilion"),
        ):
            if count:
                ink, width = theme().color(f"state.{tone}.fg"), text_width(str(count), used)
                area = QRectF(right - width - 1, top, width + 2, 18)
                line_of_text(painter, area, str(count), used, ink)
                paint_icon(painter, icon, QRectF(right - width - 18, top + 2, 14, 14), ink)
                right -= width + 26
        if item.mark and item.mark != "terima":
            MarkPainter.paint(painter, QRectF(right - 16, top + 1, 16, 16), item.mark)
            right -= 22
        if item.looked:
            paint_icon(painter, "eye", QRectF(right - 15, top + 2, 14, 14), theme().color("text.tertiary"))
            right -= 21
        return right


class PileList(RowList):
    """The list; ``chosen_changed`` when other rows are chosen, ``entered`` on Enter (a click only moves the hand)."""

    chosen_changed = Signal()
    entered = Signal(str)

    def __init__(self, *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(PileDelegate(), name=name, parent=parent)
        self._chosen: set[str] = set()
        self.setMinimumWidth(220)
        self.setMaximumWidth(size("queuePane") + 160)

    def set_pile(self, items: Sequence[PileItem]) -> None:
        """Show rows; what is gone is no longer chosen."""
        here = {item.key for item in items}
        before = len(self._chosen)
        self._chosen &= here
        self.set_items([self._drawn(item) for item in items])
        if len(self._chosen) != before:
            self.chosen_changed.emit()

    def _drawn(self, item: PileItem) -> PileItem:
        return PileItem(
            item.key,
            item.title,
            item.subtitle,
            item.when,
            item.twins,
            item.remarks,
            item.mark,
            item.note,
            item.key in self._chosen,
            item.looked,
        )

    def chosen(self) -> tuple[str, ...]:
        """Keys of the chosen rows in their order."""
        return tuple(item.key for item in self.items() if item.key in self._chosen)

    def in_hand(self) -> tuple[str, ...]:
        """What a step would be taken on: the chosen rows, or the one under the hand."""
        return self.chosen() or ((self.current_key(),) if self.current_key() else ())

    def set_chosen(self, keys: Sequence[str]) -> None:
        """Choose exactly these."""
        self._chosen = set(keys) & {item.key for item in self.items()}
        self.set_items([self._drawn(item) for item in self.items()])
        self.chosen_changed.emit()

    def toggle(self, key: str) -> None:
        """Choose a row, or no longer."""
        self.set_chosen([*(self._chosen ^ {key})])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choosing; everything else is every list's."""
        key, held = event.key(), event.modifiers()
        shift = held == Qt.KeyboardModifier.ShiftModifier
        control = held == Qt.KeyboardModifier.ControlModifier
        if control and key == Qt.Key.Key_A:
            self.set_chosen([item.key for item in self.items()])
        elif control and key == Qt.Key.Key_Space and self.current_key():
            self.toggle(self.current_key())
        elif shift and key in (Qt.Key.Key_Down, Qt.Key.Key_Up) and self.current_key():
            self._chosen.add(self.current_key())
            self._step(1 if key == Qt.Key.Key_Down else -1)
            self.set_chosen([*self._chosen, self.current_key()])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current_key() and not held:
            self.entered.emit(self.current_key())
        elif key == Qt.Key.Key_Escape and self._chosen:
            self.set_chosen(())
        else:
            super().keyPressEvent(event)

    def _step(self, by: int) -> None:
        keys = [item.key for item in self.items()]
        at = keys.index(self.current_key()) + by
        if 0 <= at < len(keys):
            self.go_to(keys[at])

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click on the box chooses; elsewhere it puts the hand there."""
        point = event.position()
        index = self.indexAt(QPoint(round(point.x()), round(point.y())))
        if index.isValid() and point.x() < _BOX:
            self.setCurrentIndex(index)
            self.toggle(self.current_key())
            return
        super().mousePressEvent(event)
