"""What may be started about the care of this laptop: look, copy, restore, and what does not get through.

A disk is asked and written on the network pool only: a slow flashdisk holds up neither window nor database worker.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sidumba_field.core.errors import SidumbaError
from sidumba_field.services.care.views import CareView, CopyMade, CopySeen, DriveRow, Leaving
from sidumba_field.services.views import Changes
from sidumba_field.ui.jobs import Job
from sidumba_field.ui.viewmodels.desk import Desk
from sidumba_field.ui.viewmodels.notice import Notice
from sidumba_field.ui.viewmodels.speech import sentence_of


def begin(desk: Desk) -> None:
    """Somebody sat down."""
    desk.jobs.db(desk.services.care.begin, None, desk.fail)


def load(desk: Desk) -> None:
    """Fetch what is said about this laptop, and which flashdisks are in."""
    if desk.session.current is None or desk.leaving or desk.care.busy:
        return
    care = desk.services.care

    def with_drives(drives: tuple[DriveRow, ...]) -> None:
        if desk.session.current is None or desk.leaving:
            return
        desk.care.show_drives(drives)

        def both() -> tuple[CareView, Leaving]:
            return care.view(), care.leaving(drives)

        desk.jobs.db(both, lambda found: desk.care.show(*found), desk.fail)

    desk.jobs.net(lambda _job: care.drives(), with_drives, desk.fail)


def read(desk: Desk, key: str) -> None:
    """A notice that is told once was read."""
    desk.jobs.db(lambda: desk.services.care.read(key), lambda _none: load(desk), desk.fail)


def back_up(desk: Desk, folder: str) -> None:
    """Write a safe copy; ``desk.care.copied`` tells whether it is whole."""
    if desk.care.busy or not folder:
        return
    care = desk.services.care

    def work(job: Job) -> CopyMade | None:
        try:
            return care.back_up(Path(folder), _percent(desk), lambda: job.cancelled or desk.care.stopping)
        except care.Stopped:
            return None

    def made(copy: CopyMade | None) -> None:
        desk.care.end()
        if copy is not None:
            desk.say(Notice(copy.sentence))
        desk.care.copied.emit(copy is not None)
        load(desk)

    def failed(error: BaseException) -> None:
        desk.care.end()
        desk.fail(error)
        desk.care.copied.emit(False)

    desk.care.begin("copy")
    desk.jobs.net(work, made, failed)


def _percent(desk: Desk) -> Callable[[int, int], None]:
    def told(done: int, total: int) -> None:
        percent = done * 100 // total if total else 0
        if percent != desk.care.percent:
            desk.care.progressed.emit(percent)

    return told


def cancel(desk: Desk) -> None:
    """Stop after the part under way; nothing of it is left."""
    desk.care.stopping = True


# ---- what does not get through


def again(desk: Desk, key: str) -> None:
    """Let one be tried anew."""
    _say_then_load(desk, lambda: desk.services.care.again(key))


def set_aside(desk: Desk, key: str) -> None:
    """Keep one back."""
    _say_then_load(desk, lambda: desk.services.care.set_aside(key))


def hand_over(desk: Desk, key: str, folder: str) -> None:
    """Write one, sealed to the district, into a folder."""
    if folder:
        _say_then_load(desk, lambda: desk.services.care.hand_over(key, Path(folder)).sentence)


def _say_then_load(desk: Desk, work: Callable[[], str]) -> None:
    def done(sentence: str) -> None:
        desk.say(Notice(sentence))
        desk.touch(Changes(lists=True, counts=True))
        load(desk)

    desk.jobs.db(work, done, desk.fail)


# ---- a laptop from a copy


def look(desk: Desk, file: str) -> None:
    """Tell what a chosen copy is."""
    if not file:
        return

    def seen(copy: CopySeen) -> None:
        desk.care.copy = copy
        desk.care.seen.emit(copy)

    desk.jobs.net(lambda _job: desk.services.care.look(Path(file)), seen, desk.fail)


def restore(desk: Desk, secret: str) -> None:
    """Make this laptop the one a copy was made of."""
    copy = desk.care.copy
    if copy is None or desk.care.busy:
        return

    def done(sentence: str) -> None:
        desk.care.end()
        desk.say(Notice(sentence))
        desk.care.restored.emit(sentence)

    def failed(error: BaseException) -> None:
        desk.care.end()
        if isinstance(error, SidumbaError):
            desk.care.refused.emit(sentence_of(error))
        else:
            desk.fail(error)

    path = copy.path
    desk.care.begin("restore")
    desk.jobs.net(lambda _job: desk.services.care.restore(path, secret, _percent(desk)), done, failed)
