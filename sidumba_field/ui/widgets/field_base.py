"""What all answer fields have in common: the protocol screens speak to and the one-line edit they grow from.

Owns the stored-versus-shown split: ``value()`` is what the form engine stores ("45000000", "2026-11-20"),
the text is what people read ("45.000.000", "20-11-2026"). Fields clean what is typed but never refuse a key:
what they cannot understand stays on screen and is stored as typed, and the form engine says what is wrong.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from PySide6.QtCore import QEvent, QRectF, Qt, Signal, SignalInstance
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetricsF,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QLineEdit, QWidget

from sidumba_field.ui.theme import font, paint_icon, repolish, size, theme
from sidumba_field.ui.widgets.painting import line_of_text

_UNDO_DEPTH = 100


class FieldState(StrEnum):
    """How a field looks besides focus and read-only."""

    REST = ""
    ERROR = "error"
    WARNING = "warning"
    RESTORED = "restored"


class Field(Protocol):
    """Every answer field: value in, value out, where the hands go next."""

    edited: SignalInstance  # str: stored value after each change by hand
    committed: SignalInstance  # Enter: on to the next question
    backed: SignalInstance  # Shift+Enter: back to the one before
    focused: SignalInstance  # the keyboard arrived

    def value(self) -> str:
        """The stored value."""
        ...

    def set_value(self, stored: str) -> None:
        """Show a stored value; emits nothing."""
        ...

    def set_state(self, state: FieldState) -> None:
        """Rest, error, warning or restored."""
        ...


class EditField(QLineEdit):
    """A one-line field. Subclasses override ``show`` and ``store``."""

    edited = Signal(str)
    committed = Signal()
    backed = Signal()
    focused = Signal()

    formats = False  # whether typed text is reformatted while typing

    def __init__(
        self, name: str = "", *, numbers: bool = False, codes: bool = False, parent: QWidget | None = None
    ):
        super().__init__(parent)
        self._prefix, self._suffix, self._checked = "", "", False
        self._history: list[str] = []
        self._last = ""
        self.setFont(font("value", numbers=numbers, codes=codes))
        self.setFixedHeight(size("control"))
        self.setMinimumWidth(60)
        self.setAccessibleName(name)
        self.textEdited.connect(self._typed)
        theme().changed.connect(self.update)

    # -- the two translations

    def shown_text(self, stored: str) -> str:
        """Stored value -> text on screen."""
        return stored

    def stored_text(self, shown: str) -> str:
        """Text on screen -> stored value."""
        return shown

    def significant(self, character: str) -> bool:
        """Whether a character is the person's own, not one the format puts in."""
        return True

    # -- the protocol

    def value(self) -> str:
        """The stored value."""
        return self.stored_text(self.text())

    def set_value(self, stored: str) -> None:
        """Show a stored value; emits nothing. An equal value leaves text and cursor alone."""
        if stored == self.value() and (stored or not self.text()):
            return
        self.setText(self.shown_text(stored))
        self._last = stored
        self._history.clear()

    def set_state(self, state: FieldState) -> None:
        """Rest, error, warning or restored."""
        if self.property("state") != state.value:
            self.setProperty("state", state.value)
            repolish(self)

    def state(self) -> FieldState:
        """The state in force."""
        return FieldState(self.property("state") or "")

    def set_readonly(self, readonly: bool) -> None:
        """Computed or locked: still focusable to read and copy, no longer in the tab chain."""
        if self.isReadOnly() != readonly:
            self.setReadOnly(readonly)
            self.setFocusPolicy(Qt.FocusPolicy.ClickFocus if readonly else Qt.FocusPolicy.StrongFocus)
            repolish(self)

    def set_adornment(self, *, prefix: str = "", suffix: str = "", checked: bool = False) -> None:
        """Quiet words inside the field: before ("Rp"), after ("9/16"), or a check for a valid code."""
        self._prefix, self._suffix, self._checked = prefix, suffix, checked
        metrics = QFontMetricsF(font("body"))
        left = round(metrics.horizontalAdvance(prefix)) + 8 if prefix else 0
        right = round(metrics.horizontalAdvance(suffix)) + 8 if suffix else 22 if checked else 0
        self.setTextMargins(left, 0, right, 0)
        self.update()

    # -- typing

    def _typed(self, text: str) -> None:
        if self.formats:
            cursor = self.cursorPosition()
            after = sum(self.significant(c) for c in text[cursor:])
            wanted = self.shown_text(self.stored_text(text))
            if wanted != text:
                self.setText(wanted)
                self.setCursorPosition(self._position_before(wanted, after))
        stored = self.value()
        if stored != self._last:
            self._history = [*self._history[-_UNDO_DEPTH:], self._last]
            self._last = stored
            self.edited.emit(stored)

    def _position_before(self, text: str, count: int) -> int:
        """Where ``count`` of the person's own characters stand at the right:

        what the format adds comes at the left.
        """
        at = len(text)
        while at > 0 and count > 0:
            at -= 1
            count -= self.significant(text[at])
        return at

    def _undo(self) -> bool:
        if not self._history:
            return False
        self._last = self._history.pop()
        self.setText(self.shown_text(self._last))
        self.edited.emit(self._last)
        return True

    def can_take_back(self) -> bool:
        """Whether there is own typing that Ctrl+Z would take back."""
        return bool(self._history) if self.formats else self.isUndoAvailable()

    def event(self, event: QEvent) -> bool:
        """Claim Ctrl+Z while there is own typing to take back; reformatting empties Qt's own undo."""
        claims = self.formats and self._history and event.type() == QEvent.Type.ShortcutOverride
        if claims and isinstance(event, QKeyEvent) and event.matches(QKeySequence.StandardKey.Undo):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter on, Shift+Enter back, copy without the signs the format put in."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
            if plain:
                self.committed.emit()
                return
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self.backed.emit()
                return
            event.ignore()
            return
        if self.formats and event.matches(QKeySequence.StandardKey.Undo) and self._undo():
            return
        if self.formats and event.matches(QKeySequence.StandardKey.Copy) and self.hasSelectedText():
            QGuiApplication.clipboard().setText(self.stored_text(self.selectedText()))
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Arriving by keyboard selects all, so that typing replaces."""
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self.selectAll()
        self.focused.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The edit, then its adornments."""
        super().paintEvent(event)
        if not (self._prefix or self._suffix or self._checked):
            return
        painter = QPainter(self)
        inner = QRectF(self.rect()).adjusted(11, 0, -11, 0)
        tone = theme().color("text.tertiary")
        if self._prefix:
            line_of_text(painter, inner, self._prefix, font("body"), tone)
        if self._suffix:
            line_of_text(painter, inner, self._suffix, font("small"), tone, Qt.AlignmentFlag.AlignRight)
        elif self._checked:
            box = QRectF(self.width() - 27, (self.height() - 16) / 2, 16, 16)
            paint_icon(painter, "check", box, theme().color("state.teal.fg"))
        painter.end()
