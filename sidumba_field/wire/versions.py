"""Protocol numbers, each with the day and the reason it was born; the server speaks those of the last 24 months."""

from __future__ import annotations

#: Number -> why. A number is never reused or redefined.
PROTOCOLS: dict[int, str] = {
    1: "2026-11-21: first protocol; ops, answers per op, hash-chained feeds, snapshots, files by SHA-256.",
}
CURRENT = max(PROTOCOLS)
#: What a server understands when work is handed in: every protocol of the last 24 months, so that an old app may push.
SPOKEN = tuple(sorted(PROTOCOLS))
#: What its pages are written in. An app that cannot read them still pushes, and is told to be updated.
READ = (CURRENT,)
#: The oldest app that reads what this server writes.
MIN_APP = "0.1.0"


def numbers(version: str) -> tuple[int, ...]:
    """Return the numbers of a version, to be compared; a part that is none counts as 0."""
    return tuple(int(part) if part.isdigit() else 0 for part in version.split("."))


def agree(theirs: list[int]) -> int | None:
    """Return the highest protocol both sides speak, or None."""
    common = set(theirs) & set(SPOKEN)
    return max(common) if common else None
