"""The one statement both databases spell alike but SQLAlchemy does not: insert unless it is there already."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Executable, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection


@cache
def _insert_once(table: Table, dialect: str) -> Executable:
    module = sqlite if dialect == "sqlite" else postgresql
    statement: Executable = module.insert(table).on_conflict_do_nothing()
    return statement.execution_options(preserve_rowcount=True)


def insert_once(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> int:
    """Insert ``rows`` unless a unique key is taken; return how many went in.

    One by one: in a multi-row insert the number of rows that went in is unknown on PostgreSQL.
    """
    statement = _insert_once(table, connection.dialect.name)
    return sum(connection.execute(statement, row).rowcount for row in rows)
