"""What is known about the state of this laptop: notices, stuck work, drives, a copy or a restoring under way."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from sidumba_field.services.care.views import CareView, CopySeen, DriveRow, Leaving


class CareModel(QObject):
    """State of the care of the laptop. ``progressed`` is emitted from a network thread and heard on the main one.

    ``busy``: "" or what is under way ("copy", "restore"); ``percent``: how far.
    """

    changed = Signal()
    progressed = Signal(int)  # percent
    copied = Signal(bool)  # a copy ended; whether it is whole
    seen = Signal(object)  # CopySeen: somebody chose a copy to restore
    restored = Signal(str)  # sentence
    refused = Signal(str)  # sentence: restoring did not work

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.view: CareView | None = None
        self.drives: tuple[DriveRow, ...] = ()
        self.leaving = Leaving(ask=False)
        self.copy: CopySeen | None = None
        self.busy = ""
        self.percent = 0
        self.stopping = False  # read by the network thread between its parts
        self.progressed.connect(self._show_percent)

    def show(self, view: CareView, leaving: Leaving) -> None:
        """A fresh view."""
        self.view, self.leaving, self.drives = view, leaving, leaving.drives or self.drives
        self.changed.emit()

    def show_drives(self, drives: tuple[DriveRow, ...]) -> None:
        """Which flashdisks are in."""
        self.drives = drives

    def begin(self, what: str) -> None:
        """Something begins; its progress counts from nothing."""
        self.busy, self.percent, self.stopping = what, 0, False
        self.changed.emit()

    def _show_percent(self, percent: int) -> None:
        if self.busy:
            self.percent = percent
            self.changed.emit()

    def end(self) -> None:
        """It is over."""
        self.busy = ""
        self.changed.emit()

    def forget(self) -> None:
        """Somebody else sits down."""
        self.view, self.leaving, self.busy = None, Leaving(ask=False), ""
        self.changed.emit()
