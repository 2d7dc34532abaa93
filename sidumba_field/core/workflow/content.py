"""What a subject may carry besides answers somebody typed: codes given with a step, scans of signed papers, the place a
record speaks of, the record it continues. Pure rules, asked by laptop and server alike."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import date

from sidumba_field.core.records import Record
from sidumba_field.core.workflow.machine import Workflow
from sidumba_field.core.workflow.roles import is_under
from sidumba_field.core.xforms.parts import template_path

#: Meta fields of a signed paper: "@signed/<paper>" = "<sha256>.<ext>", who signed it, and the date on it.
SIGNED, SIGNED_BY, SIGNED_AT = "@signed/", "@signed_by/", "@signed_at/"
#: Meta field of a record that continues one of an earlier period: the id of that record.
CONTINUES = "@continues"
#: Field of a batch: instant of the step that brought it where it stands, by the server's clock.
DECIDED_AT = "decided_at"
#: The only way out of a state that counts as final: taking the sign-off back within a day.
_LAST_WAY_OUT = "within_24h"
_SCAN = re.compile(r"[0-9a-f]{64}\.(pdf|jpg|jpeg|png)")
_LONGEST_NAME = 200


def coding_fault(allowed: Collection[str], change: Mapping[str, str | None]) -> str:
    """Return the first path a step may not write by itself, "" when all may be. ``allowed``: template paths."""
    return next((path for path in change if template_path(path) not in allowed), "")


def final_states(workflow: Workflow, subject: str) -> frozenset[str]:
    """Return the states of ``subject`` that nothing leaves any more, but for a withdrawal within its day."""
    leaving = {
        row.state
        for row in workflow.transitions
        if row.subject == subject and _LAST_WAY_OUT not in row.guards
    }
    return frozenset(state for state in workflow.states(subject) if state not in leaving | {"-"})


def may_hold_papers(workflow: Workflow, record: Record, roles: Iterable[str]) -> tuple[bool, bool]:
    """Return (the subject is decided, one of ``roles`` takes steps on it): both are needed to lay a signed paper beside
    it."""
    steps = {row.role for row in workflow.transitions if row.subject == record.subject}
    return record.state in final_states(workflow, record.subject), bool(steps & set(roles))


def paper_fault(papers: Collection[str], change: Mapping[str, str | None]) -> str:
    """Return the first path that makes ``change`` anything else than whole signed papers, "" when it is right.

    ``papers``: ids of the papers that are signed for this subject. A paper comes with its scan ("<sha256>.pdf", .jpg,
    .png), the name of who signed and the date (ISO), all three at once; a later scan takes the place of an earlier.
    """
    named = {path.partition("/")[2] for path in change}
    if not change or not named <= set(papers):
        return next((path for path in change if path.partition("/")[2] not in papers), SIGNED)
    for paper in sorted(named):
        for prefix, is_right in ((SIGNED, _is_scan), (SIGNED_BY, _is_name), (SIGNED_AT, _is_date)):
            if not is_right(change.get(prefix + paper) or ""):
                return prefix + paper
    known = {prefix + paper for paper in named for prefix in (SIGNED, SIGNED_BY, SIGNED_AT)}
    return next((path for path in change if path not in known), "")


def _is_scan(text: str) -> bool:
    return _SCAN.fullmatch(text) is not None


def _is_name(text: str) -> bool:
    return 0 < len(text.strip()) <= _LONGEST_NAME and "\n" not in text


def _is_date(text: str) -> bool:
    try:
        return len(text) == 10 and bool(date.fromisoformat(text))
    except ValueError:
        return False


def scans(fields: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of the files a subject's signed papers lie in."""
    return tuple(sorted(value for path, value in fields.items() if path.startswith(SIGNED) and value))


def without_papers(fields: Mapping[str, str]) -> dict[str, None]:
    """Return the change that takes every signed paper off a subject: its sign-off was withdrawn."""
    return {path: None for path in sorted(fields) if path.startswith((SIGNED, SIGNED_BY, SIGNED_AT))}


def is_foreign_place(place_path: str, unit: str, change: Mapping[str, str | None]) -> bool:
    """Tell whether an edit moves a record out of ``unit``, in whose feed it stands. ``place_path``: the question that
    holds the code of the place, "" when the program has none."""
    value = change.get(place_path) if place_path else None
    return bool(value) and not is_under(value or "", unit)
