"""What an op stands on that left by stick before the ops under it were answered (docs/spec/sync.md "Sticks").

On the line one op of a record is on its way at a time, and the next learns from the answer on which revision it stands.
A stick brings several at once: each names those it was made on (``Op.after``), and what these wrote counts as seen.
"""

from __future__ import annotations

from collections.abc import Mapping

from server_stub.workflow.cases import Case
from sidumba_field.core.records import Record


def field_revs(case: Case, record: Record) -> Mapping[str, int]:
    """Return path -> revision of its last change, as far as the op's author did not make that change himself."""
    own = _own(case, record)
    if not own:
        return record.field_revs
    return {path: 0 if rev in own else rev for path, rev in record.field_revs.items()}


def base_rev(case: Case, record: Record) -> int:
    """Return the newest revision up to which the op's author knew everything."""
    own, rev = _own(case, record), case.op.base_rev
    while rev + 1 in own:
        rev += 1
    return rev


def _own(case: Case, record: Record) -> frozenset[int]:
    return case.work.feed.made_by(record.rid, case.op.after) if case.op.after else frozenset()
