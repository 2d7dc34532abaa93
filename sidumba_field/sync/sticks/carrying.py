"""Carries a sealed bundle for another laptop: up to the server in chunks, the sealed reply down again, both resumable.

Nothing here needs a store or a key of the bundle: the carrier signs his own requests, and cannot read what he carries.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sidumba_field.bundle import (
    PART,
    Facts,
    Found,
    Kind,
    Progress,
    Stop,
    Stopped,
    go_on,
    ignore,
    open_sealed,
    write_sealed,
)
from sidumba_field.bundle.faults import on_stick
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.time import Clock, SystemClock
from sidumba_field.sync.pace import Pace
from sidumba_field.sync.stages import AGAIN_AT_ONCE, TRIES
from sidumba_field.sync.transport import Transport
from sidumba_field.sync.uploads import RESUME, START_BYTES, TARGET_S
from sidumba_field.wire.endpoints import MAX_CHUNK, MIN_CHUNK
from sidumba_field.wire.sticks import BundleStatus, FactsMessage

#: So many times without one byte of progress, and the bundle waits for the next try.
PATIENCE = 4
PARTIAL, ANSWERED, REFUSED = "partial", "answered", "refused"
#: Bytes read at once from what was fetched.
_BLOCK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Carried:
    """Where a carried bundle stands: "partial", "received", "working" (ask again), "answered" (``reply`` can be
    fetched), "refused" (``code`` says why)."""

    sha: str
    state: str
    code: str = ""
    reply: Facts | None = None


def send_carried(
    transport: Transport,
    found: Found,
    progress: Progress = ignore,
    stop: Stop = go_on,
    clock: Clock | None = None,
) -> Carried:
    """Send a kirim on from where the server has it; return how it stands then.

    Raises ``wire.*``, ``bundle.too_big``, ``bundle.wrong_kind`` for what no server reads, and ``bundle.Stopped``.
    """
    facts = found.demand()
    if facts.kind is not Kind.KIRIM:
        raise SidumbaError("bundle.wrong_kind")
    pace = Pace(START_BYTES, MIN_CHUNK, MAX_CHUNK, TARGET_S)
    clock = clock or SystemClock()
    status, stuck = _ask(transport, facts.sha), 0
    while status.state == PARTIAL:
        if stop():
            raise Stopped
        progress(status.offset, facts.size)
        offset = status.offset
        status = _chunk(transport, found, facts, offset, pace, clock)
        stuck = 0 if status.offset > offset or status.state != PARTIAL else stuck + 1
        if stuck >= PATIENCE:
            raise SidumbaError("wire.offset", offset=status.offset)
    progress(facts.size, facts.size)
    return _carried(status)


def _chunk(
    transport: Transport, found: Found, facts: Facts, offset: int, pace: Pace, clock: Clock
) -> BundleStatus:
    with open_sealed(found) as source:
        source.skip(min(offset, facts.size))
        chunk = source.read(pace.size) if offset < facts.size else b""
    began = clock.monotonic()
    try:
        status = transport.bundle_write(facts.sha, offset, facts.size, chunk)
    except SidumbaError as error:
        if error.code not in RESUME:
            raise
        pace.failed()
        return _ask(transport, facts.sha)
    pace.took(len(chunk), clock.monotonic() - began)
    return status


def ask_carried(transport: Transport, sha: str) -> Carried:
    """Ask how a bundle that was sent stands; the server reads it while it is being asked."""
    return _carried(_ask(transport, sha))


def _ask(transport: Transport, sha: str) -> BundleStatus:
    for left in reversed(range(TRIES)):
        try:
            return transport.bundle_status(sha)
        except SidumbaError as error:
            if left == 0 or error.code not in AGAIN_AT_ONCE:
                raise
    raise AssertionError("unreachable")


def _carried(status: BundleStatus) -> Carried:
    reply = _facts(status.reply) if status.reply is not None else None
    return Carried(status.sha, status.state, status.code, reply)


def _facts(said: FactsMessage) -> Facts:
    try:
        return Facts(**{**said.model_dump(), "kind": Kind(said.kind)})
    except ValueError:
        raise SidumbaError("wire.malformed", field="kind") from None


def fetch_carried(
    transport: Transport,
    carried: Carried,
    folder: Path,
    part_bytes: int = PART,
    progress: Progress = ignore,
    stop: Stop = go_on,
) -> Found:
    """Fetch the reply to a carried bundle into ``folder`` and return it.

    What came before a cut waits in ``folder`` as ``<reply>.part`` and is gone on from. Raises ``wire.*``,
    ``bundle.damaged`` when what came is not what was announced (then the next try begins anew), and ``bundle.*`` of the
    disk it is written to.
    """
    facts = carried.reply
    if facts is None:
        raise SidumbaError("wire.not_found")
    part = folder / f"{facts.bundle}.part"
    with on_stick():
        have = part.stat().st_size if part.exists() else 0
        with part.open("ab") as out:
            while have < facts.size:
                if stop():
                    raise Stopped
                piece = _piece(transport, carried.sha, have)
                if not piece or have + len(piece) > facts.size:
                    break
                out.write(piece)
                out.flush()
                have += len(piece)
                progress(have, facts.size)
    try:
        found = write_sealed(folder, facts, _blocks(part), part_bytes, stop=stop)
    except SidumbaError as error:
        if error.code == "bundle.damaged":
            part.unlink(missing_ok=True)
        raise
    with contextlib.suppress(OSError):
        # The reply lies whole beside it; what is left is litter, not loss.
        part.unlink()
    return found


def _piece(transport: Transport, sha: str, offset: int) -> bytes:
    for left in reversed(range(TRIES)):
        try:
            return transport.bundle_reply(sha, offset)
        except SidumbaError as error:
            if left == 0 or error.code not in AGAIN_AT_ONCE:
                raise
    raise AssertionError("unreachable")


def _blocks(path: Path) -> Iterator[bytes]:
    with on_stick(), path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block
