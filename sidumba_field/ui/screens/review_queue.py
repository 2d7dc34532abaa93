"""The queue pane of Verifikasi: title and count, the oldest first, batches that are ready, how many are done."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from sidumba_field.services.views import BatchOffer, QueueRow, QueueView
from sidumba_field.ui.screens.parts import Ground, Rule, clear
from sidumba_field.ui.theme import size
from sidumba_field.ui.viewmodels.speech import tell
from sidumba_field.ui.viewmodels.steps_speech import told
from sidumba_field.ui.widgets.button import Button
from sidumba_field.ui.widgets.card import Card
from sidumba_field.ui.widgets.keycap import Keycaps
from sidumba_field.ui.widgets.label import ElidedLabel, Label
from sidumba_field.ui.widgets.record_list import QueueList, RecordRow


class QueuePane(Ground):
    """``opened`` carries a rid, ``offer_taken`` a BatchOffer."""

    opened = Signal(str)
    offer_taken = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("bg.app", "right", parent)
        self.setFixedWidth(size("queuePane"))
        self._title, self._count = ElidedLabel("", "section"), Label("", "small", "secondary", numbers=True)
        self._order = Label(tell("review.oldest_first"), "small", "secondary")
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

    def _head(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setContentsMargins(14, 10, 14, 10)
        column.setSpacing(2)
        row = QHBoxLayout()
        row.addWidget(self._title, 1)
        row.addWidget(self._count)
        column.addLayout(row)
        column.addWidget(self._order)
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
        self.list.set_items([_row(row) for row in queue.rows])
        self._more.setText(told("pile.more", count=queue.more))
        self._more.setVisible(queue.more > 0)
        self.signed.set_items([_row(row) for row in queue.signed])
        self.signed.setFixedHeight(min(3, len(queue.signed)) * 53 + 2)
        for part in (self.signed, self._signed_head):
            part.setVisible(bool(queue.signed))
        self.go_to(current)
        self._show_offers(queue.offers)

    def _show_offers(self, offers: tuple[BatchOffer, ...]) -> None:
        """Build the cards anew only when they change: a button under the hand stays under it."""
        if offers == self._offered:
            return
        self._offered = offers
        clear(self._offers)
        self._buttons = []
        for number, offer in enumerate(offers):
            card = self._offer_card(offer, first=number == 0)
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
