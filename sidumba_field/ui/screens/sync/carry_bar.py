"""The way files travel, at the head of the queue: one file kept for the flashdisk or let go again, and a size beyond
which all are kept.

Owns its keys: Alt+L for the file in hand, Alt+U for the size. Shown only while a file waits or a size is chosen.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from sidumba_field.services.exchange.sync_views import ShipmentRow
from sidumba_field.services.files.views import Rule
from sidumba_field.ui.operations import carrying as operations
from sidumba_field.ui.viewmodels.desk import Desk
from sidumba_field.ui.viewmodels.speech import tell
from sidumba_field.ui.widgets.button import Button


class CarryBar(QWidget):
    """Two small buttons. ``show_row`` tells which row is in hand, ``show_rules`` which size holds."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._row: ShipmentRow | None = None
        self._rules: tuple[Rule, ...] = ()
        self.carry = Button(tell("sync.by_stick"), "link", shortcut="Alt+L", small=True)
        self.rule = Button(tell("sync.big_files"), "link", shortcut="Alt+U", small=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(14)
        row.addWidget(self.carry)
        row.addWidget(self.rule)
        self.carry.clicked.connect(self._turn)
        self.rule.clicked.connect(self._ask)
        self.show_row(None, False)

    def show_row(self, row: ShipmentRow | None, any_file: bool) -> None:
        """The row in hand, and whether any file waits at all."""
        self._row = row if row is not None and row.is_file else None
        over = self._row is not None and self._row.by_stick
        self.carry.setText(tell("sync.by_line" if over else "sync.by_stick"))
        self.carry.setVisible(self._row is not None)
        ruled = any(rule.chosen and rule.limit for rule in self._rules)
        self.rule.setVisible(any_file or ruled)

    def show_rules(self, rules: tuple[Rule, ...]) -> None:
        """The sizes there are."""
        self._rules = rules

    def _turn(self) -> None:
        if self._row is not None:
            operations.carry(self._desk, self._row.key, by_stick=not self._row.by_stick)

    def _ask(self) -> None:
        """Offer the sizes; arrows and Enter choose."""
        menu = QMenu(self)
        group = QActionGroup(menu)
        for rule in self._rules:
            entry = menu.addAction(rule.label)
            entry.setCheckable(True)
            entry.setChecked(rule.chosen)
            group.addAction(entry)
            entry.triggered.connect(partial(operations.carry_over, self._desk, rule.limit))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.rule.mapToGlobal(QPoint(0, self.rule.height() + 2)))
