"""A ready text for WhatsApp in a small panel over the screen: copied, or opened in WhatsApp by the operating system.

Owns the panel's place (right, below the header) and keys; it takes no focus from the hands, and stays until it is
closed, copied or replaced.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QKeySequence, QPainter, QPaintEvent, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from sidumba_field.ui.theme import radius, theme
from sidumba_field.ui.widgets.button import Button, IconButton
from sidumba_field.ui.widgets.label import Label
from sidumba_field.ui.widgets.message import Sign
from sidumba_field.ui.widgets.painting import rounded

WIDTH = 348
_MARGIN, _TOP = (
    16,
    60,
)  # px to the right edge and below the header: what decides stands at the foot of a screen


class MessagePanel(QFrame):
    """``copied`` and ``opened`` are asked for; ``closed`` when it goes."""

    copied = Signal()
    opened = Signal()
    closed = Signal()

    def __init__(self, host: QWidget, title: str, copy: str, open_: str, close: str) -> None:
        super().__init__(host)
        self._host = host
        self.copy = Button(copy, "primary", shortcut="Alt+W")
        self.open = Button(open_, "plain", icon="message-circle", shortcut="Alt+O")
        self.close_button = IconButton("x", close, shortcut="Alt+X")
        self._text = Label("", "body", wrap=True)
        self.setAccessibleName(title)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(Sign("message-circle", "state.teal.fg"))
        head.addWidget(Label(title, "label", weight=600), 1)
        head.addWidget(self.close_button)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self.copy)
        foot.addWidget(self.open)
        foot.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 8, 10, 12)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self._text)
        column.addLayout(foot)
        self.setFixedWidth(WIDTH)
        self.copy.clicked.connect(self.copied)
        self.open.clicked.connect(self.opened)
        self.close_button.clicked.connect(self.dismiss)
        escape = QShortcut(QKeySequence("Escape"), self)
        escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        escape.activated.connect(self.dismiss)
        host.installEventFilter(self)
        theme().changed.connect(self.update)
        self.hide()

    def text(self) -> str:
        """The text offered."""
        return self._text.text()

    def show_text(self, text: str) -> None:
        """Offer a text."""
        self._text.setText(text)
        self.setAccessibleDescription(text)
        self.show()
        self._place()
        self.raise_()

    def dismiss(self) -> None:
        """Close it."""
        if self.isVisible():
            self.hide()
            self.closed.emit()

    def _place(self) -> None:
        self.setFixedHeight(
            self.heightForWidth(WIDTH) if self.hasHeightForWidth() else self.sizeHint().height()
        )
        left = self._host.width() - WIDTH - _MARGIN
        self.move(max(8, left), _TOP)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the corner."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """Raised ground and edge."""
        painter = QPainter(self)
        edge = theme().color("border.strong")
        rounded(painter, QRectF(self.rect()), radius("lg"), theme().color("bg.surface"), edge)
        painter.end()
