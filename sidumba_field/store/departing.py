"""Everything that may leave at once, as a stick takes it: chains of ops per record, frozen in their order.

On the line a record's next op waits for the answer of the one before. A stick may be days under way, so it takes them
all; each edit names the ops it stands on that have no answer yet (``Op.after``), and the server counts what these wrote
as seen (docs/spec/sync.md "Sticks").
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import sqlalchemy as sa

from sidumba_field.core.records import Op, OpKind
from sidumba_field.store import cards, codec, queue
from sidumba_field.store.overlay import OPEN_STATES, QueuedOp
from sidumba_field.store.tables import OUTBOX, RECORD
from sidumba_field.store.waiting import is_due
from sidumba_field.wire.messages import MAX_AFTER

#: (connection, edit, now) -> the edit with its base revision; what stands on another one is queued at the same place.
Settle = Callable[[sa.Connection, QueuedOp, str], Op]
_FREEZE = (
    sa.update(OUTBOX)
    .where(OUTBOX.c.op == sa.bindparam("op_"))
    .values(frozen=1, sent_at=sa.bindparam("now_"), payload=sa.bindparam("payload_"))
)


class _Chains:
    """The ops that leave so far, per record; a record whose chain ended lets nothing more go."""

    def __init__(self) -> None:
        self.leaving: list[Op] = []
        self._before: dict[str, tuple[str, ...]] = {}
        self._ended: set[str] = set()
        self._gone: set[str] = set()

    def may_go(self, row: codec.Row, now: str, members: tuple[str, ...]) -> bool:
        """Tell whether an op may leave now; if not, nothing of its record that comes later may either."""
        waits = not is_due(row["not_before"], now) or len(self._before.get(row["rid"], ())) >= MAX_AFTER
        if row["rid"] in self._ended or waits or any(rid in self._ended for rid in members):
            self._ended.add(row["rid"])
            return False
        return True

    def has(self, op: str) -> bool:
        """Tell whether an op leaves already, as a part of the one before it."""
        return op in self._gone

    def before(self, rid: str) -> tuple[str, ...]:
        return self._before.get(rid, ())

    def add(self, op: Op) -> None:
        self.leaving.append(op)
        self._gone.add(op.op)
        if op.set:
            self._before[op.rid] = (*self.before(op.rid), op.op)


def all_leaving(connection: sa.Connection, settle: Settle, now: str) -> list[Op]:
    """Freeze and return every op that has no answer yet, in the order in which they have to be judged.

    An op inside its time for undoing does not leave, and nothing of its record behind it. Safe to repeat: what is
    frozen keeps its bytes.
    """
    chains, unknown = _Chains(), _unknown(connection)
    frozen: list[dict[str, str]] = []
    for row in _open_rows(connection):
        if chains.has(row["op"]) or not chains.may_go(row, now, _members(row)):
            continue
        for one in _in_turn(connection, row, settle, now, unknown):
            op = one.op.with_(after=chains.before(row["rid"])) if one.op.kind is OpKind.EDIT else one.op
            if not one.frozen:
                frozen.append({"op_": op.op, "now_": now, "payload_": queue.payload(op)})
            chains.add(one.op if one.frozen else op)
    if frozen:
        connection.execute(_FREEZE, frozen)
    return chains.leaving


def _in_turn(
    connection: sa.Connection, row: codec.Row, settle: Settle, now: str, unknown: frozenset[str]
) -> list[QueuedOp]:
    """Return an op as it leaves, and behind it what it left because that stands on another revision."""
    queued = cards.queued_of(row)
    if queued.frozen or queued.op.kind is not OpKind.EDIT:
        return [queued]
    if row["rid"] in unknown:
        # No server knows the record and nothing of it was ever answered: there is one revision to stand on.
        return [replace(queued, op=queued.op.with_(base_rev=0))]
    settled = settle(connection, queued, now)
    parts = [replace(queued, op=settled)]
    if len(settled.set) < len(queued.op.set):
        for part in _parts(connection, row):
            parts.append(replace(part, op=settle(connection, part, now)))
    return parts


def _unknown(connection: sa.Connection) -> frozenset[str]:
    """Return the records of which neither a base nor any answered revision is here."""
    answered = sa.select(OUTBOX.c.rid).where(OUTBOX.c.rev > 0)
    query = sa.select(RECORD.c.rid).where(RECORD.c.base.is_(None), RECORD.c.rid.not_in(answered))
    return frozenset(connection.execute(query).scalars())


def _open_rows(connection: sa.Connection) -> list[codec.Row]:
    query = sa.select(OUTBOX).where(OUTBOX.c.state.in_([state.value for state in OPEN_STATES]))
    return list(connection.execute(query.order_by(OUTBOX.c.place, OUTBOX.c.dseq)).mappings())


def _members(row: codec.Row) -> tuple[str, ...]:
    """Return the records a batch speaks of: it does not leave before what was done to them."""
    if '"members":' not in row["payload"]:
        return ()
    return tuple(str(member["rid"]) for member in codec.op_of(row["payload"]).members)


def _parts(connection: sa.Connection, row: codec.Row) -> list[QueuedOp]:
    """Return what a leaving edit left behind because it stands on other revisions (``Outbox._settle_base``)."""
    query = sa.select(OUTBOX).where(
        OUTBOX.c.rid == row["rid"],
        OUTBOX.c.place == row["place"],
        OUTBOX.c.op != row["op"],
        OUTBOX.c.frozen == 0,
        OUTBOX.c.state.in_([state.value for state in OPEN_STATES]),
    )
    return [cards.queued_of(part) for part in connection.execute(query.order_by(OUTBOX.c.dseq)).mappings()]
