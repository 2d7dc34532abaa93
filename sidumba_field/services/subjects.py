"""What entry and review have in common: a record as the workflow sees it, the steps offered, and taking one.

A step is judged here with the very code the server uses; what passes is signed with the person's own key,
written to the outbox in one durable transaction, and leaves the laptop only when its undo time is over.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.ids import new_id
from sidumba_field.core.records import NOTHING, FeedEntry, Op, OpKind, Record
from sidumba_field.core.time import iso
from sidumba_field.core.withheld import is_specific, open_fields, open_payload, open_record
from sidumba_field.core.workflow import Request, Situation, Transition
from sidumba_field.core.workflow.content import DECIDED_AT
from sidumba_field.core.workflow.guards import remark_is_answered
from sidumba_field.core.xforms import Interview, Severity, template_path
from sidumba_field.programs import Program
from sidumba_field.services.desk import Desk
from sidumba_field.services.views import Changes, CommandView, Decided, Refusal
from sidumba_field.store import LocalRecord, Proposal, RecordRow
from sidumba_field.words import explain, say

UNDO_SECONDS = 10
#: The command that withdraws a draft for good travels as its own kind of op (spec/sync.md "tombstones only").
REMOVE = "hapus"
#: The command under which answers are changed; it travels as an edit, never as a step.
EDIT = "ubah"
#: Many records moved together; its content names them.
BATCH = "batch"


@dataclass(frozen=True, slots=True)
class Seen:
    """What the person had before his eyes when he decided (guard exact_content)."""

    rev: int
    sha: str


class Subjects:
    """Shared helper of the services; holds no state of its own."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def record(self, rid: str) -> LocalRecord:
        """Return a record of this laptop; raise ``store.unknown_record``, or ``workflow.outside_area``
        without a role.
        """
        found = self.desk.seat().store.records.get(rid)
        if found is None:
            raise SidumbaError("store.unknown_record")
        return self.seen(found)

    def seen(self, found: LocalRecord) -> LocalRecord:
        """Return a record as the seated person may see it: without what is kept from him; raise
        ``workflow.outside_area`` without a role. Names of files in it may be opened from then on.
        """
        if not self.roles(found):
            raise SidumbaError("workflow.outside_area")
        left = without_specific(found, self.withheld(found))
        self.desk.seat().show_files(left.fields.values(), left)
        return left

    def withheld(self, record: LocalRecord) -> frozenset[str]:
        """Return the questions of a record whose answers are kept from the seated person."""
        return self.desk.withheld(record.program, self.desk.scope(record.vid).unit)

    def history(self, record: LocalRecord) -> list[FeedEntry]:
        """Return every entry of a record that is here, in order, without what is kept from the seated person."""
        withheld = self.withheld(record)
        return [
            entry if entry.payload is None else replace(entry, payload=open_payload(entry.payload, withheld))
            for entry in self.desk.seat().store.records.history(record.rid)
        ]

    def proposals(self, record: LocalRecord) -> list[Proposal]:
        """Return all proposals of a record, settled ones included, without what is kept from the seated person."""
        withheld = self.withheld(record)
        return [
            replace(one, set=open_fields(one.set, withheld), was=open_fields(one.was, withheld))
            for one in self.desk.seat().store.records.proposals(record.rid)
        ]

    def at_rev(self, record: LocalRecord, rev: int) -> dict[str, str] | None:
        """Return the server's fields at a revision, None when they are not here; what is kept from him is left out."""
        found = self.desk.seat().store.records.at_rev(record.rid, rev)
        return None if found is None else open_fields(found, self.withheld(record))

    def roles(self, record: LocalRecord) -> tuple[str, ...]:
        return self.desk.roles(record.program, self.desk.scope(record.vid).unit)

    def interview(self, record: LocalRecord, fields: Mapping[str, str] | None = None) -> Interview:
        """Return the running form of a record, on the form version the record was begun with."""
        program = self.desk.program(record.program)
        given = record.fields if fields is None else fields
        definition = program.form(record.form, record.form_v)
        return Interview(
            definition,
            given,
            lookups=program.lookups,
            clock=self.desk.clock,
            session=self._session_words(record),
            zone=self.desk.tz,
            new=record.rev == 0 and not given,
            withheld=self.withheld(record),
        )

    def _session_words(self, record: LocalRecord) -> dict[str, str]:
        """Return what ``sf:suggest`` may ask about the person: his name and the unit he begins records in."""
        user = self.desk.seat().user
        unit = self.desk.scope(record.vid).unit
        return {"user": user.name, "username": user.username, "unit": unit}

    # ---- steps
    # ---------------------------------------------------------------------------------------------------

    def offered(self, record: LocalRecord) -> tuple[CommandView, ...]:
        """Return the steps the person's roles could take in this state, forward first; guards come when he
        takes one.
        """
        program = self.desk.program(record.program)
        rows = program.workflow.offered(record.subject, record.state, self.roles(record))
        rows = tuple(row for row in rows if row.command != EDIT and self._owned(row, record))
        views = {row.command: self._command(program, row) for row in rows}
        order = {"forward": 0, "return": 1, "plain": 2, "remove": 3}
        return tuple(sorted(views.values(), key=lambda view: order[view.kind]))

    def judged_states(
        self, program: Program, subject: str = "record", unit: str | None = None
    ) -> tuple[str, ...]:
        """Return the states in which the person has to move others' work forward: in ``unit``, or in any of
        his.
        """
        roles: set[str] = (
            {grant.role for grant in self.desk.grants() if grant.program == program.id}
            if unit is None
            else set(self.desk.roles(program.id, unit))
        )
        rows = [row for row in program.workflow.transitions if row.subject == subject and row.role in roles]
        # What came back to be corrected by this very role is a task of his (Beranda), not something to judge.
        repairs = {
            r.state for r in rows if r.command == EDIT and program.state(r.state).posisi == "dikembalikan"
        }
        return tuple(
            dict.fromkeys(
                row.state
                for row in rows
                if "own" not in row.guards
                and row.state not in (NOTHING, *repairs)
                and program.command(row.command).kind == "forward"
            )
        )

    def _owned(self, row: Transition, record: LocalRecord) -> bool:
        return "own" not in row.guards or record.owner == self.desk.seat().user.user_id

    def _command(self, program: Program, row: Transition) -> CommandView:
        spec = program.command(row.command)
        return CommandView(
            row.command, spec.label(self.desk.lang), spec.kind, row.remark_required, row.sop_step
        )

    def editable(self, record: LocalRecord) -> bool:
        """Tell whether the person may change answers now (a row ``ubah`` or, for a new record, ``buat``)."""
        roles = self.roles(record)
        return self._edits(self.desk.program(record.program), record, roles)

    def may_edit(self, program: Program, row: RecordRow) -> bool:
        """Tell the same of a line of a list, without reading the record."""
        return self._edits(program, row, self.desk.roles(program.id, row.unit))

    def _edits(self, program: Program, subject: LocalRecord | RecordRow, roles: tuple[str, ...]) -> bool:
        user = self.desk.seat().user.user_id
        if self._has_gaps(program, subject):
            return False
        rows = program.workflow.rows(subject.subject, subject.state, EDIT)
        return any(row.role in roles and ("own" not in row.guards or subject.owner == user) for row in rows)

    def _has_gaps(self, program: Program, subject: LocalRecord | RecordRow) -> bool:
        """Tell whether answers are kept from this person, or have not come to this laptop yet: who cannot see them must
        not work out anything from what is left, and so clear them.
        """
        if self.desk.seat().store.scopes.has_gaps(subject.vid):
            return True
        return bool(self.desk.withheld(program.id, self.desk.scope(subject.vid).unit))

    def situation(self, record: LocalRecord, iv: Interview | None, seen: Seen | None) -> Situation:
        """Return everything the guards may look at, as far as this laptop knows it; the server judges again."""
        seat = self.desk.seat()
        whole = self._with_authors(record)
        errors: tuple[str, ...] = ()
        unexplained: tuple[str, ...] = ()
        missing: tuple[str, ...] = ()
        facts: dict[str, bool] = {}
        if iv is not None:
            found = iv.violations()
            errors = tuple(v.path for v in found if v.severity is Severity.ERROR)
            soft = [v.path for v in found if v.severity is Severity.WARNING]
            unexplained = tuple(path for path in soft if not record.fields.get(f"@reason/{path}"))
            names = self.file_names(record)
            missing = tuple(sorted(names - seat.store.files.whole_on_server(names)))
            facts = self.desk.program(record.program).facts(iv)
        return Situation(
            record=whole,
            user=seat.user.user_id,
            now=self.desk.clock.now(),
            errors=errors,
            unexplained=unexplained,
            missing_files=missing,
            seen_rev=seen.rev if seen else 0,
            seen_sha=seen.sha if seen else "",
            decided_at=whole.fields.get(DECIDED_AT) or whole.changed_at,
            facts=facts,
        )

    def _with_authors(self, record: LocalRecord) -> Record:
        """Return the record; the authors of a batch are those of its members (docs/spec/sync.md "Review" 8)."""
        whole = record.as_record()
        listed = json.loads(record.fields.get("members", "[]")) if record.subject == BATCH else ()
        authors = set(whole.authors)
        for member in listed:
            found = self.desk.seat().store.records.get(str(member["rid"]))
            authors |= found.authors if found is not None else set()
        return replace(whole, authors=frozenset(authors), rev=self.rev(record))

    def rev(self, record: LocalRecord) -> int:
        """Return the revision the record will have when this laptop's own work on it has arrived: what a decision
        taken after that work names."""
        return record.rev + record.pending

    def file_names(self, record: LocalRecord) -> set[str]:
        """Return the attachment names ("<sha256>.<ext>") the record's answers refer to."""
        program = self.desk.program(record.program)
        if record.subject != "record":
            return set()
        questions = program.form(record.form, record.form_v).questions
        binary = {path for path, question in questions.items() if question.kind == "binary"}
        return {value for path, value in record.fields.items() if value and template_path(path) in binary}

    def judge(
        self,
        record: LocalRecord,
        situation: Situation,
        command: str,
        remark: str = "",
        remarks: Mapping[str, str] | None = None,
    ) -> Transition | Refusal:
        """Judge one step; a refusal carries its sentence and the fields to go to first."""
        program = self.desk.program(record.program)
        request = Request(record.subject, record.state, command, self.roles(record), remark, remarks)
        verdict = program.workflow.judge(request, situation)
        if verdict.transition is not None:
            return verdict.transition
        params = dict(verdict.params or {})
        return self.refusal(program, verdict.code, params, situation)

    def lease_refusal(self) -> Refusal | None:
        """Return why nothing is decided now: the days without a sign-in are used up; None while they last."""
        if not self.desk.lease_over:
            return None
        code = "auth.lease_expired"
        return Refusal(code, explain(code, self.desk.lang).text(), (), code)

    def refusal(
        self, program: Program, code: str, params: dict[str, object], situation: Situation
    ) -> Refusal:
        guard = str(params.get("guard", ""))
        paths: tuple[str, ...] = ()
        if guard == "no_violations":
            paths = situation.errors
        elif guard == "warnings_explained":
            paths = situation.unexplained
        elif guard == "remarks_answered" and situation.record is not None:
            record = situation.record
            paths = tuple(r.path for r in record.remarks if not remark_is_answered(r, record))
        if guard:
            count = len(situation.missing_files if guard == "attachments_complete" else paths)
            sentence = self.guard_sentence(program, guard, count)
            # A remark on the whole record is counted, but there is no field to go to.
            paths = tuple(path for path in paths if path)
        else:
            sentence = explain(code, self.desk.lang, **params).text()
        details = ", ".join([code, *(f"{key}={value}" for key, value in sorted(params.items()))])
        return Refusal(code, sentence, paths, details)

    def guard_sentence(self, program: Program, guard: str, count: int) -> str:
        """Return why a guard does not hold: the program's own words first, then the catalogue's."""
        own = program.guard_sentence(guard, self.desk.lang)
        return own or say(f"services.guard.{guard}", self.desk.lang, count=count)

    def take(
        self,
        record: LocalRecord,
        row: Transition,
        seen: Seen,
        remark: str = "",
        remarks: Mapping[str, str] | None = None,
        assignee: str = "",
        undo: bool = True,
        members: tuple[Mapping[str, object], ...] = (),
        given: Mapping[str, str | None] | None = None,
        wait: int = UNDO_SECONDS,
    ) -> Decided:
        """Sign a judged step and queue it; ``undo``: it waits ``wait`` seconds before it may leave the laptop.

        ``given``: answers the step brings with it, where the program allows it.
        """
        seat = self.desk.seat()
        now = self.desk.clock.now()
        op = Op(
            op=new_id(self.desk.clock),
            vid=record.vid,
            rid=record.rid,
            kind=OpKind.TOMBSTONE if row.command == REMOVE else OpKind.TRANSITION,
            program=record.program,
            subject=record.subject,
            form=record.form,
            form_v=record.form_v,
            by=seat.user.user_id,
            at=iso(now),
            command=row.command,
            expect_state=record.state,
            expect_rev=seen.rev,
            content_sha256=seen.sha,
            remark=remark.strip(),
            remarks={path: text.strip() for path, text in (remarks or {}).items() if text.strip()},
            assignee=assignee,
            members=members,
            set=dict(given or {}),
            was={path: record.fields.get(path) for path in given or {}},
        )
        op = op.with_(sig=seat.key.sign(op.decision_bytes()))
        until = iso(now + timedelta(seconds=wait)) if undo else ""
        seat.store.records.queue(op, row.to, not_before=until)
        self.desk.saved_at = now
        program = self.desk.program(record.program)
        past = program.command(row.command).past(self.desk.lang)
        name = record.fields.get(program.title_path, "")
        label = f"{name} {past}." if name else f"{past[:1].upper()}{past[1:]}."
        changes = Changes(records=frozenset({record.rid}), lists=True, counts=True)
        tells = record.subject == "record" and row.to != record.state and row.to in program.messages
        return Decided(record.rid, label, op.op if undo else "", wait if undo else 0, changes, tells)


def without_specific(record: LocalRecord, withheld: frozenset[str]) -> LocalRecord:
    """Return a record without the answers of ``withheld`` questions; the same one when there are none."""
    if not withheld:
        return record
    whole = open_record(record.as_record(), withheld)
    return replace(
        record,
        base=None if record.base is None else open_record(record.base, withheld),
        fields=whole.fields,
        field_revs=whole.field_revs,
        remarks=whole.remarks,
        draft={path: value for path, value in record.draft.items() if not is_specific(path, withheld)},
    )
