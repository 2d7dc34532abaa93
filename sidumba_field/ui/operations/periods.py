"""What may be started about periods: look, open one, take its steps; each is told with Urungkan."""

from __future__ import annotations

from functools import partial

from sidumba_field.services.views import Changes, Decided, Refusal
from sidumba_field.ui.viewmodels.desk import Desk
from sidumba_field.ui.viewmodels.notice import Notice
from sidumba_field.ui.viewmodels.speech import tell


def load(desk: Desk) -> None:
    """Fetch the periods."""
    desk.jobs.db(desk.services.periods.view, desk.steps.show_periods, desk.fail)


def open_period(desk: Desk, label: str) -> None:
    """Begin a period."""
    desk.jobs.db(partial(desk.services.periods.open, label), partial(_done, desk), desk.fail)


def take(desk: Desk, rid: str, command: str, *, listing: bool = False) -> None:
    """Take a step; ``listing``: what is not signed off is named in it."""
    work = partial(desk.services.periods.step, rid, command, listing)
    desk.jobs.db(work, partial(_done, desk), desk.fail)


def _done(desk: Desk, result: Decided | Refusal) -> None:
    if isinstance(result, Refusal):
        desk.say(Notice(result.sentence, "amber", details=result.details or result.code))
        return
    desk.touch(result.changes)
    load(desk)
    undo = partial(_take_back, desk, result.undo) if result.undo else None
    desk.say(Notice(result.sentence, undo=undo, seconds=result.undo_seconds))


def _take_back(desk: Desk, undo: str) -> None:
    def taken(changes: Changes | None) -> None:
        if changes is None:
            desk.say(Notice(tell("notice.too_late"), "amber"))
            return
        desk.touch(changes)
        load(desk)

    desk.jobs.db(partial(desk.services.periods.withdraw, undo), taken, desk.fail)
