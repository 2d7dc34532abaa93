"""The queue pane of Verifikasi: title and count, order and village, batches that are ready, how many are done."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from sidumba_field.services.views import ORDERS, BatchOffer, QueueRow, QueueUnit, QueueView
from sidumba_field.ui.screens.parts import Ground, Rule, clear
from sidumba_field.ui.theme import size
from sidumba_field.ui.viewmodels.speech import tell
from sidumba_field.ui.viewmodels.steps_speech import told
from sidumba_field.ui.widgets.button import Button
from sidumba_field.ui.widgets.card import Card
from sidumba_field.ui.widgets.drop import DropText
from sidumba_field.ui.widgets.keycap import Keycaps
from sidumba_field.ui.widgets.label import ElidedLabel, Label
from sidumba_field.ui.widgets.pick_panel import Pick, PickPanel
from sidumba_field.ui.widgets.record_list import QueueList, RecordRow
from sidumba_field.ui.widgets.speech import language
from sidumba_field.words import number

_ALL = "-"  # keys of a panel are never empty


class QueuePane(Ground):
    """``opened`` carries a rid, ``offer_taken`` a BatchOffer."""

    opened = Signal(str)
    offer_taken = Signal(object)
    narrowed = Signal(str, str)  # order, village ("" for all)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("bg.app", "right", parent)
        self.setFixedWidth(size("queuePane"))
        self._title, self._count = ElidedLabel("", "section"), Label("", "small", "secondary", numbers=True)
        self.order = DropText(tell("review.order"), [(key, tell(f"review.order_{key}")) for key in ORDERS])
        self.unit = DropText(tell("review.village"), [("", tell("review.all_villages"))])
        for drop in (self.order, self.unit):
            drop.setFixedHeight(size("controlSmall"))
        self.list = QueueList(name=tell("review.queue"))
        self._offers = QVBoxLayout()
        self._offers.setContentsMargins(12, 0, 12, 0)
        self._offers.setSpacing(8)
        self._offered: tuple[BatchOffer, ...] = ()
        self._buttons: list[Button] = []
        self._done = Label("", "small", "secondary", numbers=True)
        self._more = Label("", "small", "secondary", numbers=True)
        self._more.setContentsMargins(14, 4, 14, 6)
        self.signed = QueueList(name=told("sign.list"))
        self._signed_head = Label(told("sign.list"), "small", "secondary", weight=600)
        self._signed_head.setContentsMargins(14, 8, 14, 4)
        for part in (self._more, self.signed, self._signed_head):
            part.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 1, 0)
        column.setSpacing(0)
        column.addLayout(self._head())
        column.addWidget(Rule())
        column.addLayout(self._offers)
        column.addWidget(self.list, 1)
        column.addWidget(self._more)
        column.addWidget(self._signed_head)
        column.addWidget(self.signed)
        column.addWidget(Rule())
        column.addLayout(self._foot())
        self.list.opened.connect(self.opened)
        self.signed.opened.connect(self.opened)
        self.order.chosen.connect(self._narrow)
        self.unit.chosen.connect(self._narrow)
        self.order.asked.connect(partial(self._choose, self.order, "review.order"))
        self.unit.asked.connect(partial(self._choose, self.unit, "review.village"))
        self._units: tuple[QueueUnit, ...] = ()
        self.panel: PickPanel | None = None

    def _narrow(self) -> None:
        self.narrowed.emit(self.order.value(), self.unit.value())

    def choose_order(self) -> None:
        """Alt+Q."""
        self.order.open_list()

    def choose_unit(self) -> None:
        """Alt+V."""
        self.unit.open_list()

    def _choose(self, drop: DropText, key: str) -> None:
        """Offer a list under its words: the villages say how many wait from each."""
        if self.panel is None:
            self.panel = PickPanel(self.parentWidget() or self, tell("review.find"))
        counts = {one.unit: number(one.count, lang=language()) for one in self._units}
        picks = [
            Pick(_ALL + option, words, counts.get(option, "") if drop is self.unit else "")
            for option, words in drop.options()
        ]
        self.panel.offer(drop, tell(key), picks, lambda picked: drop.pick(picked.removeprefix(_ALL)))

    def _head(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setContentsMargins(14, 10, 14, 10)
        column.setSpacing(2)
        row = QHBoxLayout()
        row.addWidget(self._title, 1)
        row.addWidget(self._count)
        column.addLayout(row)
        narrow = QHBoxLayout()
        narrow.setSpacing(8)
        narrow.addWidget(self.order)
        narrow.addStretch(1)
        narrow.addWidget(self.unit)
        column.addLayout(narrow)
        return column

    def _foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(14, 8, 14, 8)
        row.setSpacing(6)
        row.addWidget(Keycaps("Alt+Up"))
        row.addWidget(Keycaps("Down"))
        row.addWidget(Label(tell("review.move"), "small", "secondary"))
        row.addStretch(1)
        row.addWidget(self._done)
        return row

    def show_queue(self, queue: QueueView, current: str) -> None:
        """Rows, counts, offers; the hand stays on the record that is open."""
        self._title.setText(queue.title)
        self._count.setText(queue.count_text)
        self._done.setText(tell("review.done", count=queue.done_today))
        self._show_narrowing(queue)
        self.list.set_items([_row(row) for row in queue.rows])
        self._more.setText(told("pile.more", count=queue.more))
        self._more.setVisible(queue.more > 0)
        self.signed.set_items([_row(row) for row in queue.signed])
        self.signed.setFixedHeight(min(3, len(queue.signed)) * 53 + 2)
        for part in (self.signed, self._signed_head):
            part.setVisible(bool(queue.signed))
        self.go_to(current)
        self._show_offers(queue.offers)

    def _show_narrowing(self, queue: QueueView) -> None:
        """Which order and village; where records wait from one place only there is nothing to choose."""
        self._units = queue.units
        villages = [("", tell("review.all_villages")), *((one.unit, one.label) for one in queue.units)]
        self.order.set_value(queue.order)
        self.unit.set_options(villages, queue.unit)
        self.unit.setVisible(len(queue.units) > 1 or bool(queue.unit))

    def _show_offers(self, offers: tuple[BatchOffer, ...]) -> None:
        """Build the cards anew only when they change: a button under the hand stays under it."""
        if offers == self._offered:
            return
        self._offered = offers
        clear(self._offers)
        self._buttons = []
        for at, offer in enumerate(offers):
            card = self._offer_card(offer, first=at == 0)
            self._offers.addWidget(card)
            card.show()
        self._offers.setContentsMargins(12, 8 if offers else 0, 12, 8 if offers else 0)

    def _offer_card(self, offer: BatchOffer, *, first: bool) -> QWidget:
        card = Card(padding=10, tone="teal")
        card.column.addWidget(Label(offer.label, "label", wrap=True))
        button = Button(tell("review.report"), "approve", small=True, shortcut="Alt+P" if first else None)
        button.setAccessibleName(offer.label)
        button.clicked.connect(lambda: self.offer_taken.emit(offer))
        card.column.addWidget(button)
        self._buttons.append(button)
        return card

    def first_focus(self) -> QWidget:
        """The queue, or the first batch that is ready while the queue is empty."""
        return self.list if self.list.items() or not self._buttons else self._buttons[0]

    def go_to(self, rid: str) -> None:
        """Mark the record that is open."""
        if rid and not self.list.go_to(rid):
            self.signed.go_to(rid)


def _row(row: QueueRow) -> RecordRow:
    return RecordRow(
        key=row.rid,
        title=row.title,
        subtitle=" · ".join(part for part in (row.subtitle, row.age_text) if part),
        mark=row.mark.value,
        warnings=row.warnings,
        duplicates=row.duplicates,
        tag=row.version_text,
    )
