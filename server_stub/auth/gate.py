"""Who is asking: the laptop by its signature, the person by his session. Nothing is believed before."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from server_stub.auth.permissions import rights
from server_stub.auth.rates import Buckets, Rate
from server_stub.store.database import Database
from server_stub.store.devices import Device, DeviceState
from server_stub.store.people import User
from sidumba_field.core.canonical import sha256_hex
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.ids import is_id
from sidumba_field.core.time import Clock, iso, parse_iso
from sidumba_field.core.workflow import Grant
from sidumba_field.seal.signing import verify
from sidumba_field.wire import endpoints

#: A number a laptop signed with is remembered longer than any session lives.
NONCE_LIFE = timedelta(hours=36)
_SWEEP_ONE_IN = 256
#: Calls of one laptop to one worker: a full sync on the fastest line stays below.
LAPTOP = Rate(per_s=100, burst=1_000)
#: Who may read and decide, who may hand in what he has made, who may ask what was decided about him.
READING = frozenset({DeviceState.ACTIVE})
SENDING = READING | {DeviceState.SUSPENDED}
HANDING_IN = SENDING | {DeviceState.WIPE}
ANY_STATE = frozenset(DeviceState)
_SHUT = {
    DeviceState.ACTIVE: "auth.not_permitted",
    DeviceState.SUSPENDED: "auth.device_suspended",
    DeviceState.REVOKED: "auth.device_revoked",
    DeviceState.WIPE: "auth.device_wipe",
}


@dataclass(frozen=True, slots=True)
class Signed:
    """What a request says of its sender; nothing of it is checked yet. ``target``: path with query."""

    method: str
    target: str
    device: str
    inc: str
    nonce: str
    signature: str


@dataclass(frozen=True, slots=True)
class Person:
    """A signed-in person, his grants, and what he may read: (program, unit prefix) pairs."""

    user: User
    grants: tuple[Grant, ...]
    rights: list[tuple[str, str]]
    device: str


class Gate:
    """One per process; safe to share between threads."""

    def __init__(self, database: Database, clock: Clock, rate: Rate = LAPTOP) -> None:
        self._database = database
        self._clock = clock
        self._laptops = Buckets(rate, clock)

    def known(self, signed: Signed, allowed: frozenset[DeviceState] = READING) -> Device:
        """Return the laptop a request claims to come from: enough to decide whether its body may be read.

        Raises ``auth.device_unknown``, ``wire.too_many``, and for a laptop that is not in one of the states
        ``allowed`` ``auth.device_suspended``, ``auth.device_revoked`` or ``auth.device_wipe``.
        """
        _demand_shape(signed)
        with self._database.read() as work:
            device = work.devices.get(signed.device)
        if device is None:
            raise SidumbaError("auth.device_unknown")
        if device.state not in allowed:
            raise SidumbaError(_SHUT[device.state])
        self._laptops.demand(device.id)
        return device

    def admit(self, signed: Signed, key: str, body_sha256: str) -> None:
        """Check that the owner of ``key`` signed exactly this request, and only once.

        Raises ``seal.bad_signature`` or ``wire.replayed``.
        """
        self.check(signed, key, body_sha256)
        # Counted now: a stranger who writes another one's id into his header uses up nothing of it.
        self._laptops.take(signed.device)
        self.spend(signed)

    def check(self, signed: Signed, key: str, body_sha256: str) -> None:
        """Check the signature alone; nothing is written for somebody nobody knows yet.

        Raises ``auth.device_unknown`` for headers of another shape, or ``seal.bad_signature``.
        """
        _demand_shape(signed)
        parts = (signed.method, signed.target, body_sha256, signed.device, signed.inc, signed.nonce)
        if not verify(key, endpoints.signing_bytes(*parts), signed.signature):
            raise SidumbaError("seal.bad_signature")

    def spend(self, signed: Signed) -> None:
        """Use up the number of a checked request; raise ``wire.replayed`` when it was used before."""
        now = self._clock.now()
        with self._database.write() as work:
            is_new = work.devices.spend_nonce(signed.device, signed.nonce, iso(now))
            if secrets.randbelow(_SWEEP_ONE_IN) == 0:
                work.devices.sweep(iso(now - NONCE_LIFE))
        if not is_new:
            raise SidumbaError("wire.replayed")

    def person(self, token: str, device: Device) -> Person:
        """Return the person behind a session token; raise ``auth.session_expired`` when there is none any more."""
        now = self._clock.now()
        with self._database.read() as work:
            session = work.devices.session(sha256_hex(token.encode())) if token else None
            user = work.people.get(session.user) if session else None
            if session is None or user is None or not user.active or session.device != device.id:
                raise SidumbaError("auth.session_expired")
            if parse_iso(session.expires_at) <= now:
                raise SidumbaError("auth.session_expired")
            grants = work.people.grants(user.id)
        return Person(user, grants, rights(grants, now), device.id)


def _demand_shape(signed: Signed) -> None:
    if not (is_id(signed.device) and is_id(signed.inc) and 16 <= len(signed.nonce) <= 64):
        raise SidumbaError("auth.device_unknown")
