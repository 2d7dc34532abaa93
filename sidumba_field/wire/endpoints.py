"""Paths, header names and limits of the protocol: one list for client and server (docs/spec/wire.md)."""

from __future__ import annotations

HELLO = "/v1/hello"
ENROL = "/v1/enrol"
SESSION = "/v1/session"
ESCROW = "/v1/escrow"
PUSH = "/v1/push"
ACCESS = "/v1/access"
PULL = "/v1/pull"
SNAPSHOT = "/v1/snapshot/{vid}"
HISTORY = "/v1/history/{vid}/{rid}"
STANDING = "/v1/standing"
STANDING_ROWS = "/v1/standing/{vid}"
ATT = "/v1/att/{sha}"
ATT_CONTENT = "/v1/att/{sha}/content"
ORDER = "/v1/order"
ROOTS = "/v1/roots"
BUNDLE = "/v1/bundle/{sha}"
BUNDLE_REPLY = "/v1/bundle/{sha}/reply"
FORM = "/v1/form/{program}/{form}/{version}"

DEVICE = "X-Sidumba-Device"
INCARNATION = "X-Sidumba-Inc"
NONCE = "X-Sidumba-Nonce"
SIGNATURE = "X-Sidumba-Signature"
OFFSET = "X-Sidumba-Offset"
TOTAL = "X-Sidumba-Total"
CHUNK_SHA = "X-Sidumba-Chunk-Sha256"

MAX_OPS = 200
#: Bytes of one push body before compression; one op alone may be larger, up to MAX_BODY.
MAX_BATCH_BYTES = 256 * 1024
MAX_PAGE_BYTES = 256 * 1024
MAX_BODY = 4 * 1024 * 1024
#: A feed at its beginning that is longer than this starts from a snapshot; a shorter one brings its whole history.
SNAPSHOT_BEYOND = 100
#: Bytes of everything in one bundle from a stick.
MAX_BUNDLE = 8 * 1024 * 1024 * 1024
MAX_FILE = 25 * 1024 * 1024
MIN_CHUNK = 8 * 1024
MAX_CHUNK = 4 * 1024 * 1024


def signing_bytes(method: str, target: str, body_sha256: str, device: str, inc: str, nonce: str) -> bytes:
    """Return what the device key signs for one request: method, path with query, body hash, device, incarnation, nonce.

    No time is signed: laptop clocks are wrong (spec/sync.md failure 18); ids make a replayed push harmless, and a
    pull needs the person's session besides.
    """
    return "\n".join(("sidumba-1", method.upper(), target, body_sha256, device, inc, nonce)).encode()
