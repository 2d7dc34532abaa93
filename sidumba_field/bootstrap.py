"""The only place that builds store, sync, services and window together; everybody else is handed what he needs."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from sidumba_field import programs
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.time import Clock, SystemClock
from sidumba_field.seal.durable import disk_error
from sidumba_field.seal.signing import SigningKey
from sidumba_field.services import Services
from sidumba_field.services.account.session import SessionService
from sidumba_field.services.account.supplies import SuppliesService
from sidumba_field.services.account.wiping import WipeService
from sidumba_field.services.boards.dashboard import DashboardService
from sidumba_field.services.boards.home import HomeService
from sidumba_field.services.care.service import CareService
from sidumba_field.services.conflicts.service import ConflictService
from sidumba_field.services.desk import Desk
from sidumba_field.services.entry.service import EntryService
from sidumba_field.services.exchange.arriving import Meter
from sidumba_field.services.exchange.drives import Drives, removable
from sidumba_field.services.exchange.service import SyncingService
from sidumba_field.services.exchange.sticks import SticksService
from sidumba_field.services.files.service import FilesService
from sidumba_field.services.lists.service import ListService
from sidumba_field.services.papers.service import ReportingService
from sidumba_field.services.review.service import ReviewService
from sidumba_field.services.steps.rounds import PeriodService
from sidumba_field.services.steps.service import StepsService
from sidumba_field.services.views import Link
from sidumba_field.sync.http import HttpTransport
from sidumba_field.sync.session import hear_nothing
from sidumba_field.sync.transport import DeviceIdentity, Transport
from sidumba_field.words import explain_error

log = logging.getLogger(__name__)

SampleAccounts = Sequence[tuple[str, str, str, str]]


def connect(
    url: str,
    key: SigningKey,
    device: str,
    inc: str,
    token: str,
    heard: Callable[[int], None] = hear_nothing,
) -> Transport:
    """Return the real line to a server; ``heard`` is told of every byte that comes."""
    return HttpTransport(url, DeviceIdentity(device, inc, key), token or None, heard=heard)


def build_services(
    folder: Path,
    *,
    clock: Clock | None = None,
    worker: Executor | None = None,
    server: str = "",
    lang: str = "id",
    drives: Drives = removable,
) -> Services:
    """Build the use cases of one laptop folder.

    ``worker``: the database worker of a window, None without one. ``server``: its address, when it has moved.
    ``drives``: lists the flashdisks of this machine.
    """
    installed = programs.installed(folder / "forms", folder / "cache")
    first = next(iter(installed.values()), None)
    desk = Desk(folder, installed, clock or SystemClock(), lang=lang)
    if first is not None:
        desk.zone = first.office.zone
    desk.set_link(Link.OFFLINE)
    meter = Meter(desk.clock)
    session = SessionService(desk, partial(connect, heard=meter.heard), server)
    syncing = SyncingService(desk, session, worker, meter)
    entry = EntryService(desk)
    return Services(
        session=session,
        home=HomeService(desk),
        care=CareService(desk, worker),
        dashboard=DashboardService(desk),
        entry=entry,
        files=FilesService(desk, entry),
        review=ReviewService(desk),
        syncing=syncing,
        reporting=ReportingService(desk, worker),
        lists=ListService(desk),
        steps=StepsService(desk),
        periods=PeriodService(desk),
        conflicts=ConflictService(desk),
        supplies=SuppliesService(desk, session, syncing),
        sticks=SticksService(desk, session, syncing, worker, drives),
        orders=WipeService(desk, session, worker),
    )


@dataclass(frozen=True, slots=True)
class SampleOffice:
    """What a sample server left beside its data: where it is, an enrolment code, and its people as
    (name, role, username, passphrase)."""

    url: str
    code: str
    accounts: SampleAccounts


def read_sample(file: Path, installed: Mapping[str, programs.Program]) -> SampleOffice | None:
    """Return the sample office a server on this machine offers, or None when it left no readable note."""
    try:
        raw = json.loads(file.read_text(encoding="utf-8"))
        labels = {role: spec for program in installed.values() for role, spec in program.roles.items()}
        people = tuple(
            (one["name"], labels[one["role"]].words.in_("id"), one["username"], one["passphrase"])
            for one in raw["accounts"]
        )
        return SampleOffice(raw["url"], raw["code"], people)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def prepare_sample(services: Services, office: SampleOffice) -> None:
    """Set a fresh laptop up for a first look: enrolled at the sample server, every sample account activated on it."""
    if services.session.login_view().activated:
        return
    first, *others = office.accounts
    card = services.session.activate(office.url, office.code, first[2], first[3], "Laptop contoh")
    services.session.unlock(card.user_id, first[3])
    services.supplies.skip_all()
    for _, _, username, passphrase in others:
        services.session.add_person(username, passphrase)
    services.session.lock()


class DiscreetFormatter(logging.Formatter):
    """Formats log lines without what an exception says: a message may quote an answer, the log must not.

    Kinds, codes and places in the code are enough to find a fault.
    """

    def formatException(self, ei: Any) -> str:
        kind, error, trace = ei
        told = error.code if isinstance(error, SidumbaError) else getattr(kind, "__name__", "")
        places = [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]
        return "\n".join([*places, str(told)])


def log_to(folder: Path) -> None:
    """Send the log to ``logs/`` of the laptop's folder: five files of at most 1 MB."""
    (folder / "logs").mkdir(parents=True, exist_ok=True)
    file = folder / "logs" / "sidumba-field.log"
    handler = RotatingFileHandler(file, maxBytes=1_000_000, backupCount=4, encoding="utf-8")
    handler.setFormatter(DiscreetFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)


def run_desktop(folder: Path, sample: Path | None = None, server: str = "") -> int:
    """Open the window on a laptop folder and stay until it is closed; return the exit code.

    ``server``: the address to use from now on, when the server has moved (a sample office takes any free port).
    """
    from sidumba_field.ui.app import build_window, make_app, refusal
    from sidumba_field.ui.jobs import Jobs

    app = make_app()
    jobs = Jobs()
    try:
        log_to(folder)
        services = build_services(folder, worker=jobs.database_worker, server=server)
    except (SidumbaError, OSError) as error:
        jobs.close()
        known = error if isinstance(error, SidumbaError) else disk_error(error)
        if known is None:
            raise
        refusal(explain_error(known).text(), known.code).exec()
        return 1
    office = read_sample(sample, services.session.desk.programs) if sample else None
    if office is not None:
        services.session.sample = tuple(office.accounts)
        try:
            prepare_sample(services, office)
        except SidumbaError as error:
            # A sample that cannot be reached must not keep the window shut: set-up by hand is still there.
            log.warning("sample office not prepared: %s", error.code)
    window = build_window(services, jobs)
    window.show()
    code = app.exec()
    jobs.database_worker.submit(services.session.lock).result()
    jobs.close()
    return code
