"""A laptop's store and a tiny honest server for store tests: it merges with core, keeps a real chain, repeats answers.

The server here is a few lines on purpose: an oracle whose every step can be read, not a copy of ``server_stub``.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sidumba_field.core.ids import derived_id, new_id
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
    entry_hash,
    payload_digest,
)
from sidumba_field.core.time import FixedClock, iso
from sidumba_field.store import Store, open_store
from sidumba_field.wire.messages import HeadMessage, ProposalMessage, RecordMessage, SnapshotReply

VID = derived_id("scope", "kopi", "63.11.02.2005")
ANI, BUDI = derived_id("user", "ani"), derived_id("user", "budi")
KEY = bytes(range(32))
START = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
EPOCH = "e1"


def clock() -> FixedClock:
    return FixedClock(START)


def begin(folder: Path, at: FixedClock | None = None, key: bytes = KEY) -> Store:
    """Return an open store that follows the one village scope."""
    store = open_store(folder, key, at or clock())
    store.scopes.upsert(VID, "kopi", "63.11.02.2005", "Desa Mampari")
    return store


def record(at: FixedClock, fields: Mapping[str, str] | None = None, **changes: Any) -> Record:
    """Return a record as the entry service begins it."""
    values: dict[str, Any] = {
        "rid": new_id(at),
        "vid": VID,
        "program": "kopi",
        "subject": "record",
        "form": "kebun",
        "form_v": "1",
        "state": "draf",
        "rev": 0,
        "fields": {"@period": "2026", **(fields or {})},
        "field_revs": {},
        "owner": ANI,
        "period": "2026",
        "created_at": iso(at.now()),
    }
    return Record(**{**values, **changes})


def transition(at: FixedClock, found: Any, command: str, **changes: Any) -> Op:
    """Return a step on a ``LocalRecord``, as the review service builds it (unsigned)."""
    return Op(
        op=new_id(at),
        vid=found.vid,
        rid=found.rid,
        kind=OpKind.TRANSITION,
        program=found.program,
        subject=found.subject,
        form=found.form,
        form_v=found.form_v,
        by=ANI,
        at=iso(at.now()),
        command=command,
        expect_state=found.state,
        expect_rev=found.base_rev,
    ).with_(**changes)


@dataclass
class Server:
    """One scope: records, chain, answers by op id."""

    clock: FixedClock = field(default_factory=clock)
    vid: str = VID
    records: dict[str, Record] = field(default_factory=dict)
    entries: list[FeedEntry] = field(default_factory=list)
    answers: dict[str, OpAnswer] = field(default_factory=dict)
    steps: Mapping[str, str] = field(default_factory=dict)
    salts: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    # -------------------------------------------------------------------------------------------------------- feed
    def add(
        self, rid: str, rev: int, kind: FeedKind, op: str, payload: dict[str, Any], actor: str = ANI
    ) -> FeedEntry:
        salt = f"{next(self.salts):032x}"
        blank = FeedEntry(
            vid=self.vid,
            seq=len(self.entries) + 1,
            prev=self.entries[-1].hash if self.entries else GENESIS,
            hash="",
            rid=rid,
            rev=rev,
            kind=kind,
            op=op,
            actor=actor,
            server_time=iso(self.clock.now()),
            payload_digest=payload_digest(salt, payload),
            payload=payload,
            salt=salt,
        )
        entry = replace(blank, hash=entry_hash(blank))
        self.entries.append(entry)
        return entry

    @property
    def head(self) -> HeadMessage:
        last = self.entries[-1] if self.entries else None
        return HeadMessage(seq=last.seq if last else 0, hash=last.hash if last else GENESIS)

    # -------------------------------------------------------------------------------------------------------- push
    def push(self, op: Op) -> OpAnswer:
        """Answer as the protocol says; the same id gets the stored answer again."""
        if op.op not in self.answers:
            decide = self._edit if op.kind is OpKind.EDIT else self._step
            self.answers[op.op] = decide(op)
        return self.answers[op.op]

    def _edit(self, op: Op) -> OpAnswer:
        old = self.records.get(op.rid)
        if old is None:
            if op.base_rev:
                return OpAnswer(op.op, OpStatus.REJECTED, code="op.unknown_record")
            fields = apply({}, op.set)
            return self._write(op, self._blank(op, fields), fields, OpStatus.APPLIED)
        if old.state not in ("draf", "dikembalikan"):
            return self._propose(op, old, dict(op.set), OpStatus.HELD, "held")
        merge = three_way(op.base_rev, op.set, old.fields, old.field_revs)
        if not merge.applied and merge.clashes:
            return self._propose(op, old, dict(merge.clashes), OpStatus.CONFLICT, "conflict")
        rev = old.rev + 1
        new = replace(
            old,
            rev=rev,
            fields=apply(old.fields, merge.applied),
            field_revs={**old.field_revs, **dict.fromkeys(merge.applied, rev)},
        )
        st = OpStatus.APPLIED if op.base_rev == old.rev else OpStatus.MERGED
        answer = self._write(op, new, dict(merge.applied), st)
        if merge.clashes:
            return self._propose(op, new, dict(merge.clashes), OpStatus.CONFLICT, "conflict")
        return answer

    def _blank(self, op: Op, fields: Mapping[str, str]) -> Record:
        return record(
            self.clock,
            rid=op.rid,
            rev=1,
            owner=op.by,
            field_revs=dict.fromkeys(fields, 1),
            form_v=op.form_v,
            created_at=iso(self.clock.now()),
        )

    def _write(self, op: Op, new: Record, change: dict[str, Any], st: OpStatus) -> OpAnswer:
        new = replace(new, fields=dict(new.fields) if new.rev > 1 else change)
        new = replace(new, authors=new.authors | {op.by}, changed_at=iso(self.clock.now()))
        self.records[op.rid] = new
        payload: dict[str, Any] = {
            "command": "ubah" if new.rev > 1 else "buat",
            "program": new.program,
            "subject": new.subject,
            "form": new.form,
            "form_v": new.form_v,
            "set": change,
            "state": new.state,
            "owner": new.owner,
            "period": new.period,
            "authors_add": op.by,
            "by_name": "Ani",
            "at": op.at,
            "flags": [],
        }
        entry = self.add(op.rid, new.rev, FeedKind.EDIT, op.op, payload, op.by)
        return OpAnswer(op.op, st, rev=new.rev, seq=entry.seq)

    def _propose(self, op: Op, now: Record, waiting: dict[str, Any], st: OpStatus, reason: str) -> OpAnswer:
        payload = {
            "op": op.op,
            "set": waiting,
            "was": {path: op.was.get(path) for path in waiting},
            "reason": reason,
            "base_rev": op.base_rev,
            "by": op.by,
            "by_name": "Ani",
            "at": op.at,
        }
        entry = self.add(op.rid, now.rev, FeedKind.PROPOSAL, op.op, payload, op.by)
        return OpAnswer(op.op, st, rev=now.rev, seq=entry.seq, conflicts=tuple(sorted(waiting)))

    def _step(self, op: Op) -> OpAnswer:
        old = self.records.get(op.rid)
        if old is None or op.command not in self.steps:
            return OpAnswer(op.op, OpStatus.REJECTED, code="op.not_allowed")
        if old.state != op.expect_state:
            return OpAnswer(
                op.op, OpStatus.CONFLICT, rev=old.rev, code="op.stale_state", params={"state": old.state}
            )
        return self.step(op.rid, self.steps[op.command], op.op, op.remarks)

    def step(self, rid: str, to: str, op: str, remarks: Mapping[str, str] | None = None) -> OpAnswer:
        """Move a record, as a decision that came from anywhere."""
        old = self.records[rid]
        raised = [
            {
                "id": f"{op}.{n}",
                "path": path,
                "text": text,
                "by": BUDI,
                "by_name": "Budi",
                "at": "",
                "rev": old.rev + 1,
            }
            for n, (path, text) in enumerate(sorted((remarks or {}).items()))
        ]
        self.records[rid] = replace(old, state=to, rev=old.rev + 1, changed_at=iso(self.clock.now()))
        payload = {
            "command": "langkah",
            "program": old.program,
            "subject": old.subject,
            "from": old.state,
            "to": to,
            "role": "petugas",
            "acting_for": "",
            "remark": "",
            "remarks": raised,
            "assignee": "",
            "owner": old.owner,
            "period": old.period,
            "content_sha256": "",
            "expect_rev": 0,
            "sig": "",
            "by_name": "Budi",
            "at": "",
        }
        entry = self.add(rid, old.rev + 1, FeedKind.TRANSITION, op, payload, BUDI)
        return OpAnswer(op, OpStatus.APPLIED, rev=old.rev + 1, seq=entry.seq)

    # ---------------------------------------------------------------------------------------------- a laptop's sync
    def exchange(self, store: Store, lose_reply: bool = False) -> list[OpAnswer]:
        """Push until nothing is left to send; with ``lose_reply`` the server keeps the first batch, the laptop not."""
        given: list[OpAnswer] = []
        while batch := store.outbox.next_batch(50, 1 << 20):
            answers = [self.push(op) for op in batch]
            if lose_reply:
                store.outbox.requeue_inflight()
                return given
            store.outbox.apply_answers(answers, {self.vid: self.head}, "TT-0001")
            given += answers
        return given

    def pull(self, store: Store, limit: int = 1_000) -> None:
        scope = store.scopes.get(self.vid)
        assert scope is not None
        store.feed.apply_page(self.vid, self.entries[scope.seq : scope.seq + limit], self.head)

    def snapshot(self, files: list[str] | None = None) -> SnapshotReply:
        return SnapshotReply(
            vid=self.vid,
            epoch=EPOCH,
            seq=self.head.seq,
            hash=self.head.hash,
            records=[RecordMessage.of(found) for found in self.records.values()],
            files=files or [],
            proposals=[
                ProposalMessage.of(e) for e in self.entries if e.kind is FeedKind.PROPOSAL and e.payload
            ],
            after="",
        )
