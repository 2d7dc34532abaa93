"""What the tour leaves to look at: every paper as PDF and XLSX, every screen in light, dark and at 125 %."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from sidumba_field.services.papers.views import PaperChoice
from sidumba_field.ui.screens.rooms import ROOMS
from sidumba_field.ui.theme import apply_theme
from tests.tour.crowd import Hands, seated
from tests.tour.window import DrivenWindow, until

if TYPE_CHECKING:
    from sidumba_field.services.papers.service import ReportingService
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


def screens(tour: Tour) -> None:
    """Walk through every screen of every role: at 100 % and 125 %, then all of them once more in the dark."""
    walk = [(*seat, room) for seat in SHOWN for room in _rooms_of(tour, *seat)]
    missing = {room.name for room in ROOMS if room.shown is not None} - {room for _, _, room in walk}
    if missing:
        raise RuntimeError(f"nobody sees {', '.join(sorted(missing))}")
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    names: dict[tuple[str, str], str] = {}
    faces: set[tuple[str, str]] = set()
    for mode in ("light", "dark"):
        apply_theme(app, mode)  # type: ignore[arg-type]
        for laptop, person in SHOWN:
            window = tour.windows[laptop]
            if (laptop, mode) not in faces:
                faces.add((laptop, mode))
                _look(tour, window, _name(tour, names, ("masuk-laptop", laptop)), mode)
            window.sign_in(person)
            for room in [room for *seat, room in walk if seat == [laptop, person]]:
                _show(window, room)
                _look(tour, window, _name(tour, names, (room, person)), mode)
            window.sign_out()
    apply_theme(app, "light")


def _name(tour: Tour, names: dict[tuple[str, str], str], what: tuple[str, str]) -> str:
    """The same number and name in every look."""
    if what not in names:
        tour.pictures += 1
        names[what] = f"{tour.pictures:02d}-{'-'.join(what)}".replace("_", "-")
    return names[what]


def _rooms_of(tour: Tour, laptop: str, person: str) -> list[str]:
    """The screens to picture for a person: Beranda, and those nobody before him in ``SHOWN`` has."""
    window = tour.windows[laptop]
    window.sign_in(person)
    window.send()
    mine = [item.key for item in window.window.nav_items()]
    window.sign_out()
    found = [room for room in mine if room == "home" or room not in tour.seen]
    tour.seen |= set(mine)
    return found


def _look(tour: Tour, window: DrivenWindow, name: str, mode: str) -> None:
    folder = tour.out / "screens"
    if mode == "light":
        window.wide_and_narrow(folder / f"{name}.png")
    else:
        window.picture(folder / f"{name}-gelap.png")


def _show(window: DrivenWindow, room: str) -> None:
    if room == "form":
        window.press("Ctrl+N")
        until(lambda: window.screen == "form" and window.window.desk.form.view is not None, "no form")
    else:
        window.go(room)
    end = time.monotonic() + 3
    until(lambda: time.monotonic() > end or not window.jobs.pending, "the screen does not come to rest")
    window.rest()
