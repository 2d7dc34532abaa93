"""A laptop for sync tests: a real encrypted store and shelf, a person who types, and a ledger of all that was typed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sidumba_field.attachments import Shelf
from sidumba_field.core.ids import derived_id, new_id
from sidumba_field.core.records import Op, OpKind, OutboxState, Record
from sidumba_field.core.time import Clock, iso
from sidumba_field.store import LocalRecord, Mark, Store, open_store
from sidumba_field.sync.engine import SyncEngine, SyncReport
from sidumba_field.sync.stages import go_on, nothing_wanted
from sidumba_field.sync.transport import SyncIdentity, Transport
from tests.helpers.twin import TwinLine, TwinServer

PROGRAM, FORM, FORM_V = "sidumba", "umkm", "1"
DESA = "63.11.02.2005"
VID = derived_id("scope", PROGRAM, DESA)
KEY = bytes(range(32))


def person(name: str) -> str:
    """Return the user id of somebody by name."""
    return derived_id("user", name)


@dataclass
class Laptop:
    """``typed``: rid -> path -> last value typed here. ``line(transport)`` may wrap the line with faults."""

    folder: Path
    clock: Clock
    server: TwinServer
    user: str
    device: str = ""
    store: Store = field(init=False)
    shelf: Shelf = field(init=False)
    typed: dict[str, dict[str, str]] = field(default_factory=dict)
    wanted: Callable[[], Sequence[str]] = nothing_wanted

    def __post_init__(self) -> None:
        self.device = self.device or derived_id("device", self.user, str(self.folder))
        self.open()

    def open(self) -> None:
        self.store = open_store(self.folder, KEY, self.clock)
        self.shelf = Shelf(self.folder / "attachments", KEY)

    def restart(self) -> None:
        """Die and come back: the connection goes without another word, the folder stays."""
        self.store.close()
        self.open()

    # ---- typing --------------------------------------------------------------------------------------------------

    def begin(self, **answers: str) -> str:
        """Begin a record, type ``answers``, hand it over; return its id."""
        rid = new_id(self.clock)
        blank = Record(rid, VID, PROGRAM, "record", FORM, FORM_V, "draf", 0, {}, {}, owner=self.user)
        self.store.records.create(blank)
        self.type(rid, **answers)
        self.send(rid)
        return rid

    def type(self, rid: str, **answers: str) -> None:
        self.store.records.answer(rid, dict(answers))
        self.typed.setdefault(rid, {}).update(answers)

    def send(self, rid: str) -> Op | None:
        """Seal what was typed into an op."""
        return self.store.records.seal(rid, self.user, iso(self.clock.now()), new_id(self.clock))

    def photo(self, rid: str, path: str, data: bytes) -> str:
        stored = self.shelf.add(data, "jpg")
        self.store.files.add(stored, rid, path)
        self.type(rid, **{path: stored.name})
        return stored.name

    def step(self, rid: str, command: str, to: str, **remarks: str) -> Op:
        """Take a workflow step on what is seen here."""
        seen = self.record(rid)
        base = seen.base
        reviewing = bool(remarks) and base is not None
        op = Op(
            op=new_id(self.clock),
            vid=VID,
            rid=rid,
            kind=OpKind.TRANSITION,
            program=PROGRAM,
            subject="record",
            form=FORM,
            form_v=FORM_V,
            by=self.user,
            at=iso(self.clock.now()),
            command=command,
            expect_state=seen.state,
            expect_rev=base.rev if base is not None and reviewing else 0,
            content_sha256=base.content_sha256 if base is not None and reviewing else "",
            remarks=remarks,
        )
        return self.store.records.queue(self.signed(op), to)

    def signed(self, op: Op) -> Op:
        """Return a step as it is queued; servers in memory ask for no signature."""
        return op

    # ---- syncing -------------------------------------------------------------------------------------------------

    def line(self) -> TwinLine:
        return TwinLine(self.server, self.device, self.user)

    def sync(
        self, line: Transport | None = None, stop: Callable[[], bool] = go_on, user: str | None = None
    ) -> SyncReport:
        who = SyncIdentity(self.device, self.store.incarnation, self.user if user is None else user)
        engine = SyncEngine(self.store, line or self.line(), self.shelf, self.clock, who, self.wanted)
        return engine.run(stop)

    # ---- looking -------------------------------------------------------------------------------------------------

    def record(self, rid: str) -> LocalRecord:
        found = self.store.records.get(rid)
        assert found is not None
        return found

    def all(self) -> list[LocalRecord]:
        rows = self.store.records.find(PROGRAM, limit=10_000)
        return [self.record(row.rid) for row in rows]


def assert_nothing_lost(laptop: Laptop) -> None:
    """Everything ever typed here is still here: shown, one side of a difference, or in the history under a later
    answer of somebody who had seen it."""
    for rid, answers in laptop.typed.items():
        shown = laptop.record(rid).fields
        kept = laptop.store.records.proposals(rid)
        for path, value in answers.items():
            beside = {proposal.set.get(path) for proposal in kept}
            beside |= {
                (entry.payload or {}).get("set", {}).get(path) for entry in laptop.store.records.history(rid)
            }
            assert shown.get(path) == value or value in beside, f"{path}={value!r} of {rid} is gone"


def assert_nothing_doubled(server: TwinServer) -> None:
    """Every op acted once, every feed is gap-free, and no revision of a record happened twice."""
    assert len(server.seen_ops) == len(set(server.seen_ops))
    for feed in server.feeds.values():
        assert [entry.seq for entry in feed] == list(range(1, len(feed) + 1))
        revs = [
            (entry.rid, entry.rev)
            for entry in feed
            if entry.kind.value in ("edit", "transition", "tombstone")
        ]
        assert len(revs) == len(set(revs))


def assert_badge_is_true(laptop: Laptop) -> None:
    """What a record's mark and the truth bar claim is what the outbox and the server hold."""
    rows = laptop.store.outbox.rows(10_000)
    open_rids = {row.rid for row in rows if row.state in (OutboxState.QUEUED, OutboxState.INFLIGHT)}
    records = laptop.all()
    for record in records:
        if record.mark is Mark.RECEIVED:
            assert record.rid not in open_rids
            assert not record.draft
            assert all(row.op in laptop.server.ops for row in rows if row.rid == record.rid)
        if record.rid in open_rids:
            assert record.mark in (Mark.WAITING, Mark.LAPTOP, Mark.FAILED, Mark.DIFFERING)
    counts = laptop.store.counts()
    marks = [record.mark for record in records]
    assert counts.waiting == marks.count(Mark.WAITING)
    assert counts.received == marks.count(Mark.RECEIVED)


def assert_equal_to_server(laptop: Laptop) -> None:
    """Every record of the server is here with the same content, state and revision, and every cursor at its head."""
    for rid, truth in laptop.server.records.items():
        base = laptop.record(rid).base
        assert base is not None
        assert (base.rev, base.state, base.content_sha256) == (truth.rev, truth.state, truth.content_sha256)
    for scope in laptop.store.scopes.all():
        head = laptop.server.head(scope.vid)
        assert (scope.seq, scope.hash) == (head.seq, head.hash)
