"""Dasbor of the design picture in place of the real service: eight kecamatan, one of them with villages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sidumba_field.services.boards import dashboard_views as v
from sidumba_field.words import number

SHARES = (
    v.ShareView("disahkan", "Disahkan"),
    v.ShareView("kadisKabupaten", "Kepala dinas, kabupaten"),
    v.ShareView("kecamatanDesa", "Kecamatan, desa"),
    v.ShareView("kembali", "Dikembalikan"),
)
REGENCY, HALONG = "63.11", "63.11.02"
KECAMATAN = (
    ("63.11.06", "Paringin", (2400, 385, 335, 30), 3420),
    ("63.11.08", "Paringin Selatan", (1470, 270, 270, 28), 2310),
    ("63.11.05", "Lampihong", (1550, 290, 360, 36), 2640),
    ("63.11.04", "Batu Mandi", (1510, 310, 370, 42), 2780),
    ("63.11.03", "Awayan", (1145, 205, 300, 30), 2150),
    ("63.11.01", "Juai", (1425, 320, 415, 48), 2860),
    (HALONG, "Halong", (1452, 370, 762, 60), 3600),
    ("63.11.07", "Tebing Tinggi", (690, 140, 236, 38), 1640),
)
VILLAGES = (
    ("63.11.02.2005", "Halong", (70, 20, 25, 4), 120),
    ("63.11.02.2011", "Kapul", (61, 22, 28, 5), 120),
    ("63.11.02.2004", "Tabuan", (44, 9, 31, 0), 120),
    ("63.11.02.2022", "Baruh Panyambaran", (21, 6, 40, 7), 120),
)
WEEKS = (
    ("14 Sep", 820, 210), ("21 Sep", 1180, 560), ("28 Sep", 1420, 790), ("5 Okt", 1510, 940), ("12 Okt", 1690, 1180),
    ("19 Okt", 1830, 1270), ("26 Okt", 1760, 1390), ("2 Nov", 2010, 1480), ("9 Nov", 2190, 1560),
    ("16 Nov", 1460, 1120),
)  # fmt: skip


def _n(count: int) -> str:
    return number(count)


def _cards(name: str, parts: tuple[int, ...], target: int) -> v.SliceView:
    signed, upper, lower, back = parts
    done = sum(parts)
    desa, kabupaten = lower * 4 // 9, upper * 3 // 4
    passed = done - back - desa
    return v.SliceView(
        figures=(
            v.FigureView("Sudah didata", _n(done), f"dari {_n(target)}, {100 * done // target}%",
                         "Perlu 587 per hari kerja sampai 30 Nov"),
            v.FigureView("Disahkan", _n(signed), "", f"{100 * signed // done}% dari yang didata"),
            v.FigureView("Verifikasi selesai tepat waktu", "94%", "", "Median 3.20 dari batas SOP 5 menit"),
            v.FigureView("Dikembalikan, belum diperbaiki", str(back), "", "Paling sering: omzet, NIK, foto"),
        ),
        desks=(
            v.DeskView("Sudah didata", done, f"desa 0,6 hari, {_n(desa)} menunggu"),
            v.DeskView("Lolos desa", passed, f"kecamatan 1,9 hari, {_n(lower - desa)} menunggu"),
            v.DeskView("Lolos kecamatan", signed + upper, f"kabupaten 1,2 hari, {_n(kabupaten)} menunggu"),
            v.DeskView("Lolos kabupaten", signed + upper - kabupaten,
                       f"kepala dinas 0,8 hari, {_n(upper - kabupaten)} menunggu"),
            v.DeskView("Disahkan", signed, "", last=True),
        ),
        stuck=("Tersendat di kecamatan.", f"{name or 'Halong'} 420 data, terlama 4 hari."),
        weeks=tuple(v.WeekView(*week, running=at == len(WEEKS) - 1) for at, week in enumerate(WEEKS)),
        concerns=(
            v.ConcernView("quiet", "6 desa belum kirim lebih dari 7 hari", "Salin daftar"),
            v.ConcernView("waiting", "38 data di kecamatan lebih dari 3 hari", "Lihat", ("diajukan_kecamatan",)),
            v.ConcernView("twins", "52 pasang data mungkin ganda", "Periksa"),
        ),
    )  # fmt: skip


def board(unit: str = "") -> v.DashboardView:
    """The board of the regency, or of Halong."""
    rows = VILLAGES if unit == HALONG else KECAMATAN
    whole = tuple(sum(row[2][at] for row in rows) for at in range(4))
    place = "Kecamatan Halong" if unit == HALONG else "Kabupaten Balangan"
    slices = {"": _cards("", whole, sum(row[3] for row in rows))}
    slices |= {code: _cards(name, parts, target) for code, name, parts, target in rows}
    return v.DashboardView(
        title=f"Pendataan UMKM 2026, {place}",
        short_title="Pendataan UMKM 2026",
        age="Data server per 09.40",
        unit=unit or REGENCY,
        unit_name=place,
        above=REGENCY if unit == HALONG else "",
        progress="Progres per desa" if unit == HALONG else "Progres per kecamatan",
        shares=SHARES,
        places=tuple(
            v.PlaceView(code, name, parts, sum(parts), target, unit != HALONG)
            for code, name, parts, target in rows
        ),
        slices=slices,
        areas=((REGENCY, "Semua kecamatan"), *((row[0], row[1]) for row in KECAMATAN)),
    )


class FakeDashboard:
    """Stands in for ``services.dashboard``."""

    def __init__(self, office: Any) -> None:
        self.office = office

    def board(self, unit: str = "") -> v.DashboardView:
        self.office.note("dashboard", unit)
        return board("" if unit == REGENCY else unit)

    def quiet(self, unit: str) -> str:
        self.office.note("quiet", unit)
        return "Belum ada kiriman lebih dari 7 hari:\n- Desa Mauya, terakhir 9 Nov"

    def print_file(self, unit: str, folder: Path) -> Path:
        self.office.note("print_board", unit)
        folder.mkdir(parents=True, exist_ok=True)
        return folder / "Dasbor Balangan.pdf"
