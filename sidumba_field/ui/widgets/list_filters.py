"""What narrows a list: the search field with its keys, chips of filters in force, tabs of posisi with counts."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QKeyEvent, QKeySequence, QMouseEvent, QPainter, QPaintEvent, QShortcut
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QSizePolicy, QTabBar, QWidget

from sidumba_field.ui.theme import font, paint_icon, radius, text_width, theme
from sidumba_field.ui.widgets.glyphs import StatePainter
from sidumba_field.ui.widgets.keycap import KeycapPainter, keys_of
from sidumba_field.ui.widgets.painting import line_of_text, rounded

_CHIP = 28
_TAB = 38


class SearchField(QLineEdit):
    """One line that searches while typing. ``searched``: what is typed; Down and Enter go to the list."""

    searched = Signal(str)
    left = Signal()

    def __init__(self, name: str, hint: str, shortcut: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keys = keys_of(shortcut)
        self.setFont(font("body"))
        self.setFixedHeight(32)
        self.setAccessibleName(name)
        self.setPlaceholderText(hint)
        self.setToolTip(f"{name} ({'+'.join(self._keys)})")
        self.setTextMargins(22, 0, round(KeycapPainter.width(self._keys)) + 2, 0)
        self.textChanged.connect(self.searched)
        key = QShortcut(QKeySequence(shortcut), self)
        key.setContext(Qt.ShortcutContext.WindowShortcut)
        key.activated.connect(self._come)
        self.key = key
        theme().changed.connect(self.update)

    def _come(self) -> None:
        if self.isVisible():
            self.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape empties, then leaves; Down and Enter go into the list."""
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape):
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The field, a glass before and its keys behind."""
        super().paintEvent(event)
        painter = QPainter(self)
        box = QRectF(9, (self.height() - 16) / 2, 16, 16)
        paint_icon(painter, "search", box, theme().color("text.secondary"))
        left = self.width() - 9 - KeycapPainter.width(self._keys)
        KeycapPainter.paint(painter, left, self.height() / 2, self._keys)
        painter.end()


class FilterChip(QAbstractButton):
    """A filter in force: pressing opens its values, the cross (or Delete) takes it away."""

    removed = Signal(str)
    opened = Signal(str)

    def __init__(
        self, path: str, label: str, values: str, remove: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.path, self._label, self._values = path, label, values
        self.setText(f"{label} {values}")
        self.setAccessibleName(self.text())
        self.setToolTip(f"{self.text()} · {remove} (Del)")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setProperty("corner", radius("md"))
        self.clicked.connect(lambda: self.opened.emit(self.path))
        theme().changed.connect(self.update)

    def _label_font_width(self) -> float:
        return text_width(self._label, font("body"))

    def sizeHint(self) -> QSize:
        words = self._label_font_width() + 6 + text_width(self._values, font("label"))
        return QSize(round(9 + words + 8 + 14 + 9), _CHIP)

    def minimumSizeHint(self) -> QSize:
        """Values give way before the label does."""
        return QSize(round(9 + self._label_font_width() + 6 + 40 + 8 + 14 + 9), _CHIP)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The cross at the right takes it away."""
        if event.position().x() > self.width() - 30:
            self.removed.emit(self.path)
            return
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete takes away, Enter and Space open."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit(self.path)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, current = QPainter(self), theme()
        rounded(
            painter,
            QRectF(self.rect()),
            radius("md"),
            current.color("accent.tint"),
            current.color("accent.line"),
        )
        label = QRectF(9, 0, self._label_font_width() + 2, self.height())
        line_of_text(painter, label, self._label, font("body"), current.color("text.secondary"))
        values = QRectF(label.right() + 4, 0, self.width() - label.right() - 4 - 31, self.height())
        line_of_text(painter, values, self._values, font("label"), current.color("text.primary"))
        cross = QRectF(self.width() - 23, self.height() / 2 - 7, 14, 14)
        paint_icon(painter, "x", cross, current.color("text.primary"))
        painter.end()


class StateTabs(QTabBar):
    """Posisi with ring, word and count; ``chosen``: the posisi, "" for all."""

    chosen = Signal(str)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tabs: list[tuple[str, str, str]] = []
        self._widths: list[float] = []  # measured once: the bar asks for every tab's width again and again
        self._dim = False
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setUsesScrollButtons(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(name)
        self.setFixedHeight(_TAB)
        self.setMouseTracking(True)
        self.currentChanged.connect(self._changed)
        theme().changed.connect(self._measure)

    def _measure(self) -> None:
        self._widths = [self._words_width(at) for at in range(len(self._tabs))]
        self.updateGeometry()
        self.update()

    def show_tabs(self, tabs: Sequence[tuple[str, str, str]], current: str) -> None:
        """(posisi, word, count) in order."""
        self.blockSignals(True)
        self._dim = False
        while self.count() > len(tabs):
            self.removeTab(self.count() - 1)
        before, self._tabs = self._tabs, list(tabs)
        if self._tabs != before:
            self._measure()
        for at, (_, label, count) in enumerate(tabs):
            if at >= self.count():
                self.addTab("")
            words = f"{label} {count}"
            if self.tabText(at) != words:
                self.setTabText(at, words)
                self.setTabToolTip(at, words)
        names = [posisi for posisi, _, _ in tabs]
        if current in names:
            self.setCurrentIndex(names.index(current))
        self.blockSignals(False)
        self.update()

    def set_dim(self, dim: bool) -> None:
        """Counts of before, while new ones are on their way."""
        self._dim = dim
        self.update()

    def labels(self) -> list[tuple[str, str, str]]:
        """What it shows."""
        return list(self._tabs)

    def _changed(self, at: int) -> None:
        if 0 <= at < len(self._tabs):
            self.chosen.emit(self._tabs[at][0])

    def _pad(self) -> int:
        """Px between tabs: less where they would not all fit."""
        parent = self.parentWidget()
        room = (parent.width() if parent is not None else 1170) - 40
        need = sum(self._widths)
        return max(8, min(22, (room - round(need)) // max(1, len(self._tabs))))

    def _words_width(self, at: int) -> float:
        posisi, label, count = self._tabs[at]
        ring = 22 if posisi else 0
        return ring + text_width(label, font("label")) + 6 + text_width(count, font("body", numbers=True))

    def tabSizeHint(self, index: int) -> QSize:
        if index >= len(self._tabs):
            return QSize(0, _TAB)
        return QSize(round(self._widths[index]) + self._pad(), _TAB)

    def minimumTabSizeHint(self, index: int) -> QSize:
        return self.tabSizeHint(index)

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.HoverMove, QEvent.Type.Leave) or isinstance(event, QEnterEvent):
            self.update()
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ring, word, count; a line below the chosen one."""
        painter, current = QPainter(self), theme()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for at, (posisi, label, count) in enumerate(self._tabs):
            box = QRectF(self.tabRect(at))
            on = at == self.currentIndex()
            left = box.left() + (6 if at == 0 else self._pad() / 2)
            start = left
            if posisi:
                StatePainter.paint(painter, QRectF(left, box.center().y() - 8, 16, 16), posisi)
                left += 22
            used = font("label", weight=600 if on else 0)
            ink = current.color("text.primary" if on else "text.secondary")
            left += line_of_text(painter, QRectF(left, 0, 400, _TAB), label, used, ink) + 6
            tone = current.color("text.tertiary" if self._dim else "text.secondary")
            left += line_of_text(painter, QRectF(left, 0, 120, _TAB), count, font("body", numbers=True), tone)
            if on:
                line = QRectF(start - 6, _TAB - 2, left - start + 12, 2)
                painter.fillRect(line, current.color("accent.solid"))
        painter.end()
