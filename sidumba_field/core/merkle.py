"""One hash over many heads, as RFC 6962 builds it: leaves and nodes are hashed apart, odd ones are carried up.

Pure. A leaf is the canonical JSON of [scope, number, hash] of one feed's head; leaves stand in the order of scopes.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from sidumba_field.core.canonical import canonical

#: (number of the last entry, its hash) of one feed.
Head = tuple[int, str]


def leaf(vid: str, head: Head) -> bytes:
    """Return the hash of one feed's head."""
    return sha256(b"\x00" + canonical([vid, head[0], head[1]])).digest()


def root(heads: Mapping[str, Head]) -> str:
    """Return the root over all heads, hex; without any, the hash of nothing."""
    level = [leaf(vid, heads[vid]) for vid in sorted(heads)]
    if not level:
        return sha256(b"").hexdigest()
    while len(level) > 1:
        level = _above(level)
    return level[0].hex()


def _above(level: list[bytes]) -> list[bytes]:
    pairs = range(0, len(level) - 1, 2)
    above = [_node(level[n], level[n + 1]) for n in pairs]
    return above + level[len(pairs) * 2 :]


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()
