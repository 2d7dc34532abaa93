"""Enrolling laptops and signing people in (docs/spec/wire.md "Enrolment", "Session")."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from server_stub.auth.passwords import Passwords
from server_stub.store.database import Database
from server_stub.store.devices import Device, DeviceState, EnrolmentCode, Session
from server_stub.store.people import User
from server_stub.store.work import Work
from sidumba_field.core.canonical import sha256_hex
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.ids import new_id
from sidumba_field.core.time import Clock, iso, parse_iso
from sidumba_field.core.workflow import Grant

#: No letters or digits that are read or heard as another one.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LIFE = timedelta(hours=72)
SESSION_LIFE = timedelta(hours=12)
LEASE = timedelta(days=14)
_MAX_FAILURES = 10
_PAUSE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session: ``token`` is told once and never stored."""

    user: User
    grants: tuple[Grant, ...]
    token: str
    expires: str


def new_code() -> str:
    """Return an enrolment code: 3 groups of 4 signs, 59 bits."""
    signs = [secrets.choice(ALPHABET) for _ in range(12)]
    return "-".join("".join(signs[n : n + 4]) for n in (0, 4, 8))


def _code_hash(code: str) -> str:
    return sha256_hex("".join(sign for sign in code.upper() if sign in ALPHABET).encode())


class Accounts:
    """One per process; safe to share between threads."""

    def __init__(self, database: Database, passwords: Passwords, clock: Clock) -> None:
        self._database = database
        self._passwords = passwords
        self._clock = clock

    def issue_code(self, unit: str, name: str) -> str:
        """Draw a one-time code for a laptop of ``unit``; only its hash is kept."""
        code = new_code()
        expires = iso(self._clock.now() + CODE_LIFE)
        with self._database.write() as work:
            work.devices.add_code(EnrolmentCode(_code_hash(code), unit, name, expires, ""))
        return code

    def enrol(self, code: str, device: Device) -> Device:
        """Take in a laptop; the same laptop may repeat its own enrolment, since its reply may have been lost.

        Raises ``auth.enrolment_code``.
        """
        now = self._clock.now()
        with self._database.write() as work:
            found = work.devices.lock_code(_code_hash(code))
            if found is None or found.device not in ("", device.id):
                raise SidumbaError("auth.enrolment_code")
            known = work.devices.get(device.id)
            if parse_iso(found.expires_at) <= now:
                raise SidumbaError("auth.enrolment_code")
            if found.device == device.id:
                # Nothing is written: an old request shown again must not bring back an old recovery code.
                if known is None or known.key != device.key:
                    raise SidumbaError("auth.enrolment_code")
                return known
            if known is not None:
                raise SidumbaError("auth.enrolment_code")
            return self._take_in(work, found, device)

    def _take_in(self, work: Work, code: EnrolmentCode, device: Device) -> Device:
        at = iso(self._clock.now())
        new = Device(
            id=device.id,
            name=device.name or code.name,
            unit=code.unit,
            key=device.key,
            inc=device.inc,
            state=DeviceState.ACTIVE,
            dseq=0,
            receipts=0,
            failures=0,
            locked_until="",
            recovery_sealed=device.recovery_sealed,
            enrolled_at=at,
            seen_at=at,
        )
        work.devices.add(new)
        work.devices.use_code(code.code_hash, device.id)
        return new

    def sign_in(self, device: Device, username: str, password: str, user_key: str) -> SignedIn:
        """Open a session of 12 hours and learn the person's public key on this laptop.

        Raises ``auth.wrong_passphrase``, or ``auth.locked_out`` after ten failures within five minutes, until these
        are over. A right password forgives nothing: else somebody with an account of his own could guess for ever.
        """
        now = self._clock.now()
        if device.failures >= _MAX_FAILURES and parse_iso(device.locked_until) > now:
            raise SidumbaError("auth.locked_out", until=device.locked_until)
        with self._database.read() as work:
            user = work.people.by_username(username)
        # Outside of any transaction: this takes a tenth of a second on purpose.
        fits = self._passwords.fits(user.password_hash if user else "", password)
        with self._database.write() as work:
            if user is None or not user.active or not fits:
                self._count_failure(work, device.id)
            else:
                return self._open(work, device, user, user_key)
        raise SidumbaError("auth.wrong_passphrase")

    def _count_failure(self, work: Work, device_id: str) -> None:
        """Count within a stretch of five minutes that begins with its first failure."""
        now, device = self._clock.now(), work.devices.lock(device_id)
        if device is None:
            return
        if device.locked_until and parse_iso(device.locked_until) > now:
            work.devices.set_failures(device_id, device.failures + 1, device.locked_until)
        else:
            work.devices.set_failures(device_id, 1, iso(now + _PAUSE))

    def _open(self, work: Work, device: Device, user: User, user_key: str) -> SignedIn:
        now = self._clock.now()
        token, expires = secrets.token_urlsafe(32), iso(now + SESSION_LIFE)
        work.devices.add_session(sha256_hex(token.encode()), Session(user.id, device.id, expires))
        work.people.add_key(user.id, device.id, user_key, iso(now))
        return SignedIn(user, work.people.grants(user.id), token, expires)

    def add_user(self, user: User, password: str, grants: tuple[Grant, ...] = ()) -> str:
        """Add an account and return its id; raise ``auth.weak_passphrase`` or ``ValueError`` for a name taken."""
        account = User(
            id=user.id or new_id(self._clock),
            username=user.username,
            name=user.name,
            position=user.position,
            nip=user.nip,
            unit=user.unit,
            password_hash=self._passwords.hash(password),
            active=True,
            created_at=iso(self._clock.now()),
        )
        with self._database.write() as work:
            if not work.people.add(account):
                raise ValueError(user.username)
            for grant in grants:
                work.people.grant(account.id, grant)
        return account.id
