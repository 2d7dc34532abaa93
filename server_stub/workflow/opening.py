"""The first period of an office that is being set up: opened by the server itself, and the feed says so."""

from __future__ import annotations

from typing import Any

from server_stub.store.feed import Draft
from server_stub.workflow.rules import Rules
from sidumba_field.core.ids import derived_id
from sidumba_field.core.records import NOTHING, FeedKind, Record
from sidumba_field.core.workflow import Transition

#: Who "did" what the server notes by itself.
SERVER = "server"


def beginning(rules: Rules, subject: str) -> Transition | None:
    """Return the row that brings a subject into being, None when this program has no such subject."""
    rows = rules.workflow.transitions
    return next((row for row in rows if (row.subject, row.state) == (subject, NOTHING)), None)


def first_period(rules: Rules, row: Transition, vid: str, label: str, at: str) -> tuple[Record, Draft]:
    """Return the period as it will stand, and its feed entry: actor "server", no role, no signature."""
    fields = {"label": label}
    record = Record(
        rid=derived_id("period", rules.id, vid, label),
        vid=vid,
        program=rules.id,
        subject=row.subject,
        form="",
        form_v="",
        state=row.to,
        rev=1,
        fields=fields,
        field_revs=dict.fromkeys(fields, 1),
        owner="",
        period=label,
        created_at=at,
        changed_at=at,
    )
    payload: dict[str, Any] = {
        "command": row.command,
        "program": rules.id,
        "subject": row.subject,
        "from": NOTHING,
        "to": row.to,
        "role": "",
        "acting_for": "",
        "remark": "",
        "remarks": [],
        "assignee": "",
        "owner": "",
        "period": label,
        "content_sha256": record.content_sha256,
        "expect_rev": 0,
        "sig": "",
        "by_name": SERVER,
        "at": at,
        "set": fields,
    }
    return record, Draft(vid, record.rid, 1, FeedKind.TRANSITION, "", SERVER, payload)
