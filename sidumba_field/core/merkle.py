"""One hash over many heads, as RFC 6962 builds it: leaves and nodes are hashed apart, odd ones are carried up.

Pure. A leaf is the canonical JSON of [scope, number, hash] of one feed's head; leaves stand in the order of scopes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


def path(heads: Mapping[str, Head], vid: str) -> list[str]:
    """Return what leads from the head of ``vid`` to the root: "L" or "R" (the side the neighbour stands on) and its
    hash, from the leaf upwards. Raises ``KeyError`` for a scope that is not among them."""
    order = sorted(heads)
    place = order.index(vid) if vid in heads else -1
    if place < 0:
        raise KeyError(vid)
    level = [leaf(one, heads[one]) for one in order]
    steps: list[str] = []
    while len(level) > 1:
        beside = place ^ 1
        if beside < len(level):
            steps.append(("L" if beside < place else "R") + level[beside].hex())
        level, place = _above(level), place // 2
    return steps


def leads_to(vid: str, head: Head, steps: Sequence[str], wanted: str) -> bool:
    """Tell whether a head lies under the root ``wanted`` by ``steps``; malformed steps lead nowhere."""
    now = leaf(vid, head)
    for step in steps:
        try:
            beside = bytes.fromhex(step[1:])
        except ValueError:
            return False
        if step[:1] not in ("L", "R"):
            return False
        now = _node(beside, now) if step[0] == "L" else _node(now, beside)
    return now.hex() == wanted


def _above(level: list[bytes]) -> list[bytes]:
    pairs = range(0, len(level) - 1, 2)
    above = [_node(level[n], level[n + 1]) for n in pairs]
    return above + level[len(pairs) * 2 :]


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()
