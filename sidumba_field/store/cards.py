"""One record's rows read together, and its derived columns written again after every change.

``refresh`` is the only writer of what lists show (fields, state, mark, ...), so no list can disagree with the outbox.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from sidumba_field.core.records import SETTLED, OpKind, OutboxState, Record
from sidumba_field.store import codec, lines
from sidumba_field.store.overlay import (
    APPLIED_STATES,
    OPEN_STATES,
    Born,
    Draft,
    Effective,
    Own,
    QueuedOp,
    effective,
    mark_of,
)
from sidumba_field.store.tables import FEED, JOURNAL, OUTBOX, PREDICTION, PROPOSAL, RECORD
from sidumba_field.store.values import LocalRecord, Mark, Proposal

_FILE_NAME = re.compile(r"^[0-9a-f]{64}\.[a-z0-9]{1,8}$")

# Every keystroke that is kept runs these: they are built once, not per call.
_RID = sa.bindparam("rid_", type_=sa.String)
_ROW = sa.select(RECORD).where(RECORD.c.rid == _RID)
_OPS = (
    sa.select(OUTBOX)
    .where(
        OUTBOX.c.rid == _RID,
        sa.or_(
            OUTBOX.c.state.in_(sorted(OPEN_STATES)),
            OUTBOX.c.attention == 1,
            sa.and_(OUTBOX.c.state.in_(sorted(APPLIED_STATES)), OUTBOX.c.pulled == 0),
        ),
    )
    .order_by(OUTBOX.c.place, OUTBOX.c.dseq)
)
_DRAFT = sa.select(JOURNAL.c.path, JOURNAL.c.value, JOURNAL.c.seen).where(JOURNAL.c.rid == _RID)
_PREDICTIONS = (
    sa.select(OUTBOX.c.place, PREDICTION.c.state)
    .select_from(PREDICTION.join(OUTBOX, PREDICTION.c.op == OUTBOX.c.op))
    .where(
        PREDICTION.c.rid == _RID,
        sa.or_(
            OUTBOX.c.state.in_(sorted(OPEN_STATES)),
            sa.and_(OUTBOX.c.state == OutboxState.DONE.value, OUTBOX.c.pulled == 0),
        ),
    )
)
_PROPOSALS = sa.select(PROPOSAL).where(PROPOSAL.c.rid == _RID).order_by(PROPOSAL.c.seq, PROPOSAL.c.at)
_DERIVED = (
    "fields",
    "state",
    "owner",
    "period",
    "rev",
    "mark",
    "returned",
    "created_at",
    "changed_at",
    "text_stale",
)
_REFRESH = (
    sa.update(RECORD).where(RECORD.c.rid == _RID).values({name: sa.bindparam(name) for name in _DERIVED})
)


@dataclass(frozen=True, slots=True)
class Card:
    """Everything the store holds of one record, and the view that follows from it."""

    row: codec.Row
    base: Record | None
    born: Born
    ops: tuple[QueuedOp, ...]
    draft: Mapping[str, Draft]
    proposals: tuple[Proposal, ...]
    view: Effective

    @property
    def pending(self) -> int:
        return sum(queued.is_open for queued in self.ops)

    @property
    def saved_at(self) -> str:
        return str(self.row["saved_at"])

    @property
    def mark(self) -> Mark:
        differing = any(proposal.open for proposal in self.proposals)
        return mark_of(self.ops, self.base is not None, bool(self.draft), differing)

    @property
    def created_at(self) -> str:
        """Return this laptop's time of the beginning where it began here (so that a day's work stays that day's)."""
        return self.born.created_at

    @property
    def changed_at(self) -> str:
        """Return the server's time of the last change, or this laptop's while own work is not there yet."""
        if self.base is not None and not self.draft and not self.pending:
            return self.base.changed_at
        born = self.born.created_at if self.base is None else self.base.changed_at
        return max(born, self.saved_at)

    @property
    def returned(self) -> bool:
        return self.base is not None and bool(self.base.remarks) and not self.view.predicted


def is_file_name(value: str | None) -> bool:
    """Tell whether an answer is the name of an attachment ("<sha256>.<ext>")."""
    return value is not None and _FILE_NAME.match(value) is not None


def queued_of(row: codec.Row) -> QueuedOp:
    return QueuedOp(
        op=codec.op_of(row["payload"]),
        state=OutboxState(row["state"]),
        place=row["place"],
        frozen=bool(row["frozen"]),
        seen=codec.load(row["seen"]),
        rev=row["rev"],
        conflicts=tuple(codec.load(row["conflicts"])),
        pulled=bool(row["pulled"]),
        attention=bool(row["attention"]),
        failures=row["failures"],
    )


def load(connection: sa.Connection, rid: str) -> Card | None:
    """Return the card of ``rid``, or None when this laptop has no such record."""
    row = connection.execute(_ROW, {"rid_": rid}).mappings().one_or_none()
    if row is None:
        return None
    base = codec.record_of(row["base"]) if row["base"] is not None else None
    born = Born(**codec.load(row["born"]))
    ops = _ops(connection, rid)
    draft = _draft(connection, rid)
    view = effective(base, born, ops, _predictions(connection, rid), draft)
    proposals = _proposals(connection, rid, view.fields)
    return Card(row, base, born, ops, draft, proposals, view)


def _ops(connection: sa.Connection, rid: str) -> tuple[QueuedOp, ...]:
    """Ops that still matter for the view: open ones, applied ones not pulled yet, refused ones not looked at."""
    return tuple(queued_of(row) for row in connection.execute(_OPS, {"rid_": rid}).mappings())


def _draft(connection: sa.Connection, rid: str) -> dict[str, Draft]:
    found = connection.execute(_DRAFT, {"rid_": rid})
    return {row.path: Draft(row.value, row.seen) for row in found}


def _predictions(connection: sa.Connection, rid: str) -> list[tuple[int, str]]:
    """Predicted states of ops not refused and not pulled yet, with their place in the queue."""
    return [(row.place, row.state) for row in connection.execute(_PREDICTIONS, {"rid_": rid})]


def _proposals(connection: sa.Connection, rid: str, fields: Mapping[str, str]) -> tuple[Proposal, ...]:
    found = connection.execute(_PROPOSALS, {"rid_": rid}).mappings()
    return tuple(proposal_of(row, fields) for row in found)


def proposal_of(row: codec.Row, fields: Mapping[str, str]) -> Proposal:
    values = {**row, "set": codec.load(row["set"]), "was": codec.load(row["was"])}
    differs = any((value or "") != fields.get(path, "") for path, value in values["set"].items())
    return Proposal(**values, open=differs and not fields.get(SETTLED + row["op"]))


def local(card: Card) -> LocalRecord:
    """Return the record as this laptop sees it."""
    row, base, view = card.row, card.base, card.view
    return LocalRecord(
        rid=row["rid"],
        vid=row["vid"],
        program=row["program"],
        subject=row["subject"],
        form=row["form"],
        form_v=row["form_v"],
        base=base,
        fields=view.fields,
        field_revs=_revs(base, view),
        state=view.state,
        rev=view.rev,
        base_rev=base.rev if base else 0,
        owner=base.owner if base else card.born.owner,
        authors=view.authors,
        remarks=base.remarks if base else (),
        period=(base.period if base else "") or card.born.period,
        mark=card.mark,
        created_at=card.created_at,
        changed_at=card.changed_at,
        saved_at=card.saved_at,
        draft={path: draft.value for path, draft in card.draft.items()},
        pending=card.pending,
        predicted=view.predicted,
    )


def _revs(base: Record | None, view: Effective) -> dict[str, int]:
    """Return path -> revision of its last change; what this laptop changed since counts as the revision to come."""
    if base is None:
        return dict.fromkeys(view.fields, view.rev + 1)
    revs = dict(base.field_revs)
    for path in view.fields.keys() | base.fields.keys():
        if view.fields.get(path) != base.fields.get(path):
            revs[path] = view.rev + 1
    return revs


def own(connection: sa.Connection, rid: str) -> Own:
    """Return what this laptop itself wrote into ``rid``, by answers and by entries that came back."""
    answered = sa.select(OUTBOX).where(
        OUTBOX.c.rid == rid, OUTBOX.c.rev > 0, OUTBOX.c.state.in_(sorted(APPLIED_STATES))
    )
    writes: dict[str, int] = {}
    revs = set()
    for row in connection.execute(answered).mappings():
        applied = queued_of(row).applied()
        if applied or row["state"] == OutboxState.DONE.value:
            revs.add(row["rev"])
        for path in applied:
            writes[path] = max(writes.get(path, 0), row["rev"])
    returned = sa.select(FEED.c.rev).select_from(FEED.join(OUTBOX, FEED.c.op == OUTBOX.c.op))
    edits = returned.where(FEED.c.rid == rid, FEED.c.kind == OpKind.EDIT.value)
    return Own(frozenset(revs | set(connection.execute(edits).scalars())), writes)


def refresh(connection: sa.Connection, rid: str, reindex: bool = True) -> Card:
    """Write the derived columns of ``rid`` anew and return its card; ``reindex`` False leaves the words for later."""
    card = load(connection, rid)
    if card is None:
        raise KeyError(rid)
    values = {
        "fields": codec.dump(dict(card.view.fields)),
        "state": card.view.state,
        "owner": card.base.owner if card.base else card.born.owner,
        "period": (card.base.period if card.base else "") or card.born.period,
        "rev": card.view.rev,
        "mark": card.mark.value,
        "returned": int(card.returned),
        "created_at": card.created_at,
        "changed_at": card.changed_at,
        "text_stale": int(not reindex),
    }
    connection.execute(_REFRESH, {"rid_": rid, **values})
    lines.write(connection, [_line(card)])
    if reindex:
        index_words(connection, card.row["n"], card.row["program"], card.view.fields)
    return card


def _line(card: Card) -> lines.Line:
    """Return what lists show of a card."""
    row, base = card.row, card.base
    return lines.Line(
        n=row["n"],
        rid=row["rid"],
        vid=row["vid"],
        program=row["program"],
        subject=row["subject"],
        state=card.view.state,
        mark=card.mark.value,
        period=(base.period if base else "") or card.born.period,
        owner=base.owner if base else card.born.owner,
        remarks=len(base.remarks) if base is not None and card.returned else 0,
        rev=card.view.rev,
        created_at=card.created_at,
        changed_at=card.changed_at,
        fields=card.view.fields,
    )


def refresh_all(connection: sa.Connection, rids: Iterable[str]) -> None:
    for rid in rids:
        refresh(connection, rid)


def index_words(connection: sa.Connection, n: int, program: str, fields: Mapping[str, str]) -> None:
    """Put the words of one record into the full text index."""
    index_all(connection, [(n, program, fields)])


def index_all(connection: sa.Connection, records: Sequence[tuple[int, str, Mapping[str, str]]]) -> None:
    """Put the words of records (n, program, fields) into the full text index (contentless: no second copy)."""
    bodies = []
    for n, program, fields in records:
        spec = lines.coming(connection, program) or lines.spec_of(connection, program)
        words = lines.searched(spec, fields)
        bodies.append((n, "\n".join(value for value in words if not is_file_name(value))))
    connection.exec_driver_sql("DELETE FROM record_text WHERE rowid = ?", [(n,) for n, _ in bodies])
    connection.exec_driver_sql("INSERT INTO record_text (rowid, body) VALUES (?, ?)", bodies)
