"""A twin of the server in memory: the written rules of docs/spec/sync.md without a database, for fast fault tests.

Every message goes through the very JSON that would travel, so nothing passes here that could not pass on a line. The
workflow is a toy of three steps; the real tables are judged against the real server.
"""

from __future__ import annotations

import copy
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from sidumba_field.core.canonical import sha256_hex
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.merge import apply, three_way
from sidumba_field.core.records import (
    GENESIS,
    FeedEntry,
    FeedKind,
    Op,
    OpAnswer,
    OpKind,
    OpStatus,
    Record,
    Remark,
    link_hash,
    payload_digest,
)
from sidumba_field.core.time import FixedClock, iso
from sidumba_field.seal.box import new_identity
from sidumba_field.sync.transport import Sink
from sidumba_field.wire.endpoints import MAX_BATCH_BYTES, MAX_BODY, MAX_CHUNK, MAX_FILE, MAX_OPS
from sidumba_field.wire.messages import (
    AccessLine,
    AccessReply,
    AccessRequest,
    AnswerMessage,
    AttStatus,
    Done,
    EnrolReply,
    EnrolRequest,
    EntryMessage,
    EscrowRequest,
    FeedPage,
    FormReply,
    HeadMessage,
    Hello,
    HistoryReply,
    Limits,
    Message,
    OpMessage,
    OrderMessage,
    OrderReply,
    ProposalMessage,
    PullReply,
    PullRequest,
    PushReply,
    PushRequest,
    RecordMessage,
    RootMessage,
    RootsReply,
    ScopeMessage,
    SessionReply,
    SessionRequest,
    SnapshotReply,
    sealed,
    unseal,
)

_M = TypeVar("_M", bound=Message)

#: (command, state) -> state, the toy workflow.
STEPS = {
    ("ajukan", "draf"): "diajukan",
    ("kembalikan", "diajukan"): "dikembalikan",
    ("ajukan", "dikembalikan"): "diajukan",
}
OPEN_STATES = ("draf", "dikembalikan")
PAGE_RECORDS = 2


def travelled(message: _M) -> _M:
    """Return ``message`` as its reader gets it: sealed, spelled, read, unsealed, validated."""
    return type(message).model_validate(unseal(json.loads(json.dumps(sealed(message)))))


@dataclass
class TwinServer:
    """Everything a server holds. ``poison``: op ids that break a whole request; ``later``: op ids answered ``retry``;
    ``small_body``: bytes of items above which a push is refused with 413 (0 = never)."""

    clock: FixedClock
    epoch: str = field(default_factory=lambda: secrets.token_hex(8))
    server_key: str = field(default_factory=lambda: secrets.token_hex(32))
    age: tuple[str, str] = field(default_factory=new_identity)
    sealed_codes: dict[str, str] = field(default_factory=dict)
    proto: list[int] = field(default_factory=lambda: [1])
    min_app: str = "0.1.0"
    root: RootMessage | None = None
    roots: RootsReply | None = None
    orders: dict[str, OrderMessage] = field(default_factory=dict)
    scopes: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    records: dict[str, Record] = field(default_factory=dict)
    feeds: dict[str, list[FeedEntry]] = field(default_factory=dict)
    ops: dict[str, tuple[str, OpAnswer]] = field(default_factory=dict)
    seen_ops: list[str] = field(default_factory=list)
    dseqs: dict[str, int] = field(default_factory=dict)
    receipts: int = 0
    blobs: dict[str, bytes] = field(default_factory=dict)
    parts: dict[str, bytearray] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    passwords: dict[str, tuple[str, str]] = field(default_factory=dict)
    poison: set[str] = field(default_factory=set)
    later: set[str] = field(default_factory=set)
    small_body: int = 0
    bytes_taken: int = 0
    accesses: list[AccessLine] = field(default_factory=list)

    # ---- for tests ---------------------------------------------------------------------------------------------

    def add_scope(self, vid: str, program: str, unit: str, unit_name: str) -> None:
        self.scopes[vid] = (program, unit, unit_name)
        self.feeds.setdefault(vid, [])

    def backup(self) -> dict[str, Any]:
        return copy.deepcopy(
            {name: getattr(self, name) for name in ("records", "feeds", "ops", "dseqs", "blobs")}
        )

    def restore(self, saved: Mapping[str, Any], new_epoch: bool) -> None:
        for name, value in copy.deepcopy(dict(saved)).items():
            setattr(self, name, value)
        if new_epoch:
            self.epoch = secrets.token_hex(8)

    def head(self, vid: str) -> HeadMessage:
        feed = self.feeds[vid]
        return HeadMessage(seq=feed[-1].seq if feed else 0, hash=feed[-1].hash if feed else GENESIS)

    def erase(self, rid: str) -> None:
        for feed in self.feeds.values():
            for at, entry in enumerate(feed):
                if entry.rid == rid:
                    feed[at] = replace(entry, payload=None, salt="")

    # ---- ops -----------------------------------------------------------------------------------------------------

    def take(self, raw: Mapping[str, Any]) -> OpAnswer:
        op = OpMessage.model_validate(raw).to_op()
        known = self.ops.get(op.op)
        if known is not None:
            return (
                known[1]
                if known[0] == op.digest()
                else OpAnswer(op.op, OpStatus.REJECTED, code="op.id_reused")
            )
        if op.op in self.later:
            return OpAnswer(op.op, OpStatus.RETRY)
        self.seen_ops.append(op.op)
        answer = self._edit(op) if op.kind is OpKind.EDIT else self._step(op)
        self.ops[op.op] = (op.digest(), answer)
        return answer

    def _edit(self, op: Op) -> OpAnswer:
        record = self.records.get(op.rid)
        if record is None:
            record = Record(
                op.rid,
                op.vid,
                op.program,
                op.subject,
                op.form,
                op.form_v,
                "draf",
                0,
                {},
                {},
                owner=op.by,
                period=op.set.get("@period") or "",
                created_at=self._now(),
                changed_at=self._now(),
            )
        elif record.state not in OPEN_STATES:
            return self._propose(op, record, op.set, "held", OpStatus.HELD, record.rev)
        merge = three_way(op.base_rev, op.set, record.fields, record.field_revs)
        seq, rev = 0, record.rev
        if merge.applied or not merge.clashes:
            rev += 1
            command = "buat" if record.rev == 0 else "ubah"
            record = replace(
                record,
                rev=rev,
                fields=apply(record.fields, merge.applied),
                field_revs={**record.field_revs, **dict.fromkeys(merge.applied, rev)},
                authors=record.authors | {op.by},
                changed_at=self._now(),
            )
            self.records[op.rid] = record
            payload = {
                "command": command,
                "program": record.program,
                "subject": record.subject,
                "form": record.form,
                "form_v": record.form_v,
                "set": dict(merge.applied),
                "state": record.state,
                "owner": record.owner,
                "period": record.period,
                "authors_add": op.by,
                "by_name": self.people.get(op.by, ""),
                "at": op.at,
                "flags": [],
            }
            seq = self._append(op, FeedKind.EDIT, rev, payload)
            self._announce_files(record, merge.applied.values())
        if merge.clashes:
            return self._propose(op, record, merge.clashes, "conflict", OpStatus.CONFLICT, rev)
        status = OpStatus.APPLIED if op.base_rev >= rev - 1 else OpStatus.MERGED
        return OpAnswer(op.op, status, rev, seq)

    def _propose(
        self,
        op: Op,
        record: Record,
        change: Mapping[str, str | None],
        reason: str,
        status: OpStatus,
        rev: int,
    ) -> OpAnswer:
        payload = {
            "op": op.op,
            "set": dict(change),
            "was": {path: op.was.get(path) for path in change},
            "reason": reason,
            "base_rev": op.base_rev,
            "by": op.by,
            "by_name": self.people.get(op.by, ""),
            "at": op.at,
        }
        seq = self._append(op, FeedKind.PROPOSAL, rev, payload)
        return OpAnswer(op.op, status, rev, seq, conflicts=tuple(sorted(change)))

    def _step(self, op: Op) -> OpAnswer:
        record = self.records.get(op.rid)
        if record is None:
            return OpAnswer(op.op, OpStatus.REJECTED, code="op.unknown_record")
        if record.state != op.expect_state:
            return OpAnswer(op.op, OpStatus.CONFLICT, record.rev, code="op.stale_state")
        if op.expect_rev and (op.expect_rev, op.content_sha256) != (record.rev, record.content_sha256):
            return OpAnswer(op.op, OpStatus.CONFLICT, record.rev, code="op.stale_review")
        to = "dihapus" if op.kind is OpKind.TOMBSTONE else STEPS.get((op.command, record.state))
        if to is None:
            return OpAnswer(op.op, OpStatus.REJECTED, code="op.not_allowed")
        rev = record.rev + 1
        remarks = tuple(
            Remark(f"{op.op}.{n}", path, text, op.by, self.people.get(op.by, ""), self._now(), rev)
            for n, (path, text) in enumerate(sorted(op.remarks.items()))
        )
        self.records[op.rid] = replace(record, state=to, rev=rev, remarks=remarks, changed_at=self._now())
        payload = {
            "command": op.command,
            "program": op.program,
            "subject": op.subject,
            "from": record.state,
            "to": to,
            "role": "",
            "acting_for": "",
            "remark": op.remark,
            "remarks": [{name: getattr(remark, name) for name in Remark.__slots__} for remark in remarks],
            "assignee": op.assignee,
            "owner": record.owner,
            "content_sha256": op.content_sha256,
            "expect_rev": op.expect_rev,
            "sig": op.sig,
            "by_name": self.people.get(op.by, ""),
            "at": op.at,
        }
        return OpAnswer(op.op, OpStatus.APPLIED, rev, self._append(op, FeedKind(op.kind.value), rev, payload))

    def _announce_files(self, record: Record, values: Iterable[str | None]) -> None:
        for value in values:
            sha = (value or "").partition(".")[0]
            if sha in self.blobs:
                self._file_entry(record, value or "", sha)

    def _file_entry(self, record: Record, name: str, sha: str) -> None:
        payload = {"name": name, "sha": sha, "size": len(self.blobs[sha])}
        self._link(record.vid, record.rid, FeedKind.FILE, record.rev, "", "server", payload)

    def _append(self, op: Op, kind: FeedKind, rev: int, payload: dict[str, Any]) -> int:
        return self._link(op.vid, op.rid, kind, rev, op.op, op.by, payload)

    def _link(
        self, vid: str, rid: str, kind: FeedKind, rev: int, op: str, actor: str, payload: dict[str, Any]
    ) -> int:
        head, salt = self.head(vid), secrets.token_hex(16)
        seq, now, said = head.seq + 1, self._now(), payload_digest(salt, payload)
        chained = link_hash(head.hash, seq, rid, rev, kind.value, op, actor, now, said)
        self.feeds[vid].append(
            FeedEntry(vid, seq, head.hash, chained, rid, rev, kind, op, actor, now, said, payload, salt)
        )
        return seq

    def whole(self, sha: str, data: bytes) -> None:
        """Keep a file whose bytes are all here and tell every record that speaks of it."""
        self.blobs[sha] = data
        for record in self.records.values():
            for value in record.fields.values():
                if value.partition(".")[0] == sha:
                    self._file_entry(record, value, sha)

    def _now(self) -> str:
        return iso(self.clock.now())


@dataclass
class TwinLine:
    """``Transport`` to a ``TwinServer`` for one laptop and, with ``user``, one person."""

    server: TwinServer
    device: str = ""
    user: str = ""

    def hello(self) -> Hello:
        server = self.server
        limits = Limits(
            max_ops=MAX_OPS,
            max_batch_bytes=MAX_BATCH_BYTES,
            max_body=MAX_BODY,
            max_file=MAX_FILE,
            max_chunk=MAX_CHUNK,
        )
        return travelled(
            Hello(
                proto=server.proto,
                min_app=server.min_app,
                epoch=server.epoch,
                now=iso(server.clock.now()),
                server_key=server.server_key,
                age_recipient=server.age[1],
                limits=limits,
                programs={},
                forms={},
                root=server.root,
            )
        )

    def order(self) -> OrderReply:
        return travelled(
            OrderReply(now=iso(self.server.clock.now()), order=self.server.orders.get(self.device))
        )

    def roots(self, after: str) -> RootsReply:
        return travelled(self.server.roots or RootsReply(now=iso(self.server.clock.now()), roots=[]))

    def form(self, program: str, form: str, version: str) -> FormReply:
        raise SidumbaError("wire.not_found")

    def enrol(self, request: EnrolRequest) -> EnrolReply:
        if self.server.codes.setdefault(request.code, request.device) != request.device:
            raise SidumbaError("auth.enrolment_code")
        server = self.server
        server.sealed_codes[request.device] = request.recovery_sealed
        return travelled(
            EnrolReply(
                device=request.device,
                epoch=server.epoch,
                now=iso(server.clock.now()),
                server_key=server.server_key,
                age_recipient=server.age[1],
                unit="63.11",
                office="Dinas",
            )
        )

    def session(self, request: SessionRequest) -> SessionReply:
        password, user = self.server.passwords.get(request.username, ("", ""))
        if not password or password != request.password:
            raise SidumbaError("auth.wrong_passphrase")
        now = iso(self.server.clock.now())
        return travelled(
            SessionReply(
                token="t",
                expires=now,
                now=now,
                user=user,
                username=request.username,
                name=user,
                position="",
                nip="",
                unit="63.11",
                unit_name="",
                lease_until=now,
                grants=[],
                scopes=self._scopes(),
                people={},
                periods={},
            )
        )

    def escrow(self, request: EscrowRequest) -> Done:
        return travelled(Done(now=iso(self.server.clock.now())))

    def push(self, request: PushRequest) -> PushReply:
        server, items = self.server, travelled(request).items
        if server.small_body and len(json.dumps(items)) > server.small_body:
            raise SidumbaError("wire.body_too_big", status=413)
        if any(item["op"] in server.poison for item in items):
            raise SidumbaError("wire.server_fault")
        answers = [server.take(item) for item in items]
        dseq = max([server.dseqs.get(self.device, 0), *(int(item["dseq"]) for item in items)])
        server.dseqs[self.device] = dseq
        server.receipts += 1
        return travelled(
            PushReply(
                epoch=server.epoch,
                now=iso(server.clock.now()),
                results=[AnswerMessage.of(a) for a in answers],
                heads={
                    vid: server.head(vid)
                    for vid in {str(item["vid"]) for item in items}
                    if vid in server.feeds
                },
                dseq=dseq,
                receipt=f"TT-{server.receipts:04d}",
            )
        )

    def access(self, request: AccessRequest) -> AccessReply:
        lines = travelled(request).lines
        self.server.accesses += [line for line in lines if line not in self.server.accesses]
        return travelled(AccessReply(now=iso(self.server.clock.now()), upto=lines[-1].n))

    def pull(self, request: PullRequest) -> PullReply:
        if not self.user:
            raise SidumbaError("auth.session_expired")
        server = self.server
        feeds = [
            self._page(vid, cursor, request.limit_bytes)
            for vid, cursor in travelled(request).cursors.items()
            if vid in server.scopes
        ]
        now = iso(server.clock.now())
        return travelled(
            PullReply(
                epoch=server.epoch,
                now=now,
                feeds=feeds,
                scopes=self._scopes(),
                lease_until=now,
                people=server.people,
                periods={},
            )
        )

    def _page(self, vid: str, cursor: HeadMessage, limit_bytes: int) -> FeedPage:
        feed, head = self.server.feeds[vid], self.server.head(vid)
        at = GENESIS if cursor.seq == 0 else (feed[cursor.seq - 1].hash if cursor.seq <= head.seq else "")
        if at != cursor.hash:
            return FeedPage(vid=vid, entries=[], head=head, more=False, rewound=True)
        entries: list[EntryMessage] = []
        size = 0
        for entry in feed[cursor.seq :]:
            message = EntryMessage.of(entry)
            size += len(message.model_dump_json())
            if entries and size > limit_bytes:
                break
            entries.append(message)
        return FeedPage(vid=vid, entries=entries, head=head, more=cursor.seq + len(entries) < head.seq)

    def history(self, vid: str, rid: str, after: int) -> HistoryReply:
        behind = [entry for entry in self.server.feeds[vid] if entry.rid == rid and entry.seq > after]
        entries = [EntryMessage.of(entry) for entry in behind]
        return travelled(HistoryReply(vid=vid, rid=rid, entries=entries, more=False))

    def snapshot(self, vid: str, after: str) -> SnapshotReply:
        server, head = self.server, self.server.head(vid)
        mine = sorted(
            (r for r in server.records.values() if r.vid == vid and r.rid > after), key=lambda r: r.rid
        )
        page = mine[:PAGE_RECORDS]
        rids = {record.rid for record in page}
        waiting = [
            e for e in server.feeds[vid] if e.kind is FeedKind.PROPOSAL and e.rid in rids and e.payload
        ]
        names = {v for r in page for v in r.fields.values() if v.partition(".")[0] in server.blobs}
        return travelled(
            SnapshotReply(
                vid=vid,
                epoch=server.epoch,
                seq=head.seq,
                hash=head.hash,
                files=sorted(names),
                records=[RecordMessage.of(record) for record in page],
                proposals=[ProposalMessage.of(entry) for entry in waiting],
                after=page[-1].rid if len(mine) > PAGE_RECORDS else "",
                total=sum(record.vid == vid for record in server.records.values()),
                left=len(mine) - len(page),
            )
        )

    def _scopes(self) -> list[ScopeMessage]:
        return [
            ScopeMessage(
                vid=vid,
                program=program,
                unit=unit,
                unit_name=name,
                seq=self.server.head(vid).seq,
                hash=self.server.head(vid).hash,
            )
            for vid, (program, unit, name) in self.server.scopes.items()
        ]

    def att_status(self, sha: str) -> AttStatus:
        if sha in self.server.blobs:
            size = len(self.server.blobs[sha])
            return travelled(AttStatus(sha=sha, done=True, offset=size, size=size))
        return travelled(
            AttStatus(
                sha=sha,
                done=False,
                offset=len(self.server.parts.get(sha, b"")),
                size=self.server.sizes.get(sha, 0),
            )
        )

    def att_write(self, sha: str, offset: int, total: int, chunk: bytes) -> AttStatus:
        part = self.server.parts.setdefault(sha, bytearray())
        self.server.sizes[sha] = total
        if offset != len(part):
            raise SidumbaError("wire.offset", offset=len(part))
        part += chunk
        self.server.bytes_taken += len(chunk)
        if len(part) >= total:
            data = bytes(self.server.parts.pop(sha))
            if sha256_hex(data) == sha:
                self.server.whole(sha, data)
        return self.att_status(sha)

    def att_read(self, sha: str, sink: Sink) -> None:
        if not self.user:
            raise SidumbaError("auth.session_expired")
        if sha not in self.server.blobs:
            raise SidumbaError("attachment.missing")
        sink(self.server.blobs[sha])
