"""The feed: one gap-free, hash-chained list of changes per scope (docs/spec/sync.md "Feed").

``append`` advances the head's counter row in the caller's transaction, so that entries are numbered in the order of
their commits and none can appear behind a reader's cursor. Payload and salt lie in a table of their own.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, insert, select, update
from sqlalchemy.engine import Connection

from server_stub.store.tables import FEED, HEAD, PAYLOAD
from sidumba_field.core.canonical import canonical, sha256_hex
from sidumba_field.core.records import FeedEntry, FeedKind, link_hash

#: Entries fetched at once while a page is filled; a page ends by bytes, not by count.
_FETCH = 200
#: Kinds of entries that count a record's revision up.
_REVISING = (FeedKind.EDIT.value, FeedKind.TRANSITION.value, FeedKind.TOMBSTONE.value)


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be appended: everything of an entry but its place in the chain."""

    vid: str
    rid: str
    rev: int
    kind: FeedKind
    op: str
    actor: str
    payload: Mapping[str, Any]


def _entry(row: Row[Any]) -> FeedEntry:
    return FeedEntry(
        vid=row.vid,
        seq=row.seq,
        prev=row.prev,
        hash=row.hash,
        rid=row.rid,
        rev=row.rev,
        kind=FeedKind(row.kind),
        op=row.op,
        actor=row.actor,
        server_time=row.server_time,
        payload_digest=row.payload_digest,
        payload=None if row.body is None else json.loads(row.body),
        salt=row.salt or "",
    )


_WITH_PAYLOAD = select(FEED, PAYLOAD.c.body, PAYLOAD.c.salt).select_from(
    FEED.outerjoin(PAYLOAD, (FEED.c.vid == PAYLOAD.c.vid) & (FEED.c.seq == PAYLOAD.c.seq))
)


_AT = HEAD.c.vid == bindparam("at_vid")
_ADVANCE = update(HEAD).where(_AT).values(seq=HEAD.c.seq + bindparam("by")).returning(HEAD.c.seq, HEAD.c.hash)
_SET_HASH = update(HEAD).where(_AT).values(hash=bindparam("new_hash"))
_ADD_ENTRIES, _ADD_PAYLOADS = insert(FEED), insert(PAYLOAD)


class Feed:
    """Repository of the chains."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def append(self, drafts: Sequence[Draft], at: str) -> list[FeedEntry]:
        """Append ``drafts`` and return their entries in the order given. ``at``: server time, ISO.

        Heads are locked in the order of their ids, so that two writers never wait for each other in a circle.
        Raises ``KeyError`` for a scope that was never opened.
        """
        by_scope: dict[str, list[tuple[int, Draft]]] = {}
        for place, draft in enumerate(drafts):
            by_scope.setdefault(draft.vid, []).append((place, draft))
        done: dict[int, FeedEntry] = {}
        bodies: list[dict[str, Any]] = []
        for vid in sorted(by_scope):
            mine = by_scope[vid]
            last, prev = self._advance(vid, len(mine))
            for seq, (place, draft) in enumerate(mine, start=last - len(mine) + 1):
                entry, body = linked(draft, seq, prev, at)
                done[place] = entry
                bodies.append({"vid": vid, "seq": seq, "salt": entry.salt, "body": body})
                prev = entry.hash
            self._db.execute(_SET_HASH, {"at_vid": vid, "new_hash": prev})
        entries = [done[place] for place in range(len(drafts))]
        if entries:
            self._db.execute(_ADD_ENTRIES, [entry_row(entry) for entry in entries])
            self._db.execute(_ADD_PAYLOADS, bodies)
        return entries

    def _advance(self, vid: str, by: int) -> tuple[int, str]:
        row = self._db.execute(_ADVANCE, {"at_vid": vid, "by": by}).one_or_none()
        if row is None:
            raise KeyError(vid)
        return row.seq, row.hash

    def page(self, vid: str, after: int, limit_bytes: int) -> tuple[list[FeedEntry], int]:
        """Return the entries behind ``after`` in order, and their bytes: at least one if there is any."""
        entries: list[FeedEntry] = []
        size = 0
        for row in self._rows(vid, after):
            size += 600 + len(row.body or "")
            if entries and size > limit_bytes:
                return entries, size
            entries.append(_entry(row))
        return entries, size

    def _rows(self, vid: str, after: int) -> Iterator[Row[Any]]:
        while True:
            query = (
                _WITH_PAYLOAD.where(FEED.c.vid == vid, FEED.c.seq > after).order_by(FEED.c.seq).limit(_FETCH)
            )
            rows = self._db.execute(query).all()
            yield from rows
            if len(rows) < _FETCH:
                return
            after = rows[-1].seq

    def hash_at(self, vid: str, seq: int) -> str | None:
        """Return the hash of one entry, None when there is no such entry."""
        query = select(FEED.c.hash).where(FEED.c.vid == vid, FEED.c.seq == seq)
        return self._db.execute(query).scalar_one_or_none()

    def history(self, rid: str) -> list[FeedEntry]:
        """Return every entry about one record, oldest first."""
        rows = self._db.execute(_WITH_PAYLOAD.where(FEED.c.rid == rid).order_by(FEED.c.vid, FEED.c.seq))
        return [_entry(row) for row in rows]

    def proposals(self, vid: str, rids: Iterable[str]) -> list[FeedEntry]:
        """Return the proposals about some records of a scope, oldest first; erased ones are left out."""
        wanted = _WITH_PAYLOAD.where(
            FEED.c.rid.in_(sorted(set(rids))),
            FEED.c.vid == vid,
            FEED.c.kind == FeedKind.PROPOSAL.value,
            PAYLOAD.c.body.is_not(None),
        )
        return [_entry(row) for row in self._db.execute(wanted.order_by(FEED.c.seq))]

    def made_by(self, rid: str, ops: Iterable[str]) -> frozenset[int]:
        """Return the revisions of a record that these ops made; a value that only waits makes none."""
        query = select(FEED.c.rev).where(
            FEED.c.rid == rid, FEED.c.op.in_(sorted(set(ops))), FEED.c.kind.in_(_REVISING)
        )
        return frozenset(self._db.execute(query).scalars())

    def withdrawn(self, vid: str, actor: str, since: str) -> int:
        """Return how many drafts of a scope somebody has withdrawn since an instant (ISO)."""
        query = select(func.count()).where(
            FEED.c.vid == vid,
            FEED.c.kind == FeedKind.TOMBSTONE.value,
            FEED.c.actor == actor,
            FEED.c.server_time >= since,
        )
        return int(self._db.execute(query).scalar_one())

    def strays(self) -> list[tuple[str, int]]:
        """Return (scope, number) of payloads no entry stands for, and of entries of a feed nobody opened."""
        joined = PAYLOAD.outerjoin(FEED, (FEED.c.vid == PAYLOAD.c.vid) & (FEED.c.seq == PAYLOAD.c.seq))
        lost = select(PAYLOAD.c.vid, PAYLOAD.c.seq).select_from(joined).where(FEED.c.seq.is_(None))
        homeless = select(FEED.c.vid, FEED.c.seq).where(FEED.c.vid.not_in(select(HEAD.c.vid)))
        return sorted((row.vid, row.seq) for query in (lost, homeless) for row in self._db.execute(query))

    def erase(self, rid: str) -> int:
        """Remove payload and salt of every entry about ``rid``; return how many there were. The links stay."""
        places = self._db.execute(select(FEED.c.vid, FEED.c.seq).where(FEED.c.rid == rid)).all()
        gone = 0
        for vid, seq in places:
            step = delete(PAYLOAD).where(PAYLOAD.c.vid == vid, PAYLOAD.c.seq == seq)
            gone += self._db.execute(step).rowcount
        return gone


def linked(draft: Draft, seq: int, prev: str, at: str) -> tuple[FeedEntry, str]:
    """Return the entry of ``draft`` at its place in the chain, and its payload as it is stored."""
    body = canonical(draft.payload)
    salt = secrets.token_hex(16)
    digest = sha256_hex(bytes.fromhex(salt) + body)
    chained = link_hash(prev, seq, draft.rid, draft.rev, draft.kind.value, draft.op, draft.actor, at, digest)
    entry = FeedEntry(
        vid=draft.vid,
        seq=seq,
        prev=prev,
        hash=chained,
        rid=draft.rid,
        rev=draft.rev,
        kind=draft.kind,
        op=draft.op,
        actor=draft.actor,
        server_time=at,
        payload_digest=digest,
        payload=draft.payload,
        salt=salt,
    )
    return entry, body.decode()


def entry_row(entry: FeedEntry) -> dict[str, Any]:
    """Return the row of an entry, without its payload."""
    return {
        "vid": entry.vid,
        "seq": entry.seq,
        "prev": entry.prev,
        "hash": entry.hash,
        "rid": entry.rid,
        "rev": entry.rev,
        "kind": entry.kind.value,
        "op": entry.op,
        "actor": entry.actor,
        "server_time": entry.server_time,
        "payload_digest": entry.payload_digest,
    }
