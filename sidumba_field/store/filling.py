"""Filling a list whose columns changed: the new rows are made beside the old ones, a slice per transaction.

A hundred thousand records take minutes to read again. Until all are ready the list shows, orders and filters what it
did before; a record that changes meanwhile is written into both (``lines.write``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from sidumba_field.store import cards, codec, lines
from sidumba_field.store.lines import ListSpec
from sidumba_field.store.tables import CARD, LIST_FILL, LIST_SPEC, RECORD

#: So many records get their rows within the call that names the new list: less than a second.
AT_ONCE = 1_000
#: Records of one slice: the one database worker is held for about a tenth of a second.
SLICE = 200
_TAKE_LINES = """UPDATE card_line SET c1 = made.c1, c2 = made.c2, c3 = made.c3, c4 = made.c4, c5 = made.c5,
    c6 = made.c6, c7 = made.c7, c8 = made.c8, c9 = made.c9, c10 = made.c10 FROM fill_line AS made
    WHERE made.n = card_line.n AND card_line.n IN (SELECT n FROM record WHERE program = ?)"""
_TAKE_FILTERS = """UPDATE card SET f1 = made.f1, f2 = made.f2, f3 = made.f3, f4 = made.f4 FROM fill_line AS made
    WHERE made.n = card.n AND card.n IN (SELECT n FROM record WHERE program = ?)"""
_LET_GO = "DELETE FROM fill_line WHERE n IN (SELECT n FROM record WHERE program = ?)"


@dataclass(frozen=True, slots=True)
class Filling:
    """``done`` of ``total`` records have their new rows."""

    done: int
    total: int


def amount(connection: sa.Connection, program: str) -> int:
    """Return how many records of a program there are, batches and periods among them."""
    asked = sa.select(sa.func.count()).select_from(RECORD).where(RECORD.c.program == program)
    return int(connection.execute(asked).scalar_one())


def running(connection: sa.Connection) -> Mapping[str, Filling]:
    """Return program -> how far its list is."""
    found = {}
    for program, last in connection.execute(sa.select(LIST_FILL.c.program, LIST_FILL.c.last)).all():
        behind = sa.select(sa.func.count()).where(RECORD.c.program == program, RECORD.c.n <= last)
        found[program] = Filling(int(connection.execute(behind).scalar_one()), amount(connection, program))
    return found


def begin(connection: sa.Connection, program: str, spec: ListSpec) -> None:
    """Note what a list is going to show; nothing of it is ready yet."""
    row = insert(LIST_FILL).values(program=program, last=0, **_texts(spec))
    connection.execute(row)
    lines.forget(connection)


def stop(connection: sa.Connection, program: str) -> bool:
    """Let go of a list that was being filled; True when there was one."""
    connection.exec_driver_sql(_LET_GO, (program,))
    gone = connection.execute(sa.delete(LIST_FILL).where(LIST_FILL.c.program == program)).rowcount
    lines.forget(connection)
    return gone > 0


def step(connection: sa.Connection, program: str) -> bool:
    """Make the rows of the next slice; with the last one the list changes over. True when nothing is left to do."""
    last = connection.execute(
        sa.select(LIST_FILL.c.last).where(LIST_FILL.c.program == program)
    ).scalar_one_or_none()
    if last is None:
        return True
    asked = (
        sa.select(RECORD, CARD.c.remarks.label("open_remarks"))
        .join(CARD, CARD.c.n == RECORD.c.n)
        .where(RECORD.c.program == program, RECORD.c.n > last)
        .order_by(RECORD.c.n)
        .limit(SLICE)
    )
    found = connection.execute(asked).mappings().all()
    if not found:
        _change_over(connection, program)
        return True
    made = [_line(row) for row in found]
    lines.fill(connection, made)
    cards.index_all(connection, [(line.n, line.program, line.fields) for line in made])
    at = {"last": found[-1]["n"]}
    connection.execute(sa.update(LIST_FILL).where(LIST_FILL.c.program == program).values(at))
    return False


def _change_over(connection: sa.Connection, program: str) -> None:
    spec = lines.coming(connection, program) or ListSpec()
    for statement in (_TAKE_LINES, _TAKE_FILTERS):
        connection.exec_driver_sql(statement, (program,))
    row = insert(LIST_SPEC).values(program=program, **_texts(spec))
    connection.execute(row.on_conflict_do_update(index_elements=[LIST_SPEC.c.program], set_=_texts(spec)))
    stop(connection, program)


def _texts(spec: ListSpec) -> dict[str, str]:
    return {name: codec.dump(list(getattr(spec, name))) for name in ListSpec.__slots__}


def _line(row: codec.Row) -> lines.Line:
    told = ("n", "rid", "vid", "program", "subject", "state", "mark", "period", "owner", "rev")
    return lines.Line(
        **{name: row[name] for name in told},
        remarks=row["open_remarks"],
        created_at=row["created_at"],
        changed_at=row["changed_at"],
        fields=codec.load(row["fields"]),
    )
