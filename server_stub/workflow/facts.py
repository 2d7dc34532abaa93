"""Facts about other subjects than the one judged, answered from the tables: what is still open in a period."""

from __future__ import annotations

from collections.abc import Mapping

from server_stub.workflow.cases import Case
from sidumba_field.core.records import Record
from sidumba_field.core.workflow import Workflow
from sidumba_field.core.workflow.content import final_states


def birth_states(workflow: Workflow) -> frozenset[str]:
    """Return the states in which a batch is gathered: those that records reach by steps of their own."""
    rows = workflow.transitions
    reached = {row.to for row in rows if row.subject == "record" and row.state != row.to}
    return frozenset(row.state for row in rows if row.subject == "batch" and row.state in reached)


def period_facts(case: Case, record: Record) -> Mapping[str, bool]:
    """Answer the words about a period: whether what stays unsigned in it is named in the decision."""
    workflow = case.rules.workflow
    words = {
        word for row in workflow.rows(record.subject, record.state, case.op.command) for word in row.guards
    }
    if "all_batches_signed_or_listed" not in words:
        return {}
    records, unit = case.work.records, case.scope.unit
    final = final_states(workflow, "batch")
    batches = records.subjects(case.op.program, unit, "batch", record.period)
    unsigned = {batch.rid for batch in batches if batch.state not in final}
    unsigned |= records.ids(case.op.program, unit, "record", record.period, sorted(birth_states(workflow)))
    return {"all_batches_signed_or_listed": unsigned <= {str(member["rid"]) for member in case.op.members}}
