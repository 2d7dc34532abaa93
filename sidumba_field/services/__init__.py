"""Use cases without a window; each returns what it changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sidumba_field.services.account.session import SessionService
    from sidumba_field.services.account.supplies import SuppliesService
    from sidumba_field.services.account.wiping import WipeService
    from sidumba_field.services.boards.dashboard import DashboardService
    from sidumba_field.services.boards.home import HomeService
    from sidumba_field.services.care.service import CareService
    from sidumba_field.services.conflicts.service import ConflictService
    from sidumba_field.services.entry.service import EntryService
    from sidumba_field.services.exchange.service import SyncingService
    from sidumba_field.services.exchange.sticks import SticksService
    from sidumba_field.services.files.service import FilesService
    from sidumba_field.services.lists.service import ListService
    from sidumba_field.services.papers.service import ReportingService
    from sidumba_field.services.review.service import ReviewService
    from sidumba_field.services.steps.rounds import PeriodService
    from sidumba_field.services.steps.service import StepsService


@dataclass(frozen=True, slots=True)
class Services:
    """Everything a window may ask for; bootstrap puts it together."""

    session: SessionService
    home: HomeService
    dashboard: DashboardService
    care: CareService
    entry: EntryService
    review: ReviewService
    syncing: SyncingService
    reporting: ReportingService
    lists: ListService
    steps: StepsService
    periods: PeriodService
    supplies: SuppliesService
    sticks: SticksService
    conflicts: ConflictService
    orders: WipeService
    files: FilesService
