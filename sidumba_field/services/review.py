"""The verifier's desk: what waits, what changed since the last time, and deciding on exactly what was seen.

Works for every role that may decide: admin desa selecting, kecamatan, kabupaten, and the head on whole
batches. Which steps exist comes from the program's table; nothing here knows a role or a state by name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sidumba_field.core.records import OutboxState
from sidumba_field.core.time import iso
from sidumba_field.programs import Program
from sidumba_field.services.batches import Batches
from sidumba_field.services.desk import Desk
from sidumba_field.services.review_views import ReviewPainter
from sidumba_field.services.subjects import Seen, Subjects
from sidumba_field.services.taking import Taking
from sidumba_field.services.views import (
    BatchOffer,
    Changes,
    Decided,
    QueueRow,
    QueueView,
    Refusal,
    ReviewView,
)
from sidumba_field.store import Mark as StoreMark
from sidumba_field.store import RecordRow
from sidumba_field.words import say

#: Rows the store is asked for at a time.
PAGE = 500


class ReviewService:
    """Use cases of screen 04."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._subjects = Subjects(desk)
        self._painter = ReviewPainter(desk, self._subjects)
        self._batches = Batches(desk, self._subjects, self._painter)
        self._steps = Taking(desk, self._subjects)

    # ---- the queue
    # -----------------------------------------------------------------------------------------------

    def queue(self) -> QueueView:
        """Return what waits for this person, oldest first, and what is ready to move on together."""
        rows: list[tuple[str, QueueRow]] = []
        offers: list[BatchOffer] = []
        for program in self.desk.my_programs():
            for subject in program.workflow.subjects:
                states = self._my_states(program, subject)
                if states:
                    rows.extend(self._rows(program, subject, states))
            offers.extend(self._batches.offers(program))
        rows.sort(key=lambda pair: pair[0])
        lang = self.desk.lang
        done = self._done_today()
        return QueueView(
            title=self._title(),
            count_text=say("services.queue.count", lang, count=len(rows)),
            rows=tuple(row for _, row in rows),
            done_today=done,
            empty_text=say("services.queue.empty", lang, count=done),
            offers=tuple(offers),
        )

    def _title(self) -> str:
        programs = self.desk.my_programs()
        grants = self.desk.grants()
        return programs[0].queue_title(grants[0].role, self.desk.lang) if programs and grants else ""

    def _my_states(self, program: Program, subject: str) -> tuple[str, ...]:
        """Return the states whose subjects stand in my queue; what opens a batch is one button, not a row
        each.
        """
        opening = {row.state for row in self._batches.opening(program) if row.subject == subject}
        return tuple(
            state for state in self._subjects.judged_states(program, subject) if state not in opening
        )

    def _rows(self, program: Program, subject: str, states: tuple[str, ...]) -> list[tuple[str, QueueRow]]:
        judged: dict[str, tuple[str, ...]] = {}
        rows = []
        for row in self._all(program, subject, states):
            if row.unit not in judged:
                judged[row.unit] = self._subjects.judged_states(program, subject, row.unit)
            if row.mark is not StoreMark.WAITING and row.state in judged[row.unit]:
                rows.append((row.changed_at, self._row(program, subject, row)))
        return rows

    def _all(self, program: Program, subject: str, states: Sequence[str]) -> Iterator[RecordRow]:
        """Walk every page: the store gives the newest first, and what waits longest must not fall off the end."""
        store = self.desk.seat().store
        vids = self.desk.my_vids(program.id)
        after: tuple[str, str] | None = None
        while True:
            page = store.records.find(program.id, subject, states, limit=PAGE, after=after, vids=vids)
            yield from page
            if len(page) < PAGE:
                return
            after = page[-1].key

    def _row(self, program: Program, subject: str, row: RecordRow) -> QueueRow:
        title, subtitle = self._painter.names(program, subject, row.fields, row.vid)
        age = self._painter.age(row.changed_at)
        return QueueRow(
            rid=row.rid,
            subject=subject,
            title=title,
            subtitle=subtitle,
            age_text=say("services.queue.age", self.desk.lang, age=age),
            warnings=sum(1 for path in row.fields if path.startswith("@reason/") and row.fields[path]),
            duplicates=0,
            version_text=say("services.version", self.desk.lang, number=row.rev) if row.rev > 1 else "",
            mark=self._painter.mark(row.mark),
        )

    def _done_today(self) -> int:
        seat = self.desk.seat()
        start = self.desk.local(self.desk.clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
        undone = (OutboxState.REJECTED, OutboxState.CONFLICT)
        rows = [row for row in seat.store.outbox.rows(1_000) if row.command and row.state not in undone]
        return sum(1 for row in rows if row.by == seat.user.user_id and row.at >= iso(start))

    # ---- one record
    # ----------------------------------------------------------------------------------------------

    def open(self, rid: str) -> ReviewView:
        """Return one subject as it lies on the desk; its ``rev`` and ``sha`` are what a decision will name."""
        record = self._subjects.record(rid)
        seat = self.desk.seat()
        seat.store.log("view", seat.user.user_id, rid=rid)
        return self._painter.view(record)

    def decide(
        self,
        rid: str,
        command: str,
        rev: int,
        sha: str,
        remark: str = "",
        remarks: Mapping[str, str] | None = None,
        given: Mapping[str, str] | None = None,
    ) -> Decided | Refusal:
        """Judge and sign one decision on exactly what was seen; it leaves the laptop after the undo time.

        ``given``: answers that come with the step where the program lets its role give them (a code, for one). Refused
        with ``auth.lease_expired`` when the days without a sign-in are used up.
        """
        record = self._subjects.record(rid)
        return self._subjects.lease_refusal() or self._steps.take(
            record, command, Seen(rev, sha), remark, remarks, given
        )

    def withdraw(self, undo: str) -> Changes | None:
        """Take one's own decision back while it is still on this laptop; None when it has left, or is not his."""
        return self._steps.withdraw(undo)

    # ---- batches
    # -------------------------------------------------------------------------------------------------

    def report_batch(self, offer: BatchOffer) -> Decided | Refusal:
        """Gather every ready record of a unit and period into one batch and sign its digest; refused as
        ``decide`` is, and with guard ``all_in_batch`` while one of them is still on its way.
        """
        return self._subjects.lease_refusal() or self._batches.report(offer)
