"""After a restore an op may stand on what another laptop has yet to send again: it is put off, never refused."""

from __future__ import annotations

import pytest

from server_stub.store.scopes import RESTORED
from sidumba_field.core.records import OpStatus
from sidumba_field.core.time import iso
from tests.helpers.office import Office

DAY_S = 86_400


@pytest.fixture
def restored(office: Office) -> Office:
    with office.database.write() as work:
        work.scopes.put_fact(RESTORED, iso(office.clock.now()))
    return office


def test_an_edit_of_a_record_that_has_not_come_back_waits_for_it(restored: Office) -> None:
    rid = restored.new_id()
    later = restored.edit("petugas", rid, {"omzet": "5"}, base=1)
    assert (restored.do(later).st, restored.do(later).code) == (OpStatus.RETRY, "wire.rewound")
    restored.must(restored.edit("petugas", rid, {"nama": "Warung"}))
    assert restored.do(later).st is OpStatus.APPLIED
    assert restored.stored(rid).fields == {"nama": "Warung", "omzet": "5"}


def test_a_step_on_a_revision_that_has_not_come_back_waits_for_it(restored: Office) -> None:
    rid = restored.new_id()
    restored.must(restored.edit("petugas", rid, {"nama": "Warung"}))
    ahead = restored.step("petugas", rid, "serahkan", expect_rev=2)
    assert restored.do(ahead).st is OpStatus.RETRY
    restored.must(restored.edit("petugas", rid, {"omzet": "1"}, base=1))
    assert restored.do(ahead).st is not OpStatus.RETRY


def test_on_a_server_that_was_never_restored_such_an_op_is_refused(office: Office) -> None:
    answer = office.do(office.edit("admin_desa", office.new_id(), {"omzet": "5"}, base=1))
    assert (answer.st, answer.code) == (OpStatus.REJECTED, "op.unknown_record")


def test_after_ninety_days_nobody_comes_back_any_more(restored: Office) -> None:
    restored.clock.advance(91 * DAY_S)
    answer = restored.do(restored.edit("admin_desa", restored.new_id(), {"omzet": "5"}, base=1))
    assert (answer.st, answer.code) == (OpStatus.REJECTED, "op.unknown_record")
