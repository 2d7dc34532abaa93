"""Tables as plain rows and back: the form in which a backup carries them from any database into any other.

Columns are named in the copy, so that one made at an older schema is laid into tables of that schema and then brought
to today's by the ordinary steps. Rows are laid into a database that was just built and is empty, never into one in use:
there, only the workflow service changes a record.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from server_stub.store.database import Database
from server_stub.store.tables import metadata
from server_stub.store.work import Work
from sidumba_field.core.errors import SidumbaError

#: Of no use elsewhere: open sessions, and numbers that only keep them from being used twice.
LEFT_OUT = frozenset({"session", "nonce"})
_FETCH = 500


def copied_tables() -> tuple[str, ...]:
    """Return the tables a backup carries, in the order of their names."""
    return tuple(sorted(table.name for table in metadata.sorted_tables if table.name not in LEFT_OUT))


def columns_of(name: str) -> tuple[str, ...]:
    return tuple(column.name for column in metadata.tables[name].columns)


def rows_of(work: Work, name: str) -> Iterator[list[Any]]:
    """Yield the rows of a table in the order of its key, a few hundred held at a time."""
    found = metadata.tables[name]
    query = sa.select(found).order_by(*found.primary_key.columns)
    options = {"stream_results": True, "yield_per": _FETCH}
    for row in work.connection.execute(query, execution_options=options):
        yield list(row)


def is_empty(database: Database) -> bool:
    """Tell whether a database holds no row of ours, with or without tables."""
    with database.engine.connect() as connection:
        there = set(sa.inspect(connection).get_table_names())
        return not any(
            connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first()
            for table in metadata.sorted_tables
            if table.name in there
        )


def counts(work: Work) -> dict[str, int]:
    """Return table -> number of rows, of the tables a backup carries."""
    query = sa.select(sa.func.count())
    return {
        name: int(work.connection.execute(query.select_from(metadata.tables[name])).scalar_one())
        for name in copied_tables()
    }


class Filler:
    """Lays rows into the tables of one open transaction, some hundred at a time.

    Raises ``backup.damaged`` for a table or column this schema does not have.
    """

    def __init__(self, connection: Connection) -> None:
        self._db = connection
        inspector = sa.inspect(connection)
        self._known = {
            name: {str(column["name"]) for column in inspector.get_columns(name)}
            for name in inspector.get_table_names()
        }
        self._columns: tuple[str, ...] = ()
        self._table: sa.TableClause | None = None
        self._waiting: list[dict[str, Any]] = []

    def begin(self, name: str, columns: Sequence[str]) -> None:
        """Say whose rows come next."""
        self.flush()
        if not set(columns) <= self._known.get(name, set()):
            raise SidumbaError("backup.damaged", where=name)
        self._columns = tuple(columns)
        self._table = sa.table(name, *(sa.column(column) for column in columns))

    def add(self, row: Sequence[Any]) -> None:
        self._waiting.append(dict(zip(self._columns, row, strict=True)))
        if len(self._waiting) >= _FETCH:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        if self._waiting and self._table is not None:
            self._db.execute(sa.insert(self._table), self._waiting)
        self._waiting = []
