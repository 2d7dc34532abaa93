"""Laws of every printed page: provenance, breaks, masks, fonts, and the same bytes for the same input."""

from __future__ import annotations

import re
import time
import tracemalloc
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest

from sidumba_field.core.errors import SidumbaError
from sidumba_field.reports import Paper, ReportData, render_pdf, save_pdf
from sidumba_field.reports.geometry import MM
from sidumba_field.reports.model import Withheld
from tests.helpers import papers
from tests.helpers.papers import (
    NIK,
    SNAPSHOT,
    approval_data,
    data,
    form_data,
    printed,
    register,
    rows,
    shipped,
)

SAMPLES: dict[str, tuple[Paper, ReportData]] = {
    "register": (register(), data(rows=list(rows(90)))),
    "approval": (shipped("lembar_pengesahan"), approval_data()),
    "form": (shipped("formulir_terisi"), form_data(kop=papers.kop(emblem=True))),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_every_page_says_where_its_numbers_come_from(name: str) -> None:
    pages = printed(*SAMPLES[name]).pages
    for number, page in enumerate(pages, start=1):
        assert f"Halaman {number} dari {len(pages)}" in page
        assert "Sidumba Field 0.1.0, dicetak 20-11-2026 08.20 WITA, kode cetak KPL-7F3A-21" in page
        assert f"Cuplikan data {SNAPSHOT[:8]}, SHA-256 {SNAPSHOT}" in page


@pytest.mark.parametrize("name", SAMPLES)
def test_the_letterhead_stands_on_the_first_page_only(name: str) -> None:
    pages = printed(*SAMPLES[name]).pages
    assert ["PEMERINTAH KABUPATEN BALANGAN" in page for page in pages] == [True] + [False] * (len(pages) - 1)


def test_heads_and_column_numbers_repeat_on_every_page_of_a_table() -> None:
    pages = printed(register(), data(rows=rows(90))).pages
    assert len(pages) > 3
    for page in pages:
        assert "Nama usaha" in page
        assert "Omzet per bulan" in page
        assert re.search(r"1\s+2\s+3\s+4\s+5\s+6\s+7\s", page)


def test_no_row_is_ever_split_and_none_is_lost() -> None:
    pages = printed(register(), data(rows=rows(200, long_every=2))).pages
    for i in range(200):
        (first,) = [n for n, page in enumerate(pages) if f"awal{i} " in page]
        (last,) = [n for n, page in enumerate(pages) if re.search(rf"akhir{i}\s", page)]
        assert first == last, i


def test_only_a_row_taller_than_a_page_is_continued_and_it_loses_nothing() -> None:
    words = [f"kata{i}" for i in range(3000)]
    long = [{"no": 1, "nama": " ".join(words), "pekerja": 1, "omzet": 1}]
    text = printed(register(), data(rows=long)).text
    assert [word for word in words if word not in text] == []


@pytest.mark.parametrize("count", range(1, 45))
def test_signatures_never_stand_alone(count: int) -> None:
    pages = printed(register(), data(rows=rows(count))).pages
    (page,) = [page for page in pages if "AIDINNOR" in page]
    assert page.count("akhir") >= min(count, 2)
    assert "Kepala Dinas" in page
    assert "Muhammad Rizani" in page
    assert "Jumlah" in page


@pytest.mark.parametrize("villages", range(1, 40, 3))
def test_the_approval_sheet_keeps_rows_and_closing_words_with_its_signatures(villages: int) -> None:
    pages = printed(shipped("lembar_pengesahan"), approval_data(villages)).pages
    (page,) = [page for page in pages if "AIDINNOR" in page]
    assert page.count("63.11.02.") >= min(villages, 2)


def test_totals_add_up_what_was_printed() -> None:
    text = printed(register(), data(rows=rows(30))).text
    assert f"Jumlah {sum(i % 9 for i in range(30))} Rp30.000.435" in " ".join(text.split())


def test_a_column_in_which_an_answer_is_withheld_has_no_total() -> None:
    known = list(rows(3))
    some = [*known, {**known[0], "omzet": Withheld("Tidak terlihat")}]
    text = " ".join(printed(register(), data(rows=some)).text.split())
    assert "Tidak terlihat" in text
    assert "Jumlah 3 " in text
    assert "Jumlah 3 Rp" not in text


def test_no_rows_is_said_in_words() -> None:
    text = printed(register(), data(rows=())).text
    assert "Belum ada usaha." in text
    assert "AIDINNOR" in text


def test_personal_numbers_are_masked_unless_the_right_is_held() -> None:
    given = [{"no": 1, "nama": "x", "nik": NIK}]
    hidden = printed(register(), data(rows=given)).text
    assert "631102••••••0003" in hidden
    assert NIK not in hidden
    assert NIK in printed(register(), data(rows=given, revealed=True)).text


def test_a_missing_signature_is_awaited_and_never_shown() -> None:
    awaited = printed(shipped("lembar_pengesahan"), approval_data())
    assert "Menunggu TTE" in awaited.text
    assert b"/Subtype /Image" not in awaited.raw
    assert "ditandatangani secara elektronik" not in awaited.text
    assert "Menunggu TTE" not in printed(shipped("lembar_pengesahan"), approval_data(unsigned=False)).text


def test_the_approval_sheet_says_its_numbers_in_words() -> None:
    text = " ".join(printed(shipped("lembar_pengesahan"), approval_data()).text.split())
    assert "396 (tiga ratus sembilan puluh enam) data dari 9 (sembilan) desa/kelurahan" in text
    assert "Jumat, 20 November 2026" in text
    assert "tahun dua ribu dua puluh enam" in text
    assert SNAPSHOT in text


@pytest.mark.parametrize("name", SAMPLES)
def test_all_ink_stays_inside_the_margins(name: str) -> None:
    paper, given = SAMPLES[name]
    raw = printed(paper, given).raw
    sheet = paper.geometry
    document = pypdfium2.PdfDocument(raw)
    for page in document:
        words = page.get_textpage()
        for i in range(words.count_chars()):
            left, bottom, right, top = words.get_charbox(i)
            if right - left > 0.1:
                assert left >= sheet.left - 0.5
                assert right <= sheet.right + 0.5
                assert top <= sheet.height - sheet.top + 0.5
                assert bottom >= 5 * MM
        words.close()
        page.close()
    document.close()


def test_no_text_crosses_the_rules_of_its_column() -> None:
    """Every letter of a row lies between two uprights: nothing is clipped, nothing runs over."""
    paper = register()
    assert paper.table is not None
    sheet = paper.geometry
    unit = sheet.content_width / sum(column.width for column in paper.table.columns)
    edges = [sheet.left]
    for column in paper.table.columns:
        edges.append(edges[-1] + column.width * unit)
    given = [
        {
            "no": 123456789,
            "nama": "W" * 90,
            "nik": "8" * 40,
            "desa": "Wwwwwwwwwwwwwwwwwwwwwww",
            "omzet": 10**14,
        }
    ]
    document = pypdfium2.PdfDocument(printed(paper, data(rows=given, revealed=True)).raw)
    words = document[0].get_textpage()
    count = words.count_chars()
    crossing = []
    for i in range(count):
        left, _, right, _ = words.get_charbox(i)
        if chr(pypdfium2.raw.FPDFText_GetUnicode(words.raw, i)) in "W8" and right - left > 1:
            cell = next(k for k in range(len(edges) - 1) if edges[k] <= left < edges[k + 1])
            if right > edges[cell + 1] + 0.1:
                crossing.append((i, left, right))
    words.close()
    document.close()
    assert crossing == []


@pytest.mark.parametrize("name", SAMPLES)
def test_fonts_are_embedded_subsets_of_liberation_sans(name: str) -> None:
    raw = printed(*SAMPLES[name]).raw
    fonts = re.findall(rb"/BaseFont /([A-Za-z0-9+\-]+)", raw)
    assert fonts
    assert all(re.fullmatch(rb"[A-Z]{6}\+LiberationSans(-Bold|-Italic|-BoldItalic)?", font) for font in fonts)
    assert raw.count(b"/FontFile2") == len(set(fonts))
    assert len(raw) < 300_000


@pytest.mark.parametrize("name", SAMPLES)
def test_the_same_input_gives_the_same_bytes(name: str) -> None:
    paper, given = SAMPLES[name]
    assert printed(paper, given).raw == printed(paper, given).raw


def test_the_file_tells_its_title_and_the_clock_it_was_given() -> None:
    document = pypdfium2.PdfDocument(printed(*SAMPLES["register"]).raw)
    about = document.get_metadata_dict()
    document.close()
    assert about["Title"] == "Daftar UMKM"
    assert SNAPSHOT in about["Subject"]
    assert about["CreationDate"] == "D:20261120002000+00'00'"
    assert about["Producer"] == "Sidumba Field 0.1.0"


@pytest.mark.parametrize("name", SAMPLES)
def test_the_cross_reference_table_points_at_every_object(name: str) -> None:
    raw = printed(*SAMPLES[name]).raw
    start = int(raw.rsplit(b"startxref\n", 1)[1].split(b"\n")[0])
    lines = raw[start:].split(b"\n")
    assert lines[0] == b"xref"
    size = int(lines[1].split()[1])
    for number in range(1, size):
        offset = int(lines[2 + number].split()[0])
        assert raw[offset:].startswith(b"%d 0 obj\n" % number)


def test_a_page_prints_correctly_in_pure_black() -> None:
    """No colour anywhere, and the only tone is the light grey of heads: no ink between black and it but edges."""
    document = pypdfium2.PdfDocument(printed(*SAMPLES["register"]).raw)
    image = document[0].render(scale=1).to_pil().convert("RGB")
    document.close()
    colours = {pixel for _, pixel in image.getcolors(maxcolors=1 << 24)}
    assert all(red == green == blue for red, green, blue in colours)


def test_names_in_any_spelling_are_printed_and_can_be_copied() -> None:
    letters = "".join(chr(code) for code in range(0x100, 0x17F)) + "".join(
        chr(c) for c in range(0x391, 0x3FF) if c != 0x3A2
    )
    given = [{"no": 1, "nama": f"Ibu “Siti” d'Été • {letters}"}]
    text = "".join(printed(register(), data(rows=given)).text.split())
    assert "Ibu“Siti”d'Été•" in text
    assert "\u0100\u0101\u0102\u0103\u0104\u0105" in text
    assert "αβγδ" in text


def test_a_paper_may_be_a4_or_f4_upright_or_lying() -> None:
    text = papers.REGISTER
    for size, wide, tall in (("A4", 297, 210), ("F4", 330, 215)):
        for orientation in ("landscape", "portrait"):
            given = text.replace('"landscape"', f'"{orientation}"').replace(
                "[table]", f'paper = "{size}"\n[table]', 1
            )
            document = pypdfium2.PdfDocument(printed(Paper.from_toml(given), data(rows=rows(3))).raw)
            width, height = document[0].get_size()
            document.close()
            wanted = (wide, tall) if orientation == "landscape" else (tall, wide)
            assert (width / MM, height / MM) == pytest.approx(wanted, abs=0.1)


def test_pages_leave_while_rows_are_still_read() -> None:
    out = BytesIO()
    seen: list[int] = []

    def watched() -> Iterator[Mapping[str, object]]:
        for row in rows(300):
            seen.append(out.tell())
            yield row

    render_pdf(register(), data(rows=watched()), out)
    assert seen[0] < 100
    assert seen[150] > 3 * seen[30] > 0


def test_progress_is_told_per_page_and_may_stop_the_paper(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []

    def watch(pages: int, done: int) -> bool:
        told.append((pages, done))
        return pages < 3

    target = tmp_path / "daftar.pdf"
    with pytest.raises(SidumbaError, match=r"report\.stopped"):
        save_pdf(register(), data(rows=rows(500)), target, watch)
    assert [pages for pages, _ in told] == [1, 2, 3]
    assert list(tmp_path.iterdir()) == []


def test_a_saved_paper_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "daftar.pdf"
    assert save_pdf(register(), data(rows=rows(5)), target) == 1
    good = target.read_bytes()
    broken = data(rows=[{"no": "bukan angka"}])
    with pytest.raises(ValueError, match="not a number"):
        save_pdf(register(), broken, target)
    assert target.read_bytes() == good
    assert [path.name for path in tmp_path.iterdir()] == ["daftar.pdf"]


def test_a_paper_that_names_what_the_data_lacks_says_so() -> None:
    with pytest.raises(SidumbaError, match="kecamatan"):
        printed(register(), data(values={}, rows=rows(1)))
    with pytest.raises(SidumbaError, match="kepala_dinas"):
        printed(register(), data(signatories={}, rows=rows(1)))


def _cost(count: int) -> float:
    began = time.process_time()
    render_pdf(register(), data(rows=rows(count)), BytesIO())
    return time.process_time() - began


def test_ten_thousand_rows_cost_ten_times_a_thousand() -> None:
    _cost(100)
    small = min(_cost(1000) for _ in range(3))
    large = _cost(10_000)
    assert large < 14 * small
    assert large < 6.0


def test_memory_does_not_grow_with_the_rows() -> None:
    class Sink(BytesIO):
        def write(self, given: object) -> int:
            return len(given)  # type: ignore[arg-type]

    def peak(count: int) -> int:
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        render_pdf(register(), data(rows=rows(count)), Sink())
        return tracemalloc.get_traced_memory()[1] - before

    render_pdf(register(), data(rows=rows(100)), Sink())
    tracemalloc.start()
    try:
        small, large = peak(300), peak(3000)
    finally:
        tracemalloc.stop()
    assert large < 1.1 * small
