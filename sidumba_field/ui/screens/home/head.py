"""Beranda of those who decide: the columns of who signs, the own pace of who judges, the period of who keeps it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from sidumba_field.services.boards.home_views import (
    ContentView,
    HeadView,
    PaceView,
    PeriodView,
    SignedView,
    StandView,
)
from sidumba_field.ui.screens.dashboard.cards import told
from sidumba_field.ui.screens.home.cards import figure_line
from sidumba_field.ui.screens.parts import Rule, clear
from sidumba_field.ui.theme import font, theme
from sidumba_field.ui.widgets.banner import Banner, EmptyState
from sidumba_field.ui.widgets.batch_list import BatchList, BatchRow
from sidumba_field.ui.widgets.button import Button
from sidumba_field.ui.widgets.card import Card, CardHeader
from sidumba_field.ui.widgets.glyphs import StatePainter, position_meaning
from sidumba_field.ui.widgets.keycap import Keycaps
from sidumba_field.ui.widgets.label import Label
from sidumba_field.ui.widgets.message import Sign
from sidumba_field.ui.widgets.painting import line_of_text
from sidumba_field.ui.widgets.progress import ThinBar
from sidumba_field.ui.widgets.speech import language
from sidumba_field.words import number

SIDE = 326  # px the right column needs


class StandLine(QWidget):
    """How many records lie at one desk: ring, word, number."""

    def __init__(self, stand: StandView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stand = stand
        self._figure = number(stand.count, lang=language())
        self.setFixedHeight(25)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(f"{stand.label} {self._figure}")
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """One line."""
        return QSize(220, 25)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ring, word, number."""
        painter = QPainter(self)
        stand, used = self._stand, font("body", numbers=True)
        ink = theme().color(position_meaning(stand.posisi).fg)
        StatePainter.paint(painter, QRectF(0, self.height() / 2 - 8, 16, 16), stand.posisi)
        line_of_text(painter, QRectF(22, 0, self.width() - 90, self.height()), stand.label, used, ink)
        tone, right = theme().color("text.primary"), Qt.AlignmentFlag.AlignRight
        line_of_text(painter, QRectF(self.rect()), self._figure, font("label", numbers=True), tone, right)
        painter.end()


def fill_stands(rows: QVBoxLayout, stands: Sequence[StandView]) -> None:
    """Show where the data is."""
    clear(rows)
    for stand in stands:
        rows.addWidget(StandLine(stand))


class _Cell(QWidget):
    """A number over its words, with a line at its left."""

    def __init__(self, shown: str, words: str, *, lined: bool) -> None:
        super().__init__()
        self._lined = lined
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 10, 10)
        column.setSpacing(2)
        column.addWidget(Label(shown, "section", numbers=True))
        column.addWidget(Label(words, "small", "secondary", wrap=True))
        column.addStretch(1)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The separating line."""
        if self._lined:
            painter = QPainter(self)
            painter.fillRect(0, 0, 1, self.height(), theme().color("border.subtle"))
            painter.end()


class ContentCard(Card):
    """What the batch under the hand holds; ``opened``: one of the records drawn by lot."""

    opened = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(padding=0, parent=parent)
        self._head = CardHeader("")
        self._cells = QHBoxLayout()
        self._cells.setSpacing(0)
        self._checks = QHBoxLayout()
        self._checks.setSpacing(6)
        self.look = Button(told("head.samples"), "link", shortcut="Space", small=True)
        self.look.set_shortcut("Space", bind=False)  # the list owns the key while it has the hand
        foot = QHBoxLayout()
        foot.setContentsMargins(14, 3, 12, 3)
        foot.addLayout(self._checks)
        foot.addStretch(1)
        foot.addWidget(self.look)
        self._samples = QWidget()
        self._sample_rows = QVBoxLayout(self._samples)
        self._sample_rows.setContentsMargins(12, 0, 12, 8)
        self._sample_rows.setSpacing(0)
        self._samples.hide()
        self.column.addWidget(self._head)
        self.column.addLayout(self._cells)
        self.column.addWidget(Rule())
        self.column.addLayout(foot)
        self.column.addWidget(self._samples)
        self.look.clicked.connect(self.toggle_samples)

    def show_content(self, content: ContentView) -> None:
        """Figures, what was found in order, samples."""
        self._head.set_title(content.title)
        clear(self._cells)
        for at, (shown, words) in enumerate(content.figures):
            self._cells.addWidget(_Cell(shown, words, lined=at > 0), 1)
        clear(self._checks)
        for words in content.checks:
            self._checks.addWidget(Sign("check", "state.teal.fg"))
            self._checks.addWidget(Label(words, "small", "secondary"))
            self._checks.addSpacing(8)
        clear(self._sample_rows)
        for rid, title, place in content.samples:
            button = Button(f"{title}, {place}", "link", small=True)
            button.clicked.connect(lambda _checked=False, rid=rid: self.opened.emit(rid))
            self._sample_rows.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        self.look.setVisible(bool(content.samples))
        self._samples.hide()

    def toggle_samples(self) -> None:
        """Space: the five records, or away with them."""
        self._samples.setVisible(self._samples.isHidden())


class SignedCard(Card):
    """What was signed lately and until when it may be taken back; ``opened``: a batch."""

    opened = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(padding=0, parent=parent)
        head = CardHeader(told("head.lately"))
        head.add_right(Label(told("head.may_undo"), "small", "secondary"))
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        self.column.addWidget(head)
        self.column.addLayout(self._rows)

    def show_signed(self, signed: Sequence[SignedView]) -> None:
        """Newest first."""
        clear(self._rows)
        for at, batch in enumerate(signed):
            if at:
                self._rows.addWidget(Rule())
            self._rows.addWidget(self._line(batch))
        if not signed:
            none = Label(told("head.none_signed"), "body", "secondary")
            none.setContentsMargins(14, 10, 14, 10)
            self._rows.addWidget(none)

    def _line(self, batch: SignedView) -> QWidget:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(14, 5, 12, 5)
        row.setSpacing(10)
        row.addWidget(_Ring("disahkan"))
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(Label(batch.title, "body"))
        if batch.left:
            words.addWidget(Label(batch.left, "small", "secondary", numbers=True))
        row.addLayout(words, 1)
        row.addWidget(Label(batch.count_text, "small", "secondary", numbers=True))
        row.addWidget(Label(batch.when, "small", "secondary", numbers=True))
        if batch.left:
            undo = Button(told("head.undo"), "link", icon="undo-2", small=True)
            undo.setAccessibleName(f"{told('head.undo')}: {batch.title}, {batch.left}")
            undo.clicked.connect(lambda _checked=False, rid=batch.rid: self.opened.emit(rid))
            row.addWidget(undo)
        else:
            row.addWidget(Label(told("head.locked"), "small", "tertiary"))
        return line


class _Ring(QWidget):
    """A posisi without its word, beside a line that says it."""

    def __init__(self, posisi: str) -> None:
        super().__init__()
        self._posisi = posisi
        self.setFixedSize(16, 16)
        theme().changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The ring."""
        painter = QPainter(self)
        StatePainter.paint(painter, QRectF(0, 0, 16, 16), self._posisi)
        painter.end()


class TotalCard(Card):
    """How much is signed off of what is wanted, and where the rest lies."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(padding=14, parent=parent)
        self._title = Label("", "small", "secondary", weight=500)
        self._figure, self._of = (
            Label("", "figure", numbers=True),
            Label("", "body", "secondary", numbers=True),
        )
        self._bar = ThinBar("state.teal.solid")
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        self.column.setSpacing(6)
        self.column.addWidget(self._title)
        self.column.addLayout(figure_line(self._figure, self._of))
        self.column.addWidget(self._bar)
        self.column.addSpacing(4)
        self.column.addWidget(Rule())
        self.column.addLayout(self._rows)

    def show_total(self, title: str, total: int, target: int, stands: Sequence[StandView]) -> None:
        """A target of 0 is none."""
        self._title.setText(title)
        self._figure.setText(number(total, lang=language()))
        self._of.setText(told("of_count", target=target) if target else "")
        self._bar.set_progress(total, target)
        self._bar.setVisible(target > 0)
        fill_stands(self._rows, stands)


class PaceCard(Card):
    """A time taken beside the time the SOP gives; over it the bar is amber, never a lock."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(padding=14, parent=parent)
        self._narrow = False
        self._title = Label("", "label", weight=600)
        self._main, self._beside = (
            Label("", "section", numbers=True),
            Label("", "small", "secondary", numbers=True),
        )
        self._bar = ThinBar()
        self._note = Label("", "small", "secondary", wrap=True, numbers=True)
        row = self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        row.setSpacing(2)
        row.addWidget(self._main)
        row.addStretch(1)
        row.addWidget(self._beside)
        self.column.setSpacing(6)
        self.column.addWidget(self._title)
        self.column.addLayout(row)
        self.column.addWidget(self._bar)
        self.column.addWidget(self._note)

    def set_narrow(self, *, narrow: bool) -> None:
        """The SOP's minutes go below where they have no room beside."""
        self._narrow = narrow
        self._fit()

    def _fit(self) -> None:
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        wanted = self._main.sizeHint().width() + 12 + self._beside.sizeHint().width()
        self._row.setDirection(down if self._narrow or wanted > self.contentsRect().width() - 28 else across)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Words never run into each other."""
        super().resizeEvent(event)
        self._fit()

    def show_pace(self, title: str, main: str, beside: str, part: tuple[int, int], note: str = "") -> None:
        """``part``: (taken, allowed); an allowance of 0 shows no bar."""
        self._title.setText(title)
        self._main.setText(main)
        self._beside.setText(beside)
        taken, allowed = part
        self._bar.set_progress(
            min(taken, allowed), allowed, "state.amber.solid" if taken > allowed else "accent.solid"
        )
        self._bar.setVisible(allowed > 0 and taken > 0)
        self._note.setText(note)
        self._note.setVisible(bool(note))
        self._fit()

    def show_own(self, pace: PaceView) -> None:
        """A verifier's own decisions."""
        title, beside = (
            told("pace.title"),
            told("pace.of_standard", minutes=pace.standard) if pace.standard else "",
        )
        if not pace.median:
            self.show_pace(title, told("pace.done", done=pace.done), beside, (0, 0), told("pace.none"))
            return
        note = told("pace.in_time", part=pace.in_time, done=pace.done)
        main = f"{pace.median} {told('pace.median')}"
        self.show_pace(title, main, beside, (pace.seconds, 60 * pace.standard), note)


class HeadPane(QWidget):
    """Beranda of who signs. ``opened``: a batch or record to look at."""

    opened = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view: HeadView | None = None
        self.list = BatchList(name=told("head.waiting"))
        self.content, self.signed = ContentCard(), SignedCard()
        self.total, self.pace = TotalCard(), PaceCard()
        self._backup = Banner("slate", "", icon="archive")
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._columns.setContentsMargins(0, 0, 0, 0)
        self._columns.setSpacing(12)
        self._columns.addLayout(self._left(), 218)
        self._columns.addWidget(self._right(), 100)
        self.list.moved.connect(self._show_content)
        self.list.opened.connect(self.opened)
        self.list.looked.connect(lambda _rid: self.content.toggle_samples())
        self.content.opened.connect(self.opened)
        self.signed.opened.connect(self.opened)

    def _left(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(12)
        card = Card(padding=0)
        self._head = CardHeader(told("head.waiting"))
        self._head.add_right(Label(told("head.open"), "small", "secondary"))
        self._head.add_right(Keycaps("Return"))
        self._empty = EmptyState(told("head.nothing"), told("head.nothing_hint"), bare=True)
        card.column.addWidget(self._head)
        card.column.addWidget(self.list)
        card.column.addWidget(self._empty)
        column.addWidget(card)
        column.addWidget(self.content)
        column.addWidget(self.signed)
        column.addStretch(1)
        return column

    def _right(self) -> QWidget:
        side = self._side = QWidget()
        side.setMinimumWidth(SIDE)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(self.total)
        column.addWidget(self.pace)
        column.addWidget(self._backup)
        column.addStretch(1)
        return side

    def set_narrow(self, *, narrow: bool, one: bool) -> None:
        """The right column gives way, then there is one only."""
        self._side.setMinimumWidth(SIDE - 36 if narrow else SIDE)
        self.pace.set_narrow(narrow=narrow and not one)
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._columns.setDirection(down if one else across)

    def show_head(self, view: HeadView) -> None:
        """Everything of it."""
        self._view = view
        rows = [
            BatchRow(
                batch.rid,
                batch.title,
                batch.by,
                batch.count_text,
                batch.warnings_text,
                batch.waits,
                told("head.check_sign"),
                batch.warnings > 0,
            )
            for batch in view.batches
        ]
        self._head.set_count(str(len(rows)) if rows else "")
        self.list.set_items(rows)
        self.list.fit()
        self.list.setVisible(bool(rows))
        self._empty.setVisible(not rows)
        self._show_content(self.list.current_key())
        self.signed.show_signed(view.signed)
        self.total.show_total(view.total_title, view.total, view.target, view.desks)
        self.pace.setVisible(view.pace is not None)
        if view.pace is not None:
            main, beside, taken, allowed = view.pace
            self.pace.show_pace(told("head.pace"), main, beside, (taken, allowed))
        self._backup.show_note("", view.backup, tone="slate")

    def _show_content(self, rid: str) -> None:
        content = self._view.contents.get(rid) if self._view is not None else None
        self.content.setVisible(content is not None)
        if content is not None:
            self.content.show_content(content)


class PeriodPane(QWidget):
    """Beranda of who keeps the period: where it stands, what lies on the server, the last backup."""

    wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = Label("", "section")
        self._state = Label("", "body", "secondary")
        self.open_button = Button(told("period.open"), "primary")
        self.open_button.clicked.connect(self.wanted)
        self._ring = QHBoxLayout()
        card = Card(padding=16)
        head = QHBoxLayout()
        head.setSpacing(12)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._title)
        words.addWidget(self._state)
        head.addLayout(self._ring)
        head.addLayout(words, 1)
        head.addWidget(self.open_button)
        card.column.addLayout(head)
        data = Card(padding=14)
        data.column.addWidget(Label(told("period.data"), "label", weight=600))
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        data.column.addLayout(self._rows)
        self._backup = Banner("slate", "", icon="archive")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(card)
        column.addWidget(self._backup)
        column.addWidget(data)
        column.addStretch(1)

    def show_period(self, view: PeriodView, *, opens: bool) -> None:
        """``opens``: there is a screen for it."""
        self._title.setText(view.title)
        self._state.setText(view.state or told("period.none"))
        clear(self._ring)
        if view.posisi:
            self._ring.addWidget(_Ring(view.posisi))
        self.open_button.setVisible(opens)
        self._backup.show_note("", view.backup, tone="slate")
        fill_stands(self._rows, view.counts)
