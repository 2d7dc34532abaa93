"""A laptop that syncs over HTTP with a real server process, and what that server's own database says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from server_stub.store.audit import audit
from server_stub.store.database import Database
from sidumba_field.core.records import Op, Record
from sidumba_field.core.time import SystemClock
from sidumba_field.seal.signing import SigningKey
from sidumba_field.sync.engine import SyncReport
from sidumba_field.sync.http import HttpTransport
from sidumba_field.sync.transport import DeviceIdentity
from sidumba_field.wire.messages import HeadMessage
from tests.helpers.laptop import (
    VID,
    Laptop,
    assert_badge_is_true,
    assert_equal_to_server,
    assert_nothing_lost,
)

#: Runs of the sync after which two sides that can come together have come together.
RUNS = 4
#: How long a whole server may take for a reply on a machine that does something else as well.
PATIENT_S = 30.0


@dataclass
class Truth:
    """What the server's own database says of the village's scope."""

    records: dict[str, Record]
    ops: set[str]
    head_seq: int
    head_hash: str
    feed_ops: list[str]
    whole: set[str]
    faults: tuple[str, ...]
    #: (record, path) -> every value an entry ever told of it.
    told: dict[tuple[str, str], set[str]] = field(default_factory=dict)

    def head(self, vid: str) -> HeadMessage:
        assert vid == VID
        return HeadMessage(seq=self.head_seq, hash=self.head_hash)


def truth(database: Database) -> Truth:
    """Read everything of the village's scope and walk its chain."""
    with database.read() as work:
        scope = work.scopes.get(VID)
        assert scope is not None
        entries, _ = work.feed.page(VID, 0, 10**9)
        records = {record.rid: record for record in work.records.page(VID, "", 10_000)}
        known = {entry.op for entry in entries if entry.op and work.ops.answer(entry.op)}
        whole = set(work.files.whole())
    # A proposal is what an op did not do: one whose fields went in by half stands there twice.
    feed_ops = [entry.op for entry in entries if entry.kind.value not in ("file", "proposal")]
    told: dict[tuple[str, str], set[str]] = {}
    for entry in entries:
        for path, value in ((entry.payload or {}).get("set") or {}).items():
            told.setdefault((entry.rid, path), set()).add(value)
    faults = tuple(audit(database).faults)
    return Truth(records, known, scope.seq, scope.hash, feed_ops, whole, faults, told)


@dataclass(frozen=True)
class Seat:
    """An enrolled laptop and the person signed in on it, as plain values a process can be handed."""

    device: str
    inc: str
    secret: bytes
    token: str
    user: str
    user_secret: bytes

    def line(self, url: str, signed_in: bool = True, **options: Any) -> HttpTransport:
        identity = DeviceIdentity(self.device, self.inc, SigningKey(self.secret))
        return HttpTransport(url, identity, self.token if signed_in else None, **options)


@dataclass
class HttpLaptop(Laptop):
    """A laptop whose line leads to a real server. ``photos``: content of every file put on here, by its hash."""

    seat: Seat | None = None
    url: str = ""
    photos: dict[str, bytes] = field(default_factory=dict)

    @classmethod
    def at(cls, folder: Any, seat: Seat, url: str = "") -> HttpLaptop:
        return cls(folder, SystemClock(), None, seat.user, seat.device, seat=seat, url=url)  # type: ignore[arg-type]

    def line(self) -> Any:
        assert self.seat is not None
        return self.seat.line(self.url, timeouts=(5.0, PATIENT_S))

    def sync_over(self, url: str, read_s: float = 3.0) -> SyncReport:
        """One run over a line; ``read_s``: how long a reply may take, short where replies are lost on purpose."""
        assert self.seat is not None
        line = self.seat.line(url, timeouts=(5.0, read_s))
        try:
            return self.sync(line=line)
        finally:
            line.close()

    def photo(self, rid: str, path: str, data: bytes) -> str:
        name = super().photo(rid, path, data)
        self.photos[name.partition(".")[0]] = data
        return name

    def signed(self, op: Op) -> Op:
        """Sign a step with this person's own key of this laptop."""
        assert self.seat is not None
        return op.with_(sig=SigningKey(self.seat.user_secret).sign(op.decision_bytes()))

    def settle(self, url: str) -> SyncReport:
        """Sync over a clean line until nothing is left to do."""
        self.url = url
        for _ in range(RUNS):
            report = self.sync_over(url, PATIENT_S)
            if report.complete and not self.store.outbox.unsent() and not self.store.files.pending():
                return report
        told = [(problem.stage.value, problem.code, problem.item) for problem in report.problems]
        raise AssertionError(f"stuck: {told}, {self.store.outbox.unsent()} ops, {self.store.files.pending()}")

    def judge(self, found: Truth) -> None:
        """Nothing typed here is lost, the marks are true, and both sides hold the same."""
        self.server = found  # type: ignore[assignment]
        assert_nothing_lost(self)
        assert_badge_is_true(self)
        assert_equal_to_server(self)
        assert self.store.outbox.unsent() == 0

    def judge_files(self) -> None:
        """Every file that was put on here is whole on the server, byte by byte."""
        for sha, data in self.photos.items():
            read: list[bytes] = []
            self.line().att_read(sha, read.append)
            assert b"".join(read) == data, sha


def judge_server(found: Truth, made: set[str], tried: Callable[[], str]) -> None:
    """Nothing doubled, no chain broken, and every record there once."""
    assert found.faults == (), tried()
    edits = Counter(found.feed_ops)
    assert [op for op, times in edits.items() if op and times > 1] == [], f"an op acted twice: {tried()}"
    assert set(found.records) == made, tried()


def judge_all(found: Truth, laptops: list[HttpLaptop], made: set[str], tried: Callable[[], str]) -> None:
    """Hold a server against all its laptops: nothing lost, nothing doubled, no chain broken."""
    judge_server(found, made, tried)
    for laptop in laptops:
        laptop.judge(found)
        laptop.judge_files()
        assert {photo for photo in laptop.photos if photo not in found.whole} == set(), tried()
