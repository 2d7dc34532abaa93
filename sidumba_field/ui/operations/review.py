"""What may be started on the verifier's desk: queue, open, decide, take back, report a batch."""

from __future__ import annotations

from functools import partial

from sidumba_field.services.views import BatchOffer, Changes, Decided, QueueView, Refusal, ReviewView
from sidumba_field.ui.viewmodels.desk import Desk
from sidumba_field.ui.viewmodels.notice import Notice
from sidumba_field.ui.viewmodels.speech import tell


def load_queue(desk: Desk) -> None:
    """Fetch the queue; without a record in hand its oldest is opened."""

    def arrived(queue: QueueView) -> None:
        desk.review.show_queue(queue)
        rids = desk.review.rids()
        if desk.review.rid not in rids and desk.review.wanted not in rids:
            open_first(desk)

    desk.jobs.db(desk.services.review.queue, arrived, desk.fail)


def open_first(desk: Desk) -> None:
    """The oldest record of the queue, or nothing in hand."""
    rids = desk.review.rids()
    if rids:
        open_record(desk, rids[0])
    else:
        desk.review.clear()


def open_record(desk: Desk, rid: str) -> None:
    """Take a record in hand."""
    desk.review.wanted = rid

    def opened(view: ReviewView) -> None:
        if desk.review.wanted == rid:
            desk.review.show(view)

    desk.jobs.db(lambda: desk.services.review.open(rid), opened, desk.fail)


def refresh(desk: Desk) -> None:
    """Something new has come from the server: show the record in hand as it is now."""
    if desk.review.view is not None and not desk.review.deciding:
        open_record(desk, desk.review.rid)


def open_beside(desk: Desk, step: int) -> None:
    """The record before or after the one in hand."""
    rid = desk.review.beside(step)
    if rid:
        open_record(desk, rid)


def skip(desk: Desk) -> None:
    """Leave this one for later: the next opens, after the last the first."""
    open_record_or_first(desk, desk.review.beside(+1))


def open_record_or_first(desk: Desk, rid: str) -> None:
    """Open ``rid``, or the oldest when it is ""."""
    if rid:
        open_record(desk, rid)
    else:
        open_first(desk)


def decide(desk: Desk, command: str) -> None:
    """Take a step on exactly the content that is on screen; the next record opens by itself."""
    model = desk.review
    view = model.view
    if view is None or model.deciding:
        return
    remarks = model.remarks()
    following = model.beside(+1) or model.beside(-1)
    model.deciding = True
    work = partial(desk.services.review.decide, view.rid, command, view.rev, view.sha, "", remarks)
    desk.jobs.db(work, partial(_decided, desk, view.rid, following), partial(_not_decided, desk))


def _decided(desk: Desk, rid: str, following: str, result: Decided | Refusal) -> None:
    desk.review.deciding = False
    if isinstance(result, Refusal):
        desk.review.refused.emit(result)
        return
    desk.review.forget(rid)
    desk.touch(result.changes)
    undo = partial(withdraw, desk, result.undo, rid) if result.undo else None
    desk.say(Notice(result.sentence, undo=undo, seconds=result.undo_seconds))
    if following:
        open_record(desk, following)
    else:
        desk.review.clear()


def _not_decided(desk: Desk, error: BaseException) -> None:
    desk.review.deciding = False
    desk.fail(error)


def withdraw(desk: Desk, undo: str, rid: str) -> None:
    """Take a decision back while it has not left the laptop."""

    def taken_back(changes: Changes | None) -> None:
        if changes is None:
            desk.say(Notice(tell("notice.too_late"), "amber"))
            return
        desk.touch(changes)
        if rid:
            open_record(desk, rid)

    desk.jobs.db(lambda: desk.services.review.withdraw(undo), taken_back, desk.fail)


def report_batch(desk: Desk, offer: BatchOffer) -> None:
    """Move records that are ready together."""

    def reported(result: Decided | Refusal) -> None:
        if isinstance(result, Refusal):
            desk.review.refused.emit(result)
            return
        desk.touch(result.changes)
        undo = partial(withdraw, desk, result.undo, "") if result.undo else None
        desk.say(Notice(result.sentence, undo=undo, seconds=result.undo_seconds))

    desk.jobs.db(lambda: desk.services.review.report_batch(offer), reported, desk.fail)


def load_photo(desk: Desk, name: str) -> None:
    """Read a picture of the record; a missing one leaves its frame empty with words."""

    def read(content: bytes) -> None:
        desk.review.photo_read.emit(name, content)

    def missing(_error: BaseException) -> None:
        desk.review.photo_read.emit(name, b"")

    desk.jobs.db(lambda: desk.services.entry.photo(name), read, missing)
