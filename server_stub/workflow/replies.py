"""Replies to remarks from a desk that may not type; the judgement is core's, this room writes down."""

from __future__ import annotations

from server_stub.workflow.cases import Case, Decision, refuse
from server_stub.workflow.written import edited, written
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.records import OpStatus, Record
from sidumba_field.core.workflow.replies import REPLY, judge_reply


def decide_reply(case: Case, record: Record) -> Decision:
    """Judge a reply; nobody becomes an author by it."""
    op = case.op
    try:
        judge_reply(case.rules.workflow, record, op.by, case.standing.roles, op.set)
    except SidumbaError as error:
        return refuse(op, error.code, rev=record.rev, **error.params)
    after, changed = written(case, record, dict(op.set))
    return edited(case, after, REPLY, changed, OpStatus.APPLIED, author="")
