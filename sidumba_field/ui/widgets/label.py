"""Labels: text with a role of the type scale and a tone of the palette.

Owns plain words on a screen and their eliding; nothing here reacts to a click.
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from sidumba_field.ui.theme import font, repolish


class Label(QLabel):
    """A QLabel in ``role`` (body, label, small, section, title, figure ...) and ``tone``."""

    def __init__(
        self,
        text: str = "",
        role: str = "body",
        tone: str = "primary",
        *,
        numbers: bool = False,
        codes: bool = False,
        wrap: bool = False,
        weight: int = 0,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(font(role, numbers=numbers, codes=codes, weight=weight))
        self.setProperty("tone", tone)
        self.setWordWrap(wrap)
        if wrap:
            self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)

    def set_tone(self, tone: str) -> None:
        """Change the colour family."""
        if self.property("tone") != tone:
            self.setProperty("tone", tone)
            repolish(self)


class ElidedLabel(Label):
    """One line that gives way: too long text ends in … and the whole of it stands in the tooltip."""

    def minimumSizeHint(self) -> QSize:
        """May shrink to nothing in width."""
        return QSize(0, super().minimumSizeHint().height())

    def keep(self, most: int) -> None:
        """Hold on to as much width as the text wants, ``most`` px at the utmost, whatever it held on to before."""
        self.setMinimumWidth(0)
        self.setMinimumWidth(min(most, self.sizeHint().width()))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what fits."""
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        self.setToolTip(self.text() if shown != self.text() else "")
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.rect(), self.alignment() | Qt.AlignmentFlag.AlignVCenter, shown)
        painter.end()
