"""Enrolment of laptops, sessions of people, escrow of recovery codes (docs/spec/wire.md)."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from server_stub.api.deps import (
    Server,
    parse,
    person_of,
    read_body,
    reply,
    server_of,
    signed_by,
    signed_message,
)
from server_stub.api.sync import check_protocol
from server_stub.api.views import grant_message, lease, open_periods, scope_messages
from server_stub.auth.accounts import SignedIn
from server_stub.auth.gate import Signed
from server_stub.auth.sight import Sight
from server_stub.store.devices import Device, DeviceState
from sidumba_field.core.canonical import sha256_hex
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.time import iso
from sidumba_field.wire import endpoints
from sidumba_field.wire.messages import (
    Done,
    EnrolReply,
    EnrolRequest,
    EscrowRequest,
    SessionReply,
    SessionRequest,
)

router = APIRouter()
_SMALL = 64 * 1024
_KEY_DIGITS = 64


@router.post(endpoints.ENROL)
async def enrol(request: Request) -> Response:
    """Take in a laptop that shows a code and signs with the key it wants to be known by."""
    server, signed = server_of(request), signed_by(request)
    body = await read_body(request, _SMALL)
    message = parse(body, EnrolRequest)
    check_protocol(message.proto)
    if (message.device, message.inc) != (signed.device, signed.inc):
        raise SidumbaError("op.wrong_device")
    return reply(await run_in_threadpool(_enrol, server, signed, message, sha256_hex(body)))


def _enrol(server: Server, signed: Signed, message: EnrolRequest, body_sha256: str) -> EnrolReply:
    """The code is looked at before anything is written: strangers leave no trace in the tables."""
    server.gate.check(signed, message.device_key, body_sha256)
    device = server.accounts.enrol(message.code, _offered(message))
    server.gate.spend(signed)
    with server.database.read() as work:
        office = work.scopes.fact("office")
    return EnrolReply(
        device=device.id,
        epoch=server.epoch,
        now=iso(server.clock.now()),
        server_key=server.keys.signing.public_hex,
        age_recipient=server.keys.age_recipient,
        unit=device.unit,
        office=office,
    )


def _offered(message: EnrolRequest) -> Device:
    return Device(
        id=message.device,
        name=message.name,
        unit="",
        key=message.device_key,
        inc=message.inc,
        state=DeviceState.ACTIVE,
        dseq=0,
        receipts=0,
        failures=0,
        locked_until="",
        recovery_sealed=message.recovery_sealed,
        enrolled_at="",
        seen_at="",
    )


@router.post(endpoints.SESSION)
async def session(request: Request) -> Response:
    device, message = await signed_message(request, SessionRequest)
    check_protocol(message.proto)
    if len(message.user_key) != _KEY_DIGITS:
        raise SidumbaError("wire.malformed", field="user_key")
    server = server_of(request)
    wanted = (device, message.username, message.password, message.user_key)
    opened = await run_in_threadpool(server.accounts.sign_in, *wanted)
    return reply(await run_in_threadpool(_welcome, server, device, opened))


def _welcome(server: Server, device: Device, opened: SignedIn) -> SessionReply:
    now, user = server.clock.now(), opened.user
    with server.database.read() as work:
        sight = Sight.of(work, server.programs, opened.grants, device.id, now)
        return SessionReply(
            token=opened.token,
            expires=opened.expires,
            now=iso(now),
            user=user.id,
            username=user.username,
            name=user.name,
            position=user.position,
            nip=user.nip,
            unit=user.unit,
            unit_name=work.scopes.unit_names([user.unit]).get(user.unit, user.unit),
            lease_until=lease(now),
            grants=[grant_message(grant) for grant in opened.grants],
            scopes=scope_messages(sight),
            people=work.people.names_around(sight.rights),
            periods=open_periods(work, server.programs, sight.rights),
        )


@router.post(endpoints.ESCROW)
async def escrow(request: Request) -> Response:
    """Keep a laptop's new recovery code; only a signed-in person may replace the old one."""
    device, message = await signed_message(request, EscrowRequest)
    await person_of(request, device)
    server = server_of(request)
    await run_in_threadpool(_escrow, server, device, message.recovery_sealed)
    return reply(Done(now=iso(server.clock.now())))


def _escrow(server: Server, device: Device, sealed: str) -> None:
    with server.database.write() as work:
        work.devices.set_recovery(device.id, sealed)
