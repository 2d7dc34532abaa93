"""The bar of bulk actions: floats above the last rows while something is selected, each action with its key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QFrame, QHBoxLayout, QSizePolicy, QWidget

from sidumba_field.ui.theme import font, paint_icon, radius, text_width, theme
from sidumba_field.ui.widgets.keycap import KeycapPainter, keys_of
from sidumba_field.ui.widgets.painting import line_of_text, rounded

HEIGHT = 46
_SHADOW = 8


@dataclass(frozen=True, slots=True)
class BarAction:
    """One action: name of its signal, icon ("" none), word, key."""

    name: str
    icon: str
    label: str
    key: str


class _BarButton(QAbstractButton):
    def __init__(self, action: BarAction, parent: QWidget) -> None:
        super().__init__(parent)
        self._action, self._keys, self._short = action, keys_of(action.key), False
        self.setText(action.label)
        self.setAccessibleName(action.label)
        self.setToolTip(f"{action.label} ({'+'.join(self._keys)})")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty("corner", 6)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_short(self, short: bool) -> None:
        self._short = short
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        icon = 24 if self._action.icon else 0
        caps = 0 if self._short else 8 + KeycapPainter.width(self._keys)
        return QSize(round(8 + icon + text_width(self.text(), font("label")) + caps + 10), 34)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, white = QPainter(self), theme().color("special.toastText")
        if self.underMouse() or self.isDown():
            rounded(painter, QRectF(self.rect()), 6, QColor(255, 255, 255, 28), None)
        left = 8.0
        if self._action.icon:
            paint_icon(painter, self._action.icon, QRectF(left, self.height() / 2 - 8, 16, 16), white)
            left += 24
        words = QRectF(left, 0, text_width(self.text(), font("label")) + 2, self.height())
        line_of_text(painter, words, self.text(), font("label"), white)
        if not self._short:
            KeycapPainter.paint(painter, words.right() + 6, self.height() / 2, self._keys, on_solid=True)
        painter.end()


class _Said(QWidget):
    """The count, in bold on the dark ground."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._text = ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_text(self, text: str) -> None:
        self._text = text
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def text(self) -> str:
        return self._text

    def sizeHint(self) -> QSize:
        return QSize(round(text_width(self._text, font("label", weight=600))) + 18, 28)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        used = font("label", weight=600, numbers=True)
        line_of_text(painter, QRectF(self.rect()), self._text, used, theme().color("special.toastText"))
        line = QColor(255, 255, 255, 70)
        painter.fillRect(QRectF(self.width() - 1, 3, 1, self.height() - 6), line)
        painter.end()


class BulkBar(QFrame):
    """The bar, a child of ``host``. ``acted`` carries the name of the action pressed."""

    acted = Signal(str)

    def __init__(self, host: QWidget, name: str, actions: Sequence[BarAction]) -> None:
        super().__init__(host)
        self._host = host
        self._said = _Said(self)
        self.buttons: dict[str, _BarButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(16 + _SHADOW, _SHADOW, 8 + _SHADOW, _SHADOW)
        row.setSpacing(6)
        row.addWidget(self._said)
        for action in actions:
            button = self.buttons[action.name] = _BarButton(action, self)
            button.clicked.connect(lambda _checked=False, which=action.name: self.acted.emit(which))
            row.addWidget(button)
        self.setFixedHeight(HEIGHT + 2 * _SHADOW)
        self.setAccessibleName(name)
        theme().changed.connect(self.update)
        self.hide()

    def say(self, text: str) -> None:
        """Show how many are selected; "" hides the bar."""
        self._said.set_text(text)
        self.setVisible(bool(text))
        if text:
            self.place()
            self.raise_()

    def text(self) -> str:
        """What it says, "" while hidden."""
        return "" if self.isHidden() else self._said.text()

    def set_offered(self, name: str, offered: bool) -> None:
        """An action this person never has does not stand there."""
        self.buttons[name].setVisible(offered)

    def is_offered(self, name: str) -> bool:
        """Tell whether this person has an action."""
        return not self.buttons[name].isHidden()

    def place(self) -> None:
        """At the lower edge in the middle; without keys where it would not fit."""
        for button in self.buttons.values():
            button.set_short(False)
        layout = self.layout()
        if layout is None:
            return
        layout.activate()
        if layout.sizeHint().width() > self._host.width() - 16:
            for button in self.buttons.values():
                button.set_short(True)
            layout.activate()
        self.resize(layout.sizeHint().width(), self.height())
        left = (self._host.width() - self.width()) // 2
        self.move(max(0, left), self._host.height() - self.height() - 6)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground and a drawn shadow (no graphics effect)."""
        painter = QPainter(self)
        inner = QRectF(self.rect()).adjusted(_SHADOW, _SHADOW, -_SHADOW, -_SHADOW)
        for step in range(_SHADOW, 0, -1):
            veil = QColor(28, 30, 33, round(40 * (1 - step / (_SHADOW + 1)) ** 2))
            rounded(painter, inner.adjusted(-step, -step + 3, step, step), radius("lg") + step, veil, None)
        rounded(painter, inner, radius("lg"), theme().color("special.toastBg"), None)
        painter.end()
