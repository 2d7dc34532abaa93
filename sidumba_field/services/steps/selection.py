"""Moving many records in a few keys: piles by state, a quick look, one step on the record in hand or on all chosen.

The table of the SOP says which piles a role has and which steps stand in them; the program says which of them have the
first digit keys. Serves the hand-over of a petugas, the sorting of an admin desa, and submitting and approving in one
go; a step that vouches for content is only taken on what was looked at.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.records import NOTHING, FeedKind
from sidumba_field.core.workflow import Transition
from sidumba_field.programs import Program
from sidumba_field.services.desk import Desk
from sidumba_field.services.review.duplicates import Duplicates
from sidumba_field.services.review.painter import ReviewPainter
from sidumba_field.services.review.taking import Taking
from sidumba_field.services.steps.views import Glance, KeyedStep, LookView, Moved, Pile, PileRow, PilesView
from sidumba_field.services.subjects import EDIT, REMOVE, UNDO_SECONDS, Seen, Subjects
from sidumba_field.services.views import Changes, Mark, Refusal
from sidumba_field.services.walking import oldest, scopes_where
from sidumba_field.store import LocalRecord, RecordRow
from sidumba_field.words import explain_error, say

#: Rows of a pile that are shown at once; what follows comes when these are moved.
ROWS = 200
#: Rows whose twins are asked for when a pile is opened; the quick look asks for every other.
HINTED = 30
#: Meta key: names given at hand-overs, the last first.
RECEIVERS = "receivers"
MOST_RECEIVERS = 9
#: Seconds of undo a round over many records gets on top, per record, because the first waits for the last.
PER_RECORD = 0.2


class Selection:
    """Helper of ``StepsService``; holds no state of its own."""

    def __init__(self, desk: Desk, subjects: Subjects, painter: ReviewPainter) -> None:
        self.desk = desk
        self._subjects = subjects
        self._painter = painter
        self._taking = Taking(desk, subjects)
        self._twins = Duplicates(desk)

    # ---- piles

    def view(self, pile: str = "") -> PilesView:
        """Return the piles of this person and the rows of one: the named, else the first with digit keys that is not
        empty, else the first that is not empty."""
        found: list[tuple[Program, Pile, tuple[RecordRow, ...]]] = []
        for program in self.desk.my_programs():
            for state in self._states(program):
                found.append((program, *self._pile(program, state)))
        names = {one.key for _, one, _ in found}
        chosen = pile if pile in names else _first(found)
        rows: tuple[PileRow, ...] = ()
        for program, one, listed in found:
            if one.key == chosen:
                rows = tuple(self._row(program, row, at < HINTED) for at, row in enumerate(listed))
        return PilesView(
            title=self._title(),
            piles=tuple(one for _, one, _ in found),
            pile=chosen,
            rows=rows,
            done=0,
            receivers=self.receivers(),
            has_message=any(chosen in program.messages for program, _, _ in found),
        )

    def has_piles(self) -> bool:
        """Tell whether this person moves records at all (a head of office moves batches, an operator periods)."""
        return any(self._states(program) for program in self.desk.my_programs())

    def _title(self) -> str:
        programs = self.desk.my_programs()
        grants = self.desk.grants()
        return programs[0].queue_title(grants[0].role, self.desk.lang) if programs and grants else ""

    def _states(self, program: Program) -> tuple[str, ...]:
        roles = {grant.role for grant in self.desk.grants() if grant.program == program.id}
        rows = [row for row in program.workflow.transitions if row.role in roles and self._moves(row)]
        return tuple(dict.fromkeys(row.state for row in rows))

    def _moves(self, row: Transition) -> bool:
        return row.subject == "record" and row.state != NOTHING and row.command not in (EDIT, REMOVE)

    def _pile(self, program: Program, state: str) -> tuple[Pile, tuple[RecordRow, ...]]:
        anyones = scopes_where(self.desk, program, lambda unit: self._judges(program, state, unit) is True)
        own = scopes_where(self.desk, program, lambda unit: self._judges(program, state, unit) is False)
        groups = ((state, False, anyones), (state, True, own))
        listed, count = oldest(self.desk, program, "record", groups, ROWS)
        spec = program.state(state)
        steps = self._steps(program, state)
        return (
            Pile(state, spec.label(self.desk.lang), spec.posisi, count, steps),
            tuple(listed),
        )

    def _judges(self, program: Program, state: str, unit: str) -> bool | None:
        """Tell whether records of ``unit`` are this person's to move: anybody's, only his own (False), none (None)."""
        roles = self.desk.roles(program.id, unit)
        rows = [r for r in program.workflow.offered("record", state, roles) if self._moves(r)]
        return any("own" not in row.guards for row in rows) if rows else None

    def _steps(self, program: Program, state: str) -> tuple[KeyedStep, ...]:
        roles = {grant.role for grant in self.desk.grants() if grant.program == program.id}
        rows = [r for r in program.workflow.offered("record", state, roles) if self._moves(r)]
        first = {name: number for number, name in enumerate(program.selection)}
        order = {"forward": 0, "return": 1, "plain": 2, "remove": 3}
        rows.sort(key=lambda r: (first.get(r.command, len(first)), order[program.command(r.command).kind]))
        lang = self.desk.lang
        steps: dict[str, KeyedStep] = {}
        for row in rows:
            spec = program.command(row.command)
            label = spec.key_label(lang) if row.command in first else spec.label(lang)
            templates = spec.templates(lang) or program.remark_templates(lang)
            receiver = self._hands_over(program, row)
            key = str(len(steps) + 1)
            step = KeyedStep(row.command, label, spec.kind, row.remark_required, key, templates[:9], receiver)
            steps.setdefault(row.command, step)
        return tuple(steps.values())

    def _hands_over(self, program: Program, row: Transition) -> bool:
        """Tell whether this step passes papers from hand to hand: one's own draft goes to somebody who judges."""
        forward = program.command(row.command).kind == "forward"
        leaves = program.state(row.to).posisi != program.state(row.state).posisi
        return forward and leaves and "own" in row.guards and not program.reviews(row.role)

    def _row(self, program: Program, row: RecordRow, hinted: bool) -> PileRow:
        lang = self.desk.lang
        _, place = self._painter.names(program, "record", row.fields, row.vid)
        owner = row.fields.get(program.subtitle_path, "")
        number = row.fields.get(program.number_path, "")
        return PileRow(
            rid=row.rid,
            title=row.fields.get(program.title_path) or say("services.untitled", lang),
            subtitle=" · ".join(part for part in (owner, program.visit_place(row.fields) or place) if part),
            note=number,
            age_text=self._painter.age(row.changed_at),
            twins=self._twins.count(program, row.rid, row.fields) if hinted else 0,
            remarks=row.remarks,
            mark=Mark(row.mark),
        )

    # ---- one record at a glance

    def look(self, rid: str) -> LookView:
        """Return one record as a whole on one page; the look is logged like every other."""
        record = self._subjects.record(rid)
        seat = self.desk.seat()
        seat.store.log("view", seat.user.user_id, rid=rid)
        view = self._painter.view(record)
        program = self.desk.program(record.program)
        return LookView(
            rid=rid,
            title=view.title,
            subtitle=self._came_from(record) or view.subtitle,
            number=record.fields.get(program.number_path, ""),
            rev=view.rev,
            sha=view.sha,
            lines=view.all_lines,
            banners=view.banners,
            twins=self._twins.of(record),
            photos=view.photos,
        )

    def _came_from(self, record: LocalRecord) -> str:
        """Return who handed the papers to whom, "" while nobody has said so."""
        for entry in reversed(self._subjects.history(record)):
            payload = entry.payload or {}
            if entry.kind is FeedKind.TRANSITION:
                name, remark = str(payload.get("by_name", "")), str(payload.get("remark", ""))
                if not remark or payload.get("remarks"):
                    return ""
                when = self._painter.when(entry.server_time)
                return say("steps.handed", self.desk.lang, name=name, receiver=remark, when=when)
        return ""

    # ---- moving

    def move(
        self, wanted: Sequence[Glance], command: str, remark: str = "", total: int = 0
    ) -> Moved | Refusal:
        """Take one step on several records, each judged by itself; refused whole only when the lease is over.

        ``total``: how many the whole round has, when it is handed in piece by piece: all of them stay here until the
        undo time of the last is over.
        """
        late = self._subjects.lease_refusal()
        if late is not None and not self._own_only(command):
            return late
        wait = UNDO_SECONDS + int(max(total, len(wanted)) * PER_RECORD)
        done: list[str] = []
        undo: list[str] = []
        refused: list[tuple[str, str, str]] = []
        for glance in wanted:
            title, result = self._one(glance, command, remark, wait)
            if isinstance(result, str):
                refused.append((glance.rid, title, result))
            else:
                done.append(glance.rid)
                undo.append(result[0])
        changes = Changes(records=frozenset(done), lists=bool(done), counts=bool(done))
        return Moved(tuple(done), tuple(undo), UNDO_SECONDS, tuple(refused), changes)

    def _own_only(self, command: str) -> bool:
        """Tell whether a step only hands on one's own work: that is sending, and goes on without a lease."""
        rows = [
            row
            for program in self.desk.my_programs()
            for row in program.workflow.transitions
            if row.command == command and row.role in {grant.role for grant in self.desk.grants()}
        ]
        return bool(rows) and all("own" in row.guards for row in rows)

    def _one(self, glance: Glance, command: str, remark: str, wait: int) -> tuple[str, str | tuple[str]]:
        """Return (title, why not) or (title, (undo token,))."""
        title = ""
        try:
            record = self._subjects.record(glance.rid)
            program = self.desk.program(record.program)
            title = record.fields.get(program.title_path) or say("services.untitled", self.desk.lang)
            if not glance.rev and self._vouches(program, record, command):
                return title, say("steps.not_looked_at", self.desk.lang)
            seen = Seen(glance.rev, glance.sha) if glance.rev else self._now(record)
            result = self._taking.take(record, command, seen, remark, wait=wait)
        except SidumbaError as error:
            return title, explain_error(error, self.desk.lang).sentence
        if isinstance(result, Refusal):
            return title, result.sentence
        return title, (result.undo,)

    def _vouches(self, program: Program, record: LocalRecord, command: str) -> bool:
        rows = program.workflow.rows(record.subject, record.state, command)
        return any("exact_content" in row.guards for row in rows)

    def _now(self, record: LocalRecord) -> Seen:
        return Seen(self._subjects.rev(record), record.as_record().content_sha256)

    # ---- receivers

    def receivers(self) -> tuple[str, ...]:
        """Return the names papers were handed to from this laptop, the last first."""
        raw = json.loads(self.desk.seat().store.meta.get(RECEIVERS) or "[]")
        return tuple(str(name) for name in raw)

    def remember_receiver(self, name: str) -> None:
        """Keep a receiver's name for the next hand-over."""
        clean = " ".join(name.split())
        kept = [clean, *(one for one in self.receivers() if one != clean)][:MOST_RECEIVERS]
        if clean:
            self.desk.seat().store.meta.set(RECEIVERS, json.dumps(kept, ensure_ascii=False))


def _first(found: Sequence[tuple[Program, Pile, tuple[RecordRow, ...]]]) -> str:
    filled = [(program, pile) for program, pile, _ in found if pile.count]
    keyed = [
        pile
        for program, pile in filled
        if {step.command for step in pile.steps} & set(program.selection) and len(pile.steps) > 1
    ]
    chosen = keyed or [pile for _, pile in filled] or [pile for _, pile, _ in found]
    return chosen[0].key if chosen else ""
