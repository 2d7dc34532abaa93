"""How a change of content is written down: revisions of fields, calculated values put right, the entry of the feed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from server_stub.workflow.cases import Case, Decision
from sidumba_field.core.merge import apply, last_rows, rows_missing
from sidumba_field.core.records import FeedKind, OpAnswer, OpStatus, Record

Change = Mapping[str, str | None]


def put_right(case: Case, record: Record) -> Record:
    """Return a record whose calculated values are what its answers give, whatever was sent: the server works them out
    itself, so that no forged sum is ever signed."""
    right = case.findings(record).worked_out
    return replace(record, fields=apply(record.fields, right)) if right else record


def written(case: Case, record: Record, change: Change) -> tuple[Record, dict[str, str | None]]:
    """Return the record at its next revision with ``change`` in it, and what really changed by it: calculated values
    that follow and cells that went with their row among it."""
    rev = record.rev + 1
    after = put_right(case, replace(record, rev=rev, fields=apply(record.fields, change), changed_at=case.at))
    paths = {
        path for path in {*record.fields, *after.fields} if record.fields.get(path) != after.fields.get(path)
    }
    revs = {**record.field_revs, **dict.fromkeys(paths, rev)}
    gone_with_row = {path for path in paths if path not in after.fields and path not in change}
    named = {path: after.fields.get(path) for path in sorted(paths - gone_with_row)}
    return replace(after, field_revs=revs), named


def with_rows(case: Case, record: Record, change: Change) -> Change:
    """Return ``change`` with the rows it writes into but which somebody took away since, as they last stood: an answer
    never stands without its row. What was erased cannot come back; such a row comes as the last, with what is named."""
    missing = rows_missing(record.fields, change)
    if not missing:
        return change
    said = [
        dict(entry.payload.get("set") or {}) for entry in case.work.feed.history(record.rid) if entry.payload
    ]
    known = {**dict.fromkeys(sorted(missing), "1"), **last_rows(missing, said)}
    return {**known, **change}


def wrongly_sent(case: Case, record: Record) -> tuple[str, ...]:
    """Return the calculated values this op sent that are not what stands there now."""
    sent = case.op.set
    return tuple(
        sorted(
            path
            for path, value in sent.items()
            if (value or "") != record.fields.get(path, "") and case.rules.is_worked_out(record.form, path)
        )
    )


def edited(
    case: Case,
    record: Record,
    command: str,
    changed: Mapping[str, Any],
    st: OpStatus,
    author: str | None = None,
) -> Decision:
    """Return the decision that ``record`` now stands with ``changed`` in it. ``author``: whose content it is, default
    the sender; "" = nobody's."""
    flags = case.findings(record).errors
    payload = {
        "command": command,
        "program": record.program,
        "subject": record.subject,
        "form": record.form,
        "form_v": record.form_v,
        "set": changed,
        "state": record.state,
        "owner": record.owner,
        "period": record.period,
        "authors_add": case.op.by if author is None else author,
        "by_name": case.standing.actor.name,
        "at": case.op.at,
        "flags": list(flags),
    }
    answer = OpAnswer(case.op.op, st, rev=record.rev, flags=flags)
    return Decision(answer, (record,), (case.draft(record, FeedKind.EDIT, payload),))


def corrected(case: Case, decision: Decision, record: Record) -> Decision:
    """Return the decision with a word about the calculated values that were put right."""
    paths = wrongly_sent(case, record)
    if not paths:
        return decision
    answer = replace(decision.answer, code="op.corrected", params={"paths": ", ".join(paths)})
    return replace(decision, answer=answer)
