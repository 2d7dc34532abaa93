"""Decisions on values that wait beside a record; the judgement is core's, this room looks things up and writes down."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from server_stub.workflow.carried import base_rev
from server_stub.workflow.cases import Case, Decision, refuse
from server_stub.workflow.written import edited, with_rows, written
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.records import OpStatus, Record
from sidumba_field.core.workflow.proposals import Waiting, settle

#: What a settling is called in the feed: no step of the SOP.
SETTLE = "putuskan_usulan"


def waiting(case: Case, record: Record) -> dict[str, Waiting]:
    """Return op id -> what waits or waited beside this record; what was erased waits no more."""
    found: dict[str, Waiting] = {}
    for entry in case.work.feed.proposals(record.vid, [record.rid]):
        said = entry.payload or {}
        found[str(said["op"])] = Waiting(str(said["op"]), str(said["by"]), dict(said["set"]))
    return found


def decide_settling(case: Case, record: Record) -> Decision:
    """Judge a settling; the one who typed what goes in becomes an author, the one who takes it does not."""
    op, roles = case.op, case.standing.roles
    group_of = partial(case.rules.group_of, record.form)
    try:
        found = settle(
            case.rules.workflow,
            record,
            op.by,
            roles,
            op.set,
            waiting(case, record),
            base_rev(case, record),
            group_of,
        )
    except SidumbaError as error:
        st = OpStatus.CONFLICT if error.code == "op.stale_review" else OpStatus.REJECTED
        return refuse(op, error.code, st, record.rev, **error.params)
    after, changed = written(case, record, with_rows(case, record, found.change))
    after = replace(after, authors=record.authors | ({found.author} if found.author else set()))
    return edited(case, after, SETTLE, changed, OpStatus.APPLIED, author=found.author)
