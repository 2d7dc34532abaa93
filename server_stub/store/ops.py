"""Every op ever received, with the answer it got: what makes a repeated push harmless."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.engine import Connection

from server_stub.store.dialect import insert_once
from server_stub.store.tables import OP
from sidumba_field.core.canonical import canonical
from sidumba_field.core.records import OpAnswer, OpStatus


@dataclass(frozen=True, slots=True)
class Received:
    """One op as it arrived: ``digest`` over exactly what was sent, ``body`` that same canonical JSON."""

    op: str
    digest: str
    device: str
    by: str
    dseq: int
    vid: str
    rid: str
    body: str


_ANSWER = select(OP.c.digest, OP.c.answer).where(OP.c.op == bindparam("op"))


class Ops:
    """Repository of received ops."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def answer(self, op: str) -> tuple[str, OpAnswer] | None:
        """Return (digest, answer) of an op received before; the digest is "" after an erasure."""
        row = self._db.execute(_ANSWER, {"op": op}).one_or_none()
        return None if row is None else (row.digest, _answer(row.answer))

    def answers(self, ops: Iterable[str]) -> dict[str, tuple[str, OpAnswer]]:
        """Return op -> (digest, answer) of those that were received before."""
        rows = self._db.execute(
            select(OP.c.op, OP.c.digest, OP.c.answer).where(OP.c.op.in_(sorted(set(ops))))
        )
        return {row.op: (row.digest, _answer(row.answer)) for row in rows}

    def keep(self, received: Received, answer: OpAnswer, at: str) -> bool:
        """Store an op with its answer; False when somebody else stored the same id first."""
        return insert_once(self._db, OP, [op_row(received, answer, at)]) == 1

    def erase(self, rid: str) -> int:
        """Empty what the ops of a record carried; ids and answers stay, so that a repetition changes nothing."""
        return self._db.execute(update(OP).where(OP.c.rid == rid).values(body="", digest="")).rowcount

    def places(self, vid: str) -> Iterator[tuple[str, int]]:
        """Yield (op, number of its entry) of every op of a scope whose answer names an entry."""
        query = select(OP.c.op, OP.c.answer).where(OP.c.vid == vid)
        for row in self._db.execute(query, execution_options={"yield_per": 500}):
            seq = int(json.loads(row.answer)["seq"])
            if seq:
                yield row.op, seq

    def records_from(self, device: str) -> frozenset[str]:
        """Return the ids of all records a laptop ever sent something about."""
        return frozenset(self._db.execute(select(OP.c.rid).where(OP.c.device == device).distinct()).scalars())

    def count(self) -> int:
        return self._db.execute(select(func.count()).select_from(OP)).scalar_one()


def op_row(received: Received, answer: OpAnswer, at: str) -> dict[str, Any]:
    """Return the row of an op and its answer. ``at``: server time, ISO."""
    return {
        "op": received.op,
        "digest": received.digest,
        "device": received.device,
        "by": received.by,
        "dseq": received.dseq,
        "vid": received.vid,
        "rid": received.rid,
        "received_at": at,
        "status": answer.st.value,
        "answer": _text(answer),
        "body": received.body,
    }


def _text(answer: OpAnswer) -> str:
    return canonical(
        {
            "op": answer.op,
            "st": answer.st.value,
            "rev": answer.rev,
            "seq": answer.seq,
            "code": answer.code,
            "params": {key: str(value) for key, value in answer.params.items()},
            "conflicts": list(answer.conflicts),
            "flags": list(answer.flags),
        }
    ).decode()


def _answer(text: str) -> OpAnswer:
    raw = json.loads(text)
    return OpAnswer(
        op=raw["op"],
        st=OpStatus(raw["st"]),
        rev=raw["rev"],
        seq=raw["seq"],
        code=raw["code"],
        params=raw["params"],
        conflicts=tuple(raw["conflicts"]),
        flags=tuple(raw["flags"]),
    )
