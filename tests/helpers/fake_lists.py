"""Daftar data of one invented laptop: the rows of the design picture, then as many more as the picture counts.

Filtering, order and counts are done by hand over plain tuples, so that a screen test knows what must be shown.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sidumba_field.core.workflow.deleting import MOST
from sidumba_field.services.lists import views as v
from sidumba_field.services.lists.exporting import Format
from sidumba_field.services.views import Changes, Mark, Refusal
from sidumba_field.services.withdrawing import WHY
from sidumba_field.words import number

if TYPE_CHECKING:
    from tests.helpers.fake_services import Office

COLUMNS = (
    v.ColumnView("usaha/nama", "Usaha", "title", 226, False),
    v.ColumnView("pemilik/nama", "Pemilik", "text", 150, False),
    v.ColumnView("usaha/produk[]/nama", "Produk utama", "text", 154, False),
    v.ColumnView("@unit", "Desa", "unit", 174, False),
    v.ColumnView("usaha/omzet", "Omzet / bulan", "money", 112, False),
    v.ColumnView("@state", "Posisi", "state", 140, False),
    v.ColumnView("@changed", "Diubah", "changed", 128, False),
    v.ColumnView("pemilik/nik", "NIK", "nik", 150, True),
)
FILTERS = (("@district", "Kecamatan"), ("@period", "Tahun"), ("usaha/skala", "Skala"))
POSISI = {
    "draf": "Draf",
    "desa": "Di desa",
    "kecamatan": "Di kecamatan",
    "kabupaten": "Di kabupaten",
    "kadis": "Di kepala dinas",
    "disahkan": "Disahkan",
    "dikembalikan": "Dikembalikan",
}
#: mark, usaha, pemilik, produk, tempat, omzet, posisi, diubah
FIRST = """
tunggu|Keripik Tempe Gunung Riut|Aspul|Keripik tempe|Gunung Riut, Halong|4500000|dikembalikan|09.12
terima|Keripik Pisang Berkah|Hamidah|Keripik pisang|Uren, Halong|6400000|kabupaten|08.55
terima|Rumah Keripik Juai|M. Hasan|Keripik tempe|Juai, Juai|12750000|kabupaten|08.40
terima|Dapur Acil Imah|Rahimah|Keripik bayam|Mungkur Uyam, Juai|3200000|kabupaten|08.31
terima|Keripik Talas Liyu|Norsehan|Keripik talas|Liyu, Halong|4100000|desa|08.02
terima|Camilan Ibu Ratna|Ratnawati|Keripik usus|Halong, Halong|8900000|kecamatan|kemarin 16.48
terima|Keripik Gadung Pak Ali|Ali Rahman|Keripik gadung|Tabuan, Halong|2650000|kecamatan|kemarin 16.20
beda|Toko Oleh-oleh Hauwai|Jumiati|Keripik singkong|Hauwai, Halong|17300000|kecamatan|kemarin 15.57
terima|Keripik Sukun Teluk Bayur|Syamsudin|Keripik sukun|Teluk Bayur, Juai|5050000|kadis|kemarin 14.30
terima|UD Sinar Rezeki|Hj. Maslian|Keripik ubi ungu|Halong, Halong|31000000|disahkan|18 Nov
terima|Keripik Pedas Marajai|Dina Mariana|Keripik balado|Marajai, Halong|7800000|disahkan|18 Nov
laptop|Warung Mama Fitri|Fitriani|Keripik kentang|Sirap, Juai|2900000|disahkan|17 Nov
""".strip().splitlines()
DESKS = ("disahkan",) * 8 + ("kecamatan", "kabupaten", "desa", "kadis")


@dataclass(frozen=True)
class Record:
    """One invented record."""

    n: int
    mark: str
    name: str
    owner: str
    product: str
    place: str
    omzet: int
    posisi: str
    when: str
    skala: str
    rid: str = ""

    def row(self) -> v.ListRow:
        nik = "631102••••••0003"
        cells = (
            self.name,
            self.owner,
            self.product,
            self.place,
            number(self.omzet),
            POSISI[self.posisi],
            self.when,
            nik,
        )
        spoken = f"{self.name}, {self.owner}, {self.place}, {POSISI[self.posisi]}, diterima server, diubah {self.when}"
        return v.ListRow(
            self.n, self.rid or f"l{self.n}", Mark(self.mark), self.posisi, POSISI[self.posisi], cells, spoken
        )


def invented(count: int) -> list[Record]:
    """The picture's rows, then others, newest first."""
    made = []
    for n in range(1, count + 1):
        mark, name, owner, product, place, omzet, posisi, when = (
            FIRST[n - 1].split("|")
            if n <= len(FIRST)
            else (
                "terima",
                f"Warung Berkah {n}",
                f"Siti {n}",
                "Beras lokal" if n % 3 else "Keripik jagung",
                "Mauya, Halong",
                1_000_000 + 5_000 * n,
                DESKS[n % len(DESKS)],
                "16 Nov",
            )
        )
        made.append(
            Record(
                n, mark, name, owner, product, place, int(omzet), posisi, when, "mikro" if n % 4 else "kecil"
            )
        )
    return made


class FakeBulk:
    """services.lists.bulk."""

    def __init__(self, office: Office, lists: FakeLists) -> None:
        self.office, self.lists = office, lists
        self.people: tuple[v.Person, ...] = (v.Person("u1", "Nor Halimah"), v.Person("u2", "Ramadhani"))
        self.pieces = 4

    def to_review(self, numbers: Sequence[int]) -> tuple[str, ...]:
        self.office.note("to_review", tuple(numbers))
        return self.lists.reviewable

    def rids(self, numbers: Sequence[int]) -> tuple[str, ...]:
        self.office.note("rids", tuple(numbers))
        return tuple(f"l{n}" for n in numbers)

    def assignees(self, numbers: Sequence[int]) -> tuple[v.Person, ...]:
        self.office.note("assignees", tuple(numbers))
        return self.people

    def assign(self, numbers: Sequence[int], assignee: str, remark: str = "") -> v.Bulk | Refusal:
        self.office.note("assign", tuple(numbers), assignee)
        changes = Changes(records=frozenset(f"l{n}" for n in numbers), lists=True, counts=True)
        text = f"{len(numbers)} data diteruskan ke Nor Halimah."
        return v.Bulk(len(numbers), 0, text, tuple(f"op{n}" for n in numbers), 10, changes)

    def discard(self, numbers: Sequence[int], reason: str = "") -> v.Bulk | Refusal:
        self.office.note("discard", tuple(numbers), reason)
        if len(numbers) > MOST and not reason:
            return Refusal(WHY, f"{len(numbers)} draf Desa Kapul akan dihapus. Pilih alasannya.")
        changes = Changes(records=frozenset(f"l{n}" for n in numbers), lists=True, counts=True)
        text = f"{len(numbers)} draf dihapus."
        return v.Bulk(len(numbers), 0, text, tuple(f"op{n}" for n in numbers), 10, changes)

    def withdraw(self, undo: Sequence[str]) -> Changes | None:
        self.office.note("withdraw_bulk", tuple(undo))
        return Changes(lists=True, counts=True)

    def export(self, numbers: Sequence[int], form: Format, folder: Path) -> FakeRun:
        self.office.note("export", len(numbers), form.value)
        return FakeRun(self.office, len(numbers), self.pieces)


class FakeRun:
    """An export in a few pieces."""

    def __init__(self, office: Office, total: int, pieces: int) -> None:
        self.office, self.total, self.pieces = office, total, pieces
        self.done = 0

    def step(self) -> v.Exported | None:
        self.office.note("export_step", self.done)
        self.done = min(self.total, self.done + -(-self.total // self.pieces))
        if self.done < self.total:
            return None
        return v.Exported(
            "x.csv", self.total, True, f"{self.total} data ditulis ke x.csv. Data pribadi disamarkan."
        )

    def cancel(self) -> None:
        self.office.note("export_cancelled")


class FakeLists:
    """services.lists."""

    def __init__(self, office: Office, count: int = 1_284) -> None:
        self.office = office
        self.records = invented(count)
        self.bulk = FakeBulk(office, self)
        self.reviewable: tuple[str, ...] = ("r1", "r2")
        self.copy_age = ""
        self.found: tuple[v.Found, ...] = ()
        self.fillings: list[v.ListFilling] = []
        self.kept: dict[str, bool] = {}

    def fill(self) -> v.ListFilling | None:
        return self.fillings.pop(0) if self.fillings else None

    def frame(self) -> v.ListFrame:
        self.office.note("list_frame")
        may_review = self.office.who is not None and self.office.who.may_review
        columns = tuple(replace(c, hidden=not self.kept.get(c.path, not c.hidden)) for c in COLUMNS)
        may_discard = self.office.who is not None and self.office.who.may_enter
        return v.ListFrame("Pendataan UMKM", columns, FILTERS, may_review, may_discard)

    def keep_columns(self, shown: Mapping[str, bool]) -> None:
        self.office.note("keep_columns", dict(shown))
        self.kept |= shown

    def _matching(self, request: v.ListRequest) -> list[Record]:
        words = request.text.lower().split()
        filters: Mapping[str, Any] = request.filters
        found = [
            r for r in self.records if all(w in f"{r.name} {r.owner} {r.product}".lower() for w in words)
        ]
        if filters.get("@district"):
            found = [r for r in found if r.place.split(", ")[1] in filters["@district"]]
        if filters.get("usaha/skala"):
            found = [r for r in found if r.skala in filters["usaha/skala"]]
        return found

    def open(self, request: v.ListRequest, *, fresh: bool = True) -> v.ListView:
        self.office.note(
            "list_open", request.text, request.posisi, dict(request.filters), request.sort, fresh
        )
        found = self._matching(request)
        counts = {posisi: sum(r.posisi == posisi for r in found) for posisi in POSISI}
        tabs = [v.ListTab("", "Semua", len(found))]
        tabs += [v.ListTab(p, label, counts[p]) for p, label in POSISI.items() if counts[p] or p != "draf"]
        if request.posisi:
            found = [r for r in found if r.posisi == request.posisi]
        if request.sort == "usaha/omzet":
            found.sort(key=lambda r: r.omzet, reverse=request.descending)
        elif request.sort == "usaha/nama":
            found.sort(key=lambda r: r.name, reverse=request.descending)
        labels = {"@unit": "Desa", **dict(FILTERS)}
        chips = tuple(
            v.ListChip(p, labels[p], ", ".join(values)) for p, values in request.filters.items() if values
        )
        return v.ListView(
            request=request,
            subtitle=f"Pendataan UMKM 2022–2026 · {number(102_418)} data",
            total=102_418,
            numbers=array("q", [r.n for r in found]),
            count=len(found),
            found_text=f"{number(len(found))} hasil dalam 0,04 detik",
            tabs=tuple(tabs),
            chips=chips,
            rows=tuple(r.row() for r in found[:100]),
            copy_age=self.copy_age,
            hint="keripik" if request.text == "keripk" else "",
        )

    def rows(self, numbers: Sequence[int]) -> tuple[v.ListRow, ...]:
        self.office.note("list_rows", len(numbers))
        return tuple(self.records[n - 1].row() for n in numbers)

    def choices(self, request: v.ListRequest, path: str) -> tuple[v.FilterChoice, ...]:
        self.office.note("list_choices", path)
        chosen = request.filters.get(path, ())
        values = {"@district": ("Halong", "Juai"), "usaha/skala": ("mikro", "kecil")}.get(path, ("2026",))
        plain = replace(request, filters={p: c for p, c in request.filters.items() if p != path}, posisi="")
        return tuple(
            v.FilterChoice(
                one,
                one,
                len(self._matching(replace(plain, filters={**plain.filters, path: (one,)}))),
                one in chosen,
            )
            for one in values
        )

    def peek(self, n: int) -> v.PeekView | None:
        self.office.note("peek", n)
        row = self.records[n - 1].row()
        return v.PeekView(
            row.rid, row.cells[0], tuple((c.label, t) for c, t in zip(COLUMNS, row.cells, strict=True))
        )

    def where(self, rid: str) -> str:
        self.office.note("where", rid)
        return "review" if self.office.who is not None and self.office.who.may_review else "form"

    def search(self, text: str) -> tuple[v.Found, ...]:
        self.office.note("list_search", text)
        return self.found
