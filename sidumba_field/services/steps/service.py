"""The steps of an SOP beside typing and judging one record: piles, ready texts, twins, differing values, sign-off.

One door for the screens; the work is done by the helpers named in the imports. Periods have a service of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sidumba_field.core.records import FeedKind
from sidumba_field.core.time import parse_iso
from sidumba_field.core.workflow import Transition
from sidumba_field.core.workflow.clocks import due, spent
from sidumba_field.core.workflow.guards import COMMON_GUARDS
from sidumba_field.programs import Program
from sidumba_field.services.desk import Desk
from sidumba_field.services.review.duplicates import Duplicates
from sidumba_field.services.review.painter import ReviewPainter
from sidumba_field.services.review.proposals import Proposals
from sidumba_field.services.review.signoff import SignOffs
from sidumba_field.services.review.taking import Taking
from sidumba_field.services.steps.selection import Selection
from sidumba_field.services.steps.texts import Texts, span_words
from sidumba_field.services.steps.views import (
    Beside,
    CompareLine,
    CompareView,
    DifferView,
    Glance,
    LookView,
    Moved,
    MovedText,
    PilesView,
    SignOffView,
    TwinView,
)
from sidumba_field.services.subjects import BATCH, Subjects
from sidumba_field.services.views import BannerView, Changes, ChoiceView, Decided, MessageView, Refusal
from sidumba_field.services.walking import walk
from sidumba_field.store import LocalRecord
from sidumba_field.store import Mark as StoreMark
from sidumba_field.words import date_short, say, time_of_day


class StepsService:
    """Use cases of the selection screen and of what stands beside a record under review."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._subjects = Subjects(desk)
        self._painter = ReviewPainter(desk, self._subjects)
        self._selection = Selection(desk, self._subjects, self._painter)
        self._twins = Duplicates(desk)
        self._proposals = Proposals(desk, self._subjects)
        self._signoffs = SignOffs(desk, self._subjects, self._proposals)
        self._texts = Texts(desk)
        self._taking = Taking(desk, self._subjects)

    # ---- piles

    def piles(self, pile: str = "") -> PilesView:
        """Return what this person may move, pile by pile, and the rows of one of them."""
        return self._selection.view(pile)

    def has_piles(self) -> bool:
        return self._selection.has_piles()

    def look(self, rid: str) -> LookView:
        return self._selection.look(rid)

    def move(
        self, wanted: Sequence[Glance], command: str, remark: str = "", total: int = 0
    ) -> Moved | Refusal:
        """Take one step on several records; see ``Selection.move``."""
        return self._selection.move(wanted, command, remark, total)

    def told(self, command: str, done: Sequence[str], receiver: str = "") -> MovedText:
        """Return how a finished round is told, the ready text, and the paper that goes with it."""
        lang = self.desk.lang
        if receiver:
            self._selection.remember_receiver(receiver)
        if not done:
            return MovedText("")
        record = self._subjects.record(done[-1])
        program = self.desk.program(record.program)
        past = program.command(command).past(lang)
        if len(done) == 1:
            title = record.fields.get(program.title_path) or say("services.untitled", lang)
            sentence = f"{title} {past}."
        else:
            sentence = say("steps.moved", lang, count=len(done), past=past)
        return MovedText(sentence, self._texts.after(record), program.receipt if receiver else "")

    def withdraw(self, undo: Sequence[str]) -> Changes | None:
        """Take a round back, the last first; None when nothing of it was here any more."""
        taken = [self._taking.withdraw(token) for token in reversed(undo)]
        found = [changes for changes in taken if changes is not None]
        if not found:
            return None
        whole = found[0]
        for changes in found[1:]:
            whole = whole | changes
        return whole

    def message(self, rid: str) -> MessageView | None:
        """Return the ready text after a record was moved, None when its state has none."""
        return self._texts.after(self._subjects.record(rid))

    # ---- beside a record under review

    def beside(self, rid: str) -> Beside:
        """Return twins, differing values, what follows its sign-off, its time here, and answers a step may carry."""
        record = self._subjects.record(rid)
        program = self.desk.program(record.program)
        clock, late = self._clock(program, record)
        rows = self._forward(program, record)
        coding = next((program.command(row.command).fields for row in rows), ())
        return Beside(
            rid=rid,
            twins=self._twins.of(record),
            differs=self._proposals.of(record),
            signoff=self._signoffs.of(record),
            clock_text=clock,
            late=late,
            coding=self._questions(program, record, coding),
            needs=tuple(self._needs(program, record, rows)),
        )

    def _forward(self, program: Program, record: LocalRecord) -> list[Transition]:
        rows = program.workflow.offered(record.subject, record.state, self._subjects.roles(record))
        return [row for row in rows if program.command(row.command).kind == "forward"]

    def _questions(self, program: Program, record: LocalRecord, paths: Sequence[str]) -> tuple[str, ...]:
        if record.subject != "record":
            return ()
        questions = program.form(record.form, record.form_v).questions
        return tuple(path for path in paths if path in questions and questions[path].kind != "calculate")

    def _needs(self, program: Program, record: LocalRecord, rows: Sequence[Transition]) -> list[BannerView]:
        """Return what the program itself still wants before the step, in its own words; a missing code leads there."""
        if record.subject != "record" or not rows:
            return []
        facts = program.facts(self._subjects.interview(record))
        needs = []
        for row in rows:
            fields = program.command(row.command).fields
            for word in row.guards:
                if word not in COMMON_GUARDS and word in facts and not facts[word]:
                    text = program.guard_sentence(word, self.desk.lang)
                    named = [path for path in fields if path in program.guards[word].xpath]
                    needs.append(BannerView("amber", "", text, named[0] if named else ""))
        return needs

    def _clock(self, program: Program, record: LocalRecord) -> tuple[str, bool]:
        """Return how long it has lain on this desk in office hours against the SOP, and whether that is over."""
        row = next((row for row in self._forward(program, record) if row.clock is not None), None)
        started = self._came_at(record)
        if row is None or row.clock is None or row.clock.unit == "jadwal" or started is None:
            return "", False
        now, lang = self.desk.clock.now(), self.desk.lang
        minutes = spent(started, now, program.calendar)
        until = due(started, row.clock, program.calendar)
        local = self.desk.local(until)
        when = f"{date_short(local.date(), lang)} {time_of_day(local, lang=lang)}"
        late = now > until
        word = "steps.clock.late" if late else "steps.clock.due"
        spent_text = span_words(minutes, lang)
        return say(word, lang, spent=spent_text, until=when), late

    def _came_at(self, record: LocalRecord) -> datetime | None:
        for entry in reversed(self._subjects.history(record)):
            if entry.kind is FeedKind.TRANSITION and (entry.payload or {}).get("to") == record.state:
                return parse_iso(entry.server_time)
        return None

    # ---- twins

    def twins(self, rid: str) -> tuple[TwinView, ...]:
        return self._twins.of(self._subjects.record(rid))

    def compare(self, rid: str, other: str) -> CompareView:
        """Return two records side by side, and the step that calls the first one a twin where it is offered."""
        left, right = self._subjects.record(rid), self._subjects.record(other)
        program = self.desk.program(left.program)
        twin = next((one for one in self._twins.of(left) if one.rid == other), None)
        lines = tuple(self._compare_lines(left, right))
        seat = self.desk.seat()
        seat.store.log("view", seat.user.user_id, rid=other)
        number = twin.number if twin is not None else other[-8:].upper()
        command = next(
            (c for c in self._subjects.offered(left) if self._marks_twin(program, c.command)), None
        )
        return CompareView(
            rid=rid,
            other=other,
            left_title=self._title(program, left),
            right_title=self._title(program, right),
            left_note=self._note(program, left),
            right_note=self._note(program, right),
            why=twin.why if twin is not None else "",
            lines=lines,
            same=sum(line.same for line in lines),
            command=command.command if command is not None else "",
            command_label=command.label if command is not None else "",
            remark=say("steps.twin.remark", self.desk.lang, number=number),
        )

    def _marks_twin(self, program: Program, command: str) -> bool:
        """Tell whether a step ends a record because another is the same: it removes, and has ready words for it."""
        spec = program.command(command)
        rows = [row for row in program.workflow.transitions if row.command == command]
        return (
            spec.kind == "remove" and command in program.twin_steps and any(r.remark_required for r in rows)
        )

    def _title(self, program: Program, record: LocalRecord) -> str:
        return record.fields.get(program.title_path) or say("services.untitled", self.desk.lang)

    def _note(self, program: Program, record: LocalRecord) -> str:
        _, place = self._painter.names(program, record.subject, record.fields, record.vid)
        state = program.state(record.state).label(self.desk.lang)
        number = record.fields.get(program.number_path, "") or record.rid[-8:].upper()
        return " · ".join(part for part in (number, place, record.period, state) if part)

    def _compare_lines(self, left: LocalRecord, right: LocalRecord) -> list[CompareLine]:
        ours = {line.path: line for line in self._painter.lines(left)}
        theirs = {line.path: line for line in self._painter.lines(right)}
        found = []
        for path in dict.fromkeys([*ours, *theirs]):
            a, b = ours.get(path), theirs.get(path)
            first, second = (a.current if a else ""), (b.current if b else "")
            label = (a or b).label  # type: ignore[union-attr]  # one of them has the path
            if first or second:
                found.append(CompareLine(path, label, first, second, first == second))
        return found

    # ---- differing values

    def differs(self, rid: str) -> tuple[DifferView, ...]:
        """Return what nobody has decided yet on a record."""
        return self._proposals.of(self._subjects.record(rid))

    def all_differs(self, limit: int = 50) -> tuple[DifferView, ...]:
        """Return the undecided values of every record this person may see."""
        store = self.desk.seat().store
        found: list[DifferView] = []
        for program in self.desk.my_programs():
            vids = self.desk.my_vids(program.id)
            for row in store.records.find(program.id, mark=StoreMark.DIFFERING, limit=limit, vids=vids):
                found.extend(self._proposals.of(self._subjects.record(row.rid)))
        return tuple(found[:limit])

    def settle(self, rid: str, op: str, take: bool) -> Decided | Refusal:
        """Keep what the record says, or take the proposed values; both stay in the history."""
        return self._proposals.settle(rid, op, take)

    # ---- coding

    def choices(self, rid: str, path: str, typed: str) -> tuple[ChoiceView, ...]:
        """Return what a question offers for what was typed so far, to whoever may answer it with his step."""
        iv = self._subjects.interview(self._subjects.record(rid))
        return tuple(ChoiceView(one.value, one.label) for one in iv.choices(path, typed, limit=50))

    # ---- sign-off

    def upload(self, rid: str, paper: str, file: Path, signer: str, day: str) -> Decided | Refusal:
        """Take a signed paper in; see ``SignOffs.upload``."""
        return self._signoffs.upload(rid, paper, file, signer, day)

    def signed(self) -> tuple[SignOffView, ...]:
        """Return the batches signed off that this person may still take back or whose paper is missing."""
        found = []
        for program in self.desk.my_programs():
            for row in walk(self.desk, program, BATCH, program.workflow.states(BATCH), ()):
                view = self._signoffs.of(self._subjects.record(row.rid))
                if view is not None and (view.left_seconds or any(not p.file for p in view.papers)):
                    found.append(view)
        return tuple(found)
