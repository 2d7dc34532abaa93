"""Scans of signed papers beside what they signed: a batch with its Lembar Pengesahan, signed by hand and stamped.

The digest a batch is signed by covers its members, never these fields; the sign-off is the person's own key, the scan
is what the office keeps in its folder.
"""

from __future__ import annotations

from dataclasses import replace

from server_stub.workflow.cases import Case, Decision, refuse
from server_stub.workflow.written import edited
from sidumba_field.core.merge import apply
from sidumba_field.core.records import OpStatus, Record
from sidumba_field.core.workflow.content import may_hold_papers, paper_fault
from sidumba_field.core.workflow.proposals import desk_roles

#: What laying a signed paper beside a subject is called in the feed: no step of the SOP.
LAY = "unggah_pengesahan"


def decide_paper(case: Case, record: Record) -> Decision:
    """Judge an edit of a subject without a form: signed papers are all it may carry."""
    op, workflow = case.op, case.rules.workflow
    is_decided, may = may_hold_papers(workflow, record, case.standing.roles)
    if not may:
        who = ", ".join(desk_roles(workflow, record.subject, record.state))
        return refuse(op, "op.wrong_role", rev=record.rev, command=LAY, who=who)
    if not is_decided:
        return refuse(op, "op.not_allowed", rev=record.rev, command=LAY, state=record.state)
    fault = paper_fault(case.rules.signed_papers(record.subject), op.set)
    if fault:
        return refuse(op, "op.malformed", rev=record.rev, field=fault)
    rev = record.rev + 1
    after = replace(
        record,
        rev=rev,
        fields=apply(record.fields, op.set),
        field_revs={**record.field_revs, **dict.fromkeys(op.set, rev)},
        changed_at=case.at,
    )
    return edited(case, after, LAY, dict(op.set), OpStatus.APPLIED, author="")
