"""What comes from the server: pages of a scope's feed, checked link by link, and snapshots.

A page is checked whole before the transaction begins (spec/sync.md failure 27) and lands whole, with its cursor. Own
unsent work stays on top: only ``base`` is written here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.records import (
    GENESIS,
    FeedEntry,
    FeedKind,
    OutboxState,
    Record,
    entry_hash,
    payload_digest,
)
from sidumba_field.core.time import Clock, iso
from sidumba_field.store import cards, codec, intake, replay
from sidumba_field.store.database import Database
from sidumba_field.store.erasing import erase, is_emptied, shredded, to_shred
from sidumba_field.store.outbox import Head
from sidumba_field.store.overlay import OPEN_STATES
from sidumba_field.store.scopes import COMING, GAPS, rewind
from sidumba_field.store.small import read_meta, write_meta
from sidumba_field.store.tables import (
    FEED,
    FILE,
    OUTBOX,
    PREDICTION,
    PROPOSAL,
    RECORD,
    SCOPE,
    SNAPSHOT,
)
from sidumba_field.store.values import Changes
from sidumba_field.wire.messages import ProposalMessage, SnapshotReply


class Feed:
    """Repository of what was pulled."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._db = database
        self._clock = clock

    def apply_page(self, vid: str, entries: Sequence[FeedEntry], head: Head) -> Changes:
        """Take the entries after the cursor, in order, and move the cursor; entries taken before are skipped.

        Raises ``wire.chain_broken`` (params vid, seq) when a link, a payload or the head does not fit: then nothing
        of the page is kept; ``wire.malformed`` (the same params) for a payload this app cannot read. Raises
        ``KeyError`` for a scope nobody upserted.
        """
        for entry in entries:
            _check_entry(vid, entry)
        with self._db.write() as connection:
            scope = connection.execute(sa.select(SCOPE).where(SCOPE.c.vid == vid)).mappings().one_or_none()
            if scope is None:
                raise KeyError(vid)
            fresh = _check_chain(connection, scope, entries)
            _check_head(scope, entries, head)
            rids: set[str] = set()
            files: set[str] = set()
            for entry in fresh:
                try:
                    self._apply(connection, entry, rids, files)
                except (KeyError, TypeError, ValueError):
                    # Hashed by the server as it stands, yet not what we know: this feed waits for a newer app.
                    raise SidumbaError("wire.malformed", vid=vid, seq=entry.seq) from None
            last = fresh[-1] if fresh else None
            cursor = {"seq": last.seq, "hash": last.hash} if last else {}
            heads = {"head_seq": head.seq, "head_hash": head.hash} if head.seq >= scope["head_seq"] else {}
            if cursor or heads:
                connection.execute(sa.update(SCOPE).where(SCOPE.c.vid == vid).values({**cursor, **heads}))
            cards.refresh_all(connection, rids)
        vids = frozenset({vid}) if fresh else frozenset()
        return Changes(frozenset(rids), vids, len(fresh), len(entries) - len(fresh), frozenset(files))

    def keep_older(self, vid: str, rid: str, entries: Sequence[FeedEntry]) -> int:
        """Keep entries about a record from before its snapshot; return how many are new. The record itself and the
        cursor stay as they are, and what lies behind the cursor is left to ``apply_page``.

        Each entry is held against its own hash and digest: between others that are not here no link can be followed.
        Raises ``wire.chain_broken`` (params vid, seq) for one that does not fit, or is not what is kept here.
        """
        for entry in entries:
            if entry.rid != rid:
                raise _broken(vid, entry.seq)
            _check_entry(vid, entry)
        with self._db.write() as connection:
            reached = connection.execute(sa.select(SCOPE.c.seq).where(SCOPE.c.vid == vid)).scalar_one()
            kept = sa.select(FEED.c.seq, FEED.c.hash).where(FEED.c.vid == vid, FEED.c.rid == rid)
            known = {row.seq: row.hash for row in connection.execute(kept)}
            fresh = [entry for entry in entries if entry.seq <= reached and entry.seq not in known]
            for entry in entries:
                if known.get(entry.seq, entry.hash) != entry.hash:
                    raise _broken(vid, entry.seq)
            for entry in fresh:
                connection.execute(sa.insert(FEED).values(codec.entry_to(entry)))
        return len(fresh)

    def _apply(self, connection: sa.Connection, entry: FeedEntry, rids: set[str], files: set[str]) -> None:
        connection.execute(sa.insert(FEED).values(codec.entry_to(entry)))
        if entry.kind is FeedKind.FILE:
            if entry.payload is not None:
                files.add(str(entry.payload["name"]))
                _whole(connection, str(entry.payload["name"]), int(entry.payload["size"]), entry.server_time)
            return
        if entry.kind is FeedKind.PROPOSAL:
            _proposal(connection, entry)
        else:
            _revise(connection, entry)
        if entry.kind is FeedKind.TOMBSTONE and (entry.payload or {}).get("erased"):
            erase(connection, entry.rid)
        if connection.execute(sa.select(RECORD.c.n).where(RECORD.c.rid == entry.rid)).first() is not None:
            rids.add(entry.rid)

    def apply_snapshot(self, page: SnapshotReply, asked_after: str = "") -> Changes:
        """Take one page of a scope's present state. ``asked_after``: the ``after`` it was asked with ("" = first).

        The cursor becomes the first page's head once the last page is here; entries of records that came with a later
        page are then skipped by their revision.
        """
        with self._db.write() as connection:
            scope = (
                connection.execute(sa.select(SCOPE).where(SCOPE.c.vid == page.vid)).mappings().one_or_none()
            )
            if scope is None:
                raise KeyError(page.vid)
            rids = {message.rid for message in page.records}
            known = _from_snapshot(connection, [message.to_record() for message in page.records])
            for proposal in page.proposals:
                if proposal.rid in rids:
                    _keep_proposal(connection, page.vid, proposal)
                    known.add(proposal.rid)
            now = iso(self._clock.now())
            for name in page.files:
                _whole(connection, name, 0, now)
            _move_snapshot(connection, scope, page, asked_after)
            cards.refresh_all(connection, known)
        return Changes(frozenset(rids), frozenset({page.vid}), len(rids), 0, frozenset(page.files))

    def to_shred(self) -> list[str]:
        """Return the hashes of files whose record was erased: the shelf has to drop them."""
        with self._db.read() as connection:
            return to_shred(connection)

    def shredded(self, sha: str) -> None:
        """Note that the shelf has dropped a file."""
        with self._db.write() as connection:
            shredded(connection, sha)

    def reset(self, vid: str) -> int:
        """The server was restored and does not know this cursor: set the entries read so far aside (kept as a
        witness), start over. Records stay as they are until snapshot or entries replace them. Returns how many."""
        with self._db.write() as connection:
            return rewind(connection, vid, 0, GENESIS, iso(self._clock.now()))


def _broken(vid: str, seq: int) -> SidumbaError:
    return SidumbaError("wire.chain_broken", vid=vid, seq=seq)


def _check_entry(vid: str, entry: FeedEntry) -> None:
    if entry.vid != vid or entry_hash(entry) != entry.hash:
        raise _broken(vid, entry.seq)
    if entry.payload is not None and entry.salt:
        try:
            fits = payload_digest(entry.salt, entry.payload) == entry.payload_digest
        except (TypeError, ValueError):
            fits = False
        if not fits:
            raise _broken(vid, entry.seq)


def _check_chain(
    connection: sa.Connection, scope: codec.Row, entries: Sequence[FeedEntry]
) -> list[FeedEntry]:
    """Return the entries beyond the cursor, each linked to the one before; compare the others with what is kept."""
    seq, link = scope["seq"], scope["hash"]
    fresh: list[FeedEntry] = []
    for entry in entries:
        if entry.seq <= scope["seq"]:
            known = sa.select(FEED.c.hash).where(FEED.c.vid == entry.vid, FEED.c.seq == entry.seq)
            kept = connection.execute(known).scalar_one_or_none()
            if kept is not None and kept != entry.hash:
                raise _broken(entry.vid, entry.seq)
            continue
        if entry.seq != seq + 1 or entry.prev != link:
            raise _broken(entry.vid, entry.seq)
        seq, link = entry.seq, entry.hash
        fresh.append(entry)
    return fresh


def _check_head(scope: codec.Row, entries: Sequence[FeedEntry], head: Head) -> None:
    """The head lies at or beyond the last entry; at the same place it is the same link."""
    last_seq, last_hash = scope["seq"], scope["hash"]
    if entries and entries[-1].seq >= last_seq:
        last_seq, last_hash = entries[-1].seq, entries[-1].hash
    if head.seq < last_seq or (head.seq == last_seq and head.hash != last_hash):
        raise _broken(scope["vid"], head.seq)


def _revise(connection: sa.Connection, entry: FeedEntry) -> None:
    """Bring the server's record to this entry's revision, unless a snapshot was there before."""
    found = sa.select(RECORD.c.base, RECORD.c.stale_base).where(RECORD.c.rid == entry.rid)
    row = connection.execute(found).one_or_none()
    base = codec.record_of(row.base) if row is not None and row.base is not None else None
    stale = row is not None and bool(row.stale_base)
    if stale and entry.rev == 1:
        base, stale = None, False
        _lay_on_top(connection, entry.rid, rev=0)
    if base is None or entry.rev > base.rev:
        record = replay.advance(base, entry)
        if record is not None:
            # What an erased or withheld payload said is unknown: only a snapshot makes this base whole again.
            replay.set_base(connection, record, stale=stale or entry.payload is None)
            _moved_on(connection, record)
    _came_back(connection, entry)


def _moved_on(connection: sa.Connection, record: Record) -> None:
    """A step that came too late is nobody's question any more once the record went on, or stands where it was to go."""
    late = sa.and_(
        OUTBOX.c.rid == record.rid,
        OUTBOX.c.attention == 1,
        OUTBOX.c.state == OutboxState.CONFLICT.value,
        sa.or_(OUTBOX.c.rev < record.rev, OUTBOX.c.predicted == record.state),
    )
    connection.execute(sa.update(OUTBOX).where(late).values(attention=0))


def _came_back(connection: sa.Connection, entry: FeedEntry) -> None:
    """An own op is in the base now: it is no longer laid over it. One that never left this database was sent by a
    twin of it, and may say something else here."""
    mine = sa.and_(OUTBOX.c.op == entry.op, OUTBOX.c.rid == entry.rid, OUTBOX.c.frozen == 1)
    connection.execute(sa.update(OUTBOX).where(mine).values(pulled=1))
    connection.execute(
        sa.delete(PREDICTION).where(PREDICTION.c.op == entry.op, PREDICTION.c.rid == entry.rid)
    )


def _proposal(connection: sa.Connection, entry: FeedEntry) -> None:
    if entry.payload is not None:
        _keep_proposal(connection, entry.vid, ProposalMessage.of(entry))


def _keep_proposal(connection: sa.Connection, vid: str, said: ProposalMessage) -> None:
    row: dict[str, Any] = {
        **said.model_dump(),
        "vid": vid,
        "set": codec.dump(said.set),
        "was": codec.dump(said.was),
    }
    added = insert(PROPOSAL).values(row)
    connection.execute(added.on_conflict_do_update(index_elements=[PROPOSAL.c.op], set_=row))


def _whole(connection: sa.Connection, name: str, size: int, at: str) -> None:
    """Note that all bytes of ``name`` are on the server."""
    row = {"sha": name.split(".")[0], "name": name, "size": size, "state": "sent", "offset": size, "code": ""}
    added = insert(FILE).values(**row, added_at=at)
    sent = {"state": "sent", "offset": FILE.c.size, "code": ""}
    connection.execute(added.on_conflict_do_update(index_elements=[FILE.c.sha], set_=sent))


def _from_snapshot(connection: sa.Connection, records: Sequence[Record]) -> set[str]:
    """Take the records of a page; return those this laptop had before (their view is not the server's alone)."""
    here = sa.select(RECORD.c.rid).where(RECORD.c.rid.in_([record.rid for record in records]))
    known = set(connection.execute(here).scalars())
    intake.take_new(connection, [record for record in records if record.rid not in known])
    for record in records:
        if record.rid in known:
            _renew(connection, record)
    return known


def _renew(connection: sa.Connection, record: Record) -> None:
    """Take a record this laptop has, unless it knows a newer one."""
    found = sa.select(RECORD.c.base_rev, RECORD.c.stale_base, RECORD.c.base).where(RECORD.c.rid == record.rid)
    row = connection.execute(found).one()
    if row.base is not None and not row.stale_base and row.base_rev >= record.rev:
        return
    replay.set_base(connection, record)
    _moved_on(connection, record)
    if is_emptied(record.form, record.fields):
        erase(connection, record.rid)
    start = {"rev": record.rev, "fields": codec.dump(dict(record.fields))}
    added = insert(SNAPSHOT).values(rid=record.rid, **start)
    connection.execute(added.on_conflict_do_update(index_elements=[SNAPSHOT.c.rid], set_=start))
    held = sa.and_(OUTBOX.c.rid == record.rid, OUTBOX.c.rev > 0, OUTBOX.c.rev <= record.rev)
    connection.execute(sa.update(OUTBOX).where(held).values(pulled=1))
    if row.stale_base:
        _lay_on_top(connection, record.rid, record.rev)


def _lay_on_top(connection: sa.Connection, rid: str, rev: int) -> None:
    """The base went back to ``rev``, on a restored server: own ops it cannot hold lie over it until they come back."""
    unanswered = OUTBOX.c.state.in_([state.value for state in OPEN_STATES])
    missing = sa.and_(OUTBOX.c.rid == rid, sa.or_(unanswered, OUTBOX.c.rev > rev))
    connection.execute(sa.update(OUTBOX).where(missing).values(pulled=0))


def _move_snapshot(
    connection: sa.Connection, scope: codec.Row, page: SnapshotReply, asked_after: str
) -> None:
    first = (page.seq, page.hash) if asked_after == "" else (scope["snapshot_seq"], scope["snapshot_hash"])
    if first[0] is None:
        raise SidumbaError("wire.malformed", field="after")
    values: dict[str, Any] = {
        "snapshot_seq": first[0],
        "snapshot_hash": first[1],
        "snapshot_after": page.after,
    }
    if page.after == "":
        values = {"snapshot_seq": None, "snapshot_hash": None, "snapshot_after": None}
        if scope["seq"] <= first[0]:
            values |= {"seq": first[0], "hash": first[1]}
        if read_meta(connection, GAPS + page.vid) == COMING:
            write_meta(connection, GAPS + page.vid, "")
    connection.execute(sa.update(SCOPE).where(SCOPE.c.vid == page.vid).values(values))
