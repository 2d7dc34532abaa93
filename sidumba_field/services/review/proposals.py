"""Values that were not applied: edits that came when the record was out of hand, and clashes of two people.

Who has the record on his desk decides, value by value kept or taken; both versions stay in the history. A settlement
is an edit that says so (``@settled/<op>``); it waits its undo time like a decision.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

from sidumba_field.core.ids import new_id
from sidumba_field.core.records import SETTLED, Op, OpKind
from sidumba_field.core.time import iso, parse_iso
from sidumba_field.core.workflow.proposals import KEPT, TAKEN, at_desk
from sidumba_field.core.xforms import Interview, template_path
from sidumba_field.programs import Program
from sidumba_field.services.desk import Desk
from sidumba_field.services.shown import shown_value
from sidumba_field.services.steps.views import DifferLine, DifferView
from sidumba_field.services.subjects import UNDO_SECONDS, Subjects
from sidumba_field.services.views import Changes, Decided, Refusal
from sidumba_field.store import LocalRecord, Proposal
from sidumba_field.words import date_short, explain, say, time_of_day


class Proposals:
    """Helper of ``StepsService``; holds no state of its own."""

    def __init__(self, desk: Desk, subjects: Subjects) -> None:
        self.desk = desk
        self._subjects = subjects

    # ---- showing

    def of(self, record: LocalRecord) -> tuple[DifferView, ...]:
        """Return what nobody has decided yet on this record, the oldest first."""
        if record.subject != "record":
            return ()
        found = self._subjects.proposals(record)
        return tuple(self._view(record, proposal) for proposal in found if proposal.open)

    def _view(self, record: LocalRecord, proposal: Proposal) -> DifferView:
        lang = self.desk.lang
        program = self.desk.program(record.program)
        local = self.desk.local(parse_iso(proposal.at))
        who = proposal.by_name or self.desk.seat().store.people.name(proposal.by)
        held = proposal.reason == "held"
        when = f"{date_short(local.date(), lang)} {time_of_day(local, lang=lang)}"
        return DifferView(
            op=proposal.op,
            rid=record.rid,
            title=record.fields.get(program.title_path) or say("services.untitled", lang),
            held=held,
            lead=say("steps.differ.held" if held else "steps.differ.clash", lang),
            by_text=say("steps.differ.by", lang, name=who, when=when),
            lines=tuple(self._lines(program, record, proposal)),
            may_settle=self.may_settle(record),
        )

    def _lines(self, program: Program, record: LocalRecord, proposal: Proposal) -> Iterable[DifferLine]:
        now = self._subjects.interview(record)
        proposed = {**record.fields, **{path: value or "" for path, value in proposal.set.items()}}
        then = self._subjects.interview(record, {path: value for path, value in proposed.items() if value})
        for path in proposal.set:
            if path.startswith("@") or (proposal.set[path] or "") == record.fields.get(path, ""):
                continue
            label = self._label(program, record, path)
            yield DifferLine(
                path, label, self._shown(program, record, now, path), self._shown(program, record, then, path)
            )

    def _label(self, program: Program, record: LocalRecord, path: str) -> str:
        definition = program.form(record.form, record.form_v)
        template = template_path(path)
        found = definition.questions.get(template) or definition.repeats.get(template)
        return found.label if found else path

    def _shown(self, program: Program, record: LocalRecord, iv: Interview, path: str) -> str:
        question = program.form(record.form, record.form_v).questions.get(template_path(path))
        if question is None or path not in iv.instance.nodes:
            return ""
        return shown_value(question, iv.value(path), iv, path, self.desk.lang, codes=True)

    # ---- deciding

    def may_settle(self, record: LocalRecord) -> bool:
        """Tell whether the record lies on a desk of this person, as the server will judge it."""
        workflow = self.desk.program(record.program).workflow
        user = self.desk.seat().user.user_id
        return bool(at_desk(workflow, record.as_record(), user, self._subjects.roles(record)))

    def settle(self, rid: str, op: str, take: bool) -> Decided | Refusal:
        """Keep what the record says or take the proposed values; refused away from one's own desk, or when somebody
        has decided already. The edit may be withdrawn for its undo time."""
        record = self._subjects.record(rid)
        late = self._subjects.lease_refusal()
        if late is not None:
            return late
        found = self._subjects.proposals(record)
        proposal = next((one for one in found if one.op == op and one.open), None)
        if proposal is None:
            return Refusal("workflow.wrong_state", say("steps.differ.gone", self.desk.lang))
        if not self.may_settle(record) or self._subjects.withheld(record):
            code = "workflow.outside_area"
            return Refusal(code, explain(code, self.desk.lang).text(), (), code)
        change: dict[str, str | None] = {SETTLED + op: TAKEN if take else KEPT}
        if take:
            change.update(proposal.set)
        token = self.edit(record, change)
        program = self.desk.program(record.program)
        title = record.fields.get(program.title_path) or say("services.untitled", self.desk.lang)
        word = "steps.differ.taken" if take else "steps.differ.kept"
        changes = Changes(records=frozenset({rid}), lists=True, counts=True)
        return Decided(rid, say(word, self.desk.lang, title=title), token, UNDO_SECONDS, changes)

    def edit(self, record: LocalRecord, change: Mapping[str, str | None]) -> str:
        """Queue a ready edit that may be withdrawn for its undo time; return its token."""
        seat = self.desk.seat()
        now = self.desk.clock.now()
        op = Op(
            op=new_id(self.desk.clock),
            vid=record.vid,
            rid=record.rid,
            kind=OpKind.EDIT,
            program=record.program,
            subject=record.subject,
            form=record.form,
            form_v=record.form_v,
            by=seat.user.user_id,
            at=iso(now),
            base_rev=record.rev,
            set=dict(change),
            was={path: record.fields.get(path) for path in change},
        )
        seat.store.records.queue(op, "", not_before=iso(now + timedelta(seconds=UNDO_SECONDS)))
        self.desk.saved_at = now
        return op.op
