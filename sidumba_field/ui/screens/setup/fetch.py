"""Step 2 of the set-up: the person, everything that comes in, and the way on.

Owns showing a ``SuppliesView``; it asks by signal and starts nothing.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from sidumba_field.services.account.supply_views import SuppliesView, Supply, SupplyRow
from sidumba_field.ui.screens.setup.frame import said
from sidumba_field.ui.theme import radius, theme
from sidumba_field.ui.widgets.button import Button
from sidumba_field.ui.widgets.card import Card, CardHeader
from sidumba_field.ui.widgets.chips import Avatar
from sidumba_field.ui.widgets.label import Label
from sidumba_field.ui.widgets.message import Message, Sign
from sidumba_field.ui.widgets.painting import rounded
from sidumba_field.ui.widgets.supply_row import ROW, SupplyItem, SupplyList

WIDTH = 600
_LEAST_ROWS = 3


class _Accepted(QWidget):
    """The code was accepted: a check mark and words on a quiet ground; "" hides it."""

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 3, 8, 3)
        row.setSpacing(6)
        self._text = Label("", "small", "teal", weight=500)
        row.addWidget(Sign("check", "state.teal.fg", 16))
        row.addWidget(self._text)

    def show_text(self, text: str) -> None:
        self._text.setText(text)
        self.setVisible(bool(text))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground."""
        painter = QPainter(self)
        rounded(painter, QRectF(self.rect()), radius("sm"), theme().color("state.teal.tint"), None)
        painter.end()


class FetchPane(QWidget):
    """What comes in. ``on_wanted``: to the PIN; ``back_wanted``: to work; ``again_wanted``: fetch what is
    missing; ``stick_wanted``: take it from a flashdisk."""

    on_wanted = Signal()
    back_wanted = Signal()
    again_wanted = Signal()
    stick_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(WIDTH)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(Label(said("fetch.title"), "title"))
        column.addSpacing(4)
        about = Label(said("fetch.note"), "body", "secondary", wrap=True)
        about.setMinimumHeight(about.heightForWidth(WIDTH))
        column.addWidget(about)
        column.addSpacing(14)
        column.addWidget(self._person())
        column.addSpacing(12)
        column.addWidget(self._items(), 1)
        column.addSpacing(8)
        self.message = Message()
        column.addWidget(self.message)
        column.addSpacing(8)
        column.addLayout(self._buttons())
        column.addSpacing(4)
        foot = QHBoxLayout()
        self._note = Label("", "small", "secondary")
        foot.addWidget(self.again)
        foot.addStretch(1)
        foot.addWidget(self._note)
        column.addLayout(foot)

    def hasHeightForWidth(self) -> bool:
        """No: its width is fixed, and in a low window the list gives way, not the buttons below it."""
        return False

    # -- building

    def _person(self) -> Card:
        card = Card(padding=12)
        row = QHBoxLayout()
        row.setSpacing(12)
        self._avatar = Avatar("", 34)
        names = QVBoxLayout()
        names.setSpacing(0)
        self._name, self._who = Label("", "label"), Label("", "small", "secondary", wrap=True)
        names.addWidget(self._name)
        names.addWidget(self._who)
        self._code = _Accepted()
        row.addWidget(self._avatar)
        row.addLayout(names, 1)
        row.addWidget(self._code)
        card.column.addLayout(row)
        return card

    def _items(self) -> Card:
        card = Card(padding=0)
        head = CardHeader(said("fetch.list"))
        self._head = Label("", "small", "secondary", numbers=True)
        head.add_right(self._head)
        self.list = SupplyList(name=said("fetch.list"))
        self.list.opened.connect(self._opened)
        card.column.addWidget(head)
        card.column.addWidget(self.list, 1)
        return card

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self.again = Button(said("fetch.again"), "link", shortcut="Alt+U", icon="refresh-cw")
        self.stick = Button(said("fetch.stick"), "plain", shortcut="Alt+F", icon="usb")
        self.stick.clicked.connect(self.stick_wanted)
        self.back = Button(said("fetch.back"), "quiet", shortcut="Escape")
        self.back.setToolTip(said("fetch.back_note"))
        self.on = Button(said("fetch.go_on"), "primary")
        self.on.set_shortcut(QKeySequence("Ctrl+Return"))
        self.again.clicked.connect(self.again_wanted)
        self.back.clicked.connect(self.back_wanted)
        self.on.clicked.connect(self.on_wanted)
        row.addWidget(self.stick)
        row.addStretch(1)
        row.addWidget(self.back)
        row.addWidget(self.on)
        self.again.hide()
        return row

    # -- showing

    def show_view(self, view: SuppliesView, said_last: str = "") -> None:
        """Everything, anew; the hand stays where it is. ``said_last``: what came of the last press."""
        self._avatar.set_name(view.name)
        self._name.setText(view.name)
        who = said("fetch.who", role=view.role, place=view.place) if view.place else view.role
        self._who.setText(who)
        self._code.show_text(view.code_text)
        self._head.setText(view.head)
        self.list.set_items([_item(row) for row in view.rows])
        self.list.setMaximumHeight(self.list.wanted_height())
        self.list.setMinimumHeight(min(self.list.wanted_height(), _LEAST_ROWS * ROW))
        self.list.updateGeometry()
        self.list.show_unfinished()
        self.on.setText(_way_on(view))
        self._note.setText(view.note)
        self.message.show_message(said_last or view.trouble, "help" if said_last else "error")
        self.message.setMinimumHeight(self.message.heightForWidth(WIDTH) if self.message.text() else 0)
        failed = any(row.stand is Supply.FAILED for row in view.rows)
        self.again.setVisible(not view.running and (failed or bool(view.trouble)))

    def show_stick(self, words: str) -> None:
        """How far a flashdisk is, on its button; "" when nothing is written or read."""
        self.stick.set_busy(words)

    def refuse(self, sentence: str) -> None:
        """What was asked for does not work yet."""
        self.message.show_message(sentence, "error")

    def _opened(self, key: str) -> None:
        item = next((one for one in self.list.items() if one.key == key), None)
        if item is not None and item.action:
            self.again_wanted.emit()


def _item(row: SupplyRow) -> SupplyItem:
    action = said("fetch.again_row") if row.stand is Supply.FAILED else ""
    return SupplyItem(
        row.key, row.name, row.size, row.stand.value, row.percent, row.said, row.trouble, action
    )


def _way_on(view: SuppliesView) -> str:
    if view.lacking < 0:
        return said("fetch.asking")
    return said("fetch.lacking", count=view.lacking) if view.lacking else said("fetch.go_on")
