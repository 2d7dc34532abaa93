"""A window over the real services and a real encrypted store, without a network: a village office with long names.

``village`` is the fixture to ask for; somebody sits down with ``sit``, a whole record is typed with ``fill``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
from PySide6.QtWidgets import QApplication

from sidumba_field.bootstrap import connect
from sidumba_field.services import Services
from sidumba_field.services.account.session import SessionService
from sidumba_field.services.account.supplies import SuppliesService
from sidumba_field.services.account.wiping import WipeService
from sidumba_field.services.boards.dashboard import DashboardService
from sidumba_field.services.boards.home import HomeService
from sidumba_field.services.care.service import CareService
from sidumba_field.services.conflicts.service import ConflictService
from sidumba_field.services.entry.service import EntryService
from sidumba_field.services.exchange.drives import Drive
from sidumba_field.services.exchange.service import SyncingService
from sidumba_field.services.exchange.sticks import SticksService
from sidumba_field.services.files.service import FilesService
from sidumba_field.services.lists.service import ListService
from sidumba_field.services.papers.service import ReportingService
from sidumba_field.services.review.service import ReviewService
from sidumba_field.services.steps.rounds import PeriodService
from sidumba_field.services.steps.service import StepsService
from sidumba_field.services.views import Refusal
from sidumba_field.ui.app import build_window
from sidumba_field.ui.jobs import Jobs
from sidumba_field.ui.screens.form.screen import FormScreen
from sidumba_field.ui.screens.review.screen import ReviewScreen
from sidumba_field.ui.screens.window import Window
from tests.helpers.desk import Office
from tests.helpers.qt import idle, settle, show, wait_until
from tests.tour.people import STORED

LONG_PERSON = "Drs. H. Muhammad Rahmat Hidayatullah, S.Sos., M.M."
LONG_BUSINESS = "Kelompok Usaha Keripik Singkong dan Kerupuk Ubi Ungu Ibu Siti Aminah"
T = TypeVar("T")


def no_drives() -> tuple[Drive, ...]:
    """Nothing is plugged into the machine of the tests."""
    return ()


@dataclass
class RealLaptop:
    """A window, the real services behind it, and the worker their store belongs to."""

    window: Window
    services: Services
    office: Office
    jobs: Jobs

    def on_worker(self, work: Callable[[], T]) -> T:
        """Do ``work`` where the store lives."""
        return self.jobs.database_worker.submit(work).result()

    def sit(self, name: str, role: str, **where: str) -> None:
        """Let somebody sit down and see Beranda."""
        self.on_worker(lambda: self.office.sit(name, role, **where))
        session = self.on_worker(self.services.session.current)
        assert session is not None
        self.window.desk.session.open(session)
        self.idle()

    def idle(self) -> None:
        """Until everything typed is in the store and every screen has it."""
        settle()
        desk, due = self.window.desk, self.window._truth_due
        wait_until(lambda: not self.jobs.pending and desk.form.idle and not due.isActive())
        idle(self.jobs)

    def go(self, screen: str) -> None:
        """Show a screen."""
        self.window.show_screen(screen)
        self.idle()

    @property
    def form(self) -> FormScreen:
        """Isi Formulir."""
        screen = self.window.screen_named("form")
        assert isinstance(screen, FormScreen)
        return screen

    @property
    def review(self) -> ReviewScreen:
        """Verifikasi."""
        screen = self.window.screen_named("review")
        assert isinstance(screen, ReviewScreen)
        return screen

    def fill(self, answers: Mapping[str, str], rows: Mapping[str, Any], photo: Path, *, finish: bool) -> str:
        """Type a whole record through the services; digits of ``answers`` choose. Return its rid."""
        return self.on_worker(lambda: self._fill(answers, rows, photo, finish=finish))

    def _fill(self, answers: Mapping[str, str], rows: Mapping[str, Any], photo: Path, *, finish: bool) -> str:
        entry = self.services.entry
        rid = entry.new().rid
        for path, typed in answers.items():
            item = entry.open(rid).items[path]
            if item.value or item.readonly:
                continue
            if path in STORED:
                entry.answer(rid, path, STORED[path])
            elif item.kind.startswith("select"):
                entry.answer(rid, path, " ".join(item.choices[int(digit) - 1].value for digit in typed))
            else:
                entry.answer(rid, path, typed)
        for repeat, lines in rows.items():
            columns = [c for c in entry.open(rid).repeats[repeat].columns if not c.readonly]
            for line in lines:
                row, _ = entry.add_row(rid, repeat)
                for column, text in zip(columns, line, strict=True):
                    entry.answer(rid, f"{repeat}[{row}]/{column.path.rsplit('/', 1)[-1]}", text)
        for path, item in entry.open(rid).items.items():
            if item.kind == "binary" and item.required:
                entry.attach(rid, path, photo)
        if finish:
            done = entry.finish(rid)
            assert not isinstance(done, Refusal), done
        return rid


@pytest.fixture
def village(themed: QApplication, jobs: Jobs, tmp_path: Path) -> Iterator[RealLaptop]:
    """A shown window of a village laptop; nobody sits there yet."""

    def open_office() -> tuple[Office, Services]:
        office = Office(tmp_path)
        session = SessionService(office.desk, connect, ())
        syncing = SyncingService(office.desk, session, jobs.database_worker)
        entry = EntryService(office.desk)
        return office, Services(
            session=session,
            home=HomeService(office.desk),
            care=CareService(office.desk, jobs.database_worker, drives=tuple),
            dashboard=DashboardService(office.desk),
            entry=entry,
            files=FilesService(office.desk, entry),
            review=ReviewService(office.desk),
            syncing=syncing,
            reporting=ReportingService(office.desk, jobs.database_worker),
            lists=ListService(office.desk),
            steps=StepsService(office.desk),
            periods=PeriodService(office.desk),
            supplies=SuppliesService(office.desk, session, syncing),
            sticks=SticksService(office.desk, session, syncing, jobs.database_worker, no_drives),
            orders=WipeService(office.desk, session, jobs.database_worker),
            conflicts=ConflictService(office.desk),
        )

    office, services = jobs.database_worker.submit(open_office).result()
    window = build_window(services, jobs)
    show(window, 1366, 696)
    made = RealLaptop(window, services, office, jobs)
    made.idle()
    yield made
    made.idle()
    window.close()
    window.deleteLater()
    settle()
    jobs.database_worker.submit(office.close).result()
