"""What may be started about flashdisks: look, save, read the reply, take out. A disk is asked on the network pool only:
a slow one must hold up neither the window nor the database worker.
"""

from __future__ import annotations

from collections.abc import Callable

from sidumba_field.services.exchange.stick_views import StickOutcome, StickProgress, StickView
from sidumba_field.services.views import Link
from sidumba_field.ui.jobs import Job
from sidumba_field.ui.operations import orders, syncing
from sidumba_field.ui.viewmodels.desk import Desk
from sidumba_field.ui.viewmodels.notice import Notice
from sidumba_field.ui.viewmodels.sticks_speech import told

EJECT_KEYS = "Alt+K"
Work = Callable[[Callable[[StickProgress], None], Callable[[], bool]], StickOutcome]


def load(desk: Desk) -> None:
    """Fetch what the card shows; while something is written or read its own progress is newer."""
    if desk.sticks.busy or desk.session.current is None:
        return
    chosen = desk.sticks.chosen

    def shown(view: StickView) -> None:
        desk.sticks.show(view)

    desk.jobs.net(lambda _job: desk.services.sticks.view(chosen), shown, desk.fail)


def watch(desk: Desk) -> None:
    """See whether a flashdisk came or went, and look at it when one did. Cheap: no disk is touched when none did."""
    if desk.sticks.busy or desk.leaving or desk.session.current is None:
        return

    def seen(keys: tuple[str, ...]) -> None:
        if keys != desk.sticks.seen:
            load(desk)

    desk.jobs.net(lambda _job: desk.services.sticks.keys(desk.sticks.chosen), seen, desk.fail)


def choose(desk: Desk, folder: str) -> None:
    """Use this drive or folder from now on."""
    desk.sticks.chosen = folder
    load(desk)


def save(desk: Desk) -> None:
    """Write what waits to the flashdisk in use; with nothing waiting, a request for news."""
    sticks, chosen = desk.services.sticks, _in_use(desk)
    if chosen:
        _run(desk, "save", lambda progress, stop: sticks.save(chosen, progress, stop))
    else:
        _say_none(desk)


def read(desk: Desk) -> None:
    """Read the reply from the flashdisk in use, and take along what lies there for others."""
    sticks, chosen = desk.services.sticks, _in_use(desk)
    if chosen:
        _run(desk, "read", lambda progress, stop: sticks.read(chosen, progress, stop))
    else:
        _say_none(desk)


def eject(desk: Desk) -> None:
    """Let the system take the flashdisk out."""
    sticks, chosen = desk.services.sticks, _in_use(desk)
    if chosen:
        _run(desk, "eject", lambda _progress, _stop: sticks.eject(chosen))


def cancel(desk: Desk) -> None:
    """Stop after the part under way; nothing of it counts."""
    desk.sticks.stopping = True


def _in_use(desk: Desk) -> str:
    return desk.sticks.view.chosen if desk.sticks.view is not None and not desk.sticks.busy else ""


def _say_none(desk: Desk) -> None:
    if not desk.sticks.busy:
        desk.say(Notice(told("card.none"), "amber"))


def _run(desk: Desk, what: str, act: Work) -> None:
    def work(job: Job) -> StickOutcome:
        def progress(seen: StickProgress) -> None:
            if not job.cancelled:
                desk.sticks.progressed.emit(seen)

        return act(progress, lambda: job.cancelled or desk.sticks.stopping)

    def ended(outcome: StickOutcome) -> None:
        desk.sticks.end(outcome)
        desk.touch(outcome.changes)
        if outcome.order:
            orders.heed(desk)
        _tell(desk, outcome, what)
        load(desk)
        truth = desk.session.truth
        if outcome.taken and truth is not None and truth.link is not Link.OFFLINE:
            # What was taken along leaves at once where there is a line.
            syncing.run(desk, quietly=True)

    def failed(error: BaseException) -> None:
        desk.sticks.end()
        desk.fail(error)
        load(desk)

    desk.sticks.begin(what, told("progress.eject") if what == "eject" else told("progress.look"))
    desk.jobs.net(work, ended, failed)


def _tell(desk: Desk, outcome: StickOutcome, what: str) -> None:
    if not outcome.ok:
        desk.say(Notice(outcome.sentence, "amber"))
        return
    view = desk.sticks.view
    offers = outcome.safe and what != "eject" and view is not None and view.drive is not None
    if offers and view is not None and view.drive is not None and view.drive.removable:
        act = (told("card.eject"), EJECT_KEYS)
        desk.say(Notice(outcome.sentence, undo=lambda: eject(desk), act=act))
    else:
        desk.say(Notice(outcome.sentence))
