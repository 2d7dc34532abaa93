"""Screen 07, Selesaikan Konflik: both versions of a record, who made them and when, what is chosen, what merged.

Owns the keys beside those of the table: Ctrl+Enter saves, Alt+Left and Alt+Right go through what differs, Esc leaves.
The first button is never disabled: while something is not chosen it says how much, and goes there.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from sidumba_field.services.conflicts.views import STORED, ConflictView
from sidumba_field.ui.operations import conflicts as operations
from sidumba_field.ui.screens.conflicts.table import MergeTable
from sidumba_field.ui.screens.parts import Ground, scroll
from sidumba_field.ui.viewmodels.conflicts_speech import told
from sidumba_field.ui.viewmodels.desk import Desk
from sidumba_field.ui.viewmodels.notice import Notice
from sidumba_field.ui.widgets.banner import EmptyState
from sidumba_field.ui.widgets.button import Button
from sidumba_field.ui.widgets.card import Card
from sidumba_field.ui.widgets.chips import MarkChip
from sidumba_field.ui.widgets.keycap import Keycaps
from sidumba_field.ui.widgets.label import ElidedLabel, Label
from sidumba_field.ui.widgets.message import Sign
from sidumba_field.ui.widgets.page_header import PageHeader
from sidumba_field.ui.widgets.rich_text import RichText, Run


class ConflictScreen(QWidget):
    """Selesaikan Konflik."""

    toast_above = 104

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.setAccessibleName(told("title"))
        self.header = PageHeader(told("title"), framed=True, back=True)
        self.chip = MarkChip(told("nav"))
        self.place = Label("", "body", "secondary", numbers=True)
        self.note = RichText("body")
        self.table = MergeTable()
        self.history = ElidedLabel(told("history"), "small", "secondary")
        self.later = Button(told("later"), "quiet", shortcut="Escape")
        self.all_server = Button(told("all_server"), "plain")
        self.save = Button(told("save"), "primary", shortcut="Ctrl+Return")
        self._empty = EmptyState(
            told("done"), told("done_note"), action=told("back"), shortcut="Escape", bare=True
        )
        self._lay_out()
        self._connect()

    # -- building

    def _lay_out(self) -> None:
        self.header.add_chip(self.chip)
        self.header.end_chips()
        self.header.add_action(self.place)
        self._caps = Keycaps("Alt+Right")
        self.header.add_action(self._caps)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._page())
        self._stack.addWidget(self._nothing())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self._stack, 1)

    def _page(self) -> QWidget:
        lead = QHBoxLayout()
        lead.setContentsMargins(20, 14, 20, 10)
        lead.setSpacing(8)
        lead.addWidget(Sign("circle-alert", "state.magenta.fg", 16), 0, Qt.AlignmentFlag.AlignTop)
        lead.addWidget(self.note, 1)
        card = Card(padding=0)
        card.column.addWidget(self.table)
        body = QWidget()
        inside = QVBoxLayout(body)
        inside.setContentsMargins(20, 0, 20, 16)
        inside.addWidget(card)
        inside.addStretch(1)
        self.area = scroll(body)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(lead)
        column.addWidget(self.area, 1)
        column.addWidget(self._foot())
        return page

    def _foot(self) -> QWidget:
        foot = Ground("bg.surface", "top")
        row = QHBoxLayout(foot)
        row.setContentsMargins(20, 11, 20, 11)
        row.setSpacing(8)
        words = QWidget()
        line = QHBoxLayout(words)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        self._history_sign = Sign("history", "text.secondary")
        line.addWidget(self._history_sign)
        line.addWidget(self.history, 1)
        row.addWidget(words, 1)
        for button in (self.later, self.all_server, self.save):
            row.addWidget(button)
        return foot

    def _nothing(self) -> QWidget:
        empty = QWidget()
        column = QVBoxLayout(empty)
        column.addStretch(1)
        across = QHBoxLayout()
        across.addStretch(1)
        across.addWidget(self._empty)
        across.addStretch(1)
        column.addLayout(across)
        column.addStretch(2)
        return empty

    def _connect(self) -> None:
        desk, model = self._desk, self._desk.conflicts
        model.shown.connect(self._show)
        model.emptied.connect(self._show_nothing)
        self.header.went_back.connect(partial(operations.leave, desk))
        self._empty.acted.connect(partial(operations.leave, desk))
        self.later.clicked.connect(self._escape)
        self.all_server.clicked.connect(self._take_all)
        self.save.clicked.connect(self._save)
        self.table.chosen.connect(self._chosen)
        self.table.refused.connect(lambda words: desk.say(Notice(words, "amber")))
        for keys, act in (("Alt+Right", self._next), ("Alt+Left", self._previous)):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)

    # -- showing

    def on_show(self, **_given: object) -> None:
        """What was shown last time may be decided by now: nothing old stands there."""
        if self._desk.conflicts.view is not None:
            self._show()

    def first_focus(self) -> QWidget:
        """The rows."""
        return self.table

    def set_narrow(self, narrow: bool, tight: bool) -> None:
        """Room for the buttons first."""
        for part in (self.history, self._history_sign):
            part.setVisible(not narrow)
        for button in (self.later, self.save):
            button.show_keys(not tight)

    def _show(self) -> None:
        view = self._desk.conflicts.view
        if view is None:
            return
        self._stack.setCurrentIndex(0)
        self.header.set_title(view.title, view.subtitle)
        self.chip.show()
        self.place.setText(view.place)
        self._caps.setVisible(bool(view.next))
        self.note.set_runs([Run(view.lead + " ", "text.primary", 600), Run(view.note, "text.secondary")])
        self.table.show_view(view)
        self._show_buttons(view)

    def _show_buttons(self, view: ConflictView) -> None:
        self.all_server.setVisible(view.may_settle and not view.late)
        self.save.setVisible(view.may_settle)
        if view.late:
            self.save.setText(told("noted"))
        elif view.left:
            self.save.setText(told("save_left", count=view.left))
        else:
            self.save.setText(told("save"))

    def _show_nothing(self) -> None:
        self._stack.setCurrentIndex(1)
        self.header.set_title(told("title"))
        self.chip.hide()
        self.place.setText("")
        self._caps.hide()

    # -- acting

    def _chosen(self, unit: str, word: str, text: str) -> None:
        operations.choose(self._desk, {unit: (word, text)})

    def _take_all(self) -> None:
        view = self._desk.conflicts.view
        if view is not None:
            operations.choose(self._desk, {unit.unit: (STORED, "") for unit in view.units})
            self.save.setFocus(Qt.FocusReason.OtherFocusReason)

    def _save(self) -> None:
        view = self._desk.conflicts.view
        if view is None or not view.may_settle:
            return
        if view.late:
            operations.acknowledge(self._desk)
        elif view.left:
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)
            self.table.go_to(self.table.first_open())
        else:
            operations.save(self._desk)

    def _escape(self) -> None:
        if self.table.own() is not None:
            self.table.close_own()
            operations.load(self._desk)
        else:
            operations.leave(self._desk)

    def _next(self) -> None:
        view = self._desk.conflicts.view
        operations.go_to(self._desk, view.next if view is not None else "")

    def _previous(self) -> None:
        view = self._desk.conflicts.view
        operations.go_to(self._desk, view.previous if view is not None else "")
