"""Typing a record without a window: durable answers, undo, rows, reasons, pictures, handing on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sidumba_field.core.errors import SidumbaError
from sidumba_field.services.account.session import SessionService
from sidumba_field.services.boards.home import HomeService
from sidumba_field.services.entry.service import EntryService
from sidumba_field.services.views import Decided, Mark, Refusal
from tests.helpers.desk import Office
from tests.helpers.typist import fill
from tests.tour.people import photo


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path / "laptop")
    yield made
    made.close()


@pytest.fixture
def entry(office: Office) -> EntryService:
    return EntryService(office.sit("Nor Halimah", "petugas"))


def test_a_new_record_knows_where_and_when_it_was_begun(entry: EntryService) -> None:
    view = entry.new()
    assert view.items["lokasi/desa"].shown == "Halong"
    assert view.items["pernyataan/tanggal"].value == "2026-11-20"
    assert view.posisi == "draf"
    assert view.mark is Mark.LAPTOP


def test_an_answer_is_there_after_the_program_starts_again(entry: EntryService, office: Office) -> None:
    rid = entry.new().rid
    delta = entry.answer(rid, "pemilik/nama", "Siti Aminah")
    assert delta.saved_at == "09.41.12"
    again = EntryService(office.desk)
    assert again.open(rid).items["pemilik/nama"].value == "Siti Aminah"


def test_a_nik_is_read_and_fills_what_is_still_empty(entry: EntryService) -> None:
    rid = entry.new().rid
    delta = entry.answer(rid, "pemilik/nik", "6311024506880003")
    assert delta.items["pemilik/tgl_lahir"].value == "1988-06-05"
    assert delta.items["pemilik/jk"].shown == "Perempuan"
    assert "Halong" in delta.items["pemilik/nik"].reading


def test_a_wrong_answer_is_kept_and_marked(entry: EntryService) -> None:
    rid = entry.new().rid
    delta = entry.answer(rid, "pemilik/hp", "0812 5134")
    assert delta.items["pemilik/hp"].value == "0812 5134"
    assert delta.items["pemilik/hp"].error
    assert "pemilik/hp" in delta.errors


def test_handing_on_an_empty_form_names_the_first_problem(entry: EntryService) -> None:
    rid = entry.new().rid
    refused = entry.finish(rid)
    assert isinstance(refused, Refusal)
    assert refused.paths[0] == "pemilik/nik"
    assert "isian" in refused.sentence


def test_a_whole_form_is_handed_on(entry: EntryService, office: Office, tmp_path: Path) -> None:
    view = entry.new()
    fill(entry, view.rid, photo(320, 240), tmp_path)
    whole = entry.open(view.rid)
    assert whole.errors == ()
    assert whole.items["usaha/skala"].shown == "Usaha mikro"
    assert whole.repeats["usaha/produk"].totals["nilai"].replace("\xa0", " ") == "Rp 9.130.000"
    done = entry.finish(view.rid)
    assert isinstance(done, Decided)
    record = office.store.records.get(view.rid)
    assert record is not None
    assert record.state == "diserahkan"
    assert office.store.counts().waiting == 1


def test_a_step_can_be_taken_back_while_it_is_still_here(
    entry: EntryService, office: Office, tmp_path: Path
) -> None:
    view = entry.new()
    fill(entry, view.rid, photo(320, 240), tmp_path)
    done = entry.finish(view.rid)
    assert isinstance(done, Decided)
    assert office.store.records.withdraw(done.undo)
    record = office.store.records.get(view.rid)
    assert record is not None
    assert record.state == "draf"


def test_opening_a_record_again_begins_a_new_undo_history(entry: EntryService) -> None:
    rid = entry.new().rid
    entry.answer(rid, "pemilik/nama", "Siti")
    entry.open(rid)
    assert entry.undo(rid) is None


def test_a_removed_row_comes_back_with_its_cells(entry: EntryService) -> None:
    rid = entry.new().rid
    row, _ = entry.add_row(rid, "usaha/produk")
    entry.answer(rid, f"usaha/produk[{row}]/nama", "Keripik")
    entry.remove_row(rid, "usaha/produk", row)
    delta = entry.undo(rid)
    assert delta is not None
    assert delta.repeats["usaha/produk"].cells[row]["nama"].value == "Keripik"
    again = entry.redo(rid)
    assert again is not None
    assert again.repeats["usaha/produk"].rows == ()


def test_undo_puts_the_former_answer_back(entry: EntryService) -> None:
    rid = entry.new().rid
    entry.answer(rid, "pemilik/nama", "Siti")
    entry.answer(rid, "pemilik/nama", "Aminah")
    delta = entry.undo(rid)
    assert delta is not None
    assert delta.items["pemilik/nama"].value == "Siti"
    again = entry.redo(rid)
    assert again is not None
    assert again.items["pemilik/nama"].value == "Aminah"


def test_a_warning_wants_a_reason_and_takes_it(entry: EntryService) -> None:
    rid = entry.new().rid
    entry.answer(rid, "usaha/omzet", "1000000")
    delta = entry.answer(rid, "keuangan/penjualan", "900000000")
    assert delta.items["keuangan/penjualan"].warning
    explained = entry.explain(rid, "keuangan/penjualan", "Ada pesanan besar dari dinas.")
    assert explained.items["keuangan/penjualan"].reason == "Ada pesanan besar dari dinas."


def test_a_picture_lies_encrypted_and_without_its_position(
    entry: EntryService, office: Office, tmp_path: Path
) -> None:
    rid = entry.new().rid
    picture = tmp_path / "toko.jpg"
    picture.write_bytes(photo(320, 240))
    delta = entry.attach(rid, "lokasi/foto", picture)
    name = delta.items["lokasi/foto"].value
    assert name.endswith(".jpg")
    shown = entry.photo(name)
    assert b"6311024506880003" not in shown
    stored = [p for p in (office.desk.folder / "attachments").rglob("*") if p.is_file()]
    assert stored
    assert all(shown[:64] not in p.read_bytes() for p in stored)


def test_what_is_no_picture_is_refused_kindly(entry: EntryService, tmp_path: Path) -> None:
    rid = entry.new().rid
    fake = tmp_path / "foto.jpg"
    fake.write_bytes(b"MZ\x90\x00 not a picture")
    with pytest.raises(SidumbaError) as refused:
        entry.attach(rid, "lokasi/foto", fake)
    assert refused.value.code == "attachment.not_an_image"


def test_somebody_elses_handed_on_record_cannot_be_changed(
    entry: EntryService, office: Office, tmp_path: Path
) -> None:
    view = entry.new()
    fill(entry, view.rid, photo(320, 240), tmp_path)
    entry.finish(view.rid)
    with pytest.raises(SidumbaError) as refused:
        entry.answer(view.rid, "pemilik/nama", "Lain")
    assert refused.value.code == "workflow.locked"
    assert entry.open(view.rid).items["pemilik/nama"].value == "Siti Aminah"
    assert entry.open(view.rid).why_locked


def test_beranda_counts_what_there_is(entry: EntryService, office: Office, tmp_path: Path) -> None:
    draft = entry.new()
    entry.answer(draft.rid, "usaha/nama", "Warung Barokah")
    done = entry.new()
    fill(entry, done.rid, photo(320, 240), tmp_path)
    entry.finish(done.rid)
    home = HomeService(office.desk).home()
    assert home.today_done == 2
    assert [task.title for task in home.tasks] == ["Warung Barokah"]
    assert (home.laptop, home.waiting, home.received) == (1, 1, 0)
    assert home.greeting == "Selamat pagi, Nor"


def test_the_truth_bar_says_what_the_outbox_says(entry: EntryService, office: Office, tmp_path: Path) -> None:
    def no_line(*_: object) -> None:
        raise AssertionError("the truth bar never asks the network")

    session = SessionService(office.desk, no_line)  # type: ignore[arg-type]
    view = entry.new()
    fill(entry, view.rid, photo(320, 240), tmp_path)
    assert session.truth().laptop == 1
    entry.finish(view.rid)
    truth = session.truth()
    assert (truth.laptop, truth.waiting, truth.received) == (0, 1, 0)
    assert truth.saved_at == "09.41.12"


def test_nobody_outside_the_area_opens_a_record(entry: EntryService, office: Office) -> None:
    rid = entry.new().rid
    other = EntryService(office.sit("Orang Lain", "petugas", "63.11.02.2002"))
    with pytest.raises(SidumbaError) as refused:
        other.open(rid)
    assert refused.value.code == "workflow.outside_area"
