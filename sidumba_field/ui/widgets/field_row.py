"""One question on a form: label at the left, its field, and the message beside (below where it is narrow).

Owns the geometry of design/UI.md section 4 (label column 158) and the accessible description of a field,
which carries help and error.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from sidumba_field.ui.theme import size, space
from sidumba_field.ui.widgets.field_base import FieldState
from sidumba_field.ui.widgets.keycap import Shortcut
from sidumba_field.ui.widgets.label import Label
from sidumba_field.ui.widgets.message import Message, Sign, Tone
from sidumba_field.ui.widgets.rich_text import RichText, Run

FIELD_WIDTH = 222
WIDE_WIDTH = 500
_LABEL_GAP = 14
_BESIDE_MIN = 180

_STATE_OF = {"error": FieldState.ERROR, "warning": FieldState.WARNING}


class FieldRow(QWidget):
    """Label, field, message, and an optional strip of what was read from the answer.

    ``width``: fixed field width in px; 0 lets the field take the whole row (choices, tables).
    """

    def __init__(
        self,
        label: str,
        field: QWidget,
        *,
        sub: str = "",
        width: int = FIELD_WIDTH,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.field = field
        self._width = width
        self._help = ""
        self.message = Message()
        self._strip = _Strip()
        if width:
            field.setFixedWidth(width)
        if not field.accessibleName():
            field.setAccessibleName(label)
        self._beside = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._beside.setSpacing(space(5))
        self._beside.addWidget(field, 0 if width else 1)
        self._beside.addWidget(self.message, 1)
        self._beside.setAlignment(self.message, Qt.AlignmentFlag.AlignVCenter)
        if width:
            self._beside.addStretch(0)
        right = QVBoxLayout()
        right.setSpacing(space(3))
        right.addLayout(self._beside)
        right.addWidget(self._strip)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(_LABEL_GAP)
        self._label = self._make_label(label, sub)
        row.addWidget(self._label, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(right, 1)
        # Takes what a field of fixed width leaves over; the label column must not grow.
        row.addStretch(0)

    @staticmethod
    def _make_label(label: str, sub: str) -> QWidget:
        box = QWidget()
        box.setFixedWidth(size("formLabel"))
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(0)
        column.addWidget(Label(label, "label", wrap=True))
        if sub:
            column.addWidget(Label(sub, "small", "tertiary", wrap=True))
        return box

    def set_help(self, text: str) -> None:
        """Quiet words shown while there is nothing to warn about."""
        self._help = text
        self.show_message("")

    def show_message(self, text: str, tone: Tone = "error", shortcut: Shortcut | None = None) -> None:
        """Show a problem (or "" for none) and put the field into its state."""
        if text:
            self.message.show_message(text, tone, shortcut)
        else:
            self.message.show_message(self._help, "help")
        set_state = getattr(self.field, "set_state", None)
        if set_state is not None:
            set_state(_STATE_OF.get(tone, FieldState.REST) if text else FieldState.REST)
        self.field.setAccessibleDescription(self.message.text())

    def show_strip(self, lead: str, facts: tuple[str, ...], icon: str = "id-card") -> None:
        """What the program read from the answer ("Dibaca dari NIK: Perempuan ..."); no facts hide it."""
        self._strip.show_facts(lead, facts, icon)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Message beside the field where there is room, else below."""
        super().resizeEvent(event)
        room = self.width() - size("formLabel") - _LABEL_GAP - self._width - space(5)
        beside = bool(self._width) and room >= _BESIDE_MIN
        direction = QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom
        if self._beside.direction() != direction:
            self._beside.setDirection(direction)
            self._beside.setSpacing(space(5) if beside else space(2))


class _Strip(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._sign = Sign("id-card", "text.secondary")
        self._text = RichText("small")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 2, 0, 0)
        row.setSpacing(6)
        row.addWidget(self._sign)
        row.addWidget(self._text, 1)
        self.hide()

    def show_facts(self, lead: str, facts: tuple[str, ...], icon: str) -> None:
        runs = [Run(lead, "text.secondary")]
        runs += [Run(f"\u2003{fact}", "text.primary", 500) for fact in facts]
        self._sign.set_sign(icon, "text.secondary")
        self._text.set_runs(runs)
        self.setVisible(bool(facts))
