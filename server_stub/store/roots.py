"""Daily roots over all feed heads: what the server signed, and which heads stood under it.

Of a day only the heads that moved since the root before are kept; all of them together are those of every day until
then, the newest of each feed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import func, insert, select
from sqlalchemy.engine import Connection

from server_stub.store.dialect import insert_once
from server_stub.store.tables import ROOT, ROOT_HEAD
from sidumba_field.core.merkle import Head


@dataclass(frozen=True, slots=True)
class Root:
    """``day``: "2026-11-21" (UTC), ``epoch``: of the server that signed; ``count``: feeds under it; ``sig``: by the
    server's key over everything else (``wire.messages.RootMessage``)."""

    day: str
    epoch: str
    at: str
    count: int
    root: str
    sig: str


class Roots:
    """Repository of roots."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def newest(self) -> Root | None:
        row = self._db.execute(select(ROOT).order_by(ROOT.c.at.desc()).limit(1)).one_or_none()
        return None if row is None else Root(**row._mapping)

    def after(self, day: str, limit: int) -> list[Root]:
        """Return the roots behind ``day`` ("" = all), oldest first."""
        query = select(ROOT).where(ROOT.c.day > day).order_by(ROOT.c.day, ROOT.c.at).limit(limit)
        return [Root(**row._mapping) for row in self._db.execute(query)]

    def add(self, root: Root, moved: Mapping[str, Head]) -> bool:
        """Keep a root and the heads that moved since the one before; False when this day has one already."""
        row = {name: getattr(root, name) for name in Root.__slots__}
        if insert_once(self._db, ROOT, [row]) == 0:
            return False
        rows = [
            {"day": root.day, "epoch": root.epoch, "vid": vid, "seq": seq, "hash": hash_}
            for vid, (seq, hash_) in sorted(moved.items())
        ]
        if rows:
            self._db.execute(insert(ROOT_HEAD), rows)
        return True

    def last_heads(self) -> dict[str, int]:
        """Return scope -> number of its head when it last stood under a root."""
        query = select(ROOT_HEAD.c.vid, func.max(ROOT_HEAD.c.seq)).group_by(ROOT_HEAD.c.vid)
        return {row.vid: row[1] for row in self._db.execute(query)}

    def moved(self, root: Root) -> list[str]:
        """Return the scopes whose heads had moved when ``root`` was made, sorted."""
        query = select(ROOT_HEAD.c.vid).where(ROOT_HEAD.c.day == root.day, ROOT_HEAD.c.epoch == root.epoch)
        return sorted(self._db.execute(query).scalars())

    def heads(self) -> Iterator[tuple[Root, dict[str, Head]]]:
        """Yield every root, oldest first, with all heads under it. The mapping is one and the same, growing."""
        found: dict[str, Head] = {}
        for row in self._db.execute(select(ROOT).order_by(ROOT.c.at, ROOT.c.day)).all():
            root = Root(**row._mapping)
            moved = select(ROOT_HEAD).where(ROOT_HEAD.c.day == root.day, ROOT_HEAD.c.epoch == root.epoch)
            found |= {one.vid: (one.seq, one.hash) for one in self._db.execute(moved)}
            yield root, found
