"""Code <-> HTTP: every refusal leaves the server as problem+json (RFC 9457) with a number that is never reused.

The number is "<HTTP status>.<n>" like ``409.3``. A code without a number here is never sent as an HTTP problem.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sidumba_field.core.canonical import digest
from sidumba_field.core.errors import SidumbaError

CONTENT_TYPE = "application/problem+json"

NUMBERS: dict[str, str] = {
    "wire.malformed": "400.1",
    "wire.protocol_unknown": "400.2",
    "op.malformed": "400.3",
    "auth.device_unknown": "401.1",
    "auth.session_expired": "401.2",
    "auth.wrong_passphrase": "401.3",
    "seal.bad_signature": "401.4",
    "auth.enrolment_code": "403.1",
    "auth.not_permitted": "403.2",
    "auth.device_suspended": "403.3",
    "auth.locked_out": "403.4",
    "op.wrong_device": "403.5",
    "auth.device_revoked": "403.6",
    "auth.device_wipe": "403.7",
    "wire.not_found": "404.1",
    "attachment.missing": "404.2",
    "wire.offset": "409.1",
    "wire.replayed": "409.2",
    "wire.body_too_big": "413.1",
    "attachment.too_big": "413.2",
    "bundle.too_big": "413.3",
    "wire.chunk_hash": "460.1",
    "wire.too_many": "429.1",
    "wire.overloaded": "503.1",
    "attachment.later": "503.2",
    "bug.unexpected": "500.1",
}
_BY_NUMBER = {number: code for code, number in NUMBERS.items()}


def status_of(code: str) -> int:
    """Return the HTTP status of a code; an unlisted one is our bug and leaves as 500."""
    return int(NUMBERS.get(code, NUMBERS["bug.unexpected"]).split(".")[0])


def to_problem(error: SidumbaError) -> tuple[int, dict[str, Any]]:
    """Return (HTTP status, problem+json body); the sentence is left to the reader's own language.

    ``digest`` seals it as any reply: a refusal can set a file aside, so one cut or made up on the way must not count.
    """
    code = error.code if error.code in NUMBERS else "bug.unexpected"
    body = {
        "type": f"urn:sidumba-field:problem:{NUMBERS[code]}",
        "number": NUMBERS[code],
        "code": code,
        "status": status_of(code),
        "retryable": error.retryable,
        "params": {key: str(value) for key, value in error.params.items()},
    }
    return status_of(code), {**body, "digest": digest(body)}


def from_problem(body: Mapping[str, Any]) -> SidumbaError:
    """Return the error a problem+json body speaks of; unknown numbers become ``wire.server_fault``."""
    code = _BY_NUMBER.get(str(body.get("number", "")))
    if code is None or code == "bug.unexpected":
        return SidumbaError("wire.server_fault", number=str(body.get("number", "")))
    params = body.get("params")
    named = params if isinstance(params, Mapping) else {}
    return SidumbaError(code, **{key: value for key, value in named.items() if key not in ("self", "code")})
