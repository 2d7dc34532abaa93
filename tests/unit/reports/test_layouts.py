"""Laws of the kinds of paper: what stands where, and who may read what."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest

from sidumba_field.reports import Paper, cells
from sidumba_field.reports.layouts import LAYOUTS
from sidumba_field.reports.model import Bar, Block, Kop, Photos, ReportData, Signatory, Signatures, Table
from tests.helpers.papers import NIK, approval_data, form_data, printed, shipped


def blocks(paper: Paper, given: ReportData) -> list[Block]:
    return list(LAYOUTS[paper.kind](paper, given))


def test_a_filled_form_shows_code_question_and_answer_in_form_order() -> None:
    text = " ".join(printed(shipped("formulir_terisi"), form_data()).text.split())
    order = [
        "Pemilik usaha 201 NIK",
        "203 Nama lengkap",
        "301 Nama usaha Keripik Pisang Berkah",
        "Produk utama",
    ]
    order += [
        "Keripik pisang",
        "Keripik singkong",
        "605 Omzet per bulan Rp45.000.000",
        "Petugas Pendata,",
        "Foto tempat usaha",
    ]
    places = [text.index(part) for part in order]
    assert places == sorted(places)


def test_a_repeat_is_a_table_with_its_own_head_and_row_numbers() -> None:
    tables = [b for b in blocks(shipped("formulir_terisi"), form_data()) if isinstance(b, Table) and b.heads]
    (table,) = tables
    assert [column.head for column in table.columns] == ["No", "Nama produk", "Harga jual (Rp)"]
    assert [row["#"] for row in table.rows] == ["1", "2"]


def test_personal_answers_are_masked_however_they_were_grouped_for_reading() -> None:
    hidden = printed(shipped("formulir_terisi"), form_data()).text
    assert "631102••••••0003" in hidden
    assert "631102••••••0004" in hidden
    assert "0812••••7890" in hidden
    assert "Hamidah" in hidden
    for secret in (NIK, "6311 0252", "6311021203150004", "081234567890"):
        assert secret not in hidden
    open_ = printed(shipped("formulir_terisi"), form_data(revealed=True)).text
    assert "6311 0252 0390 0003" in open_.replace("\u00a0", " ")
    assert "081234567890" in open_


def test_empty_answers_are_shown_as_empty_unless_the_paper_skips_them() -> None:
    paper = shipped("formulir_terisi")
    full = printed(paper, form_data()).text
    assert "Surel" in full
    assert "Tidak dijawab" in full
    short = printed(replace(paper, skip_empty=True), form_data()).text
    assert "Surel" not in short
    assert "Kosong" not in short


def test_photos_are_an_annex_after_the_signatures() -> None:
    kinds = [type(block) for block in blocks(shipped("formulir_terisi"), form_data())]
    assert kinds.index(Photos) > kinds.index(Signatures)
    assert kinds[-2:] == [Bar, Photos]
    raw = printed(shipped("formulir_terisi"), form_data()).raw
    assert raw.count(b"/DCTDecode") == 2


def test_nobody_named_yet_leaves_a_line_to_write_on() -> None:
    given = form_data(
        signatories={"petugas": Signatory("Petugas Pendata", ""), "responden": Signatory("", "")}
    )
    assert "Petugas Pendata," in printed(shipped("formulir_terisi"), given).text


def test_substitutes_are_named_as_such() -> None:
    official = Signatory("Kepala Dinas", "Fitriani", prefix="Plt.")
    given = form_data(signatories={"petugas": official, "responden": Signatory("", "Hamidah")})
    assert "Plt. Kepala Dinas," in printed(shipped("formulir_terisi"), given).text


def test_any_list_of_officials_and_any_letterhead_will_do() -> None:
    """Rooms that do not know each other hand over values of the same shape."""
    line = SimpleNamespace(text="PEMERINTAH KABUPATEN LAIN", size=13.0)
    head = SimpleNamespace(lines=(line,), address="", emblem=None)
    official = SimpleNamespace(full_position="Plh. Camat", name="Norlatifah", nip="", rank="")
    given = form_data(kop=head, signatories={"petugas": official, "responden": official})
    text = printed(shipped("formulir_terisi"), given).text
    assert "PEMERINTAH KABUPATEN LAIN" in text
    assert "Norlatifah" in text


def test_the_offices_own_lines_of_a_letterhead_are_larger() -> None:
    head = Kop.of("PEMERINTAH KABUPATEN BALANGAN", "KECAMATAN HALONG", "DESA KAPUL")
    assert [line.size for line in head.lines] == [12, 12, 14]


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("text", "Halong", "Halong"),
        ("text", None, ""),
        ("number", 1234567, "1.234.567"),
        ("number", "1234567", "1.234.567"),
        ("number", Decimal("12.50"), "12,5"),
        ("number", "", ""),
        ("number", 0, "0"),
        ("money", 1500000, "Rp1.500.000"),
        ("money", Decimal("1500000.5"), "Rp1.500.000,50"),
        ("percent", Decimal("12.5"), "12,5%"),
        ("date", "2026-11-20", "20-11-2026"),
        ("date", date(2026, 11, 20), "20-11-2026"),
        ("date", datetime(2026, 11, 20, 9, 41), "20-11-2026"),  # noqa: DTZ001
    ],
)
def test_cells_are_written_as_the_rule_says(kind: str, value: object, text: str) -> None:
    write, _, _ = cells.writer(kind)
    assert write(value) == text


@pytest.mark.parametrize(("kind", "value"), [("number", "dua"), ("money", "x"), ("date", "kemarin")])
def test_a_value_that_is_not_what_its_column_says_is_loud(kind: str, value: object) -> None:
    write, _, _ = cells.writer(kind)
    with pytest.raises(ValueError):
        write(value)


@pytest.mark.parametrize(
    ("style", "text", "hidden"),
    [
        ("nik", NIK, "631102••••••0003"),
        ("nik", "6311 0252 0390 0003", "631102••••••0003"),
        ("nik", "", ""),
        ("tail", "081234567890", "0812••••7890"),
        ("tail", "0812", "••••"),
        ("hide", "Jalan Raya 5", "(disamarkan)"),
        ("hide", "", ""),
    ],
)
def test_masks_hide_what_they_promise(style: str, text: str, hidden: str) -> None:
    assert cells.mask(style, text) == hidden


@pytest.mark.parametrize("size", ["F4", "A4"])
@pytest.mark.parametrize("orientation", ["portrait", "landscape"])
def test_in_a_long_list_no_number_and_no_head_is_broken_on_any_sheet(size: str, orientation: str) -> None:
    """Row 10,000 of the register: its number, code and sums stand in one piece, as the heads do."""
    paper = replace(shipped("daftar_umkm"), size=size, orientation=orientation)
    row = {
        "usaha/kbli": "47112",
        "usaha/skala": "Usaha menengah",
        "@pekerja": 1234,
        "usaha/omzet": 98_765_432,
    }
    rows = [{**row, "@no": number} for number in (1, 5180, 10_000)]
    data = approval_data()
    data = replace(
        data, rows=rows, values={**data.values, "tempat": "Kabupaten Balangan", "keadaan": data.day}
    )
    words = printed(paper, data).text.split()
    for whole in ("5.180", "10.000", "47112", "menengah", "1.234", "Rp98.765.432"):
        assert whole in words, whole
    for head in ("Tenaga", "Kelurahan", "KBLI", "Omzet"):  # neighbours may read as one word
        assert any(head in word for word in words), head
