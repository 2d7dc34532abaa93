"""Enrolling a laptop with a one-time code and activating a person on it: calls over a line, values back.

Nothing is stored here. The laptop's key is made on the laptop and its secret half never leaves it; the recovery code
leaves sealed to the district, so that neither the line nor the server can read it (spec/sync.md "Keys").
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.ids import new_id
from sidumba_field.core.time import Clock
from sidumba_field.seal.box import seal_text
from sidumba_field.seal.signing import SigningKey
from sidumba_field.seal.slots import new_recovery_code
from sidumba_field.sync.stages import TRIES
from sidumba_field.sync.transport import Transport
from sidumba_field.wire.messages import EnrolReply, EnrolRequest, Hello, SessionReply, SessionRequest
from sidumba_field.wire.versions import CURRENT, agree

_T = TypeVar("_T")
#: (device key, device id, incarnation) -> the line to the server, signed by that device.
Connect = Callable[[SigningKey, str, str], Transport]
#: The answer to an enrolment may be lost after the code was spent; the very same request is then welcome again.
_REPEAT = frozenset(
    {"wire.cut_short", "wire.bad_digest", "wire.timeout", "wire.unreachable", "wire.server_fault"}
)


@dataclass(frozen=True, slots=True)
class NewLaptop:
    """What a laptop draws for itself before it asks to be enrolled. Ask again with the same one after a broken line:
    a one-time code is spent by the first laptop that used it."""

    device: str
    inc: str
    key: SigningKey
    recovery_code: str


@dataclass(frozen=True, slots=True)
class Enrolled:
    """An enrolled laptop: what has to be kept, encrypted. ``age_recipient``: the district, for sealed codes."""

    device: str
    inc: str
    key: SigningKey
    recovery_code: str
    epoch: str
    server_key: str
    age_recipient: str
    unit: str
    office: str


@dataclass(frozen=True, slots=True)
class Person:
    """A person activated on this laptop: what the server told of him, and his own signing key."""

    reply: SessionReply
    key: SigningKey


def new_laptop(clock: Clock) -> NewLaptop:
    """Draw a device id, an incarnation, a signing key and a recovery code."""
    return NewLaptop(new_id(clock), new_id(clock), SigningKey.generate(), new_recovery_code())


def enrol(connect: Connect, code: str, name: str, clock: Clock, laptop: NewLaptop | None = None) -> Enrolled:
    """Enrol this laptop under ``name`` with the district's one-time ``code``.

    Raises ``auth.enrolment_code`` (wrong, used or older than 72 h), ``wire.protocol_unknown``,
    ``wire.not_our_server`` when two answers speak of two servers, or a fault of the line.
    """
    mine = laptop or new_laptop(clock)
    line = connect(mine.key, mine.device, mine.inc)
    met = _patiently(line.hello)
    if agree(met.proto) is None:
        raise SidumbaError("wire.protocol_unknown", theirs=max(met.proto, default=0))
    request = EnrolRequest(
        proto=CURRENT,
        code=code.strip(),
        device=mine.device,
        inc=mine.inc,
        name=name.strip(),
        device_key=mine.key.public_hex,
        recovery_sealed=seal_text(met.age_recipient, mine.recovery_code),
    )
    reply = _patiently(lambda: line.enrol(request))
    _same_server(met, reply, mine)
    return Enrolled(
        device=mine.device,
        inc=mine.inc,
        key=mine.key,
        recovery_code=mine.recovery_code,
        epoch=reply.epoch,
        server_key=reply.server_key,
        age_recipient=reply.age_recipient,
        unit=reply.unit,
        office=reply.office,
    )


def _same_server(met: Hello, reply: EnrolReply, mine: NewLaptop) -> None:
    """The key pinned from now on must be the one the recovery code was sealed beside."""
    if (met.server_key, met.age_recipient, mine.device) != (
        reply.server_key,
        reply.age_recipient,
        reply.device,
    ):
        raise SidumbaError("wire.not_our_server")


def activate_person(transport: Transport, username: str, password: str) -> Person:
    """Sign a person in for the first time on this laptop; his key is made here and its public half told.

    Raises ``auth.wrong_passphrase``, ``auth.locked_out``, ``auth.device_unknown`` or a fault of the line.
    """
    key = SigningKey.generate()
    return Person(sign_in(transport, username, password, key.public_hex), key)


def sign_in(transport: Transport, username: str, password: str, user_key: str) -> SessionReply:
    """Open an online session for somebody whose key (public, hex) this laptop already holds."""
    request = SessionRequest(proto=CURRENT, username=username.strip(), password=password, user_key=user_key)
    return transport.session(request)


def _patiently(call: Callable[[], _T]) -> _T:
    """Make the very same call up to ``TRIES`` times while the line breaks; a refusal is final at once."""
    for left in reversed(range(TRIES)):
        try:
            return call()
        except SidumbaError as error:
            if left == 0 or error.code not in _REPEAT:
                raise
    raise AssertionError("unreachable")
