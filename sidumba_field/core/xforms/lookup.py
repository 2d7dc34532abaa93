"""External lists as the engine sees them: a protocol; programs/codebook.py answers it from a CSV file.

A list of 91,599 places is never built as a tree of nodes: the engine asks narrow questions and the list answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose: the stored value and the words shown."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class LookupQuery:
    """Which rows are wanted; all parts must hold. ``equals``: a float compares by number, a text by letters;
    ``lengths``: number of letters in the column; ``accept``: asked row by row after the index has narrowed down."""

    equals: Mapping[str, str | float] = field(default_factory=dict)
    prefixes: Mapping[str, str] = field(default_factory=dict)
    lengths: Mapping[str, int] = field(default_factory=dict)
    accept: Callable[[Row], bool] | None = None
    impossible: bool = False

    def admits(self, row: Row) -> bool:
        """Tell whether one row passes all parts."""
        if self.impossible:
            return False
        for column, wanted in self.equals.items():
            if not same(row.get(column, ""), wanted):
                return False
        for column, prefix in self.prefixes.items():
            if not row.get(column, "").startswith(prefix):
                return False
        for column, length in self.lengths.items():
            if len(row.get(column, "")) != length:
                return False
        return self.accept is None or self.accept(row)


EVERYTHING = LookupQuery()


def same(text: str, wanted: str | float) -> bool:
    """Compare as XPath "=" does: with a number by value, with a text by letters."""
    if isinstance(wanted, str):
        return text == wanted
    try:
        return float(text) == wanted
    except ValueError:
        return False


class Lookup(Protocol):
    """A list with a key column (its codes) and a label column."""

    def label(self, code: str) -> str | None:
        """Return the words for a code, None when the list does not know it."""
        ...

    def row(self, code: str) -> Row | None:
        """Return all columns of a code's row."""
        ...

    def get(self, code: str, column: str) -> str | None:
        """Return one column of a code's row."""
        ...

    def rows(self, where: LookupQuery) -> Iterator[Row]:
        """Yield the matching rows in the order of the list."""
        ...

    def search(self, where: LookupQuery, typed: str = "", limit: int = 50) -> list[Choice]:
        """Return at most ``limit`` matching rows whose label has every typed word as the start of one of its words,
        or whose code starts with what was typed."""
        ...
