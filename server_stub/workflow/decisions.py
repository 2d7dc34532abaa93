"""Steps of the SOP on one record or one period: compare-and-set on state, revision and content hash, signed by the
person's own key (docs/spec/sync.md "Review")."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from server_stub.workflow.cases import CHANGE, CREATE, WITHDRAW, Case, Decision, refuse
from server_stub.workflow.deleting import hold_back
from server_stub.workflow.facts import PROVEN, period_facts, proof_notes
from server_stub.workflow.intake import LABEL_LETTERS
from server_stub.workflow.written import Change, written
from sidumba_field.core.merge import apply
from sidumba_field.core.records import (
    NOTHING,
    FeedKind,
    OpAnswer,
    OpKind,
    OpStatus,
    Record,
    Remark,
    content_sha256,
)
from sidumba_field.core.workflow import Request, Situation, Transition, roles_for
from sidumba_field.core.workflow.content import DECIDED_AT, coding_fault
from sidumba_field.seal.signing import verify

#: Guards by which a person vouches for exactly the content he saw.
EXACT = frozenset({"exact_content", "exact_digest"})
#: What a step may write besides the state: the label of the period it opens.
_LABEL = "label"


def is_signed(case: Case) -> bool:
    """Tell whether a key this person was activated with, on any laptop, signed exactly this decision."""
    data = case.op.decision_bytes()
    return any(verify(key, data, case.op.sig) for key in case.work.people.keys(case.op.by))


def decide_step(case: Case) -> Decision:
    """Judge one step on a record or a period."""
    op, record = case.op, case.record
    if (op.kind is OpKind.TOMBSTONE) != (op.command == WITHDRAW):
        return refuse(op, "op.malformed", field="kind")
    if op.command in (CREATE, CHANGE):
        # Content is made and changed by edits alone: as a step it would pass the form by.
        return refuse(op, "op.malformed", field="command")
    if record is None:
        return _begin(case)
    if (record.vid, record.subject) != (op.vid, op.subject):
        return refuse(op, "op.outside_area", field="vid")
    wrong = coding_fault(case.rules.step_fields(op.command), op.set)
    if wrong:
        return refuse(op, "op.malformed", rev=record.rev, field=wrong)
    # Guards look at the content as this step leaves it; what the person saw is the content as it was.
    coded, changed = written(case, record, op.set) if op.set else (record, {})
    seen = situation(case, record, period_facts(case, record), coded)
    found = allowed(case, record, seen)
    if isinstance(found, Decision):
        return found
    held_back = hold_back(case, record) if op.kind is OpKind.TOMBSTONE else None
    if held_back is not None:
        return held_back
    broken = set(seen.errors) - set(case.findings(record).errors) if changed else set()
    if broken:
        return refuse(op, "op.guard", rev=record.rev, command=op.command, guard="no_violations")
    return _take(case, record, found, coded, changed)


def situation(
    case: Case, record: Record | None, facts: Mapping[str, bool] | None = None, content: Record | None = None
) -> Situation:
    """Return everything a guard may look at, judged on the server's own content. ``content``: the record as this step
    leaves it, where the step writes something itself."""
    op, judged = case.op, content or record
    findings = case.findings(judged) if judged is not None else None
    words = {word for row in case.rules.workflow.transitions for word in row.guards}
    own = case.rules.facts(judged.form, judged.form_v, judged.fields, words) if judged and judged.form else {}
    return Situation(
        record=record,
        user=op.by,
        now=case.now,
        errors=findings.errors if findings else (),
        unexplained=findings.unexplained if findings else (),
        missing_files=case.work.files.missing(findings.files) if findings and findings.files else (),
        seen_rev=op.expect_rev,
        seen_sha=op.content_sha256,
        decided_at=decided_at(record) if record else "",
        facts={**own, **(facts or {})},
    )


def allowed(case: Case, record: Record | None, seen: Situation) -> Transition | Decision:
    """Return the row that applies, or the refusal: table, role, what was seen, remark, guards, in this order."""
    op = case.op
    rev = record.rev if record else 0
    state = record.state if record else op.expect_state
    rows = case.rules.workflow.rows(op.subject, state, op.command)
    if record is not None and state != op.expect_state:
        return refuse(op, "op.stale_state", OpStatus.CONFLICT, rev, state=state, command=op.command)
    if not rows:
        return refuse(op, "op.not_allowed", rev=rev, command=op.command, state=state)
    mine = [row for row in rows if row.role in case.standing.roles]
    if not mine:
        who = ", ".join(dict.fromkeys(row.role for row in rows))
        return refuse(op, "op.wrong_role", rev=rev, command=op.command, who=who)
    exact = record is not None and all(EXACT & set(row.guards) for row in mine)
    if exact and record is not None and (op.expect_rev, op.content_sha256) != (rev, record.content_sha256):
        return refuse(op, "op.stale_review", OpStatus.CONFLICT, rev, command=op.command)
    request = Request(op.subject, state, op.command, case.standing.roles, op.remark, op.remarks)
    verdict = case.rules.workflow.judge(request, seen)
    if verdict.transition is None:
        code = {"workflow.remark_required": "op.remark_required"}.get(verdict.code, "op.guard")
        return refuse(op, code, rev=rev, **(verdict.params or {}))
    return verdict.transition


def _take(case: Case, record: Record, row: Transition, coded: Record, changed: Change) -> Decision:
    op = case.op
    if op.assignee and not (row.remark_required and _may_own(case, row, op.assignee)):
        return refuse(op, "op.malformed", rev=record.rev, field="assignee")
    if not op.assignee and _needs_owner(case, row) and not _may_own(case, row, record.owner):
        return refuse(op, "op.assignee_missing", rev=record.rev, command=op.command)
    after = moved(case, record, row)
    if PROVEN in row.guards:
        coded, changed = written(case, record, proof_notes(case, record))
    after = replace(after, fields=coded.fields, field_revs=coded.field_revs)
    payload = step_payload(case, record, after, row)
    if changed:
        payload["set"] = dict(changed)
    answer = OpAnswer(op.op, OpStatus.APPLIED, rev=after.rev)
    return Decision(answer, (after,), (case.draft(after, FeedKind(op.kind.value), payload),))


def _needs_owner(case: Case, row: Transition) -> bool:
    """Tell whether a return leads to where only the owner may change anything: then there has to be one who can."""
    changes = case.rules.workflow.rows(case.op.subject, row.to, CHANGE)
    return row.remark_required and bool(changes) and all("own" in change.guards for change in changes)


def decided_at(record: Record) -> str:
    """Return when the step was taken that brought a subject where it stands, by the server's clock."""
    return record.fields.get(DECIDED_AT) or record.changed_at


def _may_own(case: Case, row: Transition, user: str) -> bool:
    """Tell whether a record handed to ``user`` would be in hands that may go on with it there."""
    account = case.work.people.get(user)
    if account is None or not account.active:
        return False
    rows = case.rules.workflow.rows(case.op.subject, row.to, CHANGE)
    held = roles_for(case.work.people.grants(user), case.scope.program, case.scope.unit, case.now)
    return bool({change.role for change in rows} & set(held))


def moved(case: Case, record: Record, row: Transition) -> Record:
    """Return the record after a step: state, remarks, owner; its content is untouched."""
    rev = record.rev + 1
    # A remark asks for an answer; where no step leads on (void), the reason stands in the feed and asks nobody.
    goes_on = any(
        (one.subject, one.state) == (row.subject, row.to) for one in case.rules.workflow.transitions
    )
    if row.remark_required and goes_on:
        remarks = remarks_of(case, rev)
    elif record.state != row.to:
        remarks = ()
    else:
        remarks = record.remarks
    owner = case.op.assignee or record.owner
    return replace(record, state=row.to, rev=rev, remarks=remarks, owner=owner, changed_at=case.at)


def remarks_of(case: Case, rev: int) -> tuple[Remark, ...]:
    """Return the remarks of a return, numbered in the order of their paths; "" speaks of the whole."""
    op = case.op
    texts = {path: text for path, text in op.remarks.items() if text.strip()}
    if op.remark.strip():
        texts[""] = op.remark
    by_name = case.standing.actor.name
    return tuple(
        Remark(f"{op.op}.{n}", path, text, op.by, by_name, case.at, rev)
        for n, (path, text) in enumerate(sorted(texts.items()))
    )


def _acting(case: Case, role: str) -> dict[str, str]:
    """Return whose place the actor takes with this step: id, name and in which quality; all "" for his own right."""
    official, quality = case.standing.acting(role, case.scope, case.now)
    found = case.work.people.get(official) if official else None
    return {"acting_for": official, "acting_for_name": found.name if found else "", "acting_as": quality}


def step_payload(case: Case, before: Record | None, after: Record, row: Transition) -> dict[str, Any]:
    """Return what the feed tells of a step. ``remarks`` are the record's open remarks after it."""
    op = case.op
    return {
        "command": op.command,
        "program": after.program,
        "subject": after.subject,
        "from": before.state if before else NOTHING,
        "to": after.state,
        "role": row.role,
        **_acting(case, row.role),
        "remark": op.remark,
        "remarks": [asdict(remark) for remark in after.remarks],
        "assignee": op.assignee,
        "owner": after.owner,
        "period": after.period,
        "content_sha256": op.content_sha256,
        "expect_rev": op.expect_rev,
        "sig": op.sig,
        "by_name": case.standing.actor.name,
        "at": op.at,
    }


def _begin(case: Case) -> Decision:
    """Open a subject that lives by steps alone (a period): its label is signed through the content hash."""
    op = case.op
    if op.expect_state != NOTHING or not case.rules.workflow.rows(op.subject, NOTHING, op.command):
        return refuse(op, "op.unknown_record", rid=op.rid)
    found = allowed(case, None, situation(case, None))
    if isinstance(found, Decision):
        return found
    label = (op.set.get(_LABEL) or "").strip()
    if set(op.set) != {_LABEL} or not label or len(label) > LABEL_LETTERS:
        return refuse(op, "op.malformed", field=_LABEL)
    if op.content_sha256 != content_sha256("", "", {_LABEL: label}):
        return refuse(op, "op.stale_review", OpStatus.CONFLICT)
    same = case.work.records.subjects(op.program, case.scope.unit, op.subject, label)
    if same:
        return refuse(op, "op.not_allowed", command=op.command, state=same[0].state)
    fields = apply({}, {_LABEL: label})
    after = new_subject(case, found.to, fields, label)
    payload = {**step_payload(case, None, after, found), "set": fields}
    answer = OpAnswer(op.op, OpStatus.APPLIED, rev=1)
    return Decision(answer, (after,), (case.draft(after, FeedKind.TRANSITION, payload),))


def new_subject(case: Case, state: str, fields: dict[str, str], period: str) -> Record:
    """Return a subject without a form at its first revision."""
    op = case.op
    return Record(
        rid=op.rid,
        vid=op.vid,
        program=op.program,
        subject=op.subject,
        form="",
        form_v="",
        state=state,
        rev=1,
        fields=fields,
        field_revs=dict.fromkeys(fields, 1),
        owner=op.by,
        authors=frozenset(),
        period=period,
        created_at=case.at,
        changed_at=case.at,
    )
