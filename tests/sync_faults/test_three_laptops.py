"""Three real laptops and the real server code in one process: any interleaving of a few answers ends equal.

What ``tests/unit/store/test_every_interleaving.py`` holds of the pure functions, held of the encrypted store, its
outbox and the server's own transactions; the rows of a table and a merge group among the answers.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server_stub.store import schema
from server_stub.store.audit import audit
from server_stub.store.database import Database
from sidumba_field.core.ids import new_id
from sidumba_field.core.merge import unit_of
from sidumba_field.core.records import FeedKind, Op, OpKind, OpStatus
from sidumba_field.core.time import iso
from sidumba_field.store import Mark, Store, database, open_store
from sidumba_field.wire.messages import HeadMessage
from tests.helpers.office import DESA, PROGRAM, Office

PEOPLE = ("admin_desa", "admin_desa_2", "admin_desa_3")
#: Two plain answers, two of a merge group, two of one row of a table.
PATHS = ("a", "omzet/nilai", "omzet/satuan", "r[x]/n", "r[x]")
STEP = st.one_of(
    st.tuples(st.just("type"), st.integers(0, 2), st.sampled_from(PATHS), st.sampled_from(["1", "2", None])),
    st.tuples(
        st.sampled_from(["sync", "sync", "push", "pull", "lost"]), st.integers(0, 2), st.none(), st.none()
    ),
)


def _group(program: str, form: str, path: str) -> str | None:
    return "omzet" if path.startswith("omzet/") else None


@dataclass
class Three:
    """One office, three laptops that stay for all examples; each example is a record of its own."""

    office: Office
    stores: list[Store]
    clock: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    #: what was typed: (laptop, path) -> values in order
    typed: dict[tuple[int, str], list[str | None]] = field(default_factory=dict)
    rid: str = ""

    def begin(self) -> None:
        """A record at the desk of the village, where each of its clerks may type."""
        self.typed, self.rid = {}, self.office.new_id()
        begun = {"a": "0", "omzet/nilai": "0", "omzet/satuan": "kg", "r[x]": "1", "r[x]/n": "0"}
        self.office.must(self.office.edit("admin_desa", self.rid, begun))
        self.office.must(self.office.step("admin_desa", self.rid, "pilah_lengkap"))
        for number in range(3):
            self.pull(number)

    def take(self, what: str, number: int, path: str | None, value: str | None) -> None:
        if what == "type":
            assert path is not None
            self.type(number, path, value)
        if what in ("sync", "push", "lost"):
            self.push(number, lose=what == "lost")
        if what in ("sync", "pull"):
            self.pull(number)

    def type(self, number: int, path: str, value: str | None) -> None:
        store = self.stores[number]
        change: dict[str, str | None] = {path: value}
        if path == "r[x]/n" and value:
            change = {"r[x]": "1", path: value}  # typing into a row keeps the row, as the form does
        if path == "r[x]":
            change = {"r[x]": None, "r[x]/n": None} if value is None else {"r[x]": "1"}
        store.records.answer(self.rid, change)
        for name, said in change.items():
            self.typed.setdefault((number, name), []).append(said)
        by = self.office.people[PEOPLE[number]].id
        store.records.seal(self.rid, by, iso(self.office.clock.now()), new_id(self.office.clock))

    def push(self, number: int, lose: bool = False) -> None:
        store = self.stores[number]
        while batch := store.outbox.next_batch(20, 1 << 20):
            answers = self.office.send(*batch)
            assert {answer.st for answer in answers} <= {OpStatus.APPLIED, OpStatus.MERGED, OpStatus.CONFLICT}
            if lose:
                store.outbox.requeue_inflight()
                return
            store.outbox.apply_answers(answers, {}, f"TT-{next(self.clock)}")

    def pull(self, number: int) -> None:
        store, vid = self.stores[number], self.office.vid()
        scope = store.scopes.get(vid)
        assert scope is not None
        with self.office.database.read() as work:
            entries, _ = work.feed.page(vid, scope.seq, 1 << 30)
        if entries:
            store.feed.apply_page(vid, entries, HeadMessage(seq=entries[-1].seq, hash=entries[-1].hash))

    def quiet(self) -> None:
        for _ in range(2):
            for number in range(3):
                self.push(number)
                self.pull(number)
        for number in range(3):
            self.pull(number)

    def hold(self) -> None:
        """The laws, after everybody has been quiet."""
        truth = self.office.stored(self.rid)
        with self.office.database.read() as work:
            history = work.feed.history(self.rid)
        waiting = {e.op: dict(e.payload["set"]) for e in history if e.kind is FeedKind.PROPOSAL and e.payload}
        said = {
            (e.actor, p, v or None) for e in history for p, v in ((e.payload or {}).get("set") or {}).items()
        }
        for number, store in enumerate(self.stores):
            found = store.records.get(self.rid)
            assert found is not None
            assert dict(found.fields) == dict(truth.fields)
            assert (found.rev, found.base_rev, found.pending) == (truth.rev, truth.rev, 0)
            shown = {proposal.op: dict(proposal.set) for proposal in store.records.proposals(self.rid)}
            assert shown == waiting, f"laptop {number} does not show what waits"
            differs = any(proposal.open for proposal in store.records.proposals(self.rid))
            assert found.mark is (Mark.DIFFERING if differs else Mark.RECEIVED)
        self._nothing_gone(said, truth.fields)
        self._rows_are_whole(truth.fields)

    def _nothing_gone(self, said: set[tuple[str, str, str | None]], fields: Mapping[str, str]) -> None:
        """The last word of each person about each answer is the record's, waits, or is in the history."""
        for (number, path), values in self.typed.items():
            by = self.office.people[PEOPLE[number]].id
            last = values[-1] or None
            known = (by, path, last) in said or (fields.get(path) or None) == last
            known |= any((path, last) == (other, value) for _, other, value in said)
            assert known, f"{path}={last!r} of laptop {number} is gone"

    @staticmethod
    def _rows_are_whole(fields: Mapping[str, str]) -> None:
        assert "r[x]/n" not in fields or "r[x]" in fields, "an answer stands without its row"


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Three]:
    """Disks that do not wait: these laws are about order, not about power cuts."""
    patch = pytest.MonkeyPatch()
    patch.setattr(database, "_PRAGMAS", tuple(p.replace("= FULL", "= OFF") for p in database._PRAGMAS))
    folder = tmp_path_factory.mktemp("three")
    found = Database(folder / "server.db")
    schema.upgrade(found)
    office = Office.set_up(found)
    for name in PEOPLE[1:]:
        office.hire(name, "admin_desa", DESA)
    stores = [open_store(folder / str(n), bytes(range(32)), office.clock) for n in range(3)]
    for store in stores:
        store.scopes.upsert(office.vid(), PROGRAM, DESA, "Desa Halong")
        store.use_groups(_group)
    yield Three(office, stores)
    assert audit(found).faults == ()
    for store in stores:
        store.close()
    found.close()
    patch.undo()


@given(steps=st.lists(STEP, min_size=3, max_size=12))
@settings(max_examples=settings().max_examples // 4)
def test_any_interleaving_on_three_laptops_ends_equal_and_loses_nothing(
    three: Three, steps: list[tuple[str, int, str | None, str | None]]
) -> None:
    three.begin()
    for what, number, path, value in steps:
        three.take(what, number, path, value)
    three.quiet()
    three.hold()


def test_a_group_pulled_between_typing_and_sending_still_clashes_as_one(three: Three) -> None:
    """Six kilograms typed here, a tonne there, and the tonne was fetched before the six were sent."""
    three.begin()
    store = three.stores[0]
    store.records.answer(three.rid, {"omzet/nilai": "6"})
    three.type(1, "omzet/satuan", "ton")
    three.push(1)
    three.pull(0)
    by = three.office.people[PEOPLE[0]].id
    store.records.seal(three.rid, by, iso(three.office.clock.now()), new_id(three.office.clock))
    three.quiet()
    fields = three.office.stored(three.rid).fields
    assert (fields["omzet/nilai"], fields["omzet/satuan"]) == ("0", "ton")
    [proposal] = three.stores[2].records.proposals(three.rid)
    assert proposal.set == {"omzet/nilai": "6"}
    assert unit_of("omzet/nilai", lambda path: _group("", "", path)) == "omzet"


def test_a_row_another_laptop_removed_waits_with_what_was_typed_into_it(three: Three) -> None:
    three.begin()
    three.type(0, "r[x]", None)
    three.push(0)
    three.type(1, "r[x]/n", "7")
    three.quiet()
    three.hold()
    assert "r[x]" not in three.office.stored(three.rid).fields
    [proposal] = three.stores[0].records.proposals(three.rid)
    assert (proposal.open, proposal.set["r[x]/n"]) == (True, "7")


def test_a_decision_on_a_part_reaches_everybody_and_both_values_stay_in_the_history(three: Three) -> None:
    three.begin()
    three.type(0, "a", "1")
    three.type(0, "omzet/nilai", "1")
    three.push(0)
    three.type(1, "a", "2")
    three.type(1, "omzet/nilai", "2")
    three.quiet()
    [proposal] = three.stores[2].records.proposals(three.rid)
    store, by = three.stores[2], three.office.people[PEOPLE[2]].id
    record = store.records.get(three.rid)
    assert record is not None
    op = Op(
        op=new_id(three.office.clock), vid=record.vid, rid=three.rid, kind=OpKind.EDIT, program=record.program,
        subject="record", form=record.form, form_v=record.form_v, by=by, at=iso(three.office.clock.now()),
        base_rev=record.rev, set={f"@settled/{proposal.op}": "part", "a": "2"},
    )  # fmt: skip
    store.records.queue(op, "")
    three.quiet()
    fields = three.office.stored(three.rid).fields
    assert (fields["a"], fields["omzet/nilai"]) == ("2", "1")
    for each in three.stores:
        found = each.records.get(three.rid)
        assert found is not None
        assert (found.mark, dict(found.fields)) == (Mark.RECEIVED, dict(fields))
        said = [(e.payload or {}).get("set", {}).get("omzet/nilai") for e in each.records.history(three.rid)]
        assert {"1", "2"} <= set(said)
