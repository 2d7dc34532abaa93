"""What a screen is told of attachments."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Preview:
    """A file as a picture (JPEG or PNG, b"" when it is not on this laptop) and words about it ("PDF, 14,2 MB")."""

    picture: bytes
    note: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A smaller twin of the file ``name`` that answers ``path`` of a record: to be taken or left.

    ``sentence``: "14,2 MB dapat menjadi 1,9 MB."; ``before_text``/``after_text``: the sizes; ``before``/``after``:
    JPEGs.
    """

    rid: str
    path: str
    name: str
    sentence: str
    before_text: str
    after_text: str
    before: bytes
    after: bytes


@dataclass(frozen=True, slots=True)
class Rule:
    """One size from which files go by stick: ``limit`` bytes, 0 = none do; ``chosen``: it holds now."""

    limit: int
    label: str
    chosen: bool
