"""What Daftar data shows of a program: its columns and filters, as ``program.toml`` [list] names them.

A path is a question of the main form, ``group[]/name`` the first row of a repeat, or one of the words every program
has: ``@unit`` ``@district`` ``@state`` ``@changed`` ``@period`` ``@owner``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

COLUMN_KINDS = ("title", "text", "money", "number", "code", "nik", "choice")
OWN_COLUMNS = ("@unit", "@state", "@changed", "@period", "@owner")
OWN_FILTERS = ("@district", "@unit", "@period", "@owner", "@mark")


@dataclass(frozen=True, slots=True)
class ListColumn:
    """One column. ``width``: px at 100 %; ``hidden``: shown only when the person asks for it."""

    path: str
    words: Mapping[str, str]
    kind: str = "text"
    width: int = 140
    hidden: bool = False

    def label(self, lang: str = "id") -> str:
        return self.words.get(lang) or self.words["id"]

    @property
    def own(self) -> bool:
        """Tell whether the product knows it by itself."""
        return self.path.startswith("@")


@dataclass(frozen=True, slots=True)
class ListFilter:
    """One filter chip."""

    path: str
    words: Mapping[str, str]

    def label(self, lang: str = "id") -> str:
        return self.words.get(lang) or self.words["id"]

    @property
    def own(self) -> bool:
        return self.path.startswith("@")


def question_of(path: str) -> str:
    """Return the question a column's path asks for ("usaha/produk[]/nama" -> "usaha/produk/nama")."""
    return path.replace("[]/", "/")


def answers(parts: Iterable[ListColumn | ListFilter]) -> tuple[str, ...]:
    """Return the paths among them that are answers of the form."""
    return tuple(part.path for part in parts if not part.own)
