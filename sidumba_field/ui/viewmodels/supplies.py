"""What the set-up of a laptop shows: the work that comes in, and which step the hands are at."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from sidumba_field.services.account.supply_views import SuppliesView

FETCH, PIN = 2, 3


class SuppliesModel(QObject):
    """State of screen 10b after the activation. ``step``: FETCH or PIN."""

    changed = Signal()
    stepped = Signal()
    refused = Signal(str)  # sentence about what was asked for

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.view: SuppliesView | None = None
        self.step = FETCH
        self.busy = False
        self.asking = False  # a request is being written to a flashdisk
        self.said = ""  # what came of the last press, until the next one

    def show(self, view: SuppliesView) -> None:
        """A fresh picture."""
        self.view = view
        self.changed.emit()

    def begin(self) -> None:
        """Somebody is led to the list of what comes in."""
        self.view, self.step, self.busy, self.asking, self.said = None, FETCH, False, False, ""
        self.stepped.emit()

    def tell(self, sentence: str) -> None:
        """Say what came of a press; "" when the next one begins."""
        self.said = sentence
        self.changed.emit()

    def go_to_pin(self) -> None:
        """The list is left behind."""
        self.step = PIN
        self.stepped.emit()
