"""Making lists ready whose columns a newer program changed: slice by slice, with the worker free in between."""

from __future__ import annotations

from sidumba_field.services.lists.views import ListFilling
from sidumba_field.services.views import Changes
from sidumba_field.ui.viewmodels.desk import Desk


def fill(desk: Desk) -> None:
    """Make lists ready whose columns changed, from now until they are, or until somebody gets up."""
    model = desk.lists
    if model.filling is not None:
        return

    def failed(error: BaseException) -> None:
        model.set_filling(None)
        desk.fail(error)

    def made(filling: ListFilling | None) -> None:
        if filling is not None and not desk.leaving:
            model.set_filling(filling.text)
            desk.jobs.db(desk.services.lists.fill, made, failed)
            return
        if model.filling and filling is None:
            desk.touch(Changes(lists=True))
        model.set_filling(None)

    model.filling = ""
    desk.jobs.db(desk.services.lists.fill, made, failed)
