"""Laptops: enrolment codes, their keys and states, sessions of people on them, and the numbers they signed with."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Row, case, delete, insert, select, update
from sqlalchemy.engine import Connection

from server_stub.store.dialect import insert_once
from server_stub.store.tables import CODE, DEVICE, NONCE, SESSION


class DeviceState(StrEnum):
    """``active`` may do everything; ``suspended`` may still send what it holds; ``revoked`` nothing at all; ``wipe``
    only hand in its sealed work, then it destroys its keys."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    WIPE = "wipe"


@dataclass(frozen=True, slots=True)
class Device:
    """One laptop. ``key``: its Ed25519 public key (hex); ``dseq``: highest number of an op it sent;
    ``failures``/``locked_until``: wrong passwords within one stretch of time, and when that stretch is over."""

    id: str
    name: str
    unit: str
    key: str
    inc: str
    state: DeviceState
    dseq: int
    receipts: int
    failures: int
    locked_until: str
    recovery_sealed: str
    enrolled_at: str
    seen_at: str


@dataclass(frozen=True, slots=True)
class EnrolmentCode:
    """A one-time code, known by its hash only; ``device`` is "" until it was used."""

    code_hash: str
    unit: str
    name: str
    expires_at: str
    device: str


@dataclass(frozen=True, slots=True)
class Session:
    user: str
    device: str
    expires_at: str


def _device(row: Row[tuple[object, ...]]) -> Device:
    values = dict(row._mapping)
    values["state"] = DeviceState(values["state"])
    return Device(**values)


class Devices:
    """Repository of laptops, codes, sessions and nonces."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def get(self, device: str) -> Device | None:
        row = self._db.execute(select(DEVICE).where(DEVICE.c.id == device)).one_or_none()
        return None if row is None else _device(row)

    def lock(self, device: str) -> Device | None:
        """Return a laptop and keep others from changing its row until this transaction ends."""
        row = self._db.execute(select(DEVICE).where(DEVICE.c.id == device).with_for_update()).one_or_none()
        return None if row is None else _device(row)

    def all(self) -> list[Device]:
        return [_device(row) for row in self._db.execute(select(DEVICE).order_by(DEVICE.c.enrolled_at))]

    def add(self, device: Device) -> bool:
        """Add a laptop; False when its id is taken."""
        row = {name: getattr(device, name) for name in Device.__slots__}
        return insert_once(self._db, DEVICE, [{**row, "state": device.state.value}]) == 1

    def set_state(self, device: str, state: DeviceState) -> bool:
        step = update(DEVICE).where(DEVICE.c.id == device).values(state=state.value)
        return self._db.execute(step).rowcount == 1

    def set_recovery(self, device: str, sealed: str) -> None:
        self._db.execute(update(DEVICE).where(DEVICE.c.id == device).values(recovery_sealed=sealed))

    def set_failures(self, device: str, failures: int, locked_until: str) -> None:
        step = update(DEVICE).where(DEVICE.c.id == device)
        self._db.execute(step.values(failures=failures, locked_until=locked_until))

    def next_receipt(self, device: str, dseq: int, inc: str, at: str) -> tuple[int, int]:
        """Count one more push of a laptop; return (receipt number, highest op number held)."""
        higher = case((DEVICE.c.dseq < dseq, dseq), else_=DEVICE.c.dseq)
        step = update(DEVICE).where(DEVICE.c.id == device)
        step = step.values(receipts=DEVICE.c.receipts + 1, dseq=higher, inc=inc, seen_at=at)
        row = self._db.execute(step.returning(DEVICE.c.receipts, DEVICE.c.dseq)).one()
        return row.receipts, row.dseq

    def add_code(self, code: EnrolmentCode) -> None:
        self._db.execute(insert(CODE).values({name: getattr(code, name) for name in EnrolmentCode.__slots__}))

    def lock_code(self, code_hash: str) -> EnrolmentCode | None:
        query = select(CODE).where(CODE.c.code_hash == code_hash).with_for_update()
        row = self._db.execute(query).one_or_none()
        return None if row is None else EnrolmentCode(**row._mapping)

    def use_code(self, code_hash: str, device: str) -> None:
        self._db.execute(update(CODE).where(CODE.c.code_hash == code_hash).values(device=device))

    def add_session(self, token_hash: str, session: Session) -> None:
        row = {"user": session.user, "device": session.device, "expires_at": session.expires_at}
        self._db.execute(insert(SESSION).values(token_hash=token_hash, **row))

    def session(self, token_hash: str) -> Session | None:
        row = self._db.execute(select(SESSION).where(SESSION.c.token_hash == token_hash)).one_or_none()
        return None if row is None else Session(row.user, row.device, row.expires_at)

    def spend_nonce(self, device: str, nonce: str, at: str) -> bool:
        """Use up a number; False when this laptop used it before."""
        return insert_once(self._db, NONCE, [{"device": device, "nonce": nonce, "seen_at": at}]) == 1

    def sweep(self, before: str) -> None:
        """Forget numbers and sessions older than ``before``: nothing signed then can still open anything."""
        self._db.execute(delete(NONCE).where(NONCE.c.seen_at < before))
        self._db.execute(delete(SESSION).where(SESSION.c.expires_at < before))
