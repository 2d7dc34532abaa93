"""Bundles over HTTP: a laptop carries the sealed work of another one and brings the sealed reply back.

The carrier signs his requests as ever; about what is inside his signature says nothing. Work is read when its last byte
is here and somebody asks how it stands; the call that asks waits a few seconds, then the carrier asks again.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from typing import Any

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from server_stub.api.bundles.desk import PASSING, BundleDesk
from server_stub.api.deps import Server, read_body, reply, server_of, signed_by, signed_device
from server_stub.api.uploads import checked_header, checked_sha, number_in
from server_stub.auth.gate import HANDING_IN
from server_stub.store.bundles import BundleState, CarriedBundle
from sidumba_field.bundle import Found, open_sealed
from sidumba_field.core.canonical import sha256_hex
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.time import iso
from sidumba_field.wire import endpoints
from sidumba_field.wire.sticks import BundleStatus, FactsMessage

log = logging.getLogger("sidumba_server.api")
router = APIRouter()
#: Bundles one laptop may have begun to send and not finished.
MOST_UNDER_WAY = 8
#: How long a call that asks waits for the reading to end.
WAIT_S = 5.0
WORKING = "working"


@router.get(endpoints.BUNDLE)
async def status(request: Request, sha: str) -> Response:
    await signed_device(request, HANDING_IN)
    return reply(await run_in_threadpool(_status, server_of(request), checked_sha(sha)))


def _status(server: Server, sha: str) -> BundleStatus:
    desk = BundleDesk(server)
    row = _row(server, sha)
    if row is None:
        return BundleStatus(sha=sha, state=BundleState.PARTIAL.value, offset=0, size=0)
    if row.state is BundleState.RECEIVED and not _worked(desk, sha):
        return BundleStatus(sha=sha, state=WORKING, offset=row.size, size=row.size)
    return _told(desk, _row(server, sha) or row)


def _worked(desk: BundleDesk, sha: str) -> bool:
    """Have a bundle read, for a few seconds of this call; it goes on behind when that is not enough."""
    faults: list[SidumbaError] = []
    done: list[bool] = []

    def work() -> None:
        try:
            done.append(desk.handle_sent(sha))
        except SidumbaError as error:
            faults.append(error)
        except Exception:
            log.exception("a bundle was not read because of a fault of ours")
            faults.append(SidumbaError("bug.unexpected"))

    thread = threading.Thread(target=work, daemon=True, name=f"bundle {sha[:8]}")
    thread.start()
    thread.join(WAIT_S)
    if faults:
        raise SidumbaError("wire.overloaded") if faults[0].code in PASSING else faults[0]
    return bool(done and done[0])


def _told(desk: BundleDesk, row: CarriedBundle) -> BundleStatus:
    found = desk.reply_of(row)
    if row.state is BundleState.ANSWERED and found is None:
        # The reply has lain here long enough: the bundle is welcome again.
        return BundleStatus(sha=row.sha, state=BundleState.PARTIAL.value, offset=0, size=row.size)
    offset = desk.coming.status(row.sha).offset if row.state is BundleState.PARTIAL else row.size
    facts = _facts(found) if found is not None else None
    return BundleStatus(
        sha=row.sha, state=row.state.value, offset=offset, size=row.size, code=row.code, reply=facts
    )


def _facts(found: Found) -> FactsMessage:
    facts = found.demand()
    values: dict[str, Any] = {name: getattr(facts, name) for name in FactsMessage.model_fields}
    return FactsMessage(**{**values, "kind": facts.kind.value})


@router.patch(endpoints.BUNDLE)
async def write(request: Request, sha: str) -> Response:
    """Take one chunk. The signature covers the announced hash, so it is checked before a byte is read."""
    server, signed = server_of(request), signed_by(request)
    announced = checked_header(request)
    checked_sha(sha)
    device = await run_in_threadpool(server.gate.known, signed, HANDING_IN)
    await run_in_threadpool(server.gate.admit, signed, device.key, announced)
    offset, total = number_in(request, endpoints.OFFSET), number_in(request, endpoints.TOTAL)
    if total > server.settings.limits.max_bundle:
        raise SidumbaError("bundle.too_big")
    chunk = await read_body(request, server.settings.limits.max_chunk)
    if sha256_hex(chunk) != announced:
        raise SidumbaError("wire.chunk_hash")
    return reply(await run_in_threadpool(_write, server, device.id, sha, offset, total, chunk))


def _write(server: Server, carrier: str, sha: str, offset: int, total: int, chunk: bytes) -> BundleStatus:
    desk = BundleDesk(server)
    row = _begun(server, desk, carrier, sha, total)
    if row.state is not BundleState.PARTIAL:
        return _told(desk, row)
    try:
        kept = desk.coming.write_chunk(sha, offset, total, chunk, sha256_hex(chunk))
    except SidumbaError as error:
        if error.code == "attachment.damaged":
            raise SidumbaError("wire.offset", offset=0) from None
        raise SidumbaError("wire.overloaded") if error.code == "store.disk_full" else error from None
    if kept.done:
        row = replace(row, state=BundleState.RECEIVED, size=kept.size)
        with server.database.write() as work:
            work.bundles.save(row)
    return BundleStatus(sha=sha, state=row.state.value, offset=kept.offset, size=total)


def _begun(server: Server, desk: BundleDesk, carrier: str, sha: str, total: int) -> CarriedBundle:
    """Return the row of a bundle that is being sent, made with its first chunk.

    Raises ``wire.too_many`` for a laptop that begins ever new ones and finishes none.
    """
    at = iso(server.clock.now())
    with server.database.write() as work:
        row = work.bundles.get(sha)
        if row is None or (row.state is BundleState.ANSWERED and desk.reply_of(row) is None):
            if work.bundles.under_way(carrier) >= MOST_UNDER_WAY:
                raise SidumbaError("wire.too_many")
            fresh = CarriedBundle(sha, total, BundleState.PARTIAL, carrier, at)
            if not work.bundles.begin(fresh):
                work.bundles.save(fresh)
            return fresh
    if row.state is BundleState.PARTIAL and desk.coming.status(sha).done:
        # Whole, and killed before that was written down.
        row = replace(row, state=BundleState.RECEIVED, size=desk.coming.status(sha).size)
        with server.database.write() as work:
            work.bundles.save(row)
    return row


def _row(server: Server, sha: str) -> CarriedBundle | None:
    with server.database.read() as work:
        return work.bundles.get(sha)


@router.get(endpoints.BUNDLE_REPLY)
async def fetch(request: Request, sha: str, offset: int = 0) -> Response:
    await signed_device(request, HANDING_IN)
    server = server_of(request)
    piece, total = await run_in_threadpool(_piece, server, checked_sha(sha), offset)
    headers = {endpoints.TOTAL: str(total), endpoints.CHUNK_SHA: sha256_hex(piece)}
    return Response(piece, headers=headers, media_type="application/octet-stream")


def _piece(server: Server, sha: str, offset: int) -> tuple[bytes, int]:
    """Return a piece of the sealed reply from ``offset``, and the size of all of it."""
    desk, row = BundleDesk(server), _row(server, sha)
    found = desk.reply_of(row) if row is not None else None
    if found is None:
        raise SidumbaError("wire.not_found")
    total = found.demand().size
    if not 0 <= offset <= total:
        raise SidumbaError("wire.offset", offset=total)
    with open_sealed(found) as source:
        source.skip(offset)
        pieces, room = [], server.settings.limits.max_chunk
        while room and (piece := source.read(room)):
            pieces.append(piece)
            room -= len(piece)
    return b"".join(pieces), total
