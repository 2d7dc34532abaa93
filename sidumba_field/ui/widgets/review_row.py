"""One answer under review: what it says now, what it said before, and the two decisions about it.

Owns the drawing of a row: changed characters tinted, an amber edge when changed, long answers wrapped.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QTextLayout
from PySide6.QtWidgets import QSizePolicy, QWidget

from sidumba_field.ui.theme import theme
from sidumba_field.ui.widgets.button import IconButton
from sidumba_field.ui.widgets.painting import focus_inside
from sidumba_field.ui.widgets.rich_text import Run, lay_out
from sidumba_field.ui.widgets.speech import tr

ROW = 34
EDGE, LABEL, NOW, BEFORE, BUTTONS = 12, 46, 222, 506, 76
CANVAS = 770.0


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """One field.

    ``marks``: (start, end) of changed characters in ``current``; ``group``: heading before this row.
    """

    key: str
    label: str
    current: str
    previous: str = ""
    changed: bool = False
    marks: tuple[tuple[int, int], ...] = ()
    group: str = ""
    warning: str = ""

    def spoken(self) -> str:
        """One sentence for a screen reader."""
        current = self.current or tr("review.empty")
        parts = [f"{self.label}: {current}"]
        if self.changed:
            parts.append(f"{tr('review.changed')}, {self.previous or tr('review.empty')}")
        if self.warning:
            parts.append(self.warning)
        return ", ".join(parts)


def current_runs(item: ReviewItem) -> list[Run]:
    """The present value cut into runs, changed characters marked."""
    text = item.current or tr("review.empty")
    tone = "text.primary" if item.changed else "text.secondary"
    runs, at = [], 0
    for start, end in item.marks if item.current else ():
        if start > at:
            runs.append(Run(text[at:start], tone))
        runs.append(Run(text[start:end], "state.amber.fg", 600, "state.amber.tint"))
        at = end
    if at < len(text):
        runs.append(Run(text[at:], tone))
    return runs


class ReviewRow(QWidget):
    """One row; grows with a long answer."""

    checked = Signal(str)
    remarked = Signal(str)
    touched = Signal(str)

    def __init__(self, item: ReviewItem, *, alone: bool = False, parent: QWidget | None = None) -> None:
        """``alone``: there is no earlier version, the present value has the whole width."""
        super().__init__(parent)
        self.item, self.alone = item, alone
        self._heights: dict[int, int] = {}  # a layout asks again and again, the item never changes
        self._current, self._checked, self._remark = False, False, ""
        self.setProperty("ownFocus", True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.check = IconButton("check", tr("review.check"), framed=True, parent=self)
        self.remark = IconButton("message-square", tr("review.remark"), framed=True, parent=self)
        for button in (self.check, self.remark):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.check.clicked.connect(lambda: self.checked.emit(item.key))
        self.remark.clicked.connect(lambda: self.remarked.emit(item.key))
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(item.spoken())
        theme().changed.connect(self.update)

    def set_current(self, current: bool) -> None:
        """Whether the hand is here."""
        self._current = current
        self.update()

    def set_decision(self, *, checked: bool, remark: str) -> None:
        """Show what was decided."""
        self._checked, self._remark = checked, remark
        self.check.set_tone("teal" if checked else "")
        self.remark.set_tone("vermilion" if remark else "")
        said = f", {tr('review.check')}" if checked else f", {remark}" if remark else ""
        self.setAccessibleName(self.item.spoken() + said)

    def is_checked(self) -> bool:
        """Whether it was found right."""
        return self._checked

    def remark_text(self) -> str:
        """The remark on it, "" for none."""
        return self._remark

    def _columns(self, width: float) -> tuple[float, float, float]:
        """Left edges of label, present, earlier value, px:

        shares of the design width, fixed near its left.
        """
        scale = width / CANVAS
        return LABEL * min(scale, 1), NOW * scale, BEFORE * scale

    def hasHeightForWidth(self) -> bool:
        """Long answers wrap."""
        return True

    def heightForWidth(self, width: int) -> int:
        """34 px, or more for a long answer."""
        if width not in self._heights:
            self._heights[width] = self._height(width)
        return self._heights[width]

    def _height(self, width: int) -> int:
        label, now, before = self._columns(width)
        words, value, earlier = QTextLayout(), QTextLayout(), QTextLayout()
        heights = (
            lay_out(words, self._label_runs(), "body", now - label - 8, 0)[0] + 2,
            lay_out(value, current_runs(self.item), "value", self._value_room(width), 0, numbers=True)[0],
            lay_out(
                earlier, [Run(self.item.previous)], "small", width - BUTTONS - before - 8, 0, numbers=True
            )[0],
        )
        return max(ROW, round(max(heights)) + 14)

    def _label_runs(self) -> list[Run]:
        return [Run(self.item.label, "text.secondary")]

    def _value_room(self, width: float) -> float:
        """Px for the present value: up to the earlier one, or up to the buttons where nothing was before."""
        _, now, before = self._columns(width)
        return (width - BUTTONS - 8 if self.alone else before) - now - 12

    def sizeHint(self) -> QSize:
        """Design width."""
        return QSize(round(CANVAS), self.heightForWidth(round(CANVAS)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The two buttons stay at the right of the first line.

        Placed by hand: a layout here would answer ``heightForWidth`` in place of the row.
        """
        left = self.width() - 12 - self.remark.width()
        self.remark.move(left, 3)
        self.check.move(left - 4 - self.check.width(), 3)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click puts the hand here."""
        self.touched.emit(self.item.key)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, edge, label, both values, hairline, focus."""
        painter = QPainter(self)
        tones = theme()
        rect = QRectF(self.rect())
        ground = "bg.selected" if self._current else "bg.surface"
        painter.fillRect(rect, tones.color(ground))
        if self.item.changed:
            painter.fillRect(QRectF(EDGE, 7, 3, rect.height() - 14), tones.color("state.amber.solid"))
        label, now, before = self._columns(rect.width())
        words, layout = QTextLayout(), QTextLayout()
        lay_out(words, self._label_runs(), "body", now - label - 8, 0)
        words.draw(painter, QPointF(label, 8))
        lay_out(layout, current_runs(self.item), "value", self._value_room(rect.width()), 0, numbers=True)
        layout.draw(painter, QPointF(now, 7))
        before_words = self.item.previous or (tr("review.empty") if self.item.changed else "")
        runs = [Run(before_words, "text.tertiary")]
        earlier = QTextLayout()
        lay_out(earlier, runs, "small", rect.width() - BUTTONS - before - 8, 0, numbers=True)
        earlier.draw(painter, QPointF(before, 9))
        painter.fillRect(QRectF(0, rect.height() - 1, rect.width(), 1), tones.color("border.subtle"))
        parent = self.parentWidget()
        if self._current and parent is not None and parent.hasFocus():
            focus_inside(painter, rect.adjusted(1, 0, -1, -1))
        painter.end()
