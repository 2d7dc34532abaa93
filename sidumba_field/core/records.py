"""What the whole house talks about: a record, an op on it, the answer to an op, a remark, a feed entry.

Plain frozen values without behaviour of their own; stores return them, the wire spells them, screens read them.
Shapes follow docs/spec/sync.md (section "Push") and docs/spec/wire.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from sidumba_field.core.canonical import canonical, digest, sha256_hex

#: The state of a subject that does not exist yet (workflows.csv writes it so).
NOTHING = "-"
#: The hash before the first entry of a feed.
GENESIS = "0" * 64
#: Meta field by which a person settles a proposal: "@settled/<op id>".
SETTLED = "@settled/"


class OpKind(StrEnum):
    """What an op does: change fields, take a workflow step, or withdraw a draft for good.

    A file is linked by an ordinary edit of its field, so that it merges and clashes like any other answer.
    """

    EDIT = "edit"
    TRANSITION = "transition"
    TOMBSTONE = "tombstone"


class OpStatus(StrEnum):
    """The closed list of answers to one op. Every answer but ``retry`` means: stored durably on the server."""

    APPLIED = "applied"
    MERGED = "merged"
    CONFLICT = "conflict"
    HELD = "held"
    REJECTED = "rejected"
    RETRY = "retry"


class OutboxState(StrEnum):
    """Where an op stands on the laptop. ``draft`` still grows; from ``inflight`` on its bytes are frozen."""

    DRAFT = "draft"
    QUEUED = "queued"
    INFLIGHT = "inflight"
    DONE = "done"
    CONFLICT = "conflict"
    HELD = "held"
    REJECTED = "rejected"


class FeedKind(StrEnum):
    """What a feed entry tells. ``file``: all bytes of a referenced file are now on the server."""

    EDIT = "edit"
    TRANSITION = "transition"
    TOMBSTONE = "tombstone"
    PROPOSAL = "proposal"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Remark:
    """One remark of a return. ``path`` is the field it speaks of ("" = the whole record)."""

    id: str
    path: str
    text: str
    by: str
    by_name: str
    at: str
    rev: int


@dataclass(frozen=True, slots=True)
class Op:
    """One save or one decision, as it travels. Only the members its kind needs are set.

    ``set``/``was``: path -> text or None (None = cleared / row removed). ``by``: user id. ``at``: local time, shown
    and never trusted. ``sig``: Ed25519 signature (hex) by the user's own key over ``decision_bytes``. ``after``: own
    ops of the same record that had no answer yet when this one left by stick; it stands on what they wrote.
    """

    op: str
    vid: str
    rid: str
    kind: OpKind
    program: str
    subject: str
    form: str
    form_v: str
    by: str
    at: str
    dseq: int = 0
    base_rev: int = 0
    set: Mapping[str, str | None] = field(default_factory=dict)
    was: Mapping[str, str | None] = field(default_factory=dict)
    command: str = ""
    expect_state: str = ""
    expect_rev: int = 0
    content_sha256: str = ""
    remark: str = ""
    remarks: Mapping[str, str] = field(default_factory=dict)
    assignee: str = ""
    members: tuple[Mapping[str, Any], ...] = ()
    sig: str = ""
    after: tuple[str, ...] = ()

    def payload(self) -> dict[str, Any]:
        """Return the JSON shape of this op without defaults; what is hashed for "same id, same content"."""
        raw: dict[str, Any] = {
            "op": self.op,
            "vid": self.vid,
            "rid": self.rid,
            "kind": self.kind.value,
            "program": self.program,
            "subject": self.subject,
            "form": self.form,
            "form_v": self.form_v,
            "by": self.by,
            "at": self.at,
            "dseq": self.dseq,
            "base_rev": self.base_rev,
        }
        optional: dict[str, Any] = {
            "set": dict(self.set),
            "was": dict(self.was),
            "command": self.command,
            "expect_state": self.expect_state,
            "expect_rev": self.expect_rev,
            "content_sha256": self.content_sha256,
            "remark": self.remark,
            "remarks": dict(self.remarks),
            "assignee": self.assignee,
            "members": [dict(member) for member in self.members],
            "sig": self.sig,
            "after": list(self.after),
        }
        raw.update({key: value for key, value in optional.items() if value})
        return raw

    def digest(self) -> str:
        """Return the SHA-256 (hex) that decides whether a repeated id carries the same content."""
        return digest(self.payload())

    def decision_bytes(self) -> bytes:
        """Return what the user's key signs: the decision with exactly what was seen when it was taken, and what it
        writes by itself (``set``, left out when there is nothing)."""
        decided: dict[str, Any] = {
            "v": 1,
            "op": self.op,
            "rid": self.rid,
            "command": self.command,
            "expect_state": self.expect_state,
            "expect_rev": self.expect_rev,
            "content_sha256": self.content_sha256,
            "remark": self.remark,
            "remarks": dict(self.remarks),
            "assignee": self.assignee,
            "members": [dict(member) for member in self.members],
            "by": self.by,
        }
        return canonical({**decided, "set": dict(self.set)} if self.set else decided)

    def with_(self, **changes: Any) -> Op:
        return replace(self, **changes)


@dataclass(frozen=True, slots=True)
class OpAnswer:
    """The server's answer to one op: its status, the record's new revision and place in the feed, or why not.

    ``conflicts``: fields that became proposals. ``params`` fill the sentence of ``code``.
    """

    op: str
    st: OpStatus
    rev: int = 0
    seq: int = 0
    code: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    conflicts: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """A subject of the workflow at one revision: a filled form, a batch or a period.

    ``fields``: path -> text, empty answers absent, meta fields ("@...") included. ``field_revs``: path -> revision
    of its last change. ``owner``: user id it belongs to (creator, or whom it was handed to). ``authors``: everybody
    who entered or edited content (guard ``not_author``). ``remarks``: the open remarks of the latest return.
    """

    rid: str
    vid: str
    program: str
    subject: str
    form: str
    form_v: str
    state: str
    rev: int
    fields: Mapping[str, str]
    field_revs: Mapping[str, int]
    owner: str = ""
    authors: frozenset[str] = frozenset()
    remarks: tuple[Remark, ...] = ()
    period: str = ""
    created_at: str = ""
    changed_at: str = ""

    @property
    def content_sha256(self) -> str:
        return content_sha256(self.form, self.form_v, self.fields)


def clean(fields: Mapping[str, str | None]) -> dict[str, str]:
    """Return ``fields`` without empty answers: absent, None and "" are one and the same for every judge."""
    return {path: value for path, value in fields.items() if value}


def content_sha256(form: str, form_v: str, fields: Mapping[str, str | None]) -> str:
    """Return the hash a reviewer signs: form, version and every answer that is not empty."""
    return digest({"form": form, "form_v": form_v, "fields": clean(fields)})


def content_digest(form: str, form_v: str, fields: str) -> str:
    """``content_sha256`` of fields that are spelled already: canonical JSON without empty answers."""
    ends = canonical({"form": form, "form_v": form_v}).decode()
    return sha256_hex(f'{{"fields":{fields},{ends[1:]}'.encode())


def members_digest(members: tuple[Mapping[str, Any], ...]) -> str:
    """Return the digest of a batch: its members (rid, rev, sha) in the order of their ids (guard exact_digest)."""
    ordered = sorted(
        ({"rid": m["rid"], "rev": m["rev"], "sha": m["sha"]} for m in members), key=lambda m: m["rid"]
    )
    return digest(ordered)


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One link of a scope's chain (docs/spec/sync.md "Feed = audit log"). ``payload`` is None when it was erased;
    without ``salt`` it is what may be read of one that is withheld in part. The chain verifies all the same, because
    only ``payload_digest`` is hashed."""

    vid: str
    seq: int
    prev: str
    hash: str
    rid: str
    rev: int
    kind: FeedKind
    op: str
    actor: str
    server_time: str
    payload_digest: str
    payload: Mapping[str, Any] | None = None
    salt: str = ""


def payload_digest(salt: str, payload: Mapping[str, Any]) -> str:
    """Return SHA-256(salt bytes || canonical payload), hex; ``salt`` is 32 hexadecimal digits drawn per entry."""
    return sha256_hex(bytes.fromhex(salt) + canonical(payload))


def link_hash(
    prev: str, seq: int, rid: str, rev: int, kind: str, op: str, actor: str, server_time: str, payload: str
) -> str:
    """Return the chain hash of one entry: SHA-256 over its parts joined by the unit separator (0x1F), hex."""
    parts = (prev, str(seq), rid, str(rev), kind, op, actor, server_time, payload)
    return sha256_hex("\x1f".join(parts).encode())


def entry_hash(entry: FeedEntry) -> str:
    """Return what ``entry.hash`` has to be."""
    return link_hash(
        entry.prev,
        entry.seq,
        entry.rid,
        entry.rev,
        entry.kind.value,
        entry.op,
        entry.actor,
        entry.server_time,
        entry.payload_digest,
    )
