"""Below a pile: what may be done with what is chosen, one digit each, and the words a step asks for first.

Owns the buttons with their digits, the reason with its templates, and the name of who receives papers.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCompleter, QHBoxLayout, QVBoxLayout, QWidget

from sidumba_field.services.steps.views import KeyedStep
from sidumba_field.ui.screens.parts import Ground, clear
from sidumba_field.ui.viewmodels.steps_speech import told
from sidumba_field.ui.widgets.button import Button, Kind
from sidumba_field.ui.widgets.flow import FlowLayout
from sidumba_field.ui.widgets.label import Label
from sidumba_field.ui.widgets.remark import RemarkComposer
from sidumba_field.ui.widgets.text_fields import TextField

_KINDS: dict[str, Kind] = {"forward": "approve", "return": "return", "plain": "plain", "remove": "plain"}


class ReceiverRow(QWidget):
    """Who receives the papers: a name, the ones given before offered while typing."""

    submitted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = TextField(told("pile.receiver"))
        self.field.setPlaceholderText(told("pile.receiver_hint"))
        self.field.setMaximumWidth(320)
        label = Label(told("pile.receiver"), "label")
        label.setBuddy(self.field)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(label)
        row.addWidget(self.field, 1)
        row.addStretch(1)
        self.field.committed.connect(self.submitted)
        self.hide()

    def show_names(self, names: Sequence[str]) -> None:
        """Offer names; the last one stands there already."""
        completer = QCompleter(list(names), self.field)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.field.setCompleter(completer)
        if names and not self.field.text():
            self.field.setText(names[0])

    def name(self) -> str:
        """The name written."""
        return " ".join(self.field.text().split())


class StepBar(Ground):
    """``taken`` carries (step, remark)."""

    taken = Signal(object, str)
    missing = Signal(str)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("bg.surface", "top", parent)
        self._steps: tuple[KeyedStep, ...] = ()
        self._count = 0
        self.buttons: dict[str, Button] = {}
        self.composer: RemarkComposer | None = None
        self._asked: KeyedStep | None = None
        self.receiver = ReceiverRow()
        self._note = Label("", "small", "secondary", numbers=True)
        self._holder = QVBoxLayout()
        self._flow_box = QWidget()
        self._flow = FlowLayout(gap=8)
        self._flow_box.setLayout(self._flow)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 10)
        column.setSpacing(8)
        column.addLayout(self._holder)
        column.addWidget(self.receiver)
        column.addWidget(self._note)
        column.addWidget(self._flow_box)
        self._note.hide()
        self.receiver.submitted.connect(self._take_first)

    def show_steps(self, steps: Sequence[KeyedStep], receivers: Sequence[str]) -> None:
        """The steps of another pile; the same ones keep their buttons."""
        if tuple(steps) != self._steps:
            self._steps = tuple(steps)
            self._build()
        hands_over = any(step.names_receiver for step in steps)
        self.receiver.setVisible(hands_over)
        if hands_over:
            self.receiver.show_names(receivers)

    def _build(self) -> None:
        self.close_composer()
        clear(self._flow)
        self.buttons = {}
        for step in self._steps:
            button = Button("", _KINDS[step.kind])
            button.set_shortcut(step.key, bind=False)  # bare digits act only where nothing is typed
            button.clicked.connect(lambda _checked=False, one=step: self.take(one))
            self._flow.addWidget(button)
            button.show()
            self.buttons[step.key] = button
        self.show_count(self._count)

    def show_count(self, count: int) -> None:
        """How many the step would be taken on."""
        self._count = count
        for step in self._steps:
            words = told("pile.bulk", label=step.label, count=count) if count > 1 else step.label
            self.buttons[step.key].setText(words)

    def show_note(self, words: str) -> None:
        """Progress of a round, or why some were refused; "" hides it."""
        self._note.setText(words)
        self._note.setVisible(bool(words))

    def take(self, step: KeyedStep) -> None:
        """Take a step now, or ask for its words first."""
        if step.names_receiver and not self.receiver.name():
            self.receiver.field.setFocus()
            self.missing.emit(told("pile.receiver_missing"))
        elif step.names_receiver:
            self.taken.emit(step, self.receiver.name())
        elif step.needs_remark:
            self._ask(step)
        else:
            self.close_composer()
            self.taken.emit(step, "")

    def _take_first(self) -> None:
        step = next((one for one in self._steps if one.names_receiver), None)
        if step is not None:
            self.take(step)

    def _ask(self, step: KeyedStep) -> None:
        self.close_composer()
        self._asked = step
        self.composer = RemarkComposer(step.label, step.templates)
        self.composer.saved.connect(self._answered)
        self.composer.closed.connect(self._given_up)
        self._holder.addWidget(self.composer)
        self.composer.edit.setFocus()

    def _answered(self, text: str) -> None:
        step = self._asked
        if step is None or not text:
            self.missing.emit(told("pile.reason_hint"))
            return
        self.close_composer()
        self.taken.emit(step, text)

    def _given_up(self) -> None:
        self.close_composer()
        self.closed.emit()

    def close_composer(self) -> None:
        """No words are asked for any more."""
        clear(self._holder)
        self.composer, self._asked = None, None
