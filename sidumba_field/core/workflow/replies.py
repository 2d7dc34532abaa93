"""Answering a remark in words where nobody may type: the desk a record came back to says what it found.

A record returned to a verifying desk carries remarks that must be answered before it goes on, and that desk has no
right to change answers. A reply is an edit of nothing but "@answer/<remark id>"; laptop and server ask the same
judgement here. It makes nobody an author: who replies may still verify (the table's ``remarks_answered`` and
``not_author`` stand side by side).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.records import Record
from sidumba_field.core.workflow.machine import Workflow
from sidumba_field.core.workflow.proposals import at_desk, desk_roles

#: Meta field by which a remark is answered: "@answer/<remark id>".
ANSWER = "@answer/"
#: What a reply is called where a refusal names a command; no step of the SOP.
REPLY = "jawab_catatan"
LONGEST_REPLY = 2_000


def is_reply(change: Mapping[str, str | None]) -> bool:
    """Tell whether an edit holds answers to remarks and nothing else."""
    return bool(change) and all(path.startswith(ANSWER) for path in change)


def judge_reply(
    workflow: Workflow, record: Record, user: str, roles: Iterable[str], change: Mapping[str, str | None]
) -> None:
    """Judge a reply of ``user``.

    Raises SidumbaError: ``op.not_allowed`` (no desk has this record), ``op.wrong_role`` (who: the roles that may),
    ``op.malformed`` (no such remark is open, or no words; field: the path).
    """
    who = desk_roles(workflow, record.subject, record.state)
    if not who:
        raise SidumbaError("op.not_allowed", command=REPLY, state=record.state)
    if not at_desk(workflow, record, user, roles):
        raise SidumbaError("op.wrong_role", command=REPLY, who=", ".join(who))
    open_now = {ANSWER + remark.id for remark in record.remarks}
    for path, text in change.items():
        if path not in open_now or not 0 < len((text or "").strip()) <= LONGEST_REPLY:
            raise SidumbaError("op.malformed", field=path)
