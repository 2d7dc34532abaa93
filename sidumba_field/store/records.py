"""Records on the laptop: begin one, keep each answer at once, seal a draft into an op, queue a decision, undo it.

Every public call is one durable transaction; when it has returned, the work survives a kill and a power cut.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.records import FeedEntry, Op, OpKind, OutboxState, Record, clean
from sidumba_field.core.time import Clock, iso
from sidumba_field.store import cards, codec, listing, queue, replay
from sidumba_field.store.database import Database
from sidumba_field.store.listing import Key
from sidumba_field.store.small import write_log
from sidumba_field.store.tables import FEED, JOURNAL, OUTBOX, PREDICTION, RECORD, SNAPSHOT
from sidumba_field.store.values import LocalRecord, Mark, Proposal, RecordRow

# Built once: these run for every answer that is kept.
_REV = sa.select(RECORD.c.rev).where(RECORD.c.rid == sa.bindparam("rid_"))
_SAVED = sa.update(RECORD).where(RECORD.c.rid == sa.bindparam("rid_")).values(saved_at=sa.bindparam("at"))
_ADDED = insert(JOURNAL)
_KEEP = _ADDED.on_conflict_do_update(
    index_elements=[JOURNAL.c.rid, JOURNAL.c.path],
    set_={"value": _ADDED.excluded.value, "saved_at": _ADDED.excluded.saved_at},
)


class Records:
    """Repository of records; hands out core values and ``LocalRecord`` only."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._db = database
        self._clock = clock

    # ------------------------------------------------------------------------------------------------------- reading
    def get(self, rid: str) -> LocalRecord | None:
        """Return the record as this laptop sees it, or None."""
        with self._db.read() as connection:
            card = cards.load(connection, rid)
        return None if card is None else cards.local(card)

    def find(
        self,
        program: str,
        subject: str = "record",
        states: Sequence[str] | None = None,
        mark: Mark | None = None,
        text: str = "",
        limit: int = 50,
        after: Key | None = None,
        *,
        vids: Sequence[str] | None = None,
        columns: Sequence[str] | None = None,
        returned: bool | None = None,
    ) -> list[RecordRow]:
        """Return a page of records, newest change first; ``after`` = ``key`` of the last line of the page before.

        ``text``: every word must begin a word of some answer. ``vids``: only these scopes (the user's grants).
        ``columns``: field paths wanted in the rows, None = all. ``returned``: only those (not) sent back.
        """
        marks = None if mark is None else [mark.value]
        query = listing.ListQuery(program, vids, subject, text, states, marks, returned=returned)
        wanted = listing.Wanted(query, limit, after, columns)
        if text.strip():
            with self._db.write() as connection:
                listing.index_stale(connection)
        with self._db.read() as connection:
            return listing.find(connection, wanted)

    def history(self, rid: str) -> list[FeedEntry]:
        """Return every pulled entry of the record in order; those from before its snapshot are here only once they were
        asked for (``feed.keep_older``)."""
        found = sa.select(FEED).where(FEED.c.rid == rid).order_by(FEED.c.seq)
        with self._db.read() as connection:
            return [codec.entry_of(row) for row in connection.execute(found).mappings()]

    def proposals(self, rid: str) -> list[Proposal]:
        """Return all proposals of the record, settled ones included (``open`` tells)."""
        with self._db.read() as connection:
            card = cards.load(connection, rid)
        return [] if card is None else list(card.proposals)

    def at_rev(self, rid: str, rev: int) -> dict[str, str] | None:
        """Return the server's fields at revision ``rev``, rebuilt from entries; None when they are not here (older
        than the snapshot, or erased). ``changed_since`` answers "what changed" even then."""
        with self._db.read() as connection:
            start = (
                connection.execute(sa.select(SNAPSHOT).where(SNAPSHOT.c.rid == rid)).mappings().one_or_none()
            )
            found = sa.select(FEED).where(FEED.c.rid == rid).order_by(FEED.c.seq)
            entries = [codec.entry_of(row) for row in connection.execute(found).mappings()]
        begin: tuple[int, dict[str, str]] = (0, {})
        if start is not None and start["rev"] <= rev:
            begin = (start["rev"], codec.load(start["fields"]))
        return replay.fields_at(entries, rev, begin)

    def changed_since(self, rid: str, rev: int) -> frozenset[str]:
        """Return the paths the server's record changed after revision ``rev`` (cleared ones included)."""
        with self._db.read() as connection:
            card = cards.load(connection, rid)
        revs = card.base.field_revs if card is not None and card.base is not None else {}
        return frozenset(path for path, changed in revs.items() if changed > rev)

    # ------------------------------------------------------------------------------------------------------- writing
    def create(self, record: Record) -> LocalRecord:
        """Begin a record on this laptop (rev 0). Its fields open the draft. Raises ``ValueError`` for a known id."""
        if record.rev != 0:
            raise ValueError("a new record has revision 0")
        at = record.created_at or iso(self._clock.now())
        with self._db.write() as connection:
            if (
                connection.execute(sa.select(RECORD.c.n).where(RECORD.c.rid == record.rid)).first()
                is not None
            ):
                raise ValueError(f"record {record.rid} exists")
            replay.insert_row(connection, record, at)
            _journal(connection, record.rid, dict(clean(record.fields)), at, seen=0)
            return cards.local(cards.refresh(connection, record.rid))

    def answer(self, rid: str, change: Mapping[str, str | None], at: str = "") -> str:
        """Keep answers in the draft journal; return ``saved_at`` once the disk has them.

        Raises ``store.unknown_record``, ``store.disk_full`` (nothing of this call is kept then).
        """
        at = at or iso(self._clock.now())
        with self._db.write() as connection:
            found = connection.execute(_REV, {"rid_": rid}).first()
            if found is None:
                raise SidumbaError("store.unknown_record", rid=rid)
            _journal(connection, rid, change, at, seen=found.rev)
            connection.execute(_SAVED, {"rid_": rid, "at": at})
            cards.refresh(connection, rid, reindex=False)
        return at

    def discard_draft(self, rid: str, user: str) -> int:
        """Take back all unsealed answers at the user's wish; they stay readable in the access log. Returns how many."""
        with self._db.write() as connection:
            card = _demand(connection, rid)
            gone = {path: draft.value for path, draft in card.draft.items()}
            if gone:
                write_log(
                    connection, iso(self._clock.now()), user, "draft.discarded", {"rid": rid, "set": gone}
                )
                connection.execute(sa.delete(JOURNAL).where(JOURNAL.c.rid == rid))
                cards.refresh(connection, rid)
        return len(gone)

    def seal(self, rid: str, by: str, at: str, op_id: str) -> Op | None:
        """Turn the draft into one queued edit op and empty the journal, in one transaction.

        Joins the record's last op when that is an edit of the same user which never left: the returned op then keeps
        its earlier id. Returns None when the draft changes nothing (and the record is known or queued already).
        """
        with self._db.write() as connection:
            card = _demand(connection, rid)
            change = {
                path: draft
                for path, draft in card.draft.items()
                if (draft.value or "") != card.view.under.get(path, "")
            }
            connection.execute(sa.delete(JOURNAL).where(JOURNAL.c.rid == rid))
            fresh = card.base is None and not any(queued.op.kind is OpKind.EDIT for queued in card.ops)
            op: Op | None = None
            if change or fresh:
                op = _edit(card, by, at, op_id).with_(
                    set={path: draft.value or None for path, draft in change.items()},
                    was={path: card.view.under.get(path) for path in change},
                )
                seen = {path: draft.seen for path, draft in change.items()}
                op = queue.put_edit(connection, card, op, seen, iso(self._clock.now()))
            cards.refresh(connection, rid)
        return op

    def queue(self, op: Op, predicted_state: str, not_before: str = "") -> Op:
        """Put a decision (or a ready edit) into the outbox, durable; returns it with its ``dseq``.

        ``predicted_state`` is shown for the record and every member until the answer. ``not_before``: ISO instant
        until which it may still be withdrawn and is not sent.
        """
        now = iso(self._clock.now())
        with self._db.write() as connection:
            _begin_by_step(connection, op, now)
            op = queue.put(connection, op, now, predicted_state, not_before)
            touched = {op.rid, *(str(member["rid"]) for member in op.members)}
            known = set(
                connection.execute(sa.select(RECORD.c.rid).where(RECORD.c.rid.in_(touched))).scalars()
            )
            if predicted_state:
                rows = [{"op": op.op, "rid": rid, "state": predicted_state} for rid in sorted(known)]
                connection.execute(sa.insert(PREDICTION), rows)
            cards.refresh_all(connection, known)
        return op

    def withdraw(self, op_id: str) -> bool:
        """Undo an op that never left; an edit's answers go back to the draft. False when it is too late."""
        with self._db.write() as connection:
            row = connection.execute(sa.select(OUTBOX).where(OUTBOX.c.op == op_id)).mappings().one_or_none()
            if row is None or row["state"] != OutboxState.QUEUED.value or row["frozen"]:
                return False
            queued = cards.queued_of(row)
            later = sa.select(OUTBOX.c.op).where(
                OUTBOX.c.rid == row["rid"],
                sa.tuple_(OUTBOX.c.place, OUTBOX.c.dseq) > (row["place"], row["dseq"]),
                OUTBOX.c.state.in_([OutboxState.QUEUED.value, OutboxState.INFLIGHT.value]),
            )
            if connection.execute(later).first() is not None:
                return False
            touched = set(
                connection.execute(sa.select(PREDICTION.c.rid).where(PREDICTION.c.op == op_id)).scalars()
            )
            connection.execute(sa.delete(PREDICTION).where(PREDICTION.c.op == op_id))
            connection.execute(sa.delete(OUTBOX).where(OUTBOX.c.op == op_id))
            queue.back_to_draft(connection, queued, row["queued_at"])
            write_log(
                connection,
                iso(self._clock.now()),
                queued.op.by,
                "op.withdrawn",
                {"op": op_id, "rid": queued.op.rid, "command": queued.op.command},
            )
            cards.refresh_all(connection, {queued.op.rid, *touched})
        return True


def _demand(connection: sa.Connection, rid: str) -> cards.Card:
    card = cards.load(connection, rid)
    if card is None:
        raise SidumbaError("store.unknown_record", rid=rid)
    return card


def _journal(
    connection: sa.Connection, rid: str, change: Mapping[str, str | None], at: str, seen: int
) -> None:
    """Upsert answers. ``seen`` of a path answered before stays: its author has not seen what came since."""
    for path, value in change.items():
        row = {"rid": rid, "path": path, "value": value or None, "saved_at": at, "seen": seen}
        connection.execute(_KEEP, row)
        if path.endswith("]") and not value:
            inside = sa.func.substr(JOURNAL.c.path, 1, len(path) + 1) == path + "/"
            connection.execute(sa.delete(JOURNAL).where(JOURNAL.c.rid == rid, inside))


def _edit(card: cards.Card, by: str, at: str, op_id: str) -> Op:
    row = card.row
    return Op(
        op=op_id,
        vid=row["vid"],
        rid=row["rid"],
        kind=OpKind.EDIT,
        program=row["program"],
        subject=row["subject"],
        form=row["form"],
        form_v=row["form_v"],
        by=by,
        at=at,
        base_rev=card.view.rev,
    )


def _begin_by_step(connection: sa.Connection, op: Op, now: str) -> None:
    """A batch or a period begins by a step, not by an edit: give it a row. What was put into its draft is the content
    the server will make by itself, so it is no draft any more."""
    card = cards.load(connection, op.rid)
    if card is None:
        replay.insert_row(connection, _unborn(op), now)
        return
    if card.base is None and op.kind is OpKind.TRANSITION and not card.ops:
        born = {**codec.load(card.row["born"]), "fields": dict(card.view.fields)}
        connection.execute(sa.update(RECORD).where(RECORD.c.rid == op.rid).values(born=codec.dump(born)))
        connection.execute(sa.delete(JOURNAL).where(JOURNAL.c.rid == op.rid))


def _unborn(op: Op) -> Record:
    """Return the record an op begins by itself: nothing yet but its place."""
    return Record(
        rid=op.rid,
        vid=op.vid,
        program=op.program,
        subject=op.subject,
        form=op.form,
        form_v=op.form_v,
        state=op.expect_state,
        rev=0,
        fields={},
        field_revs={},
        owner=op.by,
    )
