"""The field of a PIN: six boxes, a dot in each that is filled, a bar in the one whose turn it is.

Owns the drawing and that nothing but digits gets in; the digits themselves are never painted or copied.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QRegularExpression, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QRegularExpressionValidator
from PySide6.QtWidgets import QLineEdit, QWidget

from sidumba_field.ui.theme import radius, theme
from sidumba_field.ui.widgets.field_base import EditField, FieldState
from sidumba_field.ui.widgets.painting import rounded

DIGITS = 6
_BOX, _PITCH, _HIGH, _DOT = 46, 54, 50, 5.0  # px


class PinField(EditField):
    """Six digits, none of them shown."""

    def __init__(self, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(name, numbers=True, parent=parent)
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setInputMethodHints(Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhDigitsOnly)
        self.setValidator(QRegularExpressionValidator(QRegularExpression(f"[0-9]{{0,{DIGITS}}}"), self))
        self.setProperty("bare", True)
        self.setFixedSize(self.sizeHint())

    def sizeHint(self) -> QSize:
        """Six boxes and what lies between them."""
        return QSize((DIGITS - 1) * _PITCH + _BOX, _HIGH)

    def whole(self) -> bool:
        """Whether every box is filled."""
        return len(self.text()) == DIGITS

    def paintEvent(self, event: QPaintEvent) -> None:
        """The boxes instead of a line."""
        colors, painter = theme(), QPainter(self)
        filled, wrong = len(self.text()), self.state() is FieldState.ERROR
        turn = min(filled, DIGITS - 1) if self.hasFocus() else -1
        for place in range(DIGITS):
            box = QRectF(place * _PITCH, 0, _BOX, _HIGH)
            here = place == turn
            edge = "state.vermilion.solid" if wrong else "accent.ring" if here else "border.control"
            chosen = colors.color("bg.selected" if self.hasSelectedText() and place < filled else "bg.input")
            rounded(painter, box, radius("lg"), chosen, colors.color(edge), 2.0 if here or wrong else 1.0)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colors.color("text.primary"))
            if place < filled:
                painter.drawEllipse(QPointF(box.center()), _DOT, _DOT)
            elif here:
                painter.drawRect(QRectF(box.center().x() - 1, box.center().y() - 9, 2, 18))
        painter.end()
