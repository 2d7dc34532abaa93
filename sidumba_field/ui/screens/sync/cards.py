"""The cards of Sinkronisasi: connection line, three lanes, receipts, short lists of what differs and what is new."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from sidumba_field.services.exchange.sync_views import ReceiptRow, SyncView
from sidumba_field.services.views import Link
from sidumba_field.ui.screens.home.cards import figure_line
from sidumba_field.ui.screens.parts import Rule, clear
from sidumba_field.ui.theme import font, paint_icon, theme
from sidumba_field.ui.viewmodels.speech import tell
from sidumba_field.ui.widgets.button import Button
from sidumba_field.ui.widgets.card import Card
from sidumba_field.ui.widgets.chips import CountPill
from sidumba_field.ui.widgets.glyphs import POSITIONS, MarkPainter, StatePainter, mark_meaning
from sidumba_field.ui.widgets.label import ElidedLabel, Label
from sidumba_field.ui.widgets.message import Sign
from sidumba_field.ui.widgets.painting import line_of_text
from sidumba_field.ui.widgets.progress import ThinBar
from sidumba_field.ui.widgets.speech import language
from sidumba_field.words import number


class LinkLine(QWidget):
    """Connection in the header: sign, words, rate."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._slim = False
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
        self._rate.setVisible(bool(rate) and not self._slim)

    def set_slim(self, slim: bool) -> None:
        """Beside the buttons of a small window the rate gives way."""
        self._slim = slim
        self._rate.setVisible(bool(self._rate.text()) and not slim)


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
        if view.usb_files and not sending:
            note = tell("sync.usb", files=view.usb_files, size=view.usb_size)
        anything = bool(view.waiting or view.waiting_files or sending)
        self.waiting.show_lane(view.waiting, files, note, view.waiting_size if anything else "")
        self.waiting.set_tone("amber" if anything else "")
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


class RowsCard(Card):
    """A short list in the right column; the sign of a row is a posisi ring where its first word names one. ``acted``
    carries the number of the row whose link was pressed."""

    acted = Signal(int)

    def __init__(self, mark: str) -> None:
        super().__init__(padding=0)
        self._mark, self._short = mark, False
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

    def set_short(self, short: bool) -> None:
        """Narrow windows: names before keycaps; the key itself stays."""
        self._short = short
        for link in self.findChildren(Button):
            link.show_keys(not short)

    def show_rows(
        self, title: str, rows: list[tuple[str, str]], none: str, *, action: str = "", shortcut: str = ""
    ) -> None:
        """Rows of (name or posisi, words). ``action``: each ends in this link, the first one with ``shortcut``."""
        self._title.setText(title)
        self._pill.set_count(str(len(rows)) if rows and self._mark else "")
        clear(self._rows)
        for at, (first, second) in enumerate(rows[:5]):
            self._rows.addWidget(Rule())
            box = self._row(first, second)
            layout = box.layout()
            if action and isinstance(layout, QHBoxLayout):
                link = Button(action, "link", small=True, shortcut=shortcut if not at else None)
                link.clicked.connect(partial(self.acted.emit, at))
                link.show_keys(not self._short)
                layout.addWidget(link)
            self._rows.addWidget(box)
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
