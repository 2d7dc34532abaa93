"""Reads the columns and filters of Daftar data out of ``program.toml``."""

from __future__ import annotations

from sidumba_field.programs.listed import COLUMN_KINDS, OWN_COLUMNS, OWN_FILTERS, ListColumn, ListFilter
from sidumba_field.programs.toml import Table


def columns_of(listed: Table) -> tuple[ListColumn, ...]:
    """Return the columns. Raises SidumbaError program.bad_value (table, key)."""
    found = []
    for table in listed.tables("columns"):
        table.only("path", "id", "en", "kind", "width", "hidden")
        column = ListColumn(
            path=table.text("path"),
            words={"id": table.text("id"), "en": table.text("en")},
            kind=table.one_of("kind", COLUMN_KINDS) if "kind" in table.data else "text",
            width=table.number("width", 140),
            hidden=table.flag("hidden"),
        )
        if column.own and column.path not in OWN_COLUMNS:
            raise table.wrong("path", column.path)
        found.append(column)
    return tuple(found)


def filters_of(listed: Table) -> tuple[ListFilter, ...]:
    """Return the filters. Raises SidumbaError program.bad_value (table, key)."""
    found = []
    for table in listed.tables("filters"):
        table.only("path", "id", "en")
        one = ListFilter(table.text("path"), {"id": table.text("id"), "en": table.text("en")})
        if one.own and one.path not in OWN_FILTERS:
            raise table.wrong("path", one.path)
        found.append(one)
    return tuple(found)
