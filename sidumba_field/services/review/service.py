"""The verifier's desk: what waits, what changed since the last time, and deciding on exactly what was seen.

Works for every role that may decide: admin desa selecting, kecamatan, kabupaten, and the head on whole
batches. Which steps exist comes from the program's table; nothing here knows a role or a state by name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.records import OutboxState
from sidumba_field.core.time import iso
from sidumba_field.core.workflow.replies import ANSWER, judge_reply
from sidumba_field.programs import Program
from sidumba_field.services.desk import Desk
from sidumba_field.services.places import titled
from sidumba_field.services.review.batches import Batches
from sidumba_field.services.review.duplicates import Duplicates
from sidumba_field.services.review.painter import ReviewPainter
from sidumba_field.services.review.proposals import Proposals
from sidumba_field.services.review.signoff import SignOffs
from sidumba_field.services.review.taking import Taking
from sidumba_field.services.subjects import BATCH, UNDO_SECONDS, Seen, Subjects
from sidumba_field.services.views import (
    NEWEST,
    OLDEST,
    TWINS,
    BatchOffer,
    Changes,
    Decided,
    QueueRow,
    QueueUnit,
    QueueView,
    Refusal,
    ReviewView,
)
from sidumba_field.services.walking import AT_REST, oldest, scopes_where, walk
from sidumba_field.store import ListQuery, RecordRow
from sidumba_field.store.listing import PLACE
from sidumba_field.words import explain_error, say

#: Rows of a queue that are shown at once.
PAGE = 200
#: So many of the oldest are looked at where those that are perhaps double come first.
LOOKED_AT = 1_000
RECORD = "record"


class ReviewService:
    """Use cases of screen 04."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._subjects = Subjects(desk)
        self._painter = ReviewPainter(desk, self._subjects)
        self._batches = Batches(desk, self._subjects, self._painter)
        self._steps = Taking(desk, self._subjects)
        self._edits = Proposals(desk, self._subjects)
        self._twins = Duplicates(desk)
        self._signoffs = SignOffs(desk, self._subjects, self._edits)

    # ---- the queue
    # -----------------------------------------------------------------------------------------------

    def queue(self, order: str = OLDEST, unit: str = "", lane: Sequence[str] = ()) -> QueueView:
        """Return what waits for this person and what is ready to move on together.

        ``order``: "oldest", "newest", or "twins" (those perhaps the same business first, else oldest); ``unit``: only
        what waits from this village. ``lane``: of these records, in this order, those that still wait, and nothing
        else; when none of them does, the whole queue.
        """
        view = self._whole_queue(order, unit)
        return self._in_turn(view, lane) if lane else view

    def _in_turn(self, view: QueueView, lane: Sequence[str]) -> QueueView:
        """Return a queue of a selection: as many rows as are shown at once, and who waits behind them."""
        rows: list[QueueRow] = []
        looked = 0
        for first in range(0, len(lane), PAGE):
            part = lane[first : first + PAGE]
            rows += self._waiting(part)
            looked = first + len(part)
            if len(rows) >= PAGE:
                break
        if not rows:
            return view
        left = (*(row.rid for row in rows), *lane[looked:])
        text = say("services.queue.count", self.desk.lang, count=len(left))
        return replace(view, rows=tuple(rows), count_text=text, more=len(left) - len(rows), lane=left)

    def _waiting(self, rids: Sequence[str]) -> list[QueueRow]:
        """Return a row for each of these records that waits for this person, in their order."""
        store, found = self.desk.seat().store, list[QueueRow]()
        numbers = store.lists.numbers(rids)
        for program in self.desk.my_programs():
            rows = store.lists.rows(numbers, self.desk.my_vids(program.id), whole=True)
            mine = [
                row
                for row in rows
                if row.program == program.id
                and row.mark.value in AT_REST
                and row.state in self._my_states(program, row.subject)
                and self._judges(program, row.subject, row.state, row.unit)
            ]
            alike = self._twins.among(program, [row for row in mine if row.subject == RECORD])
            found += [self._row(program, row.subject, row, alike.get(row.rid, 0)) for row in mine]
        place = {rid: at for at, rid in enumerate(rids)}
        return sorted(found, key=lambda row: place[row.rid])

    def _whole_queue(self, order: str, unit: str) -> QueueView:
        rows: list[tuple[str, QueueRow]] = []
        offers: list[BatchOffer] = []
        waiting: Counter[str] = Counter()
        count = 0
        for program in self.desk.my_programs():
            for subject in program.workflow.subjects:
                waiting.update(self._places(program, subject))
                found, amount = self._rows(program, subject, order, unit)
                rows += found
                count += amount
            offers.extend(self._batches.offers(program))
        rows.sort(key=lambda pair: pair[0], reverse=order == NEWEST)
        if order == TWINS:
            rows.sort(key=lambda pair: pair[1].duplicates == 0)
        shown = rows[:PAGE]
        lang = self.desk.lang
        done = self._done_today()
        return QueueView(
            title=self._title(),
            count_text=say("services.queue.count", lang, count=count),
            rows=tuple(row for _, row in shown),
            done_today=done,
            empty_text=say("services.queue.empty", lang, count=done),
            offers=tuple(offers),
            signed=tuple(self._signed()),
            more=count - len(shown),
            order=order,
            unit=unit,
            units=self._units(waiting, unit),
        )

    def _places(self, program: Program, subject: str) -> dict[str, int]:
        """Return unit -> how many wait from there."""
        store, found = self.desk.seat().store, Counter[str]()
        units = {scope.vid: scope.unit for scope in store.scopes.all()}
        for state in self._my_states(program, subject):
            vids = scopes_where(self.desk, program, partial(self._judges, program, subject, state))
            query = ListQuery(program.id, vids, subject=subject, states=(state,), marks=AT_REST)
            for vid, count in store.lists.facets(query, PLACE).items():
                found[units[vid]] += count
        return dict(found)

    def _units(self, waiting: Mapping[str, int], chosen: str) -> tuple[QueueUnit, ...]:
        """Return the villages to choose from, the chosen one among them even when nothing waits there any more."""
        names = {s.unit: s.unit_name for s in self.desk.seat().store.scopes.all()}
        units = {unit: count for unit, count in waiting.items() if count or unit == chosen}
        if chosen:
            units.setdefault(chosen, 0)
        found = [
            QueueUnit(unit, titled(unit, names.get(unit, unit), self.desk.lang), count)
            for unit, count in units.items()
        ]
        return tuple(sorted(found, key=lambda one: one.label))

    def _signed(self) -> Iterator[QueueRow]:
        """Yield batches signed off that may still be taken back, or whose signed paper is missing; newest first."""
        for program in self.desk.my_programs():
            for row in walk(self.desk, program, BATCH, program.workflow.states(BATCH)):
                view = self._signoffs.of(self._subjects.record(row.rid))
                waits = view is not None and any(not paper.file for paper in view.papers)
                if view is not None and (view.left_seconds or waits):
                    title, _ = self._painter.names(program, BATCH, row.fields, row.vid)
                    mark = self._painter.mark(row.mark)
                    yield QueueRow(row.rid, BATCH, title, view.signed_text, "", 0, 0, "", mark)

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

    def _rows(
        self, program: Program, subject: str, order: str, unit: str
    ) -> tuple[list[tuple[str, QueueRow]], int]:
        """Return those that wait first, and how many there are: the rest comes when these are decided."""

        def here(state: str, place: str) -> bool:
            return unit in ("", place) and self._judges(program, subject, state, place)

        groups = [
            (state, False, scopes_where(self.desk, program, partial(here, state)))
            for state in self._my_states(program, subject)
        ]
        most = LOOKED_AT if order == TWINS else PAGE
        found, count = oldest(self.desk, program, subject, groups, most, newest=order == NEWEST)
        alike = self._twins.among(program, found) if subject == RECORD else {}
        return [
            (row.changed_at, self._row(program, subject, row, alike.get(row.rid, 0))) for row in found
        ], count

    def _judges(self, program: Program, subject: str, state: str, unit: str) -> bool:
        return state in self._subjects.judged_states(program, subject, unit)

    def _row(self, program: Program, subject: str, row: RecordRow, duplicates: int) -> QueueRow:
        title, subtitle = self._painter.names(program, subject, row.fields, row.vid)
        age = self._painter.age(row.changed_at)
        return QueueRow(
            rid=row.rid,
            subject=subject,
            title=title,
            subtitle=subtitle,
            age_text=say("services.queue.age", self.desk.lang, age=age),
            warnings=row.reasons,
            duplicates=duplicates,
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

    def reply(self, rid: str, remark_id: str, text: str) -> Decided | Refusal:
        """Answer a remark in words at the desk the record came back to, where nobody may type; undo as for a decision.

        Who may change the content answers in the form instead. Refused as the server will refuse it.
        """
        record = self._subjects.record(rid)
        change = {ANSWER + remark_id: " ".join(text.split())}
        late = self._subjects.lease_refusal()
        if late is not None:
            return late
        program = self.desk.program(record.program)
        user = self.desk.seat().user.user_id
        try:
            judge_reply(program.workflow, record.as_record(), user, self._subjects.roles(record), change)
        except SidumbaError as error:
            return Refusal("workflow.locked", explain_error(error, self.desk.lang).text(), (), error.code)
        token = self._edits.edit(record, change)
        changes = Changes(records=frozenset({rid}), lists=True, counts=True)
        return Decided(rid, say("services.replied", self.desk.lang), token, UNDO_SECONDS, changes)

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
