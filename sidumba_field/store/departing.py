"""Everything that may leave at once, as a stick takes it: chains of ops per record, frozen in their order.

On the line a record's next op waits for the answer of the one before. A stick may be days under way, so it takes them
all; each edit names the ops it stands on that have no answer yet (``Op.after``), and the server counts what these wrote
as seen (docs/spec/sync.md "Sticks").
"""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from sidumba_field.core.records import Op
from sidumba_field.store import codec
from sidumba_field.store.overlay import OPEN_STATES
from sidumba_field.store.tables import OUTBOX
from sidumba_field.store.waiting import is_due
from sidumba_field.wire.messages import MAX_AFTER

#: (connection, op id, now, ops it stands on) -> the frozen op.
Freeze = Callable[[sa.Connection, str, str, tuple[str, ...]], Op]
_NAMES = ("op", "rid", "place", "not_before", "kind", "frozen")


class _Chains:
    """The ops that leave so far, per record; a record whose chain ended lets nothing more go."""

    def __init__(self) -> None:
        self.leaving: list[Op] = []
        self._before: dict[str, tuple[str, ...]] = {}
        self._ended: set[str] = set()

    def may_go(self, row: codec.Row, now: str, members: tuple[str, ...]) -> bool:
        """Tell whether an op may leave now; if not, nothing of its record that comes later may either."""
        waits = not is_due(row["not_before"], now) or len(self._before.get(row["rid"], ())) >= MAX_AFTER
        if row["rid"] in self._ended or waits or any(rid in self._ended for rid in members):
            self._ended.add(row["rid"])
            return False
        return True

    def before(self, rid: str) -> tuple[str, ...]:
        return self._before.get(rid, ())

    def add(self, op: Op) -> None:
        self.leaving.append(op)
        if op.set:
            self._before[op.rid] = (*self.before(op.rid), op.op)


def all_leaving(connection: sa.Connection, freeze: Freeze, now: str) -> list[Op]:
    """Freeze and return every op that has no answer yet, in the order in which they have to be judged.

    An op inside its time for undoing does not leave, and nothing of its record behind it. Safe to repeat: what is
    frozen keeps its bytes.
    """
    chains = _Chains()
    for row in _open_rows(connection):
        if not chains.may_go(row, now, _members(connection, row)):
            continue
        chains.add(freeze(connection, row["op"], now, chains.before(row["rid"])))
        for part in _parts(connection, row):
            chains.add(freeze(connection, part, now, chains.before(row["rid"])))
    return chains.leaving


def _open_rows(connection: sa.Connection) -> list[codec.Row]:
    query = sa.select(*(OUTBOX.c[name] for name in _NAMES))
    query = query.where(OUTBOX.c.state.in_([state.value for state in OPEN_STATES]))
    return list(connection.execute(query.order_by(OUTBOX.c.place, OUTBOX.c.dseq)).mappings())


def _members(connection: sa.Connection, row: codec.Row) -> tuple[str, ...]:
    """Return the records a batch speaks of: it does not leave before what was done to them."""
    query = sa.select(OUTBOX.c.payload).where(
        OUTBOX.c.op == row["op"], OUTBOX.c.payload.contains('"members":')
    )
    text = connection.execute(query).scalar_one_or_none()
    return () if text is None else tuple(str(member["rid"]) for member in codec.op_of(text).members)


def _parts(connection: sa.Connection, row: codec.Row) -> list[str]:
    """Return what a leaving edit left behind because it stands on other revisions (``Outbox._settle_base``)."""
    if row["frozen"]:
        return []
    query = sa.select(OUTBOX.c.op).where(
        OUTBOX.c.rid == row["rid"],
        OUTBOX.c.place == row["place"],
        OUTBOX.c.frozen == 0,
        OUTBOX.c.state.in_([state.value for state in OPEN_STATES]),
    )
    return list(connection.execute(query.order_by(OUTBOX.c.dseq)).scalars())
