"""A person's right to erasure (UU 27/2022 article 8): the content goes, the chain and its proof stay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from server_stub.store.feed import Draft
from server_stub.store.work import Work
from server_stub.workflow.opening import SERVER
from sidumba_field.core.records import FeedKind, Record


@dataclass(frozen=True, slots=True)
class Erased:
    """``entries``: feed entries emptied; ``files``: hashes of files nobody refers to any more."""

    entries: int
    files: tuple[str, ...]


def erase(work: Work, record: Record, reason: str, at: str) -> tuple[Record, Draft, Erased]:
    """Empty everything stored about a record but its existence; return it, and the entry that tells the laptops.

    What is left: ids, states, revisions, times, who acted, hashes over salted payloads. The new entry names the paths
    to clear, never their values, so that every laptop's copy ends up as empty as this one.
    """
    entries = work.feed.erase(record.rid)
    work.ops.erase(record.rid)
    files = tuple(work.files.unlink(record.rid))
    for sha in files:
        work.files.forget(sha)
    rev = record.rev + 1
    gone: Mapping[str, None] = dict.fromkeys(sorted(record.fields))
    after = replace(
        record,
        rev=rev,
        fields={},
        field_revs={**record.field_revs, **dict.fromkeys(gone, rev)},
        remarks=(),
        changed_at=at,
    )
    payload: dict[str, Any] = {
        "command": "",
        "program": record.program,
        "subject": record.subject,
        "form": record.form,
        "form_v": record.form_v,
        "from": record.state,
        "to": record.state,
        "role": "",
        "acting_for": "",
        "remark": reason,
        "remarks": [],
        "assignee": "",
        "owner": record.owner,
        "period": record.period,
        "content_sha256": "",
        "expect_rev": record.rev,
        "sig": "",
        "by_name": SERVER,
        "at": at,
        "erased": True,
        "set": dict(gone),
    }
    draft = Draft(record.vid, record.rid, rev, FeedKind.TOMBSTONE, "", SERVER, payload)
    return after, draft, Erased(entries, files)
