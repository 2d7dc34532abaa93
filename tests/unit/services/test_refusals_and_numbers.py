"""What is not answered and why, what the form suggests and takes back, and the number a new file is offered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sidumba_field.services.entry.service import EntryService
from sidumba_field.services.views import Decided, Refusal
from tests.helpers import umkm_answers
from tests.helpers.desk import VILLAGE, Office
from tests.tour.people import photo


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path / "laptop")
    yield made
    made.close()


@pytest.fixture
def entry(office: Office) -> EntryService:
    return EntryService(office.sit("Nor Halimah", "petugas"))


def whole(entry: EntryService, tmp_path: Path, n: int = 1, without: tuple[str, ...] = ()) -> str:
    """A record with everything the n-th business says, but ``without``; its photo is on the laptop."""
    rid = entry.new().rid
    answers = umkm_answers.typed(n, VILLAGE)
    skipped = {*without, "lokasi/foto", "pernyataan/nomor", "pernyataan/setuju_waktu"}
    entry.answer_all(rid, {path: value for path, value in answers.items() if path not in skipped})
    picture = tmp_path / "toko.jpg"
    picture.write_bytes(photo(96, 72))
    entry.attach(rid, "lokasi/foto", picture)
    return rid


def test_a_refused_amount_can_be_handed_on_and_leaves_no_number_behind(
    entry: EntryService, office: Office, tmp_path: Path
) -> None:
    rid = whole(entry, tmp_path, without=("keuangan/modal",))
    refused = entry.finish(rid)
    assert isinstance(refused, Refusal)
    assert refused.paths == ("keuangan/modal",)
    delta = entry.refuse(rid, "keuangan/modal", "menolak")
    assert delta.items["keuangan/modal"].why == "menolak"
    assert "keuangan/modal" not in delta.empty
    assert isinstance(entry.finish(rid), Decided)
    record = office.store.records.get(rid)
    assert record is not None
    assert record.fields["@why/keuangan/modal"] == "menolak"
    assert not record.fields.get("keuangan/modal")


def test_a_refusal_clears_the_answer_and_undo_brings_it_back(entry: EntryService) -> None:
    rid = entry.new().rid
    entry.answer(rid, "keuangan/modal", "25000000")
    delta = entry.refuse(rid, "keuangan/modal", "tidak_tahu")
    assert (delta.items["keuangan/modal"].value, delta.items["keuangan/modal"].why) == ("", "tidak_tahu")
    back = entry.undo(rid)
    assert back is not None
    assert (back.items["keuangan/modal"].value, back.items["keuangan/modal"].why) == ("25000000", "")
    again = entry.redo(rid)
    assert again is not None
    assert again.items["keuangan/modal"].why == "tidak_tahu"


def test_a_name_may_not_be_refused(entry: EntryService, tmp_path: Path) -> None:
    rid = whole(entry, tmp_path, without=("usaha/nama",))
    delta = entry.refuse(rid, "usaha/nama", "menolak")
    assert "usaha/nama" in delta.empty
    refused = entry.finish(rid)
    assert isinstance(refused, Refusal)
    assert refused.paths == ("usaha/nama",)


def test_undo_takes_along_what_was_suggested_and_an_answer_suggests_again(entry: EntryService) -> None:
    rid = entry.new().rid
    entry.answer(rid, "pemilik/nik", "6311024506880003")
    back = entry.undo(rid)
    assert back is not None
    assert [back.items[path].value for path in ("pemilik/nik", "pemilik/tgl_lahir", "pemilik/jk")] == [
        "",
        "",
        "",
    ]
    again = entry.answer(rid, "pemilik/nik", "6311021708010007")
    assert again.items["pemilik/tgl_lahir"].value == "2001-08-17"


def test_files_are_numbered_on_from_the_highest_number_of_the_village_and_year(entry: EntryService) -> None:
    first = entry.new()
    assert first.number == f"{VILLAGE}/2026/0001"
    entry.answer(first.rid, "pernyataan/nomor", f"{VILLAGE}/2026/0041")
    assert entry.new().number == f"{VILLAGE}/2026/0042"
    entry.answer(first.rid, "pernyataan/nomor", f"{VILLAGE}/2025/0900")
    assert entry.new().number == f"{VILLAGE}/2026/0043"


def test_a_visit_nobody_answered_is_handed_on_with_a_note_and_a_number(
    entry: EntryService, office: Office
) -> None:
    rid = entry.new().rid
    delta = entry.answer(rid, "pendataan/hasil", "menolak")
    assert [section.key for section in delta.sections if section.order] == [
        "pendataan",
        "lokasi",
        "pernyataan",
    ]
    assert set(delta.empty) == {"lokasi/rt", "pernyataan/catatan"}
    entry.answer(rid, "lokasi/rt", "003")
    entry.answer(rid, "pernyataan/catatan", "Dua kali didatangi, pemilik tidak bersedia.")
    assert isinstance(entry.finish(rid), Decided)
    record = office.store.records.get(rid)
    assert record is not None
    assert record.state == "diserahkan"
