"""One op being judged: all that is known of it, and the shape of what is decided about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from server_stub.auth.permissions import Standing
from server_stub.store.feed import Draft
from server_stub.store.scopes import Scope
from server_stub.store.work import Work
from server_stub.workflow.rules import Bench, Findings, Rules
from sidumba_field.core.records import FeedKind, Op, OpAnswer, OpStatus, Record
from sidumba_field.core.time import iso
from sidumba_field.core.workflow.content import scans

#: Commands that are not steps of the SOP but what every program calls making, changing and withdrawing a subject.
CREATE, CHANGE, WITHDRAW = "buat", "ubah", "hapus"
#: Meta field in which a laptop names the period of a new record.
PERIOD = "@period"


@dataclass(frozen=True, slots=True)
class Case:
    """An op with everything its judgement may look at. ``record``: the stored subject, locked; None = not there."""

    op: Op
    work: Work
    rules: Rules
    bench: Bench
    scope: Scope
    standing: Standing
    record: Record | None
    now: datetime

    @property
    def at(self) -> str:
        return iso(self.now)

    def findings(self, record: Record) -> Findings:
        """Judge a record's content; of a subject without a form, only its signed papers are to be found."""
        if not record.form:
            return Findings(files=scans(record.fields))
        return self.bench.judge(self.rules, record.rid, record.form, record.form_v, record.fields)

    def draft(self, record: Record, kind: FeedKind, payload: Mapping[str, Any]) -> Draft:
        """Return the feed entry about ``record`` as it stands after this op."""
        op = self.op
        return Draft(record.vid, record.rid, record.rev, kind, op.op, op.by, payload)


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to happen: the answer, the records as they will be, the entries to append."""

    answer: OpAnswer
    records: tuple[Record, ...] = ()
    drafts: tuple[Draft, ...] = field(default=())


def refuse(op: Op, code: str, st: OpStatus = OpStatus.REJECTED, rev: int = 0, **params: Any) -> Decision:
    """Decide that nothing changes, and say why."""
    return Decision(OpAnswer(op.op, st, rev=rev, code=code, params=params))
