"""Values that were not applied, above the answers of the record they are about: decided with one key each.

Owns the box in magenta: what the record says now, what came late or clashed, from whom. Both stay in the history.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from sidumba_field.services.steps.views import DifferView
from sidumba_field.ui.screens.parts import clear
from sidumba_field.ui.viewmodels.conflicts_speech import told as say_conflicts
from sidumba_field.ui.viewmodels.steps_speech import told
from sidumba_field.ui.widgets.button import Button
from sidumba_field.ui.widgets.card import Card
from sidumba_field.ui.widgets.label import Label
from sidumba_field.ui.widgets.message import Sign

_MOST = 6  # lines shown of one proposal; its count says how many there are


class DifferBox(QWidget):
    """The first undecided proposal; ``settled`` carries (op, take)."""

    settled = Signal(str, bool)
    compared = Signal(str)  # rid

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._op = self._rid = ""
        self.compare = Button(say_conflicts("compare"), "link", shortcut="Alt+P")
        self.take = Button(told("differ.take"), "primary", shortcut="Alt+Right")
        self.keep = Button(told("differ.keep"), "plain", shortcut="Alt+Left")
        self._lead = Label("", "label", "magenta", weight=600)
        self._by = Label("", "small", "secondary", wrap=True)
        self._count = Label("", "small", "secondary", wrap=True)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)
        self._grid.setColumnStretch(2, 1)
        self._card = Card(padding=12, tone="magenta", ground="state.magenta.tint")
        self._lay_out()
        self.take.clicked.connect(lambda: self.settled.emit(self._op, True))
        self.compare.clicked.connect(lambda: self.compared.emit(self._rid))
        self.keep.clicked.connect(lambda: self.settled.emit(self._op, False))
        self.hide()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(Sign("copy", "state.magenta.fg"))
        head.addWidget(self._lead)
        head.addWidget(self._by, 1)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self._count, 1)
        foot.addWidget(self.compare)
        foot.addWidget(self.keep)
        foot.addWidget(self.take)
        self._card.column.setSpacing(8)
        self._card.column.addLayout(head)
        self._card.column.addLayout(self._grid)
        self._card.column.addLayout(foot)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 0, 12, 8)
        column.addWidget(self._card)

    def show_differs(self, differs: Sequence[DifferView]) -> None:
        """The first of them; none hides the box."""
        self.setVisible(bool(differs))
        clear(self._grid)
        if not differs:
            self._op = ""
            return
        first = differs[0]
        self._op, self._rid = first.op, first.rid
        self._lead.setText(first.lead)
        self._by.setText(first.by_text)
        heads = ("column_field", "column_now", "column_proposed")
        for column, key in enumerate(heads):
            self._grid.addWidget(Label(told(f"differ.{key}"), "small", "secondary"), 0, column)
        for row, line in enumerate(first.lines[:_MOST], start=1):
            self._grid.addWidget(Label(line.label, "small", "secondary", wrap=True), row, 0)
            self._grid.addWidget(Label(line.now or "–", "body", numbers=True, wrap=True), row, 1)
            proposed = Label(line.proposed or "–", "body", "magenta", numbers=True, wrap=True, weight=500)
            self._grid.addWidget(proposed, row, 2)
        total = sum(len(one.lines) for one in differs)
        self._count.setText(told("differ.count" if first.may_settle else "differ.elsewhere", count=total))
        for button in (self.take, self.keep):
            button.setVisible(first.may_settle)
        self.setAccessibleName(f"{first.lead} {first.by_text}")
