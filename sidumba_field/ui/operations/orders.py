"""What the window does when the district wants this laptop emptied: all that was typed is kept first, then it obeys."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QTimer

from sidumba_field.services.account.emptied import Emptied
from sidumba_field.ui.operations import session
from sidumba_field.ui.viewmodels.desk import Desk

#: What the district says when it wants this laptop emptied.
WIPE = "wipe"


def heed(desk: Desk) -> None:
    """Obey an order that lies here, however it came: by line, by stick, or before the last start."""

    def found(word: str) -> None:
        if word == WIPE:
            obey(desk)

    desk.jobs.db(desk.services.orders.pending, found, desk.fail)


def obey(desk: Desk) -> None:
    """Get up for good: what is on screen is kept first, so that the seal holds it too."""
    if desk.leaving or desk.session.current is None:
        return
    desk.leaving = True
    desk.form.settle()
    desk.sync.stopping = True
    _obey_when_quiet(desk)


def _obey_when_quiet(desk: Desk) -> None:
    if not desk.quiet:
        QTimer.singleShot(session.QUIET_MS, desk, partial(_obey_when_quiet, desk))
        return

    def emptied(_: Emptied) -> None:
        session.left(desk)

    def failed(error: BaseException) -> None:
        desk.leaving = False
        desk.fail(error)

    desk.jobs.net(lambda _job: desk.services.orders.obey(), emptied, failed)
