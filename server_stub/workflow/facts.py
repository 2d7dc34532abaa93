"""Facts about other subjects than the one judged, answered from the tables: what is still open in a period."""

from __future__ import annotations

from collections.abc import Mapping

from server_stub.store.proofs import Proof
from server_stub.workflow.cases import Case
from sidumba_field.core.records import FeedKind, Record
from sidumba_field.core.workflow import Workflow
from sidumba_field.core.workflow.content import final_states

#: Words of the table this room answers.
SIGNED_OR_LISTED, PROVEN = "all_batches_signed_or_listed", "restore_proven"


def birth_states(workflow: Workflow) -> frozenset[str]:
    """Return the states in which a batch is gathered: those that records reach by steps of their own."""
    rows = workflow.transitions
    reached = {row.to for row in rows if row.subject == "record" and row.state != row.to}
    return frozenset(row.state for row in rows if row.subject == "batch" and row.state in reached)


def period_facts(case: Case, record: Record) -> Mapping[str, bool]:
    """Answer the words about a period: whether what stays unsigned in it is named in the decision, and whether a backup
    that holds its close was proven."""
    workflow = case.rules.workflow
    words = {
        word for row in workflow.rows(record.subject, record.state, case.op.command) for word in row.guards
    }
    facts: dict[str, bool] = {}
    if SIGNED_OR_LISTED in words:
        facts[SIGNED_OR_LISTED] = _unsigned(case, record) <= {
            str(member["rid"]) for member in case.op.members
        }
    if PROVEN in words:
        facts[PROVEN] = _proof(case, record) is not None
    return facts


def _unsigned(case: Case, record: Record) -> set[str]:
    """Return the batches of a period that are not signed, and its records that stand ready in none."""
    workflow, records, unit = case.rules.workflow, case.work.records, case.scope.unit
    final = final_states(workflow, "batch")
    batches = records.subjects(case.op.program, unit, "batch", record.period)
    unsigned = {batch.rid for batch in batches if batch.state not in final}
    return unsigned | records.ids(
        case.op.program, unit, "record", record.period, sorted(birth_states(workflow))
    )


def _proof(case: Case, record: Record) -> Proof | None:
    """Return the newest proof of a backup that holds the latest step on this period: clocks have no part in it."""
    history = case.work.feed.history(record.rid)
    steps = [entry.seq for entry in history if entry.kind is FeedKind.TRANSITION and entry.vid == record.vid]
    if not steps:
        return None
    return next((proof for proof in case.work.proofs.all() if proof.holds(record.vid, steps[-1])), None)


def proof_notes(case: Case, record: Record) -> dict[str, str | None]:
    """Return what the period keeps of its proof: laptops print the Berita Acara Backup from it."""
    proof = _proof(case, record)
    if proof is None:
        return {}
    return {
        "backup_file": proof.file,
        "backup_sha256": proof.sha256,
        "backup_size": str(proof.size),
        "backup_made_at": proof.made_at,
        "backup_proven_at": proof.proven_at,
        "backup_records": str(proof.records),
        "backup_entries": str(proof.entries),
        "backup_files": str(proof.files),
        "backup_scopes": str(proof.scopes),
    }
