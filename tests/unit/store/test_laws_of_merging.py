"""Laws over any order of events on two laptops: nothing lost, nothing silently overwritten, no false difference.

Answers, sealing, pushes, lost replies, small pulls, restarts; the server is the oracle of tests.helpers.ledger.
"""

from __future__ import annotations

import copy
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidumba_field.core.ids import new_id
from sidumba_field.core.records import Op, OpKind, OpStatus
from sidumba_field.core.time import FixedClock, iso
from sidumba_field.store import Mark, Store, database
from tests.helpers.ledger import ANI, BUDI, VID, Server, begin, clock, record

LAPTOP = st.integers(0, 1)
PATH = st.sampled_from(["a", "b"])
ROWS = st.sampled_from(["r[x]", "r[x]/n", "r[y]", "r[y]/n", "a"])
STEP = st.one_of(
    st.tuples(st.just("answer"), LAPTOP, PATH),
    st.tuples(st.just("answer"), LAPTOP, PATH),
    st.tuples(st.just("send"), LAPTOP, PATH),
    st.tuples(st.just("send"), LAPTOP, PATH),
    st.tuples(st.just("seal"), LAPTOP, st.none()),
    st.tuples(st.just("push-one"), LAPTOP, st.none()),
    st.tuples(st.just("push-lost"), LAPTOP, st.none()),
    st.tuples(st.just("pull"), LAPTOP, st.integers(1, 3)),
    st.tuples(st.just("restart"), LAPTOP, st.none()),
)


class World:
    """Two laptops, one server, and a ledger of its own about who had seen what when he answered."""

    def __init__(self, folder: Path, seed: World | None = None) -> None:
        self.folder = folder
        self.at: FixedClock
        self.server: Server
        self.rid: str
        self.users = [ANI, BUDI]
        self.count = 0
        #: laptop -> path -> revision pulled when the answer that has not left yet was begun
        self.loose: list[dict[str, int]] = [{}, {}]
        #: path -> (revision, laptop) of every write the server took
        self.writes: dict[str, list[tuple[int, int]]] = {}
        self.sent: dict[str, dict[str, int]] = {}
        self.judged: set[str] = set()
        if seed is not None:
            # One record both laptops have pulled; copying it is much faster than making it again.
            shutil.copytree(seed.folder, folder, dirs_exist_ok=True)
            self.at, self.server, self.rid = seed.at, copy.deepcopy(seed.server), seed.rid
            self.writes, self.sent = copy.deepcopy(seed.writes), copy.deepcopy(seed.sent)
            self.judged = set(seed.judged)
            self.stores = [begin(folder / str(n), self.at) for n in range(2)]
            return
        self.at = clock()
        self.server = Server(self.at)
        self.stores = [begin(folder / str(n), self.at) for n in range(2)]
        self.rid = self.stores[0].records.create(record(self.at, {"a": "0"})).rid
        self.seal(0)
        self.push(0)
        for n in range(2):
            self.server.pull(self.stores[n])

    def answer(self, n: int, path: str) -> None:
        self.count += 1
        found = self.stores[n].records.get(self.rid)
        assert found is not None
        self.loose[n].setdefault(path, found.base_rev)
        value = None if self.count % 5 == 0 else f"{n}.{self.count}"
        self.stores[n].records.answer(self.rid, {path: value})

    def seal(self, n: int) -> None:
        self.stores[n].records.seal(self.rid, self.users[n], iso(self.at.now()), new_id(self.at))
        still = self.stores[n].records.get(self.rid)
        assert still is not None
        if not still.pending:
            # Typed and taken back: there is nothing that could leave.
            self.loose[n].clear()

    def push(self, n: int, rounds: int = 20, lose: bool = False) -> None:
        store = self.stores[n]
        for _ in range(rounds):
            batch = store.outbox.next_batch(10, 1 << 20)
            if not batch:
                return
            answers = []
            for op in batch:
                if op.op not in self.sent:
                    self.sent[op.op] = {path: self.loose[n].pop(path, 0) for path in op.set}
                before = dict(self.server.records[self.rid].fields) if self.server.records else {}
                answers.append(self.server.push(op))
                self.judge(n, op, before)
            if lose:
                store.outbox.requeue_inflight()
                return
            store.outbox.apply_answers(answers, {VID: self.server.head}, "TT-0001")

    def judge(self, n: int, op: Op, before: dict[str, str]) -> None:
        """Hold the server's decision against what this laptop had seen: the product's own base must have been right."""
        if op.op in self.judged:
            return
        self.judged.add(op.op)
        answer = self.server.answers[op.op]
        assert answer.st in (OpStatus.APPLIED, OpStatus.MERGED, OpStatus.CONFLICT)
        for path, value in op.set.items():
            seen = self.sent[op.op][path]
            foreign = [rev for rev, by in self.writes.get(path, []) if by != n and rev > seen]
            clashes = path in answer.conflicts
            if clashes:
                assert foreign, f"false difference on {path}: nobody else wrote it since {seen}"
            elif (value or "") != before.get(path, ""):
                assert not foreign, (
                    f"silent overwrite of {path}: written by another at {foreign}, seen {seen}"
                )
            if not clashes:
                self.writes.setdefault(path, []).append((answer.rev, n))

    def restart(self, n: int) -> None:
        self.stores[n].close()
        self.stores[n] = begin(self.folder / str(n), self.at)
        self.stores[n].outbox.requeue_inflight()

    def settle(self) -> None:
        for _ in range(3):
            for n in range(2):
                self.seal(n)
                self.push(n)
                self.server.pull(self.stores[n])

    def equal(self) -> None:
        truth = self.server.records[self.rid]
        for store in self.stores:
            found = store.records.get(self.rid)
            assert found is not None
            assert found.base is not None
            assert dict(found.fields) == truth.fields
            assert found.base.content_sha256 == truth.content_sha256
            assert (found.rev, found.base_rev, found.pending) == (truth.rev, truth.rev, 0)
            assert found.mark is (Mark.DIFFERING if open_proposals(store, self.rid) else Mark.RECEIVED)

    def nothing_lost(self) -> None:
        """Every value that ever left is in the record, was overwritten by one who had seen it, or is a proposal."""
        kinds = {entry.op for entry in self.server.entries}
        assert self.judged <= kinds
        for store in self.stores:
            kept = {proposal.op for proposal in store.records.proposals(self.rid)}
            waiting = {op for op, answer in self.server.answers.items() if answer.conflicts}
            assert waiting == kept

    def close(self) -> None:
        for store in self.stores:
            store.close()


def open_proposals(store: Store, rid: str) -> list[str]:
    return [proposal.op for proposal in store.records.proposals(rid) if proposal.open]


def play(world: World, steps: list[tuple[str, int, object]]) -> None:
    for what, n, detail in steps:
        if what == "answer":
            world.answer(n, str(detail))
        elif what == "send":
            world.answer(n, str(detail))
            world.seal(n)
            world.push(n)
        elif what == "seal":
            world.seal(n)
        elif what == "pull":
            assert isinstance(detail, int)
            world.server.pull(world.stores[n], detail)
        elif what == "restart":
            world.restart(n)
        else:
            world.push(n, rounds=1 if what == "push-one" else 20, lose=what == "push-lost")


@pytest.fixture(scope="module", autouse=True)
def quick_disk() -> Iterator[None]:
    """These laws are about order, not about power cuts: waiting for the disk would only make them slow."""
    patch = pytest.MonkeyPatch()
    quick = tuple(pragma.replace("= FULL", "= OFF") for pragma in database._PRAGMAS)
    patch.setattr(database, "_PRAGMAS", quick)
    yield
    patch.undo()


@pytest.fixture(scope="module")
def seed(tmp_path_factory: pytest.TempPathFactory, quick_disk: None) -> World:
    world = World(tmp_path_factory.mktemp("seed"))
    world.close()
    return world


@pytest.fixture
def world(tmp_path: Path, seed: World) -> Iterator[World]:
    made = World(tmp_path, seed)
    yield made
    made.close()


@given(steps=st.lists(STEP, min_size=6, max_size=16))
@settings(max_examples=30)
def test_any_order_ends_equal_with_every_true_clash_visible(
    seed: World, steps: list[tuple[str, int, object]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder), seed)
        try:
            play(world, steps)
            world.settle()
            world.equal()
            world.nothing_lost()
        finally:
            world.close()


@given(steps=st.lists(st.one_of(STEP, st.tuples(st.just("answer"), LAPTOP, ROWS)), min_size=4, max_size=16))
@settings(max_examples=10)
def test_rows_that_come_and_go_end_equal_too(seed: World, steps: list[tuple[str, int, object]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder), seed)
        world.judge = lambda n, op, before: None  # type: ignore[method-assign]
        try:
            play(world, steps)
            world.settle()
            world.equal()
        finally:
            world.close()


def test_a_merged_answer_still_lets_the_others_change_be_seen(world: World) -> None:
    """The trap of filling the base revision blindly: between base and answer somebody else wrote another field."""
    world.answer(0, "a")
    world.seal(0)
    [first] = world.stores[0].outbox.next_batch(10, 10_000)
    world.answer(0, "b")
    world.seal(0)
    world.stores[0].outbox.requeue_inflight()
    world.answer(1, "b")
    world.seal(1)
    world.push(1)
    world.push(0)
    assert world.server.answers[first.op].st is OpStatus.MERGED
    assert [answer.conflicts for answer in world.server.answers.values() if answer.conflicts] == [("b",)]
    world.settle()
    world.equal()


def test_a_field_written_twice_by_oneself_is_no_difference_though_others_came_between(world: World) -> None:
    """The first answer was ``merged``: the second own edit stands on it field by field, not as a whole."""
    world.answer(0, "a")
    world.seal(0)
    [first] = world.stores[0].outbox.next_batch(10, 10_000)
    world.stores[0].outbox.requeue_inflight()
    world.answer(0, "a")
    world.answer(0, "c")
    world.seal(0)
    world.answer(1, "b")
    world.seal(1)
    world.push(1)
    world.push(0)
    assert world.server.answers[first.op].st is OpStatus.MERGED
    assert [answer for answer in world.server.answers.values() if answer.conflicts] == []
    world.settle()
    world.equal()


def test_a_field_written_again_before_the_first_came_back_by_pull_is_no_difference(world: World) -> None:
    world.answer(0, "a")
    world.seal(0)
    world.push(0, lose=True)
    world.answer(0, "a")
    world.server.pull(world.stores[0])
    world.seal(0)
    world.push(0)
    assert [answer for answer in world.server.answers.values() if answer.conflicts] == []
    world.settle()
    world.equal()


def test_a_clashing_part_leaves_as_an_op_of_its_own(world: World) -> None:
    for path in ("b", "c"):
        world.answer(1, path)
    world.seal(1)
    world.push(1)
    for path in ("a", "b"):
        world.answer(0, path)
    world.server.pull(world.stores[0])
    world.seal(0)
    [clean] = world.stores[0].outbox.next_batch(10, 10_000)
    assert (set(clean.set), clean.base_rev) == ({"a"}, 2)
    world.stores[0].outbox.apply_answers([world.server.push(clean)], {})
    [clash] = world.stores[0].outbox.next_batch(10, 10_000)
    assert (clash.kind, set(clash.set), clash.base_rev) == (OpKind.EDIT, {"b"}, 1)
    assert clash.op != clean.op
    assert world.server.push(clash).st is OpStatus.CONFLICT
