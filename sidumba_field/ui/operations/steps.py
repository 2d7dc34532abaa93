"""What may be started about the steps of an SOP: piles, rounds over many records, ready texts, twins, sign-offs.

A round is handed to the database worker in small pieces, so that the window answers all the while and Esc stops it
between two records; what was done by then is told, and can be taken back as a whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from sidumba_field.services.papers.views import PaperChoice
from sidumba_field.services.steps.views import (
    CompareView,
    Glance,
    KeyedStep,
    LookView,
    Moved,
    MovedText,
    PilesView,
)
from sidumba_field.services.views import Changes, Decided, MessageView, Refusal
from sidumba_field.ui.operations import printing
from sidumba_field.ui.viewmodels.desk import Desk
from sidumba_field.ui.viewmodels.notice import Notice
from sidumba_field.ui.viewmodels.speech import tell
from sidumba_field.ui.viewmodels.steps_speech import told

#: Records per job: some tens of milliseconds each at most, so nothing typed waits long behind a round.
PIECE = 4


# -- piles


def load(desk: Desk) -> None:
    """Fetch the piles; the open one stays open."""
    if desk.steps.busy is None:
        desk.jobs.db(partial(desk.services.steps.piles, desk.steps.pile), partial(_arrived, desk), desk.fail)


def _arrived(desk: Desk, view: PilesView) -> None:
    desk.steps.show(view)


def open_pile(desk: Desk, key: str) -> None:
    """Open another pile."""
    desk.steps.pile = key
    load(desk)


def open_in_pile(desk: Desk, rid: str) -> None:
    """Show the selection room with this record under the hand, if its pile is the one that waits."""
    desk.steps.sought = rid
    desk.go.emit("selection")


def look(desk: Desk, rid: str) -> None:
    """Show a record at a glance; only the one asked for last is shown."""
    desk.steps.wanted = rid

    def arrived(view: LookView) -> None:
        if desk.steps.wanted == rid:
            desk.steps.show_look(view)
            if view.photos:
                load_photo(desk, view.photos[0])

    if rid:
        desk.jobs.db(partial(desk.services.steps.look, rid), arrived, desk.fail)


def load_photo(desk: Desk, name: str) -> None:
    """Read a picture; a missing one leaves its frame empty with words."""

    def read(content: bytes) -> None:
        desk.steps.photo_read.emit(name, content)

    def missing(_error: BaseException) -> None:
        desk.steps.photo_read.emit(name, b"")

    desk.jobs.db(partial(desk.services.entry.photo, name), read, missing)


# -- a round


class Round:
    """One step on many records, piece by piece."""

    def __init__(self, desk: Desk, step: KeyedStep, wanted: Sequence[Glance], remark: str) -> None:
        self.desk, self.step, self.remark = desk, step, remark
        self.waiting = list(wanted)
        self.total = len(self.waiting)
        self.done: list[str] = []
        self.undo: list[str] = []
        self.refused: list[tuple[str, str, str]] = []

    def start(self) -> None:
        self.desk.steps.begin(self.total)
        self._next()

    def _next(self) -> None:
        piece, self.waiting = self.waiting[:PIECE], self.waiting[PIECE:]
        work = partial(self.desk.services.steps.move, piece, self.step.command, self.remark, total=self.total)
        self.desk.jobs.db(work, self._moved, self._failed)

    def _moved(self, result: Moved | Refusal) -> None:
        if isinstance(result, Refusal):
            self.refused.append(("", "", result.sentence))
            self.waiting.clear()
        else:
            self.done += result.done
            self.undo += result.undo
            self.refused += result.refused
        self.desk.steps.went_on(len(self.done) + len(self.refused))
        if self.waiting and not self.desk.steps.stop:
            self._next()
        else:
            self._finish()

    def _failed(self, error: BaseException) -> None:
        self.desk.fail(error)
        self.waiting.clear()
        self._finish()

    def _finish(self) -> None:
        desk = self.desk
        desk.steps.end(tuple(self.done))
        desk.touch(Changes(frozenset(self.done), lists=bool(self.done), counts=bool(self.done)))
        load(desk)
        receiver = self.remark if self.step.names_receiver else ""
        ask = partial(desk.services.steps.told, self.step.command, tuple(self.done), receiver)
        desk.jobs.db(ask, self._tell, desk.fail)

    def _tell(self, text: MovedText) -> None:
        desk = self.desk
        if self.done:
            undo = partial(take_back, desk, tuple(self.undo), tuple(self.done))
            desk.say(Notice(text.sentence, undo=undo, seconds=10))
        if self.waiting:
            desk.say(Notice(told("pile.stopped", done=len(self.done), left=len(self.waiting)), "amber"))
        if self.refused:
            first = self.refused[0]
            words = told("pile.refused", count=len(self.refused), title=first[1], sentence=first[2])
            desk.steps.refused.emit(words if first[1] else first[2])
        desk.steps.offer(text.message)
        if text.paper and self.done:
            desk.steps.receipt_ready.emit(text.paper, tuple(self.done))


def move(desk: Desk, step: KeyedStep, rids: tuple[str, ...], remark: str = "") -> None:
    """Take a step on these records; one round at a time."""
    if desk.steps.busy is None and rids:
        Round(desk, step, desk.steps.glances(rids), remark).start()


def stop(desk: Desk) -> None:
    """Stop the round under way after the piece in hand."""
    desk.steps.stop = True


def take_back(desk: Desk, undo: tuple[str, ...], rids: tuple[str, ...]) -> None:
    """Take a round back while it has not left the laptop."""

    def taken(changes: Changes | None) -> None:
        if changes is None:
            desk.say(Notice(tell("notice.too_late"), "amber"))
            return
        desk.steps.took_back(len(changes.records & set(rids)))
        desk.touch(changes)
        load(desk)

    desk.jobs.db(partial(desk.services.steps.withdraw, undo), taken, desk.fail)


def print_receipt(desk: Desk, paper: str, rids: tuple[str, ...]) -> None:
    """Open Laporan with the receipt of exactly this hand-over."""
    desk.reports.choices[paper] = PaperChoice(paper, rids=rids)
    printing.choose_paper(desk, paper)
    desk.go.emit("reports")


# -- ready texts


def offer_text(desk: Desk, decided: Decided) -> None:
    """After a step on one record: offer the ready text where the SOP has one."""
    if decided.tells:
        desk.jobs.db(partial(desk.services.steps.message, decided.rid), desk.steps.offer, desk.fail)


def open_link(desk: Desk, message: MessageView) -> None:
    """Let the operating system open WhatsApp with the text; the app itself sends nothing."""
    if not QDesktopServices.openUrl(QUrl(message.link)):
        desk.say(Notice(told("message.not_opened"), "amber"))


# -- twins


def compare(desk: Desk, rid: str, other: str) -> None:
    """Fetch two records side by side."""

    def arrived(view: CompareView) -> None:
        desk.review.compared.emit(view)

    desk.jobs.db(partial(desk.services.steps.compare, rid, other), arrived, desk.fail)


# -- differing values


def settle(desk: Desk, rid: str, op: str, *, take: bool) -> None:
    """Keep or take proposed values; told with Urungkan."""

    def settled(result: Decided | Refusal) -> None:
        if isinstance(result, Refusal):
            desk.say(Notice(result.sentence, "amber", details=result.details or result.code))
            return
        desk.touch(result.changes)
        desk.review.settled.emit(rid)
        undo = partial(take_back, desk, (result.undo,), (rid,))
        desk.say(Notice(result.sentence, undo=undo, seconds=result.undo_seconds))

    desk.jobs.db(partial(desk.services.steps.settle, rid, op, take), settled, desk.fail)


def reply(desk: Desk, rid: str, remark: str, text: str) -> None:
    """Answer a remark in words; told with Urungkan."""

    def replied(result: Decided | Refusal) -> None:
        if isinstance(result, Refusal):
            desk.say(Notice(result.sentence, "amber", details=result.details or result.code))
            return
        desk.touch(result.changes)
        desk.review.settled.emit(rid)
        undo = partial(take_back, desk, (result.undo,), (rid,))
        desk.say(Notice(result.sentence, undo=undo, seconds=result.undo_seconds))

    desk.jobs.db(partial(desk.services.review.reply, rid, remark, text), replied, desk.fail)


# -- coding


def find_codes(desk: Desk, rid: str, path: str, typed: str) -> None:
    """Ask a long list for what matches."""

    def found(choices: Sequence[object]) -> None:
        if desk.review.rid == rid:
            desk.review.codes_found.emit(path, typed, choices)

    desk.jobs.db(partial(desk.services.steps.choices, rid, path, typed), found, desk.fail)


# -- sign-off


def upload(desk: Desk, rid: str, paper: str, file: Path, signer: str, day: str) -> None:
    """Take a signed paper in; told with Urungkan."""

    def taken(result: Decided | Refusal) -> None:
        if isinstance(result, Refusal):
            desk.review.upload_refused.emit(result.sentence)
            return
        desk.touch(result.changes)
        desk.review.settled.emit(rid)
        undo = partial(take_back, desk, (result.undo,), (rid,))
        desk.say(Notice(result.sentence, undo=undo, seconds=result.undo_seconds))

    desk.jobs.db(partial(desk.services.steps.upload, rid, paper, file, signer, day), taken, desk.fail)
