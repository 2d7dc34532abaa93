"""Orders of the district to laptops, numbered per laptop: the newest says what a laptop may still do."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, insert, select
from sqlalchemy.engine import Connection

from server_stub.store.tables import DEVICE_ORDER


@dataclass(frozen=True, slots=True)
class Order:
    """``word``: the state the laptop is to take (``DeviceState``); ``number`` counts from 1 per laptop; ``sig``: by the
    server's key over everything else (``wire.messages.OrderMessage``)."""

    device: str
    number: int
    word: str
    at: str
    reason: str
    sig: str


class Orders:
    """Repository of orders; none is ever changed or taken away."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def newest(self, device: str) -> Order | None:
        """Return the order that counts, None when there never was one."""
        query = select(DEVICE_ORDER).where(DEVICE_ORDER.c.device == device)
        row = self._db.execute(query.order_by(DEVICE_ORDER.c.number.desc()).limit(1)).one_or_none()
        return None if row is None else Order(**row._mapping)

    def next_number(self, device: str) -> int:
        query = select(func.max(DEVICE_ORDER.c.number)).where(DEVICE_ORDER.c.device == device)
        return int(self._db.execute(query).scalar_one() or 0) + 1

    def add(self, order: Order) -> None:
        row = {name: getattr(order, name) for name in Order.__slots__}
        self._db.execute(insert(DEVICE_ORDER).values(row))
