"""Siapkan laptop, steps 2 and 3: the rail, what comes in, the PIN.

Owns which step is in front and that fetching goes on by itself while step 2 is; Beranda follows.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from sidumba_field.services.exchange.stick_views import StickOutcome
from sidumba_field.ui.operations import supplies
from sidumba_field.ui.screens.login.panes import Pane
from sidumba_field.ui.screens.parts import scroll
from sidumba_field.ui.screens.setup.fetch import FetchPane
from sidumba_field.ui.screens.setup.frame import said, setup_rail
from sidumba_field.ui.viewmodels.desk import Desk
from sidumba_field.ui.viewmodels.speech import tell
from sidumba_field.ui.viewmodels.supplies import PIN
from sidumba_field.ui.widgets.field_base import FieldState
from sidumba_field.ui.widgets.pin_field import PinField

AGAIN_MS = 10_000  # how long after a broken run the next one begins by itself
_PAGE = 20


class FirstPinPane(Pane):
    """Six digits twice, or later."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(said("pin.title"), said("pin.note"), said("pin.submit"), parent)
        self.pin, self.again = PinField(tell("pin.new")), PinField(tell("pin.repeat"))
        for field in (self.pin, self.again):
            self.add_field(field, field.accessibleName())
        self.finish_layout()
        self._back.setText(said("pin.later"))

    def hand_over(self) -> None:
        """Emit, if it is whole and both are the same."""
        for field, good, sentence in (
            (self.pin, self.pin.whole(), "pin.short"),
            (self.again, self.pin.value() == self.again.value(), "pin.differ"),
        ):
            if not good:
                field.set_state(FieldState.ERROR)
                field.setFocus(Qt.FocusReason.TabFocusReason)
                self.tell(tell(sentence))
                return
        self.chosen.emit(self.pin.value())


class SetupScreen(QWidget):
    """Siapkan laptop."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.setAccessibleName(said("name"))
        self.rail = setup_rail()
        self.fetch, self.pin = FetchPane(), FirstPinPane()
        self._steps = QStackedWidget()
        self._steps.addWidget(_page(self.fetch))
        self._steps.addWidget(_page(self.pin))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.rail)
        row.addWidget(self._steps, 1)
        self._again = QTimer(self)
        self._again.setInterval(AGAIN_MS)
        self._again.timeout.connect(self._go_on_fetching)
        self._connect()

    def _connect(self) -> None:
        desk, model = self._desk, self._desk.supplies
        model.changed.connect(self._show)
        model.stepped.connect(self._step)
        model.refused.connect(self._refuse)
        desk.sync.changed.connect(self._look)
        desk.changes.connect(lambda _changes: self._look())
        self.fetch.on_wanted.connect(partial(supplies.go_on, desk))
        self.fetch.again_wanted.connect(partial(supplies.fetch, desk))
        self.fetch.stick_wanted.connect(partial(supplies.from_stick, desk))
        desk.sticks.changed.connect(self._show_stick)
        desk.sticks.ended.connect(self._stick_done)
        self.fetch.back_wanted.connect(partial(desk.go.emit, "home"))
        self.pin.backed.connect(partial(desk.go.emit, "home"))
        self.pin.chosen.connect(partial(supplies.choose_pin, desk))

    # -- the shell's questions

    def on_show(self) -> None:
        """Begin at the list; fetching goes on where it stood."""
        self._desk.supplies.begin()
        supplies.fetch(self._desk)
        self._again.start()

    def on_leave(self) -> None:
        """Nothing typed in secret outlives its use."""
        self._again.stop()
        self.pin.clear_secrets()

    def first_focus(self) -> QWidget:
        """The way on, or the first digit."""
        return self.pin.pin if self._desk.supplies.step == PIN else self.fetch.on

    def set_narrow(self, below_1180: bool, below_1000: bool) -> None:
        """The rail gives way."""
        self.rail.set_narrow(narrow=below_1000)

    # -- going on

    def _look(self) -> None:
        if self.isVisible():
            supplies.load(self._desk)

    def _go_on_fetching(self) -> None:
        view = self._desk.supplies.view
        if view is not None and not view.whole:
            supplies.fetch(self._desk)

    def _show(self) -> None:
        if self._desk.supplies.view is not None:
            self.fetch.show_view(self._desk.supplies.view, self._desk.supplies.said)

    def _show_stick(self) -> None:
        sticks = self._desk.sticks
        self.fetch.show_stick(sticks.progress.text if sticks.busy else "")

    def _stick_done(self, outcome: StickOutcome) -> None:
        if self.isVisible():
            supplies.stick_done(self._desk, outcome)

    def _step(self) -> None:
        step = self._desk.supplies.step
        self.rail.set_current(step)
        self._steps.setCurrentIndex(step - 2)
        self.first_focus().setFocus(Qt.FocusReason.OtherFocusReason)

    def _refuse(self, sentence: str) -> None:
        if self._desk.supplies.step == PIN:
            self.pin.tell(sentence)
        else:
            self.fetch.refuse(sentence)


def _page(part: QWidget) -> QWidget:
    """A part in the middle of a page that scrolls when it is low."""
    page = QWidget()
    row = QHBoxLayout(page)
    row.setContentsMargins(_PAGE, 36, _PAGE, _PAGE)
    row.addStretch(1)
    column = QVBoxLayout()
    column.addWidget(part)
    column.addStretch(1)
    row.addLayout(column)
    row.addStretch(1)
    return scroll(page)
