"""Values for the verification and synchronisation screens of the fake laptop (design pictures 04 and 06)."""

from __future__ import annotations

from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw

from sidumba_field.services import views as v
from sidumba_field.services.exchange import sync_views

_ROWS = (
    ("k1", "Keripik Singkong Bu Siti", "Kapul", "antre 23 jam", 1, 1, "versi 3"),
    ("q2", "Camilan Ibu Ratna", "Halong", "antre 21 jam", 0, 0, ""),
    ("q3", "Keripik Gadung Pak Ali", "Tabuan", "antre 21 jam", 1, 0, ""),
    ("q4", "Toko Oleh-oleh Hauwai", "Hauwai", "antre 20 jam", 0, 1, "versi 2"),
    ("q5", "Sasirangan Melati", "Uren", "antre 19 jam", 0, 0, ""),
    ("q6", "Bengkel Motor Amat", "Mauya", "antre 19 jam", 3, 0, ""),
    ("q7", "Anyaman Purun Puyun", "Puyun", "antre 6 jam", 0, 0, ""),
    ("q8", "Gula Aren Marajai", "Marajai", "antre 5 jam", 1, 0, "versi 2"),
    ("q9", "Tambak Nila Bersama", "Binju", "antre 4 jam", 0, 0, ""),
)
QUEUE = tuple(
    v.QueueRow(rid, "record", title, place, age, warnings, doubles, version, v.Mark.RECEIVED)
    for rid, title, place, age, warnings, doubles, version in _ROWS
)
OFFER = v.BatchOffer(
    "63.11.06", "Kecamatan Halong", "2026-W46", "laporkan",
    "Laporkan 12 usaha Kecamatan Halong ke kepala dinas", 12,
)  # fmt: skip


def _line(
    path: str, label: str, now: str, before: str, marks: tuple[tuple[int, int], ...] = (), group: str = ""
) -> v.ReviewLine:
    return v.ReviewLine(path, label, now, before, bool(marks), marks, group, "", "text")


_CHANGED = (
    _line("pemilik/nik", "NIK pemilik", "6311 0245 0688 0003", "6311 0245 0688 0030", ((17, 19),)),
    _line("produk[r2]/harga", "Harga Keripik balado", "Rp 13.000", "Rp 11.000", ((3, 5),)),
    _line("usaha/omzet", "Omzet per bulan", "Rp 45.000.000", "Rp 54.000.000", ((3, 5),)),
    _line("foto/tempat", "Foto tempat usaha", "1 foto baru, 340 KB", "1 foto, buram", ((0, 11),)),
)
_RELATED = "Isian terkait, tidak berubah"
_SAME = (
    _line("usaha/nilai", "Nilai produk per bulan", "Rp 8.050.000", "sama", group=_RELATED),
    _line("tenaga/orang", "Tenaga kerja", "2 orang", "sama", group=_RELATED),
)
_REST = tuple(
    _line(f"lain/{i}", f"Isian {i}", f"Jawaban {i}", "sama", group="Isian lain") for i in range(1, 26)
)
COMMANDS = (
    v.CommandView("verifikasi", "Setujui, teruskan ke kabupaten", "forward", False, "6"),
    v.CommandView("kembalikan", "Kembalikan", "return", True, "6"),
    v.CommandView("tahan", "Tahan dulu", "plain", False),
)
HEAD_COMMANDS = (
    v.CommandView("sahkan", "Sahkan", "forward", False, "10"),
    v.CommandView("kembalikan", "Kembalikan ke kabupaten", "return", True, "10"),
)


def _remark(number: str, path: str, text: str, status: str, *, answered: bool) -> v.RemarkView:
    return v.RemarkView(number, path, path, text, "M. Rizani", "17 Nov", status, answered)


def _banners(row: v.QueueRow) -> tuple[v.BannerView, ...]:
    banners = []
    if row.warnings:
        banners.append(
            v.BannerView(
                "amber", "Omzet 5,6× nilai produk.", "Rp 45.000.000 dibanding Rp 8.050.000.", "usaha/omzet"
            )
        )
    return tuple(banners)


def review(row: v.QueueRow, *, head: bool = False) -> v.ReviewView:
    """One record on the verifier's desk."""
    again = bool(row.version_text)
    changed = _CHANGED + _SAME if again else ()
    chain = (
        v.StepView("Desa", "done", "desa"),
        v.StepView("Kecamatan", "current", "kecamatan"),
        v.StepView("Kabupaten", "ahead", "kabupaten"),
        v.StepView("Kepala dinas", "ahead", "kadis"),
    )
    remarks = (
        _remark("m1", "pemilik/nik", "NIK tidak terbaca di KTP.", "Sudah diperbaiki", answered=True),
        _remark("m2", "usaha/omzet", "Omzet tidak wajar.", "Diubah, belum cocok", answered=False),
    )
    return v.ReviewView(
        rid=row.rid,
        subject=row.subject,
        title=row.title,
        subtitle=f"Siti Aminah · Desa {row.subtitle} · dikirim Akhmad Fauzi, 18 Nov 15.10",
        posisi="kadis" if head else "kecamatan",
        posisi_label="Di kepala dinas" if head else "Di kecamatan",
        rev=7,
        sha="ab" * 32,
        version_text="Versi 3, sekarang" if again else "Versi 1, sekarang",
        previous_text="Versi 2, 16 Nov" if again else "",
        chain=chain,
        banners=_banners(row),
        changed=changed,
        all_lines=_CHANGED + _SAME + _REST,
        unchanged=25 if again else 31,
        remarks=remarks if again else (),
        history=(
            "18 Nov 15.10 · diajukan, A. Fauzi",
            "18 Nov 14.02 · diperbaiki, N. Halimah",
            "17 Nov 09.30 · dikembalikan, M. Rizani",
            "16 Nov 11.25 · diajukan, A. Fauzi",
        ),
        photos=("a" * 64 + ".jpg",),
        commands=HEAD_COMMANDS if head else COMMANDS,
        templates=("Tidak sesuai formulir", "Angka tidak wajar", "Foto kurang jelas"),
        standard_minutes=5,
        sop_step="6",
        blocked="",
        wa_text="Yth. Nor Halimah, data Keripik Singkong Bu Siti perlu diperbaiki: Omzet per bulan.",
    )


@cache
def house_photo() -> bytes:
    """A drawn house, as the pictures show."""
    image = Image.new("RGB", (506, 206), "#A8C0D6")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 140, 506, 206), fill="#97856C")
    draw.rectangle((60, 60, 330, 180), fill="#E5D5B0")
    draw.polygon(((36, 62), (120, 14), (280, 14), (354, 62)), fill="#7A5040")
    draw.rectangle((84, 94, 170, 168), fill="#64808C")
    draw.rectangle((186, 92, 300, 142), fill="#FFFFFF")
    draw.ellipse((356, 0, 446, 84), fill="#6F9A59")
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


_SHIPMENTS = (
    ("file-text", "9 isian", "Desa Kapul", "104 KB", -1, v.Mark.RECEIVED, "diterima", ""),
    ("file-text", "23 isian", "Desa Kapul", "276 KB", 74, v.Mark.LAPTOP, "mengirim", ""),
    ("file-badge", "SK Kaur Keuangan", "Muhammad Arifin", "2,6 MB", 62, v.Mark.LAPTOP, "lanjut dari 1,6 MB", ""),
    ("image", "Foto produk", "Sasirangan Melati", "340 KB", 41, v.Mark.WAITING, "putus, ulang 12 dtk", ""),
    ("image", "Foto tempat usaha", "Amplang Bunda", "310 KB", 0, v.Mark.WAITING, "menunggu", ""),
    ("image", "Foto KTP", "Kios Pulsa Rizki", "360 KB", -1, v.Mark.TROUBLE, "Foto tidak ditemukan di laptop", ""),
    ("image", "Foto tempat usaha", "Pentol Bakar Amang", "290 KB", 0, v.Mark.WAITING, "menunggu", ""),
    ("image", "37 foto lain", "", "10,0 MB", 0, v.Mark.WAITING, "menunggu", ""),
)  # fmt: skip


def sync_view(*, running: bool, percent: int = 14, problem: str = "") -> sync_views.SyncView:
    """Screen 06; not running: 06b."""
    return sync_views.SyncView(
        link=v.Link.SENDING if running else v.Link.OFFLINE,
        link_text="Daring" if running else "Luring sejak 09.39",
        rate_text="38 KB per detik, sinyal lemah" if running else "Dicoba lagi otomatis, berikutnya 09.46",
        laptop=7,
        waiting=23,
        waiting_files=42,
        waiting_size="14,2 MB",
        percent=percent if running else -1,
        eta_text="sisa ± 5 menit" if running else "",
        received=1204,
        received_text="terakhir 09.38, tanda terima TT-0912",
        rows=tuple(sync_views.ShipmentRow(f"s{i}", *row) for i, row in enumerate(_SHIPMENTS)),
        receipts=(
            sync_views.ReceiptRow("TT-0912", "Hari ini 09.38", "9 data, 104 KB"),
            sync_views.ReceiptRow("TT-0911", "Kemarin 16.20", "31 data, 22 berkas, 7,9 MB"),
        ),
        differing=(("x1", "Kue Lapis Acil Diah", "2 isian berbeda"), ("x2", "Bengkel Radiator Uda", "1 isian berbeda")),
        news=(("dikembalikan", "3 data dikembalikan"), ("disahkan", "12 data disahkan")),
        running=running,
        problem=problem,
    )  # fmt: skip
