"""Laws of repetition: an op counts once however often, however parallel and after whatever fault it arrives."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server_stub.store.audit import audit
from server_stub.store.database import Database
from server_stub.workflow.service import WorkflowService
from sidumba_field.core.records import OpStatus
from tests.helpers.office import PROGRAM, Office


def test_an_op_sent_again_gets_the_answer_it_got(office: Office) -> None:
    op = office.edit("petugas", office.new_id(), {"nama": "A"})
    first = office.do(op)
    office.must(office.edit("petugas", op.rid, {"nama": "B"}, base=1))
    assert office.do(op) == first
    assert office.stored(op.rid).fields == {"nama": "B"}


def test_the_same_id_with_other_content_is_refused_and_not_kept(office: Office) -> None:
    op = office.edit("petugas", office.new_id(), {"nama": "A"})
    first = office.do(op)
    answer = office.do(op.with_(set={"nama": "B"}))
    assert (answer.st, answer.code) == (OpStatus.REJECTED, "op.id_reused")
    assert office.do(op) == first


def test_refusals_are_kept_as_durably_as_successes(office: Office) -> None:
    op = office.edit("admin_kecamatan", office.new_id(), {"nama": "A"})
    first = office.do(op)
    assert first.st is OpStatus.REJECTED
    with office.database.read() as work:
        assert work.ops.answer(op.op) is not None
    assert office.do(op) == first


def test_eight_at_once_are_stored_once(office: Office) -> None:
    """Two services on two connections pools of one database, as two worker processes have."""
    other = Database(office.database.path, office.database.url)
    services = [office.service, WorkflowService(other, {PROGRAM: office.rules}, office.clock)]
    op = office.edit("petugas", office.new_id(), {"nama": "A"})
    with ThreadPoolExecutor(8) as pool:
        sent = [pool.submit(services[n % 2].receive, [op.payload()], office.sender) for n in range(8)]
        answers = [one.result()[0] for one in sent]
    other.close()
    assert len({(a.st, a.rev, a.seq) for a in answers}) == 1
    with office.database.read() as work:
        assert work.ops.count() == 1
        assert len(work.feed.history(op.rid)) == 1


def test_ops_of_one_record_at_once_all_count_and_leave_no_gap(office: Office) -> None:
    rid = office.new_id()
    office.must(office.edit("petugas", rid, {"nama": "A"}))
    ops = [office.edit("petugas", rid, {f"f{n}": "x"}, base=1) for n in range(12)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(office.do, ops))
    assert {answer.st for answer in answers} <= {OpStatus.APPLIED, OpStatus.MERGED}
    assert office.stored(rid).rev == 13
    assert audit(office.database).faults == ()


def test_a_malformed_item_is_refused_alone(office: Office) -> None:
    good = office.edit("petugas", office.new_id(), {"nama": "A"})
    bad: list[dict[str, Any]] = [
        {},
        {"op": "x"},
        {**good.payload(), "op": office.new_id(), "base_rev": -1},
        {**good.payload(), "op": office.new_id(), "set": {"nama": 5}},
        {**good.payload(), "op": office.new_id(), "set": {"nama": "a\x00b"}},
        {**good.payload(), "op": office.new_id(), "set": {"../x": "a"}},
        {**good.payload(), "op": office.new_id(), "set": {"nama": "\ud800"}},
        {**good.payload(), "op": office.new_id(), "dseq": 2**80},
        {**good.payload(), "op": office.new_id(), "extra": 1.5},
        {**good.payload(), "op": office.new_id(), "members": [{"rid": 1}]},
    ]
    answers = office.service.receive([*bad, good.payload()], office.sender)
    assert [(a.st, a.code) for a in answers[:-1]] == [(OpStatus.REJECTED, "op.malformed")] * len(bad)
    assert answers[-1].st is OpStatus.APPLIED


@pytest.mark.expects_log("sidumba_server.workflow", "ERROR", "stopped by a fault of ours")
def test_a_bug_in_one_op_leaves_its_neighbours_alone_and_asks_to_send_again(office: Office) -> None:
    class Broken(type(office.rules)):  # type: ignore[misc]
        def judge(self, form, version, fields):
            if "rusak" in fields:
                raise RuntimeError("a bug")
            return super().judge(form, version, fields)

    service = WorkflowService(office.database, {PROGRAM: Broken()}, office.clock)
    ops = [office.edit("petugas", office.new_id(), {name: "x"}) for name in ("nama", "rusak", "nama")]
    answers = service.receive([op.payload() for op in ops], office.sender)
    assert [a.st for a in answers] == [OpStatus.APPLIED, OpStatus.RETRY, OpStatus.APPLIED]
    assert office.record(ops[1].rid) is None
    assert office.do(ops[1]).st is OpStatus.APPLIED


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(data=st.data())
def test_no_hostile_item_ever_breaks_the_push(office: Office, data: st.DataObject) -> None:
    payload = office.edit("petugas", office.new_id(), {"nama": "A"}).payload()
    names = data.draw(st.lists(st.sampled_from(sorted(payload)), max_size=3))
    for name in names:
        payload[name] = data.draw(JSON)
    answer = office.service.receive([payload], office.sender)[0]
    assert answer.st is not OpStatus.RETRY
