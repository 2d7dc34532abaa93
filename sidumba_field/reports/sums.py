"""Totals of a table's columns, added up while its rows go by.

Owns one rule: a column in which a value is withheld from the reader has no total, because one that leaves
those rows out would be wrong and nobody would know.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from sidumba_field.reports.model import Column, Value, Withheld


class Sums:
    """``columns``: those of the table; only the ones with a total are added up."""

    def __init__(self, columns: Iterable[Column]) -> None:
        self._sums: dict[str, Decimal | None] = {one.key: Decimal(0) for one in columns if one.total}

    def add(self, row: Mapping[str, Value]) -> None:
        """Take one row; cells that are empty add nothing."""
        for key, known in self._sums.items():
            value = row.get(key)
            if known is not None and value is not None and value != "":
                withheld = isinstance(value, Withheld)
                self._sums[key] = None if withheld else known + Decimal(str(value))

    def of(self, key: str) -> Decimal | None:
        """Return the total of a column, None when there is none to tell."""
        return self._sums.get(key)
