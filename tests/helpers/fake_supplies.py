"""services.supplies of the invented laptop: what comes in as in design picture 10b, one item refused, many units."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sidumba_field.core.errors import SidumbaError
from sidumba_field.services import views as v
from sidumba_field.services.account.supply_views import SuppliesView, Supply, SupplyRow

if TYPE_CHECKING:
    from tests.helpers.fake_services import Office


def _row(key: str, name: str, size: str, percent: int = 100) -> SupplyRow:
    here = percent == 100
    stand = Supply.HERE if here else Supply.COMING if percent > 0 else Supply.WAITING
    said = "selesai" if here else f"{percent}%" if percent > 0 else "menunggu"
    return SupplyRow(key, name, size, stand, percent, said)


UNDER_WAY = SuppliesView(
    name="Nor Halimah",
    initials="NH",
    role="Petugas pendata",
    place="Desa Kapul",
    code_text="Kode KP••-••9F diterima",
    rows=(
        _row("umkm/umkm/1", "Formulir UMKM 2026", "240 KB"),
        _row("desa/desa/1", "Formulir profil dan perangkat desa", "310 KB"),
        _row("list:wilayah.csv", "Wilayah", "120 KB"),
        _row("list:kbli.csv", "Daftar KBLI 2020", "1,1 MB"),
        _row("guide", "Petunjuk pengisian", "48 KB"),
        _row("v1", "Data Desa Kapul", "1.204 catatan", 9),
        _row("v2", "Data Desa Tabuan", "", 0),
    ),
    head="5 dari 7 selesai, 7,4 MB terunduh, sisa ± 2 menit",
    kept="Unduhan tersimpan sampai 62%",
    link_text="Daring, 41 KB per detik",
    lacking=0,
    whole=False,
    running=True,
    note="Data boleh menyusul, PIN sudah bisa dibuat sekarang.",
)
TROUBLE = "Data yang diterima tidak utuh. Laptop mencoba lagi sendiri."
FAILED = replace(
    UNDER_WAY,
    rows=(
        *UNDER_WAY.rows[:5],
        replace(UNDER_WAY.rows[5], stand=Supply.FAILED, said="gagal", trouble=TROUBLE),
        UNDER_WAY.rows[6],
    ),
    head="5 dari 7 selesai, 7,4 MB terunduh",
    running=False,
)
MANY = replace(
    UNDER_WAY,
    rows=(*UNDER_WAY.rows, *(_row(f"u{n}", f"Data Desa Contoh {n}", "", 0) for n in range(3, 60))),
    lacking=1,
    note="Formulir perlu ada dulu. Data boleh menyusul.",
)


class FakeSupplies:
    """``shown``: the picture told from now on."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.shown = UNDER_WAY

    def view(self) -> SuppliesView:
        self.office.note("supplies")
        return self.shown

    def go_on(self) -> v.SessionView:
        self.office.note("go_on")
        if self.shown.lacking:
            raise SidumbaError("auth.forms_missing")
        assert self.office.who is not None
        return replace(self.office.who, setting_up=False)

    def took_stick(self) -> SuppliesView:
        self.office.note("took_stick")
        return self.shown

    def choose_pin(self, pin: str) -> v.SessionView:
        self.office.note("choose_pin")
        assert self.office.who is not None
        self.office.who = replace(self.office.who, setting_up=False, has_pin=True)
        return self.office.who
