"""Beranda of those who decide, as in the design picture 01b, in place of the real services."""

from __future__ import annotations

from sidumba_field.services.boards import home_views as v

DESKS = (
    v.StandView("desa", "Di desa", 1310),
    v.StandView("kecamatan", "Di kecamatan", 1680),
    v.StandView("kabupaten", "Di kabupaten", 1720),
    v.StandView("kadis", "Di kepala dinas", 570),
    v.StandView("dikembalikan", "Dikembalikan", 312),
)
BACKUP = "Cadangan data terakhir kemarin 22.00, 102.198 data, lengkap."


def content(name: str) -> v.ContentView:
    """What a batch holds."""
    return v.ContentView(
        f"Isi: {name}",
        (
            ("248", "usaha mikro"),
            ("11", "usaha kecil"),
            ("1", "usaha menengah"),
            ("Rp\u00a04,2\u00a0juta", "median omzet per bulan"),
        ),
        ("Verifikasi dua tahap lengkap", "Tidak ada peringatan"),
        (
            ("q1", "Keripik Singkong Bu Siti", "Desa Kapul"),
            ("q2", "Camilan Ibu Ratna", "Desa Halong"),
            ("q3", "Bengkel Motor Amat", "Desa Mauya"),
            ("q4", "Anyaman Rotan Kapul", "Desa Kapul"),
            ("q5", "Madu Kelulut Berkah", "Desa Uren"),
        ),
    )


def head() -> v.HeadView:
    """Three batches wait, three were signed."""
    rows = (
        ("b1", "Kecamatan Paringin, 2026", "Dewi Anggraini, 19 Nov 15.40", 260, 0, "18 jam"),
        ("b2", "Kecamatan Juai, 2026", "Dewi Anggraini, 19 Nov 16.05", 198, 2, "17 jam"),
        ("b3", "Kecamatan Lampihong, 2026", "Gusti Rahman, 20 Nov 08.10", 112, 0, "1 jam"),
    )
    signed = (
        (
            "s1",
            "Kecamatan Batu Mandi, 2026",
            "204 data",
            "Hari ini 08.12",
            "bisa dibatalkan sampai 21 Nov 08.12",
        ),
        ("s2", "Kecamatan Awayan, 2026", "176 data", "Kemarin 10.30", "bisa dibatalkan sampai 20 Nov 10.30"),
        ("s3", "Kecamatan Tebing Tinggi, 2026", "98 data", "13 Nov", ""),
    )
    return v.HeadView(
        batches=tuple(
            v.BatchView(rid, title, by, f"{count} data", warned, f"{warned} peringatan", f"menunggu {age}")
            for rid, title, by, count, warned, age in rows
        ),
        contents={rid: content(title) for rid, title, *_ in rows},
        signed=tuple(v.SignedView(*row) for row in signed),
        total_title="Disahkan periode 2026",
        total=11_700,
        target=21_400,
        desks=DESKS,
        pace=("12 menit rata-rata", "SOP langkah 10: 30 menit", 12, 30),
        backup=BACKUP,
    )


def pace() -> v.PaceView:
    """A verifier in the middle of a good morning."""
    return v.PaceView(24, "3.20", 200, 5, "94%", DESKS)


def period() -> v.PeriodView:
    """The period of the regency, closed and not backed up yet."""
    return v.PeriodView("p1", "Periode 2026", "kabupaten", "Periode ditutup", DESKS, BACKUP)
