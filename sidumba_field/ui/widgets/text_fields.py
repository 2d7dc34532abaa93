"""Fields for words and plain numbers: one line, many lines, whole and decimal numbers, money.

Owns what cleaning means for each. Numbers are shown with Indonesian separators (1.204 and 2,5) and stored
the XForms way (1204 and 2.5).
"""

from __future__ import annotations

import re

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from sidumba_field.ui.theme import font, repolish, type_role
from sidumba_field.ui.widgets.field_base import EditField, FieldState

_WHOLE = re.compile(r"-?\d*")
_DECIMAL = re.compile(r"-?\d*(,\d*)?")
_NOISE = re.compile(r"[\s.\u00a0]|^rp", re.IGNORECASE)
_CENTS = re.compile(r",(0+|-)$")


class TextField(EditField):
    """One line of words."""


class NumberField(EditField):
    """A number, right aligned, thousands with dots while typing; not ``grouped`` (a year): at the left, without dots.

    ``decimals``: whether a comma part is understood; then dots are not put in while typing, because the hand
    may mean either sign, and grouping happens on leaving the field.
    """

    formats = True

    def __init__(
        self, name: str = "", *, decimals: bool = False, grouped: bool = True, parent: QWidget | None = None
    ):
        super().__init__(name, numbers=True, parent=parent)
        self._decimals, self._grouped = decimals, grouped
        self.formats = not decimals
        side = Qt.AlignmentFlag.AlignRight if grouped else Qt.AlignmentFlag.AlignLeft
        self.setAlignment(side | Qt.AlignmentFlag.AlignVCenter)
        self.setInputMethodHints(Qt.InputMethodHint.ImhFormattedNumbersOnly)

    def significant(self, character: str) -> bool:
        """Dots are put in by the format."""
        return character != "."

    def shown_text(self, stored: str) -> str:
        """``45000000`` -> ``45.000.000``; what is no number is shown as it is."""
        text = stored.replace(".", ",") if self._decimals else stored
        if not text or not (_DECIMAL if self._decimals else _WHOLE).fullmatch(text):
            return stored
        whole, comma, part = text.partition(",")
        sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
        if self._grouped and digits:
            first = len(digits) % 3 or 3
            digits = ".".join([digits[:first], *(digits[i : i + 3] for i in range(first, len(digits), 3))])
        return f"{sign}{digits}{comma}{part}"

    def stored_text(self, shown: str) -> str:
        """``Rp 45.000.000,00`` -> ``45000000``;

        what is no number is stored as typed, the form engine judges it.
        """
        text = shown.strip()
        if self._decimals:
            return self._stored_decimal(text)
        text = _NOISE.sub("", text)
        text = _CENTS.sub("", text) if len(text) - len(self._last) > 1 else text
        return text if _WHOLE.fullmatch(text) else shown

    @staticmethod
    def _stored_decimal(text: str) -> str:
        grouped = re.fullmatch(r"-?\d{1,3}(\.\d{3})+(,\d*)?", text)
        plain = (
            text.replace(".", "")
            if grouped and ("," in text or text.count(".") > 1)
            else text.replace(".", ",")
        )
        return plain.replace(",", ".") if _DECIMAL.fullmatch(plain) else text

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """A decimal number is grouped once it is left."""
        super().focusOutEvent(event)
        if self._decimals:
            self._regroup(grouped=True)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """And shown plain while it is typed, so that a dot cannot mean two things."""
        if self._decimals:
            self._regroup(grouped=False)
        super().focusInEvent(event)

    def _regroup(self, *, grouped: bool) -> None:
        stored = self._last
        self._grouped, kept = grouped, self._grouped
        shown = self.shown_text(stored)
        self._grouped = kept
        if shown != self.text():
            self.setText(shown)

    def value(self) -> str:
        """The stored value; for decimals the last one understood, whichever way it is shown now."""
        return self._last if self._decimals and not self.isModified() else super().value()


class MoneyField(NumberField):
    """Rupiah: "Rp" inside at the left, whole numbers."""

    def __init__(self, name: str = "", *, parent: QWidget | None = None) -> None:
        super().__init__(name, parent=parent)
        self.set_adornment(prefix="Rp")


class LongTextField(QPlainTextEdit):
    """Many lines of words. Enter moves on, Shift+Enter makes a new line (design/UI.md section 6)."""

    edited = Signal(str)
    committed = Signal()
    backed = Signal()
    focused = Signal()

    def __init__(self, name: str = "", *, lines: int = 3, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines = lines
        self._silent = False
        self.setFont(font("value"))
        self.setTabChangesFocus(True)
        self.setAccessibleName(name)
        self.setFixedHeight(lines * type_role("value").line + 16)
        self.textChanged.connect(self._typed)

    def value(self) -> str:
        """The stored value."""
        return self.toPlainText()

    def set_value(self, stored: str) -> None:
        """Show a stored value; emits nothing."""
        if stored == self.toPlainText():
            return
        self._silent = True
        self.setPlainText(stored)
        self._silent = False

    def set_state(self, state: FieldState) -> None:
        """Rest, error, warning or restored."""
        if self.property("state") != state.value:
            self.setProperty("state", state.value)
            repolish(self)

    def state(self) -> FieldState:
        """The state in force."""
        return FieldState(self.property("state") or "")

    def set_readonly(self, readonly: bool) -> None:
        """Computed or locked."""
        if self.isReadOnly() != readonly:
            self.setReadOnly(readonly)
            repolish(self)

    def sizeHint(self) -> QSize:
        """As wide as a sentence."""
        return QSize(460, self.height())

    def _typed(self) -> None:
        if not self._silent:
            self.edited.emit(self.toPlainText())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter on; Shift+Enter a new line; others (Ctrl+Enter) belong to the screen."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self.insertPlainText("\n")
            elif event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                event.ignore()
            else:
                self.committed.emit()
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Tell the help panel."""
        super().focusInEvent(event)
        self.focused.emit()
