"""What may be started about Beranda."""

from __future__ import annotations

from sidumba_field.ui.operations import filling
from sidumba_field.ui.viewmodels.desk import Desk


def load(desk: Desk) -> None:
    """Fetch a fresh Beranda; lists a newer program changed are made ready while it is read."""
    desk.jobs.db(desk.services.home.home, desk.home.show, desk.fail)
    filling.fill(desk)
