"""Extracts: a few answers of every record of one scope, for papers and figures over many records.

One scope at a time, so that whoever reads them all never holds more than one village in memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa

from sidumba_field.store.database import Database
from sidumba_field.store.tables import RECORD


class Extract(NamedTuple):
    """What is asked of one record; ``values`` in the order of the asked paths, "" where there is no answer."""

    rid: str
    state: str
    owner: str
    period: str
    created_at: str
    rev: int
    values: tuple[str, ...]


class Extracts:
    """Repository of extracts; it reads effective answers, those not sent yet included."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def scope(self, program: str, vid: str, paths: Sequence[str], subject: str = "record") -> list[Extract]:
        """Return an extract of every record of ``vid``, in no particular order."""
        told = [
            RECORD.c.rid,
            RECORD.c.state,
            RECORD.c.owner,
            RECORD.c.period,
            RECORD.c.created_at,
            RECORD.c.rev,
        ]
        # The engine takes the answers out of the record's text: it reads it once for all of them.
        answers = [sa.func.json_extract(RECORD.c.fields, f'$."{path}"') for path in paths]
        asked = sa.select(*told, *answers).where(
            RECORD.c.vid == vid, RECORD.c.program == program, RECORD.c.subject == subject
        )
        with self._db.read() as connection:
            rows = connection.execute(asked).cursor.fetchall()
        found = []
        for rid, state, owner, period, created_at, rev, *values in rows:
            texts = tuple(["" if value is None else value for value in values])
            found.append(Extract(rid, state, owner, period, created_at, rev, texts))
        return found
