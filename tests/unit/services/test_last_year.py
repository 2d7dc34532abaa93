"""Last year's answers are offered for the same business and never taken by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.workflow.content import CONTINUES
from sidumba_field.services.entry.service import EntryService
from tests.helpers.desk import Office
from tests.helpers.told import Told, business

NIK, NAME = business()["pemilik/nik"], business()["usaha/nama"]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path / "laptop")
    yield office
    office.close()


def next_period(office: Office) -> None:
    office.store.meta.set("periods", f'{{"{office.program.id}": "2027"}}')


def signed(office: Office, **answers: str) -> str:
    """Tell of a business the head signed off in 2026; the laptop then works in 2027."""
    told = Told(office)
    rid = told.business("tervalidasi", answers=answers)
    told.pull()
    told.batch([rid], "disahkan")
    next_period(office)
    return rid


def test_the_same_business_is_found_by_its_answers_however_they_are_written(office: Office) -> None:
    entry = EntryService(office.sit("Nor Halimah", "petugas"))
    before = signed(office)
    rid = entry.new().rid
    assert entry.last_record(rid) is None
    delta = entry.answer(rid, "pemilik/nik", NIK)
    entry.answer(rid, "usaha/nama", f" {NAME.upper()} ")
    last = entry.last_record(rid)
    assert last is not None
    assert (last.rid, last.period) == (before, "2026")
    # The help panel has it at once, and nothing was answered by that.
    assert delta.items["usaha/alamat"].previous == business()["usaha/alamat"]
    assert delta.items["usaha/alamat"].value == ""
    answer = entry.last_year(rid, "usaha/omzet")
    assert answer is not None
    assert (answer.value, answer.period) == (business()["usaha/omzet"], "2026")
    chosen = entry.last_year(rid, "pemilik/pendidikan")
    assert chosen is not None
    assert chosen.shown not in ("", chosen.value)


def test_another_business_of_the_same_owner_is_not_offered(office: Office) -> None:
    entry = EntryService(office.sit("Nor Halimah", "petugas"))
    signed(office)
    rid = entry.new().rid
    entry.answer(rid, "pemilik/nik", NIK)
    assert entry.last_record(rid) is not None
    entry.answer(rid, "usaha/nama", "Bengkel Sepeda")
    assert entry.last_record(rid) is None
    assert entry.last_year(rid, "usaha/omzet") is None


def test_the_same_period_is_not_last_year(office: Office) -> None:
    entry = EntryService(office.sit("Nor Halimah", "petugas"))
    told = Told(office)
    rid = told.business("tervalidasi")
    told.pull()
    told.batch([rid], "disahkan")
    fresh = entry.new().rid
    entry.answer(fresh, "pemilik/nik", NIK)
    assert entry.last_record(fresh) is None
    with pytest.raises(SidumbaError) as caught:
        entry.begin_again(rid)
    assert caught.value.code == "workflow.locked"


def test_a_copy_fills_what_is_empty_and_asks_anew_what_must_be_asked(office: Office) -> None:
    entry = EntryService(office.sit("Nor Halimah", "petugas"))
    signed(office)
    rid = entry.new().rid
    entry.answer(rid, "pemilik/nik", NIK)
    entry.answer(rid, "usaha/nama", NAME)
    entry.answer(rid, "usaha/omzet", "1000000")
    assert entry.copy_last_year(rid) is not None
    view = entry.open(rid)
    assert view.items["usaha/omzet"].value == "1000000"
    assert view.items["pemilik/nama"].value == business()["pemilik/nama"]
    for path in ("lokasi/foto", "pernyataan/setuju"):
        assert view.items[path].value == ""
    table = next(table for table in view.repeats.values() if table.rows)
    assert len(table.rows) == sum(1 for path in business() if path.startswith(table.path) and path[-1] == "]")
    assert entry.open(rid).items["usaha/omzet"].value == "1000000"


def test_a_copy_can_be_taken_back(office: Office) -> None:
    entry = EntryService(office.sit("Nor Halimah", "petugas"))
    signed(office)
    rid = entry.new().rid
    entry.answer(rid, "pemilik/nik", NIK)
    entry.copy_last_year(rid)
    while entry.undo(rid) is not None:
        pass
    assert entry.open(rid).items["usaha/nama"].value == ""


def test_a_signed_record_is_corrected_as_a_new_one_that_continues_it(office: Office) -> None:
    entry = EntryService(office.sit("Nor Halimah", "petugas"))
    before = signed(office)
    view = entry.begin_again(before)
    record = office.store.records.get(view.rid)
    assert record is not None
    assert record.fields[CONTINUES] == before
    assert record.period == "2027"
    assert view.items["usaha/nama"].value == NAME
    assert view.items["usaha/nama"].previous == NAME
    kept = office.store.records.get(before)
    assert kept is not None
    assert kept.state == "disahkan"


def test_who_may_begin_again_is_told_before_he_asks(office: Office) -> None:
    entry = EntryService(office.sit("Nor Halimah", "petugas"))
    before = signed(office)
    assert entry.open(before).may_begin_again
    fresh = entry.begin_again(before)
    assert not fresh.may_begin_again, "a draft is simply typed in"
    above = EntryService(office.sit("M. Rizani", "admin_kecamatan", "63.11.02"))
    assert not above.open(before).may_begin_again, "who types nothing corrects nothing"
