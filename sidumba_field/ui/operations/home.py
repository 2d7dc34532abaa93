"""What may be started about Beranda."""

from __future__ import annotations

from sidumba_field.ui.viewmodels.desk import Desk


def load(desk: Desk) -> None:
    """Fetch a fresh Beranda."""
    desk.jobs.db(desk.services.home.home, desk.home.show, desk.fail)
