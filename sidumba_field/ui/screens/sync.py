"""Screen 06, Sinkronisasi: three lanes, what travels now, receipts, what differs, what is new.

Owns no number: everything comes from the outbox through the services, also without a connection. Ctrl+J sends now or
pauses (the window's key).
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from sidumba_field.services.views import Link, Mark, ReceiptRow, ShipmentRow, SyncView
from sidumba_field.ui.operations import syncing as operations
from sidumba_field.ui.screens.home_cards import figure_line
from sidumba_field.ui.screens.parts import Rule, clear, scroll
from sidumba_field.ui.theme import font, paint_icon, theme
from sidumba_field.ui.viewmodels.desk import Desk
from sidumba_field.ui.viewmodels.speech import tell
from sidumba_field.ui.widgets.banner import Banner, EmptyState
from sidumba_field.ui.widgets.button import Button
from sidumba_field.ui.widgets.card import Card, CardHeader
from sidumba_field.ui.widgets.chips import CountPill
from sidumba_field.ui.widgets.glyphs import POSITIONS, MarkPainter, StatePainter, mark_meaning
from sidumba_field.ui.widgets.label import ElidedLabel, Label
from sidumba_field.ui.widgets.message import Sign
from sidumba_field.ui.widgets.page_header import PageHeader
from sidumba_field.ui.widgets.painting import line_of_text
from sidumba_field.ui.widgets.progress import ThinBar
from sidumba_field.ui.widgets.queue_row import ShipmentItem, ShipmentList
from sidumba_field.ui.widgets.speech import language
from sidumba_field.words import number


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
        self._problem = Banner("amber", "")
        self.lanes = Lanes()
        self.list = ShipmentList(name=tell("sync.queue"))
        self._empty = EmptyState(tell("sync.nothing"), tell("sync.nothing_hint"), bare=True)
        self._receipts = QVBoxLayout()
        self._differing, self._news = _RowsCard("beda"), _RowsCard("")
        self._lay_out()
        desk.sync.changed.connect(self._show)
        for button in (self.button, self.pause_button):
            button.clicked.connect(partial(operations.send_or_pause, desk))

    # -- building

    def _lay_out(self) -> None:
        self.header.add_chip(self._link)
        self.header.end_chips()
        self.header.add_action(self.button)
        self.header.add_action(self.pause_button)
        columns = QHBoxLayout()
        columns.setSpacing(12)
        columns.addWidget(self._queue_card(), 200)
        self._side = QWidget()
        side = QVBoxLayout(self._side)
        side.setContentsMargins(0, 0, 0, 0)
        side.setSpacing(12)
        side.addWidget(self._differing)
        side.addWidget(self._news)
        side.addStretch(1)
        columns.addWidget(self._side, 100)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(20, 0, 20, 14)
        column.setSpacing(12)
        column.addWidget(self._problem)
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
        head.add_right(Label(tell("sync.order"), "small", "secondary"))
        self.list.setMinimumHeight(3 * 34)
        receipts = CardHeader(tell("sync.receipts"), height=36)
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
        card.column.addLayout(foot)
        return card

    def first_focus(self) -> QWidget:
        """The queue, or the button while nothing waits."""
        return self.button if self.list.isHidden() else self.list

    def set_narrow(self, below_1180: bool, below_1000: bool) -> None:
        """The right column gets slimmer."""
        self._side.setMaximumWidth(260 if below_1180 else 16777215)

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
        clear(self._receipts)
        for receipt in view.receipts[:2]:
            self._receipts.addWidget(ReceiptLine(receipt))
        if not view.receipts:
            none = Label(tell("sync.no_receipts"), "small", "secondary")
            none.setContentsMargins(14, 8, 14, 8)
            self._receipts.addWidget(none)
        differing = [(title, text) for _rid, title, text in view.differing]
        self._differing.show_rows(tell("sync.differing"), differing, tell("sync.no_differing"))
        self._news.show_rows(tell("sync.news"), list(view.news), tell("sync.no_news"))

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


def _shipment(row: ShipmentRow) -> ShipmentItem:
    trouble = row.state is Mark.TROUBLE
    return ShipmentItem(
        key=row.key,
        title=row.title,
        subtitle=row.subtitle,
        icon=row.icon,
        size=row.size_text,
        percent=row.percent if row.percent > 0 else -1,
        interrupted=row.state is Mark.WAITING and row.percent > 0,
        mark="" if row.state is Mark.LAPTOP or (row.percent > 0 and not trouble) else row.state.value,
        status="" if trouble else row.state_text,
        trouble=row.state_text if trouble else "",
        action="",
    )


class LinkLine(QWidget):
    """Connection in the header: sign, words, rate."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sign, self._words = Sign("wifi", "state.teal.fg", 16), Label("", "body", "teal", weight=500)
        self._rate = Label("", "body", "secondary", numbers=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self._sign)
        row.addWidget(self._words)
        row.addSpacing(4)
        row.addWidget(self._rate)

    def show_link(self, link: Link, words: str, rate: str) -> None:
        """Offline is amber: a normal way to work."""
        offline = link is Link.OFFLINE
        self._sign.set_sign("wifi-off" if offline else "wifi", f"state.{'amber' if offline else 'teal'}.fg")
        self._words.set_tone("amber" if offline else "teal")
        self._words.setText(words)
        self._rate.setText(rate)
        self._rate.setVisible(bool(rate))


class _LaneCard(Card):
    def __init__(self, mark: str, title: str, *, tone: str = "") -> None:
        super().__init__(padding=14, tone=tone)
        self.setMinimumHeight(92)
        meaning = mark_meaning(mark)
        self._title, self._right = (
            Label(title, "body", weight=500),
            Label("", "small", "secondary", numbers=True),
        )
        if mark != "laptop":
            self._title.set_tone(meaning.family.removeprefix("state."))
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(_MarkSign(mark))
        head.addWidget(self._title, 1)
        head.addWidget(self._right)
        self.figure, self.unit = (
            Label("0", "figure", numbers=True),
            Label("", "body", "secondary", numbers=True),
        )
        self.note = ElidedLabel("", "small", "secondary")
        self.note.setFont(font("small", numbers=True))
        self.bar = ThinBar("state.amber.solid")
        self.bar.hide()
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self.bar, 1)
        foot.addWidget(self.note, 1)
        self.column.setSpacing(0)
        self.column.setContentsMargins(16, 10, 16, 10)
        self.column.addLayout(head)
        self.column.addLayout(figure_line(self.figure, self.unit))
        self.column.addLayout(foot)

    def show_lane(self, count: int, unit: str, note: str, right: str = "") -> None:
        shown = number(count, lang=language())
        self.figure.setText(shown)
        self.unit.setText(unit)
        self.note.setText(note)
        self._right.setText(right)
        self.setAccessibleName(f"{self._title.text()}: {shown} {unit}, {note}".strip(", "))


class _MarkSign(QWidget):
    def __init__(self, mark: str) -> None:
        super().__init__()
        self._mark = mark
        self.setFixedSize(16, 16)
        theme().changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        MarkPainter.paint(painter, QRectF(0, 0, 16, 16), self._mark)
        painter.end()


class _Chevron(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(26, 20)
        theme().changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_icon(painter, "chevron-right", QRectF(5, 2, 16, 16), theme().color("text.secondary"))
        painter.end()


class Lanes(QWidget):
    """Laptop, waiting, received."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.laptop = _LaneCard("laptop", tell("sync.lane_laptop"))
        self.waiting = _LaneCard("tunggu", tell("sync.lane_waiting"), tone="amber")
        self.received = _LaneCard("terima", tell("sync.lane_received"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.laptop, 31)
        row.addWidget(_Chevron())
        row.addWidget(self.waiting, 42)
        row.addWidget(_Chevron())
        row.addWidget(self.received, 34)

    def show_lanes(self, view: SyncView, *, running: bool) -> None:
        """Counts; the bar only while something is under way."""
        self.laptop.show_lane(view.laptop, "", tell("sync.laptop_note"))
        files = (
            tell("sync.records_files", files=view.waiting_files)
            if view.waiting_files
            else tell("sync.records")
        )
        sending = running and view.percent >= 0
        if sending:
            note = tell("sync.percent", percent=view.percent) + (
                f", {view.eta_text}" if view.eta_text else ""
            )
        else:
            note = tell("sync.safe") if view.waiting or view.waiting_files else tell("sync.all_sent")
        self.waiting.show_lane(view.waiting, files, note, view.waiting_size)
        self.waiting.bar.setVisible(sending)
        self.waiting.bar.set_progress(max(0, view.percent), 100)
        self.received.show_lane(view.received, "", view.received_text)


class ReceiptLine(QWidget):
    """One receipt: when, what, number."""

    def __init__(self, receipt: ReceiptRow, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._receipt = receipt
        self.setFixedHeight(32)
        self.setAccessibleName(f"{receipt.when}, {receipt.text}, {receipt.number}")
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """One line."""
        return QSize(300, 32)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Mark, words, number, line."""
        painter = QPainter(self)
        tones, used = theme(), font("small", numbers=True)
        MarkPainter.paint(painter, QRectF(14, 8, 16, 16), "terima")
        third = max(140.0, self.width() * 0.19)
        line_of_text(
            painter, QRectF(46, 0, third - 8, 32), self._receipt.when, used, tones.color("text.primary")
        )
        codes = font("small", codes=True)
        right = QRectF(0, 0, self.width() - 14, 32)
        ink = tones.color("text.secondary")
        taken = line_of_text(painter, right, self._receipt.number, codes, ink, Qt.AlignmentFlag.AlignRight)
        area = QRectF(46 + third, 0, self.width() - 46 - third - taken - 24, 32)
        line_of_text(painter, area, self._receipt.text, used, ink)
        painter.fillRect(0, 31, self.width(), 1, tones.color("border.subtle"))
        painter.end()


class _RowsCard(Card):
    """A short list in the right column; the sign of a row is a posisi ring where its first word names one."""

    def __init__(self, mark: str) -> None:
        super().__init__(padding=0)
        self._mark = mark
        head = QWidget()
        row = QHBoxLayout(head)
        row.setContentsMargins(14, 11, 14, 11)
        row.setSpacing(8)
        if mark:
            row.addWidget(_MarkSign(mark))
        else:
            row.addWidget(Sign("download", "text.primary", 16))
        self._title = Label(
            "", "label", mark_meaning(mark).family.removeprefix("state.") if mark else "primary"
        )
        self._pill = CountPill("")
        row.addWidget(self._title)
        row.addWidget(self._pill)
        row.addStretch(1)
        self._rows = QVBoxLayout()
        self._rows.setContentsMargins(0, 0, 0, 4)
        self._rows.setSpacing(0)
        self.column.addWidget(head)
        self.column.addLayout(self._rows)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def show_rows(self, title: str, rows: list[tuple[str, str]], none: str) -> None:
        """Rows of (name or posisi, words)."""
        self._title.setText(title)
        self._pill.set_count(str(len(rows)) if rows and self._mark else "")
        clear(self._rows)
        for first, second in rows[:5]:
            self._rows.addWidget(Rule())
            self._rows.addWidget(self._row(first, second))
        if not rows:
            words = Label(none, "small", "secondary", wrap=True)
            words.setContentsMargins(14, 0, 14, 10)
            self._rows.addWidget(words)

    def _row(self, first: str, second: str) -> QWidget:
        box = QWidget()
        row = QHBoxLayout(box)
        row.setContentsMargins(14, 7, 14, 7)
        row.setSpacing(8)
        if first in POSITIONS:
            row.addWidget(_Ring(first))
            row.addWidget(ElidedLabel(second, "body"), 1)
            return box
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(ElidedLabel(first, "label"))
        words.addWidget(ElidedLabel(second, "small", "secondary"))
        row.addLayout(words, 1)
        return box


class _Ring(QWidget):
    def __init__(self, position: str) -> None:
        super().__init__()
        self._position = position
        self.setFixedSize(16, 16)
        theme().changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        StatePainter.paint(painter, QRectF(0, 0, 16, 16), self._position)
        painter.end()
