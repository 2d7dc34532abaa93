"""Facts about other subjects than the one judged, answered from the tables: what is still open in a period."""

from __future__ import annotations

from collections.abc import Mapping

from server_stub.workflow.cases import Case
from sidumba_field.core.records import Record
from sidumba_field.core.workflow import Workflow

#: The only way out of a state that counts as final: taking the sign-off back within a day.
_LAST_WAY_OUT = "within_24h"


def birth_states(workflow: Workflow) -> frozenset[str]:
    """Return the states in which a batch is gathered: those that records reach by steps of their own."""
    rows = workflow.transitions
    reached = {row.to for row in rows if row.subject == "record" and row.state != row.to}
    return frozenset(row.state for row in rows if row.subject == "batch" and row.state in reached)


def final_states(workflow: Workflow) -> frozenset[str]:
    """Return the states of a batch that nothing leaves any more, but for a withdrawal within its day."""
    leaving = {
        row.state
        for row in workflow.transitions
        if row.subject == "batch" and _LAST_WAY_OUT not in row.guards
    }
    return frozenset(state for state in workflow.states("batch") if state not in leaving)


def period_facts(case: Case, record: Record) -> Mapping[str, bool]:
    """Answer the words about a period: whether what stays unsigned in it is named in the decision."""
    workflow = case.rules.workflow
    words = {
        word for row in workflow.rows(record.subject, record.state, case.op.command) for word in row.guards
    }
    if "all_batches_signed_or_listed" not in words:
        return {}
    records, unit = case.work.records, case.scope.unit
    final = final_states(workflow)
    batches = records.subjects(case.op.program, unit, "batch", record.period)
    unsigned = {batch.rid for batch in batches if batch.state not in final}
    unsigned |= records.ids(case.op.program, unit, "record", record.period, sorted(birth_states(workflow)))
    return {"all_batches_signed_or_listed": unsigned <= {str(member["rid"]) for member in case.op.members}}
