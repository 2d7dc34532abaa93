"""What laptops logged of views, prints, exports and reveals: added once per laptop, life and number, never changed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.engine import Connection

from server_stub.store.dialect import insert_once
from server_stub.store.tables import ACCESS
from sidumba_field.core.canonical import canonical


@dataclass(frozen=True, slots=True)
class Access:
    """One line. ``at``: the laptop's time; ``rid``: "" when it speaks of many records, then ``unit`` says of which;
    ``detail``: what else the event names (paper, count, whether numbers were shown in full)."""

    device: str
    inc: str
    n: int
    at: str
    user: str
    event: str
    rid: str
    unit: str
    detail: Mapping[str, Any]
    received_at: str


class Accesses:
    """Repository of access lines."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def keep(self, lines: Iterable[Access]) -> int:
        """Add lines that are not here yet; return how many were new."""
        rows = [
            {
                **{name: getattr(one, name) for name in Access.__slots__},
                "detail": canonical(one.detail).decode(),
            }
            for one in lines
        ]
        return insert_once(self._db, ACCESS, rows)

    def about(self, rid: str, units: Iterable[str]) -> list[Access]:
        """Return what was done with one record, and what was done with many of ``units`` at once, oldest first."""
        many = (ACCESS.c.rid == "") & ACCESS.c.unit.in_(sorted(set(units)))
        return self._select(or_(ACCESS.c.rid == rid, many))

    def by(self, user: str) -> list[Access]:
        """Return what one person did, oldest first."""
        return self._select(ACCESS.c.user == user)

    def of_device(self, device: str) -> list[Access]:
        """Return what one laptop, or the server itself, has told, oldest first."""
        return self._select(ACCESS.c.device == device)

    def _select(self, condition: ColumnElement[bool]) -> list[Access]:
        order = (ACCESS.c.at, ACCESS.c.device, ACCESS.c.n)
        rows = self._db.execute(select(ACCESS).where(condition).order_by(*order))
        return [Access(**{**row._mapping, "detail": json.loads(row.detail)}) for row in rows]
