"""Use cases without a window; each returns what it changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sidumba_field.services.dashboard import DashboardService
    from sidumba_field.services.entry import EntryService
    from sidumba_field.services.home import HomeService
    from sidumba_field.services.listing import ListService
    from sidumba_field.services.reporting import ReportingService
    from sidumba_field.services.review import ReviewService
    from sidumba_field.services.rounds import PeriodService
    from sidumba_field.services.session import SessionService
    from sidumba_field.services.steps import StepsService
    from sidumba_field.services.syncing import SyncingService


@dataclass(frozen=True, slots=True)
class Services:
    """Everything a window may ask for; bootstrap puts it together."""

    session: SessionService
    home: HomeService
    dashboard: DashboardService
    entry: EntryService
    review: ReviewService
    syncing: SyncingService
    reporting: ReportingService
    lists: ListService
    steps: StepsService
    periods: PeriodService
