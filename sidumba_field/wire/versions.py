"""Protocol numbers, each with the day and the reason it was born; the server speaks those of the last 24 months."""

from __future__ import annotations

#: Number -> why. A number is never reused or redefined.
PROTOCOLS: dict[int, str] = {
    1: "2026-11-21: first protocol; ops, answers per op, hash-chained feeds, snapshots, files by SHA-256.",
}
CURRENT = max(PROTOCOLS)
SPOKEN = tuple(sorted(PROTOCOLS))


def agree(theirs: list[int]) -> int | None:
    """Return the highest protocol both sides speak, or None."""
    common = set(theirs) & set(SPOKEN)
    return max(common) if common else None
