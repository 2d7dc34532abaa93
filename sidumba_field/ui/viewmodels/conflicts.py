"""State of screen 07: the waiting value that is looked at, which one is asked for, and where its screen was opened."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from sidumba_field.services.conflicts.views import ConflictView


class ConflictModel(QObject):
    """What differs, one at a time. Choices live in the store: this model forgets, they do not."""

    shown = Signal()
    emptied = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.view: ConflictView | None = None
        #: What is to be opened next time the screen comes to the front: a key, and the record it lies beside.
        self.key = ""
        self.rid = ""
        #: The screen it was opened from; "" for the first.
        self.origin = ""
        self.saving = False

    def ask(self, key: str = "", rid: str = "", origin: str = "") -> None:
        """Name what is wanted."""
        self.key, self.rid = key, rid
        self.origin = origin or self.origin

    def show(self, view: ConflictView | None) -> None:
        """Take what the services found; None: nothing differs any more."""
        self.view = view
        if view is None:
            self.key = self.rid = ""
            self.emptied.emit()
            return
        self.key, self.rid = view.key, view.rid
        self.shown.emit()

    def forget(self) -> None:
        """Somebody got up."""
        self.view = None
        self.key = self.rid = self.origin = ""
        self.saving = False
