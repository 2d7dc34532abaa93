"""Walks long lists from their oldest record, in pages, without holding more than what is shown.

What waits longest comes first everywhere somebody has to decide; lists of the store begin with the newest.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence

from sidumba_field.programs import Program
from sidumba_field.services.desk import Desk
from sidumba_field.store import RecordRow

PAGE = 500
#: More than this many are told as "more than": nobody's desk holds them, and counting on would make him wait.
FAR = 20_000


def walk(
    desk: Desk, program: Program, subject: str, states: Sequence[str], columns: Sequence[str] | None = None
) -> Iterator[RecordRow]:
    """Yield the person's records in these states, newest first, page by page."""
    store, vids = desk.seat().store, desk.my_vids(program.id)
    after: tuple[str, str] | None = None
    while states:
        page = store.records.find(
            program.id, subject, states, limit=PAGE, after=after, vids=vids, columns=columns
        )
        yield from page
        if len(page) < PAGE:
            return
        after = page[-1].key


def oldest(
    desk: Desk,
    program: Program,
    subject: str,
    states: Sequence[str],
    limit: int,
    wanted: Callable[[RecordRow], bool],
) -> tuple[list[RecordRow], int, bool]:
    """Return the ``limit`` oldest of the records ``wanted``, how many there are, and whether counting stopped."""
    kept: deque[RecordRow] = deque(maxlen=limit)
    count = 0
    for row in walk(desk, program, subject, states):
        if wanted(row):
            kept.append(row)
            count += 1
            if count >= FAR:
                return list(reversed(kept)), count, True
    return list(reversed(kept)), count, False
