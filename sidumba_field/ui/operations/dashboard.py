"""What may be started about Dasbor: look, go a level down or up, copy who is silent, print."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication

from sidumba_field import words
from sidumba_field.services.boards.dashboard_views import ConcernView, DashboardView
from sidumba_field.services.lists.views import ListRequest
from sidumba_field.ui.operations import printing
from sidumba_field.ui.viewmodels.desk import Desk
from sidumba_field.ui.viewmodels.notice import Notice
from sidumba_field.ui.widgets.speech import language

#: The past is read a piece at a time; between two pieces the worker serves who types.
BREATH_MS = 30


def load(desk: Desk) -> None:
    """Fetch fresh figures of the unit in front."""
    open_unit(desk, desk.dashboard.unit)


def open_unit(desk: Desk, unit: str) -> None:
    """Show a unit's level below, "" for all the person may see."""
    dashboard, model = desk.services.dashboard, desk.dashboard
    person = desk.session.current

    def shown(view: DashboardView) -> None:
        if desk.session.current is not person or person is None:
            return
        model.show(view)
        if view.unfinished:
            QTimer.singleShot(BREATH_MS, desk, lambda: load(desk))

    desk.jobs.db(lambda: dashboard.board(unit), shown, desk.fail)


def copy_quiet(desk: Desk) -> None:
    """Put the villages nobody heard of on the clipboard, ready to send on."""
    dashboard, unit = desk.services.dashboard, desk.dashboard.picked or desk.dashboard.unit

    def copied(text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        desk.say(Notice(words.say("dashboard.quiet_copied", language())))

    desk.jobs.db(lambda: dashboard.quiet(unit), copied, desk.fail)


def list_concern(desk: Desk, concern: ConcernView) -> None:
    """Show the records of a concern in Daftar data, and no others."""
    desk.lists.request = ListRequest(posisi=concern.posisi)
    desk.go.emit("lists")


def print_board(desk: Desk, draw: Callable[[Path], None]) -> None:
    """Draw the board into a PDF among the person's papers and say where."""
    dashboard, unit = desk.services.dashboard, desk.dashboard.picked or desk.dashboard.unit

    def named(file: Path) -> None:
        try:
            draw(file)
        except OSError as error:
            desk.fail(error)
            return
        desk.say(Notice(words.say("dashboard.printed", language(), name=file.name, folder=file.parent)))

    desk.jobs.db(lambda: dashboard.print_file(unit, printing.folder()), named, desk.fail)
