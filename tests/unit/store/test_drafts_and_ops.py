"""Laws of one laptop's own work: answers, drafts, ops, frozen bytes, answers of the server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.ids import new_id
from sidumba_field.core.records import Op, OpAnswer, OpStatus, OutboxState
from sidumba_field.core.time import FixedClock, iso
from sidumba_field.store import Mark, Store
from tests.helpers.ledger import ANI, BUDI, Server, begin, clock, record, transition


@pytest.fixture
def at() -> FixedClock:
    return clock()


@pytest.fixture
def store(tmp_path: Path, at: FixedClock) -> Iterator[Store]:
    opened = begin(tmp_path / "laptop", at)
    yield opened
    opened.close()


@pytest.fixture
def server(at: FixedClock) -> Server:
    return Server(at, steps={"serahkan": "diserahkan"})


def seal(store: Store, rid: str, at: FixedClock, by: str = ANI) -> Op | None:
    return store.records.seal(rid, by, iso(at.now()), new_id(at))


def mark(store: Store, rid: str) -> Mark:
    found = store.records.get(rid)
    assert found is not None
    return found.mark


def test_an_answer_is_there_at_once_and_marked_as_only_on_this_laptop(store: Store, at: FixedClock) -> None:
    rid = store.records.create(record(at)).rid
    assert (
        store.records.answer(rid, {"nama": "Wahyuni"}, "2026-11-20T01:00:00.000Z")
        == "2026-11-20T01:00:00.000Z"
    )
    found = store.records.get(rid)
    assert found is not None
    assert found.fields == {"@period": "2026", "nama": "Wahyuni"}
    assert (found.mark, found.rev, found.base, found.saved_at) == (
        Mark.LAPTOP,
        0,
        None,
        "2026-11-20T01:00:00.000Z",
    )
    assert found.draft == {"@period": "2026", "nama": "Wahyuni"}


def test_an_answer_to_an_unknown_record_is_refused(store: Store, at: FixedClock) -> None:
    with pytest.raises(SidumbaError) as refusal:
        store.records.answer(new_id(at), {"nama": "x"})
    assert refusal.value.code == "store.unknown_record"


def test_a_record_id_is_begun_once(store: Store, at: FixedClock) -> None:
    first = record(at)
    store.records.create(first)
    with pytest.raises(ValueError, match="exists"):
        store.records.create(first)


def test_sealing_makes_one_op_of_the_whole_draft_and_empties_it(store: Store, at: FixedClock) -> None:
    rid = store.records.create(record(at)).rid
    store.records.answer(rid, {"nama": "Wahyuni", "omzet": "5"})
    store.records.answer(rid, {"omzet": ""})
    op = seal(store, rid, at)
    assert op is not None
    assert (op.base_rev, dict(op.set)) == (0, {"@period": "2026", "nama": "Wahyuni"})
    found = store.records.get(rid)
    assert found is not None
    assert (dict(found.draft), found.pending, found.mark) == ({}, 1, Mark.WAITING)
    assert seal(store, rid, at) is None


def test_an_answer_typed_and_taken_back_makes_no_op(store: Store, at: FixedClock, server: Server) -> None:
    rid = store.records.create(record(at, {"nama": "Ani"})).rid
    seal(store, rid, at)
    server.exchange(store)
    server.pull(store)
    store.records.answer(rid, {"nama": "Budi"})
    store.records.answer(rid, {"nama": "Ani"})
    assert seal(store, rid, at) is None
    assert mark(store, rid) is Mark.RECEIVED


def test_an_edit_joins_the_op_that_has_not_left_yet(store: Store, at: FixedClock) -> None:
    rid = store.records.create(record(at, {"nama": "Ani"})).rid
    first = seal(store, rid, at)
    store.records.answer(rid, {"nama": "Anita", "omzet": "7"})
    second = seal(store, rid, at)
    assert first is not None
    assert second is not None
    assert second.op == first.op
    assert second.set == {"@period": "2026", "nama": "Anita", "omzet": "7"}
    assert second.was == {"@period": None, "nama": None, "omzet": None}
    assert store.outbox.unsent() == 1


def test_another_users_edit_does_not_join(store: Store, at: FixedClock) -> None:
    rid = store.records.create(record(at)).rid
    seal(store, rid, at)
    store.records.answer(rid, {"nama": "Budi"})
    seal(store, rid, at, by=BUDI)
    assert store.outbox.unsent() == 2


def test_a_removed_row_takes_its_cells_out_of_the_op(store: Store, at: FixedClock) -> None:
    rid = store.records.create(record(at)).rid
    store.records.answer(rid, {"produk[a]": "1", "produk[a]/nama": "kopi"})
    seal(store, rid, at)
    store.records.answer(rid, {"produk[a]": None})
    op = seal(store, rid, at)
    assert op is not None
    assert op.set == {"@period": "2026", "produk[a]": None}
    found = store.records.get(rid)
    assert found is not None
    assert found.fields == {"@period": "2026"}


def test_an_op_on_its_way_is_frozen_and_later_edits_become_a_new_one(store: Store, at: FixedClock) -> None:
    rid = store.records.create(record(at, {"nama": "Ani"})).rid
    seal(store, rid, at)
    [sent] = store.outbox.next_batch(10, 10_000)
    store.records.answer(rid, {"nama": "Anita"})
    later = seal(store, rid, at)
    assert later is not None
    assert later.op != sent.op
    assert store.outbox.next_batch(10, 10_000) == [], "one op of a record at a time"
    assert store.outbox.requeue_inflight() == 1
    [again] = store.outbox.next_batch(10, 10_000)
    assert again.payload() == sent.payload(), "the same bytes under the same id"


def test_an_op_that_once_left_is_not_joined_even_when_it_is_queued_again(
    store: Store, at: FixedClock
) -> None:
    rid = store.records.create(record(at, {"nama": "Ani"})).rid
    seal(store, rid, at)
    [sent] = store.outbox.next_batch(10, 10_000)
    store.outbox.requeue_inflight()
    store.records.answer(rid, {"nama": "Anita"})
    later = seal(store, rid, at)
    assert later is not None
    assert later.op != sent.op
    [again] = store.outbox.next_batch(10, 10_000)
    assert again.payload() == sent.payload()


def test_a_second_own_edit_stands_on_the_answer_to_the_first(
    store: Store, at: FixedClock, server: Server
) -> None:
    rid = store.records.create(record(at, {"nama": "Ani"})).rid
    seal(store, rid, at)
    [first] = store.outbox.next_batch(10, 10_000)
    store.records.answer(rid, {"nama": "Anita"})
    seal(store, rid, at)
    store.outbox.apply_answers([server.push(first)], {})
    [second] = store.outbox.next_batch(10, 10_000)
    assert second.base_rev == 1
    answer = server.push(second)
    assert answer.st is OpStatus.APPLIED, "own second edit is no conflict"
    store.outbox.apply_answers([answer], {})
    assert mark(store, rid) is Mark.RECEIVED


@pytest.mark.parametrize("pull_first", [True, False])
def test_answer_and_pull_may_come_in_either_order_and_twice(
    store: Store, at: FixedClock, server: Server, pull_first: bool
) -> None:
    rid = store.records.create(record(at, {"nama": "Ani"})).rid
    seal(store, rid, at)
    [op] = store.outbox.next_batch(10, 10_000)
    answers = [server.push(op)]
    for _ in range(2):
        if pull_first:
            server.pull(store)
        store.outbox.apply_answers(answers, {}, "TT-0001")
        if not pull_first:
            store.feed.apply_page(server.vid, server.entries, server.head)
    found = store.records.get(rid)
    assert found is not None
    assert found.fields == server.records[rid].fields
    assert (found.mark, found.rev, found.base_rev, found.pending) == (Mark.RECEIVED, 1, 1, 0)
    assert found.base is not None
    assert found.base.content_sha256 == server.records[rid].content_sha256
    [receipt] = store.receipts.all()
    assert (receipt.number, receipt.ops) == ("TT-0001", 1)


def test_what_was_answered_stays_visible_until_it_is_pulled(
    store: Store, at: FixedClock, server: Server
) -> None:
    rid = store.records.create(record(at, {"nama": "Ani"})).rid
    seal(store, rid, at)
    server.exchange(store)
    found = store.records.get(rid)
    assert found is not None
    assert (found.base, found.fields["nama"], found.rev) == (None, "Ani", 1)


def test_what_others_wrote_meanwhile_is_a_difference_and_not_overwritten(
    store: Store, at: FixedClock, server: Server, tmp_path: Path
) -> None:
    rid = store.records.create(record(at, {"nama": "Ani", "omzet": "5"})).rid
    seal(store, rid, at)
    server.exchange(store)
    server.pull(store)
    other = begin(tmp_path / "other", at)
    server.pull(other)
    other.records.answer(rid, {"omzet": "9"})
    seal(other, rid, at, BUDI)
    server.exchange(other)
    other.close()
    store.records.answer(rid, {"omzet": "7", "nama": "Anita"})
    server.pull(store)
    assert seal(store, rid, at) is not None, "the pull came after the answer: its author has not seen 9"
    answers = server.exchange(store)
    assert sorted(answer.st.value for answer in answers) == ["applied", "conflict"]
    server.pull(store)
    assert server.records[rid].fields["omzet"] == "9"
    assert server.records[rid].fields["nama"] == "Anita"
    [proposal] = store.records.proposals(rid)
    assert (proposal.set, proposal.was, proposal.open) == ({"omzet": "7"}, {"omzet": "9"}, True)
    assert mark(store, rid) is Mark.DIFFERING
    assert store.counts().differing == 1


def test_a_difference_stays_until_somebody_decides(store: Store, at: FixedClock, server: Server) -> None:
    rid = store.records.create(record(at, {"omzet": "5"})).rid
    seal(store, rid, at)
    server.exchange(store)
    server.pull(store)
    server.step(rid, "diserahkan", new_id(at))
    store.records.answer(rid, {"omzet": "7"})
    seal(store, rid, at)
    server.exchange(store)
    for _ in range(5):
        server.pull(store)
    [held] = store.records.proposals(rid)
    assert (held.reason, held.open) == ("held", True)
    found = store.records.get(rid)
    assert found is not None
    assert found.fields["omzet"] == "5"
    store.records.answer(rid, {f"@settled/{held.op}": "kept"})
    assert [proposal.open for proposal in store.records.proposals(rid)] == [False]
    assert mark(store, rid) is Mark.LAPTOP


def test_a_refused_edit_goes_back_to_the_draft_and_is_told(store: Store, at: FixedClock) -> None:
    rid = store.records.create(record(at, {"nama": "Ani"})).rid
    seal(store, rid, at)
    [op] = store.outbox.next_batch(10, 10_000)
    store.outbox.apply_answers(
        [OpAnswer(op.op, OpStatus.REJECTED, code="op.wrong_role", params={"who": "x"})], {}
    )
    found = store.records.get(rid)
    assert found is not None
    assert (found.fields["nama"], found.draft["nama"], found.mark) == ("Ani", "Ani", Mark.FAILED)
    [row] = store.outbox.rows()
    assert (row.state, row.code, row.attention) == (OutboxState.REJECTED, "op.wrong_role", True)
    store.outbox.acknowledge(op.op)
    assert mark(store, rid) is Mark.LAPTOP
    again = seal(store, rid, at)
    assert again is not None
    assert again.set == op.set


def test_a_step_is_shown_as_predicted_and_may_be_withdrawn_while_it_waits(
    store: Store, at: FixedClock, server: Server
) -> None:
    rid = store.records.create(record(at)).rid
    seal(store, rid, at)
    server.exchange(store)
    server.pull(store)
    found = store.records.get(rid)
    later = iso(at.now()).replace("01:00", "01:05")
    op = store.records.queue(transition(at, found, "serahkan"), "diserahkan", not_before=later)
    assert op.dseq == 2
    found = store.records.get(rid)
    assert found is not None
    assert (found.state, found.predicted, found.mark) == ("diserahkan", True, Mark.WAITING)
    assert store.outbox.next_batch(10, 10_000) == [], "it still may be undone"
    assert store.records.withdraw(op.op) is True
    found = store.records.get(rid)
    assert found is not None
    assert (found.state, found.predicted, found.mark) == ("draf", False, Mark.RECEIVED)
    assert store.records.withdraw(op.op) is False


def test_an_answered_step_is_shown_until_its_entry_comes(
    store: Store, at: FixedClock, server: Server
) -> None:
    rid = store.records.create(record(at)).rid
    seal(store, rid, at)
    server.exchange(store)
    server.pull(store)
    store.records.queue(transition(at, store.records.get(rid), "serahkan"), "diserahkan")
    server.exchange(store)
    shown = []
    for _ in range(2):
        found = store.records.get(rid)
        assert found is not None
        shown.append((found.state, found.predicted, found.mark))
        server.pull(store)
    assert shown == [("diserahkan", True, Mark.RECEIVED), ("diserahkan", False, Mark.RECEIVED)]


def test_a_step_that_left_cannot_be_withdrawn(store: Store, at: FixedClock) -> None:
    found = store.records.create(record(at))
    seal(store, found.rid, at)
    [edit] = store.outbox.next_batch(10, 10_000)
    store.outbox.requeue_inflight()
    assert store.records.withdraw(edit.op) is False, "the server may have it already"


def test_a_withdrawn_edit_goes_back_to_the_draft(store: Store, at: FixedClock) -> None:
    found = store.records.create(record(at, {"nama": "Ani"}))
    op = seal(store, found.rid, at)
    assert op is not None
    assert store.records.withdraw(op.op) is True
    back = store.records.get(found.rid)
    assert back is not None
    assert back.draft == {"@period": "2026", "nama": "Ani"}


def late_step(store: Store, at: FixedClock, server: Server, *, elsewhere: str) -> tuple[str, Op]:
    """A step that was overtaken: somebody else had moved the record meanwhile."""
    rid = store.records.create(record(at)).rid
    seal(store, rid, at)
    server.exchange(store)
    server.pull(store)
    op = store.records.queue(transition(at, store.records.get(rid), "serahkan"), "diserahkan")
    server.step(rid, elsewhere, new_id(at))
    server.exchange(store)
    server.pull(store)
    return rid, op


def test_a_step_decided_on_an_old_state_is_a_visible_difference(
    store: Store, at: FixedClock, server: Server
) -> None:
    rid, op = late_step(store, at, server, elsewhere="dikembalikan")
    found = store.records.get(rid)
    assert found is not None
    assert (found.state, found.predicted, found.mark) == ("dikembalikan", False, Mark.DIFFERING)
    store.outbox.acknowledge(op.op)
    assert mark(store, rid) is Mark.RECEIVED


def test_a_late_step_is_no_question_any_more_once_the_record_went_on(
    store: Store, at: FixedClock, server: Server
) -> None:
    rid, _ = late_step(store, at, server, elsewhere="dikembalikan")
    server.step(rid, "diserahkan", new_id(at))
    server.pull(store)
    assert mark(store, rid) is Mark.RECEIVED


def test_the_same_step_taken_by_two_people_is_no_difference(
    store: Store, at: FixedClock, server: Server
) -> None:
    rid, _ = late_step(store, at, server, elsewhere="diserahkan")
    assert mark(store, rid) is Mark.RECEIVED


def test_a_return_reaches_the_laptop_and_leaves_unsent_work_alone(
    store: Store, at: FixedClock, server: Server
) -> None:
    rid = store.records.create(record(at, {"omzet": "5"})).rid
    seal(store, rid, at)
    store.records.queue(transition(at, store.records.get(rid), "serahkan"), "diserahkan")
    server.exchange(store)
    server.pull(store)
    store.records.answer(rid, {"catatan": "belum dikirim"})
    server.step(rid, "dikembalikan", new_id(at), {"omzet": "Periksa lagi"})
    server.pull(store)
    found = store.records.get(rid)
    assert found is not None
    assert found.state == "dikembalikan"
    assert [(remark.path, remark.text) for remark in found.remarks] == [("omzet", "Periksa lagi")]
    assert found.fields["catatan"] == "belum dikirim"
    assert store.counts().returned == 1
    [row] = store.records.find("kopi", returned=True)
    assert row.remarks == 1
    server.step(rid, "diserahkan", new_id(at))
    server.pull(store)
    assert store.counts().returned == 0


def test_decisions_leave_before_edits_and_each_record_sends_one_op(
    store: Store, at: FixedClock, server: Server
) -> None:
    first = store.records.create(record(at)).rid
    seal(store, first, at)
    server.exchange(store)
    server.pull(store)
    others = [store.records.create(record(at)).rid for _ in range(3)]
    for rid in others:
        seal(store, rid, at)
    store.records.queue(transition(at, store.records.get(others[0]), "serahkan"), "diserahkan")
    store.records.queue(transition(at, store.records.get(first), "serahkan"), "diserahkan")
    batch = store.outbox.next_batch(10, 10_000)
    assert [op.rid for op in batch] == [first, *others]


def test_a_batch_of_bytes_is_bounded_but_never_empty(store: Store, at: FixedClock) -> None:
    for _ in range(3):
        seal(store, store.records.create(record(at, {"catatan": "x" * 500})).rid, at)
    assert len(store.outbox.next_batch(10, 100)) == 1
    assert len(store.outbox.next_batch(10, 5_000)) == 2


def test_a_poisoned_op_goes_last_and_is_told(store: Store, at: FixedClock) -> None:
    rids = [store.records.create(record(at)).rid for _ in range(2)]
    bad = seal(store, rids[0], at)
    good = seal(store, rids[1], at)
    assert bad is not None
    assert good is not None
    for _ in range(5):
        batch = store.outbox.next_batch(10, 10_000)
        store.outbox.requeue_inflight()
        store.outbox.note_failure([bad.op], "wire.body_too_big")
    assert [op.op for op in batch] == [bad.op, good.op]
    assert [op.op for op in store.outbox.next_batch(10, 10_000)] == [good.op, bad.op]
    assert mark(store, rids[0]) is Mark.FAILED
    assert store.counts().trouble == 1


def test_retry_queues_the_same_bytes_again(store: Store, at: FixedClock) -> None:
    seal(store, store.records.create(record(at)).rid, at)
    [op] = store.outbox.next_batch(10, 10_000)
    store.outbox.apply_answers([OpAnswer(op.op, OpStatus.RETRY, code="wire.server_fault")], {}, "TT-0001")
    assert store.receipts.all() == [], "nothing was received"
    assert [again.payload() for again in store.outbox.next_batch(10, 10_000)] == [op.payload()]


def test_an_answer_to_an_op_nobody_sent_changes_nothing(store: Store, at: FixedClock) -> None:
    changes = store.outbox.apply_answers([OpAnswer(new_id(at), OpStatus.APPLIED, rev=3)], {}, "TT-0009")
    assert (changes.applied, changes.skipped, store.receipts.all()) == (0, 1, [])


def test_a_batch_begins_by_its_step_and_shows_its_members_as_predicted(
    store: Store, at: FixedClock, server: Server
) -> None:
    members = [store.records.create(record(at)).rid for _ in range(2)]
    for rid in members:
        seal(store, rid, at)
    batch = store.records.create(
        record(at, {"digest": "ab"}, subject="batch", state="tervalidasi", form="", form_v="")
    )
    listed = tuple({"rid": rid, "vid": server.vid, "rev": 1, "sha": "0" * 64} for rid in members)
    step = transition(at, batch, "laporkan", members=listed)
    store.records.queue(step, "dilaporkan")

    def states() -> list[str]:
        return [row.state for row in store.records.find("kopi")]

    assert states() == ["dilaporkan", "dilaporkan"]
    shown = store.records.get(batch.rid)
    assert shown is not None
    assert (shown.state, dict(shown.draft), shown.fields["digest"]) == ("dilaporkan", {}, "ab")
    first = store.outbox.next_batch(10, 100_000)
    assert step.op not in [op.op for op in first], "the batch waits for the members' own ops"
    store.outbox.apply_answers([server.push(op) for op in first], {})
    assert [op.op for op in store.outbox.next_batch(10, 100_000)] == [step.op]
    store.outbox.apply_answers([OpAnswer(step.op, OpStatus.REJECTED, code="op.batch_mismatch")], {})
    assert states() == ["draf", "draf"]


def test_a_discarded_draft_stays_readable_in_the_log(store: Store, at: FixedClock, server: Server) -> None:
    rid = store.records.create(record(at, {"nama": "Ani"})).rid
    seal(store, rid, at)
    server.exchange(store)
    server.pull(store)
    store.records.answer(rid, {"nama": "Salah"})
    assert store.records.discard_draft(rid, ANI) == 1
    assert mark(store, rid) is Mark.RECEIVED
    [line] = store.logged()
    assert (line.event, line.detail) == ("draft.discarded", {"rid": rid, "set": {"nama": "Salah"}})


def test_counts_split_every_record_once(store: Store, at: FixedClock, server: Server) -> None:
    rids = [store.records.create(record(at, {"nama": str(n)})).rid for n in range(4)]
    for rid in rids[:3]:
        seal(store, rid, at)
    [first, *_] = store.outbox.next_batch(1, 10_000)
    store.outbox.apply_answers([server.push(first)], {})
    counts = store.counts("kopi")
    assert (counts.laptop, counts.waiting, counts.received) == (1, 2, 1)
    assert store.counts() == counts
    assert store.counts("lain") == type(counts)()


def test_a_batch_is_counted_while_it_is_on_its_way_only(store: Store, at: FixedClock) -> None:
    batch = store.records.create(record(at, {"digest": "ab"}, subject="batch", state="tervalidasi"))
    step = store.records.queue(transition(at, batch, "laporkan"), "dilaporkan")
    assert store.counts().waiting == 1
    store.outbox.next_batch(10, 10_000)
    store.outbox.apply_answers([OpAnswer(step.op, OpStatus.APPLIED, rev=1)], {})
    assert store.counts() == type(store.counts())()


def test_an_own_change_counts_as_the_revision_to_come(store: Store, at: FixedClock, server: Server) -> None:
    rid = store.records.create(record(at, {"nama": "Ani", "omzet": "5"})).rid
    seal(store, rid, at)
    server.exchange(store)
    server.pull(store)
    store.records.answer(rid, {"omzet": "6"})
    found = store.records.get(rid)
    assert found is not None
    assert found.field_revs == {"@period": 1, "nama": 1, "omzet": 2}


def test_the_device_sequence_never_goes_back(store: Store, at: FixedClock) -> None:
    numbers = []
    for _ in range(3):
        op = seal(store, store.records.create(record(at)).rid, at)
        assert op is not None
        numbers.append(op.dseq)
        store.records.withdraw(op.op)
    assert numbers == [1, 2, 3]
    assert store.outbox.dseq() == 3
