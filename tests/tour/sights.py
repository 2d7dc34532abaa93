"""What the tour leaves to look at: every paper as PDF and XLSX, every screen in light, dark and at 125 %."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from sidumba_field.services.papers_views import PaperChoice
from sidumba_field.ui.screens.rooms import ROOMS
from tests.tour.crowd import Hands, seated
from tests.tour.window import DrivenWindow, until

if TYPE_CHECKING:
    from sidumba_field.services.reporting import ReportingService
    from tests.tour.story import Tour

#: Laptop, person and the screens that are his to show; together they show every screen of the window.
SHOWN: tuple[tuple[str, str], ...] = (
    ("desa", "petugas"),
    ("desa", "admin_desa"),
    ("kecamatan", "admin_kecamatan"),
    ("kabupaten", "verifikator_kabupaten"),
    ("kabupaten", "kepala_dinas"),
    ("kabupaten", "operator_server"),
)


def papers(tour: Tour, *subjects: str) -> None:
    """Print every paper the regency may print: of one business, of the batch, of the period, of all records."""
    for person in ("verifikator_kabupaten", "operator_server"):
        with seated(tour.windows["kabupaten"], person) as hands:
            for subject in subjects:
                hands.do(partial(_of_subject, tour, hands.services.reporting, subject))
            _catalogue(tour, hands)


def _of_subject(tour: Tour, reporting: ReportingService, subject: str) -> None:
    for paper, _ in reporting.papers(subject):
        _note(tour, reporting.print(paper, subject, tour.out / "papers").path)


def _catalogue(tour: Tour, hands: Hands) -> None:
    """Everything Laporan offers, as PDF and as workbook."""
    reporting = hands.services.reporting
    for row in hands.do(reporting.catalogue):
        job = hands.do(partial(reporting.prepare, PaperChoice(row.paper)))
        for ending in ("pdf", "xlsx"):
            path = tour.out / "papers" / f"{job.name}.{ending}"
            job.save(path, lambda _done: True)
            _note(tour, str(path))


def _note(tour: Tour, path: str) -> None:
    if path not in tour.papers:
        tour.papers.append(path)


def screens(tour: Tour, record: str) -> None:
    """Walk through every screen of every role, once each, and picture it in its three looks."""
    seen: set[str] = set()
    for laptop, person in SHOWN:
        window = tour.windows[laptop]
        window.sign_in(person)
        window.send()
        for room in [item.key for item in window.window.nav_items()]:
            if room in seen and room != "home":
                continue
            _show(window, room)
            tour.picture(laptop, f"{room}-{person}".replace("_", "-"), looks=True)
            seen.add(room)
        window.sign_out()
    missing = {room.name for room in ROOMS if room.shown is not None} - seen
    if missing:
        raise RuntimeError(f"nobody saw {', '.join(sorted(missing))}")


def _show(window: DrivenWindow, room: str) -> None:
    if room == "form":
        window.press("Ctrl+N")
        until(lambda: window.screen == "form" and window.window.desk.form.view is not None, "no form")
    else:
        window.go(room)
    end = time.monotonic() + 3
    until(lambda: time.monotonic() > end or not window.jobs.pending, "the screen does not come to rest")
    window.rest()
