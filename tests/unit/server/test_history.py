"""The history of one record over the line: in order, behind a number, of that record and of nobody else's."""

from __future__ import annotations

import pytest

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.ids import new_id
from sidumba_field.core.records import OpStatus
from sidumba_field.core.time import SystemClock
from tests.helpers.office import DESA_2, Office
from tests.helpers.server import Laptop
from tests.unit.server.test_http import edit, laptop, number, raw, url

__all__ = ["laptop", "url"]


def test_the_history_of_a_record_comes_behind_a_number_and_is_of_no_other(
    office: Office, laptop: Laptop
) -> None:
    first = edit(laptop)
    more = [edit(laptop, first.rid, set={"nama": f"Keripik {n}"}, base_rev=n + 1) for n in range(2)]
    for op in (first, edit(laptop), *more):
        assert [answer.st for answer in laptop.answers(op)] == [OpStatus.APPLIED]
    line = laptop.line("petugas")
    whole = line.history(office.vid(), first.rid, 0)
    assert [(entry.rid, entry.rev) for entry in whole.entries] == [(first.rid, rev) for rev in (1, 2, 3)]
    assert not whole.more
    assert line.history(office.vid(), first.rid, whole.entries[0].seq).entries == whole.entries[1:]
    assert line.history(office.vid(), new_id(SystemClock()), 0).entries == []
    with pytest.raises(SidumbaError, match=r"auth\.not_permitted"):
        line.history(office.vid(DESA_2), first.rid, 0)
    mine = {"Authorization": f"Bearer {laptop.sessions['petugas'].token}"}
    for bad in ("x", "-1", "1e3", "9" * 20):
        target = f"/v1/history/{office.vid()}/{first.rid}?after={bad}"
        assert number(raw(laptop, "GET", target, **mine)) == "400.1"
