"""One suite, two lines: what every server of protocol 1 does, over HTTP to a real process and in memory.

What is pinned here the engine relies on; a line that passes can be put under it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from sidumba_field.core.canonical import sha256_hex
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.ids import derived_id, new_id
from sidumba_field.core.records import GENESIS, FeedEntry, Op, OpKind, OpStatus, entry_hash, payload_digest
from sidumba_field.core.time import FixedClock, SystemClock, iso
from sidumba_field.sync.transport import Transport
from sidumba_field.wire.messages import HeadMessage, PullReply, PullRequest, PushReply, PushRequest
from tests.helpers.laptop import DESA, FORM, FORM_V, PROGRAM, VID, person
from tests.helpers.offices import START, new_server
from tests.helpers.real_server import Member, RealServer, join, running
from tests.helpers.twin import TwinLine

CLOCK = SystemClock()


@dataclass
class Line:
    """A line with a signed-in person, the same without him, and who they are."""

    transport: Transport
    unsigned: Transport
    device: str
    inc: str
    user: str
    dseq: int = 0

    def op(self, rid: str, base_rev: int = 0, **answers: str) -> Op:
        self.dseq += 1
        return Op(
            new_id(CLOCK), VID, rid, OpKind.EDIT, PROGRAM, "record", FORM, FORM_V, self.user, iso(CLOCK.now()),
            dseq=self.dseq, base_rev=base_rev, set=dict(answers),
        )  # fmt: skip

    def push(self, *ops: Op, unsigned: bool = False) -> PushReply:
        line = self.unsigned if unsigned else self.transport
        epoch = line.hello().epoch
        items = [op.payload() for op in ops]
        return line.push(PushRequest(proto=1, epoch=epoch, device=self.device, inc=self.inc, items=items))

    def pull(self, cursor: HeadMessage, limit_bytes: int = 256 * 1024) -> PullReply:
        epoch = self.transport.hello().epoch
        return self.transport.pull(
            PullRequest(proto=1, epoch=epoch, cursors={VID: cursor}, limit_bytes=limit_bytes)
        )

    def entries(self, limit_bytes: int = 256 * 1024) -> list[FeedEntry]:
        """Read the whole feed page by page."""
        cursor, found = HeadMessage(seq=0, hash=GENESIS), []
        while True:
            page = next(page for page in self.pull(cursor, limit_bytes).feeds if page.vid == VID)
            found += [message.to_entry(VID) for message in page.entries]
            if not page.more:
                return found
            cursor = HeadMessage(seq=found[-1].seq, hash=found[-1].hash)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    with running(tmp_path_factory.mktemp("server")) as real:
        yield real


@pytest.fixture(scope="module")
def member(server: RealServer) -> Member:
    return join(server, "petugas")


@pytest.fixture(params=["in memory", "http"])
def line(request: pytest.FixtureRequest) -> Iterator[Line]:
    if request.param == "in memory":
        twin, user = new_server(FixedClock(START)), person("Hasanah")
        device = derived_id("device", "suite")
        yield Line(TwinLine(twin, device, user), TwinLine(twin, device), device, new_id(CLOCK), user)
        return
    real: RealServer = request.getfixturevalue("server")
    me: Member = request.getfixturevalue("member")
    signed, unsigned = me.line(real.url), me.line(real.url, signed_in=False)
    yield Line(signed, unsigned, me.laptop.device, me.laptop.inc, me.user, dseq=int(CLOCK.monotonic() * 1000))
    signed.close()
    unsigned.close()


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(SidumbaError) as caught:
        call()
    return caught.value.code


def test_hello_names_protocol_epoch_key_and_limits(line: Line) -> None:
    said = line.transport.hello()
    assert 1 in said.proto
    assert said.epoch
    assert len(said.server_key) == 64
    assert 0 < said.limits.max_ops <= 200
    assert line.transport.hello().epoch == said.epoch


def test_an_op_is_answered_and_its_repetition_gets_the_same_answer(line: Line) -> None:
    op = line.op(new_id(CLOCK), nama="Warung Acil")
    first = line.push(op).results[0]
    assert (first.st, first.rev, first.op) == (OpStatus.APPLIED, 1, op.op)
    assert line.push(op).results[0] == first
    assert line.push(op, op).results == [first, first]


def test_the_same_id_with_other_content_is_refused(line: Line) -> None:
    op = line.op(new_id(CLOCK), nama="Warung Acil")
    line.push(op)
    answer = line.push(op.with_(set={"nama": "Warung Lain"})).results[0]
    assert (answer.st, answer.code) == (OpStatus.REJECTED, "op.id_reused")
    assert line.push(op).results[0].st is OpStatus.APPLIED


def test_every_op_of_a_batch_has_its_own_answer(line: Line) -> None:
    rids = [new_id(CLOCK) for _ in range(3)]
    reply = line.push(*(line.op(rid, nama=rid[:8]) for rid in rids))
    assert [answer.st for answer in reply.results] == [OpStatus.APPLIED] * 3
    assert reply.receipt.startswith("TT-")
    assert reply.heads[VID].seq >= 3


def test_disjoint_fields_merge_and_equal_fields_clash_visibly(line: Line) -> None:
    rid = new_id(CLOCK)
    line.push(line.op(rid, nama="Warung Acil", alamat="a"))
    line.push(line.op(rid, 1, alamat="b"))
    assert line.push(line.op(rid, 1, nama="Warung Baru")).results[0].st is OpStatus.MERGED
    clash = line.push(line.op(rid, 1, alamat="c")).results[0]
    assert (clash.st, clash.conflicts) == (OpStatus.CONFLICT, ["alamat"])
    mine = [entry for entry in line.entries() if entry.rid == rid]
    assert [entry.kind.value for entry in mine] == ["edit", "edit", "edit", "proposal"]
    assert (mine[-1].payload or {})["set"] == {"alamat": "c"}


def test_pushing_needs_the_laptop_only_and_pulling_the_person(line: Line) -> None:
    assert (
        line.push(line.op(new_id(CLOCK), nama="Tanpa masuk"), unsigned=True).results[0].st is OpStatus.APPLIED
    )
    start = PullRequest(proto=1, epoch=line.unsigned.hello().epoch, cursors={})
    assert code_of(lambda: line.unsigned.pull(start)) == "auth.session_expired"


@pytest.mark.parametrize("limit_bytes", [1_024, 256 * 1024])
def test_the_feed_is_gap_free_and_chained_whatever_the_page(line: Line, limit_bytes: int) -> None:
    for n in range(4):
        line.push(line.op(new_id(CLOCK), nama=f"Warung {n}", alamat="x" * 300))
    entries = line.entries(limit_bytes)
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    link = GENESIS
    for entry in entries:
        assert entry.prev == link
        assert entry_hash(entry) == entry.hash
        if entry.payload is not None:
            assert payload_digest(entry.salt, entry.payload) == entry.payload_digest
        link = entry.hash


def test_a_cursor_the_server_does_not_know_is_told_as_rewound(line: Line) -> None:
    line.push(line.op(new_id(CLOCK), nama="Warung"))
    head = next(scope for scope in line.pull(HeadMessage(seq=0, hash=GENESIS)).scopes if scope.vid == VID)
    assert (head.program, head.unit) == (PROGRAM, DESA)
    for cursor in (
        HeadMessage(seq=head.seq, hash="ab" * 32),
        HeadMessage(seq=head.seq + 50, hash=head.hash),
        HeadMessage(seq=1, hash="cd" * 32),
    ):
        page = line.pull(cursor).feeds[0]
        assert (page.rewound, page.entries) == (True, [])
    assert not line.pull(HeadMessage(seq=head.seq, hash=head.hash)).feeds[0].rewound


def test_a_snapshot_holds_what_the_feed_says(line: Line) -> None:
    rids = {new_id(CLOCK) for _ in range(5)}
    line.push(*(line.op(rid, nama=rid[:8]) for rid in rids))
    records, after = {}, ""
    while True:
        page = line.transport.snapshot(VID, after)
        records |= {message.rid: message for message in page.records}
        after = page.after
        if not after:
            break
    assert rids <= set(records)
    assert all(records[rid].fields == {"nama": rid[:8]} for rid in rids)
    assert page.seq == line.entries()[-1].seq


def test_a_file_goes_up_in_chunks_from_where_the_server_stands(line: Line) -> None:
    data = os.urandom(100_000)
    sha, half = sha256_hex(data), 65_536
    assert (line.transport.att_status(sha).done, line.transport.att_status(sha).offset) == (False, 0)
    assert line.transport.att_write(sha, 0, len(data), data[:half]).offset == half
    assert code_of(lambda: line.transport.att_write(sha, 0, len(data), data[:half])) == "wire.offset"
    assert code_of(lambda: line.transport.att_write(sha, 99_999, len(data), data[99_999:])) == "wire.offset"
    assert line.transport.att_status(sha).offset == half
    assert line.transport.att_write(sha, half, len(data), data[half:]).done
    done = line.transport.att_status(sha)
    assert (done.done, done.size) == (True, len(data))


def test_a_file_is_read_by_those_who_may_read_a_record_with_it(line: Line) -> None:
    data = os.urandom(5_000)
    sha = sha256_hex(data)
    line.transport.att_write(sha, 0, len(data), data)
    line.push(line.op(new_id(CLOCK), foto=f"{sha}.jpg"))
    pieces: list[bytes] = []
    line.transport.att_read(sha, pieces.append)
    assert b"".join(pieces) == data
    assert (
        code_of(lambda: line.transport.att_read(sha256_hex(b"lain"), pieces.append)) == "attachment.missing"
    )
    told = [entry for entry in line.entries() if entry.kind.value == "file"]
    assert {(entry.payload or {})["sha"] for entry in told} >= {sha}
