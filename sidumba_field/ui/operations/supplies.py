"""What may be started during the set-up of a laptop: look, fetch, go on, choose a PIN.

Owns nothing of the fetch itself: it is the usual run, begun quietly, and this only asks for the picture of it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from sidumba_field.core.errors import SidumbaError
from sidumba_field.services.exchange.stick_views import StickOutcome, StickView
from sidumba_field.services.views import Mark, SessionView
from sidumba_field.ui.operations import sticks, syncing
from sidumba_field.ui.viewmodels.desk import Desk
from sidumba_field.ui.viewmodels.notice import Notice
from sidumba_field.ui.viewmodels.speech import sentence_of, tell
from sidumba_field.ui.widgets.speech import language
from sidumba_field.words import say


def load(desk: Desk) -> None:
    """Fetch what the list shows."""
    if desk.session.current is not None:
        desk.jobs.db(desk.services.supplies.view, desk.supplies.show, desk.fail)


def fetch(desk: Desk) -> None:
    """Go on fetching where it stood; a run that goes on already is left alone."""
    if desk.session.current is not None and not desk.leaving:
        syncing.run(desk, quietly=True)
        load(desk)


def from_stick(desk: Desk) -> None:
    """Take the work from a flashdisk: read the reply that lies there, else write a request the office answers."""
    if desk.session.current is None or desk.sticks.busy or desk.leaving:
        return
    chosen = desk.sticks.chosen
    desk.supplies.tell("")

    def found(view: StickView) -> None:
        desk.sticks.show(view)
        if view.drive is None:
            desk.supplies.tell(_said("stick.none"))
        elif view.replies:
            sticks.read(desk)
        elif any(row.mark is Mark.WAITING for row in view.history):
            desk.supplies.tell(_said("stick.no_reply"))
        else:
            desk.supplies.asking = True
            sticks.save(desk)

    desk.jobs.net(lambda _job: desk.services.sticks.view(chosen), found, desk.fail)


def stick_done(desk: Desk, outcome: StickOutcome) -> None:
    """A flashdisk was written, read or taken out: show what came, and what is to be done with it next."""
    asked, desk.supplies.asking = desk.supplies.asking, False
    if outcome.replies and outcome.ok and not outcome.notes:
        desk.jobs.db(desk.services.supplies.took_stick, desk.supplies.show, desk.fail)
        return
    load(desk)
    if outcome.notes:
        desk.supplies.tell(outcome.notes[0])
    elif asked and outcome.ok:
        desk.supplies.tell(_said("stick.asked"))


def _said(key: str) -> str:
    return say(f"setup.{key}", language())


def go_on(desk: Desk) -> None:
    """Leave the list for the PIN; what is still missing is told."""
    _ask(desk, desk.services.supplies.go_on, desk.supplies.go_to_pin)


def choose_pin(desk: Desk, pin: str) -> None:
    """Choose the PIN and begin to work."""

    def chosen() -> None:
        desk.say(Notice(tell("pin.set")))
        desk.go.emit("home")

    _ask(desk, partial(desk.services.supplies.choose_pin, pin), chosen)


def _ask(desk: Desk, work: Callable[[], SessionView], then: Callable[[], None]) -> None:
    def done(session: SessionView) -> None:
        desk.supplies.busy = False
        desk.session.current = session
        then()

    def refused(error: BaseException) -> None:
        desk.supplies.busy = False
        if isinstance(error, SidumbaError):
            desk.supplies.refused.emit(sentence_of(error))
        else:
            desk.fail(error)

    if not desk.supplies.busy:
        desk.supplies.busy = True
        desk.jobs.db(work, done, refused)
