"""The screen "Periode": rounds of collection, what keeps one open, its backup and presentation (SOP steps 1, 10, 11).

Owns the list at the left and one period at the right; a step is one button with its key, and what stands in its way is
listed before it is pressed. Reachable for the roles whose steps these are.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from sidumba_field.services.steps.views import PeriodView
from sidumba_field.ui.operations import periods as operations
from sidumba_field.ui.screens.parts import Ground, Rule, clear, scroll
from sidumba_field.ui.viewmodels.desk import Desk
from sidumba_field.ui.viewmodels.steps_speech import told
from sidumba_field.ui.widgets.banner import EmptyState
from sidumba_field.ui.widgets.button import Button
from sidumba_field.ui.widgets.card import Card
from sidumba_field.ui.widgets.chips import StateChip
from sidumba_field.ui.widgets.label import Label
from sidumba_field.ui.widgets.page_header import PageHeader
from sidumba_field.ui.widgets.record_list import QueueList, RecordRow
from sidumba_field.ui.widgets.text_fields import TextField

_MOST = 12  # open items listed by name; the count says how many there are
_KEYS = ("Alt+S", "Alt+T", "Alt+G")


class PeriodsScreen(QWidget):
    """Periode."""

    toast_above = 60

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._rid = ""
        self.setAccessibleName(told("period.nav"))
        self.header = PageHeader(told("period.title"), framed=True)
        self.list = QueueList(name=told("period.title"))
        self.label = TextField(told("period.new_label"))
        self.open_button = Button("", "primary", icon="plus", shortcut="Alt+N")
        self.buttons: list[Button] = []
        self._body = QVBoxLayout()
        self._lay_out()
        desk.steps.periods_changed.connect(self._show)
        self.list.opened.connect(self._choose)
        self.list.moved.connect(self._choose)
        self.open_button.clicked.connect(self.open_period)
        self.label.committed.connect(self.open_period)

    def _lay_out(self) -> None:
        self.header.end_chips()
        pane = Ground("bg.app", "right")
        left = QVBoxLayout(pane)
        left.setContentsMargins(0, 0, 1, 0)
        left.setSpacing(0)
        left.addWidget(self.list, 1)
        self._new = QWidget()
        new = QVBoxLayout(self._new)
        new.setContentsMargins(14, 10, 14, 12)
        new.setSpacing(6)
        caption = Label(told("period.new_label"), "small", "secondary")
        caption.setBuddy(self.label)
        for part in (caption, self.label, self.open_button):
            new.addWidget(part)
        left.addWidget(Rule())
        left.addWidget(self._new)
        pane.setFixedWidth(262)
        page = QWidget()
        around = QVBoxLayout(page)
        around.setContentsMargins(20, 16, 20, 16)
        around.setSpacing(12)
        self._body.setSpacing(12)
        around.addLayout(self._body)
        around.addStretch(1)
        nothing = QWidget()
        middle = QVBoxLayout(nothing)
        empty = EmptyState(told("period.none"), told("period.none_hint"), bare=True)
        empty.setFixedWidth(420)
        middle.addStretch(1)
        middle.addWidget(empty, 0, Qt.AlignmentFlag.AlignHCenter)
        middle.addStretch(2)
        self._stack = QStackedWidget()
        self._stack.addWidget(scroll(page))
        self._stack.addWidget(nothing)
        body = QHBoxLayout()
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(0)
        body.addWidget(pane)
        body.addWidget(self._stack, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addLayout(body, 1)

    def first_focus(self) -> QWidget:
        """The list; without a period the field that begins one."""
        return self.list if self.list.items() or not self._new.isVisible() else self.label

    # -- showing

    def _show(self) -> None:
        view = self._desk.steps.periods
        if view is None:
            return
        rows = [
            RecordRow(key=p.rid, title=p.title, subtitle=f"{p.state_label} · {p.since_text}")
            for p in view.periods
        ]
        first = not self.list.items() and bool(rows) and self.label.hasFocus()
        self.list.set_items(rows)
        if first:
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)
        self._new.setVisible(view.may_open)
        self.open_button.setText(view.open_label)
        if view.may_open and not self.label.text():
            self.label.setText(view.next_label)
        self._stack.setCurrentIndex(0 if view.periods else 1)
        self._show_period(self.current())

    def current(self) -> PeriodView | None:
        """The period in hand: the chosen one, else the newest."""
        view = self._desk.steps.periods
        if view is None or not view.periods:
            return None
        wanted = self.list.current_key() or self._rid
        return next((period for period in view.periods if period.rid == wanted), view.periods[0])

    def _choose(self, rid: str) -> None:
        self._rid = rid
        self._show_period(self.current())

    def _show_period(self, period: PeriodView | None) -> None:
        clear(self._body)
        self.buttons = []
        if period is None:
            return
        self._body.addWidget(self._head(period))
        if period.open_items:
            self._body.addWidget(_open_card(period.open_items))
        if period.facts:
            self._body.addWidget(_table_card(told("period.facts"), period.facts))
        if period.history:
            self._body.addWidget(_lines_card(told("period.history"), period.history))

    def _head(self, period: PeriodView) -> Card:
        card = Card(padding=16)
        card.column.setSpacing(10)
        first = QHBoxLayout()
        first.setSpacing(10)
        first.addWidget(Label(period.title, "title"))
        first.addWidget(StateChip(period.posisi, period.state_label))
        first.addStretch(1)
        card.column.addLayout(first)
        words = " · ".join(part for part in (period.since_text, period.clock_text) if part)
        card.column.addWidget(Label(words, "small", "secondary", numbers=True))
        row = QHBoxLayout()
        row.setSpacing(8)
        for step, key in zip(period.steps, _KEYS, strict=False):
            count = len(period.open_items)
            listed = period.listing and count > 0
            words = told("period.close_listing", label=step.label, count=count) if listed else step.label
            button = Button(words, "approve" if not listed else "return", shortcut=key)
            button.clicked.connect(
                partial(operations.take, self._desk, period.rid, step.command, listing=listed)
            )
            self.buttons.append(button)
            row.addWidget(button)
            if step.note:
                row.addWidget(Label(step.note, "small", "secondary", wrap=True), 1)
        row.addStretch(0 if any(step.note for step in period.steps) else 1)
        if self.buttons:
            card.column.addLayout(row)
        return card

    # -- hands

    def open_period(self) -> None:
        """Begin a period with the label written."""
        operations.open_period(self._desk, self.label.text())


def _open_card(items: Sequence[tuple[str, str]]) -> Card:
    """What keeps a period open, by name."""
    card = Card(padding=16, tone="amber")
    card.column.setSpacing(6)
    card.column.addWidget(Label(told("period.blocking", count=len(items)), "label", "amber", weight=600))
    card.column.addWidget(Label(told("period.blocking_hint"), "small", "secondary"))
    grid = QGridLayout()
    grid.setHorizontalSpacing(24)
    grid.setVerticalSpacing(3)
    grid.setColumnStretch(1, 1)
    for row, (title, state) in enumerate(items[:_MOST]):
        grid.addWidget(Label(title, "body"), row, 0)
        grid.addWidget(Label(state, "body", "secondary"), row, 1)
    card.column.addLayout(grid)
    if len(items) > _MOST:
        more = told("period.more_open", count=len(items) - _MOST)
        card.column.addWidget(Label(more, "small", "secondary", numbers=True))
    return card


def _table_card(title: str, rows: Sequence[tuple[str, str]]) -> Card:
    card = Card(padding=16)
    card.column.setSpacing(6)
    card.column.addWidget(Label(title, "label", weight=600))
    grid = QGridLayout()
    grid.setHorizontalSpacing(24)
    grid.setVerticalSpacing(3)
    grid.setColumnStretch(1, 1)
    for row, (label, value) in enumerate(rows):
        grid.addWidget(Label(label, "body", "secondary"), row, 0)
        grid.addWidget(Label(value, "body", numbers=True, weight=500), row, 1)
    card.column.addLayout(grid)
    return card


def _lines_card(title: str, lines: Sequence[str]) -> Card:
    card = Card(padding=16)
    card.column.setSpacing(4)
    card.column.addWidget(Label(title, "label", weight=600))
    for line in lines:
        card.column.addWidget(Label(line, "small", "secondary", numbers=True, wrap=True))
    return card
