"""Sample papers and a reader of what was printed, for tests of reports."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdfium2
from PIL import Image

from sidumba_field.reports import (
    FormItem,
    FormRepeat,
    FormSection,
    Kop,
    Paper,
    Photo,
    Progress,
    Provenance,
    ReportData,
    Signatory,
    render_pdf,
)

FORMS = Path(__file__).resolve().parents[2] / "forms"
SNAPSHOT = hashlib.sha256(b"snapshot").hexdigest()
PRINTED_AT = datetime(2026, 11, 20, 0, 20, tzinfo=UTC)
NIK = "6311025203900003"

REGISTER = """
kind = "register"
title = "Daftar UMKM"
period = "Kecamatan {kecamatan}"
orientation = "landscape"
[table]
column_numbers = true
total = "Jumlah"
empty = "Belum ada usaha."
columns = [
    { key = "no", head = "No", width = 10, kind = "number", align = "centre" },
    { key = "nama", head = "Nama usaha", width = 45 },
    { key = "nik", head = "NIK", width = 36, mask = "nik" },
    { key = "desa", head = "Desa", width = 25 },
    { key = "pekerja", head = "Tenaga kerja", width = 18, kind = "number", total = true },
    { key = "omzet", head = "Omzet per bulan", width = 32, kind = "money", total = true },
    { key = "tanggal", head = "Tanggal", width = 22, kind = "date" },
]
[signatures.right]
role = "kepala_dinas"
[signatures.left]
role = "verifikator"
"""


def picture(
    mode: str = "RGB", size: tuple[int, int] = (80, 60), colour: Any = "#998877", kind: str = "JPEG"
) -> bytes:
    """A small plain picture."""
    out = BytesIO()
    Image.new(mode, size, colour).save(out, kind)
    return out.getvalue()


def kop(emblem: bool = False) -> Kop:
    image = picture("RGBA", (34, 40), (0, 0, 0, 128), "PNG") if emblem else None
    return Kop.of(
        "PEMERINTAH KABUPATEN BALANGAN",
        "DINAS KOPERASI, USAHA KECIL DAN MENENGAH,",
        "PERINDUSTRIAN DAN PERDAGANGAN",
        address="Jalan Jenderal Ahmad Yani, Paringin Selatan",
        emblem=image,
        large=2,
    )


def rows(count: int, long_every: int = 7) -> Iterator[Mapping[str, object]]:
    """Register rows; some need two lines, each starts with "awal<n>" and ends with "akhir<n>" in the same cell."""
    for i in range(count):
        middle = " Jaya Makmur Sentosa Abadi dan Keluarga Besar" if i % long_every == 0 else ""
        yield {
            "no": i + 1,
            "nama": f"awal{i}{middle} akhir{i}",
            "nik": f"63110252039{i % 100000:05d}",
            "desa": "Buntu Pilanduk",
            "pekerja": i % 9,
            "omzet": 1_000_000 + i,
            "tanggal": date(2026, 11, 1 + i % 28),
        }


def data(**changes: Any) -> ReportData:
    """Report data with everything sample papers name."""
    given: dict[str, Any] = {
        "kop": kop(),
        "provenance": Provenance("Sidumba Field 0.1.0", PRINTED_AT, "KPL-7F3A-21", SNAPSHOT),
        "place": "Paringin Selatan",
        "day": date(2026, 11, 20),
        "values": {"kecamatan": "Halong"},
        "signatories": {
            "kepala_dinas": Signatory(
                "Kepala Dinas", "AIDINNOR, S.Sos., M.M.", "19670817 198509 1 001", "Pembina"
            ),
            "verifikator": Signatory("Verifikator Kabupaten", "Muhammad Rizani"),
        },
    }
    return ReportData(**{**given, **changes})


def approval_data(villages: int = 9, **changes: Any) -> ReportData:
    """Data of the shipped approval sheet."""
    listed = [
        {
            "no": i + 1,
            "kode": f"63.11.02.{2001 + i}",
            "desa": f"Desa ke-{i + 1}",
            "jumlah": 40 + i,
            "digest": hashlib.sha256(str(i).encode()).hexdigest(),
        }
        for i in range(villages)
    ]
    total = sum(int(str(row["jumlah"])) for row in listed)
    values = {
        "nomor": "500.3/012/DKUKMPP/2026",
        "kecamatan": "Halong",
        "periode": "November 2026",
        "nomor_sop": "15.4/001/SOP-DKUKMPP/2022",
        "pelapor": "Muhammad Rizani",
        "jumlah": total,
        "jumlah_desa": villages,
        "tahun": 2026,
        "digest": SNAPSHOT,
    }
    signatories = {
        "kepala_dinas": Signatory(
            "Kepala Dinas", "AIDINNOR, S.Sos., M.M.", "19670817 198509 1 001", "Pembina"
        ),
        "verifikator_kabupaten": Signatory("Verifikator Kabupaten", "Muhammad Rizani"),
    }
    return data(**{"values": values, "rows": listed, "signatories": signatories, **changes})


def form_data(**changes: Any) -> ReportData:
    """Data of the shipped filled form: NIK grouped as screens show it, a repeat, a photo."""
    sections = (
        FormSection(
            "Pemilik usaha",
            (
                FormItem("pemilik/nik", "201", "NIK", "6311\u00a00252\u00a00390\u00a00003"),
                FormItem("pemilik/no_kk", "202", "Nomor Kartu Keluarga", "6311021203150004"),
                FormItem("pemilik/nama", "203", "Nama lengkap sesuai KTP", "Hamidah"),
                FormItem("pemilik/hp", "207", "Nomor HP", "081234567890"),
                FormItem("pemilik/surel", "", "Surel", ""),
            ),
        ),
        FormSection(
            "Usaha dan produk",
            (
                FormItem("usaha/nama", "301", "Nama usaha", "Keripik Pisang Berkah"),
                FormRepeat(
                    "usaha/produk",
                    "Produk utama",
                    (("usaha/produk/nama", "Nama produk"), ("usaha/produk/harga", "Harga jual (Rp)")),
                    (("Keripik pisang", "Rp15.000"), ("Keripik singkong", "Rp12.000")),
                    frozenset({"usaha/produk/harga"}),
                ),
                FormItem("usaha/omzet", "605", "Omzet per bulan", "Rp\u00a045.000.000"),
            ),
        ),
        FormSection("Kosong", (FormItem("kosong/x", "", "Tidak dijawab", ""),)),
    )
    values = {
        "nomor": "63.11.02.2005/2026/0012",
        "keadaan": date(2026, 11, 20),
        "desa": "Halong",
        "kecamatan": "Halong",
        "kabupaten": "Balangan",
        "petugas": "Fitriani",
        "posisi": "Di kecamatan",
    }
    signatories = {"petugas": Signatory("Petugas Pendata", "Fitriani"), "responden": Signatory("", "Hamidah")}
    given = {
        "values": values,
        "sections": sections,
        "photos": (Photo("Foto tempat usaha", picture()), Photo("Foto produk", picture(colour="#112233"))),
        "signatories": signatories,
        "unsigned": False,
    }
    return data(**{**given, **changes})


def register(**changes: str) -> Paper:
    """The sample register, with parts of its file replaced."""
    text = REGISTER
    for old, new in changes.items():
        text = text.replace({"orientation": '"landscape"'}[old], new)
    return Paper.from_toml(text)


def shipped(name: str) -> Paper:
    """A paper of the shipped programs, by the name of its file."""
    (path,) = FORMS.glob(f"*/reports/{name}.toml")
    return Paper.from_toml(path.read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Printed:
    """A PDF as a reader sees it: bytes and text per page."""

    raw: bytes
    pages: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n".join(self.pages)


def printed(paper: Paper, given: ReportData, progress: Progress | None = None) -> Printed:
    """Render and read back by a foreign PDF library."""
    out = BytesIO()
    count = render_pdf(paper, given, out, progress)
    pages = read(out.getvalue())
    assert count == len(pages)
    return Printed(out.getvalue(), pages)


def read(raw: bytes) -> tuple[str, ...]:
    """The text of each page, line ends as "\\n"."""
    document = pypdfium2.PdfDocument(raw)
    try:
        return tuple(_page_text(document[i]) for i in range(len(document)))
    finally:
        document.close()


def _page_text(page: Any) -> str:
    words = page.get_textpage()
    text = str(words.get_text_bounded()).replace("\r\n", "\n")
    words.close()
    page.close()
    return text
