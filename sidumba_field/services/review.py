"""The verifier's desk: what waits, what changed since the last time, and deciding on exactly what was seen.

Works for every role that may decide: admin desa selecting, kecamatan, kabupaten, and the head on whole
batches. Which steps exist comes from the program's table; nothing here knows a role or a state by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sidumba_field.core.canonical import canonical
from sidumba_field.core.ids import derived_id, new_id
from sidumba_field.core.records import Record, members_digest
from sidumba_field.core.time import iso, parse_iso
from sidumba_field.core.workflow import Transition
from sidumba_field.core.workflow.roles import is_under
from sidumba_field.programs import Program
from sidumba_field.services.desk import Desk
from sidumba_field.services.places import titled
from sidumba_field.services.review_views import ReviewPainter
from sidumba_field.services.subjects import Seen, Subjects
from sidumba_field.services.views import (
    BatchOffer,
    Changes,
    Decided,
    QueueRow,
    QueueView,
    Refusal,
    ReviewView,
)
from sidumba_field.store import LocalRecord, RecordRow
from sidumba_field.store import Mark as StoreMark
from sidumba_field.words import say

QUEUE_LIMIT = 500
BATCH = "batch"


class ReviewService:
    """Use cases of screen 04."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._subjects = Subjects(desk)
        self._painter = ReviewPainter(desk, self._subjects)

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
            offers.extend(self._offers(program))
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
        grants = self.desk.seat().grants
        return programs[0].queue_title(grants[0].role, self.desk.lang) if programs and grants else ""

    def _my_states(self, program: Program, subject: str) -> tuple[str, ...]:
        """Return the states whose subjects stand in my queue; what opens a batch is one button, not a row
        each.
        """
        opening = {
            row.state
            for row in program.workflow.transitions
            if row.subject == subject and self._opens_batch(row)
        }
        return tuple(
            state for state in self._subjects.judged_states(program, subject) if state not in opening
        )

    def _opens_batch(self, row: Transition) -> bool:
        return "all_in_batch" in row.guards

    def _rows(self, program: Program, subject: str, states: tuple[str, ...]) -> list[tuple[str, QueueRow]]:
        store = self.desk.seat().store
        found = store.records.find(
            program.id, subject=subject, states=states, limit=QUEUE_LIMIT, vids=self.desk.my_vids(program.id)
        )
        mine = [row for row in found if row.mark is not StoreMark.WAITING]
        return [(row.changed_at, self._row(program, subject, row)) for row in mine]

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
        rows = seat.store.outbox.rows(1_000)
        return sum(1 for row in rows if row.by == seat.user.user_id and row.command and row.at >= iso(start))

    # ---- one record
    # ----------------------------------------------------------------------------------------------

    def open(self, rid: str) -> ReviewView:
        """Return one subject as it lies on the desk; its ``rev`` and ``sha`` are what a decision will name."""
        record = self._subjects.record(rid)
        seat = self.desk.seat()
        seat.store.log("view", rid=rid)
        return self._painter.view(record)

    def decide(
        self,
        rid: str,
        command: str,
        rev: int,
        sha: str,
        remark: str = "",
        remarks: Mapping[str, str] | None = None,
    ) -> Decided | Refusal:
        """Judge and sign one decision on exactly what was seen; it leaves the laptop after the undo time."""
        record = self._subjects.record(rid)
        iv = self._subjects.interview(record) if record.subject == "record" else None
        seen = Seen(rev, sha)
        situation = self._subjects.situation(record, iv, seen)
        row = self._subjects.judge(record, situation, command, remark, remarks)
        if isinstance(row, Refusal):
            return row
        return self._subjects.take(record, row, seen, remark, remarks)

    def withdraw(self, undo: str) -> Changes | None:
        """Take a decision back while it is still on this laptop; None when it has left."""
        if not self.desk.seat().store.records.withdraw(undo):
            return None
        return Changes(lists=True, counts=True)

    # ---- batches
    # -------------------------------------------------------------------------------------------------

    def _offers(self, program: Program) -> list[BatchOffer]:
        """Return, per unit of the batch's level, how many records stand ready to be moved together."""
        opening = [
            row for row in program.workflow.transitions if row.subject == BATCH and self._opens_batch(row)
        ]
        offers: list[BatchOffer] = []
        for row in opening:
            ready = self._ready(program, row)
            groups: dict[tuple[str, str], int] = {}
            for record in ready:
                key = (program.batch_unit(self.desk.scope(record.vid).unit), record.period)
                groups[key] = groups.get(key, 0) + 1
            for (unit, period), count in sorted(groups.items()):
                if row.role in self.desk.roles(program.id, unit):
                    name = titled(unit, self._painter.unit_name(unit), self.desk.lang)
                    spec = program.command(row.command)
                    label = say(
                        "services.batch.offer",
                        self.desk.lang,
                        verb=spec.label(self.desk.lang),
                        count=count,
                        unit=name,
                    )
                    offers.append(BatchOffer(unit, name, period, row.command, label, count))
        return offers

    def _ready(
        self, program: Program, row: Transition, unit: str = "", period: str = ""
    ) -> list[LocalRecord]:
        store = self.desk.seat().store
        ready: list[LocalRecord] = []
        after: tuple[str, str] | None = None
        while True:
            page = store.records.find(
                program.id,
                states=(row.state,),
                limit=QUEUE_LIMIT,
                after=after,
                vids=self.desk.my_vids(program.id),
            )
            for found in page:
                record = store.records.get(found.rid)
                if record is None or record.pending or not is_under(found.unit, unit):
                    continue
                if not period or record.period == period:
                    ready.append(record)
            if len(page) < QUEUE_LIMIT:
                return ready
            after = page[-1].key

    def report_batch(self, offer: BatchOffer) -> Decided | Refusal:
        """Gather every ready record of a unit and period into one batch and sign its digest (guard
        all_in_batch).
        """
        for program in self.desk.my_programs():
            for row in program.workflow.transitions:
                if row.subject == BATCH and row.command == offer.command and self._opens_batch(row):
                    return self._report(program, row, offer)
        return Refusal("workflow.unknown_command", say("services.batch.none", self.desk.lang))

    def _report(self, program: Program, row: Transition, offer: BatchOffer) -> Decided | Refusal:
        seat = self.desk.seat()
        ready = self._ready(program, row, offer.unit, offer.period)
        if not ready:
            return Refusal("workflow.guard", say("services.batch.none", self.desk.lang))
        members = sorted(
            (
                {"rid": r.rid, "vid": r.vid, "rev": r.base_rev, "sha": r.as_record().content_sha256}
                for r in ready
            ),
            key=lambda member: str(member["rid"]),
        )
        batch = self._batch_record(program, row, offer, members)
        existing = seat.store.records.get(batch.rid)
        if existing is None:
            seat.store.records.create(batch)
        record = self._subjects.record(batch.rid)
        situation = self._subjects.situation(record, None, Seen(record.base_rev, ""))
        situation = replace(situation, facts={**situation.facts, "all_in_batch": True})
        judged = self._subjects.judge(record, situation, offer.command)
        if isinstance(judged, Refusal):
            return judged
        seen = Seen(record.base_rev, record.as_record().content_sha256)
        return self._subjects.take(record, judged, seen, members=tuple(members))

    def _batch_record(
        self, program: Program, row: Transition, offer: BatchOffer, members: list[dict[str, object]]
    ) -> Record:
        now = iso(self.desk.clock.now())
        fields = {
            "period": offer.period,
            "unit": offer.unit,
            "members": canonical(members).decode(),
            "digest": members_digest(tuple(members)),
        }
        existing = self._returned_batch(program, row, offer)
        return Record(
            rid=existing or new_id(self.desk.clock),
            vid=derived_id("scope", program.id, offer.unit),
            program=program.id,
            subject=BATCH,
            form="",
            form_v="",
            state=row.state,
            rev=0,
            fields=fields,
            field_revs={},
            owner=self.desk.seat().user.user_id,
            period=offer.period,
            created_at=now,
            changed_at=now,
        )

    def _returned_batch(self, program: Program, row: Transition, offer: BatchOffer) -> str:
        """Return the batch the head sent back for this unit and period, to report it again under its own id."""
        store = self.desk.seat().store
        for found in store.records.find(program.id, subject=BATCH, states=(row.state,), limit=QUEUE_LIMIT):
            if found.unit == offer.unit and found.fields.get("period") == offer.period:
                return found.rid
        return ""


def age_minutes(at: str, now: datetime) -> int:
    """Return whole minutes since ``at``; a clock set back never gives a negative age."""
    return max(0, int((now - parse_iso(at)).total_seconds() // 60))
