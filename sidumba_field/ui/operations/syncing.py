"""What may be started about sending and receiving: look, run, pause."""

from __future__ import annotations

from functools import partial

from sidumba_field.services.exchange.comparing import Comparison
from sidumba_field.services.exchange.sync_views import SyncOutcome, SyncView
from sidumba_field.services.views import Changes
from sidumba_field.ui.jobs import Job
from sidumba_field.ui.operations import orders, printing
from sidumba_field.ui.viewmodels.desk import Desk
from sidumba_field.ui.viewmodels.notice import Notice
from sidumba_field.ui.viewmodels.speech import sentence_of, tell

FETCH_MS = 5 * 60_000  # how long news from the server may wait while nothing is to be sent


def load(desk: Desk) -> None:
    """Fetch what Sinkronisasi shows; while a run goes on its own progress is newer."""
    desk.jobs.db(desk.services.files.rules, desk.sync.show_rules, desk.fail)
    if not desk.sync.running:
        desk.jobs.db(desk.services.syncing.view, desk.sync.show, desk.fail)


def run(desk: Desk, *, quietly: bool = False) -> None:
    """Send and fetch now. ``quietly``: begun by the clock, so a failure is shown but not announced."""
    if desk.sync.running:
        return
    syncing = desk.services.syncing

    def work(job: Job) -> SyncOutcome:
        def progress(view: SyncView) -> None:
            if not job.cancelled:
                desk.sync.progressed.emit(view)

        return syncing.run(progress, lambda: job.cancelled or desk.sync.stopping)

    def ended(outcome: SyncOutcome) -> None:
        desk.sync.end(outcome)
        desk.touch(outcome.changes)
        if outcome.order == orders.WIPE:
            orders.obey(desk)
            return
        if outcome.sentence and not desk.sync.quiet:
            moved = outcome.sent or outcome.received or outcome.pulled or outcome.files
            sentence = outcome.sentence if moved or not outcome.ok else tell("notice.nothing_new")
            desk.say(Notice(sentence, "" if outcome.ok else "amber"))

    def failed(error: BaseException) -> None:
        desk.sync.fail(sentence_of(error))
        if not desk.sync.quiet:
            desk.fail(error)

    desk.sync.begin(quietly=quietly)
    desk.jobs.net(work, ended, failed)


def pause(desk: Desk) -> None:
    """Stop after the part under way; nothing sent is lost."""
    desk.sync.stopping = True
    desk.sync.set_paused(True)
    desk.jobs.db(desk.services.syncing.pause, None, desk.fail)


def resume(desk: Desk) -> None:
    """Go on, at once."""
    desk.sync.set_paused(False)

    def resumed(_: None) -> None:
        run(desk)

    desk.jobs.db(desk.services.syncing.resume, resumed, desk.fail)


def send_or_pause(desk: Desk, *, by_key: bool = False) -> None:
    """Pause while sending, else send now. Ctrl+J while the clock's own run goes on means "tell me when it is done":
    who wants to send must not stop what is being sent."""
    if desk.sync.running and desk.sync.quiet and by_key:
        desk.sync.quiet = False
    elif desk.sync.running:
        pause(desk)
    elif desk.sync.paused:
        resume(desk)
    else:
        run(desk)


def look(desk: Desk) -> None:
    """See whether the server answers; when it does, send what waits and now and then fetch what is new."""
    if desk.leaving or desk.sync.running or desk.sync.looking or desk.session.current is None:
        return
    desk.sync.looking = True
    orders.heed(desk)

    def seen(online: bool) -> None:
        desk.sync.looking = False
        desk.touch(Changes(connection=True))
        truth = desk.session.truth
        waiting = truth is not None and truth.waiting > 0
        if online and not desk.sync.paused and (waiting or desk.sync.is_due(FETCH_MS)):
            run(desk, quietly=True)

    def failed(error: BaseException) -> None:
        desk.sync.looking = False
        desk.fail(error)

    desk.jobs.net(lambda _job: desk.services.syncing.online(), seen, failed)


def print_comparison(desk: Desk) -> None:
    """Hold the laptop against the server, then open the Berita Acara; without internet the last comparison is printed,
    which says as of when."""

    def open_paper(notice: Notice) -> None:
        def chosen(paper: str) -> None:
            if paper:
                printing.choose_paper(desk, paper)
                desk.go.emit("reports")
                desk.say(notice)  # a new screen starts without the words of the old one

        desk.jobs.db(partial(desk.services.reporting.paper_about, "sync"), chosen, desk.fail)

    def compared(found: Comparison) -> None:
        open_paper(Notice(tell("sync.compared_same" if found.same else "sync.compared_differs")))

    def failed(error: BaseException) -> None:
        open_paper(Notice(f"{sentence_of(error)} {tell('sync.compared_before')}", "amber"))

    desk.jobs.net(lambda _job: desk.services.syncing.compare(), compared, failed)
