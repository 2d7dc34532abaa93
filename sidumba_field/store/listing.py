"""Questions to the lists: which records, in which order, how many of them stand where, and the words of a page.

Everything is filtered, counted and ordered over narrow numbers (``card``); only the rows of a page are read as words.
No question is answered beyond the scopes it names, the person's grants.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from sidumba_field.store import cards, codec, lines, narrowing
from sidumba_field.store.postponing import by_stick
from sidumba_field.store.tables import CARD, CARD_LINE, FILE, RECORD, SCOPE, TALLY
from sidumba_field.store.values import Counts, FileState, Mark, RecordRow

Key = tuple[str, str]
CHANGED, STATE, PLACE = "@changed", "@state", "@unit"
_CHUNK = 500
_COUNT_OF = {
    Mark.LAPTOP: "laptop",
    Mark.WAITING: "waiting",
    Mark.RECEIVED: "received",
    Mark.DIFFERING: "differing",
    Mark.FAILED: "trouble",
}
_TEXT = sa.table("record_text", sa.column("rowid"))
_SLOTS = [CARD_LINE.c[f"c{n}"] for n in range(1, lines.COLUMNS + 1)]
_FILTERS = [CARD.c[f"f{n}"] for n in range(1, lines.FILTERS + 1)]
_NAMED: dict[str, sa.Column[Any]] = {
    PLACE: CARD.c.place,
    STATE: CARD.c.state,
    "@period": CARD.c.period,
    "@owner": CARD.c.owner,
    "@mark": CARD.c.mark,
}
_TALLIED = {PLACE: "place", STATE: "state", "@period": "period", "@mark": "mark"}


@dataclass(frozen=True, slots=True)
class ListQuery:
    """One question. ``vids``: the scopes the person may see (None: no person asks); ``places``: those of them he
    wants (None = all), and so on for the other filters. ``choices``: path of a filter of the program -> answers
    wanted. ``text``: every word must begin a word of a searched answer. ``sort``: "@changed", "@state", "@unit" or the
    path of a column; ``rank`` gives states or scopes their order there; ``numeric``: the column holds numbers. What is
    empty comes last."""

    program: str
    vids: Sequence[str] | None
    subject: str = "record"
    text: str = ""
    states: Sequence[str] | None = None
    marks: Sequence[str] | None = None
    places: Sequence[str] | None = None
    periods: Sequence[str] | None = None
    owners: Sequence[str] | None = None
    choices: Mapping[str, Sequence[str]] = field(default_factory=dict)
    returned: bool | None = None
    sort: str = CHANGED
    descending: bool = True
    rank: Mapping[str, int] = field(default_factory=dict)
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Hits:
    """``order``: numbers (``RecordRow.n``) of all records found, in order; ``states``: how many there are per state,
    whatever states were asked for."""

    order: array[int]
    states: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The question of one page of the newest (meaning: ``Records.find``)."""

    query: ListQuery
    limit: int
    after: Key | None
    columns: Sequence[str] | None


# ------------------------------------------------------------------------------------------------- conditions


def _conditions(
    connection: sa.Connection, query: ListQuery, *, states: bool = True, table: sa.Table = CARD
) -> list[sa.ColumnElement[bool]]:
    """Return what a record must fulfil; a filter nobody knows yet, by its words or at all, fulfils nothing.

    ``table``: ``card``, or ``tally`` for a question without owners and filters of the program.
    """
    known = lines.spec_of(connection, query.program) or lines.ListSpec()
    column = table.c
    asked: list[tuple[sa.Column[Any], Sequence[str] | None]] = [
        (column.kind, [lines.kind_of(query.program, query.subject)]),
        (column.place, query.vids),
        (column.place, query.places),
        (column.state, query.states if states else None),
        (column.mark, query.marks),
        (column.period, query.periods),
        (CARD.c.owner, query.owners),
    ]
    for path, values in query.choices.items():
        ready = path in known.filters
        asked.append((_FILTERS[known.filters.index(path)], values) if ready else (column.kind, ()))
    numbers = lines.numbers(connection, {word for _, words in asked for word in words or ()})
    conditions: list[sa.ColumnElement[bool]] = []
    for one, words in asked:
        if words is not None:
            ids = sorted({numbers[word] for word in words if word in numbers})
            conditions.append(one == ids[0] if len(ids) == 1 else one.in_(ids))
    if query.returned is not None:
        back = column.back if table is TALLY else sa.case((CARD.c.remarks > 0, 1), else_=0)
        conditions.append(back == int(query.returned))
    return conditions


def match(text: str) -> str:
    """Return an FTS5 question: every word quoted, so that nothing a user types is an operator."""
    return " ".join('"' + word.replace('"', '""') + '"*' for word in text.split())


def _source(query: ListQuery, conditions: list[sa.ColumnElement[bool]]) -> sa.FromClause:
    """Return the tables asked; the words found come first, and are looked up in the narrow table one by one."""
    if not query.text.strip():
        return CARD
    conditions.insert(0, sa.column("record_text").op("MATCH")(match(query.text)))
    conditions.append(CARD.c.n == _TEXT.c.rowid)
    return _TEXT.join(CARD, sa.literal_column("1") == sa.literal_column("1"))


# ------------------------------------------------------------------------------------------------------ order


def hits(connection: sa.Connection, query: ListQuery) -> Hits:
    """Return everything a question finds, in order, and how many stand in which state."""
    plain = replace(query, text="", states=None)
    everything = narrowing.kept(connection, repr(plain), lambda: _walk(connection, plain))
    if query.text.strip():
        everything = everything.among(narrowing.worded(connection, match(query.text)))
    counted = everything.tally()
    order = everything.order
    if query.states is not None:
        order = everything.only(lines.numbers(connection, query.states).values(), counted)
    words = lines.spelled(connection, counted)
    return Hits(order, {words[number]: count for number, count in counted.items()})


def first(connection: sa.Connection, query: ListQuery, limit: int) -> tuple[list[int], int]:
    """Return the first ``limit`` numbers by the time of the last change, and how many there are."""
    conditions = _conditions(connection, query)
    order = (_way(CARD.c.changed, query.descending), _way(CARD.c.n, query.descending))
    numbers = connection.execute(sa.select(CARD.c.n).where(*conditions).order_by(*order).limit(limit))
    return list(numbers.scalars()), sum(facets(connection, query, STATE).values())


def sharing(connection: sa.Connection, groups: Sequence[Sequence[str]], limit: int = 500) -> list[int]:
    """Return the numbers of records in which all phrases of one of ``groups`` stand."""
    spoken = [" AND ".join('"' + phrase.replace('"', '""') + '"' for phrase in group) for group in groups]
    said = " OR ".join(f"({group})" for group in dict.fromkeys(spoken))
    asked = "SELECT rowid FROM record_text WHERE record_text MATCH ? LIMIT ?"
    return list(connection.exec_driver_sql(asked, (said, limit)).scalars())


def _walk(connection: sa.Connection, query: ListQuery) -> sa.Select[tuple[int, int]]:
    """Return the question for number and state of everything the filters let through, in order."""
    conditions = _conditions(connection, query)
    order, joined = _order(connection, query)
    source: sa.FromClause = CARD
    if joined:
        source = source.join(CARD_LINE, CARD_LINE.c.n == CARD.c.n)
    return sa.select(CARD.c.n, CARD.c.state).select_from(source).where(*conditions).order_by(*order)


def _order(connection: sa.Connection, query: ListQuery) -> tuple[list[sa.ColumnElement[Any]], bool]:
    """Return the columns to order by (ties: the later one on this laptop counts as newer), and whether they lie in
    the wide table."""
    if query.sort == CHANGED:
        return [_way(CARD.c.changed, query.descending), _way(CARD.c.n, query.descending)], False
    if query.sort in (STATE, PLACE):
        column = CARD.c.state if query.sort == STATE else CARD.c.place
        ids = lines.numbers(connection, query.rank)
        ranks = {ids[word]: rank for word, rank in query.rank.items() if word in ids}
        key: sa.ColumnElement[Any] = (
            sa.case(ranks, value=column, else_=len(ranks)) if ranks else sa.literal(0)
        )
        return [_way(key, query.descending), CARD.c.changed.desc(), CARD.c.n.desc()], False
    spec = lines.spec_of(connection, query.program) or lines.ListSpec()
    if query.sort not in spec.columns:
        return _order(connection, replace(query, sort=CHANGED, descending=True))
    slot = _SLOTS[spec.columns.index(query.sort)]
    value = sa.cast(slot, sa.REAL) if query.numeric else sa.collate(slot, "NOCASE")
    return [slot.is_(None), _way(value, query.descending), CARD.c.changed.desc(), CARD.c.n.desc()], True


def _way(key: sa.ColumnElement[Any], descending: bool) -> sa.ColumnElement[Any]:
    return key.desc() if descending else key.asc()


def facets(connection: sa.Connection, query: ListQuery, by: str) -> dict[str, int]:
    """Return how many records found carry which word of ``by``: "@unit", "@period", "@owner", "@mark", "@state" or
    a filter path of the program (nothing while its list is not ready for that filter)."""
    spec = lines.spec_of(connection, query.program) or lines.ListSpec()
    if by not in _NAMED and by not in spec.filters:
        return {}
    if by in _TALLIED and not (query.text.strip() or query.owners is not None or query.choices):
        column: sa.Column[Any] = TALLY.c[_TALLIED[by]]
        conditions = _conditions(connection, query, table=TALLY)
        asked = sa.select(column, sa.func.sum(TALLY.c.count)).where(*conditions, TALLY.c.count > 0)
    else:
        column = _NAMED[by] if by in _NAMED else _FILTERS[spec.filters.index(by)]
        conditions = _conditions(connection, query)
        source = _source(query, conditions)
        asked = sa.select(column, sa.func.count()).select_from(source).where(*conditions)
    counted = {int(row[0]): int(row[1]) for row in connection.execute(asked.group_by(column))}
    words = lines.spelled(connection, counted)
    return {words[number]: count for number, count in counted.items()}


# ------------------------------------------------------------------------------------------------------- rows


def rows(
    connection: sa.Connection, wanted: Sequence[int], vids: Sequence[str], whole: bool = False
) -> list[RecordRow]:
    """Return these records in the order asked; what lies outside ``vids`` is left out. ``whole``: with every answer,
    not only those of the program's list."""
    allowed = set(lines.numbers(connection, vids).values())
    found: dict[int, RecordRow] = {}
    for first in range(0, len(wanted), _CHUNK):
        part = list(wanted[first : first + _CHUNK])
        for row in _read(connection, CARD.c.n.in_(part), allowed, None, whole):
            found[row.n] = row
    return [found[number] for number in wanted if number in found]


def _read(
    connection: sa.Connection,
    condition: sa.ColumnElement[bool],
    allowed: set[int] | None,
    columns: Sequence[str] | None,
    whole: bool = False,
) -> Iterable[RecordRow]:
    """Read lines. ``columns`` None: the program's; ``whole``: every answer, out of the record itself."""
    source = CARD.join(CARD_LINE, CARD_LINE.c.n == CARD.c.n)
    asked: list[Any] = [*CARD.c, *CARD_LINE.c[1:]]
    if whole:
        source = source.join(RECORD, RECORD.c.n == CARD.c.n)
        asked.append(RECORD.c.fields)
    units = _units(connection)
    found = connection.execute(sa.select(*asked).select_from(source).where(condition)).cursor.fetchall()
    words = lines.spelled(connection, {number for row in found for number in row[1:7]})
    for row in found:
        if allowed is not None and row[2] not in allowed:
            continue
        program, _, subject = words[row[1]].rpartition("/")
        spec = lines.spec_of(connection, program) or lines.ListSpec()
        if whole:
            fields = codec.load(row[-1])
        else:
            cells = zip(spec.columns, row[19:29], strict=False)
            fields = {path: value for path, value in cells if value is not None}
        if columns is not None:
            fields = {path: fields[path] for path in columns if path in fields}
        yield RecordRow(
            rid=row[15],
            vid=words[row[2]],
            unit=units.get(words[row[2]], ""),
            program=program,
            subject=subject,
            state=words[row[3]],
            mark=Mark(words[row[4]]),
            fields=fields,
            changed_at=row[18],
            owner=words[row[6]],
            rev=row[16],
            period=words[row[5]],
            remarks=row[7],
            created_at=row[17],
            n=row[0],
            reasons=row[8],
        )


def _units(connection: sa.Connection) -> dict[str, str]:
    return {row.vid: row.unit for row in connection.execute(sa.select(SCOPE.c.vid, SCOPE.c.unit))}


# ---------------------------------------------------------------------------------------- pages of the newest


def find(connection: sa.Connection, wanted: Wanted) -> list[RecordRow]:
    """Return one page by key. Each state is asked for by itself, so that every question walks one index in order."""
    query = wanted.query
    found: list[tuple[int, int]] = []
    for state in dict.fromkeys(query.states) if query.states is not None else (None,):
        found.extend((row[0], row[1]) for row in connection.execute(page(connection, wanted, state)))
    found.sort(reverse=True)
    numbers = [n for _, n in found[: wanted.limit]]
    whole = not _narrow(connection, wanted)
    read: dict[int, RecordRow] = {}
    for first in range(0, len(numbers), _CHUNK):
        part = CARD.c.n.in_(numbers[first : first + _CHUNK])
        read |= {row.n: row for row in _read(connection, part, None, wanted.columns, whole)}
    return [read[n] for n in numbers]


def _narrow(connection: sa.Connection, wanted: Wanted) -> bool:
    """Tell whether the list's own columns hold every answer asked for."""
    spec = lines.spec_of(connection, wanted.query.program) or lines.ListSpec()
    return wanted.columns is not None and set(wanted.columns) <= set(spec.columns)


def page(connection: sa.Connection, wanted: Wanted, state: str | None) -> sa.Select[Any]:
    """Return the question for the numbers of one page in one state."""
    query = wanted.query
    conditions = _conditions(connection, query, states=False)
    if state is not None:
        conditions.append(CARD.c.state == lines.numbers(connection, [state]).get(state, -1))
    if query.text.strip():
        words = sa.text("card.n IN (SELECT rowid FROM record_text WHERE record_text MATCH :words)")
        conditions.append(words.bindparams(words=match(query.text)))  # type: ignore[arg-type]
    if wanted.after is not None:
        at = connection.execute(
            sa.select(RECORD.c.n).where(RECORD.c.rid == wanted.after[1])
        ).scalar_one_or_none()
        conditions.append(
            sa.tuple_(CARD.c.changed, CARD.c.n) < sa.tuple_(lines.instant(wanted.after[0]), at or 0)
        )
    asked = sa.select(CARD.c.changed, CARD.c.n).where(*conditions)
    return asked.order_by(CARD.c.changed.desc(), CARD.c.n.desc()).limit(wanted.limit)


def begun(
    connection: sa.Connection, program: str, owner: str, since: str, vids: Sequence[str]
) -> list[RecordRow]:
    """Return the records ``owner`` began at or after ``since``, oldest first, as lists show them."""
    query = ListQuery(program, vids, owners=[owner])
    conditions = [*_conditions(connection, query), CARD.c.begun >= lines.instant(since)]
    found = connection.execute(sa.select(CARD.c.n).where(*conditions).order_by(CARD.c.begun, CARD.c.n))
    return rows(connection, list(found.scalars()), vids)


# -------------------------------------------------------------------------------------------------- full text


def index_stale(connection: sa.Connection) -> None:
    """Bring the full text index up to date with answers whose words were left for later."""
    stale = sa.select(RECORD.c.n, RECORD.c.program, RECORD.c.fields).where(sa.text("text_stale = 1"))
    for row in connection.execute(stale).all():
        cards.index_words(connection, row.n, row.program, codec.load(row.fields))
    connection.execute(sa.update(RECORD).where(sa.text("text_stale = 1")).values(text_stale=0))


# ----------------------------------------------------------------------------------------------------- counts


def counts(connection: sa.Connection, program: str | None) -> Counts:
    """Count records by mark, returned ones, and files that are not whole on the server yet."""
    returned = sa.func.sum(TALLY.c.count * TALLY.c.back)
    asked = sa.select(TALLY.c.kind, TALLY.c.mark, sa.func.sum(TALLY.c.count), returned)
    found = connection.execute(asked.where(TALLY.c.count > 0).group_by(TALLY.c.kind, TALLY.c.mark)).all()
    words = lines.spelled(connection, {number for row in found for number in row[:2]})
    total: Counter[str] = Counter()
    for kind, mark, number, back in found:
        of, _, subject = words[kind].rpartition("/")
        # Batches and periods are counted while they are on their way; received or taken back they are no filled forms.
        idle = words[mark] in (Mark.RECEIVED.value, Mark.LAPTOP.value)
        if (program is None or of == program) and not (subject != "record" and idle):
            total[_COUNT_OF[Mark(words[mark])]] += number
            total["returned"] += back
    files = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(FILE.c.size - FILE.c.offset), 0))
    files = files.where(FILE.c.state != FileState.SENT.value)
    waiting, size = connection.execute(files).one()
    usb, usb_size = connection.execute(files.where(by_stick(connection))).one()
    return Counts(**total, files_waiting=waiting, bytes_waiting=size, files_usb=usb, bytes_usb=usb_size)
