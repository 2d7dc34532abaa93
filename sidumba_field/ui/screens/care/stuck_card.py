"""What does not get through (Sinkronisasi): record, reason, and three ways out, while everything else goes on."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from sidumba_field.services.care.views import StuckRow
from sidumba_field.ui.operations import care
from sidumba_field.ui.screens.parts import Rule, clear
from sidumba_field.ui.viewmodels.care_speech import told
from sidumba_field.ui.viewmodels.desk import Desk
from sidumba_field.ui.widgets.button import Button
from sidumba_field.ui.widgets.card import Card, CardHeader
from sidumba_field.ui.widgets.label import ElidedLabel, Label

#: Rows that have room; the rest follows as these are settled.
SHOWN = 3


class StuckCard(Card):
    """Hidden while nothing is stuck."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(padding=0, tone="amber", parent=parent)
        self._desk = desk
        self._keys: tuple[str, ...] = ()
        self._head = CardHeader(told("stuck_title"), height=36)
        self._told = Label("", "small", "secondary")
        self._head.add_beside(self._told)
        self._rows = QVBoxLayout()
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(0)
        self.column.addWidget(self._head)
        self.column.addLayout(self._rows)
        desk.care.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        view = self._desk.care.view
        rows = view.stuck if view is not None else ()
        self.setVisible(bool(rows))
        keys = tuple(f"{row.key}/{row.aside}/{row.tried}" for row in rows)
        if keys == self._keys:
            return
        self._keys = keys
        self._head.set_count(str(len(rows)))
        self._told.setText(told("stuck_count", count=len(rows)))
        clear(self._rows)
        for place, row in enumerate(rows[:SHOWN]):
            if place:
                self._rows.addWidget(Rule())
            self._rows.addWidget(self._line(row))

    def _line(self, row: StuckRow) -> QWidget:
        line = QWidget()
        box = QHBoxLayout(line)
        box.setContentsMargins(14, 6, 10, 6)
        box.setSpacing(8)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(ElidedLabel(f"{row.title}, {row.tried}" if row.tried else row.title, "label"))
        words.addWidget(
            ElidedLabel(" ".join(part for part in (row.reason, row.next) if part), "small", "secondary")
        )
        box.addLayout(words, 1)
        if row.may_again:
            box.addWidget(self._button("again", row, partial(care.again, self._desk, row.key)))
        if row.may_aside:
            box.addWidget(self._button("set_aside", row, partial(care.set_aside, self._desk, row.key)))
        box.addWidget(self._button("hand_over", row, partial(self._hand_over, row.key)))
        return line

    def _button(self, word: str, row: StuckRow, act: object) -> Button:
        button = Button(told(word), "plain", small=True)
        button.setAccessibleDescription(row.title)
        button.clicked.connect(act)
        return button

    def _hand_over(self, key: str) -> None:
        folder = QFileDialog.getExistingDirectory(self, told("copy_dialog"))
        care.hand_over(self._desk, key, folder)
