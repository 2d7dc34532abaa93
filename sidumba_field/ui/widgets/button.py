"""Buttons: five kinds, each showing its key.

Owns the look and behaviour of what starts something. A button is never disabled to hide a reason: it stays
focusable and says what is missing; while it works its text changes and it takes no second press.
"""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QShortcutEvent,
)
from PySide6.QtWidgets import QAbstractButton, QPushButton, QSizePolicy, QWidget

from sidumba_field.ui.theme import font, paint_icon, radius, size, theme
from sidumba_field.ui.widgets.keycap import KeycapPainter, Shortcut, keys_of, sequence, spoken
from sidumba_field.ui.widgets.painting import line_of_text, rounded

Kind = Literal["primary", "plain", "quiet", "approve", "return", "return_solid", "link"]

_SOLID: dict[str, tuple[str, str, str]] = {
    "primary": ("accent.solid", "accent.solidHover", "accent.solidPress"),
    "return_solid": ("state.vermilion.button", "state.vermilion.button", "state.vermilion.button"),
}
_INK = {
    "plain": "text.primary",
    "quiet": "text.secondary",
    "approve": "state.teal.fg",
    "return": "state.vermilion.fg",
    "link": "text.link",
}
_EDGE = {"plain": "border.default", "approve": "state.teal.line", "return": "state.vermilion.line"}
_ICON_GAP = 7
_CAP_GAP = 7


def press_at_once(button: QAbstractButton, event: QEvent) -> bool:
    """Act on a button's shortcut now; Qt would show it pressed for 100 ms first, which fast hands feel."""
    if isinstance(event, QShortcutEvent) and not event.isAmbiguous():
        button.click()
        return True
    return False


class Button(QPushButton):
    """A QPushButton painted from the tokens, with keycaps of its shortcut."""

    def __init__(
        self,
        text: str,
        kind: Kind = "plain",
        *,
        shortcut: Shortcut | None = None,
        icon: str | None = None,
        small: bool = False,
        show_keys: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._kind: Kind = kind
        self._bound = QKeySequence()
        self._icon_name = icon
        self._keys: tuple[str, ...] = ()
        self._show_keys = show_keys
        self._small = small
        self._busy_text = ""
        self.setFont(font("label"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAutoDefault(False)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        if shortcut is not None:
            self.set_shortcut(shortcut)
        self.setText(text)
        theme().changed.connect(self.update)

    def set_kind(self, kind: Kind) -> None:
        """Change the look, e.g. from ``return`` to ``return_solid`` once a remark exists."""
        self._kind = kind
        self.update()

    def kind(self) -> Kind:
        """The look in force."""
        return self._kind

    def set_shortcut(self, shortcut: Shortcut, *, bind: bool = True) -> None:
        """Show a shortcut and, unless ``bind`` is off because an action owns it, listen to it."""
        self._keys = keys_of(shortcut)
        self._bound = sequence(shortcut) if bind else QKeySequence()
        self.setShortcut(self._bound)
        self._name()
        self.updateGeometry()

    def show_keys(self, shown: bool) -> None:
        """Draw the keycaps or, where there is no room, leave them to the tooltip."""
        self._show_keys = shown
        self.updateGeometry()
        self.update()

    def set_busy(self, text: str) -> None:
        """Show ``text`` ("Menyimpan…") and swallow presses; "" ends it. The focus stays."""
        self._busy_text = text
        self._name()
        self.updateGeometry()
        self.update()

    def is_busy(self) -> bool:
        """Whether it is working."""
        return bool(self._busy_text)

    def setText(self, text: str) -> None:
        """Change label and accessible name together."""
        super().setText(text)
        # Qt re-reads mnemonics from a new text and would drop an explicit shortcut.
        if not self._bound.isEmpty():
            self.setShortcut(self._bound)
        self._name()

    def _name(self) -> None:
        shown = self._busy_text or self.text()
        self.setAccessibleName(shown)
        keys = "+".join(self._keys)
        self.setToolTip(f"{shown} ({keys})" if keys else shown)

    def click_allowed(self) -> bool:
        """Presses count only while it is not busy."""
        return not self._busy_text

    def nextCheckState(self) -> None:
        """Qt calls this on each accepted press; nothing toggles while busy."""
        if self.click_allowed():
            super().nextCheckState()

    def event(self, event: QEvent) -> bool:
        """Swallow presses and shortcut while busy."""
        pressing = (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease, QEvent.Type.Shortcut)
        if self._busy_text and event.type() in pressing:
            event.accept()
            return True
        return press_at_once(self, event) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses a focused button as Space does."""
        if self._busy_text and event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self.click()
            return
        super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        """Text, icon and caps with the padding of its kind; never below the smallest target."""
        shown = self._busy_text or self.text()
        width = 2 * self._padding() + QFontMetricsF(self.font()).horizontalAdvance(shown)
        if self._icon_name:
            width += 16 + (_ICON_GAP if shown else 0)
        if self._keys and self._show_keys:
            width += _CAP_GAP + KeycapPainter.width(self._keys)
        height = size("controlSmall") if self._small else size("control")
        return QSize(max(round(width + 0.5), size("targetMin")), height)

    def minimumSizeHint(self) -> QSize:
        """Buttons keep their words."""
        return self.sizeHint()

    def _padding(self) -> int:
        if self._kind == "link":
            return 2
        return 10 if self._small else 13

    def _colors(self) -> tuple[QColor | None, QColor | None, QColor]:
        current = theme()
        if self._kind in _SOLID:
            rest, hover, press = _SOLID[self._kind]
            name = press if self.isDown() else hover if self.underMouse() else rest
            ground = current.color(name)
            if self._kind == "return_solid" and (self.isDown() or self.underMouse()):
                ground = ground.darker(120 if self.isDown() else 108)
            return ground, None, current.color("text.onSolid")
        fill: QColor | None = None if self._kind in ("quiet", "link") else current.color("bg.surface")
        if self._kind != "link":
            if self.isDown():
                fill = current.color("bg.press")
            elif self.underMouse():
                fill = current.color("bg.hover")
        edge = _EDGE.get(self._kind)
        return fill, current.color(edge) if edge else None, current.color(_INK[self._kind])

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, icon, words, caps: centred as one group."""
        fill, edge, ink = self._colors()
        painter = QPainter(self)
        rounded(painter, QRectF(self.rect()), radius("md"), fill, edge)
        shown = self._busy_text or self.text()
        text_width = QFontMetricsF(self.font()).horizontalAdvance(shown)
        caps = KeycapPainter.width(self._keys) if self._keys and self._show_keys else 0.0
        icon_width = 16 + (_ICON_GAP if shown else 0) if self._icon_name else 0
        total = icon_width + text_width + (_CAP_GAP + caps if caps else 0)
        left = max(float(self._padding()), (self.width() - total) / 2)
        if self._icon_name:
            paint_icon(painter, self._icon_name, QRectF(left, (self.height() - 16) / 2, 16, 16), ink)
            left += icon_width
        line_of_text(painter, QRectF(left, 0, text_width + 2, self.height()), shown, self.font(), ink)
        if caps:
            KeycapPainter.paint(
                painter,
                left + text_width + _CAP_GAP,
                self.height() / 2,
                self._keys,
                on_solid=self._kind in _SOLID,
            )
        painter.end()


class IconButton(QPushButton):
    """A square button with an icon only; its words are the tooltip and the accessible name.

    ``tone`` colours a chosen state: "" rest, "teal" checked, "vermilion" remarked.
    """

    def __init__(
        self,
        icon: str,
        words: str,
        *,
        shortcut: Shortcut | None = None,
        framed: bool = False,
        px: int = 28,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._icon_name, self._framed, self._tone = icon, framed, ""
        self.setFixedSize(px, px)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAutoDefault(False)
        self.setAccessibleName(words)
        self.setToolTip(f"{words} ({spoken(shortcut)})" if shortcut else words)
        if shortcut is not None:
            self.setShortcut(sequence(shortcut))
        theme().changed.connect(self.update)

    def event(self, event: QEvent) -> bool:
        """Its shortcut acts at once."""
        return press_at_once(self, event) or super().event(event)

    def set_tone(self, tone: str) -> None:
        """Colour family of a chosen state, "" for rest."""
        self._tone = tone
        self.update()

    def tone(self) -> str:
        """Colour family in force."""
        return self._tone

    def paintEvent(self, event: QPaintEvent) -> None:
        """Frame and icon."""
        current = theme()
        painter = QPainter(self)
        rect = QRectF(self.rect())
        if self._tone:
            family = f"state.{self._tone}"
            rounded(
                painter, rect, radius("md"), current.color(f"{family}.tint"), current.color(f"{family}.line")
            )
            ink = current.color(f"{family}.fg")
        else:
            fill = current.color("bg.hover") if self.underMouse() else None
            if self.isDown():
                fill = current.color("bg.press")
            edge = current.color("border.default") if self._framed else None
            rounded(painter, rect, radius("md"), fill, edge)
            ink = current.color("text.secondary")
        offset = (self.width() - 16) / 2
        paint_icon(painter, self._icon_name, QRectF(offset, offset, 16, 16), ink)
        painter.end()
