"""Steps and periods of the fake laptop: piles of Desa Kapul as an admin desa meets them, a sign-off, two periods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sidumba_field.services import views as v
from sidumba_field.services.steps import views as s
from tests.helpers import fake_review

if TYPE_CHECKING:
    from tests.helpers.fake_services import Office

_TEMPLATES = (
    "Isian wajib belum terisi. Mohon lengkapi.",
    "Foto belum ada atau tidak jelas. Mohon foto ulang.",
)
SORTING = (
    s.KeyedStep("pilah_lengkap", "Lengkap", "forward", False, "1"),
    s.KeyedStep("pilah_tidak_lengkap", "Tidak lengkap", "return", True, "2", _TEMPLATES),
    s.KeyedStep("pilah_ganda", "Ganda", "remove", True, "3", ("Usaha ini sudah didata.",)),
    s.KeyedStep("pilah_bukan_umkm", "Bukan UMKM", "remove", True, "4", ("Bukan kegiatan usaha.",)),
)
SUBMITTING = (s.KeyedStep("ajukan_kecamatan", "Ajukan ke kecamatan", "forward", False, "1"),)
BACK = (s.KeyedStep("tarik", "Tarik kembali", "plain", False, "1"),)
HANDING = (s.KeyedStep("serahkan", "Serahkan ke admin desa", "forward", False, "1", (), True),)
_NAMES = (
    ("p1", "Keripik Singkong Bu Siti", "Siti Aminah · RT 003", "2 jam", 1),
    ("p2", "Camilan Ibu Ratna", "Ratna Dewi · RT 001", "2 jam", 0),
    ("p3", "Bengkel Motor Amat", "Muhammad Amat · RT 002", "1 jam", 0),
    ("p4", "Anyaman Rotan Kapul", "Norhayati · RT 003", "58 menit", 0),
    ("p5", "Gula Aren Pak Utuh", "Akhmad Utuh · RT 004", "41 menit", 0),
    ("p6", "Warung Barokah", "Rusmini · RT 004", "40 menit", 2),
    ("p7", "Ternak Itik Alabio", "Fahriansyah · RT 005", "12 menit", 0),
)
TEXT = (
    "Assalamualaikum. 12 data UMKM Desa Kapul periode 2026 sudah diajukan dan menunggu verifikasi kecamatan. "
    "Terima kasih. Akhmad Fauzi"
)
CLOCK = "Sudah 2 jam 10 menit waktu kantor. Lewat batas SOP 20 Nov 07.46."
MESSAGE = v.MessageView(TEXT, "https://wa.me/?text=Assalamualaikum")
TWIN = s.TwinView(
    "t1", "Keripik Bu Siti", "Siti Aminah, Desa Uren, 2025", "NIK sama", "Disahkan", "63.11.02.2016/2025/0044"
)
DIFFER = s.DifferView(
    "op-held",
    "k1",
    "Keripik Singkong Bu Siti",
    True,
    "Isian susulan, belum dipakai.",
    "Dari Nor Halimah, 19 Nov 08.12.",
    (
        s.DifferLine("usaha/omzet", "Omzet per bulan", "Rp 45.000.000", "Rp 9.100.000"),
        s.DifferLine("pemilik/hp", "Nomor HP", "0812 5134 7700", "0812 5134 7701"),
    ),
    True,
)
SIGNOFF = s.SignOffView(
    "k1",
    "Disahkan 20 Nov 10.41",
    "Dapat dibatalkan sampai 21 Nov 10.41, sisa 19 jam 4 menit.",
    68_640,
    (s.SignedPaper("lembar_pengesahan", "Lembar Pengesahan", "", "", "", "", "Menunggu TTE"),),
    True,
)
PROOF_UNSEEN = "Bukti pemulihan diperiksa server saat langkah ini diterima."
PERIODS = s.PeriodsView(
    (
        s.PeriodView(
            "r1",
            "Periode 2026",
            "draf",
            "Periode berjalan",
            "sejak 5 Jan 08.00",
            "",
            (("Di desa", "182"), ("Di kecamatan", "61"), ("Disahkan", "1.204")),
            (("Kecamatan Halong, 2026", "Dilaporkan ke kepala dinas"), ("Camilan Ibu Ratna", "Tervalidasi")),
            (s.PeriodStep("tutup", "Tutup periode"),),
            True,
            ("5 Jan 08.00 · periode dibuka, Noor Laila",),
        ),
        s.PeriodView(
            "r0",
            "Periode 2025",
            "kabupaten",
            "Periode ditutup",
            "sejak 30 Des 15.20",
            "SOP langkah 11, 30 menit",
            (("Disahkan", "1.180"), ("Cadangan terbukti pulih", "30 Des 16.02")),
            (),
            (s.PeriodStep("cadangkan", "Catat cadangan", PROOF_UNSEEN),),
            False,
            ("30 Des 15.20 · periode ditutup, Noor Laila",),
        ),
    ),
    True,
    "2027",
    "Buka periode",
)  # fmt: skip


def _row(rid: str, title: str, subtitle: str, age: str, twins: int) -> s.PileRow:
    return s.PileRow(rid, title, subtitle, f"63.11.02.2011/2026/00{rid[1:]}", age, twins, 0, v.Mark.RECEIVED)


class FakeSteps:
    """services.steps."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.rows = {"diserahkan": [_row(*one) for one in _NAMES], "terpilah": [], "draf": []}
        self.steps = {"diserahkan": SORTING, "terpilah": SUBMITTING, "diajukan_kecamatan": BACK}
        self.refuse: dict[str, str] = {}
        self.message_after: v.MessageView | None = None
        self.beside_of: dict[str, s.Beside] = {"k1": s.Beside("k1", twins=(TWIN,))}
        self.moved: list[tuple[str, s.PileRow]] = []
        self.names: tuple[str, ...] = ("Akhmad Fauzi",)

    def piles(self, pile: str = "") -> s.PilesView:
        self.office.note("piles", pile)
        labels = {"diserahkan": "Diserahkan ke admin desa", "terpilah": "Terpilah di desa"}
        labels["diajukan_kecamatan"], labels["draf"] = "Diajukan ke kecamatan", "Draf"
        posisi = {"diajukan_kecamatan": "kecamatan", "draf": "draf"}
        piles = tuple(
            s.Pile(key, labels[key], posisi.get(key, "desa"), len(self.rows.get(key, ())), steps)
            for key, steps in self.steps.items()
        )
        chosen = pile or piles[0].key
        return s.PilesView(
            "Berkas untuk dipilah", piles, chosen, tuple(self.rows.get(chosen, ())), 0, self.names, True
        )

    def has_piles(self) -> bool:
        return True

    def look(self, rid: str) -> s.LookView:
        self.office.note("look", rid)
        row = next(row for rows in self.rows.values() for row in rows if row.rid == rid)
        lines = tuple(
            replace(line, previous="", changed=False, marks=(), group="")
            for line in fake_review.review(fake_review.QUEUE[0]).all_lines[:18]
        )
        return s.LookView(
            rid,
            row.title,
            f"{row.subtitle} · diserahkan Nor Halimah kepada Akhmad Fauzi, 20 Nov 09.12",
            row.note,
            3,
            "cd" * 32,
            lines,
            (),
            (TWIN,) if row.twins else (),
            ("a" * 64 + ".jpg",),
        )

    def move(
        self, wanted: Sequence[s.Glance], command: str, remark: str = "", total: int = 0
    ) -> s.Moved | v.Refusal:
        self.office.note("move", tuple(one.rid for one in wanted), command, remark, total)
        done, refused = [], []
        for one in wanted:
            if one.rid in self.refuse:
                refused.append((one.rid, "Warung Barokah", self.refuse[one.rid]))
                continue
            for key, rows in self.rows.items():
                for row in [row for row in rows if row.rid == one.rid]:
                    rows.remove(row)
                    self.moved.append((key, row))
                    done.append(one.rid)
        changes = v.Changes(frozenset(done), lists=bool(done), counts=bool(done))
        return s.Moved(tuple(done), tuple(f"u-{rid}" for rid in done), 10, tuple(refused), changes)

    def told(self, command: str, done: Sequence[str], receiver: str = "") -> s.MovedText:
        self.office.note("told", command, tuple(done), receiver)
        paper = "tanda_terima" if receiver else ""
        sentence = f"{len(done)} data dinyatakan lengkap." if done else ""
        return s.MovedText(sentence, self.message_after if done else None, paper)

    def withdraw(self, undo: Sequence[str]) -> v.Changes | None:
        self.office.note("withdraw_round", tuple(undo))
        back = [(key, row) for key, row in self.moved if f"u-{row.rid}" in undo]
        for key, row in back:
            self.moved.remove((key, row))
            self.rows[key].insert(0, row)
        rids = frozenset(row.rid for _, row in back)
        return v.Changes(rids, lists=True, counts=True) if back or not undo else v.Changes(lists=True)

    def message(self, rid: str) -> v.MessageView | None:
        self.office.note("message", rid)
        return self.message_after

    def beside(self, rid: str) -> s.Beside:
        self.office.note("beside", rid)
        return self.beside_of.get(rid, s.Beside(rid))

    def compare(self, rid: str, other: str) -> s.CompareView:
        self.office.note("compare", rid, other)
        pairs = (
            ("NIK", "6311 0245 0688 0003", "6311 0245 0688 0003"),
            ("Nama pemilik", "Siti Aminah", "Siti Aminah"),
            ("Nama usaha", "Keripik Singkong Bu Siti", "Keripik Bu Siti"),
            ("Desa", "Kapul", "Uren"),
            ("Omzet per bulan", "Rp 45.000.000", "Rp 8.500.000"),
            ("Tahun mulai berusaha", "2018", "2018"),
        )
        lines = tuple(s.CompareLine(f"c/{n}", label, a, b, a == b) for n, (label, a, b) in enumerate(pairs))
        remark = "Ganda dengan data nomor 63.11.02.2016/2025/0044."
        return s.CompareView(
            rid, other, "Keripik Singkong Bu Siti", "Keripik Bu Siti",
            "63.11.02.2011/2026/0012 · Desa Kapul · 2026", "63.11.02.2016/2025/0044 · Desa Uren · 2025 · Disahkan",
            "NIK sama", lines, 3, "tandai_ganda", "Tandai ganda", remark,
        )  # fmt: skip

    def differs(self, rid: str) -> tuple[s.DifferView, ...]:
        self.office.note("differs", rid)
        return self.beside_of.get(rid, s.Beside(rid)).differs

    def settle(self, rid: str, op: str, take: bool) -> v.Decided | v.Refusal:
        self.office.note("settle", rid, op, take)
        kept = self.beside_of.get(rid)
        if kept is not None:
            self.beside_of[rid] = replace(kept, differs=())
        word = "isian susulan dipakai" if take else "isian sekarang dipakai"
        return v.Decided(
            rid, f"Keripik Singkong Bu Siti: {word}.", f"u-{op}", 10, v.Changes(frozenset({rid}))
        )

    def choices(self, rid: str, path: str, typed: str) -> tuple[v.ChoiceView, ...]:
        self.office.note("codes", rid, path, typed)
        every = (("10794", "Industri Kerupuk, Keripik, Peyek"), ("10750", "Industri Makanan Siap Saji"))
        return tuple(
            v.ChoiceView(code, label) for code, label in every if typed.lower() in f"{code} {label}".lower()
        )

    def upload(self, rid: str, paper: str, file: Path, signer: str, day: str) -> v.Decided | v.Refusal:
        self.office.note("upload", rid, paper, file.name, signer, day)
        if not signer:
            return v.Refusal("workflow.locked", "Tulis nama penanda tangan dan tanggalnya.")
        return v.Decided(
            rid, "Lembar Pengesahan bertanda tangan tersimpan.", "u-up", 10, v.Changes(frozenset({rid}))
        )

    def signed(self) -> tuple[s.SignOffView, ...]:
        self.office.note("signed")
        return ()


class FakePeriods:
    """services.periods."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.shown = PERIODS

    def view(self) -> s.PeriodsView:
        self.office.note("periods")
        return self.shown

    def mine(self) -> bool:
        return True

    def open(self, label: str) -> v.Decided | v.Refusal:
        self.office.note("open_period", label)
        if label == "2026":
            return v.Refusal("workflow.locked", "Periode 2026 sudah ada.")
        return v.Decided("r9", "Periode dibuka.", "u-r9", 10, v.Changes(lists=True))

    def step(self, rid: str, command: str, listing: bool = False) -> v.Decided | v.Refusal:
        self.office.note("period_step", rid, command, listing)
        if command == "tutup" and not listing:
            return v.Refusal("workflow.guard", "Masih ada kumpulan yang belum disahkan atau dicatat.")
        return v.Decided(rid, "Periode ditutup.", f"u-{rid}", 10, v.Changes(lists=True))

    def withdraw(self, undo: str) -> v.Changes | None:
        self.office.note("withdraw_period", undo)
        return v.Changes(lists=True)
