"""Codes of places as Kemendagri writes them: 63 · 63.11 · 63.11.02 · 63.11.02.2005. Text, so leading zeros live.

"Is under" goes by whole segments: 63.1 is not above 63.11. Source: Kepmendagri 300.2.2-2430/2025 (forms/codebooks).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum

from sidumba_field.core.errors import SidumbaError

_SHAPE = re.compile(r"[0-9]{2}(?:\.[0-9]{2}(?:\.[0-9]{2}(?:\.[0-9]{4})?)?)?\Z")
_DIGITS = {2: (2,), 4: (2, 2), 6: (2, 2, 2), 10: (2, 2, 2, 4)}


class Level(IntEnum):
    """How deep a code goes."""

    PROVINSI = 1
    KABUPATEN = 2
    KECAMATAN = 3
    DESA = 4


@dataclass(frozen=True, slots=True, order=True)
class RegionCode:
    """One code with dots. Ordered as text, which is the order of the official list."""

    text: str

    def __post_init__(self) -> None:
        if _SHAPE.match(self.text) is None:
            raise SidumbaError("region.shape", value=self.text)

    @classmethod
    def parse(cls, text: str) -> RegionCode:
        """Read "63.11.02.2005" or the same digits without dots. Raises SidumbaError region.shape."""
        text = text.strip()
        lengths = _DIGITS.get(len(text)) if text.isascii() and text.isdigit() else None
        if lengths is None:
            return cls(text)
        parts, at = [], 0
        for length in lengths:
            parts.append(text[at : at + length])
            at += length
        return cls(".".join(parts))

    def __str__(self) -> str:
        return self.text

    @property
    def segments(self) -> tuple[str, ...]:
        return tuple(self.text.split("."))

    @property
    def level(self) -> Level:
        return Level(self.text.count(".") + 1)

    @property
    def digits(self) -> str:
        """The code without dots, as it stands in a NIK or an old file."""
        return self.text.replace(".", "")

    @property
    def parent(self) -> RegionCode | None:
        """The place one level up, None above a province."""
        head, dot, _ = self.text.rpartition(".")
        return RegionCode(head) if dot else None

    @property
    def parents(self) -> tuple[RegionCode, ...]:
        """All places above, the province first."""
        parts = self.segments
        return tuple(RegionCode(".".join(parts[:depth])) for depth in range(1, len(parts)))

    def at(self, level: Level) -> RegionCode | None:
        """The place of ``level`` that this code lies in (itself on its own level), None below its depth."""
        parts = self.segments
        return RegionCode(".".join(parts[:level])) if level <= len(parts) else None

    def is_under(self, other: RegionCode) -> bool:
        """Tell whether this place is ``other`` or lies in it."""
        mine, theirs = self.segments, other.segments
        return mine[: len(theirs)] == theirs

    @property
    def is_city(self) -> bool:
        """Tell whether the second segment names a kota (71 to 99) and not a kabupaten (01 to 69)."""
        return len(self.segments) > 1 and int(self.segments[1]) >= 71

    @property
    def kind(self) -> str:
        """Return "provinsi", "kabupaten", "kota", "kecamatan", "kelurahan", "desa" or "desa adat"."""
        if self.level is Level.DESA:
            return {"1": "kelurahan", "3": "desa adat"}.get(self.segments[3][0], "desa")
        if self.level is Level.KABUPATEN:
            return "kota" if self.is_city else "kabupaten"
        return self.level.name.lower()
