"""Batches: many records moved together, frozen by the digest of exactly their contents (docs/spec/sync.md "Review")."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from server_stub.store.feed import Draft
from server_stub.workflow.cases import Case, Decision, refuse
from server_stub.workflow.decisions import EXACT, allowed, moved, new_subject, situation, step_payload
from server_stub.workflow.facts import birth_states
from server_stub.workflow.written import Change
from sidumba_field.core.canonical import canonical
from sidumba_field.core.merge import apply
from sidumba_field.core.records import FeedKind, OpAnswer, OpKind, OpStatus, Record, members_digest
from sidumba_field.core.workflow import Transition
from sidumba_field.core.workflow.content import DECIDED_AT, final_states, without_papers

Members = tuple[dict[str, Any], ...]


def decide_batch(case: Case) -> Decision:
    """Judge one step on a batch and on every record in it: all of them move, or none."""
    op, batch = case.op, case.record
    if op.kind is not OpKind.TRANSITION or op.set:
        return refuse(op, "op.malformed", field="set" if op.set else "kind")
    if len(case.scope.unit.split(".")) != case.rules.batch_level:
        return refuse(op, "op.outside_area", field="vid")
    if batch is not None and (batch.vid, batch.subject) != (op.vid, op.subject):
        return refuse(op, "op.outside_area", field="vid")
    if batch is None and op.expect_state not in birth_states(case.rules.workflow):
        return refuse(op, "op.unknown_record", rid=op.rid)
    if op.assignee:
        return refuse(op, "op.malformed", field="assignee")
    gathering = batch is None or op.expect_state in birth_states(case.rules.workflow)
    listed = _sorted(() if batch is None else json.loads(batch.fields["members"]))
    members = _sorted(op.members) if gathering else listed
    if not members:
        return refuse(op, "op.malformed", field="members")
    if op.members and _sorted(op.members) != members:
        return refuse(op, "op.batch_mismatch", OpStatus.CONFLICT, batch.rev if batch else 0)
    records = case.work.records.lock_many(member["rid"] for member in members)
    wrong = _mismatch(case, batch, members, records)
    if wrong:
        return refuse(op, "op.batch_mismatch", OpStatus.CONFLICT, batch.rev if batch else 0, rid=wrong)
    found = _judged(case, batch, members, records)
    if isinstance(found, Decision):
        return found
    fields = _batch_fields(case, members, records) if gathering or batch is None else dict(batch.fields)
    return _move(case, batch, fields, records, found)


def _sorted(members: Any) -> Members:
    return tuple(sorted(({**member} for member in members), key=lambda member: str(member["rid"])))


def _signs_content(case: Case) -> bool:
    """Tell whether this step vouches for the members' content. One that sends the batch back does not: it must stay
    open when a member was erased meanwhile, or the batch could neither be signed nor gathered anew."""
    op = case.op
    if op.expect_state in birth_states(case.rules.workflow):
        return True
    rows = case.rules.workflow.rows(op.subject, op.expect_state, op.command)
    return any(EXACT & set(row.guards) for row in rows)


def _mismatch(case: Case, batch: Record | None, members: Members, records: dict[str, Record]) -> str:
    """Return the id of the first member that is not what the batch says it is, "" when all are."""
    if len(records) != len(members):
        return next((str(m["rid"]) for m in members if m["rid"] not in records), str(members[0]["rid"]))
    period = batch.period if batch else records[members[0]["rid"]].period
    exact = _signs_content(case)
    covered = case.work.scopes.covered([(case.scope.program, case.scope.unit)])
    inside = {scope.vid for scope in covered}
    for member in members:
        record = records[member["rid"]]
        is_right = (
            record.subject == "record"
            and record.vid == member["vid"]
            and record.vid in inside
            and record.period == period
            and record.state == case.op.expect_state
            and (not exact or record.content_sha256 == member["sha"])
        )
        if not is_right:
            return record.rid
    return ""


def _judged(
    case: Case, batch: Record | None, members: Members, records: dict[str, Record]
) -> Transition | Decision:
    period = records[members[0]["rid"]].period
    everyone = frozenset[str]().union(*(record.authors for record in records.values()))
    state = case.op.expect_state
    there = case.work.records.ids(case.scope.program, case.scope.unit, "record", period, [state])
    facts = {"all_in_batch": there == set(records)}
    seen = batch or new_subject(case, state, {}, period)
    files = {name for record in records.values() for name in case.findings(record).files}
    judged = replace(
        situation(case, replace(seen, authors=everyone), facts),
        missing_files=case.work.files.missing(files) if files else (),
    )
    return allowed(case, batch, judged)


def _move(
    case: Case, batch: Record | None, fields: dict[str, str], records: dict[str, Record], row: Transition
) -> Decision:
    op = case.op
    if batch is None:
        after = new_subject(case, row.to, {**fields, DECIDED_AT: case.at}, fields["period"])
        change: Change = dict(after.fields)
    else:
        change = {**fields, DECIDED_AT: case.at, **_papers_gone(case, batch, row)}
        rev = batch.rev + 1
        changed = {path: rev for path, value in change.items() if batch.fields.get(path) != value}
        kept = apply(batch.fields, change)
        after = replace(moved(case, batch, row), fields=kept, field_revs={**batch.field_revs, **changed})
    payload = {**step_payload(case, batch, after, row), "set": dict(change)}
    drafts = [case.draft(after, FeedKind.TRANSITION, payload)]
    saved = [after]
    for rid in sorted(records):
        record, draft = _member_after(case, records[rid], row, after.rid)
        saved.append(record)
        drafts.append(draft)
    return Decision(OpAnswer(op.op, OpStatus.APPLIED, rev=after.rev), tuple(saved), tuple(drafts))


def _papers_gone(case: Case, batch: Record, row: Transition) -> dict[str, None]:
    """Return the change that takes the signed papers off a batch whose sign-off is withdrawn: they speak of it."""
    final = final_states(case.rules.workflow, batch.subject)
    return without_papers(batch.fields) if batch.state in final and row.to not in final else {}


def _batch_fields(case: Case, members: Members, records: dict[str, Record]) -> dict[str, str]:
    period = records[members[0]["rid"]].period
    listed = [{key: member[key] for key in ("rid", "rev", "sha", "vid")} for member in members]
    return {
        "period": period,
        "unit": case.scope.unit,
        "members": canonical(listed).decode(),
        "digest": members_digest(tuple(listed)),
    }


def _member_after(case: Case, record: Record, row: Transition, batch: str) -> tuple[Record, Draft]:
    """Return one member after the step, and its entry; remarks to the batch are not remarks to its records."""
    after = replace(record, state=row.to, rev=record.rev + 1, remarks=(), changed_at=case.at)
    payload = {**step_payload(case, record, after, row), "batch": batch}
    return after, case.draft(after, FeedKind.TRANSITION, payload)
