"""Extracts: a few answers of every record of one scope, for papers and figures over many records.

One scope at a time, so that whoever reads them all never holds more than one village in memory.
"""

from __future__ import annotations

import json
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
        columns = (RECORD.c.rid, RECORD.c.state, RECORD.c.owner, RECORD.c.period, RECORD.c.created_at)
        asked = sa.select(*columns, RECORD.c.rev, RECORD.c.fields).where(
            RECORD.c.vid == vid, RECORD.c.program == program, RECORD.c.subject == subject
        )
        found = []
        with self._db.read() as connection:
            for rid, state, owner, period, created_at, rev, fields in connection.execute(asked):
                answers = json.loads(fields) if paths else {}
                values = tuple([answers.get(path, "") for path in paths])
                found.append(Extract(rid, state, owner, period, created_at, rev, values))
        return found
