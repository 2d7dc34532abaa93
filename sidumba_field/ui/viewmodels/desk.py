"""The desk: services, jobs and the state of every screen, in one place that operations work on.

Owns passing on what a command touched (``touch``) and what is to be told (``say``); it starts nothing itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from sidumba_field.services.views import Changes
from sidumba_field.ui.jobs import Jobs
from sidumba_field.ui.viewmodels.form import FormModel
from sidumba_field.ui.viewmodels.home import HomeModel
from sidumba_field.ui.viewmodels.notice import Notice
from sidumba_field.ui.viewmodels.review import ReviewModel
from sidumba_field.ui.viewmodels.session import SessionModel
from sidumba_field.ui.viewmodels.speech import details_of, sentence_of, tone_of
from sidumba_field.ui.viewmodels.sync import SyncModel

if TYPE_CHECKING:
    from sidumba_field.services import Services


class Desk(QObject):
    """What screens and operations share."""

    changes = Signal(object)  # Changes: who must repaint
    noticed = Signal(object)  # Notice
    go = Signal(str)  # name of the screen to show

    def __init__(self, services: Services, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.services = services
        self.jobs = jobs
        self.session = SessionModel(self)
        self.home = HomeModel(self)
        self.form = FormModel(self)
        self.review = ReviewModel(self)
        self.sync = SyncModel(self)

    def touch(self, changes: Changes) -> None:
        """Pass on what a command changed."""
        self.changes.emit(changes)

    def say(self, notice: Notice) -> None:
        """Tell something in passing."""
        self.noticed.emit(notice)

    def fail(self, error: BaseException) -> None:
        """Tell that something did not work, kindly and completely."""
        self.say(Notice(sentence_of(error), tone_of(error), details=details_of(error)))
