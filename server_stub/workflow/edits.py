"""Edits: who may change content now, what merges, what clashes, what is held (docs/spec/sync.md "Merge")."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from server_stub.workflow.cases import CHANGE, CREATE, PERIOD, Case, Decision, refuse
from server_stub.workflow.rules import open_states
from sidumba_field.core.merge import apply, three_way
from sidumba_field.core.records import NOTHING, FeedKind, OpAnswer, OpStatus, Record
from sidumba_field.core.workflow import Request, Situation, Transition, Verdict
from sidumba_field.core.workflow.roles import is_under


def decide_edit(case: Case) -> Decision:
    """Judge one edit: a new record, a change that applies, one that clashes, or one that has to wait."""
    record, op = case.record, case.op
    if record is None:
        return _create(case)
    if (record.vid, record.subject) != (op.vid, op.subject) or record.form != op.form:
        return refuse(op, "op.outside_area", field="vid")
    verdict = _judge(case, record, record.state, CHANGE)
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
    if op.base_rev != 0:
        return refuse(op, "op.unknown_record", rid=op.rid)
    verdict = _judge(case, None, NOTHING, CREATE)
    if verdict.transition is None:
        code = "op.wrong_role" if verdict.code == "workflow.wrong_role" else "op.not_allowed"
        return refuse(op, code, **(verdict.params or {}))
    if op.form_v not in case.rules.versions.get(op.form, ()):
        return refuse(op, "op.unknown_form", form=op.form, version=op.form_v)
    change = dict(op.set)
    fields = apply({}, change)
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
        period=fields.get(PERIOD) or open_period(case),
        created_at=case.at,
        changed_at=case.at,
    )
    return _applied(case, record, CREATE, dict(fields), OpStatus.APPLIED)


def open_period(case: Case) -> str:
    """Return the label of the period opened last above this scope, "" when none is open."""
    states = open_states(case.rules.workflow, "period")
    periods = [p for p in case.work.records.subjects(case.op.program, "", "period") if p.state in states]
    units = {vid: scope.unit for vid, scope in case.work.scopes.many(p.vid for p in periods).items()}
    mine = [p for p in periods if is_under(case.scope.unit, units[p.vid])]
    return mine[-1].period if mine else ""


def _merge(case: Case, record: Record, row: Transition) -> Decision:
    op = case.op
    groups = case.rules.group_of
    merge = three_way(
        op.base_rev, op.set, record.fields, record.field_revs, lambda path: groups(record.form, path)
    )
    if not merge.merged and not merge.applied:
        return _propose(case, record, dict(merge.clashes), OpStatus.CONFLICT, "conflict")
    changed = {
        path: value for path, value in merge.applied.items() if (value or "") != record.fields.get(path, "")
    }
    rev = record.rev + 1
    fields = apply(record.fields, changed)
    # Cells that went with their row changed as well, though only the row is named.
    touched = {*changed, *(path for path in record.fields if path not in fields)}
    after = replace(
        record,
        state=row.to,
        rev=rev,
        fields=fields,
        field_revs={**record.field_revs, **dict.fromkeys(touched, rev)},
        authors=record.authors | {op.by},
        changed_at=case.at,
    )
    if merge.merged:
        st = OpStatus.APPLIED if op.base_rev >= record.rev else OpStatus.MERGED
        return _applied(case, after, CHANGE, changed, st)
    done = _applied(case, after, CHANGE, changed, OpStatus.CONFLICT)
    waiting = _propose(case, after, dict(merge.clashes), OpStatus.CONFLICT, "conflict")
    answer = replace(waiting.answer, flags=done.answer.flags)
    return Decision(answer, done.records, done.drafts + waiting.drafts)


def _applied(case: Case, record: Record, command: str, changed: dict[str, Any], st: OpStatus) -> Decision:
    flags = case.findings(record).errors
    payload = {
        "command": command,
        "program": record.program,
        "subject": record.subject,
        "form": record.form,
        "form_v": record.form_v,
        "set": changed,
        "state": record.state,
        "owner": record.owner,
        "period": record.period,
        "authors_add": case.op.by,
        "by_name": case.standing.actor.name,
        "at": case.op.at,
        "flags": list(flags),
    }
    answer = OpAnswer(case.op.op, st, rev=record.rev, flags=flags)
    return Decision(answer, (record,), (case.draft(record, FeedKind.EDIT, payload),))


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
