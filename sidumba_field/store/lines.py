"""What lists are made of: per record one narrow row of numbers and one row of the answers its line shows.

Both are derived from the record's effective values and written in the very transaction that changed them, by
``cards.refresh`` and by snapshots. Words that repeat (scopes, states, people, choices) are kept once, as numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import sqlalchemy as sa

from sidumba_field.store import codec, narrowing

#: Columns and filters a program may name; more would make every list slower for all.
COLUMNS, FILTERS = 10, 4
_REASON = "@reason/"
_CARD = (
    "INSERT INTO card (n, kind, place, state, mark, period, owner, remarks, reasons, begun, changed, f1, f2, f3, f4) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (n) DO UPDATE SET kind = excluded.kind, "
    "place = excluded.place, state = excluded.state, mark = excluded.mark, period = excluded.period, "
    "owner = excluded.owner, remarks = excluded.remarks, reasons = excluded.reasons, begun = excluded.begun, "
    "changed = excluded.changed, f1 = excluded.f1, f2 = excluded.f2, f3 = excluded.f3, f4 = excluded.f4"
)
_LINE = (
    "INSERT INTO card_line (n, rid, rev, created_at, changed_at, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (n) DO UPDATE SET rev = excluded.rev, "
    "created_at = excluded.created_at, changed_at = excluded.changed_at, c1 = excluded.c1, c2 = excluded.c2, "
    "c3 = excluded.c3, c4 = excluded.c4, c5 = excluded.c5, c6 = excluded.c6, c7 = excluded.c7, c8 = excluded.c8, "
    "c9 = excluded.c9, c10 = excluded.c10"
)
_FILL = (
    "INSERT OR REPLACE INTO fill_line (n, f1, f2, f3, f4, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


@dataclass(frozen=True, slots=True)
class ListSpec:
    """What a program's list shows: paths of its columns (at most ten), of its filters (at most four), of the answers
    the search looks at besides the columns. ``group[]/name`` is the answer in the first row of a repeat."""

    columns: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    search: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.columns) > COLUMNS or len(self.filters) > FILTERS:
            raise ValueError(f"a list has at most {COLUMNS} columns and {FILTERS} filters")


@dataclass(frozen=True, slots=True)
class Line:
    """One record as a list has to know it; ``remarks``: open ones that sent it back."""

    n: int
    rid: str
    vid: str
    program: str
    subject: str
    state: str
    mark: str
    period: str
    owner: str
    remarks: int
    rev: int
    created_at: str
    changed_at: str
    fields: Mapping[str, str]


def kind_of(program: str, subject: str) -> str:
    """Return the word under which records of one subject of a program are kept apart."""
    return f"{program}/{subject}"


@lru_cache(maxsize=4096)
def instant(text: str) -> int:
    """Return milliseconds since 1970 of an ISO instant; what is none counts as the oldest."""
    try:
        return round(datetime.fromisoformat(text).timestamp() * 1000)
    except ValueError:
        return 0


def numbers(connection: sa.Connection, words: Iterable[str], *, add: bool = False) -> dict[str, int]:
    """Return word -> number of those known; ``add`` makes the others known (inside a writing transaction)."""
    kept: dict[str, int] = connection.info.setdefault("words", {})
    asked = set(words)
    for word in sorted(asked - kept.keys()):
        if add:
            connection.exec_driver_sql(
                "INSERT INTO word (text) VALUES (?) ON CONFLICT (text) DO NOTHING", (word,)
            )
        row = connection.exec_driver_sql("SELECT n FROM word WHERE text = ?", (word,)).first()
        if row is not None:
            kept[word] = int(row[0])
    return {word: kept[word] for word in asked if word in kept}


def spelled(connection: sa.Connection, ids: Iterable[int]) -> dict[int, str]:
    """Return number -> word."""
    kept: dict[int, str] = connection.info.setdefault("spelled", {})
    for number in sorted(set(ids) - kept.keys()):
        row = connection.exec_driver_sql("SELECT text FROM word WHERE n = ?", (number,)).one()
        kept[number] = str(row[0])
    return kept


def spec_of(connection: sa.Connection, program: str) -> ListSpec | None:
    """Return what a program's list shows, None while it has not said so."""
    kept: dict[str, ListSpec | None] = connection.info.setdefault("specs", {})
    if program not in kept:
        found = connection.exec_driver_sql(
            "SELECT columns, filters, search FROM list_spec WHERE program = ?", (program,)
        ).first()
        kept[program] = None if found is None else ListSpec(*(tuple(codec.load(text)) for text in found))
    return kept[program]


def coming(connection: sa.Connection, program: str) -> ListSpec | None:
    """Return what a program's list is going to show once its rows are ready, None while nothing changes."""
    kept: dict[str, ListSpec | None] = connection.info.setdefault("coming", {})
    if program not in kept:
        found = connection.exec_driver_sql(
            "SELECT columns, filters, search FROM list_fill WHERE program = ?", (program,)
        ).first()
        kept[program] = None if found is None else ListSpec(*(tuple(codec.load(text)) for text in found))
    return kept[program]


def forget(connection: sa.Connection) -> None:
    """What a list consists of is another thing now."""
    narrowing.forget(connection)
    for name in ("specs", "coming"):
        connection.info.pop(name, None)


def answer(fields: Mapping[str, str], path: str) -> str | None:
    """Return the answer of a column; ``group[]/name`` looks into the first row of the repeat that has one."""
    if "[]" not in path:
        return fields.get(path) or None
    group, _, name = path.partition("[]")
    rows = [key for key in fields if key.startswith(group + "[") and key.endswith("]")]
    rows.sort(key=lambda key: (_place(fields[key]), key))
    return next((fields[row + name] for row in rows if fields.get(row + name)), None)


def _place(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def write(connection: sa.Connection, lines: Sequence[Line]) -> None:
    """Write the rows of these records anew, also for a list that is being filled."""
    if not lines:
        return
    narrowing.forget(connection)
    specs = {line.program: spec_of(connection, line.program) or ListSpec() for line in lines}
    slots = _slots(connection, lines, specs)
    number = numbers(connection, {word for line in lines for word in _words(line)}, add=True)
    cards, texts = [], []
    for line, (filters, columns) in zip(lines, slots, strict=True):
        kind, place, state, mark, period, owner = (number[word] for word in _words(line))
        reasons = sum(1 for path, value in line.fields.items() if path.startswith(_REASON) and value)
        begun, changed = instant(line.created_at), instant(line.changed_at)
        told = (line.remarks, reasons, begun, changed)
        cards.append((line.n, kind, place, state, mark, period, owner, *told, *filters))
        texts.append((line.n, line.rid, line.rev, line.created_at, line.changed_at, *columns))
    connection.exec_driver_sql(_CARD, cards)
    connection.exec_driver_sql(_LINE, texts)
    fill(connection, [line for line in lines if coming(connection, line.program) is not None])


def fill(connection: sa.Connection, lines: Sequence[Line]) -> None:
    """Make the rows of these records ready for the list that is coming."""
    if not lines:
        return
    specs = {line.program: coming(connection, line.program) or ListSpec() for line in lines}
    slots = _slots(connection, lines, specs)
    rows = [(line.n, *filters, *columns) for line, (filters, columns) in zip(lines, slots, strict=True)]
    connection.exec_driver_sql(_FILL, rows)


def _slots(
    connection: sa.Connection, lines: Sequence[Line], specs: Mapping[str, ListSpec]
) -> list[tuple[list[int], list[str | None]]]:
    """Return per record the numbers of its filters and the answers of its columns, empty places filled up."""
    chosen = [[answer(line.fields, path) or "" for path in specs[line.program].filters] for line in lines]
    number = numbers(connection, {"", *(word for words in chosen for word in words)}, add=True)
    found = []
    for line, words in zip(lines, chosen, strict=True):
        filters = [number[word] for word in words] + [number[""]] * (FILTERS - len(words))
        columns = [answer(line.fields, path) for path in specs[line.program].columns]
        found.append((filters, columns + [None] * (COLUMNS - len(columns))))
    return found


def _words(line: Line) -> tuple[str, str, str, str, str, str]:
    return (kind_of(line.program, line.subject), line.vid, line.state, line.mark, line.period, line.owner)


def searched(spec: ListSpec | None, fields: Mapping[str, str]) -> list[str]:
    """Return the answers the search finds a record by: those the program names, or all while it names none."""
    if spec is None:
        return [
            value for path, value in fields.items() if not path.startswith("@") and not path.endswith("]")
        ]
    found = (answer(fields, path) for path in dict.fromkeys((*spec.search, *spec.columns)))
    return [value for value in found if value]
