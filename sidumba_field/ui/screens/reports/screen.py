"""Screen 08, Laporan: papers at the left with their choices, the produced PDF at the right (design/UI.md section 12).

Owns the header's actions and the keys; what a paper is and who may see it is the services' business.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from sidumba_field.ui.operations import printing as operations
from sidumba_field.ui.screens.reports.choices import Choices
from sidumba_field.ui.screens.reports.preview import Preview, words
from sidumba_field.ui.viewmodels.desk import Desk
from sidumba_field.ui.widgets.button import Button
from sidumba_field.ui.widgets.label import ElidedLabel
from sidumba_field.ui.widgets.page_header import PageHeader
from sidumba_field.ui.widgets.speech import language
from sidumba_field.words import number

WIDE, NARROW = 312, 280


class ReportsScreen(QWidget):
    """Laporan."""

    toast_above = 80

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.setAccessibleName(words("title"))
        self.header = PageHeader(words("title"), framed=True)
        self._what = ElidedLabel("", "body", "secondary")
        self.save = Button(words("save"), "plain", icon="download")
        self.table = Button(words("xlsx"), "plain", icon="table-2")
        self.print = Button(words("print"), "primary", icon="printer")
        # The window owns both keys: they mean something everywhere.
        self.save.set_shortcut("Ctrl+S", bind=False)
        self.print.set_shortcut("Ctrl+P", bind=False)
        self.choices = Choices(desk.reports, desk.services.reporting.today)
        self.preview = Preview(desk.reports)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        self.header.add_chip(self._what)
        self.header.end_chips()
        for button in (self.table, self.save, self.print):
            self.header.add_action(button)
        self.choices.setFixedWidth(WIDE)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.choices)
        row.addWidget(self.preview, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addLayout(row, 1)

    def _connect(self) -> None:
        desk = self._desk
        self.save.clicked.connect(self.save_now)
        self.print.clicked.connect(self.print_now)
        self.table.clicked.connect(partial(operations.save, desk, "xlsx"))
        self.choices.paper_chosen.connect(partial(operations.choose_paper, desk))
        self.choices.changed.connect(self._changed)
        self.choices.subject_wanted.connect(
            lambda typed: operations.find_subject(desk, typed, self.choices.offer_subjects)
        )
        self.choices.check_wanted.connect(lambda: desk.go.emit("review"))
        self.preview.turned.connect(partial(operations.turn_to, desk))
        self.preview.resized.connect(lambda: operations.turn_to(desk, desk.reports.page))
        self.preview.bar.stopped.connect(partial(operations.cancel, desk))
        desk.reports.options_changed.connect(self._show)

    def _changed(self, name: str, value: object) -> None:
        operations.choose(self._desk, **{name: value})

    def _show(self) -> None:
        options = self._desk.reports.options
        told = options.label if options is not None else ""
        if options is not None and options.choice.rids:
            count = number(len(options.choice.rids), lang=language())
            told = words("selected", paper=told, count=count)
        self._what.setText(told)

    # -- keys the window hands on

    def save_now(self) -> None:
        """Ctrl+S."""
        operations.save(self._desk)

    def print_now(self) -> None:
        """Ctrl+P prints what is seen."""
        operations.print_now(self._desk)

    def first_focus(self) -> QWidget:
        """The list of papers."""
        return self.choices.list

    def on_leave(self) -> None:
        """What is still being drawn is not looked at any more; a selection was for this look."""
        self._desk.reports.drop_selection()
        if self._desk.reports.busy == "preview":
            operations.cancel(self._desk)

    def set_narrow(self, below_1180: bool, below_1000: bool) -> None:
        """Below 1000 px the choices get slimmer and the buttons drop their keys' room."""
        self.choices.setFixedWidth(NARROW if below_1000 else WIDE)
        self._what.setVisible(not below_1000)
