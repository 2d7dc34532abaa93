"""Withdrawing drafts: not over somebody's newer answers, and not a village of them without a word (docs/spec/sync.md
"Deleting")."""

from __future__ import annotations

from server_stub.workflow.cases import Case, Decision, refuse
from sidumba_field.core.records import OpStatus, Record
from sidumba_field.core.time import iso
from sidumba_field.core.workflow.deleting import CEILING, DAY, MOST, is_beyond, is_mass


def hold_back(case: Case, record: Record) -> Decision | None:
    """Return why a draft is not withdrawn now, None when it may be."""
    op = case.op
    if 0 < op.expect_rev < record.rev:
        # Answers of another laptop came since: whoever deletes has not seen them.
        return refuse(op, "op.stale_review", OpStatus.CONFLICT, record.rev, command=op.command)
    since = iso(case.now - DAY)
    count = case.work.feed.withdrawn(record.vid, op.by, since) + 1
    if is_beyond(count):
        return refuse(op, "op.mass_delete", rev=record.rev, count=count, limit=CEILING)
    if not op.remark.strip() and is_mass(count, case.work.records.amount(record.vid)):
        return refuse(op, "op.mass_delete", rev=record.rev, count=count, limit=MOST)
    return None
