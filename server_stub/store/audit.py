"""Walks every chain and says where one does not hold: gaps, wrong hashes, payloads that are not what was hashed."""

from __future__ import annotations

from dataclasses import dataclass

from server_stub.store.database import Database
from server_stub.store.scopes import Scope
from server_stub.store.work import Work
from sidumba_field.core.records import GENESIS, FeedEntry, entry_hash, payload_digest

_PAGE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Audit:
    """``faults``: "scope@seq: what", empty when all is well; ``erased``: entries whose payload was taken away."""

    scopes: int
    entries: int
    erased: int
    faults: tuple[str, ...]


def audit(database: Database) -> Audit:
    """Check every scope: numbers without gap, links, payloads that are there, the head, revisions of records."""
    faults: list[str] = []
    entries = erased = 0
    with database.read() as work:
        scopes = work.scopes.all()
        for scope in scopes:
            count, empty = _walk(work, scope, faults)
            entries += count
            erased += empty
            told, stored = work.feed.last_revs(scope.vid), work.records.revs(scope.vid)
            faults += [f"{scope.vid}: {rid}: revision" for rid, rev in stored.items() if told.get(rid) != rev]
            faults += [f"{scope.vid}: {rid}: missing" for rid in told.keys() - stored.keys()]
    return Audit(len(scopes), entries, erased, tuple(faults))


def _walk(work: Work, scope: Scope, faults: list[str]) -> tuple[int, int]:
    prev, seq, erased = GENESIS, 0, 0
    while True:
        page, _ = work.feed.page(scope.vid, seq, _PAGE)
        if not page:
            break
        for entry in page:
            fault = _fault(entry, prev, seq + 1)
            if fault:
                faults.append(f"{scope.vid}@{entry.seq}: {fault}")
            prev, seq = entry.hash, entry.seq
            erased += entry.payload is None
    if (scope.seq, scope.hash) != (seq, prev):
        faults.append(f"{scope.vid}: head")
    return seq, erased


def _fault(entry: FeedEntry, prev: str, seq: int) -> str:
    if entry.seq != seq:
        return "gap"
    if entry.prev != prev or entry.hash != entry_hash(entry):
        return "link"
    if entry.payload is not None and payload_digest(entry.salt, entry.payload) != entry.payload_digest:
        return "payload"
    return ""
