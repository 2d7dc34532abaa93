"""services.conflicts of one invented laptop: the two records of design/07, and one decided at another desk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sidumba_field.services import views as v
from sidumba_field.services.conflicts.views import (
    STORED,
    TEXT,
    WAITING,
    ConflictItem,
    ConflictView,
    MergedView,
    Side,
    UnitView,
)

_LAPTOP = Side("Laptop ini", "Anda, hari ini 09.12", "laptop", "laptop")
_SERVER = Side("Server", "Nor Halimah, hari ini 08.55", "server", "server")


def _item(path: str, label: str, kind: str, widget: str = "") -> v.ItemView:
    return v.ItemView(
        path, "", kind, widget, label, "", "", "", "", "", (), False, False, False, True, "", "", "", "", "", ""
    )  # fmt: skip


_UNITS = (
    UnitView(
        "usaha/omzet", "Omzet per bulan", "Rp 5.500.000", "Rp 6.500.000", "Rp 6.200.000", ((3, 4),), ((3, 6),),
        "", "", "", _item("usaha/omzet", "Omzet per bulan", "int", "money"),
    ),
    UnitView(
        "pemilik/hp", "Nomor HP", "0851 0044 1200", "0851 0044 1208", "0813 4911 2030", ((12, 14),), ((0, 14),),
        "", "", "", _item("pemilik/hp", "Nomor HP", "text", "phone"),
    ),
)  # fmt: skip
_MERGED = (
    MergedView("Harga kue lapis", "Rp 2.000", "Rp 2.000", "Rp 2.500", "Rp 2.500", "server", False, True),
    MergedView(
        "Bingka kentang", "belum ada", "60 · Rp 25.000", "belum ada", "60 · Rp 25.000", "laptop", True, False
    ),
    MergedView("Alamat usaha", "RT 03", "RT 03", "RT 03 Nomor 7", "RT 03 Nomor 7", "server", False, True),
    MergedView("Foto tempat usaha", "1 foto", "2 foto", "1 foto", "2 foto", "laptop", True, False),
    MergedView("Tenaga kerja", "2 orang", "3 orang", "3 orang", "3 orang", "keduanya sama", True, True),
)
FIRST = ConflictView(
    key="c1", rid="d1", title="Kue Lapis Acil Diah", subtitle="UMKM-2026-KPL-0171 · Mardiah",
    lead="Dua orang mengubah data ini bersamaan.",
    note="Tidak ada yang hilang: 5 isian sudah digabung, 2 isian menunggu pilihan Anda.",
    before_note="versi 2, 18 Nov", left_side=_LAPTOP, right_side=_SERVER, units=_UNITS, merged=_MERGED,
    may_settle=True, elsewhere="", late=False, place="Data 1 dari 2", previous="", next="c2",
)  # fmt: skip
SECOND = replace(
    FIRST,
    key="c2",
    rid="d2",
    title="Gula Aren Pak Utuh",
    subtitle="UMKM-2026-KPL-0102 · Akhmad Utuh",
    lead="Isian ini datang setelah data diserahkan.",
    note="Tidak ada yang hilang. Diputuskan oleh Verifikator kecamatan, yang memegang data ini sekarang.",
    elsewhere="Tidak ada yang hilang. Diputuskan oleh Verifikator kecamatan, yang memegang data ini sekarang.",
    units=tuple(replace(unit, item=None) for unit in _UNITS[:1]),
    merged=(),
    may_settle=False,
    place="Data 2 dari 2",
    previous="c1",
    next="",
)


class FakeConflicts:
    """Keeps choices as the store does: whoever leaves finds them again."""

    def __init__(self, office: Any) -> None:
        self.office = office
        self.views = [FIRST, SECOND]
        self.saved: list[ConflictView] = []

    def items(self) -> tuple[ConflictItem, ...]:
        self.office.note("conflicts")
        return tuple(
            ConflictItem(one.key, one.rid, one.title, "2 isian berbeda", one.may_settle) for one in self.views
        )

    def open(self, key: str = "", rid: str = "") -> ConflictView | None:
        self.office.note("open_conflict", key, rid)
        found = next((one for one in self.views if one.key == key), None)
        found = found or next((one for one in self.views if rid and one.rid == rid), None)
        return found or (self.views[0] if self.views and not rid else None)

    def choose(self, key: str, rid: str, chosen: Mapping[str, tuple[str, str] | None]) -> ConflictView | None:
        self.office.note("choose", key, dict(chosen))
        self.views = [self._chosen(one, chosen) if one.key == key else one for one in self.views]
        return self.open(key, rid)

    @staticmethod
    def _chosen(view: ConflictView, chosen: Mapping[str, tuple[str, str] | None]) -> ConflictView:
        units = []
        for unit in view.units:
            word, text = chosen.get(unit.unit, (unit.choice, unit.result)) or ("", "")
            given = {
                WAITING: (unit.left, "laptop"),
                STORED: (unit.right, "server"),
                TEXT: (text, "tulisan Anda"),
            }
            result, source = given.get(word, ("", ""))
            units.append(replace(unit, choice=word, result=result, source=source))
        return replace(view, units=tuple(units))

    def save(self, key: str, rid: str) -> v.Decided | v.Refusal:
        self.office.note("save_conflict", key)
        view = next(one for one in self.views if one.key == key)
        self.views.remove(view)
        self.saved.append(view)
        changes = v.Changes(frozenset({rid}), lists=True, counts=True)
        return v.Decided(rid, f"{view.title}: gabungan disimpan.", f"undo-{key}", 10, changes)

    def acknowledge(self, key: str, rid: str) -> v.Changes:
        self.office.note("acknowledge", key)
        self.views = [one for one in self.views if one.key != key]
        return v.Changes(frozenset({rid}), lists=True, counts=True)
