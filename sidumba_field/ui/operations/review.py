"""What may be started on the verifier's desk: queue, open, decide, take back, report a batch."""

from __future__ import annotations

from functools import partial

from sidumba_field.services.views import BatchOffer, Changes, Decided, QueueView, Refusal, ReviewView
from sidumba_field.ui.operations import steps
from sidumba_field.ui.viewmodels.desk import Desk
from sidumba_field.ui.viewmodels.notice import Notice
from sidumba_field.ui.viewmodels.review import ReviewModel
from sidumba_field.ui.viewmodels.speech import tell


def load_queue(desk: Desk) -> None:
    """Fetch the queue; without a record in hand its oldest is opened."""

    def arrived(queue: QueueView) -> None:
        if desk.review.lane != lane:
            load_queue(desk)  # a selection was begun or ended meanwhile
            return
        desk.review.show_queue(queue)
        rids = desk.review.rids()
        here = desk.review.may_stay(desk.review.rid) or desk.review.may_stay(desk.review.wanted)
        if not here or (not desk.review.rid and not desk.review.wanted and rids):
            open_first(desk)

    order, unit, lane = desk.review.order, desk.review.unit, desk.review.lane
    desk.jobs.db(lambda: desk.services.review.queue(order, unit, lane), arrived, desk.fail)


def narrow(desk: Desk, order: str, unit: str) -> None:
    """Show the queue in another order, or only what waits from one village."""
    desk.review.set_lane(())
    desk.review.order, desk.review.unit = order, unit
    load_queue(desk)


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
            load_beside(desk, rid)

    desk.jobs.db(lambda: desk.services.review.open(rid), opened, desk.fail)


def load_beside(desk: Desk, rid: str) -> None:
    """Fetch twins, differing values, sign-off and clock of the record in hand, after its answers are on screen."""
    desk.jobs.db(partial(desk.services.steps.beside, rid), desk.review.show_beside, desk.fail)


def fetch_history(desk: Desk) -> None:
    """Ask the server for what happened before this laptop met the record in hand."""
    rid = desk.review.rid
    if not rid or rid in desk.review.fetching:
        return
    desk.review.fetching.add(rid)

    def came(_changes: Changes) -> None:
        desk.review.fetching.discard(rid)
        if desk.review.rid == rid and not desk.review.deciding:
            open_record(desk, rid)

    def failed(error: BaseException) -> None:
        desk.review.fetching.discard(rid)
        desk.fail(error)

    desk.jobs.net(lambda _job: desk.services.syncing.fetch_history(rid), came, failed)


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


def decide(desk: Desk, command: str, remark: str = "") -> None:
    """Take a step on exactly the content that is on screen; the next record opens by itself."""
    model = desk.review
    view = model.view
    if view is None or model.deciding:
        return
    remarks = model.remarks()
    if view.subject != "record":
        # A batch has no answers of its own: what is said is said of the whole.
        remark, remarks = " ".join([remark, *remarks.values()]).strip(), {}
    following = model.beside(+1) or model.beside(-1)
    model.deciding = True
    given = model.codes() if command == _forward(model) else {}
    work = partial(desk.services.review.decide, view.rid, command, view.rev, view.sha, remark, remarks, given)
    desk.jobs.db(work, partial(_decided, desk, view.rid, following), partial(_not_decided, desk))


def _forward(model: ReviewModel) -> str:
    """The step that codes go with."""
    command = model.command("forward")
    return command.command if command is not None else ""


def _decided(desk: Desk, rid: str, following: str, result: Decided | Refusal) -> None:
    desk.review.deciding = False
    if isinstance(result, Refusal):
        desk.review.refused.emit(result)
        return
    desk.review.forget(rid)
    desk.touch(result.changes)
    undo = partial(withdraw, desk, result.undo, rid) if result.undo else None
    desk.say(Notice(result.sentence, undo=undo, seconds=result.undo_seconds))
    steps.offer_text(desk, result)
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
