"""Long lists from their oldest record: counted and ordered by the store, and only the rows that are shown are read.

What waits longest comes first everywhere somebody has to decide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from sidumba_field.programs import Program
from sidumba_field.services.desk import Desk
from sidumba_field.store import ListQuery, Mark, RecordRow

PAGE = 500
#: Everything but what is on its way: that is out of hand until the server has answered.
AT_REST = tuple(mark.value for mark in Mark if mark is not Mark.WAITING)


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
    groups: Iterable[tuple[str, bool, Sequence[str]]],
    limit: int,
    *,
    newest: bool = False,
) -> tuple[list[RecordRow], int]:
    """Return the ``limit`` oldest records at rest (or the newest) and how many there are.

    ``groups``: (state, only one's own, scopes).
    """
    store, user = desk.seat().store, desk.seat().user.user_id
    found: list[RecordRow] = []
    count = 0
    for state, own, vids in groups:
        query = ListQuery(
            program.id,
            vids,
            subject=subject,
            states=(state,),
            marks=AT_REST,
            owners=(user,) if own else None,
            descending=newest,
        )
        numbers, amount = store.lists.first(query, limit)
        count += amount
        found += store.lists.rows(numbers, vids, whole=True)
    found.sort(key=lambda row: (row.changed_at, row.rid), reverse=newest)
    return found[:limit], count


def scopes_where(desk: Desk, program: Program, allowed: Callable[[str], bool]) -> list[str]:
    """Return the person's scopes whose unit ``allowed`` admits."""
    mine = set(desk.my_vids(program.id))
    return [
        scope.vid for scope in desk.seat().store.scopes.all() if scope.vid in mine and allowed(scope.unit)
    ]
