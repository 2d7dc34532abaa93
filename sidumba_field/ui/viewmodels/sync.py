"""What Sinkronisasi shows: lanes, queue, receipts, and whether something is running."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QObject, Signal

from sidumba_field.services.exchange.sync_views import SyncOutcome, SyncView
from sidumba_field.services.files.views import Rule


class SyncModel(QObject):
    """State of screen 06. ``progressed`` is emitted from a network thread and heard on the main one."""

    changed = Signal()
    running_changed = Signal(bool)
    ended = Signal(object)  # SyncOutcome
    progressed = Signal(object)  # SyncView

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.view: SyncView | None = None
        self.rules: tuple[Rule, ...] = ()
        self.running = False
        self.stopping = False  # read by the network thread between its parts
        self.paused = False
        self.quiet = False
        self._since = QElapsedTimer()
        self.looking = False
        self.problem = ""
        self.progressed.connect(self.show)

    def show_rules(self, rules: tuple[Rule, ...]) -> None:
        """The sizes from which files go by flashdisk."""
        self.rules = rules
        self.changed.emit()

    def show(self, view: SyncView) -> None:
        """A fresh view."""
        self.view = view
        self.changed.emit()

    def begin(self, *, quietly: bool = False) -> None:
        """A run begins; ``quietly``: by the clock, nobody waits for its end."""
        self.stopping = False
        self.quiet = quietly
        self._since.start()
        self._set_running(True)

    def is_due(self, milliseconds: int) -> bool:
        """Whether the last run began longer ago than that, or there was none."""
        return not self._since.isValid() or self._since.elapsed() > milliseconds

    def _set_running(self, running: bool) -> None:
        if running != self.running:
            self.running = running
            self.running_changed.emit(running)
        self.changed.emit()

    def set_paused(self, paused: bool) -> None:
        """The person wants quiet, or wants to go on."""
        self.paused = paused
        self.changed.emit()

    def end(self, outcome: SyncOutcome) -> None:
        """A run is over."""
        self.problem = "" if outcome.ok or self.paused else outcome.sentence
        self._set_running(False)
        self.ended.emit(outcome)

    def fail(self, sentence: str) -> None:
        """A run broke off."""
        self.problem = sentence
        self._set_running(False)
