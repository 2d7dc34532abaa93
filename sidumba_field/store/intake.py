"""Taking many records a laptop has never had, as a first sync brings them: thousands a second.

Nothing of this laptop lies over them, so rows, list lines and words follow from what the server said alone; each table
takes a whole page with one statement.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from sidumba_field.core.records import Record
from sidumba_field.store import codec, lines
from sidumba_field.store.cards import is_file_name
from sidumba_field.store.tables import RECORD
from sidumba_field.store.values import Mark

_RECORD = (
    "INSERT INTO record (n, rid, vid, program, subject, form, form_v, born, base, base_rev, stale_base, saved_at, "
    "fields, state, owner, period, rev, mark, returned, created_at, changed_at, text_stale) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, '', ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)"
)
_SNAPSHOT = (
    "INSERT INTO snapshot (rid, rev, fields) VALUES (?, ?, ?) "
    "ON CONFLICT (rid) DO UPDATE SET rev = excluded.rev, fields = excluded.fields"
)


def take_new(connection: sa.Connection, records: Sequence[Record]) -> None:
    """Keep records of a snapshot that have no row here yet."""
    if not records:
        return
    first = 1 + int(connection.execute(sa.select(sa.func.coalesce(sa.func.max(RECORD.c.n), 0))).scalar_one())
    rows, starts, listed, words = [], [], [], []
    for n, record in enumerate(records, start=first):
        fields = codec.spell(dict(record.fields))
        line = _line(n, record)
        rows.append(_row(line, record, fields))
        starts.append((record.rid, record.rev, fields))
        listed.append(line)
        found = lines.searched(lines.spec_of(connection, record.program), record.fields)
        words.append((n, "\n".join(value for value in found if not is_file_name(value))))
    connection.exec_driver_sql(_RECORD, rows)
    connection.exec_driver_sql(_SNAPSHOT, starts)
    lines.write(connection, listed)
    connection.exec_driver_sql("INSERT INTO record_text (rowid, body) VALUES (?, ?)", words)


def _line(n: int, record: Record) -> lines.Line:
    return lines.Line(
        n=n,
        rid=record.rid,
        vid=record.vid,
        program=record.program,
        subject=record.subject,
        state=record.state,
        mark=Mark.RECEIVED.value,
        period=record.period,
        owner=record.owner,
        remarks=len(record.remarks),
        rev=record.rev,
        created_at=record.created_at or record.changed_at,
        changed_at=record.changed_at,
        fields=record.fields,
    )


def _row(line: lines.Line, record: Record, fields: str) -> tuple[object, ...]:
    born = {
        "state": record.state,
        "owner": record.owner,
        "period": record.period,
        "created_at": line.created_at,
        "fields": {},
    }
    place = (line.n, record.rid, record.vid, record.program, record.subject, record.form, record.form_v)
    base = (codec.spell(born), codec.spell(codec.members(record)), record.rev)
    told = (record.state, record.owner, record.period, record.rev, line.mark, int(bool(record.remarks)))
    return (*place, *base, fields, *told, line.created_at, line.changed_at)
