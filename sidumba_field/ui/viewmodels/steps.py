"""The selection screen and what the steps of an SOP leave to be told: piles, the record looked at, a round under way.

What was looked at is kept with its revision and content, because a step that vouches for content names them.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from sidumba_field.services.steps.views import Glance, KeyedStep, LookView, PeriodsView, Pile, PilesView
from sidumba_field.services.views import MessageView


class StepsModel(QObject):
    """State of the selection screen, of the periods, and of the ready text."""

    piles_changed = Signal()
    looked = Signal()
    photo_read = Signal(str, bytes)
    busy_changed = Signal()
    message_ready = Signal(object)  # MessageView
    message_closed = Signal()
    periods_changed = Signal()
    refused = Signal(str)
    receipt_ready = Signal(str, object)  # paper, rids handed over

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.view: PilesView | None = None
        self.look: LookView | None = None
        self.periods: PeriodsView | None = None
        self.message: MessageView | None = None
        self.pile = ""  # the one asked for; "" lets the services choose
        self.wanted = ""  # the record whose look was asked for last
        self.busy: tuple[int, int] | None = None  # done, total of the round under way
        self.stop = False
        self.sought = ""  # a record to stand on when the piles arrive
        self._glances: dict[str, Glance] = {}
        self._done: dict[str, int] = {}

    # -- piles

    def show(self, view: PilesView) -> None:
        """Fresh piles."""
        self.view, self.pile = view, view.pile
        self.piles_changed.emit()

    def current(self) -> Pile | None:
        """The open pile."""
        if self.view is None:
            return None
        return next((pile for pile in self.view.piles if pile.key == self.view.pile), None)

    def step(self, key: str) -> KeyedStep | None:
        """The step of a digit key in the open pile."""
        pile = self.current()
        return next((step for step in pile.steps if step.key == key), None) if pile is not None else None

    def forget_person(self) -> None:
        """Somebody else sits here now."""
        self.view = self.look = self.periods = self.message = None
        self.pile = self.wanted = ""
        self._glances.clear()
        self._done.clear()

    # -- looking

    def show_look(self, look: LookView) -> None:
        """A record as it is now; its revision and content are what a step will name."""
        self.look = look
        self._glances[look.rid] = Glance(look.rid, look.rev, look.sha)
        self.looked.emit()

    def was_looked_at(self, rid: str) -> bool:
        return rid in self._glances

    def glances(self, rids: tuple[str, ...]) -> list[Glance]:
        """What a step on these records names."""
        return [self._glances.get(rid, Glance(rid)) for rid in rids]

    # -- a round

    def begin(self, total: int) -> None:
        self.busy, self.stop = (0, total), False
        self.busy_changed.emit()

    def went_on(self, done: int) -> None:
        if self.busy is not None:
            self.busy = (done, self.busy[1])
            self.busy_changed.emit()

    def end(self, rids: tuple[str, ...]) -> None:
        """A round is over; ``rids`` were moved."""
        self.busy = None
        for rid in rids:
            self._glances.pop(rid, None)
        self._done[self.pile] = self._done.get(self.pile, 0) + len(rids)
        self.busy_changed.emit()

    def took_back(self, count: int) -> None:
        self._done[self.pile] = max(0, self._done.get(self.pile, 0) - count)

    def progress(self) -> tuple[int, int]:
        """(done, total) of the open pile since somebody sat down."""
        pile = self.current()
        done = self._done.get(self.pile, 0)
        return done, done + (pile.count if pile is not None else 0)

    # -- texts and periods

    def offer(self, message: MessageView | None) -> None:
        """Offer a ready text; None offers nothing and leaves an earlier one."""
        if message is not None:
            self.message = message
            self.message_ready.emit(message)

    def show_periods(self, view: PeriodsView) -> None:
        self.periods = view
        self.periods_changed.emit()
