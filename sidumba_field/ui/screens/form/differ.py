"""Values of the record in hand that were not applied, above its questions: seen by whoever types, decided by whoever
holds the record."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QVBoxLayout, QWidget

from sidumba_field.services.steps.views import DifferView
from sidumba_field.ui.operations import conflicts, entry, steps
from sidumba_field.ui.screens.review.differ import DifferBox
from sidumba_field.ui.viewmodels.desk import Desk


class FormDiffer(QWidget):
    """Asks for itself what differs each time a record is opened; nothing differing takes no room."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.box = DifferBox()
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 0)
        column.addWidget(self.box)
        self.hide()
        desk.form.opened.connect(self._ask)
        desk.form.closed.connect(self.hide)
        desk.review.settled.connect(self._settled)
        self.box.settled.connect(self._settle)
        self.box.compared.connect(self._compare)

    def _ask(self) -> None:
        rid = self._desk.form.rid
        if rid:
            work = partial(self._desk.services.steps.differs, rid)
            self._desk.jobs.db(work, partial(self._show, rid), self._desk.fail)

    def _show(self, rid: str, differs: tuple[DifferView, ...]) -> None:
        if rid == self._desk.form.rid:
            self.box.show_differs(differs)
            self.setVisible(bool(differs))

    def _settle(self, op: str, take: bool) -> None:
        self._desk.form.settle()
        steps.settle(self._desk, self._desk.form.rid, op, take=take)

    def _compare(self, rid: str) -> None:
        self._desk.form.settle()
        conflicts.open_room(self._desk, "form", rid)

    def _settled(self, rid: str) -> None:
        """The values taken stand in the form at once."""
        if rid and rid == self._desk.form.rid and self.isVisible():
            entry.open_record(self._desk, rid)
