"""Walks every chain and says where one does not hold, and rebuilds every record from its entries.

Found are: gaps, wrong links, payloads that are not what was hashed, payloads taken away without an erasure, heads and
records that stand elsewhere than their entries lead, and answered ops without their entry. A chain written anew with
right hashes from its beginning is what the signed roots are for (``publishing.witness``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from server_stub.store.database import Database
from server_stub.store.scopes import Scope
from server_stub.store.work import Work
from sidumba_field.core.history import REVISING, advance
from sidumba_field.core.records import GENESIS, FeedEntry, Record, entry_hash, payload_digest

_PAGE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Audit:
    """``faults``: "scope@seq: what", empty when all is well; ``erased``: entries whose payload was taken away;
    ``records``: rebuilt and found equal or not; ``ops``: answered ones whose entry was looked for."""

    scopes: int
    entries: int
    erased: int
    records: int
    ops: int
    faults: tuple[str, ...]


@dataclass
class _Walk:
    """What one chain led to. ``emptied``: record -> numbers of its entries without payload; ``named``: (number, op)."""

    prev: str = GENESIS
    seq: int = 0
    erased: int = 0
    records: dict[str, Record] = field(default_factory=dict)
    told: dict[str, int] = field(default_factory=dict)
    emptied: dict[str, list[int]] = field(default_factory=dict)
    named: dict[int, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def audit(database: Database) -> Audit:
    """Check every scope in one consistent picture."""
    with database.read() as work:
        return audit_work(work)


def audit_work(work: Work) -> Audit:
    """``audit`` inside a transaction of the caller."""
    faults: list[str] = []
    entries = erased = records = ops = 0
    scopes = work.scopes.all()
    for scope in scopes:
        walk = _walk(work, scope)
        entries += walk.seq
        erased += walk.erased
        found, rebuilt = _held_against(work, scope, walk)
        records += found
        answered, missing = _ops(work, scope, walk)
        ops += answered
        faults += [f"{scope.vid}{fault}" for fault in (*walk.faults, *rebuilt, *missing)]
    faults += [f"{vid}@{seq}: stray" for vid, seq in work.feed.strays()]
    return Audit(len(scopes), entries, erased, records, ops, tuple(faults))


def _walk(work: Work, scope: Scope) -> _Walk:
    walk = _Walk()
    while True:
        page, _ = work.feed.page(scope.vid, walk.seq, _PAGE)
        if not page:
            break
        for entry in page:
            _step(walk, entry)
    if (scope.seq, scope.hash) != (walk.seq, walk.prev):
        walk.faults.append(": head")
    walk.faults += [f"@{seq}: payload missing" for seqs in walk.emptied.values() for seq in seqs]
    return walk


def _step(walk: _Walk, entry: FeedEntry) -> None:
    fault = _fault(entry, walk.prev, walk.seq + 1)
    if fault:
        walk.faults.append(f"@{entry.seq}: {fault}")
    walk.prev, walk.seq = entry.hash, entry.seq
    walk.told[entry.rid] = max(entry.rev, walk.told.get(entry.rid, 0))
    if entry.op:
        walk.named[entry.seq] = entry.op
    if entry.payload is None:
        walk.erased += 1
        walk.emptied.setdefault(entry.rid, []).append(entry.seq)
    elif entry.payload.get("erased"):
        # From here on it is known why the entries before tell nothing.
        walk.emptied.pop(entry.rid, None)
    if entry.kind in REVISING:
        try:
            after = advance(walk.records.get(entry.rid), entry)
        except (KeyError, TypeError, ValueError):
            walk.faults.append(f"@{entry.seq}: unreadable")
            return
        if after is not None:
            walk.records[entry.rid] = after


def _fault(entry: FeedEntry, prev: str, seq: int) -> str:
    if entry.seq != seq:
        return "gap"
    if entry.prev != prev or entry.hash != entry_hash(entry):
        return "link"
    if entry.payload is None:
        return ""
    try:
        right = payload_digest(entry.salt, entry.payload) == entry.payload_digest
    except ValueError:
        right = False
    return "" if right else "payload"


#: What of a record its entries tell, whatever was erased of it.
_PARTS: dict[str, Callable[[Record], object]] = {
    "revision": lambda record: record.rev,
    "state": lambda record: record.state,
    "fields": lambda record: dict(record.fields),
    "owner": lambda record: record.owner,
    "period": lambda record: record.period,
    "form": lambda record: (record.form, record.form_v),
}


def _held_against(work: Work, scope: Scope, walk: _Walk) -> tuple[int, list[str]]:
    """Compare the records of a scope with what its entries lead to; return how many there were, and the faults."""
    faults: list[str] = []
    count = 0
    hashes = work.records.content_hashes(scope.vid)
    for stored in _records(work, scope.vid):
        count += 1
        if walk.told.get(stored.rid) != stored.rev:
            faults.append(f": {stored.rid}: revision")
            continue
        rebuilt = walk.records.get(stored.rid)
        wrong = [name for name, part in _PARTS.items() if rebuilt is None or part(rebuilt) != part(stored)]
        # Of what was erased without its tombstone nothing can be rebuilt; that is told already.
        if wrong and stored.rid not in walk.emptied:
            faults.append(f": {stored.rid}: {wrong[0]}")
        if hashes[stored.rid] != stored.content_sha256:
            faults.append(f": {stored.rid}: content hash")
    return count, faults + [f": {rid}: missing" for rid in sorted(walk.told.keys() - hashes.keys())]


def _records(work: Work, vid: str) -> Iterator[Record]:
    after = ""
    while page := work.records.page(vid, after, 500):
        yield from page
        after = page[-1].rid


def _ops(work: Work, scope: Scope, walk: _Walk) -> tuple[int, list[str]]:
    """Look for the entry of every op that says it has one; return how many there were, and the faults."""
    faults: list[str] = []
    count = 0
    for op, seq in work.ops.places(scope.vid):
        count += 1
        if walk.named.get(seq) != op:
            faults.append(f"@{seq}: op {op}")
    return count, faults
