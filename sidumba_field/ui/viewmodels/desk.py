"""The desk: services, jobs and the state of every screen, in one place that operations work on.

Owns passing on what a command touched (``touch``) and what is to be told (``say``); it starts nothing itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from sidumba_field.core.errors import SidumbaError
from sidumba_field.services.views import Changes
from sidumba_field.ui.jobs import Jobs
from sidumba_field.ui.viewmodels.answer_line import AnswerLine
from sidumba_field.ui.viewmodels.care import CareModel
from sidumba_field.ui.viewmodels.conflicts import ConflictModel
from sidumba_field.ui.viewmodels.dashboard import DashboardModel
from sidumba_field.ui.viewmodels.form import FormModel
from sidumba_field.ui.viewmodels.home import HomeModel
from sidumba_field.ui.viewmodels.listing import ListModel
from sidumba_field.ui.viewmodels.notice import Notice
from sidumba_field.ui.viewmodels.reports import ReportsModel
from sidumba_field.ui.viewmodels.review import ReviewModel
from sidumba_field.ui.viewmodels.session import SessionModel
from sidumba_field.ui.viewmodels.speech import details_of, sentence_of, tone_of
from sidumba_field.ui.viewmodels.steps import StepsModel
from sidumba_field.ui.viewmodels.sticks import SticksModel
from sidumba_field.ui.viewmodels.supplies import SuppliesModel
from sidumba_field.ui.viewmodels.sync import SyncModel

if TYPE_CHECKING:
    from sidumba_field.services import Services


class Desk(QObject):
    """What screens and operations share."""

    changes = Signal(object)  # Changes: who must repaint
    noticed = Signal(object)  # Notice
    go = Signal(str)  # name of the screen to show
    expired = Signal()  # the services know of nobody who is signed in

    def __init__(self, services: Services, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.services = services
        self.jobs = jobs
        self.lines: dict[str, AnswerLine] = {}  # records whose answers are not all in the store yet
        self.leaving = False  # somebody gets up as soon as it is quiet
        self.session = SessionModel(self)
        self.home = HomeModel(self)
        self.lists = ListModel(self)
        self.dashboard = DashboardModel(self)
        self.form = FormModel(self)
        self.review = ReviewModel(self)
        self.care = CareModel(self)
        self.sync = SyncModel(self)
        self.reports = ReportsModel(self)
        self.steps = StepsModel(self)
        self.conflicts = ConflictModel(self)
        self.supplies = SuppliesModel(self)
        self.sticks = SticksModel(self)

    @property
    def quiet(self) -> bool:
        """Whether everything typed, on any record, is in the store and nothing is being sent."""
        return self.form.idle and not self.lines and not self.sync.running

    @property
    def all_saved(self) -> bool:
        """Whether everything typed, on any record, is in the store."""
        return self.form.idle and not self.lines

    def touch(self, changes: Changes) -> None:
        """Pass on what a command changed."""
        self.changes.emit(changes)

    def say(self, notice: Notice) -> None:
        """Tell something in passing."""
        self.noticed.emit(notice)

    def fail(self, error: BaseException) -> None:
        """Tell that something did not work, kindly and completely."""
        gone = isinstance(error, SidumbaError) and error.code == "auth.session_expired"
        if gone and self.session.current is not None and self.services.session.current() is None:
            self.expired.emit()
        self.say(Notice(sentence_of(error), tone_of(error), details=details_of(error)))
