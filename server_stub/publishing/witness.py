"""One signed root a day over the heads of all feeds: whoever keeps it can show later that the past was changed.

Laptops get the newest root with every hello and keep it; an inspector holds the stored ones against the chains
(``sidumba-server verify``). The first to ask on a day (UTC) has the root made.
"""

from __future__ import annotations

from collections.abc import Iterator
from threading import Lock

from server_stub.auth.keys import ServerKeys
from server_stub.store.database import Database
from server_stub.store.roots import Root
from server_stub.store.work import Work
from sidumba_field.core import merkle
from sidumba_field.core.time import Clock, iso
from sidumba_field.seal.signing import verify
from sidumba_field.wire.messages import RootMessage


def message(root: Root) -> RootMessage:
    """Return a root as it travels."""
    return RootMessage(**{name: getattr(root, name) for name in Root.__slots__})


class Witness:
    """One per process; safe to share between threads. Remembers today's root, so that a hello asks no table."""

    def __init__(self, database: Database, keys: ServerKeys, clock: Clock, epoch: str) -> None:
        self._database, self._keys, self._clock, self._epoch = database, keys, clock, epoch
        self._turn = Lock()
        self._known: Root | None = None

    def today(self) -> Root | None:
        """Return the root of this day, made now when there is none yet; an older one, or None, while the database
        takes no more."""
        day = iso(self._clock.now())[:10]
        with self._turn:
            if self._known is None or self._known.day != day:
                made = self._found(day) or self._database.attempt_aside(lambda work: self._made(work, day))
                self._known = made or self._known
            return self._known

    def _found(self, day: str) -> Root | None:
        with self._database.read() as work:
            newest = work.roots.newest()
        return newest if newest is not None and (newest.day, newest.epoch) == (day, self._epoch) else None

    def _made(self, work: Work, day: str) -> Root:
        heads = {scope.vid: (scope.seq, scope.hash) for scope in work.scopes.all() if scope.seq}
        unsigned = RootMessage(
            day=day, epoch=self._epoch, at=iso(self._clock.now()), count=len(heads), root=merkle.root(heads)
        )
        sig = self._keys.signing.sign(unsigned.signed_bytes())
        root = Root(day, self._epoch, unsigned.at, unsigned.count, unsigned.root, sig)
        before = work.roots.last_heads()
        if work.roots.add(root, {vid: head for vid, head in heads.items() if before.get(vid) != head[0]}):
            return root
        # A neighbour was first; his is the one that was told.
        return next(one for one in work.roots.after("", 10**6) if (one.day, one.epoch) == (day, self._epoch))


def root_faults(database: Database, keys: ServerKeys) -> Iterator[str]:
    """Yield what does not hold: a root that is not over its heads, not signed by us, or whose heads left the chain."""
    with database.read() as work:
        for root, heads in work.roots.heads():
            if not verify(keys.signing.public_hex, message(root).signed_bytes(), root.sig):
                yield f"root {root.day}: signature"
            if (len(heads), merkle.root(heads)) != (root.count, root.root):
                yield f"root {root.day}: heads"
            for vid in work.roots.moved(root):
                seq, hash_ = heads[vid]
                if work.feed.hash_at(vid, seq) != hash_:
                    yield f"root {root.day}: {vid}@{seq}"
