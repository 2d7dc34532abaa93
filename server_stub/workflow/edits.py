"""Edits: who may change content now, what merges, what clashes, what is held (docs/spec/sync.md "Merge")."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from server_stub.workflow.carried import base_rev, field_revs
from server_stub.workflow.cases import CHANGE, CREATE, PERIOD, Case, Decision, refuse
from server_stub.workflow.papers import decide_paper
from server_stub.workflow.replies import decide_reply
from server_stub.workflow.rules import open_states
from server_stub.workflow.settling import decide_settling
from server_stub.workflow.written import corrected, edited, put_right, with_rows, written
from sidumba_field.core.merge import Merge, apply, row_of, three_way
from sidumba_field.core.records import NOTHING, FeedKind, OpAnswer, OpStatus, Record
from sidumba_field.core.workflow import Request, Situation, Transition, Verdict
from sidumba_field.core.workflow.content import CONTINUES, final_states, is_foreign_place
from sidumba_field.core.workflow.proposals import is_settling
from sidumba_field.core.workflow.replies import is_reply
from sidumba_field.core.workflow.roles import is_under


def decide_edit(case: Case) -> Decision:
    """Judge one edit: a new record, a change that applies, clashes or has to wait, or a decision on what waits."""
    record, op = case.record, case.op
    if is_foreign_place(case.rules.place_path, case.scope.unit, op.set):
        place = op.set.get(case.rules.place_path) or ""
        return refuse(
            op, "op.foreign_place", rev=record.rev if record else 0, place=place, unit=case.scope.unit
        )
    if op.set.get(CONTINUES) and not _may_continue(case):
        return refuse(op, "op.unknown_record", rid=op.set[CONTINUES])
    if record is None:
        return _create(case)
    if (record.vid, record.subject) != (op.vid, op.subject) or record.form != op.form:
        return refuse(op, "op.outside_area", field="vid")
    if not record.form:
        return decide_paper(case, record)
    verdict = _judge(case, record, record.state, CHANGE)
    if is_settling(op.set):
        settled = decide_settling(case, record)
        if verdict.transition is None or settled.answer.code != "op.proposal_mismatch":
            return settled
    if verdict.transition is None and is_reply(op.set):
        return decide_reply(case, record)
    return _change(case, record, verdict)


def _change(case: Case, record: Record, verdict: Verdict) -> Decision:
    op = case.op
    if verdict.transition is not None:
        return _merge(case, record, verdict.transition)
    if verdict.code == "workflow.guard":
        return refuse(op, "op.guard", rev=record.rev, **(verdict.params or {}))
    if _could_elsewhere(case):
        return _propose(case, record, dict(op.set), OpStatus.HELD, "held")
    return refuse(op, "op.wrong_role", rev=record.rev, **(verdict.params or {}))


def _judge(case: Case, record: Record | None, state: str, command: str) -> Verdict:
    request = Request(case.op.subject, state, command, case.standing.roles)
    return case.rules.workflow.judge(request, Situation(record, case.op.by, case.now))


def _could_elsewhere(case: Case) -> bool:
    """Tell whether one of the person's roles may change this kind of subject in some other state."""
    rows = case.rules.workflow.transitions
    mine = {row.role for row in rows if (row.subject, row.command) == (case.op.subject, CHANGE)}
    return bool(mine & set(case.standing.roles))


def _create(case: Case) -> Decision:
    op = case.op
    if op.base_rev != 0 or op.after:
        return refuse(op, "op.unknown_record", rid=op.rid)
    verdict = _judge(case, None, NOTHING, CREATE)
    if verdict.transition is None:
        code = "op.wrong_role" if verdict.code == "workflow.wrong_role" else "op.not_allowed"
        return refuse(op, code, **(verdict.params or {}))
    if not case.rules.knows(op.form, op.form_v):
        # Not refused: the office may install this version tomorrow, and until then the laptop keeps what was typed.
        return refuse(op, "op.unknown_form", OpStatus.RETRY, form=op.form, version=op.form_v)
    fields = apply({}, op.set)
    record = Record(
        rid=op.rid,
        vid=op.vid,
        program=op.program,
        subject=op.subject,
        form=op.form,
        form_v=op.form_v,
        state=verdict.transition.to,
        rev=1,
        fields=fields,
        field_revs=dict.fromkeys(fields, 1),
        owner=op.by,
        authors=frozenset({op.by}),
        period=_period_of(case, fields.get(PERIOD, "")),
        created_at=case.at,
        changed_at=case.at,
    )
    right = put_right(case, record)
    if right is not record:
        record = replace(right, field_revs=dict.fromkeys(right.fields, 1))
    return corrected(case, edited(case, record, CREATE, record.fields, OpStatus.APPLIED), record)


def _may_continue(case: Case) -> bool:
    """Tell whether the record this one continues is there: signed off in another period of the same scope.

    The signed one stays as it is for ever; what is to be corrected goes its whole way again in the next period."""
    op = case.op
    found = case.work.records.get(op.set.get(CONTINUES) or "")
    return (
        found is not None
        and (found.vid, found.program, found.subject) == (op.vid, op.program, op.subject)
        and found.state in final_states(case.rules.workflow, "batch")
        and found.period
        != (case.record.period if case.record else _period_of(case, op.set.get(PERIOD) or ""))
    )


def _period_of(case: Case, wanted: str) -> str:
    """Return the label of the period a new record belongs to: the one it names, unless that is closed already. Then,
    and when it names none, the one opened last above this scope; "" when none is open."""
    states = open_states(case.rules.workflow, "period")
    periods = case.work.records.subjects(case.op.program, "", "period")
    if wanted and all(p.period != wanted for p in periods if p.state not in states):
        return wanted
    units = {vid: scope.unit for vid, scope in case.work.scopes.many(p.vid for p in periods).items()}
    mine = [p for p in periods if is_under(case.scope.unit, units[p.vid])]
    labels = [p.period for p in mine if p.state in states]
    is_closed = any(p.period == wanted and p.state not in states for p in mine)
    if wanted and (wanted in labels or not is_closed):
        return wanted
    return labels[-1] if labels else wanted


def _merge(case: Case, record: Record, row: Transition) -> Decision:
    op, rules = case.op, case.rules
    # What the form works out clashes with nobody: the server works it out again from whatever went in.
    typed = {path: value for path, value in op.set.items() if not rules.is_worked_out(record.form, path)}
    merge = three_way(
        op.base_rev,
        typed,
        record.fields,
        field_revs(case, record),
        lambda path: rules.group_of(record.form, path),
    )
    if not merge.merged and not merge.applied:
        return _propose(case, record, dict(merge.clashes), OpStatus.CONFLICT, "conflict")
    sums = {
        path: value for path, value in op.set.items() if path not in typed and _has_row(record, merge, path)
    }
    after, changed = written(case, record, with_rows(case, record, {**merge.applied, **sums}))
    after = replace(after, state=row.to, authors=record.authors | {op.by})
    if merge.merged:
        is_newest = base_rev(case, record) >= record.rev
        done = edited(case, after, CHANGE, changed, OpStatus.APPLIED if is_newest else OpStatus.MERGED)
        return corrected(case, done, after) if is_newest else done
    done = edited(case, after, CHANGE, changed, OpStatus.CONFLICT)
    waiting = _propose(case, after, dict(merge.clashes), OpStatus.CONFLICT, "conflict")
    answer = replace(waiting.answer, flags=done.answer.flags)
    return Decision(answer, done.records, done.drafts + waiting.drafts)


def _has_row(record: Record, merge: Merge, path: str) -> bool:
    """Tell whether the row of a calculated cell stands there, so that none is left behind without its row."""
    row = row_of(path)
    return row is None or row in record.fields or bool(merge.applied.get(row))


def _propose(case: Case, record: Record, waiting: dict[str, Any], st: OpStatus, reason: str) -> Decision:
    """Keep a change beside the record, visible to both sides, until a person decides."""
    op = case.op
    payload = {
        "op": op.op,
        "set": waiting,
        "was": {path: op.was.get(path) for path in waiting},
        "reason": reason,
        "base_rev": op.base_rev,
        "by": op.by,
        "by_name": case.standing.actor.name,
        "at": op.at,
    }
    answer = OpAnswer(op.op, st, rev=record.rev, conflicts=tuple(sorted(waiting)))
    return Decision(answer, (), (case.draft(record, FeedKind.PROPOSAL, payload),))
