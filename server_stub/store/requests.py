"""What persons asked for about their own data (UU 27/2022 articles 5 to 10), each with the instant it is due."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func, insert, select, update
from sqlalchemy.engine import Connection

from server_stub.store.tables import REQUEST


class Wish(StrEnum):
    """What is asked for: a copy of the data, its correction, its erasure."""

    EXPORT = "export"
    CORRECT = "correct"
    ERASE = "erase"


@dataclass(frozen=True, slots=True)
class DataRequest:
    """``number`` counts on this server; ``done_at`` "" while it is open; ``outcome``: "done" or "refused"; ``result``:
    what was done, or why not."""

    id: str
    number: int
    kind: Wish
    rid: str
    applicant: str
    note: str
    registered_at: str
    due_at: str
    done_at: str = ""
    outcome: str = ""
    result: str = ""


class Requests:
    """Repository of requests; they are closed and never removed."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def add(self, request: DataRequest) -> DataRequest:
        """Register a request under the next number; return it with that number."""
        last = self._db.execute(select(func.coalesce(func.max(REQUEST.c.number), 0))).scalar_one()
        row = {name: getattr(request, name) for name in DataRequest.__slots__}
        row |= {"number": last + 1, "kind": request.kind.value}
        self._db.execute(insert(REQUEST).values(row))
        found = self.get(last + 1)
        assert found is not None
        return found

    def get(self, number: int) -> DataRequest | None:
        row = self._db.execute(select(REQUEST).where(REQUEST.c.number == number)).one_or_none()
        return None if row is None else DataRequest(**{**row._mapping, "kind": Wish(row.kind)})

    def all(self) -> list[DataRequest]:
        """Return every request, those due first before the closed ones."""
        rows = self._db.execute(select(REQUEST).order_by(REQUEST.c.done_at != "", REQUEST.c.due_at))
        return [DataRequest(**{**row._mapping, "kind": Wish(row.kind)}) for row in rows]

    def open_about(self, rid: str) -> bool:
        """Tell whether a request about a record waits."""
        query = select(REQUEST.c.id).where(REQUEST.c.rid == rid, REQUEST.c.done_at == "").limit(1)
        return self._db.execute(query).first() is not None

    def close(self, number: int, at: str, outcome: str, result: str) -> bool:
        """Close an open request; False when it is closed already, or nobody knows it."""
        step = update(REQUEST).where(REQUEST.c.number == number, REQUEST.c.done_at == "")
        return self._db.execute(step.values(done_at=at, outcome=outcome, result=result)).rowcount == 1
