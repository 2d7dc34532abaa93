"""Telling the district who looked at whose data on this laptop: the access log travels, line by line, once.

Only what answers the question travels: who, when, which record or area, on which paper, in full or masked. What was
typed, and lines about nobody's data, stay here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.ids import is_id
from sidumba_field.store.values import AccessRow
from sidumba_field.sync.stages import Run
from sidumba_field.wire.messages import AccessLine, AccessRequest
from sidumba_field.wire.versions import CURRENT

#: Events that touch somebody's data, or say who sat here; the server is told of no other.
TOLD = frozenset(
    "view peek print export reveal signed_file draft.discarded stick_save stick_read unlock reopen recover".split()
)
#: Members of a line's detail that travel: no answers among them.
_MEMBERS = (
    "paper",
    "format",
    "form",
    "program",
    "count",
    "revealed",
    "masked",
    "snapshot",
    "files",
    "records",
)
_LINES = 200
_LONGEST = 200


def tell_access(run: Run) -> None:
    """Send what the server does not hold yet. A server that keeps no such log is left in peace."""
    while rows := run.store.access.unsent(_LINES):
        run.check()
        lines = lines_of(rows)
        if lines:
            who = run.identity
            request = AccessRequest(proto=CURRENT, device=who.device, inc=who.inc, lines=lines)
            try:
                reply = run.ask(run.transport.access, request)
            except SidumbaError as error:
                if error.code == "wire.not_found":
                    return
                raise
            if reply.upto < lines[-1].n:
                raise SidumbaError("wire.malformed", field="upto")
        run.store.access.sent(rows[-1].n)


def lines_of(rows: Sequence[AccessRow]) -> list[AccessLine]:
    """Return what is told of these lines; the same for the line and for a stick."""
    return [_line(row) for row in rows if row.event in TOLD]


def _line(row: AccessRow) -> AccessLine:
    rid = _text(row.detail, "rid")
    told = {name: text for name in _MEMBERS if (text := _text(row.detail, name))}
    return AccessLine(
        n=row.n,
        at=row.at,
        user=row.user,
        event=row.event,
        rid=rid if is_id(rid) else "",
        unit=_text(row.detail, "unit"),
        detail=told,
    )


def _text(detail: Mapping[str, object], name: str) -> str:
    value = detail.get(name)
    if isinstance(value, bool):
        return "1" if value else ""
    return str(value)[:_LONGEST] if isinstance(value, (str, int)) else ""
