"""The drop field: one of a short list, shown as words with an arrow; Space, Enter or an arrow key opens the list.

For closed lists a person only picks from; where typing helps, use ``LookupField``.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QMenu, QPushButton, QSizePolicy, QWidget

from sidumba_field.ui.theme import font, paint_icon, radius, size, text_width, theme
from sidumba_field.ui.widgets.painting import line_of_text, rounded

_PAD, _ARROW = 11, 16


class DropField(QPushButton):
    """``options``: (key, words); ``chosen`` carries the key the hand picked."""

    chosen = Signal(str)

    def __init__(
        self, name: str, options: Sequence[tuple[str, str]] = (), parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._name, self._options, self._key = name, list(options), ""
        self.setFont(font("value"))
        self.setFixedHeight(size("control"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAutoDefault(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self.open_list)
        theme().changed.connect(self.update)
        self.set_value(self._options[0][0] if self._options else "")

    def set_options(self, options: Sequence[tuple[str, str]], key: str) -> None:
        """Show another list with ``key`` chosen; emits nothing."""
        self._options = list(options)
        self.set_value(key)

    def options(self) -> list[tuple[str, str]]:
        """The list."""
        return list(self._options)

    def value(self) -> str:
        """Key of what is chosen."""
        return self._key

    def words(self) -> str:
        """What is chosen, in words."""
        return dict(self._options).get(self._key, "")

    def set_value(self, key: str) -> None:
        """Choose without emitting."""
        self._key = key
        self.setAccessibleName(f"{self._name}: {self.words()}")
        self.setToolTip(self.words())
        self.update()

    def pick(self, key: str) -> None:
        """Choose by hand."""
        if key != self._key and key in dict(self._options):
            self.set_value(key)
            self.chosen.emit(key)

    def open_list(self) -> None:
        """Show all of them below the field."""
        menu = QMenu(self)
        menu.setFont(font("body"))
        menu.setMinimumWidth(self.width())
        for key, words in self._options:
            action = QAction(words.replace("&", "&&"), menu)
            action.setCheckable(True)
            action.setChecked(key == self._key)
            action.triggered.connect(lambda _on=False, key=key: self.pick(key))
            menu.addAction(action)
            if key == self._key:
                menu.setActiveAction(action)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.mapToGlobal(QPoint(0, self.height() + 2)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows take the neighbour, Enter opens like Space."""
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
        if step and self._options:
            keys = [key for key, _ in self._options]
            at = keys.index(self._key) if self._key in keys else 0
            self.pick(keys[max(0, min(len(keys) - 1, at + step))])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.open_list()
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        """As wide as its column, one control high."""
        return QSize(150, size("control"))

    def minimumSizeHint(self) -> QSize:
        """Long words are shortened; the tooltip has them whole."""
        return QSize(90, size("control"))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Frame, words, arrow."""
        painter = QPainter(self)
        tones, rect = theme(), QRectF(self.rect())
        fill = tones.color("bg.hover" if self.underMouse() else "bg.input")
        rounded(painter, rect, radius("md"), fill, tones.color("border.control"))
        words = rect.adjusted(_PAD, 0, -_PAD - _ARROW - 4, 0)
        self._paint_words(painter, words)
        arrow = QRectF(rect.right() - _PAD - _ARROW + 2, rect.center().y() - 8, 16, 16)
        paint_icon(painter, "chevron-down", arrow, tones.color("text.secondary"))
        painter.end()

    def _paint_words(self, painter: QPainter, area: QRectF) -> None:
        """One line; what is too long for it stands on two small ones, parted at its last comma."""
        text, ink = self.words(), theme().color("text.primary")
        first, _, second = text.rpartition(", ")
        if not first or text_width(text, self.font()) <= area.width():
            line_of_text(painter, area, text, self.font(), ink)
            return
        area = area.adjusted(-4, 0, 9, 0)
        small, half = font("small"), area.height() / 2 - 1
        line_of_text(painter, QRectF(area.left(), area.top() + 1, area.width(), half), first, small, ink)
        below = QRectF(area.left(), area.top() + half, area.width(), half)
        line_of_text(painter, below, second, small, theme().color("text.secondary"))


class DropText(DropField):
    """The same as plain small words with an arrow, for the head of a narrow pane; ``asked``: show the list."""

    asked = Signal()

    def open_list(self) -> None:
        """Whoever owns it opens a panel to type in: the list may hold every village."""
        self.asked.emit()

    def set_value(self, key: str) -> None:
        super().set_value(key)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """As wide as its words."""
        return QSize(round(text_width(self.words(), font("small"))) + _ARROW + 10, size("controlSmall"))

    def minimumSizeHint(self) -> QSize:
        return QSize(60, size("controlSmall"))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Words and arrow; a ground only under the mouse."""
        painter, tones, rect = QPainter(self), theme(), QRectF(self.rect())
        if self.underMouse():
            rounded(painter, rect, radius("md"), tones.color("bg.hover"), None)
        ink, area = tones.color("text.secondary"), rect.adjusted(2, 0, -_ARROW - 4, 0)
        taken = line_of_text(painter, area, self.words(), font("small"), ink)
        arrow = QRectF(area.left() + taken + 5, rect.center().y() - 7, 14, 14)
        paint_icon(painter, "chevron-down", arrow, ink)
        painter.end()
