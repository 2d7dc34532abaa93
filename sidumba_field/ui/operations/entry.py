"""What may be started about a record in entry: open, answer, rows, undo, finish.

Owns the promise of Isi Formulir: everything typed reaches ``services.entry`` in order, one step of a record under way
at a time, and "Tersimpan" is said only with the time the store gave back.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QTimer

from sidumba_field.services.files.views import Offer, Preview
from sidumba_field.services.views import Changes, ChoiceView, Decided, FormDelta, FormView, HomeView, Refusal
from sidumba_field.ui.jobs import Job
from sidumba_field.ui.operations import home as home_operations
from sidumba_field.ui.operations import steps
from sidumba_field.ui.viewmodels.answer_line import (
    Answer,
    AnswerLine,
    Attach,
    CopyLastYear,
    DropRow,
    Explain,
    Finish,
    NewRow,
    Refuse,
    Reply,
    Step,
    TakeSmaller,
    Undo,
)
from sidumba_field.ui.viewmodels.desk import Desk
from sidumba_field.ui.viewmodels.notice import Notice
from sidumba_field.ui.viewmodels.speech import may_pass, tell

WAIT_MS = 20


def wire(desk: Desk) -> None:
    """Let the form model's pauses become saves; once per window."""
    desk.form.paused.connect(partial(answer, desk))


# -- taking a record in hand


def open_record(desk: Desk, rid: str) -> None:
    """Open a record on Isi Formulir."""
    leave(desk)
    desk.form.series = False
    if rid in desk.lines:
        # Its answers are still on their way: open what they will have made of it.
        QTimer.singleShot(WAIT_MS, desk, partial(open_record, desk, rid))
        return
    desk.jobs.db(lambda: desk.services.entry.open(rid), partial(_opened, desk), desk.fail)


def new_record(desk: Desk, program: str | None = None) -> None:
    """Begin a new form; who types from paper goes on with another when it is handed on."""
    leave(desk)
    current = desk.session.current
    desk.form.series = current is not None and current.may_review
    desk.jobs.db(lambda: desk.services.entry.new(program), partial(_opened, desk), desk.fail)


def begin_again(desk: Desk) -> None:
    """Correct the signed record in hand: a new one of the running period, filled with its answers."""
    view = desk.form.view
    if view is None or not view.may_begin_again:
        return
    rid = view.rid
    leave(desk)
    desk.form.series = False

    def begun(fresh: FormView) -> None:
        _opened(desk, fresh)
        desk.touch(Changes(lists=True, counts=True))
        desk.say(Notice(tell("form.begun_again")))

    desk.jobs.db(lambda: desk.services.entry.begin_again(rid), begun, desk.fail)


def _opened(desk: Desk, view: FormView) -> None:
    desk.form.show(view)
    desk.go.emit("form")


def leave(desk: Desk) -> None:
    """Hand on everything typed; the record stays on the line until it is saved."""
    desk.form.settle()


# -- steps


def answer(desk: Desk, path: str, value: str) -> None:
    """Save one answer."""
    _put(desk, Answer(path, value))


def new_row(desk: Desk, repeat: str, temporary: str) -> None:
    """Add a row that the screen calls ``temporary`` until the store has named it."""
    desk.form.settle()
    _put(desk, NewRow(repeat, temporary))


def drop_row(desk: Desk, repeat: str, row: str, said: str) -> None:
    """Remove a row at once; ``said`` is told with Urungkan."""
    desk.form.settle()
    _put(desk, DropRow(repeat, row))
    desk.say(Notice(said, undo=partial(undo, desk)))


def attach(desk: Desk, path: str, file: Path) -> None:
    """Take a file into the record."""
    desk.form.settle()
    _put(desk, Attach(path, file))


def take_smaller(desk: Desk, offer: Offer) -> None:
    """Answer a question with the smaller twin of its file; the file as it was comes back with Urungkan."""
    if offer.rid == desk.form.rid:
        desk.form.settle()
        _put(desk, TakeSmaller(offer.path, offer))
        desk.say(Notice(tell("form.twin_taken", size=offer.after_text), undo=partial(undo, desk)))


def explain(desk: Desk, path: str, reason: str) -> None:
    """Give the reason for a value that made a warning."""
    desk.form.settle()
    _put(desk, Explain(path, reason))


def refuse(desk: Desk, path: str, why: str) -> None:
    """Note why there is no answer; what was answered is cleared."""
    desk.form.settle()
    _put(desk, Refuse(path, why))


def reply(desk: Desk, remark: str, text: str) -> None:
    """Answer a verifier's remark."""
    desk.form.settle()
    _put(desk, Reply(remark, text))


def copy_last_year(desk: Desk) -> None:
    """Take over last year's answers where nothing is answered yet."""
    desk.form.settle()
    _put(desk, CopyLastYear())


def undo(desk: Desk) -> None:
    """Take the last step back."""
    desk.form.settle()
    _put(desk, Undo())


def redo(desk: Desk) -> None:
    """Do what was taken back once more."""
    desk.form.settle()
    _put(desk, Undo(again=True))


def finish(desk: Desk, command: str = "") -> None:
    """Hand the record over and take the next; a refusal says where to go first."""
    desk.form.settle()
    _put(desk, Finish(command))


# -- the line


def _put(desk: Desk, step: Step) -> None:
    if desk.form.view is None:
        return
    desk.form.line.put(step)
    desk.lines[desk.form.rid] = desk.form.line
    _run(desk, desk.form.rid, desk.form.line)


def _run(desk: Desk, rid: str, line: AnswerLine) -> None:
    step = line.take()
    if step is None:
        return
    work = _work(desk, rid, line, step)
    desk.jobs.db(work, partial(_arrived, desk, rid, line, step), partial(_failed, desk, rid, line, step))


def _work(desk: Desk, rid: str, line: AnswerLine, step: Step) -> Callable[[], object]:
    entry = desk.services.entry
    match step:
        case Answer(path, value):
            return partial(entry.answer, rid, line.real_path(path), value)
        case NewRow(repeat, _):
            return partial(entry.add_row, rid, repeat)
        case DropRow(repeat, row):
            return partial(entry.remove_row, rid, repeat, line.row_id(row))
        case Attach(path, file):
            return partial(entry.attach, rid, line.real_path(path), file)
        case TakeSmaller(_, offer):
            assert isinstance(offer, Offer)
            return partial(desk.services.files.take, offer)
        case Explain(path, reason):
            return partial(entry.explain, rid, line.real_path(path), reason)
        case Refuse(path, why):
            return partial(entry.refuse, rid, line.real_path(path), why)
        case Reply(remark, text):
            return partial(entry.reply, rid, remark, text)
        case CopyLastYear():
            return partial(entry.copy_last_year, rid)
        case Undo(again):
            return partial(entry.redo if again else entry.undo, rid)
        case Finish(command, _):
            return partial(entry.finish, rid, command)


def _arrived(desk: Desk, rid: str, line: AnswerLine, step: Step, result: object) -> None:
    line.done()
    here = desk.form.rid == rid and desk.form.line is line
    match step, result:
        case NewRow(repeat, temporary), (str(row), FormDelta() as delta):
            line.name_row(temporary, row)
            if here:
                desk.form.rename_held(temporary, row)
                desk.form.row_named.emit(repeat, temporary, row)
                desk.form.apply(delta)
            desk.touch(delta.changes)
        case Attach(path, _), FormDelta() as delta:
            _merge(desk, line, step, delta, here)
            if here:
                _seek_twin(desk, rid, line.real_path(path), delta)
        case _, FormDelta() as delta:
            _merge(desk, line, step, delta, here)
        case Finish(), Decided() as decided:
            _finished(desk, decided)
        case Finish(), Refusal() as refusal:
            desk.form.refused.emit(refusal)
        case CopyLastYear(), None:
            desk.say(Notice(tell("form.nothing_to_copy")))
        case Undo(), None:
            desk.say(Notice(tell("form.nothing_to_undo")))
    _go_on(desk, rid, line)


def _go_on(desk: Desk, rid: str, line: AnswerLine) -> None:
    _run(desk, rid, line)
    if line.idle:
        if desk.lines.get(rid) is line:
            del desk.lines[rid]
        desk.form.settled.emit()


def _merge(desk: Desk, line: AnswerLine, step: Step, delta: FormDelta, here: bool) -> None:
    if here:
        if isinstance(step, Answer):
            desk.form.confirmed(line.real_path(step.path), step.value)
        undone = isinstance(step, Undo)
        if undone and not line.waiting:
            desk.form.release()
        desk.form.apply(delta, force=undone or isinstance(step, CopyLastYear))
    desk.touch(delta.changes)


def _failed(desk: Desk, rid: str, line: AnswerLine, step: Step, error: BaseException) -> None:
    """An answer the laptop could not save now is tried again with the next; the others behind it are tried too."""
    line.done()
    if isinstance(step, Answer) and desk.form.rid == rid and may_pass(error):
        desk.form.keep_unsaved(step.path, step.value)
    desk.fail(error)
    _go_on(desk, rid, line)


# -- afterwards


def _finished(desk: Desk, decided: Decided) -> None:
    desk.form.close()
    desk.touch(decided.changes)
    withdraw = partial(_withdraw, desk, decided) if decided.undo else None
    desk.say(Notice(decided.sentence, undo=withdraw, seconds=decided.undo_seconds))
    steps.offer_text(desk, decided)
    if desk.form.series:
        new_record(desk)
        return
    desk.jobs.db(desk.services.home.home, partial(_take_next, desk, decided.rid), desk.fail)


def _take_next(desk: Desk, but: str, view: HomeView) -> None:
    desk.home.show(view)
    following = desk.home.next_task(but)
    if following:
        open_record(desk, following)
    else:
        desk.go.emit("home")


def _withdraw(desk: Desk, decided: Decided) -> None:
    def taken_back(changes: object) -> None:
        if changes is None:
            desk.say(Notice(tell("notice.too_late"), "amber"))
            return
        home_operations.load(desk)
        open_record(desk, decided.rid)

    desk.jobs.db(lambda: desk.services.review.withdraw(decided.undo), taken_back, desk.fail)


# -- asking


def find_choices(desk: Desk, path: str, typed: str) -> None:
    """Ask a long list for what matches."""
    rid, line = desk.form.rid, desk.form.line

    def found(choices: tuple[ChoiceView, ...]) -> None:
        if desk.form.rid == rid:
            desk.form.choices_found.emit(path, typed, choices)

    if rid:
        desk.jobs.db(lambda: desk.services.entry.choices(rid, line.real_path(path), typed), found, desk.fail)


def load_photo(desk: Desk, path: str, name: str) -> None:
    """Read an attached file for showing; a missing one is told at its field."""

    def read(preview: Preview) -> None:
        desk.form.photo_read.emit(path, preview)

    def missing(_error: BaseException) -> None:
        desk.form.photo_read.emit(path, Preview(b"", ""))

    desk.jobs.db(partial(desk.services.files.preview, name), read, missing)


def _seek_twin(desk: Desk, rid: str, path: str, delta: FormDelta) -> None:
    """Look for a smaller twin of the document just attached, while the person goes on; only for what is kept as it is.
    Another record in hand ends the search."""
    item = delta.items.get(path)
    if item is None or item.widget != "document" or not item.value:
        return
    files, name = desk.services.files, item.value

    def work(job: Job) -> Offer | None:
        def progress(done: int, total: int) -> None:
            if not job.cancelled:
                desk.form.twin_sought.emit(path, done, total)

        return files.offer(rid, path, name, progress, lambda: job.cancelled or desk.form.rid != rid)

    def found(offer: Offer | None) -> None:
        if desk.form.rid == rid:
            desk.form.twin_found.emit(path, offer)

    def none(_error: BaseException) -> None:
        # It was only an offer: a file that cannot be made smaller is attached all the same.
        found(None)

    desk.jobs.net(work, found, none)
