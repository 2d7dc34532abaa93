"""Lists and counts over the derived columns: keyset pages by index, full text, the truth bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from sidumba_field.store import cards, codec
from sidumba_field.store.tables import FILE, RECORD, SCOPE
from sidumba_field.store.values import Counts, FileState, Mark, RecordRow

Key = tuple[str, str]
_COUNT_OF = {
    Mark.LAPTOP: "laptop",
    Mark.WAITING: "waiting",
    Mark.RECEIVED: "received",
    Mark.DIFFERING: "differing",
    Mark.FAILED: "trouble",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """The question of one list (meaning: ``Records.find``)."""

    program: str
    subject: str
    states: Sequence[str] | None
    mark: Mark | None
    text: str
    limit: int
    after: Key | None
    vids: Sequence[str] | None
    columns: Sequence[str] | None
    returned: bool | None


def find(connection: sa.Connection, wanted: Wanted) -> list[RecordRow]:
    """Return one page. Each state is asked for by itself, so that every question walks one index in order."""
    rows: list[codec.Row] = []
    for state in dict.fromkeys(wanted.states) if wanted.states is not None else (None,):
        rows.extend(connection.execute(_query(wanted, state)).mappings())
    rows.sort(key=lambda row: (row["changed_at"], row["rid"]), reverse=True)
    return [_row(row, wanted.columns) for row in rows[: wanted.limit]]


def _query(wanted: Wanted, state: str | None) -> sa.Select[Any]:
    joined = RECORD.outerjoin(SCOPE, RECORD.c.vid == SCOPE.c.vid)
    query = sa.select(RECORD, SCOPE.c.unit.label("scope_unit")).select_from(joined)
    query = query.where(RECORD.c.program == wanted.program, RECORD.c.subject == wanted.subject)
    if state is not None:
        query = query.where(RECORD.c.state == state)
    if wanted.mark is not None:
        query = query.where(RECORD.c.mark == wanted.mark.value)
    if wanted.vids is not None:
        # The unary plus keeps the planner on the list's own index: a scope's index would mean sorting all of it.
        query = query.where(sa.literal_column("+record.vid").in_(list(wanted.vids)))
    if wanted.returned is not None:
        query = query.where(RECORD.c.returned == int(wanted.returned))
    if wanted.text.strip():
        matching = sa.text("record.n IN (SELECT rowid FROM record_text WHERE record_text MATCH :words)")
        query = query.where(matching.bindparams(words=_match(wanted.text)))
    if wanted.after is not None:
        query = query.where(sa.tuple_(RECORD.c.changed_at, RECORD.c.rid) < wanted.after)
    return query.order_by(RECORD.c.changed_at.desc(), RECORD.c.rid.desc()).limit(wanted.limit)


def _match(text: str) -> str:
    """Return an FTS5 question: every word quoted, so that nothing a user types is an operator."""
    return " ".join('"' + word.replace('"', '""') + '"*' for word in text.split())


def _row(row: codec.Row, columns: Sequence[str] | None) -> RecordRow:
    fields = codec.load(row["fields"])
    if columns is not None:
        fields = {path: fields[path] for path in columns if path in fields}
    remarks = len(codec.load(row["base"])["remarks"]) if row["returned"] else 0
    return RecordRow(
        rid=row["rid"],
        vid=row["vid"],
        unit=row["scope_unit"] or "",
        program=row["program"],
        subject=row["subject"],
        state=row["state"],
        mark=Mark(row["mark"]),
        fields=fields,
        changed_at=row["changed_at"],
        owner=row["owner"],
        rev=row["rev"],
        period=row["period"],
        remarks=remarks,
        created_at=row["created_at"],
    )


def index_stale(connection: sa.Connection) -> None:
    """Bring the full text index up to date with answers whose words were left for later."""
    stale = sa.select(RECORD.c.n, RECORD.c.fields).where(sa.text("text_stale = 1"))
    for row in connection.execute(stale).all():
        cards.index_words(connection, row.n, codec.load(row.fields))
    connection.execute(sa.update(RECORD).where(sa.text("text_stale = 1")).values(text_stale=0))


def counts(connection: sa.Connection, program: str | None) -> Counts:
    """Count records by mark, returned ones, and files that are not whole on the server yet."""
    amount, returned = sa.func.count(), sa.func.sum(RECORD.c.returned)
    # Batches and periods are counted while they are on their way; received or taken back they are no filled forms.
    idle = (Mark.RECEIVED.value, Mark.LAPTOP.value)
    counted = sa.or_(RECORD.c.subject == "record", RECORD.c.mark.not_in(idle))
    query = sa.select(RECORD.c.mark, amount, returned).where(counted).group_by(RECORD.c.mark)
    if program is not None:
        query = query.where(RECORD.c.program == program)
    found: dict[str, int] = {}
    sent_back = 0
    for mark, number, back in connection.execute(query):
        found[_COUNT_OF[Mark(mark)]] = number
        sent_back += back
    files = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(FILE.c.size - FILE.c.offset), 0))
    waiting, size = connection.execute(files.where(FILE.c.state != FileState.SENT.value)).one()
    return Counts(**found, returned=sent_back, files_waiting=waiting, bytes_waiting=size)
