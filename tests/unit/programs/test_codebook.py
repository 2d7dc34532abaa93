"""Long lists: right answers, little memory, no waiting."""

from __future__ import annotations

import statistics
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.xforms.lookup import LookupQuery
from sidumba_field.programs import CsvCodebook, shipped_folder

BOOKS = shipped_folder() / "codebooks"
UNDER = LookupQuery({"level": 3.0}, {"code": "63.11."})


@pytest.fixture(scope="module")
def wilayah() -> CsvCodebook:
    return CsvCodebook(BOOKS / "wilayah.csv", "code", "name")


@pytest.fixture(scope="module")
def kbli() -> CsvCodebook:
    return CsvCodebook(BOOKS / "kbli2020.csv", "code", "title")


def milliseconds(call: Callable[[], object], times: int = 40) -> float:
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        call()
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


def test_91599_places_take_at_most_ten_megabytes() -> None:
    tracemalloc.start()
    try:
        book = CsvCodebook(BOOKS / "wilayah.csv", "code", "name")
        for where in (LookupQuery({"level": 1.0}), UNDER, LookupQuery({}, {"code": "6"}, {"code": 8})):
            assert book.search(where)
        assert book.label("63.11.02.2005") == "Halong"
        held, _peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(book) == 91_599
    assert held <= 10 * 1024 * 1024


@pytest.mark.parametrize(
    ("where", "first", "count"),
    [
        (LookupQuery({"level": 1.0}), "11", 38),
        (LookupQuery({"level": 2.0}, {"code": "63."}), "63.01", 13),
        (UNDER, "63.11.01", 8),
        (LookupQuery({"level": 4.0}, {"code": "63.11.02."}), "63.11.02.2001", 24),
        (LookupQuery({}, {"code": "63.11."}, {"code": 8}), "63.11.01", 8),
        (LookupQuery({"code": "63.11.02"}), "63.11.02", 1),
        (LookupQuery({"code": "63.11.02", "level": 4.0}), "", 0),
        (LookupQuery({"level": "9"}), "", 0),
        (LookupQuery({"tidak_ada": "1"}), "", 0),
        (LookupQuery({}, {}, {}, None, True), "", 0),
    ],
)
def test_a_question_about_places_takes_at_most_a_millisecond(
    wilayah: CsvCodebook, where: LookupQuery, first: str, count: int
) -> None:
    found = wilayah.search(where, limit=100)
    assert len(found) == count
    assert not first or found[0].value == first
    assert milliseconds(lambda: wilayah.search(where, limit=100)) <= 1.0
    assert milliseconds(lambda: wilayah.label("63.11.02.2005")) <= 1.0


def test_labels_columns_and_unknown_codes(wilayah: CsvCodebook) -> None:
    assert wilayah.get("63.11", "level") == "2"
    assert wilayah.row("63") == {"code": "63", "name": "Kalimantan Selatan", "level": "1"}
    for code in ("", "0", "63.", "63.11.02.9999", "99.99", "zzz"):
        assert wilayah.label(code) is None


def test_typing_narrows_by_the_starts_of_words_and_codes(kbli: CsvCodebook) -> None:
    where = LookupQuery({"level": 5.0})
    assert [choice.value for choice in kbli.search(where, "kerup")] == ["10794"]
    assert [choice.value for choice in kbli.search(where, "KERIPIK peyek")] == ["10794"]
    assert "10710" in {choice.value for choice in kbli.search(where, "107", limit=99)}
    assert kbli.search(where, "eripik") == []
    assert kbli.search(where, "kerup zzz") == []
    assert all(len(choice.value) == 5 for choice in kbli.search(where, "industri", limit=50))
    assert kbli.label("A") == "Pertanian, Kehutanan dan Perikanan"


def test_typing_inside_a_kecamatan_and_over_the_whole_country(wilayah: CsvCodebook) -> None:
    assert [
        choice.label for choice in wilayah.search(LookupQuery({"level": 4.0}, {"code": "63.11.02."}), "ur")
    ] == ["Uren"]
    found = {choice.value for choice in wilayah.search(LookupQuery(), "halong", limit=99)}
    assert {"63.11.02", "63.11.02.2005"} <= found
    assert milliseconds(lambda: wilayah.search(LookupQuery(), "halong")) <= 5.0


@given(
    st.sampled_from(["", "63", "63.1", "63.11.", "63.11.02.", "9"]),
    st.sampled_from([None, 1.0, 2.0, 3.0, 4.0]),
)
def test_the_index_answers_as_looking_at_every_row_does(prefix: str, level: float | None) -> None:
    where = LookupQuery({} if level is None else {"level": level}, {"code": prefix} if prefix else {})
    book = _small()
    slow = [row["code"] for row in book.rows(LookupQuery(accept=where.admits))]
    assert [row["code"] for row in book.rows(where)] == slow


_KEPT: list[CsvCodebook] = []


def _small() -> CsvCodebook:
    if not _KEPT:
        _KEPT.append(CsvCodebook(BOOKS / "kbli2020.csv"))
    return _KEPT[0]


def test_quotes_line_ends_and_unsorted_keys(tmp_path: Path) -> None:
    path = tmp_path / "daftar.csv"
    path.write_bytes('\ufeffkode,nama\r\nb,"Dua, dengan ""kutip"""\r\na,"Satu\nbaris"\r\nc,Tiga'.encode())
    book = CsvCodebook(path)
    assert len(book) == 3
    assert book.label("b") == 'Dua, dengan "kutip"'
    assert book.label("a") == "Satu\nbaris"
    assert book.label("c") == "Tiga"
    assert [row["kode"] for row in book.rows(LookupQuery())] == ["b", "a", "c"]
    assert [row["kode"] for row in book.rows(LookupQuery({}, {"kode": "a"}))] == ["a"]
    assert [choice.value for choice in book.search(LookupQuery(), "ti")] == ["c"]


def test_a_missing_file_or_column_is_said_by_name(tmp_path: Path) -> None:
    with pytest.raises(SidumbaError) as caught:
        CsvCodebook(tmp_path / "tidak-ada.csv")
    assert caught.value.code == "form.unreadable"
    path = tmp_path / "x.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(SidumbaError) as caught:
        CsvCodebook(path, "kode")
    assert "kode" in caught.value.params["reason"]
