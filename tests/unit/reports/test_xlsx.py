"""Laws of spreadsheets: real numbers and dates, masks as on paper, no formula from typed text, provenance below."""

from __future__ import annotations

import zipfile
from io import BytesIO
from xml.etree import ElementTree

import pytest

from sidumba_field.core.errors import SidumbaError
from sidumba_field.reports import Paper, ReportData, render_xlsx
from tests.helpers.papers import NIK, SNAPSHOT, approval_data, data, form_data, register, rows, shipped

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def sheet(paper: Paper, given: ReportData) -> list[list[str | float]]:
    """The cells of the first sheet, row by row: numbers as float, text as str."""
    out = BytesIO()
    render_xlsx(paper, given, out)
    with zipfile.ZipFile(out) as book:
        root = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    assert root.find(f".//{MAIN}f") is None
    found: list[list[str | float]] = []
    for row in root.iter(f"{MAIN}row"):
        line: list[str | float] = []
        for cell in row:
            number = cell.find(f"{MAIN}v")
            line.append("".join(cell.itertext()) if number is None else float(number.text or ""))
        found.append(line)
    return found


def test_numbers_and_dates_are_numbers_and_the_rest_is_text() -> None:
    lines = sheet(register(), data(rows=rows(3)))
    at = next(i for i, line in enumerate(lines) if line and line[0] == "No")
    assert lines[at + 1] == [1, lines[at + 1][1], "631102••••••0000", "Buntu Pilanduk", 0, 1_000_000, 46327]
    assert lines[at + 4][0] == "Jumlah"
    assert lines[at + 4][-2:] == [3, 3_000_003]


def test_masks_hold_in_spreadsheets_too() -> None:
    given = [{"no": 1, "nama": "x", "nik": NIK}]
    assert NIK not in str(sheet(register(), data(rows=given)))
    assert NIK in str(sheet(register(), data(rows=given, revealed=True)))
    assert NIK not in str(sheet(shipped("formulir_terisi"), form_data()))


def test_typed_text_never_becomes_a_formula() -> None:
    evil = '=HYPERLINK("http://x","klik")'
    lines = sheet(register(), data(rows=[{"no": 1, "nama": evil}]))
    assert [evil] == [
        cell for line in lines for cell in line if isinstance(cell, str) and cell.startswith("=")
    ]


def test_the_sheet_says_where_its_numbers_come_from() -> None:
    text = str(sheet(shipped("lembar_pengesahan"), approval_data()))
    assert SNAPSHOT in text
    assert "dicetak 20 November 2026 pukul 08.20 WITA, kode cetak KPL-7F3A-21" in text
    assert "PEMERINTAH KABUPATEN BALANGAN" in text
    assert "LEMBAR PENGESAHAN DATABASE UMKM" in text


def test_rows_are_counted_and_progress_may_stop_them() -> None:
    assert render_xlsx(register(), data(rows=rows(12)), BytesIO()) == 12
    told: list[int] = []

    def watch(_pages: int, done: int) -> bool:
        told.append(done)
        return False

    with pytest.raises(SidumbaError, match=r"report\.stopped"):
        render_xlsx(register(), data(rows=rows(5000)), BytesIO(), watch)
    assert told == [1000]


def test_the_same_input_gives_the_same_bytes() -> None:
    first, second = BytesIO(), BytesIO()
    render_xlsx(register(), data(rows=rows(20)), first)
    render_xlsx(register(), data(rows=rows(20)), second)
    assert first.getvalue() == second.getvalue()
