"""Screen 06, Sinkronisasi: three lanes, what travels now, receipts, what differs, what is new.

Owns no number: everything comes from the outbox through the services, also without a connection. Ctrl+J sends now or
pauses (the window's key).
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from sidumba_field.services.exchange.sync_views import ShipmentRow
from sidumba_field.services.views import Link, Mark
from sidumba_field.ui.operations import conflicts
from sidumba_field.ui.operations import syncing as operations
from sidumba_field.ui.screens.care.copy_button import CopyButton
from sidumba_field.ui.screens.care.notices import NoticePane
from sidumba_field.ui.screens.care.stuck_card import StuckCard
from sidumba_field.ui.screens.parts import Rule, clear, scroll
from sidumba_field.ui.screens.sync.cards import Lanes, LinkLine, ReceiptLine, RowsCard
from sidumba_field.ui.screens.sync.carry_bar import CarryBar
from sidumba_field.ui.screens.sync.stick_card import BundleLine, StickCard
from sidumba_field.ui.viewmodels.conflicts_speech import told as say_conflicts
from sidumba_field.ui.viewmodels.desk import Desk
from sidumba_field.ui.viewmodels.speech import tell
from sidumba_field.ui.viewmodels.sticks_speech import told
from sidumba_field.ui.widgets.banner import Banner, EmptyState
from sidumba_field.ui.widgets.button import Button
from sidumba_field.ui.widgets.card import Card, CardHeader
from sidumba_field.ui.widgets.label import ElidedLabel, Label
from sidumba_field.ui.widgets.message import Sign
from sidumba_field.ui.widgets.page_header import PageHeader
from sidumba_field.ui.widgets.queue_row import ShipmentItem, ShipmentList

#: Bundles of the history that have room below the receipts.
BUNDLES = 2


class SyncScreen(QWidget):
    """Sinkronisasi."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.setAccessibleName(tell("nav.sync"))
        self.header = PageHeader(tell("nav.sync"))
        self.button = Button(tell("sync.send"), "plain", icon="refresh-cw")
        self.pause_button = Button(tell("sync.pause"), "plain", icon="pause")
        for button in (self.button, self.pause_button):
            button.set_shortcut("Ctrl+J", bind=False)  # the window owns the key
        self._link = LinkLine()
        self.copy_button, self.stuck = CopyButton(desk), StuckCard(desk)
        self.notices = NoticePane(desk, "sync")
        self._problem = Banner("amber", "")
        self.lanes = Lanes()
        self.list = ShipmentList(name=tell("sync.queue"))
        self.carry = CarryBar(desk)
        self._empty = EmptyState(tell("sync.nothing"), tell("sync.nothing_hint"), bare=True)
        self._receipts = QVBoxLayout()
        self._differing, self._news = RowsCard("beda"), RowsCard("")
        self._differing.acted.connect(self._settle)
        self.sticks = StickCard(desk)
        self._bundles_head = CardHeader(told("card.history"), height=36)
        self._bundles = QVBoxLayout()
        self._lay_out()
        self._show_bundles()
        desk.sync.changed.connect(self._show)
        self.list.moved.connect(lambda _key: self._show_carry())
        desk.sticks.changed.connect(self._show_bundles)
        for button in (self.button, self.pause_button):
            button.clicked.connect(partial(operations.send_or_pause, desk))

    # -- building

    def _lay_out(self) -> None:
        self.header.add_chip(self._link)
        self.header.end_chips()
        self.header.add_action(self.copy_button)
        self.header.add_action(self.button)
        self.header.add_action(self.pause_button)
        columns = self._columns = QHBoxLayout()
        columns.setSpacing(12)
        self._queue = self._queue_card()
        columns.addWidget(self._queue, 200)
        self._side = QWidget()
        side = QVBoxLayout(self._side)
        side.setContentsMargins(0, 0, 0, 0)
        side.setSpacing(12)
        side.addWidget(self._differing)
        side.addWidget(self._news)
        side.addWidget(self.sticks, 1)
        columns.addWidget(self._side, 100)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(20, 0, 20, 14)
        column.setSpacing(12)
        column.addWidget(self.notices)
        column.addWidget(self._problem)
        column.addWidget(self.stuck)
        column.addWidget(self.lanes)
        column.addLayout(columns, 1)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(0)
        page.addWidget(self.header)
        page.addWidget(scroll(body), 1)

    def _queue_card(self) -> Card:
        card = Card(padding=0)
        head = CardHeader(tell("sync.queue"))
        head.add_beside(Label(tell("sync.order"), "small", "secondary"))
        head.add_right(self.carry)
        self.list.setMinimumHeight(3 * 34)
        receipts = CardHeader(tell("sync.receipts"), height=36)
        self.compare = Button(tell("sync.compare"), "link", small=True)
        self.compare.set_shortcut("Ctrl+P", bind=False)  # the window owns the key
        self.compare.setAccessibleDescription(tell("sync.compare_hint"))
        self.compare.clicked.connect(self.print_now)
        receipts.add_right(self.compare)
        self._receipts.setContentsMargins(0, 0, 0, 0)
        self._receipts.setSpacing(0)
        foot = QHBoxLayout()
        foot.setContentsMargins(14, 7, 14, 8)
        foot.setSpacing(8)
        foot.addWidget(Sign("info", "text.tertiary"))
        foot.addWidget(ElidedLabel(tell("sync.may_close"), "small", "secondary"), 1)
        for part in (head, self._empty):
            card.column.addWidget(part)
        card.column.addWidget(self.list, 1)
        card.column.addWidget(Rule())
        card.column.addWidget(receipts)
        card.column.addLayout(self._receipts)
        card.column.addWidget(self._bundles_head)
        self._bundles.setContentsMargins(0, 0, 0, 0)
        self._bundles.setSpacing(0)
        card.column.addLayout(self._bundles)
        card.column.addLayout(foot)
        return card

    def first_focus(self) -> QWidget:
        """The queue, or the button while nothing waits."""
        return self.button if self.list.isHidden() else self.list

    def set_narrow(self, below_1180: bool, below_1000: bool) -> None:
        """The right column gets slimmer; below 1000 px it stands below."""
        self._differing.set_short(below_1180)
        slim = below_1180 and not below_1000
        self._link.set_slim(below_1000)
        self._side.setMinimumWidth(260 if slim else 0)
        self._side.setMaximumWidth(260 if slim else 16777215)
        self.sticks.set_narrow(slim)
        one = QBoxLayout.Direction.TopToBottom if below_1000 else QBoxLayout.Direction.LeftToRight
        self._columns.setDirection(one)
        self.list.setMinimumHeight((4 if below_1000 else 3) * 34)

    # -- showing

    def _show(self) -> None:
        model = self._desk.sync
        view = model.view
        self._show_button()
        if view is None:
            return
        link = Link.SENDING if model.running and view.link is Link.ONLINE else view.link
        self._link.show_link(link, view.link_text, view.rate_text)
        self._problem.show_note("", model.problem or view.problem)
        self.lanes.show_lanes(view, running=model.running)
        self.list.set_items([_shipment(row) for row in view.rows])
        self.list.setVisible(bool(view.rows))
        self._empty.setVisible(not view.rows)
        self._show_carry()
        clear(self._receipts)
        for receipt in view.receipts[:2]:
            self._receipts.addWidget(ReceiptLine(receipt))
        if not view.receipts:
            none = Label(tell("sync.no_receipts"), "small", "secondary")
            none.setContentsMargins(14, 8, 14, 8)
            self._receipts.addWidget(none)
        differing = [(title, text) for _rid, title, text in view.differing]
        self._differing.show_rows(
            tell("sync.differing"),
            differing,
            tell("sync.no_differing"),
            action=say_conflicts("settle"),
            shortcut="Alt+D",
        )
        self._news.show_rows(tell("sync.news"), list(view.news), tell("sync.no_news"))

    def _show_bundles(self) -> None:
        """The newest bundles below the receipts; a laptop that never used a flashdisk has none."""
        view = self._desk.sticks.view
        history = view.history if view is not None else ()
        clear(self._bundles)
        for bundle in history[:BUNDLES]:
            self._bundles.addWidget(BundleLine(bundle))
        self._bundles_head.set_title(_history_title(len(history)))
        self._bundles_head.setVisible(bool(history))

    def _show_carry(self) -> None:
        """What may be said of the way files travel: of the one in hand, and of all."""
        view, key = self._desk.sync.view, self.list.current_key()
        rows = view.rows if view is not None else ()
        self.carry.show_rules(self._desk.sync.rules)
        self.carry.show_row(next((row for row in rows if row.key == key), None), any(r.is_file for r in rows))

    def print_now(self) -> None:
        """Ctrl+P: laptop and server held against each other, as a Berita Acara."""
        operations.print_comparison(self._desk)

    def _settle(self, row: int) -> None:
        view = self._desk.sync.view
        if view is not None and row < len(view.differing):
            conflicts.open_room(self._desk, "sync", view.differing[row][0])

    def _show_button(self) -> None:
        model = self._desk.sync
        offline = model.view is not None and model.view.link is Link.OFFLINE
        key = "resume" if model.paused else "try" if offline else "send"
        had = self.button.hasFocus() or self.pause_button.hasFocus()
        self.button.setText(tell(f"sync.{key}"))
        self.button.setVisible(not model.running)
        self.pause_button.setVisible(model.running)
        if had:
            (self.pause_button if model.running else self.button).setFocus(Qt.FocusReason.OtherFocusReason)


def _history_title(count: int) -> str:
    earlier = count - BUNDLES
    return told("card.history_more", count=earlier) if earlier > 0 else told("card.history")


def _shipment(row: ShipmentRow) -> ShipmentItem:
    trouble, waits = row.state is Mark.TROUBLE, row.by_stick
    begun = row.percent > 0 and not waits
    unmarked = row.state is Mark.LAPTOP or waits or (begun and not trouble)
    return ShipmentItem(
        key=row.key,
        title=row.title,
        subtitle=row.subtitle,
        icon=row.icon,
        size=row.size_text,
        percent=row.percent if begun else -1,
        interrupted=row.state is Mark.WAITING and begun,
        mark="" if unmarked else row.state.value,
        status="" if trouble else row.state_text,
        trouble=row.state_text if trouble else "",
        action="",
        sign="usb" if waits else "",
    )
