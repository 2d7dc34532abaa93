"""Takes in the access logs of laptops: small, append-only, signed by the laptop (docs/spec/wire.md "Access log")."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from server_stub.api.audit import note_strangers
from server_stub.api.deps import Server, reply, server_of, signed_message
from server_stub.api.sync import check_protocol
from server_stub.auth.access import keep
from server_stub.store.devices import Device
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.time import iso
from sidumba_field.wire import endpoints
from sidumba_field.wire.messages import AccessReply, AccessRequest

router = APIRouter()


@router.post(endpoints.ACCESS)
async def access(request: Request) -> Response:
    device, message = await signed_message(request, AccessRequest)
    check_protocol(message.proto)
    if message.device != device.id:
        raise SidumbaError("op.wrong_device")
    return reply(await run_in_threadpool(keep_access, server_of(request), device, message))


def keep_access(server: Server, device: Device, message: AccessRequest) -> AccessReply:
    now = iso(server.clock.now())
    with server.database.write() as work:
        upto, strangers = keep(work, device.id, message.inc, message.lines, now)
    note_strangers(server, device.id, strangers)
    return AccessReply(now=now, upto=upto)
