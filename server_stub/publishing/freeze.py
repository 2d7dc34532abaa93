"""What a paper freezes: the digest of exactly the records it was printed from."""

from __future__ import annotations

from dataclasses import dataclass

from server_stub.store.database import Database
from sidumba_field.core.records import members_digest


@dataclass(frozen=True, slots=True)
class Frozen:
    """``digest`` over (rid, rev, sha) of ``count`` records in the order of their ids, the one a batch signs."""

    digest: str
    count: int


def freeze(database: Database, program: str, unit: str, period: str, state: str) -> Frozen:
    """Freeze the records of ``program`` under ``unit`` that stand in ``state``, seen in one transaction."""
    with database.read() as work:
        members = work.records.members(program, unit, period, state)
    return Frozen(members_digest(tuple(members)), len(members))
