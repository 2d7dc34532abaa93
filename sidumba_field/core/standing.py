"""How the records of a unit are held against each other on two machines: a count and one hash per form.

Both sides take the same line of each filled form, "<id> <revision> <content hash>", in the order of ids, and hash them
together; equal hashes mean the same records with the same answers, to the letter. Pure; asked by laptop and server.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sidumba_field.core.canonical import sha256_hex


@dataclass(frozen=True, slots=True)
class Line:
    """One filled form as it stands."""

    form: str
    rid: str
    rev: int
    sha: str


@dataclass(frozen=True, slots=True)
class Standing:
    """All records of one form in one unit: how many, and the hash over their lines."""

    records: int
    digest: str


def standings(lines: Iterable[Line]) -> dict[str, Standing]:
    """Return form -> what stands there."""
    by_form: dict[str, list[Line]] = {}
    for line in lines:
        by_form.setdefault(line.form, []).append(line)
    return {
        form: Standing(len(found), sha256_hex("".join(_told(one) for one in _ordered(found)).encode()))
        for form, found in sorted(by_form.items())
    }


def _ordered(lines: list[Line]) -> list[Line]:
    return sorted(lines, key=lambda one: one.rid)


def _told(line: Line) -> str:
    return f"{line.rid} {line.rev} {line.sha}\n"
