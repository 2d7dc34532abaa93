"""Choice pills: up to nine choices as buttons with digits.

Owns select-one and select-multiple by hand: digits choose, arrows move, Space toggles, Backspace clears,
Enter moves on. The group is one stop in the tab order. More than nine choices are a list with type-to-filter
(lookup.py, choice_list.py); ``choice_field`` picks the right one.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetricsF, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from sidumba_field.ui.theme import font, radius, size, theme
from sidumba_field.ui.widgets.field_base import FieldState
from sidumba_field.ui.widgets.flow import FlowLayout
from sidumba_field.ui.widgets.painting import line_of_text, rounded
from sidumba_field.ui.widgets.speech import tr

MOST_PILLS = 9
_BOX = 18


class Pill(QToolButton):
    """One choice."""

    def __init__(self, group: ChoicePills, value: str, label: str, digit: int) -> None:
        super().__init__(group)
        self.value, self._digit, self._group = value, digit, group
        self.setText(label)
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(label)
        self.setToolTip(f"{label} ({digit})")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Digit box and words."""
        words = QFontMetricsF(font("body")).horizontalAdvance(self.text())
        return QSize(round(words) + _BOX + 27, size("control"))

    def nextCheckState(self) -> None:
        """A click is a choice of the group; the group sets the checks."""
        self._group.toggle(self.value)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The group knows the keys."""
        if not self._group.take_key(event):
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Tell the group which pill the hands are on."""
        super().focusInEvent(event)
        self._group.arrived_on(self)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, digit box, words."""
        painter = QPainter(self)
        current = theme()
        rect = QRectF(self.rect())
        state = self._group.state()
        edge = current.color("border.control")
        if state is FieldState.ERROR:
            edge = current.color("state.vermilion.solid")
        elif state is FieldState.WARNING:
            edge = current.color("state.amber.solid")
        fill = current.color("bg.hover" if self.underMouse() else "bg.input")
        if self._group.readonly():
            fill, edge = current.color("bg.inputReadonly"), current.color("border.subtle")
        if self.isChecked():
            rounded(
                painter, rect, radius("md"), current.color("accent.tint"), current.color("accent.solid"), 2
            )
        else:
            rounded(painter, rect, radius("md"), fill, edge)
        box = QRectF(7, (self.height() - _BOX) / 2, _BOX, _BOX)
        ground = current.color("accent.solid" if self.isChecked() else "state.slate.tint")
        rounded(painter, box, radius("xs"), ground, None)
        ink = current.color("text.onSolid" if self.isChecked() else "text.secondary")
        used = font("key", numbers=True)
        line_of_text(painter, box, str(self._digit), used, ink, Qt.AlignmentFlag.AlignHCenter)
        words = QRectF(box.right() + 8, 0, self.width() - box.right() - 8, self.height())
        weight = 500 if self.isChecked() else 0
        line_of_text(painter, words, self.text(), font("body", weight=weight), current.color("text.primary"))
        painter.end()


class ChoicePills(QWidget):
    """``choices``: (stored value, words), nine at most. ``multiple`` stores values separated by spaces; there,
    ``exclusive`` is the one that stands alone ("Tidak ada"): choosing it frees the others, and the other way round."""

    edited = Signal(str)
    committed = Signal()
    backed = Signal()
    focused = Signal()

    def __init__(
        self,
        choices: Sequence[tuple[str, str]] = (),
        *,
        multiple: bool = False,
        name: str = "",
        exclusive: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._multiple, self._readonly, self._exclusive = multiple, False, exclusive
        self._state = FieldState.REST
        self._pills: list[Pill] = []
        self._flow = FlowLayout(self)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(name)
        self.setAccessibleDescription(tr("field.choose"))
        self.set_choices(choices)

    def set_choices(self, choices: Sequence[tuple[str, str]]) -> None:
        """Replace the choices, keeping the answer where its value still exists;

        ValueError for more than nine.
        """
        if len(choices) > MOST_PILLS:
            raise ValueError("more than nine choices need a list")
        if [(pill.value, pill.text()) for pill in self._pills] == list(choices):
            return
        kept = self.value()
        had_focus = self.hasFocus() or any(pill.hasFocus() for pill in self._pills)
        for pill in self._pills:
            self._flow.removeWidget(pill)
            pill.hide()
            pill.deleteLater()
        self._pills = [Pill(self, value, label, n) for n, (value, label) in enumerate(choices, start=1)]
        for pill in self._pills:
            self._flow.addWidget(pill)
            pill.show()
        self.set_value(kept)
        self._one_tab_stop()
        if had_focus and self._pills:
            self._pills[0].setFocus()

    def pills(self) -> list[Pill]:
        """The buttons in order."""
        return list(self._pills)

    def value(self) -> str:
        """The stored value, in the order of the choices."""
        return " ".join(pill.value for pill in self._pills if pill.isChecked())

    def set_value(self, stored: str) -> None:
        """Show a stored value; emits nothing."""
        wanted = set(stored.split()) if self._multiple else {stored}
        for pill in self._pills:
            pill.setChecked(bool(stored) and pill.value in wanted)
        self._one_tab_stop()

    def set_state(self, state: FieldState) -> None:
        """Rest, error, warning or restored."""
        self._state = state
        for pill in self._pills:
            pill.update()

    def state(self) -> FieldState:
        """The state in force."""
        return self._state

    def set_readonly(self, readonly: bool) -> None:
        """Computed or locked: shows the answer, takes no choice."""
        self._readonly = readonly
        self._one_tab_stop()
        self.update()

    def readonly(self) -> bool:
        """Whether it takes no choice."""
        return self._readonly

    def toggle(self, value: str) -> None:
        """Choose by hand; in a multiple choice, or for the chosen one, take the choice back."""
        if self._readonly:
            return
        before = self.value()
        for pill in self._pills:
            if pill.value == value:
                pill.setChecked(not pill.isChecked())
            elif not self._multiple or self._exclusive in (value, pill.value):
                pill.setChecked(False)
        self._one_tab_stop()
        if self.value() != before:
            self.edited.emit(self.value())

    def take_key(self, event: QKeyEvent) -> bool:
        """Digits, arrows, Space, Backspace, Enter; False for keys that are not the group's."""
        key = event.key()
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if plain:
                self.committed.emit()
            elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self.backed.emit()
            else:
                return False
            return True
        if not plain:
            return False
        if Qt.Key.Key_1 <= key <= Qt.Key.Key_9:
            self._choose_digit(key - Qt.Key.Key_1)
        elif key in _STEPS:
            self._step(_STEPS[Qt.Key(key)])
        elif key == Qt.Key.Key_Space:
            self.toggle(self._pills[self._hand()].value)
        elif key in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete):
            self._clear()
        else:
            return False
        return True

    def _choose_digit(self, index: int) -> None:
        if index >= len(self._pills):
            return
        pill = self._pills[index]
        if self._multiple or not pill.isChecked():
            self.toggle(pill.value)
        pill.setFocus()

    def _clear(self) -> None:
        if self.value() and not self._readonly:
            self.set_value("")
            self.edited.emit("")

    def _hand(self) -> int:
        for index, pill in enumerate(self._pills):
            if pill.hasFocus():
                return index
        return 0

    def _step(self, step: int) -> None:
        self._pills[(self._hand() + step) % len(self._pills)].setFocus()

    def arrived_on(self, pill: Pill) -> None:
        """A pill got the focus."""
        self._one_tab_stop(pill)
        self.focused.emit()

    def _one_tab_stop(self, hand: Pill | None = None) -> None:
        if not self._pills:
            self.setFocusProxy(None)  # type: ignore[arg-type]  # Qt takes a null widget here
            return
        focused = next((pill for pill in self._pills if pill.hasFocus()), None)
        checked = next((pill for pill in self._pills if pill.isChecked()), None)
        stop = hand or focused or checked or self._pills[0]
        for pill in self._pills:
            on = pill is stop and not self._readonly
            pill.setFocusPolicy(Qt.FocusPolicy.StrongFocus if on else Qt.FocusPolicy.ClickFocus)
        self.setFocusProxy(stop)


_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}
