"""Papers of the invented laptop: real papers over invented rows, so that the preview shows what is really produced."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from sidumba_field.core.errors import SidumbaError
from sidumba_field.reports import ReportData
from sidumba_field.services.papers.job import PaperJob
from sidumba_field.services.papers.views import NOBODY, PaperChoice, PaperOptions, PaperRow
from tests.helpers import papers

TODAY = date(2026, 11, 20)
ROWS = (
    PaperRow("daftar", "Daftar UMKM", "users", "182 usaha"),
    PaperRow("rekap", "Rekapitulasi UMKM", "chart-no-axes-column", "182 usaha"),
    PaperRow("tanda_terima", "Tanda Terima Berkas", "inbox", "12 berkas"),
    PaperRow("kosong", "Formulir kosong", "square-pen", ""),
    PaperRow("lembar", "Lembar Pengesahan", "file-badge", "0 paket"),
)
OFFICIALS = (
    ("kepala_dinas", "Drs. H. Rahmat Hidayat, M.M., Kepala Dinas"),
    ("verifikator", "Noor Laila, S.E., Verifikator Kabupaten"),
    (NOBODY, "Tidak ada"),
)
PLACES = (
    ("", "Semua wilayah saya"),
    ("63.11.02.2005", "Desa/Kelurahan Halong, Kecamatan Halong"),
    ("63.11.02.2002", "Desa/Kelurahan Bangkal, Kecamatan Halong"),
)


class FakeReports:
    """The Laporan part of services.reporting. ``rows``: how many rows the register prints."""

    def __init__(self, office: Any) -> None:
        self.office = office
        self.rows = 18
        self.kept: list[PaperChoice] = []

    def today(self) -> date:
        return TODAY

    def catalogue(self) -> tuple[PaperRow, ...]:
        self.office.note("catalogue")
        return ROWS

    def options(self, choice: PaperChoice) -> PaperOptions:
        self.office.note("options", choice)
        row = next((row for row in ROWS if row.paper == choice.paper), None)
        if row is None:
            raise SidumbaError("report.unknown", name=choice.paper)
        register = choice.paper == "daftar"
        filled = replace(
            choice,
            day=choice.day or TODAY.isoformat(),
            size=choice.size or "F4",
            orientation=choice.orientation or "landscape",
            right=choice.right or "kepala_dinas",
            left=choice.left or "verifikator",
        )
        return PaperOptions(
            choice=filled,
            label=row.label,
            units=PLACES if choice.paper not in ("lembar", "kosong") else (),
            periods=(("", "Semua periode"), ("2026", "2026")) if register else (),
            officials=OFFICIALS,
            sides=("right", "left"),
            dated=choice.paper in ("daftar", "rekap"),
            personal=register,
            may_reveal=register,
            may_publish=choice.paper == "rekap",
            warning="12 data belum selesai divalidasi, ditandai * di laporan." if register else "",
            empty="Belum ada data untuk laporan ini." if choice.paper == "lembar" else "",
        )

    def find(self, paper: str, typed: str) -> tuple[tuple[str, str], ...]:
        self.office.note("find", paper, typed)
        return ()

    def prepare(self, choice: PaperChoice) -> PaperJob:
        self.office.note("prepare", choice)
        options = self.options(choice)
        sheet = replace(papers.register(), size=options.choice.size, orientation=options.choice.orientation)
        if choice.left == NOBODY:
            sheet = replace(sheet, left=None)

        def make(_store: object, limit: int, _told: object) -> ReportData:
            count = min(self.rows, limit) if limit else self.rows
            return papers.data(rows=papers.rows(count), revealed=choice.revealed, unsigned=False)

        def log(event: str, format_: str) -> None:
            self.office.note("log", event, format_)

        store: Any = None
        return PaperJob(sheet, store, make, log, f"{choice.paper}-{options.choice.day}", True, self.rows)

    def remember(self, choice: PaperChoice) -> None:
        self.office.note("remember", choice)
        self.kept.append(choice)

    def used_number(self, choice: PaperChoice) -> None:
        self.office.note("used_number", choice)
