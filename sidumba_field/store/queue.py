"""Putting ops into the outbox table and taking them out again: numbering, joining, going back to the draft."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from sidumba_field.core.canonical import canonical
from sidumba_field.core.ids import new_id
from sidumba_field.core.records import Op, OpKind, OutboxState
from sidumba_field.core.time import FixedClock, parse_iso
from sidumba_field.store import cards, codec
from sidumba_field.store.overlay import QueuedOp, is_settling
from sidumba_field.store.small import read_meta, write_meta
from sidumba_field.store.tables import FILE, JOURNAL, OUTBOX

DSEQ = "dseq"


def next_dseq(connection: sa.Connection) -> int:
    """Return the next number of this device's sequence; it never goes back, whatever is purged."""
    number = int(read_meta(connection, DSEQ) or "0") + 1
    write_meta(connection, DSEQ, str(number))
    return number


def put(
    connection: sa.Connection,
    op: Op,
    now: str,
    predicted: str = "",
    not_before: str = "",
    seen: Mapping[str, int] | None = None,
    place: int = 0,
) -> Op:
    """Insert ``op`` as queued and return it with its ``dseq``. ``place`` orders ops of a record (0 = at the end)."""
    op = op.with_(dseq=next_dseq(connection))
    if seen is None:
        seen = dict.fromkeys(op.set, op.base_rev)
    row = {
        "op": op.op,
        "dseq": op.dseq,
        "place": place or op.dseq,
        "rid": op.rid,
        "vid": op.vid,
        "program": op.program,
        "kind": op.kind.value,
        "command": op.command,
        "state": OutboxState.QUEUED.value,
        "payload": payload(op),
        "seen": codec.dump(dict(seen)),
        "predicted": predicted,
        "not_before": not_before,
        "queued_at": now,
        "frozen": 0,
        **UNANSWERED,
    }
    connection.execute(sa.insert(OUTBOX).values(row))
    _want_files(connection, op)
    return op


#: What the columns of an answer hold before there is one.
UNANSWERED: Mapping[str, object] = {
    "sent_at": "",
    "answered_at": "",
    "rev": 0,
    "seq": 0,
    "code": "",
    "params": "{}",
    "conflicts": "[]",
    "receipt": "",
    "failures": 0,
    "attention": 0,
    "pulled": 0,
}


def payload(op: Op) -> str:
    """Return the text of an op as it lies in the outbox, and as it travels."""
    return canonical(op.payload()).decode()


def put_edit(connection: sa.Connection, card: cards.Card, op: Op, seen: Mapping[str, int], now: str) -> Op:
    """Queue an edit, or join it to the record's last op when that is an edit of the same user which never left."""
    last = card.ops[-1] if card.ops else None
    joinable = (
        last is not None
        and last.op.kind is OpKind.EDIT
        and last.state is OutboxState.QUEUED
        and not last.frozen
        and last.op.by == op.by
        and not is_settling(last.op)
        and not is_settling(op)
    )
    if last is None or not joinable:
        return put(connection, op, now, seen=seen)
    joined = last.op.with_(
        set=_without_removed({**last.op.set, **op.set}), was={**op.was, **last.op.was}, at=op.at
    )
    joined = joined.with_(was={path: joined.was.get(path) for path in joined.set})
    kept = {path: {**seen, **last.seen}[path] for path in joined.set}
    connection.execute(
        sa.update(OUTBOX)
        .where(OUTBOX.c.op == joined.op)
        .values(payload=payload(joined), seen=codec.dump(kept), queued_at=now)
    )
    _want_files(connection, joined)
    return joined


def _without_removed(change: Mapping[str, str | None]) -> dict[str, str | None]:
    gone = tuple(path + "/" for path, value in change.items() if path.endswith("]") and not value)
    return {path: value for path, value in change.items() if not gone or not path.startswith(gone)}


def back_to_draft(
    connection: sa.Connection, queued: QueuedOp, at: str, except_for: frozenset[str] = frozenset()
) -> None:
    """Give an edit's answers back to the journal, under what was answered since: nothing the user typed vanishes.

    A decision on what waits is no answer: what was chosen for it lies in ``choice``."""
    if queued.op.kind is not OpKind.EDIT or is_settling(queued.op):
        return
    for path, value in queued.op.set.items():
        if path not in except_for:
            seen = queued.seen.get(path, queued.op.base_rev)
            row = insert(JOURNAL).values(rid=queued.op.rid, path=path, value=value, saved_at=at, seen=seen)
            connection.execute(row.on_conflict_do_nothing())


def _want_files(connection: sa.Connection, op: Op) -> None:
    """Files an op refers to have to go up from now on."""
    names = [value for value in op.set.values() if cards.is_file_name(value)]
    if names:
        local = sa.and_(FILE.c.name.in_(names), FILE.c.state == "local")
        connection.execute(sa.update(FILE).where(local).values(state="waiting"))


def again(connection: sa.Connection, queued: QueuedOp, now: str) -> None:
    """Queue an edit anew under an id of its own: another machine has used its id for other answers.

    Nobody is told: both edits travel, and where they say different things of one field the server shows both.
    """
    op = queued.op.with_(op=new_id(FixedClock(parse_iso(now))))
    values = {
        "op": op.op,
        "payload": payload(op),
        "state": OutboxState.QUEUED.value,
        "frozen": 0,
        **UNANSWERED,
    }
    connection.execute(sa.update(OUTBOX).where(OUTBOX.c.op == queued.op.op).values(values))
