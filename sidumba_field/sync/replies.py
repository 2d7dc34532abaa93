"""Decides whether some bytes are our server's whole answer; pure, so that every kind of broken line can be
tried.

Village lines cut replies in the middle of a header block, and their portals answer ``200 text/html`` to
everything (spec/sync.md failures 24, 26, 27). Hence: no reply counts without a JSON body of the announced
length and the right digest, and a refusal counts only as problem+json with one of our numbers, sealed alike.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sidumba_field.core.errors import SidumbaError
from sidumba_field.wire.messages import unseal
from sidumba_field.wire.problems import CONTENT_TYPE as PROBLEM
from sidumba_field.wire.problems import from_problem

#: Bytes of one reply, after decompression; a page is 256 KB, one huge record may be 4 MB.
MAX_REPLY = 16 * 1024 * 1024
#: A server that asks for more patience than this is not believed (seconds).
MAX_RETRY_AFTER = 3_600
#: The server asks to be left alone for a while and says how long.
PATIENCE_ASKED = frozenset({"wire.overloaded", "wire.too_many"})

#: What machines between us and the server say in their own words (nginx, a firewall, a load balancer).
_BETWEEN = {
    408: "wire.timeout",
    413: "wire.body_too_big",
    426: "wire.protocol_unknown",
    429: "wire.overloaded",
    502: "wire.overloaded",
    503: "wire.overloaded",
    504: "wire.timeout",
}


@dataclass(frozen=True, slots=True)
class RawReply:
    """What came over the line: status, headers (names in lower case) and the body as sent."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def kind(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


def judge(reply: RawReply) -> dict[str, Any]:
    """Return the checked body of a good reply.

    Raises ``wire.cut_short``, ``wire.not_our_server``, ``wire.bad_digest``, ``wire.body_too_big`` or the
    error that a problem+json speaks of; ``wire.overloaded`` carries ``retry_after`` in seconds when the
    server named it.
    """
    check_length(reply)
    if reply.kind == PROBLEM:
        raise _problem(reply)
    if reply.status != 200:
        raise _between(reply)
    if reply.kind != "application/json":
        # A header block cut in the middle parses as a reply without a type.
        raise SidumbaError("wire.not_our_server" if reply.kind else "wire.cut_short")
    return unseal(_json(reply))


def refusal(reply: RawReply) -> SidumbaError:
    """Return the error of a reply that is known not to be a good one."""
    return _problem(reply) if reply.kind == PROBLEM else _between(reply)


def check_length(reply: RawReply) -> None:
    """Raise ``wire.cut_short`` unless the body's length was announced and came whole."""
    announced = reply.headers.get("content-length", "")
    if announced:
        if not _is_number(announced) or int(announced) != len(reply.body):
            raise SidumbaError("wire.cut_short")
    elif reply.headers.get("transfer-encoding", "").lower() != "chunked":
        raise SidumbaError("wire.cut_short")


def _problem(reply: RawReply) -> SidumbaError:
    body = _json(reply)
    if not isinstance(body, dict) or body.get("status") != reply.status:
        return SidumbaError("wire.not_our_server")
    error = from_problem(unseal(body))
    if error.code in PATIENCE_ASKED:
        return SidumbaError(error.code, **{**error.params, **_patience(reply)})
    return error


def _between(reply: RawReply) -> SidumbaError:
    code = _BETWEEN.get(reply.status)
    if code is None:
        return SidumbaError("wire.not_our_server", status=reply.status)
    return SidumbaError(code, status=reply.status, **(_patience(reply) if code == "wire.overloaded" else {}))


def _patience(reply: RawReply) -> dict[str, int]:
    """Read Retry-After (RFC 9110 10.2.3) in seconds; the date form leans on a clock we do not trust and is
    left out.
    """
    text = reply.headers.get("retry-after", "").strip()
    return {"retry_after": min(int(text), MAX_RETRY_AFTER)} if _is_number(text) else {}


def _is_number(text: str) -> bool:
    """Headers arrive as Latin-1, where "\u00b2" is a digit to Python and no number."""
    return text.isascii() and text.isdigit() and len(text) <= 18


def _json(reply: RawReply) -> Any:
    body = _unzip(reply.body) if reply.headers.get("content-encoding", "").lower() == "gzip" else reply.body
    try:
        return json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        raise SidumbaError("wire.not_our_server") from None


def _unzip(packed: bytes) -> bytes:
    """Unpack gzip with a ceiling, so that a few kilobytes cannot fill the laptop's memory."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        plain = unpacker.decompress(packed, MAX_REPLY)
    except zlib.error:
        raise SidumbaError("wire.bad_digest") from None
    if unpacker.unconsumed_tail:
        raise SidumbaError("wire.body_too_big", limit=MAX_REPLY)
    if not unpacker.eof:
        raise SidumbaError("wire.cut_short")
    return plain
