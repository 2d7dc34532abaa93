"""What every endpoint does first: bound the body, check the signature, find the person; and last: seal the reply.

Order matters (spec/sync.md failure 6): the laptop must be known before a byte of its body is read.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from server_stub.auth.accounts import Accounts
from server_stub.auth.gate import READING, Gate, Person, Signed
from server_stub.auth.keys import ServerKeys
from server_stub.publishing.witness import Witness
from server_stub.settings import Settings
from server_stub.store.blobs import Blobs
from server_stub.store.database import Database
from server_stub.store.devices import Device, DeviceState
from server_stub.workflow.rules import Rules
from server_stub.workflow.service import WorkflowService
from sidumba_field.core.canonical import canonical, sha256_hex
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.time import Clock
from sidumba_field.wire import endpoints, packing
from sidumba_field.wire.messages import Message, sealed

M = TypeVar("M", bound=Message)


class Crowd:
    """How many pushes this worker process has in hand. Connections stay with the worker that took them, and an idle
    neighbour cannot help: a worker with a crowd asks the laptop to come again by a new connection, which whoever is
    idle takes."""

    #: Enough to have one judged while another is written.
    ENOUGH = 2

    def __init__(self) -> None:
        self._here = 0

    @contextmanager
    def joined(self) -> Iterator[None]:
        """Be one of them for the length of the block; called from the event loop alone."""
        self._here += 1
        try:
            yield
        finally:
            self._here -= 1

    def send_on(self, response: Response) -> Response:
        """Ask for a new connection when there are too many; called inside ``joined``."""
        if self._here > self.ENOUGH:
            response.headers["Connection"] = "close"
        return response


@dataclass(frozen=True, slots=True)
class Server:
    """Everything the endpoints are handed; built once per process by the app."""

    settings: Settings
    database: Database
    clock: Clock
    keys: ServerKeys
    gate: Gate
    accounts: Accounts
    workflow: WorkflowService
    programs: Mapping[str, Rules]
    blobs: Blobs
    epoch: str
    witness: Witness
    crowd: Crowd = field(default_factory=Crowd)


def server_of(request: Request) -> Server:
    server = request.app.state.server
    assert isinstance(server, Server)
    return server


def signed_by(request: Request) -> Signed:
    """Return what the headers say; nothing is believed yet."""
    path = request.scope.get("raw_path") or request.scope["path"].encode()
    query = request.scope.get("query_string", b"")
    target = (path + b"?" + query if query else path).decode("latin-1")
    head = request.headers
    return Signed(
        method=request.method,
        target=target,
        device=head.get(endpoints.DEVICE, ""),
        inc=head.get(endpoints.INCARNATION, ""),
        nonce=head.get(endpoints.NONCE, ""),
        signature=head.get(endpoints.SIGNATURE, ""),
    )


async def read_body(request: Request, limit: int) -> bytes:
    """Return the body as sent; raise ``wire.body_too_big`` before more than ``limit`` bytes are kept."""
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > limit:
        raise SidumbaError("wire.body_too_big", limit=limit)
    pieces: list[bytes] = []
    size = 0
    try:
        async for piece in request.stream():
            size += len(piece)
            if size > limit:
                raise SidumbaError("wire.body_too_big", limit=limit)
            pieces.append(piece)
    except ClientDisconnect:
        raise SidumbaError("wire.malformed", field="body") from None
    return b"".join(pieces)


def unpack(body: bytes, encoding: str, limit: int) -> bytes:
    """Undo xz or gzip without ever holding more than ``limit`` bytes: a small bomb is refused, not unpacked.

    Raises ``wire.body_too_big`` or ``wire.malformed``.
    """
    if encoding in ("", "identity"):
        return body
    if encoding not in _UNPACKERS:
        raise SidumbaError("wire.malformed", field="Content-Encoding")
    try:
        plain, is_whole = _UNPACKERS[encoding](body, limit)
    except ValueError:
        raise SidumbaError("wire.malformed", field=encoding) from None
    if len(plain) > limit:
        raise SidumbaError("wire.body_too_big", limit=limit)
    if not is_whole:
        raise SidumbaError("wire.malformed", field=encoding)
    return plain


def _ungzip(body: bytes, limit: int) -> tuple[bytes, bool]:
    stream = zlib.decompressobj(wbits=31)
    try:
        plain = stream.decompress(body, limit + 1)
    except zlib.error as error:
        raise ValueError("no gzip stream") from error
    return plain, stream.eof and not stream.unused_data


_UNPACKERS = {packing.XZ: packing.unpack, "gzip": _ungzip}


def parse(raw: bytes, kind: type[M]) -> M:
    """Read one message; raise ``wire.malformed`` naming the member, never its value."""
    try:
        return kind.model_validate(json.loads(raw))
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors(include_input=False)[0]["loc"])
        raise SidumbaError("wire.malformed", field=where) from None
    except (ValueError, RecursionError):
        raise SidumbaError("wire.malformed", field="json") from None


async def signed_message(
    request: Request, kind: type[M], allowed: frozenset[DeviceState] = READING
) -> tuple[Device, M]:
    """Return the laptop and its message, in this order: laptop known, body read, signature checked, body believed.

    ``allowed``: states of a laptop that may call this.
    """
    server, signed = server_of(request), signed_by(request)
    device = await run_in_threadpool(server.gate.known, signed, allowed)
    limit = server.settings.limits.max_body
    body = await read_body(request, limit)
    await run_in_threadpool(server.gate.admit, signed, device.key, sha256_hex(body))
    encoding = request.headers.get("content-encoding", "").strip().lower()
    return device, await run_in_threadpool(parse, unpack(body, encoding, limit), kind)


async def signed_device(request: Request, allowed: frozenset[DeviceState] = READING) -> Device:
    """Return the laptop behind a request without a body."""
    server, signed = server_of(request), signed_by(request)
    device = await run_in_threadpool(server.gate.known, signed, allowed)
    await run_in_threadpool(server.gate.admit, signed, device.key, sha256_hex(b""))
    return device


async def person_of(request: Request, device: Device) -> Person:
    """Return the signed-in person; raise ``auth.session_expired``."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    token = token.strip() if scheme.lower() == "bearer" else ""
    return await run_in_threadpool(server_of(request).gate.person, token, device)


def reply(message: Message) -> Response:
    """Return a reply with its digest, in the canonical spelling."""
    return Response(canonical(sealed(message)), media_type="application/json")
