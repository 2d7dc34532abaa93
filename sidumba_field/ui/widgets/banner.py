"""Banners, empty states and key hints: sentences that stand above or instead of content.

Owns the note with its action (slate, amber, vermilion, magenta) and the empty list's one line, one sentence,
one action (design/UI.md section 8).
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QWidget

from sidumba_field.ui.theme import radius, theme
from sidumba_field.ui.widgets.button import Button
from sidumba_field.ui.widgets.card import Card
from sidumba_field.ui.widgets.keycap import Keycaps, Shortcut
from sidumba_field.ui.widgets.label import Label
from sidumba_field.ui.widgets.message import Sign
from sidumba_field.ui.widgets.rich_text import RichText, Run

_ICONS = {
    "slate": "info",
    "indigo": "info",
    "teal": "check",
    "amber": "triangle-alert",
    "vermilion": "circle-alert",
    "magenta": "copy",
}


class Banner(QFrame):
    """A note on a tint: bold lead, sentence, and at most one action that emits ``acted``."""

    acted = Signal()

    def __init__(
        self,
        tone: str = "amber",
        lead: str = "",
        text: str = "",
        *,
        action: str = "",
        shortcut: Shortcut | None = None,
        icon: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._tone = tone
        self._icon = icon
        self._sign = Sign(icon or _ICONS[tone], f"state.{tone}.fg")
        self._text = RichText("small")
        self._button = Button("", "link", show_keys=True)
        self._button.clicked.connect(self.acted)
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(8)
        row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._text, 1)
        row.addWidget(self._button, 0, Qt.AlignmentFlag.AlignVCenter)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        theme().changed.connect(self.update)
        self.show_note(lead, text, tone=tone, action=action, shortcut=shortcut)

    def show_note(
        self, lead: str, text: str = "", *, tone: str = "", action: str = "", shortcut: Shortcut | None = None
    ) -> None:
        """Replace the words; both empty hide the banner."""
        if tone:
            self._tone = tone
        ink = f"state.{self._tone}.fg"
        self._sign.set_sign(self._icon or _ICONS[self._tone], ink)
        gap = " " if lead and text else ""
        self._text.set_runs((Run(lead + gap, ink, 600), Run(text, ink)))
        self._button.setText(action)
        self._button.setVisible(bool(action))
        side = Qt.AlignmentFlag.AlignVCenter if action else Qt.AlignmentFlag.AlignTop
        for part in (self._sign, self._text):
            self._row.setAlignment(part, side)
        if action and shortcut is not None:
            self._button.set_shortcut(shortcut)
        self.setAccessibleName(f"{lead} {text}".strip())
        self.setVisible(bool(lead or text))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Tinted ground."""
        painter = QPainter(self)
        rounded_ground = theme().color(f"state.{self._tone}.tint")
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(rounded_ground)
        painter.drawRoundedRect(QRectF(self.rect()), radius("md"), radius("md"))
        painter.end()


class EmptyState(Card):
    """One bold line, one sentence, one action."""

    acted = Signal()

    def __init__(
        self,
        lead: str,
        text: str = "",
        *,
        action: str = "",
        shortcut: Shortcut | None = None,
        bare: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(padding=14, parent=parent)
        self._bare = bare
        self.column.setSpacing(2)
        self.column.addWidget(Label(lead, "label", weight=600))
        if text:
            self.column.addWidget(Label(text, "body", "secondary", wrap=True))
        if action:
            button = Button(action, "link", shortcut=shortcut)
            button.setFixedHeight(28)
            button.clicked.connect(self.acted)
            self.column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        self.column.addStretch(1)
        self.setAccessibleName(f"{lead}. {text}".strip())

    def paintEvent(self, event: QPaintEvent) -> None:
        """No box of its own inside another card."""
        if not self._bare:
            super().paintEvent(event)


class LoadingRows(Card):
    """Grey rows in the place of content that is on its way."""

    def __init__(self, text: str = "", rows: int = 3, parent: QWidget | None = None) -> None:
        super().__init__(padding=14, parent=parent)
        self._rows = rows
        self.column.addSpacing(rows * 18)
        if text:
            self.column.addWidget(Label(text, "small", "tertiary"))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Card and grey bars of falling length."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color("state.slate.tint"))
        for row in range(self._rows):
            width = (self.width() - 30) * (0.69, 0.47, 0.58)[row % 3]
            painter.drawRoundedRect(QRectF(14, 11 + row * 18, width, 10), 4, 4)
        painter.end()


class KeyHint(QWidget):
    """Caps and what they do, as a quiet line in a help column."""

    def __init__(
        self, shortcut: Shortcut, words: str, *, column: int = 78, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        holder = QWidget()
        holder.setFixedWidth(column)
        inner = QHBoxLayout(holder)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addWidget(Keycaps(shortcut))
        inner.addStretch(1)
        row.addWidget(holder)
        row.addWidget(Label(words, "small", "secondary"), 1)
        self.setFixedHeight(24)
