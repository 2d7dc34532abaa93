"""Orders to laptops, and the daily roots: what a laptop may always ask, whatever state it is in."""

from __future__ import annotations

import re

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from server_stub.api.deps import Server, reply, server_of, signed_device
from server_stub.auth import orders
from server_stub.auth.gate import ANY_STATE
from server_stub.publishing import witness
from server_stub.store.devices import Device
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.time import iso
from sidumba_field.wire import endpoints
from sidumba_field.wire.messages import OrderReply, RootsReply

router = APIRouter()
#: Roots of one reply: a little more than a year.
_MOST = 400
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@router.get(endpoints.ORDER)
async def order(request: Request) -> Response:
    """Tell a laptop what the district has decided about it; the answer is for this laptop alone."""
    device = await signed_device(request, ANY_STATE)
    return reply(await run_in_threadpool(_order, server_of(request), device))


def _order(server: Server, device: Device) -> OrderReply:
    with server.database.read() as work:
        newest = work.orders.newest(device.id)
    told = orders.message(newest) if newest is not None else None
    return OrderReply(now=iso(server.clock.now()), order=told)


@router.get(endpoints.ROOTS)
async def roots(request: Request, after: str = "") -> Response:
    """Tell the signed roots behind a day; they name no feed and no person."""
    await signed_device(request)
    if after and not _DAY.fullmatch(after):
        raise SidumbaError("wire.malformed", field="after")
    return reply(await run_in_threadpool(roots_behind, server_of(request), after))


def roots_behind(server: Server, after: str) -> RootsReply:
    with server.database.read() as work:
        found = work.roots.after(after, _MOST)
    return RootsReply(now=iso(server.clock.now()), roots=[witness.message(root) for root in found])
