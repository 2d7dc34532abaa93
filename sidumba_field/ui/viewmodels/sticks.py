"""What the flashdisk card shows: drives, what would be written, history, and what is under way."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from sidumba_field.services.exchange.stick_views import StickOutcome, StickProgress, StickView


class SticksModel(QObject):
    """State of the card of screen 06b. ``progressed`` is emitted from a network thread and heard on the main one.

    ``busy``: "" or what is under way ("look", "save", "read", "eject"). ``chosen``: folder somebody chose, "" = the
    first flashdisk found.
    """

    changed = Signal()
    progressed = Signal(object)  # StickProgress
    ended = Signal(object)  # StickOutcome

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.view: StickView | None = None
        self.busy = ""
        self.chosen = ""
        self.stopping = False  # read by the network thread between its parts
        self.progress = StickProgress(0, "")
        self.notes: tuple[str, ...] = ()
        self.seen: tuple[str, ...] = ()  # drives as they were when the view was made
        self.progressed.connect(self._show_progress)

    def begin(self, what: str, text: str = "") -> None:
        """Something begins; its progress counts from nothing."""
        self.busy, self.stopping = what, False
        self.progress = StickProgress(0, text)
        self.changed.emit()

    def _show_progress(self, progress: StickProgress) -> None:
        if self.busy:
            self.progress = progress
            self.changed.emit()

    def end(self, outcome: StickOutcome | None = None) -> None:
        """It is over; what was not taken stays on the card until the next act."""
        self.busy = ""
        if outcome is not None:
            self.notes = outcome.notes
        self.changed.emit()
        if outcome is not None:
            self.ended.emit(outcome)

    def show(self, view: StickView) -> None:
        """A fresh view."""
        self.view = view
        self.seen = tuple(drive.key for drive in view.drives)
        self.changed.emit()

    def forget(self) -> None:
        """Somebody else sits down; what is under way stops between two pieces."""
        self.stopping = True
        self.view, self.busy, self.chosen, self.notes, self.seen = None, "", "", (), ()
        self.changed.emit()
