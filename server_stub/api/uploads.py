"""Files by SHA-256, in chunks that resume (docs/spec/wire.md "Files"): status, one chunk, content."""

from __future__ import annotations

import re

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from server_stub.api.audit import note_refusal
from server_stub.api.deps import Server, person_of, read_body, reply, server_of, signed_by, signed_device
from server_stub.auth.gate import SENDING, Person
from server_stub.auth.sight import Sight
from sidumba_field.core.canonical import sha256_hex
from sidumba_field.core.errors import SidumbaError
from sidumba_field.wire import endpoints
from sidumba_field.wire.messages import AttStatus

router = APIRouter()
_SHA = re.compile(r"[0-9a-f]{64}")


def checked_sha(sha: str) -> str:
    if not _SHA.fullmatch(sha):
        raise SidumbaError("wire.not_found")
    return sha


@router.get(endpoints.ATT)
async def status(request: Request, sha: str) -> Response:
    await signed_device(request, SENDING)
    return reply(await run_in_threadpool(_status, server_of(request), checked_sha(sha)))


def _status(server: Server, sha: str) -> AttStatus:
    found = server.blobs.status(sha)
    if found.done:
        # The bytes may have become whole just before a crash: noting it again changes nothing.
        server.workflow.file_whole(sha, found.size)
    return AttStatus(sha=sha, done=found.done, offset=found.offset, size=found.size)


@router.patch(endpoints.ATT)
async def write(request: Request, sha: str) -> Response:
    """Take one chunk. The signature covers the announced hash, so it is checked before a byte is read."""
    server, signed = server_of(request), signed_by(request)
    announced = checked_header(request)
    checked_sha(sha)
    device = await run_in_threadpool(server.gate.known, signed, SENDING)
    await run_in_threadpool(server.gate.admit, signed, device.key, announced)
    offset, total = number_in(request, endpoints.OFFSET), number_in(request, endpoints.TOTAL)
    if total > server.settings.limits.max_file:
        raise SidumbaError("attachment.too_big", size=total, limit=server.settings.limits.max_file)
    chunk = await read_body(request, server.settings.limits.max_chunk)
    if sha256_hex(chunk) != announced:
        raise SidumbaError("wire.chunk_hash")
    return reply(await run_in_threadpool(_write, server, sha, offset, total, chunk, announced))


def _write(server: Server, sha: str, offset: int, total: int, chunk: bytes, chunk_sha: str) -> AttStatus:
    try:
        found = server.blobs.write_chunk(sha, offset, total, chunk, chunk_sha)
    except SidumbaError as error:
        raise _told(error) from None
    if found.done:
        server.workflow.file_whole(sha, found.size)
    return AttStatus(sha=sha, done=found.done, offset=found.offset, size=found.size)


def _told(error: SidumbaError) -> SidumbaError:
    """Return what the storage says, as the laptop can act on it: begin anew, or come back later."""
    if error.code == "attachment.damaged":
        return SidumbaError("wire.offset", offset=0)
    return SidumbaError("wire.overloaded") if error.code == "store.disk_full" else error


def checked_header(request: Request) -> str:
    announced = request.headers.get(endpoints.CHUNK_SHA, "")
    if not _SHA.fullmatch(announced):
        raise SidumbaError("wire.malformed", field=endpoints.CHUNK_SHA)
    return announced


def number_in(request: Request, header: str) -> int:
    text = request.headers.get(header, "")
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise SidumbaError("wire.malformed", field=header)
    return int(text)


@router.get(endpoints.ATT_CONTENT)
async def content(request: Request, sha: str) -> Response:
    device = await signed_device(request)
    person = await person_of(request, device)
    body = await run_in_threadpool(content_for, server_of(request), person, checked_sha(sha))
    return Response(body, media_type="application/octet-stream")


def content_for(server: Server, person: Person, sha: str) -> bytes:
    with server.database.read() as work:
        sight = Sight.of(work, server.programs, person.grants, person.device, server.clock.now())
        is_whole, is_his = work.files.is_whole(sha), sight.may_fetch(sha)
    if is_whole and not is_his:
        note_refusal(server, person, "att", sha, "auth.not_permitted")
    if not (is_whole and is_his):
        # One answer for both: whether a file is here is nobody else's business.
        raise SidumbaError("attachment.missing")
    return server.blobs.read(sha)
