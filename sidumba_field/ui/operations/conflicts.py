"""What may be started about two versions of a record: look, choose, save together, take note, go on."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from sidumba_field.services.conflicts.views import ConflictView
from sidumba_field.services.views import Changes, Decided, Refusal
from sidumba_field.ui.operations import steps
from sidumba_field.ui.viewmodels.desk import Desk
from sidumba_field.ui.viewmodels.notice import Notice

ROOM = "conflicts"


def load(desk: Desk) -> None:
    """Fetch the value asked for, or the first that differs."""
    model = desk.conflicts
    key, rid = model.key, model.rid

    def arrived(view: ConflictView | None) -> None:
        if (key, rid) == (model.key, model.rid):
            model.show(view)

    desk.jobs.db(partial(desk.services.conflicts.open, key, rid), arrived, desk.fail)


def open_room(desk: Desk, origin: str = "", rid: str = "") -> None:
    """Bring screen 07 to the front: on a record, or on the first that differs."""
    desk.conflicts.ask(rid=rid, origin=origin)
    desk.go.emit(ROOM)


def go_to(desk: Desk, key: str) -> None:
    """Look at another waiting value; "" does nothing."""
    if key:
        desk.conflicts.ask(key)
        load(desk)


def choose(desk: Desk, chosen: Mapping[str, tuple[str, str] | None]) -> None:
    """Keep choices: unit -> (word, text), None takes one back. They are durable before the screen shows them."""
    model = desk.conflicts
    view = model.view
    if view is None or not view.may_settle:
        return
    key = view.key

    def kept(after: ConflictView | None) -> None:
        if model.key == key:
            model.show(after)

    desk.jobs.db(partial(desk.services.conflicts.choose, key, view.rid, chosen), kept, desk.fail)


def save(desk: Desk) -> None:
    """Decide as chosen; the next one opens by itself, told with Urungkan."""
    model = desk.conflicts
    view = model.view
    if view is None or model.saving:
        return
    model.saving = True

    def saved(result: Decided | Refusal) -> None:
        model.saving = False
        if isinstance(result, Refusal):
            desk.say(Notice(result.sentence, "amber", details=result.details or result.code))
            load(desk)
            return
        _went(desk, view, result.changes)
        undo = partial(steps.take_back, desk, (result.undo,), (result.rid,))
        desk.say(Notice(result.sentence, undo=undo, seconds=result.undo_seconds))

    def failed(error: BaseException) -> None:
        model.saving = False
        desk.fail(error)

    desk.jobs.db(partial(desk.services.conflicts.save, view.key, view.rid), saved, failed)


def acknowledge(desk: Desk) -> None:
    """Take note of a step that came too late."""
    view = desk.conflicts.view
    if view is not None and view.late:
        work = partial(desk.services.conflicts.acknowledge, view.key, view.rid)
        desk.jobs.db(work, partial(_went, desk, view), desk.fail)


def _went(desk: Desk, view: ConflictView, changes: Changes) -> None:
    """One is done: look at the one after it, else at the first that is left."""
    desk.conflicts.ask(view.next or view.previous)
    desk.touch(changes)
    desk.review.settled.emit(view.rid)


def leave(desk: Desk) -> None:
    """Do it later: back to where one came from. What is chosen is kept."""
    desk.go.emit(desk.conflicts.origin or "home")
