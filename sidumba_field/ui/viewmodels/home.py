"""What Beranda shows."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from sidumba_field.services.views import HomeView, TaskRow


class HomeModel(QObject):
    """State of screen 01."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.view: HomeView | None = None

    def show(self, view: HomeView) -> None:
        """A fresh view."""
        self.view = view
        self.changed.emit()

    def tasks(self, kind: str) -> tuple[TaskRow, ...]:
        """Tasks of a kind: "returned" or "draft"."""
        return tuple(task for task in self.view.tasks if task.kind == kind) if self.view is not None else ()

    def next_task(self, but: str = "") -> str:
        """The first task that is not ``but``; "" when nothing waits."""
        tasks = self.view.tasks if self.view is not None else ()
        return next((task.rid for task in tasks if task.rid != but), "")
