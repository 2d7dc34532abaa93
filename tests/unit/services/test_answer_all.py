"""Many answers taken at once: all or nothing, equal to typing them one by one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sidumba_field.core.errors import SidumbaError
from sidumba_field.services.entry.service import EntryService
from tests.helpers.desk import Office

ROW = "0192ab00-0000-7000-8000-000000000001"
ANSWERS = {
    "pemilik/nama": "Siti Aminah",
    "pemilik/nik": "6311024506880003",
    f"usaha/produk[{ROW}]/nama": "Keripik singkong",
    f"usaha/produk[{ROW}]/dibuat": "400",
    f"usaha/produk[{ROW}]/harga": "12000",
    "usaha/skala": "besar",
    "@reason/pemilik/nik": "KTP lama.",
}


@pytest.fixture
def entry(tmp_path: Path) -> Iterator[EntryService]:
    office = Office(tmp_path / "laptop")
    yield EntryService(office.sit("Nor Halimah", "petugas"))
    office.close()


def values(entry: EntryService, rid: str) -> dict[str, str]:
    record = entry.desk.seat().store.records.get(rid)
    assert record is not None
    return {path: value for path, value in record.fields.items() if value}


def test_answers_taken_at_once_equal_answers_typed_one_by_one(entry: EntryService) -> None:
    at_once, typed = entry.new().rid, entry.new().rid
    entry.answer_all(at_once, ANSWERS)
    row, _ = entry.add_row(typed, "usaha/produk")
    for path, value in ANSWERS.items():
        if path.startswith("@reason/"):
            entry.explain(typed, path.removeprefix("@reason/"), value)
        elif path != "usaha/skala":
            entry.answer(typed, path.replace(ROW, row), value)
    left, right = values(entry, at_once), values(entry, typed)
    changing = ("pernyataan/nomor", "pernyataan/waktu")
    assert {p.replace(ROW, "*"): v for p, v in left.items() if not p.startswith(changing)} == {
        p.replace(row, "*"): v for p, v in right.items() if not p.startswith(changing)
    }
    assert left.get("usaha/skala") != "besar", "what the form computes is not taken over"
    assert any(path.startswith(f"usaha/produk[{ROW}]") for path in left)


def test_one_unknown_question_takes_nothing_over(entry: EntryService) -> None:
    rid = entry.new().rid
    before = values(entry, rid)
    with pytest.raises(SidumbaError) as refused:
        entry.answer_all(rid, {"pemilik/nama": "Siti", "pemilik/tidak_ada": "x"})
    assert refused.value.code == "form.unknown_path"
    assert values(entry, rid) == before


def test_each_of_them_can_be_taken_back(entry: EntryService) -> None:
    rid = entry.new().rid
    before = values(entry, rid)
    entry.answer_all(rid, {"pemilik/nama": "Siti", "usaha/nama": "Warung Barokah"})
    assert entry.undo(rid) is not None
    assert "usaha/nama" not in values(entry, rid)
    assert entry.undo(rid) is not None
    assert values(entry, rid) == before
