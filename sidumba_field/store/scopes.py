"""The feeds a laptop follows: names, cursors, and going back when a restored server no longer knows a cursor."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from sidumba_field.core.records import GENESIS
from sidumba_field.core.time import Clock, iso
from sidumba_field.store import codec
from sidumba_field.store.database import Database
from sidumba_field.store.erasing import SCRUB
from sidumba_field.store.small import read_meta, write_meta
from sidumba_field.store.tables import FEED, FEED_LOST, META, PROPOSAL, RECORD, SCOPE
from sidumba_field.store.values import Scope

#: Row of ``meta`` per feed of which something is not here: it is withheld, or may come now and has not.
GAPS = "gaps/"
WITHHELD, COMING = "withheld", "coming"


class Scopes:
    """The feeds this laptop follows and its cursor in each."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._db = database
        self._clock = clock

    def all(self) -> list[Scope]:
        with self._db.read() as connection:
            found = connection.execute(sa.select(SCOPE).order_by(SCOPE.c.program, SCOPE.c.unit)).mappings()
            return [_scope(row) for row in found]

    def get(self, vid: str) -> Scope | None:
        with self._db.read() as connection:
            row = connection.execute(sa.select(SCOPE).where(SCOPE.c.vid == vid)).mappings().one_or_none()
        return None if row is None else _scope(row)

    def upsert(self, vid: str, program: str, unit: str, unit_name: str) -> None:
        """Follow a scope, or correct its names; the cursor stays."""
        names = {"program": program, "unit": unit, "unit_name": unit_name}
        start = {"seq": 0, "hash": GENESIS, "head_seq": 0, "head_hash": GENESIS}
        row = insert(SCOPE).values(vid=vid, **names, **start)
        with self._db.write() as connection:
            connection.execute(row.on_conflict_do_update(index_elements=[SCOPE.c.vid], set_=names))

    def has_gaps(self, vid: str) -> bool:
        """Tell whether answers of this feed are withheld from this laptop, or have been and did not come yet."""
        with self._db.read() as connection:
            return bool(read_meta(connection, GAPS + vid))

    def withheld(self) -> frozenset[str]:
        """Return the feeds of which the server leaves specific answers out for this laptop."""
        found = sa.select(META.c.key).where(META.c.key.startswith(GAPS), META.c.value == WITHHELD)
        with self._db.read() as connection:
            return frozenset(key.removeprefix(GAPS) for key in connection.execute(found).scalars())

    def set_withheld(self, vid: str, withheld: bool) -> bool:
        """Note whether the server leaves specific answers out of a feed for this laptop; tell whether that is news.

        News about a feed that was read already make it be read anew by snapshot. When the right has gone, what lies
        here of entries and proposals goes with it, and the file is written anew after the snapshot.
        """
        with self._db.write() as connection:
            known = read_meta(connection, GAPS + vid) or ""
            if withheld == (known == WITHHELD):
                return False
            was_read = connection.execute(
                sa.select(SCOPE.c.seq).where(SCOPE.c.vid == vid)
            ).scalar_one_or_none()
            write_meta(connection, GAPS + vid, WITHHELD if withheld else COMING if was_read else "")
            if not was_read:
                return False
            again = {"snapshot_seq": None, "snapshot_hash": None, "snapshot_after": ""}
            connection.execute(sa.update(SCOPE).where(SCOPE.c.vid == vid).values(again))
            connection.execute(sa.update(RECORD).where(RECORD.c.vid == vid).values(stale_base=1))
            if withheld:
                empty = {"payload": None, "salt": ""}
                connection.execute(sa.update(FEED).where(FEED.c.vid == vid).values(empty))
                connection.execute(sa.delete(PROPOSAL).where(PROPOSAL.c.vid == vid))
                write_meta(connection, SCRUB, "1")
        return True

    def set_cursor(self, vid: str, seq: int, hash: str) -> None:
        """Say how far a feed has been read. ``feed.apply_page`` does so by itself, with the page.

        Going back (the server was restored) sets the entries beyond aside, as ``feed.reset`` does.
        """
        with self._db.write() as connection:
            known = connection.execute(sa.select(SCOPE.c.seq).where(SCOPE.c.vid == vid)).scalar_one_or_none()
            if known is not None and seq < known:
                rewind(connection, vid, seq, hash, iso(self._clock.now()))
            connection.execute(sa.update(SCOPE).where(SCOPE.c.vid == vid).values(seq=seq, hash=hash))


def rewind(connection: sa.Connection, vid: str, seq: int, hash: str, now: str) -> int:
    """Set the entries beyond ``seq`` aside (kept as a witness) and put the cursor there; return how many.

    Records stay as they are, marked stale, until a snapshot or their first entry replaces them.
    """
    beyond = sa.and_(FEED.c.vid == vid, FEED.c.seq > seq)
    rows = connection.execute(sa.select(FEED).where(beyond).order_by(FEED.c.seq)).mappings().all()
    for row in rows:
        entry = codec.dump(codec.entry_to(codec.entry_of(row)))
        lost = {"lost_at": now, "vid": vid, "seq": row["seq"], "hash": row["hash"], "entry": entry}
        connection.execute(sa.insert(FEED_LOST).values(lost))
    connection.execute(sa.delete(FEED).where(beyond))
    start = {"seq": seq, "hash": hash, "head_seq": seq, "head_hash": hash}
    none = {"snapshot_seq": None, "snapshot_hash": None, "snapshot_after": None}
    connection.execute(sa.update(SCOPE).where(SCOPE.c.vid == vid).values({**start, **none}))
    connection.execute(sa.update(RECORD).where(RECORD.c.vid == vid).values(stale_base=1))
    return len(rows)


def _scope(row: codec.Row) -> Scope:
    names = ("vid", "program", "unit", "unit_name", "seq", "hash", "head_seq", "snapshot_after")
    return Scope(**{name: row[name] for name in names})
