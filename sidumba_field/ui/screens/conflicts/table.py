"""The table of screen 07 and the hand that walks it: up and down move, left and right choose and go on, F2 writes.

Choices leave by signals; the table shows what the services kept.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from sidumba_field.services.conflicts.views import STORED, TEXT, WAITING, ConflictView, UnitView
from sidumba_field.services.views import ItemView
from sidumba_field.ui.screens.conflicts.rows import GroupHead, Heads, MergedRow, UnitRow
from sidumba_field.ui.screens.form.fields import plain_field
from sidumba_field.ui.screens.parts import Ground, clear
from sidumba_field.ui.theme import theme
from sidumba_field.ui.viewmodels.conflicts_speech import told
from sidumba_field.ui.widgets.field_base import EditField
from sidumba_field.ui.widgets.keycap import Keycaps
from sidumba_field.ui.widgets.label import Label
from sidumba_field.ui.widgets.text_fields import LongTextField


class OwnText(Ground):
    """A field below a row: another value than either side's."""

    written = Signal(str, str)
    closed = Signal()

    def __init__(self, unit: UnitView, item: ItemView) -> None:
        super().__init__("bg.selected", "bottom")
        self._unit = unit.unit
        self.field = plain_field(item)
        row = QHBoxLayout(self)
        row.setContentsMargins(13, 8, 13, 8)
        row.setSpacing(10)
        row.addWidget(Label(told("write", label=unit.label), "body", weight=500))
        row.addWidget(self.field, 1)
        for keys, words in (("Return", told("keep")), ("Escape", told("drop"))):
            row.addWidget(Keycaps(keys))
            row.addWidget(Label(words, "small", "secondary"))
        self.field.set_value(item.value)  # type: ignore[attr-defined]  # every answer field (field_base.Field)
        if not isinstance(self.field, EditField | LongTextField):
            self.field.edited.connect(self._keep)  # type: ignore[attr-defined]
        self.field.committed.connect(self._commit)  # type: ignore[attr-defined]

    def _commit(self) -> None:
        self._keep(self.field.value())  # type: ignore[attr-defined]

    def _keep(self, value: str) -> None:
        self.written.emit(self._unit, value)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc leaves what was chosen before."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
            return
        super().keyPressEvent(event)


class MergeTable(QWidget):
    """All rows of one waiting value. ``chosen(unit, word, text)``; ``refused`` carries why F2 opens nothing here."""

    chosen = Signal(str, str, str)
    refused = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view: ConflictView | None = None
        self._rows: dict[str, UnitRow] = {}
        self._unit = ""
        self._advance = False
        self._own: OwnText | None = None
        self.setProperty("ownFocus", True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(told("title"))
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)

    # -- showing

    def show_view(self, view: ConflictView) -> None:
        """Show both versions; the hand stays on its row, or goes on when a choice was just kept."""
        same = self._view is not None and self._view.key == view.key
        if same and self._own is not None and not self._advance:
            return  # somebody is writing: what came meanwhile is shown when he is done
        self.close_own()
        self._view = view
        clear(self._column)
        self._rows = {}
        self._column.addWidget(Heads(view))
        if view.units:
            self._group_of_choices(view)
        if view.merged:
            note = told("merged_note", count=len(view.merged))
            self._column.addWidget(GroupHead(told("merged"), note, "teal"))
            for line in view.merged:
                self._column.addWidget(MergedRow(line))
        self._column.addStretch(1)
        self._settle_hand(same)

    def _group_of_choices(self, view: ConflictView) -> None:
        done = told("chosen", done=len(view.units) - view.left, total=len(view.units))
        words = told("choose") if view.may_settle else told("differing")
        self._column.addWidget(GroupHead(words, done if view.may_settle else "", "magenta"))
        for unit in view.units:
            row = UnitRow(unit, (view.left_side, view.right_side), open_to_choice=view.may_settle)
            row.chosen.connect(self._clicked)
            row.touched.connect(self._touched)
            self._rows[unit.unit] = row
            self._column.addWidget(row)

    def _settle_hand(self, same: bool) -> None:
        here = self._unit if same and self._unit in self._rows else ""
        if self._advance or not here:
            here = self.first_open(after=here) or here or next(iter(self._rows), "")
        self._advance = False
        self.go_to(here)

    # -- the hand

    def unit(self) -> str:
        """The unit under the hand, "" for none."""
        return self._unit

    def first_open(self, after: str = "") -> str:
        """The first unit nothing is chosen for, looking on from ``after`` and round; "" when all are chosen."""
        names = list(self._rows)
        start = names.index(after) + 1 if after in names else 0
        turned = names[start:] + names[:start]
        return next((name for name in turned if not self._rows[name].unit.choice), "")

    def go_to(self, unit: str) -> None:
        """Put the hand on a row."""
        self._unit = unit
        for name, row in self._rows.items():
            row.set_hand(name == unit)
        row_here = self._rows.get(unit)
        if row_here is not None:
            self.setAccessibleDescription(row_here.accessibleName())
            self._reveal(row_here)

    def _reveal(self, part: QWidget) -> None:
        node = self.parentWidget()
        while node is not None and not isinstance(node, QScrollArea):
            node = node.parentWidget()
        if node is None:
            return
        area = node

        def scroll() -> None:
            # The area must have seen the new height first, or there is nowhere yet to scroll to.
            QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
            area.ensureWidgetVisible(part, 0, 40)

        QTimer.singleShot(0, part, scroll)

    def _touched(self, unit: str) -> None:
        self.setFocus()
        self.go_to(unit)

    def _clicked(self, unit: str, word: str) -> None:
        self._choose(unit, word)

    def _choose(self, unit: str, word: str, text: str = "") -> None:
        self._unit, self._advance = unit, True
        self.chosen.emit(unit, word, text)

    # -- keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk and choose."""
        key = event.key()
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        words = {Qt.Key.Key_Left: WAITING, Qt.Key.Key_Right: STORED}
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
        elif key in steps:
            self._walk(steps[Qt.Key(key)])
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End) and self._rows:
            self.go_to(list(self._rows)[0 if key == Qt.Key.Key_Home else -1])
        elif key in words and self._unit and self._view is not None and self._view.may_settle:
            self._choose(self._unit, words[Qt.Key(key)])
        elif key == Qt.Key.Key_F2:
            self.write()
        else:
            super().keyPressEvent(event)

    def _walk(self, by: int) -> None:
        names = list(self._rows)
        if self._unit in names:
            self.go_to(names[min(max(names.index(self._unit) + by, 0), len(names) - 1)])

    # -- another value

    def write(self) -> None:
        """F2: a field below the row, where another value can be written."""
        row = self._rows.get(self._unit)
        if row is None or self._view is None or not self._view.may_settle:
            return
        if row.unit.item is None:
            self.refused.emit(told("no_write"))
            return
        self.close_own()
        self._own = OwnText(row.unit, row.unit.item)
        self._own.written.connect(self._written)
        self._own.closed.connect(self.close_own)
        self._column.insertWidget(self._column.indexOf(row) + 1, self._own)
        self._own.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self._reveal(self._own)

    def own(self) -> OwnText | None:
        """The field that is open, None when none is."""
        return self._own

    def _written(self, unit: str, value: str) -> None:
        self.close_own()
        self._choose(unit, TEXT, value)

    def close_own(self) -> None:
        """Take the field away; the keyboard is back on the rows."""
        if self._own is None:
            return
        own, self._own = self._own, None
        had = own.isAncestorOf(self.window().focusWidget()) if self.window().focusWidget() else False
        own.hide()
        own.deleteLater()
        if had:
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    # -- focus

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The row under the hand shows it."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """No ring any more."""
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The ground under the rows."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme().color("bg.surface"))
        painter.end()
