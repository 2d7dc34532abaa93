"""What Dasbor shows, and which unit is picked on it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from sidumba_field.services.boards.dashboard_views import DashboardView, SliceView


class DashboardModel(QObject):
    """State of screen 09."""

    changed = Signal()
    picked_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.view: DashboardView | None = None
        self.picked = ""
        self.unit = ""  # whose level below is asked for, "" for all the person may see

    def show(self, view: DashboardView) -> None:
        """Fresh figures; what was picked stays while it is listed."""
        self.view = view
        self.unit = view.unit
        if self.picked not in view.slices:
            self.picked = ""
        self.changed.emit()

    def pick(self, unit: str) -> None:
        """Another unit fills the other cards, "" for all."""
        known = self.view is not None and unit in self.view.slices
        if known and unit != self.picked:
            self.picked = unit
            self.picked_changed.emit()

    def forget(self) -> None:
        """Somebody else sits here."""
        self.view, self.picked, self.unit = None, "", ""

    @property
    def cards(self) -> SliceView | None:
        """The cards of what is picked."""
        return self.view.slices.get(self.picked) if self.view is not None else None

    @property
    def picked_name(self) -> str:
        """The unit picked, "" when all are shown."""
        places = self.view.places if self.view is not None else ()
        return next((place.name for place in places if place.unit == self.picked), "")
