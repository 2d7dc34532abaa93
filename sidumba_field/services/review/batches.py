"""Moving many records together: what stands ready per unit and period, and gathering it into one signed batch.

Which step gathers is told by its guard ``all_in_batch``; state, role and level of the batch come from the
program's table and file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

from sidumba_field.core.canonical import canonical
from sidumba_field.core.ids import derived_id, new_id
from sidumba_field.core.records import Record, members_digest
from sidumba_field.core.time import iso
from sidumba_field.core.workflow import Transition
from sidumba_field.core.workflow.roles import is_under
from sidumba_field.programs import Program
from sidumba_field.services.desk import Desk
from sidumba_field.services.places import titled
from sidumba_field.services.review.painter import ReviewPainter
from sidumba_field.services.subjects import BATCH, Seen, Subjects
from sidumba_field.services.views import BatchOffer, Decided, Refusal
from sidumba_field.store import LocalRecord, RecordRow
from sidumba_field.store import Mark as StoreMark
from sidumba_field.words import say

#: The guard of the step that gathers records into a batch.
GATHERS = "all_in_batch"
PAGE = 500


@dataclass(frozen=True, slots=True)
class _Gathered:
    """``ready``: records the server holds in the state wanted; ``on_their_way``: those it has yet to hear of."""

    ready: tuple[LocalRecord, ...]
    on_their_way: int


class Batches:
    """Helper of ``ReviewService``; holds no state of its own."""

    def __init__(self, desk: Desk, subjects: Subjects, painter: ReviewPainter) -> None:
        self.desk = desk
        self._subjects = subjects
        self._painter = painter

    def opening(self, program: Program) -> tuple[Transition, ...]:
        """Return the rows by which a batch is gathered."""
        return tuple(
            row for row in program.workflow.transitions if row.subject == BATCH and GATHERS in row.guards
        )

    # ---- offers
    # --------------------------------------------------------------------------------------------------

    def offers(self, program: Program) -> list[BatchOffer]:
        """Return, per unit of the batch's level, how many records stand ready to be moved together."""
        found: list[BatchOffer] = []
        for row in self.opening(program):
            groups: dict[tuple[str, str], int] = {}
            for record in self._standing(program, row):
                if record.mark is not StoreMark.WAITING:
                    key = (program.batch_unit(record.unit), record.period)
                    groups[key] = groups.get(key, 0) + 1
            found += [
                self._offer(program, row, unit, period, count)
                for (unit, period), count in sorted(groups.items())
                if row.role in self.desk.roles(program.id, unit)
            ]
        return found

    def _offer(self, program: Program, row: Transition, unit: str, period: str, count: int) -> BatchOffer:
        lang = self.desk.lang
        name = titled(unit, self._painter.unit_name(unit), lang)
        verb = program.command(row.command).label(lang)
        label = say("services.batch.offer", lang, verb=verb, count=count, unit=name)
        return BatchOffer(unit, name, period, row.command, label, count)

    def _standing(self, program: Program, row: Transition) -> Iterator[RecordRow]:
        """Walk the records of the person's area in the state a batch is gathered from."""
        store = self.desk.seat().store
        vids = self.desk.my_vids(program.id)
        after: tuple[str, str] | None = None
        while True:
            page = store.records.find(
                program.id, states=(row.state,), limit=PAGE, after=after, vids=vids, columns=()
            )
            yield from page
            if len(page) < PAGE:
                return
            after = page[-1].key

    # ---- gathering
    # -----------------------------------------------------------------------------------------------

    def report(self, offer: BatchOffer) -> Decided | Refusal:
        """Gather what ``offer`` names and sign its digest; judged before anything is kept."""
        for program in self.desk.my_programs():
            for row in self.opening(program):
                if row.command == offer.command:
                    return self._report(program, row, offer)
        return Refusal("workflow.unknown_command", say("services.batch.none", self.desk.lang))

    def _report(self, program: Program, row: Transition, offer: BatchOffer) -> Decided | Refusal:
        gathered = self._gather(program, row, offer)
        if not gathered.ready:
            return Refusal("workflow.guard", say("services.batch.none", self.desk.lang))
        members = _members(gathered.ready)
        self.desk.scope(derived_id("scope", program.id, offer.unit))
        known = self._returned(program, row, offer)
        batch = self._batch(program, row, offer, members)
        record = self._subjects.record(known) if known else not_begun(batch)
        situation = self._subjects.situation(record, None, Seen(record.base_rev, ""))
        facts = {**situation.facts, GATHERS: not gathered.on_their_way}
        judged = self._subjects.judge(record, replace(situation, facts=facts), offer.command)
        if isinstance(judged, Refusal):
            return judged
        if not known:
            record = self.desk.seat().store.records.create(batch)
        seen = Seen(record.base_rev, record.as_record().content_sha256)
        return self._subjects.take(record, judged, seen, members=members)

    def _gather(self, program: Program, row: Transition, offer: BatchOffer) -> _Gathered:
        store = self.desk.seat().store
        ready: list[LocalRecord] = []
        on_their_way = 0
        for found in self._standing(program, row):
            if not is_under(found.unit, offer.unit) or found.period != offer.period:
                continue
            record = store.records.get(found.rid)
            if record is None or record.base is None or record.pending or record.predicted:
                on_their_way += 1
            else:
                ready.append(record)
        return _Gathered(tuple(ready), on_their_way)

    def _batch(
        self, program: Program, row: Transition, offer: BatchOffer, members: tuple[dict[str, object], ...]
    ) -> Record:
        now = iso(self.desk.clock.now())
        return Record(
            rid=new_id(self.desk.clock),
            vid=derived_id("scope", program.id, offer.unit),
            program=program.id,
            subject=BATCH,
            form="",
            form_v="",
            state=row.state,
            rev=0,
            fields={
                "period": offer.period,
                "unit": offer.unit,
                "members": canonical(list(members)).decode(),
                "digest": members_digest(members),
            },
            field_revs={},
            owner=self.desk.seat().user.user_id,
            period=offer.period,
            created_at=now,
            changed_at=now,
        )

    def _returned(self, program: Program, row: Transition, offer: BatchOffer) -> str:
        """Return the batch the head sent back for this unit and period, to report it again under its own id."""
        store = self.desk.seat().store
        vid = derived_id("scope", program.id, offer.unit)
        for found in store.records.find(program.id, BATCH, (row.state,), limit=PAGE, vids=[vid]):
            if found.fields.get("period") == offer.period:
                return found.rid
        return ""


def _members(ready: tuple[LocalRecord, ...]) -> tuple[dict[str, object], ...]:
    """Return what the batch says of each record: exactly what the server holds of it, in the order of ids."""
    held = sorted((record.base for record in ready if record.base is not None), key=lambda base: base.rid)
    return tuple(
        {"rid": base.rid, "vid": base.vid, "rev": base.rev, "sha": base.content_sha256} for base in held
    )


def not_begun(batch: Record) -> LocalRecord:
    """Return a batch as it would lie on this laptop: it is judged first, and kept only when it may begin."""
    same: dict[str, Any] = {member.name: getattr(batch, member.name) for member in fields(Record)}
    return LocalRecord(
        **same,
        base=None,
        base_rev=0,
        mark=StoreMark.LAPTOP,
        saved_at="",
        draft={},
        pending=0,
        predicted=False,
    )
