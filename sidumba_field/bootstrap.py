"""The only place that builds store, sync, services and window together; everybody else is handed what he needs."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from pathlib import Path

from sidumba_field import programs
from sidumba_field.core.time import Clock, SystemClock
from sidumba_field.seal.signing import SigningKey
from sidumba_field.services import Services
from sidumba_field.services.desk import Desk
from sidumba_field.services.entry import EntryService
from sidumba_field.services.home import HomeService
from sidumba_field.services.reporting import ReportingService
from sidumba_field.services.review import ReviewService
from sidumba_field.services.session import SessionService
from sidumba_field.services.syncing import SyncingService
from sidumba_field.sync.http import HttpTransport
from sidumba_field.sync.transport import DeviceIdentity, Transport

SampleAccounts = Sequence[tuple[str, str, str, str]]


def connect(url: str, key: SigningKey, device: str, inc: str, token: str) -> Transport:
    """Return the real line to a server."""
    return HttpTransport(url, DeviceIdentity(device, inc, key), token or None)


def build_services(
    folder: Path,
    *,
    clock: Clock | None = None,
    worker: Executor | None = None,
    sample: SampleAccounts = (),
    lang: str = "id",
) -> Services:
    """Build the use cases of one laptop folder. ``worker``: the database worker of a window, None without one."""
    installed = programs.shipped(cache=folder / "cache")
    first = next(iter(installed.values()), None)
    desk = Desk(folder, installed, clock or SystemClock(), lang=lang)
    if first is not None:
        desk.zone = first.office.zone
    session = SessionService(desk, connect, sample)
    return Services(
        session=session,
        home=HomeService(desk),
        entry=EntryService(desk),
        review=ReviewService(desk),
        syncing=SyncingService(desk, session, worker),
        reporting=ReportingService(desk),
    )
