"""What one answer of the server does: to its op, to the draft, to proposals (docs/spec/storage.md "Outbox")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from sidumba_field.core.records import SETTLED, Op, OpAnswer, OpKind, OpStatus, OutboxState
from sidumba_field.store import cards, choices, codec, queue
from sidumba_field.store.overlay import OPEN_STATES, QueuedOp
from sidumba_field.store.tables import OUTBOX, PREDICTION, PROPOSAL, RECORD

_FINAL = {
    OpStatus.APPLIED: OutboxState.DONE,
    OpStatus.MERGED: OutboxState.DONE,
    OpStatus.CONFLICT: OutboxState.CONFLICT,
    OpStatus.HELD: OutboxState.HELD,
    OpStatus.REJECTED: OutboxState.REJECTED,
}

#: Another machine with this laptop's database sent other answers under the same id (docs/spec/sync.md "Lives").
REUSED = "op.id_reused"


def take(connection: sa.Connection, answer: OpAnswer, now: str, receipt: str) -> set[str]:
    """Apply one answer; return the records it touches, none when it is unknown or was taken before."""
    found = sa.select(OUTBOX).where(OUTBOX.c.op == answer.op)
    row = connection.execute(found).mappings().one_or_none()
    if row is None or OutboxState(row["state"]) not in OPEN_STATES:
        return set()
    if answer.st is OpStatus.RETRY:
        rid = failed(connection, answer.op, answer.code, answer.params)
        return set() if rid is None else {rid}
    queued = cards.queued_of(row)
    if answer.code == REUSED and queued.op.kind is OpKind.EDIT:
        queue.again(connection, queued, now)
        return {queued.op.rid}
    state = _FINAL[answer.st]
    refused = state is OutboxState.REJECTED or (
        state is OutboxState.CONFLICT and queued.op.kind is not OpKind.EDIT
    )
    values = {
        "state": state.value,
        "frozen": 1,
        "answered_at": now,
        "rev": answer.rev,
        "seq": answer.seq,
        "code": answer.code,
        "params": codec.dump({key: str(value) for key, value in answer.params.items()}),
        "conflicts": codec.dump(sorted(_not_applied(queued.op, answer))),
        "receipt": receipt,
        "attention": int(refused),
    }
    connection.execute(sa.update(OUTBOX).where(OUTBOX.c.op == answer.op).values(values))
    _mark_pulled(connection, answer)
    _after(connection, queued, answer, state, now)
    predicted = sa.select(PREDICTION.c.rid).where(PREDICTION.c.op == answer.op)
    return {queued.op.rid, *connection.execute(predicted).scalars()}


def _not_applied(op: Op, answer: OpAnswer) -> set[str]:
    """Return the paths of an op that did not go in: those that clash, and all of one that came too late as a whole (a
    decision on something decided meanwhile)."""
    if answer.st is OpStatus.CONFLICT and answer.code and not answer.conflicts:
        return set(op.set)
    return set(answer.conflicts)


def _mark_pulled(connection: sa.Connection, answer: OpAnswer) -> None:
    """A base that is already at the answered revision (pulled, or by snapshot) holds this op."""
    base = sa.select(RECORD.c.base_rev).where(
        RECORD.c.rid == OUTBOX.c.rid, RECORD.c.stale_base == 0, RECORD.c.base.is_not(None)
    )
    holds = sa.and_(OUTBOX.c.op == answer.op, OUTBOX.c.rev > 0, base.scalar_subquery() >= OUTBOX.c.rev)
    connection.execute(sa.update(OUTBOX).where(holds).values(pulled=1))


def _after(
    connection: sa.Connection, queued: QueuedOp, answer: OpAnswer, state: OutboxState, now: str
) -> None:
    if state is OutboxState.DONE:
        # The user did it again and it went in: earlier refusals of this record have been looked at.
        earlier = sa.and_(OUTBOX.c.rid == queued.op.rid, OUTBOX.c.place < queued.place)
        connection.execute(sa.update(OUTBOX).where(earlier, OUTBOX.c.attention == 1).values(attention=0))
    elif state is OutboxState.REJECTED:
        later = sa.select(OUTBOX).where(
            OUTBOX.c.rid == queued.op.rid,
            OUTBOX.c.place > queued.place,
            OUTBOX.c.state.in_([open_state.value for open_state in OPEN_STATES]),
        )
        covered = {
            path for row in connection.execute(later).mappings() for path in cards.queued_of(row).op.set
        }
        queue.back_to_draft(connection, queued, now, frozenset(covered))
    elif queued.op.kind is OpKind.EDIT and not answer.code:
        _propose(connection, queued.op, answer)
    if state in (OutboxState.DONE, OutboxState.CONFLICT) and not answer.code:
        for path in queued.op.set:
            if path.startswith(SETTLED):
                choices.drop(connection, path.removeprefix(SETTLED))


def _propose(connection: sa.Connection, op: Op, answer: OpAnswer) -> None:
    """Show the difference at once; the feed brings the same proposal with its place and its author's name."""
    paths = set(answer.conflicts) if answer.st is OpStatus.CONFLICT else set(op.set)
    row: dict[str, Any] = {
        "op": op.op,
        "rid": op.rid,
        "vid": op.vid,
        "seq": answer.seq,
        "reason": "conflict" if answer.st is OpStatus.CONFLICT else "held",
        "set": codec.dump({path: value for path, value in op.set.items() if path in paths}),
        "was": codec.dump({path: value for path, value in op.was.items() if path in paths}),
        "base_rev": op.base_rev,
        "by": op.by,
        "by_name": "",
        "at": op.at,
    }
    connection.execute(insert(PROPOSAL).values(row).on_conflict_do_nothing())


def failed(connection: sa.Connection, op_id: str, code: str, params: Mapping[str, Any]) -> str | None:
    """Queue an op again and count the failure; return its record, None when it is not on its way."""
    found = sa.select(OUTBOX.c.rid).where(
        OUTBOX.c.op == op_id, OUTBOX.c.state.in_([state.value for state in OPEN_STATES])
    )
    rid = connection.execute(found).scalar_one_or_none()
    if rid is None:
        return None
    values: dict[str, Any] = {
        "state": OutboxState.QUEUED.value,
        "failures": OUTBOX.c.failures + 1,
        "code": code,
        "params": codec.dump({key: str(value) for key, value in params.items()}),
    }
    connection.execute(sa.update(OUTBOX).where(OUTBOX.c.op == op_id).values(values))
    return str(rid)
