"""Bundles from sticks: which came, by whom, how far they are, and where the reply to each lies."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import delete, func, select, update
from sqlalchemy.engine import Connection

from server_stub.store.dialect import insert_once
from server_stub.store.tables import BUNDLE


class BundleState(StrEnum):
    """``partial``: a carrier is sending it; ``received``: whole, not read yet; ``answered``: its reply lies ready;
    ``refused``: it may never be read here."""

    PARTIAL = "partial"
    RECEIVED = "received"
    ANSWERED = "answered"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class CarriedBundle:
    """One bundle. ``sha``/``size``: of the sealed stream; ``carrier``: the laptop that brought it, "" = by hand at the
    server; ``code``: why it was refused; ``receipt``: number of its receipt (0 = none); ``reply``...: the balasan's id,
    hash, size and instant."""

    sha: str
    size: int
    state: BundleState
    carrier: str
    begun_at: str
    bundle: str = ""
    device: str = ""
    number: int = 0
    made_at: str = ""
    code: str = ""
    ops: int = 0
    files: int = 0
    receipt: int = 0
    answered_at: str = ""
    reply: str = ""
    reply_sha: str = ""
    reply_size: int = 0


class Bundles:
    """Repository of bundles that came by stick."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def get(self, sha: str) -> CarriedBundle | None:
        row = self._db.execute(select(BUNDLE).where(BUNDLE.c.sha == sha)).mappings().one_or_none()
        return None if row is None else CarriedBundle(**{**row, "state": BundleState(row["state"])})

    def lock(self, sha: str) -> CarriedBundle | None:
        """Return a bundle and keep others from changing its row until this transaction ends."""
        query = select(BUNDLE).where(BUNDLE.c.sha == sha).with_for_update()
        row = self._db.execute(query).mappings().one_or_none()
        return None if row is None else CarriedBundle(**{**row, "state": BundleState(row["state"])})

    def begin(self, row: CarriedBundle) -> bool:
        """Add a bundle; False when it is known already."""
        return insert_once(self._db, BUNDLE, [_values(row)]) == 1

    def save(self, row: CarriedBundle) -> None:
        self._db.execute(update(BUNDLE).where(BUNDLE.c.sha == row.sha).values(_values(row)))

    def under_way(self, carrier: str) -> int:
        """Return how many bundles this laptop has begun to send and not finished."""
        query = select(func.count()).select_from(BUNDLE)
        query = query.where(BUNDLE.c.carrier == carrier, BUNDLE.c.state == BundleState.PARTIAL.value)
        return self._db.execute(query).scalar_one()

    def all(self, limit: int = 200) -> list[CarriedBundle]:
        """Return the latest bundles, the newest first."""
        rows = self._db.execute(select(BUNDLE).order_by(BUNDLE.c.begun_at.desc(), BUNDLE.c.sha).limit(limit))
        return [CarriedBundle(**{**row, "state": BundleState(row["state"])}) for row in rows.mappings()]

    def older(self, before: str) -> list[CarriedBundle]:
        """Return the bundles that were begun before an instant: their bytes have done their work."""
        rows = self._db.execute(select(BUNDLE).where(BUNDLE.c.begun_at < before)).mappings()
        return [CarriedBundle(**{**row, "state": BundleState(row["state"])}) for row in rows]

    def forget(self, sha: str) -> None:
        self._db.execute(delete(BUNDLE).where(BUNDLE.c.sha == sha))


def _values(row: CarriedBundle) -> dict[str, object]:
    return {name: getattr(row, name) for name in CarriedBundle.__slots__} | {"state": row.state.value}
