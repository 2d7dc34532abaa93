"""The unit of work of a whole push: what its ops read is fetched at once, what they write is written at once.

Repositories of this work answer from memory where they can and keep what is written until somebody looks at the tables
or the transaction ends. A statement that is not answered from memory first writes everything that waits, so that each
op sees exactly what it would see had every op before it been written by itself.

Locks are taken in one order (records by id, files by hash, heads by scope), so pushes never wait in a circle.
A unique key taken by a neighbour in the same moment ends the transaction, and the whole push is tried again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar, cast

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.engine import Connection

from server_stub.store.feed import Draft, Feed, entry_row, linked
from server_stub.store.files import FileRef, Files, sha_of
from server_stub.store.ops import Ops, Received, op_row
from server_stub.store.people import People, User
from server_stub.store.records import Records
from server_stub.store.scopes import Scope, Scopes
from server_stub.store.tables import FEED, FILE, FILE_REF, HEAD, OP, PAYLOAD
from server_stub.store.work import Work
from sidumba_field.core.records import FeedEntry, OpAnswer, Record
from sidumba_field.core.workflow import Grant

T = TypeVar("T")
K = TypeVar("K")

_ADD_OPS = insert(OP)
_SET_HEADS = (
    update(HEAD)
    .where(HEAD.c.vid == bindparam("at_vid"))
    .values(seq=bindparam("new_seq"), hash=bindparam("new_hash"))
)
_ADD_ENTRIES, _ADD_PAYLOADS = insert(FEED), insert(PAYLOAD)
_ADD_FILES, _ADD_REFS = insert(FILE), insert(FILE_REF)
_DROP_REFS = delete(FILE_REF).where(
    FILE_REF.c.vid == bindparam("at_vid"),
    FILE_REF.c.rid == bindparam("at_rid"),
    FILE_REF.c.sha == bindparam("at_sha"),
)


class _Writing:
    """A connection that writes all that waits before anything else happens on it."""

    def __init__(self, connection: Connection, write: Callable[[], None]) -> None:
        self._connection, self._write = connection, write

    def __getattr__(self, name: str) -> Any:
        self._write()
        return getattr(self._connection, name)


class _Records(Records):
    """Records by id, as they stand after every op so far."""

    def __init__(self, connection: Connection, raw: Connection) -> None:
        super().__init__(connection)
        self._raw = Records(raw)
        self._known: dict[str, Record | None] = {}
        self._new: dict[str, Record] = {}
        self._changed: dict[str, Record] = {}
        self._subjects: dict[tuple[str, str, str, str | None], list[Record]] = {}

    def hold(self, rids: Iterable[str]) -> None:
        """Lock the records of ``rids`` that exist, in the order of their ids."""
        wanted = set(rids) - self._known.keys()
        found = self._raw.lock_many(wanted)
        self._known.update({rid: found.get(rid) for rid in wanted})

    def lock(self, rid: str) -> Record | None:
        if rid not in self._known:
            self.hold([rid])
        return self._known[rid]

    def get(self, rid: str) -> Record | None:
        return self.lock(rid)

    def lock_many(self, rids: Iterable[str]) -> dict[str, Record]:
        wanted = sorted(set(rids))
        self.hold(wanted)
        return {rid: record for rid in wanted if (record := self._known[rid]) is not None}

    def add(self, record: Record) -> None:
        self._keep(record)
        self._new[record.rid] = record

    def save(self, record: Record) -> None:
        if self.lock(record.rid) is None:
            raise KeyError(record.rid)
        self._keep(record)
        (self._new if record.rid in self._new else self._changed)[record.rid] = record

    def _keep(self, record: Record) -> None:
        self._known[record.rid] = record
        for key in [key for key in self._subjects if key[2] == record.subject]:
            del self._subjects[key]

    def subjects(self, program: str, unit: str, subject: str, period: str | None = None) -> list[Record]:
        return _once(
            self._subjects,
            (program, unit, subject, period),
            lambda: super(_Records, self).subjects(program, unit, subject, period),
        )

    def write(self) -> None:
        self._raw.put(self._new.values(), self._changed.values())
        self._new, self._changed = {}, {}


class _Feed(Feed):
    """Chains whose heads this transaction holds: links are hashed in memory."""

    def __init__(self, connection: Connection, raw: Connection) -> None:
        super().__init__(connection)
        self._raw = raw
        self._heads: dict[str, tuple[int, str]] = {}
        self._moved: set[str] = set()
        self._entries: list[dict[str, Any]] = []
        self._bodies: list[dict[str, Any]] = []

    def hold(self, vids: Iterable[str]) -> None:
        """Lock the heads of ``vids``, in the order of their ids; unknown ones are left out."""
        wanted = sorted(set(vids) - self._heads.keys())
        if wanted:
            query = select(HEAD.c.vid, HEAD.c.seq, HEAD.c.hash).where(HEAD.c.vid.in_(wanted))
            rows = self._raw.execute(query.order_by(HEAD.c.vid).with_for_update())
            self._heads.update({row.vid: (row.seq, row.hash) for row in rows})

    def append(self, drafts: Sequence[Draft], at: str) -> list[FeedEntry]:
        if any(draft.vid not in self._heads for draft in drafts):
            self.hold(draft.vid for draft in drafts)
        entries = []
        for draft in drafts:
            last, prev = self._heads[draft.vid]
            entry, body = linked(draft, last + 1, prev, at)
            self._heads[draft.vid] = (entry.seq, entry.hash)
            self._moved.add(draft.vid)
            self._entries.append(entry_row(entry))
            self._bodies.append({"vid": entry.vid, "seq": entry.seq, "salt": entry.salt, "body": body})
            entries.append(entry)
        return entries

    def write(self, connection: Connection) -> None:
        if self._entries:
            heads = [(vid, *self._heads[vid]) for vid in sorted(self._moved)]
            connection.execute(
                _SET_HEADS, [{"at_vid": vid, "new_seq": seq, "new_hash": hash_} for vid, seq, hash_ in heads]
            )
            connection.execute(_ADD_ENTRIES, self._entries)
            connection.execute(_ADD_PAYLOADS, self._bodies)
        self._entries, self._bodies, self._moved = [], [], set()


class _Ops(Ops):
    """Ops with their answers, those of this push among them."""

    def __init__(self, connection: Connection, raw: Connection) -> None:
        super().__init__(connection)
        self._raw = Ops(raw)
        self._known: dict[str, tuple[str, OpAnswer] | None] = {}
        self._new: list[dict[str, Any]] = []

    def hold(self, ids: Iterable[str]) -> None:
        """Fetch the answers of ops received before."""
        wanted = set(ids) - self._known.keys()
        found = self._raw.answers(wanted)
        self._known.update({op: found.get(op) for op in wanted})

    def answer(self, op: str) -> tuple[str, OpAnswer] | None:
        if op not in self._known:
            self.hold([op])
        return self._known[op]

    def keep(self, received: Received, answer: OpAnswer, at: str) -> bool:
        if self.answer(received.op) is not None:
            return False
        row = op_row(received, answer, at)
        self._known[received.op] = (received.digest, answer)
        self._new.append(row)
        return True

    def write(self, connection: Connection) -> None:
        if self._new:
            connection.execute(_ADD_OPS, self._new)
        self._new = []


class _Files(Files):
    """What the records of this push refer to. A file nobody knew gets its row when everything is written."""

    def __init__(self, connection: Connection, raw: Connection) -> None:
        super().__init__(connection)
        self._raw = raw
        self._states: dict[str, int | None] = {}
        self._links: dict[str, set[str]] = {}
        self._new_files: list[str] = []
        self._added: dict[tuple[str, str, str], FileRef] = {}
        self._dropped: set[tuple[str, str, str]] = set()

    def hold(self, names: Iterable[str], rids: Iterable[str]) -> None:
        """Lock the rows of files, in the order of their hashes, and fetch what records refer to."""
        shas = sorted({sha_of(name) for name in names} - self._states.keys())
        if shas:
            query = select(FILE.c.sha, FILE.c.size, FILE.c.done).where(FILE.c.sha.in_(shas))
            rows = self._raw.execute(query.order_by(FILE.c.sha).with_for_update())
            found = {row.sha: (row.size if row.done else None) for row in rows}
            self._new_files += [sha for sha in shas if sha not in found]
            self._states.update({sha: found.get(sha) for sha in shas})
        wanted = sorted(set(rids) - self._links.keys())
        if wanted:
            links = select(FILE_REF.c.rid, FILE_REF.c.sha).where(FILE_REF.c.rid.in_(wanted))
            self._links.update({rid: set() for rid in wanted})
            for row in self._raw.execute(links):
                self._links[row.rid].add(row.sha)

    def link(self, record: Record, names: Iterable[str]) -> dict[str, int]:
        wanted = {sha_of(name): name for name in names}
        self.hold(wanted.values(), [record.rid])
        known = self._links[record.rid]
        for sha in known - wanted.keys():
            place = (record.vid, record.rid, sha)
            if self._added.pop(place, None) is None:
                self._dropped.add(place)
        whole: dict[str, int] = {}
        for sha in sorted(wanted.keys() - known):
            place = (record.vid, record.rid, sha)
            self._dropped.discard(place)
            self._added[place] = FileRef(*place, wanted[sha])
            size = self._states[sha]
            if size is not None:
                whole[wanted[sha]] = size
        self._links[record.rid] = set(wanted)
        return whole

    def missing(self, names: Iterable[str]) -> tuple[str, ...]:
        wanted = {sha_of(name): name for name in names}
        if wanted.keys() - self._states.keys():
            return super().missing(wanted.values())
        return tuple(sorted(name for sha, name in wanted.items() if self._states[sha] is None))

    def write(self, connection: Connection) -> None:
        mentioned = {ref.sha for ref in self._added.values()}
        new = [sha for sha in self._new_files if sha in mentioned]
        if new:
            connection.execute(
                _ADD_FILES, [{"sha": sha, "size": 0, "done": False, "done_at": ""} for sha in sorted(new)]
            )
        self._new_files = [sha for sha in self._new_files if sha not in mentioned]
        if self._dropped:
            gone = [{"at_vid": vid, "at_rid": rid, "at_sha": sha} for vid, rid, sha in sorted(self._dropped)]
            connection.execute(_DROP_REFS, gone)
        if self._added:
            refs = [
                {"vid": ref.vid, "rid": ref.rid, "sha": ref.sha, "name": ref.name}
                for ref in self._added.values()
            ]
            connection.execute(_ADD_REFS, refs)
        self._added, self._dropped = {}, set()


class _People(People):
    """Accounts, grants and keys, asked once: no op changes them."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._users: dict[str, User | None] = {}
        self._rights: dict[str, tuple[Grant, ...]] = {}
        self._keys: dict[str, tuple[str, ...]] = {}

    def get(self, user: str) -> User | None:
        return _once(self._users, user, lambda: super(_People, self).get(user))

    def grants(self, user: str) -> tuple[Grant, ...]:
        return _once(self._rights, user, lambda: super(_People, self).grants(user))

    def keys(self, user: str) -> tuple[str, ...]:
        return _once(self._keys, user, lambda: super(_People, self).keys(user))


class _Scopes(Scopes):
    """Scopes by id, asked once: which unit they stand for never changes (where their heads stand is the feed's)."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._known: dict[str, Scope | None] = {}

    def get(self, vid: str) -> Scope | None:
        return self.many([vid]).get(vid)

    def many(self, vids: Iterable[str]) -> dict[str, Scope]:
        wanted = set(vids)
        unknown = wanted - self._known.keys()
        if unknown:
            found = super().many(unknown)
            self._known.update({vid: found.get(vid) for vid in unknown})
        return {vid: scope for vid in sorted(wanted) if (scope := self._known[vid]) is not None}


def _once(known: dict[K, T], key: K, ask: Callable[[], T]) -> T:
    if key not in known:
        known[key] = ask()
    return known[key]


class Together(Work):
    """See the module. ``write_all`` has to be the last thing done with it."""

    def __init__(self, connection: Connection) -> None:
        self._raw = connection
        writing = cast(Connection, _Writing(connection, self.write_all))
        super().__init__(writing)
        self._records = self.records = _Records(writing, connection)
        self._feed = self.feed = _Feed(writing, connection)
        self._ops = self.ops = _Ops(writing, connection)
        self._files = self.files = _Files(writing, connection)
        self.people = _People(writing)
        self.scopes = _Scopes(writing)

    def hold(
        self,
        ops: Iterable[str],
        places: Sequence[tuple[str, str, str]],
        names: Iterable[str],
    ) -> None:
        """Fetch and lock what a push needs. ``places``: (op, rid, vid) of its well-formed ops; ``names``: files they
        mention. What was answered before needs nothing more."""
        self._ops.hold(ops)
        fresh = [(rid, vid) for op, rid, vid in places if self._ops.answer(op) is None]
        if not fresh:
            return
        rids = {rid for rid, _ in fresh}
        self._records.hold(rids)
        self._files.hold(names, rids)
        self._feed.hold(vid for _, vid in fresh)

    def write_all(self) -> None:
        """Write what waits. Files come before what refers to them, the heads before their entries."""
        self._files.write(self._raw)
        self._records.write()
        self._feed.write(self._raw)
        self._ops.write(self._raw)
