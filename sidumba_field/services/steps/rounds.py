"""Periods of collection: opened, closed, backed up, presented by those whose steps these are (SOP steps 1, 10 and 11).

What keeps a period from being closed is listed, and named in the decision when it is closed all the same. Whether a
backup was proven is the server's knowledge; its proof stands on the period once the server has noted it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from sidumba_field.core.ids import derived_id, new_id
from sidumba_field.core.records import NOTHING, Record
from sidumba_field.core.time import iso
from sidumba_field.core.workflow import Transition
from sidumba_field.core.workflow.roles import is_under
from sidumba_field.programs import Program
from sidumba_field.services.desk import Desk
from sidumba_field.services.review.batches import not_begun
from sidumba_field.services.review.painter import ReviewPainter
from sidumba_field.services.review.taking import Taking
from sidumba_field.services.steps.views import PeriodStep, PeriodsView, PeriodView
from sidumba_field.services.subjects import BATCH, Seen, Subjects
from sidumba_field.services.views import Changes, Decided, Refusal
from sidumba_field.services.walking import walk
from sidumba_field.store import LocalRecord, RecordRow
from sidumba_field.words import number, say

PERIOD = "period"
LABEL = "label"
#: The guard that wants everything signed, or named as left out.
LISTS = "all_batches_signed_or_listed"
#: The guard only the server can answer.
PROVEN = "restore_proven"
#: What the server keeps of a proven backup on the period it holds: field, and the word for it.
PROOF = (
    ("backup_proven_at", "proof_at"),
    ("backup_file", "proof_file"),
    ("backup_sha256", "proof_sha256"),
    ("backup_records", "proof_records"),
    ("backup_scopes", "proof_feeds"),
)
LETTERS = 40


class PeriodService:
    """Use cases of the screen "Periode"."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._subjects = Subjects(desk)
        self._painter = ReviewPainter(desk, self._subjects)
        self._taking = Taking(desk, self._subjects)

    # ---- the picture

    def view(self) -> PeriodsView:
        """Return every period this laptop knows, the newest first, and whether this person may begin one."""
        rows: list[PeriodView] = []
        labels: set[str] = set()
        for program in self.desk.my_programs():
            for row in self._rows(program):
                record = self._subjects.record(row.rid)
                rows.append(self._view(program, record))
                labels.add(record.fields.get(LABEL, ""))
        opening = self._opening()
        word = opening[0].command(opening[1].command).label(self.desk.lang) if opening else ""
        return PeriodsView(tuple(rows), opening is not None, self._next(labels), word)

    def mine(self) -> bool:
        """Tell whether any step of a period belongs to this person."""
        held = {(grant.program, grant.role) for grant in self.desk.grants()}
        return any(
            (program.id, row.role) in held
            for program in self.desk.my_programs()
            for row in program.workflow.transitions
            if row.subject == PERIOD
        )

    def _rows(self, program: Program) -> Iterable[RecordRow]:
        states = [state for state in program.workflow.states(PERIOD) if state != NOTHING]
        return walk(self.desk, program, PERIOD, states)

    def _opening(self) -> tuple[Program, Transition, str] | None:
        """Return the step that begins a period and the unit it is begun in, None when nobody here may."""
        for program in self.desk.my_programs():
            for row in program.workflow.transitions:
                if (row.subject, row.state) == (PERIOD, NOTHING):
                    for grant in self.desk.grants():
                        if (grant.program, grant.role) == (program.id, row.role):
                            return program, row, grant.unit
        return None

    def _next(self, known: set[str]) -> str:
        years = [int(label) for label in known if label.isdecimal()]
        return str(max(years) + 1) if years else str(self.desk.local(self.desk.clock.now()).year)

    def _view(self, program: Program, record: LocalRecord) -> PeriodView:
        lang = self.desk.lang
        title, _ = self._painter.names(program, PERIOD, record.fields, record.vid)
        open_items = self._open_items(program, record) if self._closes(program, record) else []
        history = self._subjects.history(record)
        return PeriodView(
            rid=record.rid,
            title=title,
            posisi=program.state(record.state).posisi,
            state_label=program.state(record.state).label(lang),
            since_text=say("steps.period.since", lang, when=self._painter.when(record.changed_at)),
            clock_text=self._clock(program, record),
            facts=tuple(self._facts(program, record)),
            open_items=tuple((title_, label) for _, title_, label in open_items),
            steps=tuple(self._steps(program, record)),
            listing=bool(open_items),
            history=tuple(self._painter.history(program, history)),
        )

    def _steps(self, program: Program, record: LocalRecord) -> Iterable[PeriodStep]:
        lang = self.desk.lang
        for view in self._subjects.offered(record):
            rows = program.workflow.rows(PERIOD, record.state, view.command)
            unseen = any(PROVEN in row.guards for row in rows)
            yield PeriodStep(
                view.command, view.label, say("steps.period.proof_unseen", lang) if unseen else ""
            )

    def _clock(self, program: Program, record: LocalRecord) -> str:
        rows = program.workflow.offered(PERIOD, record.state, program.workflow.roles)
        row = next((row for row in rows if row.clock is not None and row.clock.minutes), None)
        if row is None or row.clock is None:
            return ""
        return say("steps.period.clock", self.desk.lang, step=row.sop_step, minutes=row.clock.minutes)

    def _facts(self, program: Program, record: LocalRecord) -> Iterable[tuple[str, str]]:
        lang = self.desk.lang
        label = record.fields.get(LABEL, "")
        per_state: dict[str, int] = {}
        for row in walk(self.desk, program, "record", program.workflow.record_states(), ()):
            if row.period == label:
                posisi = program.posisi_label(row.state, lang)
                per_state[posisi] = per_state.get(posisi, 0) + 1
        for name, count in per_state.items():
            yield name, number(count, lang=lang)
        for path, word in PROOF:
            value = record.fields.get(path, "")
            if value:
                shown = self._painter.when(value) if path.endswith("_at") else value[:32]
                yield say(f"steps.period.{word}", lang), shown

    # ---- what is open

    def _closes(self, program: Program, record: LocalRecord) -> bool:
        roles = self._subjects.roles(record)
        return any(LISTS in row.guards for row in program.workflow.offered(PERIOD, record.state, roles))

    def _open_items(self, program: Program, record: LocalRecord) -> list[tuple[LocalRecord, str, str]]:
        """Return what is not signed in this period: batches on their way, records gathered by nobody yet."""
        unit, label = self.desk.scope(record.vid).unit, record.fields.get(LABEL, "")
        lang = self.desk.lang
        found = []
        for subject, states in ((BATCH, self._unfinished(program)), ("record", self._gathered_from(program))):
            for row in walk(self.desk, program, subject, states):
                if row.period == label and is_under(row.unit, unit):
                    local = self._subjects.record(row.rid)
                    title, _ = self._painter.names(program, subject, local.fields, local.vid)
                    found.append((local, title, program.state(row.state).label(lang)))
        return found

    def _gathered_from(self, program: Program) -> list[str]:
        rows = program.workflow.transitions
        reached = {row.to for row in rows if row.subject == "record" and row.state != row.to}
        return sorted({row.state for row in rows if row.subject == BATCH and row.state in reached})

    def _unfinished(self, program: Program) -> list[str]:
        """Return the states of a batch something still leads out of, but for taking a sign-off back in its day; a
        batch that was sent back to be gathered anew is told by its records."""
        rows = [row for row in program.workflow.transitions if row.subject == BATCH]
        leaving = {row.state for row in rows if "within_24h" not in row.guards}
        return sorted(leaving)

    # ---- steps

    def open(self, label: str) -> Decided | Refusal:
        """Begin a period; its label is part of what is signed. Refused for an empty or known label."""
        lang = self.desk.lang
        clean = " ".join(label.split())
        opening = self._opening()
        if opening is None:
            return Refusal("workflow.wrong_role", say("steps.period.not_yours", lang))
        program, row, unit = opening
        if not clean or len(clean) > LETTERS:
            return Refusal("workflow.locked", say("steps.period.label", lang))
        known = {self._subjects.record(one.rid).fields.get(LABEL) for one in self._rows(program)}
        if clean in known:
            return Refusal("workflow.locked", say("steps.period.known", lang, label=clean))
        late = self._subjects.lease_refusal()
        if late is not None:
            return late
        record = self._unborn(program, unit, clean)
        situation = self._subjects.situation(not_begun(record), None, None)
        judged = self._subjects.judge(not_begun(record), situation, row.command)
        if isinstance(judged, Refusal):
            return judged
        begun = self.desk.seat().store.records.create(record)
        seen = Seen(0, record.content_sha256)
        return self._subjects.take(begun, judged, seen, given={LABEL: clean})

    def _unborn(self, program: Program, unit: str, label: str) -> Record:
        now = iso(self.desk.clock.now())
        return Record(
            rid=new_id(self.desk.clock),
            vid=derived_id("scope", program.id, unit),
            program=program.id,
            subject=PERIOD,
            form="",
            form_v="",
            state=NOTHING,
            rev=0,
            fields={LABEL: label},
            field_revs={},
            owner=self.desk.seat().user.user_id,
            period=label,
            created_at=now,
            changed_at=now,
        )

    def step(self, rid: str, command: str, listing: bool = False) -> Decided | Refusal:
        """Take a step on a period. ``listing``: what is not signed is named in the decision and stays as it is."""
        record = self._subjects.record(rid)
        late = self._subjects.lease_refusal()
        if late is not None:
            return late
        program = self.desk.program(record.program)
        open_items = self._open_items(program, record) if self._closes(program, record) else []
        members = tuple(_member(one) for one, _, _ in open_items) if listing else ()
        seen = Seen(self._subjects.rev(record), record.as_record().content_sha256)
        situation = self._subjects.situation(record, None, seen)
        # The proof of a backup is the server's to know; it judges again.
        facts = {**situation.facts, LISTS: listing or not open_items, PROVEN: True}
        judged = self._subjects.judge(record, replace(situation, facts=facts), command)
        if isinstance(judged, Refusal):
            return judged
        return self._subjects.take(record, judged, seen, members=members)

    def withdraw(self, undo: str) -> Changes | None:
        """Take one's own step back while it is on this laptop."""
        return self._taking.withdraw(undo)


def _member(record: LocalRecord) -> Mapping[str, object]:
    whole = record.base or record.as_record()
    return {"rid": whole.rid, "vid": whole.vid, "rev": whole.rev, "sha": whole.content_sha256}
