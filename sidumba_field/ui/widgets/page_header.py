"""The page header: 52 px with title, subtitle, chips and actions.

Owns the one title of a screen. ``framed`` headers (task screens) sit on the surface with a line below;
others (home, lists) sit on the page itself.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from sidumba_field.ui.theme import font, size, space, theme
from sidumba_field.ui.widgets.button import IconButton
from sidumba_field.ui.widgets.label import ElidedLabel
from sidumba_field.ui.widgets.speech import tr


class PageHeader(QWidget):
    """Title left, anything right.

    ``back`` shows an arrow and emits ``went_back`` (also Esc is the screen's).
    """

    went_back = Signal()

    def __init__(
        self,
        title: str = "",
        subtitle: str = "",
        *,
        framed: bool = False,
        back: bool = False,
        tall: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """``tall``: 8 px more, as where a greeting and a date stand on the page itself (Beranda)."""
        super().__init__(parent)
        self._framed, self._more = framed, 8 if tall else 0
        self.set_compact(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(13 if back else space(7), 0, 16 if framed else space(7), 0)
        row.setSpacing(space(5))
        if back:
            arrow = IconButton("arrow-left", tr("nav.back"))
            arrow.clicked.connect(self.went_back)
            row.addWidget(arrow)
        self._title = ElidedLabel(title, "section" if framed else "title")
        self._subtitle = ElidedLabel(subtitle, "small", "secondary")
        self._subtitle.setFont(font("small", numbers=True))
        self._beside = QHBoxLayout()
        self._beside.setSpacing(space(4))
        self._beside.addWidget(self._title)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addStretch(1)
        words.addLayout(self._beside)
        words.addWidget(self._subtitle)
        words.addStretch(1)
        row.addLayout(words, 1)
        self._actions = QHBoxLayout()
        self._actions.setSpacing(space(4))
        row.addLayout(self._actions)
        theme().changed.connect(self.update)
        self.set_title(title, subtitle)

    def set_title(self, title: str, subtitle: str = "") -> None:
        """Change the words."""
        self._title.setText(title)
        self._title.keep(320)
        self._subtitle.setText(subtitle)
        self._subtitle.setVisible(bool(subtitle))

    def title(self) -> str:
        """The title shown."""
        return self._title.text()

    def add_chip(self, chip: QWidget) -> None:
        """Put a chip or mark beside the title."""
        self._beside.addWidget(chip, 0, Qt.AlignmentFlag.AlignVCenter)

    def end_chips(self) -> None:
        """Push chips to the title; call once after the last one."""
        self._beside.addStretch(1)

    def add_action(self, widget: QWidget) -> None:
        """Put something at the right, in reading order."""
        self._actions.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)

    def set_compact(self, compact: bool) -> None:
        """48 px below 1000."""
        self.setFixedHeight(size("pageHeader") + (-4 if compact else self._more))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground and line of a framed header."""
        if not self._framed:
            return
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme().color("bg.surface"))
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme().color("border.default"))
        painter.end()
