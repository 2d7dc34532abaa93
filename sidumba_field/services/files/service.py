"""Attachments, seen from a person's chair: how one looks, a smaller twin to take or leave, and which way it travels.

A smaller twin is offered, never forced. The file as it was stays on this laptop, linked or not: taking the twin is an
answer like any other and can be taken back.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from sidumba_field.attachments.documents import is_pdf, preview
from sidumba_field.attachments.shrinking import Smaller, shrink
from sidumba_field.core.errors import SidumbaError
from sidumba_field.services.desk import Desk, Seat
from sidumba_field.services.entry.service import EntryService
from sidumba_field.services.files.reading import max_file
from sidumba_field.services.files.views import Offer, Preview, Rule
from sidumba_field.services.views import Changes, FormDelta
from sidumba_field.store import Carry
from sidumba_field.words import say, size

MB = 1024 * 1024
#: Sizes a person may choose from, from which files go by stick; 0 = none.
RULES = (0, 1 * MB, 5 * MB, 10 * MB)
#: Longer side of a preview in points.
LOOK = 1_600

Progress = Callable[[int, int], None]
Stop = Callable[[], bool]


class FilesService:
    """Helper of the form (screen 02) and of Sinkronisasi (06). ``offer`` belongs on a network thread: it computes for
    seconds and reads the shelf alone; everything else on the database worker."""

    def __init__(self, desk: Desk, entry: EntryService) -> None:
        self.desk = desk
        self._entry = entry
        self._lock = threading.Lock()
        self._found: tuple[Offer, Smaller] | None = None
        desk.on_leave.append(self._forget)

    def _forget(self) -> None:
        with self._lock:
            self._found = None

    def limit(self) -> int:
        """Return how many bytes a file may have; known without network."""
        return max_file(self.desk.seat().store)

    # ---- looking

    def preview(self, name: str) -> Preview:
        """Return a file as a picture; an empty one when it is not on this laptop or cannot be drawn."""
        shelf, sha = self.desk.seat().shelf, name.partition(".")[0]
        if not (self.desk.may_open(name) and shelf.has(sha)):
            return Preview(b"", "")
        raw = shelf.open(sha)
        if not is_pdf(raw):
            return Preview(raw, size(len(raw), self.desk.lang))
        return Preview(preview(raw, LOOK), say("services.files.pdf", self.desk.lang, bytes=len(raw)))

    # ---- a smaller twin

    def offer(
        self,
        rid: str,
        path: str,
        name: str,
        progress: Progress = lambda done, total: None,
        stop: Stop = lambda: False,
    ) -> Offer | None:
        """Return a smaller twin of a file to be offered; None when none is worth a question, or ``stop`` said so."""
        seat, sha = self.desk.seat(), name.partition(".")[0]
        if not seat.shelf.has(sha):
            return None
        raw = seat.shelf.open(sha)
        smaller = shrink(raw, progress, stop)
        if smaller is None or stop():
            return None
        lang = self.desk.lang
        before, after = size(len(raw), lang), size(len(smaller.data), lang)
        sentence = say("services.files.offer", lang, before=before, after=after)
        found = Offer(rid, path, name, sentence, before, after, smaller.before, smaller.after)
        with self._lock:
            self._found = (found, smaller)
        return found

    def take(self, offer: Offer) -> FormDelta:
        """Answer the question with the smaller twin; undo brings the file as it was back.

        Raises ``attachment.missing`` when the offer was forgotten (somebody else sat down meanwhile) and
        ``workflow.locked`` when the record may not be changed any more.
        """
        with self._lock:
            found = self._found
        if found is None or found[0] != offer:
            raise SidumbaError("attachment.missing", name=offer.name)
        smaller = found[1]
        seat = self.desk.seat()
        stored = seat.shelf.add(smaller.data, smaller.ext)
        seat.store.files.add(stored, offer.rid, offer.path)
        delta = self._entry.answer(offer.rid, offer.path, stored.name)
        self._forget()
        return delta

    # ---- the way it travels

    def carry(self, sha: str, by_stick: bool) -> Changes:
        """Keep a file for the stick, or let it go over the line again."""
        seat = self.desk.seat()
        seat.store.files.carry(sha, Carry.USB if by_stick else Carry.LINE)
        self._note(seat, sha=sha, how="usb" if by_stick else "line")
        return Changes(lists=True, counts=True)

    def rules(self) -> tuple[Rule, ...]:
        """Return the sizes a person may choose from, and which of them holds."""
        now, lang = self.desk.seat().store.files.usb_over(), self.desk.lang
        known = RULES if now in RULES else (*RULES, now)
        return tuple(
            Rule(
                limit,
                say("services.files.rule", lang, bytes=limit)
                if limit
                else say("services.files.no_rule", lang),
                limit == now,
            )
            for limit in known
        )

    def carry_over(self, limit: int) -> Changes:
        """Keep all files of more than ``limit`` bytes for the stick from now on; 0 lets all go over the line."""
        seat = self.desk.seat()
        seat.store.files.carry_over(limit)
        self._note(seat, over=limit)
        return Changes(lists=True, counts=True)

    @staticmethod
    def _note(seat: Seat, **what: object) -> None:
        seat.store.log("carry", seat.user.user_id, **what)
