"""What may be started on Daftar data: ask, fetch rows, look, open, verify in turn, pass on, export, print."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from sidumba_field.core.errors import SidumbaError
from sidumba_field.services.lists.bulk import ExportRun
from sidumba_field.services.lists.exporting import Format
from sidumba_field.services.lists.views import (
    Bulk,
    Exported,
    FilterChoice,
    Found,
    ListFrame,
    ListRow,
    ListView,
    PeekView,
    Person,
)
from sidumba_field.services.views import Changes, Refusal
from sidumba_field.services.withdrawing import WHY
from sidumba_field.ui.operations import entry, review
from sidumba_field.ui.operations.printing import folder
from sidumba_field.ui.viewmodels.desk import Desk
from sidumba_field.ui.viewmodels.notice import Notice
from sidumba_field.ui.viewmodels.speech import sentence_of, tell
from sidumba_field.ui.widgets.found_table import PAGE
from sidumba_field.ui.widgets.speech import language
from sidumba_field.words import say


def told(key: str, /, **params: object) -> str:
    """The sentence ``lists.<key>``."""
    return say(f"lists.{key}", language(), **params)


def load(desk: Desk) -> None:
    """The screen comes to the front, or something has changed: read the list again."""
    desk.lists.fresh = True
    if desk.lists.frame is None:
        desk.jobs.db(desk.services.lists.frame, partial(_framed, desk), desk.fail)
    ask(desk)


def _framed(desk: Desk, frame: ListFrame) -> None:
    desk.lists.show_frame(frame)


def keep_columns(desk: Desk) -> None:
    """Keep the columns this person wants to see; they stand there at the next sign-in too."""
    shown = desk.lists.own_columns()
    desk.jobs.db(lambda: desk.services.lists.keep_columns(shown), None, desk.fail)


def ask(desk: Desk) -> None:
    """Ask what the request finds. While one question is answered only the newest other one waits."""
    model = desk.lists
    if model.running:
        model.waiting = True
        return
    model.running, model.waiting = True, False
    request, fresh = model.request, model.fresh
    model.fresh = False
    model.asking.emit()
    desk.jobs.db(
        lambda: desk.services.lists.open(request, fresh=fresh), partial(_found, desk), partial(_failed, desk)
    )


def _found(desk: Desk, view: ListView) -> None:
    model = desk.lists
    model.running = False
    if model.waiting:
        ask(desk)
        if view.request != model.request and view.request.text not in model.request.text:
            return
    model.show(view)


def _failed(desk: Desk, error: BaseException) -> None:
    model = desk.lists
    model.running = model.waiting = False
    if model.view is None:
        desk.fail(error)
        return
    model.failed.emit(sentence_of(error))


def fetch(desk: Desk, page: int, then: Callable[[int, Sequence[ListRow]], None]) -> None:
    """Fetch one page of the list in front; one that belongs to an older list is dropped."""
    view = desk.lists.view
    if view is None:
        return
    numbers = desk.lists.numbers()[page * PAGE : (page + 1) * PAGE]

    def came(rows: Sequence[ListRow]) -> None:
        if desk.lists.view is view:
            then(page, rows)

    desk.jobs.db(lambda: desk.services.lists.rows(numbers), came, desk.fail)


def choices(desk: Desk, path: str, then: Callable[[tuple[FilterChoice, ...]], None]) -> None:
    """Fetch the values of a filter."""
    request = desk.lists.request
    desk.jobs.db(lambda: desk.services.lists.choices(request, path), then, desk.fail)


def look(desk: Desk, n: int) -> None:
    """Quick look at one record."""

    def seen(peek: PeekView | None) -> None:
        if peek is not None:
            desk.lists.looked.emit(peek)

    desk.jobs.db(lambda: desk.services.lists.peek(n), seen, desk.fail)


def open_record(desk: Desk, rid: str, where: str = "") -> None:
    """Open a record where this person works on it: form, or the verifier's desk."""

    def go(screen: str) -> None:
        if screen == "review":
            review.open_record(desk, rid)
            desk.go.emit("review")
        else:
            entry.open_record(desk, rid)

    if where:
        go(where)
    else:
        desk.jobs.db(lambda: desk.services.lists.where(rid), go, desk.fail)


# -- the selection


def _none(desk: Desk) -> bool:
    if desk.lists.count():
        return False
    desk.say(Notice(told("bulk.nothing"), "amber"))
    return True


def review_chosen(desk: Desk) -> None:
    """Verifikasi berurutan: the selected records, one after the other."""
    if _none(desk):
        return
    numbers = desk.lists.chosen()

    def ready(rids: tuple[str, ...]) -> None:
        if not rids:
            desk.say(Notice(told("bulk.none_to_review"), "amber"))
            return
        desk.review.set_lane(rids)
        review.open_record(desk, rids[0])
        desk.go.emit("review")
        desk.say(Notice(told("bulk.reviewing", count=len(rids))))

    desk.jobs.db(lambda: desk.services.lists.bulk.to_review(numbers), ready, desk.fail)


def assignees(desk: Desk, then: Callable[[tuple[Person, ...]], None]) -> None:
    """Whom the selection can be passed on to."""
    if _none(desk):
        return
    numbers = desk.lists.chosen()
    desk.jobs.db(lambda: desk.services.lists.bulk.assignees(numbers), then, desk.fail)


def assign(desk: Desk, person: str) -> None:
    """Pass the selection on; one Urungkan takes all of it back."""
    numbers = desk.lists.chosen()

    def done(result: Bulk | Refusal) -> None:
        if isinstance(result, Refusal):
            desk.say(Notice(result.sentence, "amber", details=result.details))
            return
        desk.lists.clear()
        desk.touch(result.changes)
        undo = partial(withdraw, desk, result.undo, numbers)
        desk.say(Notice(result.sentence, undo=undo, seconds=result.undo_seconds))

    desk.jobs.db(lambda: desk.services.lists.bulk.assign(numbers, person), done, desk.fail)


def discard(desk: Desk, ask: Callable[[str], None], reason: str = "") -> None:
    """Withdraw the selected drafts; one Urungkan brings all back. Many at once: ``ask(sentence)`` asks why first."""
    if _none(desk):
        return
    numbers = desk.lists.chosen()

    def done(result: Bulk | Refusal) -> None:
        if isinstance(result, Refusal) and result.code == WHY:
            ask(result.sentence)
            return
        if isinstance(result, Refusal):
            desk.say(Notice(result.sentence, "amber", details=result.details))
            return
        desk.lists.clear()
        desk.touch(result.changes)
        undo = partial(withdraw, desk, result.undo, numbers)
        desk.say(Notice(result.sentence, undo=undo, seconds=result.undo_seconds))

    desk.jobs.db(lambda: desk.services.lists.bulk.discard(numbers, reason), done, desk.fail)


def withdraw(desk: Desk, undo: tuple[str, ...], numbers: Sequence[int]) -> None:
    """Take a bulk action back while it has not left the laptop; what was selected is selected again."""

    def taken_back(changes: Changes | None) -> None:
        if changes is None:
            desk.say(Notice(tell("notice.too_late"), "amber"))
            return
        desk.lists.clear(but=numbers)
        desk.touch(changes)

    desk.jobs.db(lambda: desk.services.lists.bulk.withdraw(undo), taken_back, desk.fail)


def export(
    desk: Desk,
    numbers: Sequence[int],
    form: Format,
    progress: Callable[[int, int], None],
    ended: Callable[[], None],
) -> Callable[[], None]:
    """Write records as a table among the person's documents, a piece at a time; return what stops it.

    ``progress`` (written, of) and ``ended`` are called on the window's thread.
    """
    place = folder()
    stopped: list[bool] = []

    def failed(error: BaseException) -> None:
        ended()
        desk.fail(error)

    def begun(run: ExportRun) -> None:
        def cancelled(_result: None) -> None:
            ended()
            desk.say(Notice(told("export.stopped")))

        def stepped(made: Exported | None) -> None:
            if made is not None:
                ended()
                desk.say(Notice(made.sentence))
            elif stopped:
                desk.jobs.db(run.cancel, cancelled, failed)
            else:
                progress(run.done, run.total)
                desk.jobs.db(run.step, stepped, failed)

        desk.jobs.db(run.step, stepped, failed)

    desk.jobs.db(lambda: desk.services.lists.bulk.export(numbers, form, place), begun, failed)
    return lambda: stopped.append(True)


def print_chosen(desk: Desk, numbers: Sequence[int]) -> None:
    """Open Laporan with exactly these records, on the first paper that lists many."""
    reporting, bulk = desk.services.reporting, desk.services.lists.bulk

    def work() -> tuple[tuple[str, ...], tuple[str, ...]]:
        return bulk.rids(numbers), tuple(row.paper for row in reporting.catalogue() if row.count)

    def ready(found: tuple[tuple[str, ...], tuple[str, ...]]) -> None:
        rids, papers = found
        if not rids or not papers:
            desk.say(Notice(told("bulk.no_print"), "amber"))
            return
        desk.reports.take_selection(papers, rids)
        desk.go.emit("reports")

    desk.jobs.db(work, ready, desk.fail)


def search(desk: Desk, text: str, then: Callable[[tuple[Found, ...]], None]) -> None:
    """Ctrl+K: records and villages."""

    def quiet(error: BaseException) -> None:
        # The other targets still stand there; a list that cannot be read says so on its own screen.
        if not isinstance(error, SidumbaError):
            desk.fail(error)

    desk.jobs.db(lambda: desk.services.lists.search(text), then, quiet)
