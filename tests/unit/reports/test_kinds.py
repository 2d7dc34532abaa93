"""Laws of the kinds of paper: blank forms, receipts, recapitulations, minutes, cards, and what stands at the foot."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidumba_field.reports import (
    BlankItem,
    BlankSection,
    BlankTable,
    FormItem,
    FormSection,
    Paper,
    Photo,
    Signatory,
    Summary,
    render_pdf,
    render_xlsx,
)
from tests.helpers.papers import SNAPSHOT, data, form_data, picture, printed, read, register, rows

SIDES = """
[signatures.right]
role = "kepala_dinas"
[signatures.left]
role = "verifikator"
"""
WHO = ("AIDINNOR, S.Sos., M.M.", "Muhammad Rizani")


def paper(kind: str, more: str = "", sides: str = SIDES) -> Paper:
    return Paper.from_toml(f'kind = "{kind}"\ntitle = "Judul"\n{more}\n{sides}')


CUT = """
points = ["Pertama.", "Kedua."]
[[cuts]]
title = "Potongan"
head = "Desa"
count = "Jumlah"
rows = { by = "@desa" }
"""


def summary(count: int, total: int | None = 99) -> Summary:
    lines = tuple({"@head": f"baris{n}", "@count": n} for n in range(count))
    whole = None if total is None else {"@head": "", "@count": total}
    return Summary(
        "Tabel satu", (("@head", "Desa", "text"), ("@count", "Banyak", "number")), (80.0, 85.0), lines, whole,
        "Catatan tabel.",
    )  # fmt: skip


@pytest.mark.parametrize("size", ["F4", "A4"])
@pytest.mark.parametrize("orientation", ["portrait", "landscape"])
@pytest.mark.parametrize("count", [0, 1, 30, 300])
def test_a_recapitulation_prints_every_row_its_own_total_and_note(
    count: int, size: str, orientation: str
) -> None:
    sheet = replace(paper("recap", CUT), size=size, orientation=orientation)
    found = printed(sheet, data(summaries=(summary(count),)))
    words = found.text.split()
    assert all(f"baris{n}" in words for n in range(count))
    assert "99" in words
    assert "Catatan tabel." in found.text
    assert all("Halaman" in page for page in found.pages)


def test_a_table_that_may_not_be_added_up_has_no_total() -> None:
    assert "Jumlah" not in printed(paper("recap", CUT), data(summaries=(summary(3, None),))).text


def test_minutes_number_their_statements_and_keep_their_signatures_company() -> None:
    found = printed(paper("minutes", CUT), data(summaries=(summary(40),)))
    assert "1." in found.text
    assert "Pertama." in found.text
    last = found.pages[-1]
    assert all(name in last for name in WHO)
    assert "baris" in last or "Catatan" in last


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 120))
def test_signatures_of_a_receipt_never_stand_alone(count: int) -> None:
    sheet = replace(register(), kind="receipt", size="A4", orientation="portrait")
    found = printed(sheet, data(rows=rows(count)))
    last = found.pages[-1]
    assert all(name in last for name in WHO)
    assert "akhir" in last or "Belum ada usaha." in last


def test_a_third_signature_stands_in_the_middle_below() -> None:
    third = SIDES + '[signatures.below]\nrole = "camat"\n'
    signatories = {**data().signatories, "camat": Signatory("Camat", "Mahyudin")}
    found = printed(paper("minutes", sides=third), data(signatories=signatories))
    assert "Mengetahui," in found.text
    assert found.text.index("Mahyudin") > found.text.index(WHO[0])


BLANKS = (
    BlankSection(
        "Blok satu",
        (
            BlankItem("201", "NIK", "16 angka", boxes=16, grouping=(6, 6, 4)),
            BlankItem("205", "Jenis kelamin", choices=("Laki-laki", "Perempuan")),
            BlankItem("901", "Cara pemasaran", choices=tuple(f"Pilihan {n}" for n in range(12)), many=True),
            BlankItem("605", "Omzet", boxes=12, unit="Rp", skip="Diisi hanya kalau 304: lama."),
            BlankItem("206", "Alamat", lines=3, unit="m2"),
            BlankItem("102", "", parts=(BlankItem("102", "RT", boxes=3), BlankItem("102", "Dusun"))),
            BlankTable("505", "Produk", (("Nama", 2.0), ("Harga", 1.0)), 5, "Boleh kosong."),
        ),
    ),
)


def test_a_blank_form_asks_offers_and_tells_when_to_skip() -> None:
    found = printed(paper("blank_form", sides=""), data(blanks=BLANKS))
    for words in ("201", "NIK", "1 Laki-laki", "2 Perempuan", "Rp", "Diisi hanya kalau 304: lama.", "RT", "Dusun",
                  "Produk", "Harga", "Boleh lebih dari satu."):  # fmt: skip
        assert words in found.text, words
    assert all(f"{n + 1} Pilihan {n}" in found.text for n in range(12))


def test_a_blank_forms_questions_are_never_split() -> None:
    many = tuple(BlankItem(str(n), f"tanya{n}", f"bantuan{n}", lines=2) for n in range(90))
    found = printed(paper("blank_form", sides=""), data(blanks=(BlankSection("Blok", many),)))
    assert len(found.pages) > 2
    for n in range(90):
        (page,) = (page for page in found.pages if f"tanya{n}\n" in page or f"tanya{n} " in page)
        assert f"bantuan{n}" in page


def test_a_card_is_one_page_whatever_is_known_and_hides_what_it_must() -> None:
    masked = paper("card", '[mask]\n"pemilik/nik" = "nik"', sides="")
    more = tuple(FormItem(f"x/{n}", "", f"Pertanyaan {n}", f"Jawaban nomor {n}") for n in range(90))
    given_ = form_data(photos=(Photo("Foto", picture()),))
    found = printed(masked, replace(given_, sections=(*given_.sections, FormSection("Lain", more))))
    assert len(found.pages) == 1
    assert "Jawaban nomor 89" in found.text
    assert "Tidak dijawab" not in found.text
    assert "6311025203900003" not in "".join(found.text.split())
    assert "Keripik pisang, Rp15.000" in " ".join(found.text.split())


@pytest.mark.parametrize("kind", ["recap", "minutes", "blank_form", "card", "receipt"])
def test_every_kind_becomes_a_spreadsheet_too(kind: str) -> None:
    sheet = replace(register(), kind=kind)
    out = BytesIO()
    render_xlsx(sheet, data(rows=rows(3), summaries=(summary(2),), blanks=BLANKS), out)
    assert out.getvalue()[:2] == b"PK"


def test_the_code_at_the_foot_is_left_out_while_a_signature_is_awaited() -> None:
    """People take a QR picture for a digital signature (spec/domain.md 6.3)."""
    waiting = printed(register(), data(rows=rows(1), unsigned=True))
    final = printed(register(), data(rows=rows(1), unsigned=False))
    assert b"/Subtype /Image" not in waiting.raw
    assert b"/Subtype /Image" in final.raw


def test_a_seal_known_only_after_the_last_row_reaches_every_foot() -> None:
    seen: list[int] = []

    def reading() -> object:
        for row in rows(200):
            seen.append(1)
            yield row

    found = printed(register(), data(rows=reading(), sealed=lambda: f"{len(seen):064d}"))
    assert len(found.pages) > 3
    assert all(f"{200:064d}" in "".join(page.split()) for page in found.pages)
    assert SNAPSHOT not in found.text


def test_the_first_rows_alone_leave_the_number_of_pages_open() -> None:
    out = BytesIO()
    render_pdf(register(), data(rows=rows(40)), out, partial=True)
    assert "Halaman 1 dari …" in read(out.getvalue())[0]


@pytest.mark.parametrize("orientation", ["portrait", "landscape"])
@pytest.mark.parametrize("size", ["F4", "A4"])
@pytest.mark.parametrize("count", [1, 30, 1000])
def test_numbers_and_codes_stay_on_one_line_on_any_sheet(size: str, orientation: str, count: int) -> None:
    sheet = replace(register(), size=size, orientation=orientation)
    found = printed(sheet, data(rows=rows(count), revealed=False))
    words = found.text.split()
    assert all(f"Rp{1_000_000 + n:,}".replace(",", ".") in words for n in range(count))


def test_the_place_of_an_emblem_is_never_empty() -> None:
    """Without a picture of the office a plain shield stands there; with one, the picture."""
    raw = printed(register(), data(rows=rows(1))).raw
    document = pypdfium2.PdfDocument(raw)
    page = document[0].render(scale=1).to_pil().convert("L")
    document.close()
    assert page.crop((86, 43, 133, 99)).getextrema()[0] < 80
