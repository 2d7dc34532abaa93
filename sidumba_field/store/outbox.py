"""The outbox: which ops leave next, frozen from then on, and what each answer does to the record it was for.

States and laws: docs/spec/sync.md "Client" and docs/spec/storage.md "Outbox". At most one op of a record is on its
way at a time; the next one learns from the answer on which revision it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from sidumba_field.core.ids import new_id
from sidumba_field.core.records import Op, OpAnswer, OpKind, OpStatus, OutboxState
from sidumba_field.core.time import Clock, iso
from sidumba_field.store import answering, cards, codec, departing, queue
from sidumba_field.store.database import Database
from sidumba_field.store.overlay import OPEN_STATES, PATIENCE, QueuedOp, standing
from sidumba_field.store.small import read_meta
from sidumba_field.store.tables import OUTBOX, RECEIPT, SCOPE
from sidumba_field.store.values import Changes, OutboxRow, Ready
from sidumba_field.store.waiting import due, is_due


class Head(Protocol):
    """Where a feed stands on the server (``wire.messages.HeadMessage``)."""

    @property
    def seq(self) -> int: ...

    @property
    def hash(self) -> str: ...


class Outbox:
    """Repository of ops on their way."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._db = database
        self._clock = clock
        #: (program, form, path) -> merge group of the form, None for a field that stands for itself.
        self.group_of: Callable[[str, str, str], str | None] = lambda program, form, path: None

    # ------------------------------------------------------------------------------------------------------- leaving
    def next_batch(self, limit: int, max_bytes: int, now: str = "") -> list[Op]:
        """Freeze and return the ops to send now: at most one per record, decisions first, then by age.

        ``max_bytes`` bounds the sum of their texts; one op alone may be larger. Ops that failed again and again go
        last, so none of them holds up its neighbours. ``now``: ISO instant, the clock's when "".
        """
        now = now or iso(self._clock.now())
        batch: list[Op] = []
        with self._db.write() as connection:
            room = max_bytes
            for op_id, size in _candidates(connection, now):
                if len(batch) >= limit:
                    break
                if size > room and batch:
                    continue
                batch.append(self._freeze(connection, op_id, now))
                room -= size
        return batch

    def leave_all(self, now: str = "") -> list[Op]:
        """Freeze and return all that may leave, several ops of one record among them: for a stick. They stay queued
        until an answer comes, by stick or by line. ``now``: ISO instant, the clock's when ""."""
        with self._db.write() as connection:
            return departing.all_leaving(connection, self._settle_base, now or iso(self._clock.now()))

    def ready(self, now: str = "") -> Ready:
        """Return how much ``leave_all`` would let leave; changes nothing."""
        decides = OUTBOX.c.payload.contains('"content_sha256":')
        is_step = OUTBOX.c.kind != OpKind.EDIT.value
        query = sa.select(
            sa.func.count(),
            sa.func.coalesce(sa.func.sum(sa.case((is_step, 1), else_=0)), 0),
            sa.func.coalesce(sa.func.sum(sa.case((sa.and_(is_step, decides), 1), else_=0)), 0),
            sa.func.count(OUTBOX.c.rid.distinct()),
            sa.func.coalesce(sa.func.sum(sa.func.length(OUTBOX.c.payload)), 0),
        )
        is_open = OUTBOX.c.state.in_([state.value for state in OPEN_STATES])
        is_ready = due(now or iso(self._clock.now()))
        with self._db.read() as connection:
            return Ready(*connection.execute(query.where(is_open, is_ready)).one())

    def _freeze(self, connection: sa.Connection, op_id: str, now: str) -> Op:
        row = connection.execute(sa.select(OUTBOX).where(OUTBOX.c.op == op_id)).mappings().one()
        queued = cards.queued_of(row)
        op = queued.op
        if op.kind is OpKind.EDIT and not queued.frozen:
            op = self._settle_base(connection, queued, now)
        values = {
            "state": OutboxState.INFLIGHT.value,
            "frozen": 1,
            "sent_at": now,
            "payload": queue.payload(op),
        }
        connection.execute(sa.update(OUTBOX).where(OUTBOX.c.op == op_id).values(values))
        return op

    def _settle_base(self, connection: sa.Connection, queued: QueuedOp, now: str) -> Op:
        """Give a leaving edit its base revision; what stands on another one follows as an op of its own."""
        card = cards.load(connection, queued.op.rid)
        if card is None:
            return queued.op
        own = cards.own(connection, queued.op.rid)
        group_of = partial(self.group_of, queued.op.program, queued.op.form)
        groups = standing(queued, card.base, card.ops, own, group_of) or {card.view.rev: set()}
        newest = max(groups)
        for rev in sorted(groups, reverse=True):
            if rev != newest:
                part = _part(queued.op, groups[rev], rev).with_(op=new_id(self._clock))
                seen = {path: queued.seen.get(path, rev) for path in groups[rev]}
                queue.put(connection, part, now, seen=seen, place=queued.place)
        return _part(queued.op, groups[newest], newest)

    def requeue_inflight(self) -> int:
        """At start, and after a fault of transport: what was on its way is sent again, same bytes, same ids."""
        waiting = sa.update(OUTBOX).where(OUTBOX.c.state == OutboxState.INFLIGHT.value)
        with self._db.write() as connection:
            return connection.execute(waiting.values(state=OutboxState.QUEUED.value)).rowcount

    def note_failure(self, op_ids: Iterable[str], code: str) -> None:
        """Count a refusal that was no answer (a body too big, a server fault on this op alone) against these ops."""
        with self._db.write() as connection:
            rids = {answering.failed(connection, op_id, code, {}) for op_id in op_ids}
            cards.refresh_all(connection, [rid for rid in rids if rid is not None])

    def replay_done(self, since: str) -> int:
        """For a server restored from a backup: queue again every op it answered since ``since`` (ISO), same bytes."""
        final = [state.value for state in (OutboxState.DONE, OutboxState.CONFLICT, OutboxState.HELD)]
        with self._db.write() as connection:
            chosen = sa.and_(OUTBOX.c.state.in_(final), OUTBOX.c.answered_at >= since)
            rids = set(connection.execute(sa.select(OUTBOX.c.rid).where(chosen)).scalars())
            values = {
                "state": OutboxState.QUEUED.value,
                "frozen": 1,
                "not_before": "",
                "rev": 0,
                "conflicts": "[]",
            }
            number = connection.execute(sa.update(OUTBOX).where(chosen).values(values)).rowcount
            cards.refresh_all(connection, rids)
        return number

    # ------------------------------------------------------------------------------------------------------- answers
    def apply_answers(
        self, answers: Sequence[OpAnswer], heads: Mapping[str, Head], receipt: str = ""
    ) -> Changes:
        """Keep the answers of one push, its heads and its receipt, all in one transaction. Safe to repeat."""
        now = iso(self._clock.now())
        with self._db.write() as connection:
            rids: set[str] = set()
            taken = 0
            for answer in answers:
                touched = answering.take(connection, answer, now, receipt)
                taken += bool(touched) and answer.st is not OpStatus.RETRY
                rids |= touched
            for vid, head in heads.items():
                newer = sa.and_(SCOPE.c.vid == vid, SCOPE.c.head_seq <= head.seq)
                connection.execute(
                    sa.update(SCOPE).where(newer).values(head_seq=head.seq, head_hash=head.hash)
                )
            if receipt and taken:
                row = insert(RECEIPT).values(number=receipt, at=now, ops=taken)
                more = {"ops": RECEIPT.c.ops + taken}
                connection.execute(row.on_conflict_do_update(index_elements=[RECEIPT.c.number], set_=more))
            cards.refresh_all(connection, rids)
        return Changes(frozenset(rids), frozenset(), taken, len(answers) - taken)

    def acknowledge(self, op_id: str) -> None:
        """The user has read why an op was refused: its record leaves the state of alarm, the row stays."""
        with self._db.write() as connection:
            found = sa.select(OUTBOX.c.rid).where(OUTBOX.c.op == op_id)
            rid = connection.execute(found).scalar_one_or_none()
            connection.execute(sa.update(OUTBOX).where(OUTBOX.c.op == op_id).values(attention=0))
            if rid is not None:
                cards.refresh(connection, rid)

    # ------------------------------------------------------------------------------------------------------- reading
    def rows(self, limit: int = 200) -> list[OutboxRow]:
        """Return ops for the screen: refused ones first, then those on their way, then the latest answered."""
        open_states = [state.value for state in OPEN_STATES]
        rank = sa.case((OUTBOX.c.attention == 1, 0), (OUTBOX.c.state.in_(open_states), 1), else_=2)
        found = sa.select(OUTBOX).order_by(rank, OUTBOX.c.dseq.desc()).limit(limit)
        with self._db.read() as connection:
            return [_row(row) for row in connection.execute(found).mappings()]

    def sealed_at(self, rids: Sequence[str]) -> Mapping[str, str]:
        """Return when the first op of each of these records was sealed here; those typed elsewhere are missing."""
        first = sa.func.min(OUTBOX.c.queued_at).label("at")
        found = sa.select(OUTBOX.c.rid, first).where(OUTBOX.c.rid.in_(rids)).group_by(OUTBOX.c.rid)
        with self._db.read() as connection:
            return {row.rid: row.at for row in connection.execute(found)}

    def withdrawn(self, vid: str, user: str, since: str) -> int:
        """Return how many drafts of a scope somebody withdrew here since an instant (ISO), refused ones left out."""
        found = sa.select(sa.func.count()).where(
            OUTBOX.c.vid == vid,
            OUTBOX.c.kind == OpKind.TOMBSTONE.value,
            OUTBOX.c.state.in_([*(state.value for state in OPEN_STATES), OutboxState.DONE.value]),
            OUTBOX.c.queued_at >= since,
            sa.func.json_extract(OUTBOX.c.payload, "$.by") == user,
        )
        with self._db.read() as connection:
            return int(connection.execute(found).scalar_one())

    def unsent(self) -> int:
        """Return how many ops have no answer yet."""
        found = sa.select(sa.func.count()).where(OUTBOX.c.state.in_([state.value for state in OPEN_STATES]))
        with self._db.read() as connection:
            return connection.execute(found).scalar_one()

    def get(self, op_id: str) -> Op | None:
        """Return an op as it lies in the outbox."""
        found = sa.select(OUTBOX.c.payload).where(OUTBOX.c.op == op_id)
        with self._db.read() as connection:
            text = connection.execute(found).scalar_one_or_none()
        return None if text is None else codec.op_of(text)

    def dseq(self) -> int:
        """Return the highest number of the device's sequence given out here (a server that knows a higher one has
        seen this laptop before it was restored)."""
        with self._db.read() as connection:
            return int(read_meta(connection, queue.DSEQ) or "0")


def _candidates(connection: sa.Connection, now: str) -> list[tuple[str, int]]:
    """Return (op, bytes) of what may leave: the first open op of each record, unless it is on its way or waits."""
    names = ("op", "rid", "kind", "state", "not_before", "failures", "place", "dseq", "command")
    size = sa.func.length(sa.cast(OUTBOX.c.payload, sa.LargeBinary)).label("size")
    query = sa.select(*(OUTBOX.c[name] for name in names), size)
    query = query.where(OUTBOX.c.state.in_([state.value for state in OPEN_STATES]))
    rows = connection.execute(query.order_by(OUTBOX.c.place, OUTBOX.c.dseq)).mappings().all()
    first: dict[str, codec.Row] = {}
    for row in rows:
        first.setdefault(row["rid"], row)
    ready = [
        row
        for row in first.values()
        if row["state"] == OutboxState.QUEUED.value and is_due(row["not_before"], now)
    ]
    ready = [row for row in ready if not _waits_for_members(connection, row, first)]
    ready.sort(key=lambda row: (row["failures"] >= PATIENCE, row["kind"] == OpKind.EDIT.value, row["place"]))
    return [(row["op"], row["size"]) for row in ready]


def _waits_for_members(connection: sa.Connection, row: codec.Row, first: Mapping[str, codec.Row]) -> bool:
    """A batch leaves only after every earlier op of its members has been answered."""
    if row["kind"] != OpKind.TRANSITION.value:
        return False
    text = connection.execute(sa.select(OUTBOX.c.payload).where(OUTBOX.c.op == row["op"])).scalar_one()
    if '"members":' not in text:
        return False
    earlier = (first.get(str(member["rid"])) for member in codec.op_of(text).members)
    return any(other is not None and other["place"] < row["place"] for other in earlier)


def _part(op: Op, paths: set[str], base_rev: int) -> Op:
    return op.with_(
        base_rev=base_rev,
        set={path: value for path, value in op.set.items() if path in paths},
        was={path: value for path, value in op.was.items() if path in paths},
    )


def _row(row: codec.Row) -> OutboxRow:
    op = codec.op_of(row["payload"])
    return OutboxRow(
        op=op.op,
        rid=op.rid,
        vid=op.vid,
        program=op.program,
        subject=op.subject,
        kind=op.kind,
        command=op.command,
        state=OutboxState(row["state"]),
        dseq=row["dseq"],
        by=op.by,
        at=op.at,
        code=row["code"],
        params=codec.load(row["params"]),
        conflicts=tuple(codec.load(row["conflicts"])),
        failures=row["failures"],
        receipt=row["receipt"],
        answered_at=row["answered_at"],
        attention=bool(row["attention"]),
    )
