"""Laws of a push as a whole: many ops in one transaction do what each of them would have done by itself."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from server_stub.store.audit import audit
from server_stub.workflow.service import WorkflowService
from sidumba_field.core.records import Op, OpAnswer, OpKind, OpStatus
from tests.helpers.office import DESA, DESA_2, KECAMATAN, PROGRAM, Office

WHOLE, HALF = "ab" * 32, "cd" * 32
PATHS = ["nama", "omzet/a", "omzet/b", "produk[a]", "produk[a]/x", "salah", "ragu", "angka", "hitung", "foto"]
VALUES = [None, "", "1", "2", "aa", f"{WHOLE}.jpg", f"{HALF}.jpg"]
EDITS = st.tuples(
    st.just("edit"),
    st.integers(0, 3),
    st.integers(0, 4),
    st.dictionaries(st.sampled_from(PATHS), st.sampled_from(VALUES), min_size=1, max_size=4),
)
STEPS = st.tuples(
    st.just("step"),
    st.integers(0, 3),
    st.integers(0, 4),
    st.sampled_from(["serahkan", "periksa", "ajukan", "kembalikan", "hapus", "buat", "tak_ada"]),
    st.sampled_from(["draft", "diserahkan", "diajukan", "-"]),
)
#: Sent again, stripped of a member, for a village nobody knows, by somebody who never signed in here.
BENT = st.tuples(st.sampled_from(["again", "torn", "lost", "stranger"]), st.integers(0, 20))


class Village:
    """One village, its records, and what it has been sent: the same moves make the same ops but for their ids."""

    def __init__(self, office: Office, unit: str) -> None:
        self.office, self.unit = office, unit
        self.rids = [office.new_id() for _ in range(4)]
        self.items: list[dict[str, Any]] = []
        self.words = {office.vid(unit): "vid", unit: "unit"}
        self.words.update({rid: f"rid {n}" for n, rid in enumerate(self.rids)})
        with office.database.read() as work:
            scope = work.scopes.get(office.vid(unit))
        assert scope is not None
        self.start = scope.seq

    def add(self, move: tuple[Any, ...]) -> None:
        item = self.made(move).payload() if move[0] in ("edit", "step") else self.bent(*move)
        self.words.setdefault(str(item["op"]), f"op {len(self.items)}")
        self.items.append(item)

    def made(self, move: tuple[Any, ...]) -> Op:
        rid, vid = self.rids[move[1]], self.office.vid(self.unit)
        if move[0] == "edit":
            return self.office.edit("luas", rid, move[3], move[2], vid=vid)
        kind = OpKind.TOMBSTONE if move[3] == "hapus" else OpKind.TRANSITION
        seen = {"expect_state": move[4], "expect_rev": move[2], "command": move[3], "remark": "Periksa lagi"}
        return self.office.signed(self.office.op(kind, "luas", rid, vid=vid, **seen), "luas")

    def bent(self, how: str, which: int) -> dict[str, Any]:
        item = self.items[which % len(self.items)] if self.items else self.made(EXAMPLE).payload()
        fresh = {"op": self.office.new_id()}
        if how == "again":
            return item
        if how == "torn":
            return {**item, **fresh, "base_rev": -1}
        return {**item, **fresh, **({"vid": self.office.new_id()} if how == "lost" else {"by": self.rids[0]})}

    def told(self, answer: OpAnswer) -> Any:
        seq = answer.seq - self.start if answer.seq else 0
        params = {key: self.words.get(str(value), str(value)) for key, value in answer.params.items()}
        params.pop("vid", None)
        return answer.st, answer.rev, seq, answer.code, params, answer.conflicts, answer.flags

    def stands(self) -> Any:
        """Everything that is stored about this village, in words that both have in common."""
        with self.office.database.read() as work:
            records = [work.records.get(rid) for rid in self.rids]
            entries, _ = work.feed.page(self.office.vid(self.unit), self.start, 10**9)
            files = work.files.whole_names(self.office.vid(self.unit), self.rids)
            kept = [work.ops.answer(str(item["op"])) for item in self.items]
        rows = [
            r and (r.state, r.rev, dict(r.fields), dict(r.field_revs), r.owner, r.authors, r.remarks and True)
            for r in records
        ]
        feed = [(e.seq - self.start, e.rid, e.rev, e.kind, e.op, e.actor, _plain(e.payload)) for e in entries]
        text = json.dumps([rows, feed, files], default=str, sort_keys=True)
        for word, common in self.words.items():
            text = text.replace(word, common)
        return text, [one and self.told(one[1]) for one in kept]


EXAMPLE = ("edit", 0, 0, {"nama": "A"})


def _plain(payload: Any) -> dict[str, Any]:
    return {key: value for key, value in payload.items() if key not in ("sig", "remarks")}


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=40,
    deadline=None,
)
@given(moves=st.lists(EDITS | EDITS | STEPS | BENT, min_size=2, max_size=12))
def test_a_push_answers_and_stores_what_its_ops_would_one_by_one(
    office: Office, moves: list[tuple[Any, ...]]
) -> None:
    if "luas" not in office.people:
        office.hire("luas", "petugas", KECAMATAN)
        office.service.file_whole(WHOLE, 5)
    together, alone = Village(office, DESA), Village(office, DESA_2)
    for move in moves:
        together.add(move)
        alone.add(move)
    first = [together.told(one) for one in office.service.receive(together.items, office.sender)]
    second = [alone.told(office.service.receive([item], office.sender)[0]) for item in alone.items]
    assert first == second
    assert together.stands() == alone.stands()
    assert audit(office.database).faults == ()


@pytest.mark.expects_log("sidumba_server.workflow", "ERROR", "stopped by a fault of ours")
@pytest.mark.parametrize("where", ["judge", "is_worked_out"])
def test_a_poisonous_op_in_the_middle_leaves_all_others_stored(office: Office, where: str) -> None:
    """Whenever our fault strikes: while judging ahead, while deciding under the locks."""
    rids = [office.new_id() for _ in range(9)]
    office.send(*(office.edit("petugas", rid, {"nama": "A"}) for rid in rids))

    class Broken(type(office.rules)):  # type: ignore[misc]
        def judge(self, form, version, fields):
            if where == "judge" and "rusak" in fields:
                raise RuntimeError("a bug")
            return super().judge(form, version, fields)

        def is_worked_out(self, form, path):
            if where != "judge" and path == "rusak":
                raise RuntimeError("a bug")
            return super().is_worked_out(form, path)

    service = WorkflowService(office.database, {PROGRAM: Broken()}, office.clock)
    ops = [
        office.edit("petugas", rid, {"rusak" if n == 4 else "nama": "B"}, base=1)
        for n, rid in enumerate(rids)
    ]
    answers = service.receive([op.payload() for op in ops], office.sender)
    wanted = [OpStatus.RETRY if n == 4 else OpStatus.APPLIED for n in range(9)]
    assert [answer.st for answer in answers] == wanted
    assert [office.stored(rid).rev for rid in rids] == [1 if n == 4 else 2 for n in range(9)]
    assert audit(office.database).faults == ()
    assert office.do(ops[4]).st is OpStatus.APPLIED


def test_a_push_asks_and_writes_a_number_of_statements_that_does_not_grow_with_it(office: Office) -> None:
    counts = []
    for size in (20, 120):
        seen: list[str] = []

        def note(*given: Any, seen: list[str] = seen) -> None:
            seen.append(given[2])

        event.listen(office.database.engine, "before_cursor_execute", note)
        photo = {"foto": f"{WHOLE}.jpg"}
        office.send(*(office.edit("petugas", office.new_id(), {"nama": "A", **photo}) for _ in range(size)))
        event.remove(office.database.engine, "before_cursor_execute", note)
        counts.append(len(seen))
    assert counts[1] <= counts[0] < 30
