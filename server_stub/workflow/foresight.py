"""Judges a push before any lock is taken: contents as they will stand, found again on the bench when their turn comes.

Nothing is decided here. A content that turns out different, because somebody else changed the record meanwhile, is
judged then; this costs time, never correctness.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server_stub.store.database import Database
from server_stub.store.files import is_file_name
from server_stub.workflow.intake import Intake
from server_stub.workflow.rules import Bench, Rules
from sidumba_field.core.merge import apply
from sidumba_field.core.records import Op, OpKind, Record

log = logging.getLogger("sidumba_server.workflow")

#: Subjects whose steps look at one record alone; the others (batches, periods) lock many and are taken by themselves.
_SINGLE = frozenset({"record"})


@dataclass(frozen=True, slots=True)
class _Content:
    """What a record will hold, as far as this push is concerned."""

    program: str
    form: str
    form_v: str
    fields: Mapping[str, str]

    @classmethod
    def of(cls, record: Record) -> _Content:
        return cls(record.program, record.form, record.form_v, record.fields)


def foresee(
    database: Database, programs: Mapping[str, Rules], bench: Bench, intakes: Sequence[Intake]
) -> dict[str, tuple[str, ...]]:
    """Return the ids of ops that may share a transaction, each with the names of the files its record will mention.

    One whose content cannot be judged is not among them: it is taken alone, where the fault is logged and answered.
    """
    if len(intakes) < 2:
        return {}
    ops = [intake.op for intake in intakes if intake.op is not None and intake.op.subject in _SINGLE]
    with database.read() as work:
        stand = {rid: _Content.of(record) for rid, record in work.records.many(op.rid for op in ops).items()}
        answered = work.ops.answers(intake.received.op for intake in intakes)
    found: dict[str, tuple[str, ...]] = {
        one.received.op: () for one in intakes if one.op is None or one.received.op in answered
    }
    for op in ops:
        if op.op in found:
            continue
        try:
            found[op.op] = _judged(programs, bench, stand, op)
        except Exception:
            log.info("op %s is taken alone", op.op, exc_info=True)
    return found


def _judged(
    programs: Mapping[str, Rules], bench: Bench, stand: dict[str, _Content], op: Op
) -> tuple[str, ...]:
    """Judge the record of ``op`` as it stands with it, and return the names of the files it mentions."""
    before = stand.get(op.rid)
    if op.kind is OpKind.EDIT:
        form = (before.program, before.form, before.form_v) if before else (op.program, op.form, op.form_v)
        before = stand[op.rid] = _Content(*form, apply(before.fields if before else {}, op.set))
    rules = programs.get(before.program) if before is not None else None
    if before is None or rules is None or not before.form:
        return ()
    findings = bench.judge(rules, op.rid, before.form, before.form_v, before.fields)
    return tuple(name for name in findings.files if is_file_name(name))
