"""The message beside a field: what is wrong, what to do, what is safe; with its sign and key.

Owns the look of help, error, warning and good news next to an answer (design/UI.md section 7 gives the
words).
"""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from sidumba_field.ui.theme import paint_icon, theme
from sidumba_field.ui.widgets.keycap import Shortcut
from sidumba_field.ui.widgets.rich_text import RichText, Run

_TOP = Qt.AlignmentFlag.AlignTop

Tone = Literal["help", "error", "warning", "good", "info"]

_LOOK: dict[str, tuple[str, str]] = {
    "help": ("", "text.tertiary"),
    "error": ("circle-alert", "state.vermilion.fg"),
    "warning": ("triangle-alert", "state.amber.fg"),
    "good": ("check", "state.teal.fg"),
    "info": ("info", "text.secondary"),
}


class Sign(QWidget):
    """An icon in a token colour, drawn at the scale of the screen."""

    def __init__(
        self, icon: str = "", color: str = "text.secondary", px: int = 14, parent: QWidget | None = None
    ):
        super().__init__(parent)
        self._icon, self._color, self._px = icon, color, px
        self.setFixedSize(px, px + 2)
        theme().changed.connect(self.update)

    def set_sign(self, icon: str, color: str) -> None:
        """Change icon and colour."""
        self._icon, self._color = icon, color
        self.setVisible(bool(icon))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the icon on the first line of the text beside it."""
        if not self._icon:
            return
        painter = QPainter(self)
        paint_icon(painter, self._icon, QRectF(0, 1, self._px, self._px), theme().color(self._color))
        painter.end()


class Message(QWidget):
    """One message. Empty text hides it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sign = Sign()
        self._text = RichText("small")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self._sign, 0)
        row.setAlignment(self._sign, _TOP)
        row.addWidget(self._text, 1)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.hide()

    def show_message(self, text: str, tone: Tone = "help", shortcut: Shortcut | None = None) -> None:
        """Replace the message; "" hides it."""
        icon, color = _LOOK[tone]
        self._sign.set_sign(icon, color)
        self._text.set_runs((Run(text, color),), shortcut)
        self.setAccessibleName(text)
        self.setVisible(bool(text))

    def text(self) -> str:
        """The words shown."""
        return self._text.text()
