"""The cards of Dasbor: figures, progress, way of the data, weeks, what needs a hand, and their table twin."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from sidumba_field import words
from sidumba_field.services.boards.dashboard_views import (
    ConcernView,
    DashboardView,
    FigureView,
    PlaceView,
    SliceView,
)
from sidumba_field.ui.screens.parts import Rule, clear
from sidumba_field.ui.theme import font, theme
from sidumba_field.ui.widgets.banner import Banner
from sidumba_field.ui.widgets.button import Button
from sidumba_field.ui.widgets.card import Card, CardHeader, Figure
from sidumba_field.ui.widgets.charts import BarList, BarRow, StepBars, StepRow, Swatch, WeekLines, WeekPoint
from sidumba_field.ui.widgets.keycap import Keycaps
from sidumba_field.ui.widgets.label import Label
from sidumba_field.ui.widgets.message import Sign
from sidumba_field.ui.widgets.speech import language
from sidumba_field.words import number, percent

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_SIGNS = {
    "quiet": ("wifi-off", "state.amber.fg"),
    "waiting": ("clock", "state.amber.fg"),
    "returned": ("corner-up-left", "state.vermilion.fg"),
    "twins": ("copy", "state.magenta.fg"),
}


def told(key: str, /, **params: object) -> str:
    """The sentence ``dashboard.<key>`` in the window's language."""
    return words.say(f"dashboard.{key}", language(), **params)


def share_text(done: int, target: int) -> str:
    """``73%`` of a target, "" without one."""
    return percent(100 * done / target, 0, language()) if target else ""


class _Cell(QWidget):
    """One figure with a line at its left unless it stands first in its row."""

    def __init__(self) -> None:
        super().__init__()
        self.figure = Figure("")
        self.lined = False
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 10, 14, 8)
        column.addWidget(self.figure)
        theme().changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The separating line."""
        if self.lined:
            painter = QPainter(self)
            painter.fillRect(0, 12, 1, self.height() - 24, theme().color("border.subtle"))
            painter.end()


class FiguresCard(Card):
    """The four figures in a row; two rows where the window is narrow."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(padding=0, parent=parent)
        self._cells = [_Cell() for _ in range(4)]
        self._rows = (QHBoxLayout(), QHBoxLayout())
        for row in self._rows:
            row.setSpacing(0)
            self.column.addLayout(row)
        self.set_two_rows(two=False)

    def set_two_rows(self, *, two: bool) -> None:
        """Two by two, or all in one line."""
        for row in self._rows:
            while row.takeAt(0) is not None:
                pass
        for at, cell in enumerate(self._cells):
            row = self._rows[1 if two and at > 1 else 0]
            cell.lined = row.count() > 0
            row.addWidget(cell, 36 if at == 0 and not two else 28)

    def show_figures(self, figures: Sequence[FigureView]) -> None:
        """Numbers with what stands beside and below."""
        for cell, figure in zip(self._cells, figures, strict=False):
            cell.figure.set_label(figure.label)
            cell.figure.set_figure(figure.number, figure.beside, figure.note)


class ProgressCard(Card):
    """Bars per unit; ``picked``: the row under the hand; ``opened``: a level down."""

    picked = Signal(str)
    opened = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(padding=0, parent=parent)
        self._title = Label("", "label", weight=600)
        self._legend = QHBoxLayout()
        self._legend.setSpacing(12)
        head = self._head = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        head.setContentsMargins(14, 12, 14, 6)
        head.setSpacing(8)
        head.addWidget(self._title)
        head.addStretch(1)
        head.addLayout(self._legend)
        self.list = BarList(name="")
        self.list.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.list.moved.connect(self.picked)
        self.list.opened.connect(self.opened)
        self._note = Label("", "small", "secondary")
        self._keys = QWidget()
        keys = QHBoxLayout(self._keys)
        keys.setContentsMargins(0, 0, 0, 0)
        keys.setSpacing(4)
        keys.addWidget(Label(told("pick"), "small", "secondary"))
        keys.addWidget(Keycaps("Up"))
        keys.addWidget(Keycaps("Down"))
        self._details = Label(told("details"), "small", "secondary")
        self._enter = Keycaps("Return")
        keys.addSpacing(4)
        keys.addWidget(self._details)
        keys.addWidget(self._enter)
        foot = QHBoxLayout()
        foot.setContentsMargins(14, 4, 14, 10)
        foot.addWidget(self._note, 1)
        foot.addWidget(self._keys)
        self.column.addLayout(head)
        self.column.addWidget(self.list, 1)
        self.column.addLayout(foot)

    def show_board(self, view: DashboardView, picked: str) -> None:
        """Bars, legend and what Enter does."""
        self._title.setText(view.progress)
        self.list.setAccessibleName(view.progress)
        self._show_legend(view)
        most = max((place.done for place in view.places), default=0)
        aimed = any(place.target for place in view.places)
        self.list.set_items([_bar(view, place, most) for place in view.places])
        self.list.pick(picked)
        self._note.setText(told("full_length" if aimed else "full_length_none"))
        opens = any(place.opens for place in view.places)
        self._details.setVisible(opens)
        self._enter.setVisible(opens)

    def _show_legend(self, view: DashboardView) -> None:
        clear(self._legend)
        for share in view.shares:
            row = QHBoxLayout()
            row.setSpacing(5)
            row.addWidget(Swatch(share.tone))
            row.addWidget(Label(share.label, "small", "secondary"))
            self._legend.addLayout(row)
        self._legend.addStretch(0)

    def set_narrow(self, *, narrow: bool) -> None:
        """The legend goes below the title where they have no room side by side."""
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._head.setDirection(down if narrow else across)


def _bar(view: DashboardView, place: PlaceView, most: int) -> BarRow:
    done = number(place.done, lang=language())
    part = share_text(place.done, place.target)
    key = "place_row" if place.target else "place_row_plain"
    target = number(place.target, lang=language())
    return BarRow(
        key=place.unit,
        name=place.name,
        parts=tuple((share.tone, count) for share, count in zip(view.shares, place.parts, strict=True)),
        full=max(place.target or most, place.done),
        amount=f"{done} / {target}" if place.target else done,
        share=part,
        said=told(key, name=place.name, done=place.done, target=place.target, part=part),
    )


class WayCard(Card):
    """Where the data waits and how long."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(padding=14, parent=parent)
        self._title = Label(told("way.title"), "label", weight=600)
        head = QHBoxLayout()
        head.addWidget(self._title)
        head.addStretch(1)
        self._note = Label(told("way.note"), "small", "secondary")
        head.addWidget(self._note)
        self.bars = StepBars()
        self._stuck = Banner("amber", "", icon="clock")
        self.column.addLayout(head)
        self.column.addSpacing(2)
        self.column.addWidget(self.bars)
        self.column.addSpacing(4)
        self.column.addWidget(self._stuck)
        self.column.addStretch(1)

    def show_cards(self, cards: SliceView, name: str) -> None:
        """Stages, and the desk that holds most."""
        self._title.setText(titled(told("way.title"), name))
        self.bars.set_rows([StepRow(desk.label, desk.count, desk.waiting, desk.last) for desk in cards.desks])
        lead, rest = cards.stuck
        self._stuck.show_note(lead, rest, tone="amber")
        self._stuck.setVisible(bool(lead))


class WeeksCard(Card):
    """What came in and what was signed, week by week."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(padding=14, parent=parent)
        self._title = Label("", "label", weight=600)
        head = QHBoxLayout()
        head.addWidget(self._title)
        head.addStretch(1)
        self._note = Label(told("weeks.note"), "small", "secondary")
        head.addWidget(self._note)
        self.lines = WeekLines()
        self.column.addLayout(head)
        self.column.addWidget(self.lines, 1)

    def show_cards(self, cards: SliceView, name: str) -> None:
        """Lines with their words at the end."""
        self._title.setText(titled(told("weeks.title"), name))
        points = [WeekPoint(week.label, week.begun, week.signed, week.running) for week in cards.weeks]
        if not points:
            return
        last = points[-1]
        ends = (told("weeks.begun", count=last.begun), told("weeks.signed", count=last.signed))
        self.lines.set_points(points, ends)


class AttentionCard(Card):
    """Up to three things that need a hand; ``acted`` carries the concern."""

    acted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(padding=0, parent=parent)
        self._head = CardHeader(told("attention.title"))
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        self.column.addWidget(self._head)
        self.column.addLayout(self._rows)
        self.column.addStretch(1)

    def show_cards(self, cards: SliceView, name: str) -> None:
        """One line each with its action."""
        self._head.set_title(titled(told("attention.title"), name))
        clear(self._rows)
        for at, concern in enumerate(cards.concerns[:3]):
            if at:
                self._rows.addWidget(Rule())
            self._rows.addWidget(self._line(concern))
        if not cards.concerns:
            none = Label(told("nothing_attention"), "body", "secondary", wrap=True)
            none.setContentsMargins(14, 10, 14, 10)
            self._rows.addWidget(none)

    def _line(self, concern: ConcernView) -> QWidget:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(14, 2, 12, 2)
        row.setSpacing(10)
        row.addWidget(Sign(*_SIGNS[concern.kind], 16))
        row.addWidget(Label(concern.text, "body", wrap=True, numbers=True), 1)
        button = Button(concern.action, "link", small=True)
        button.setAccessibleName(f"{concern.action}: {concern.text}")
        button.clicked.connect(lambda _checked=False: self.acted.emit(concern))
        row.addWidget(button)
        return line


def titled(title: str, name: str) -> str:
    """A card's title, and whose figures these are when one unit is picked."""
    return f"{title} · {name}" if name else title


class _Padded(QStyledItemDelegate):
    """Cells with the room at their sides that the head has."""

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().initStyleOption(option, index)
        option.text = f"  {option.text}  "

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        hint = super().sizeHint(option, index)
        return QSize(hint.width() + 8, hint.height())


class NumberTable(QTableView):
    """A plain table of words and numbers to read, with a head; as high as its rows."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cells = QStandardItemModel(self)
        self.setModel(self._cells)
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setTabKeyNavigation(False)
        self.setFont(font("body", numbers=True))
        self.setWordWrap(False)
        self.setItemDelegate(_Padded(self))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(30)
        head = self.horizontalHeader()
        head.setFont(font("small"))
        head.setFixedHeight(30)
        head.setHighlightSections(False)
        head.setSectionsClickable(False)
        head.setDefaultAlignment(_RIGHT)

    def show_numbers(self, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """First column words, the others numbers."""
        self._cells.clear()
        self._cells.setHorizontalHeaderLabels(list(head))
        for cells in rows:
            items = [QStandardItem(text) for text in cells]
            for item in items[1:]:
                item.setTextAlignment(_RIGHT)
            self._cells.appendRow(items)
        first = self._cells.horizontalHeaderItem(0)
        if first is not None:
            first.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        columns = self.horizontalHeader()
        for at in range(len(head)):
            fixed = QHeaderView.ResizeMode.ResizeToContents
            columns.setSectionResizeMode(at, QHeaderView.ResizeMode.Stretch if at == 0 else fixed)
        self.setFixedHeight(32 + 30 * len(rows))
        self.updateGeometry()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Arriving shows where the hand is."""
        super().focusInEvent(event)
        if not self.currentIndex().isValid():
            self.setCurrentIndex(self._cells.index(0, 0))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """A table nobody reads has no row picked."""
        super().focusOutEvent(event)
        self.setCurrentIndex(QModelIndex())

    def sizeHint(self) -> QSize:
        """All rows."""
        return QSize(420, 32 + 30 * self._cells.rowCount())


class TwinCard(Card):
    """A titled table."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(padding=0, parent=parent)
        self.head = CardHeader(title)
        self.table = NumberTable(title)
        box = QVBoxLayout()
        box.setContentsMargins(8, 0, 8, 8)
        box.addWidget(self.table)
        self.column.addWidget(self.head)
        self.column.addLayout(box)

    def show_numbers(self, title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Replace everything."""
        self.head.set_title(title)
        self.table.setAccessibleName(title)
        self.table.show_numbers(head, rows)


def progress_rows(view: DashboardView) -> tuple[list[str], list[list[str]]]:
    """Head and rows of the progress table."""
    head = [
        told("table.place"),
        *(share.label for share in view.shares),
        told("table.total"),
        told("table.target"),
        told("table.part"),
    ]
    rows = [
        [
            place.name,
            *(number(count, lang=language()) for count in place.parts),
            number(place.done, lang=language()),
            number(place.target, lang=language()) if place.target else "–",
            share_text(place.done, place.target) or "–",
        ]
        for place in view.places
    ]
    return head, rows


def way_rows(cards: SliceView) -> tuple[list[str], list[list[str]]]:
    """Head and rows of the way of the data."""
    head = [told("table.stage"), told("table.total"), told("table.waiting")]
    return head, [
        [desk.label, number(desk.count, lang=language()), desk.waiting or "–"] for desk in cards.desks
    ]


def week_rows(cards: SliceView) -> tuple[list[str], list[list[str]]]:
    """Head and rows of the weeks."""
    head = [told("table.week"), told("table.begun"), told("table.signed")]
    return head, [
        [week.label, number(week.begun, lang=language()), number(week.signed, lang=language())]
        for week in cards.weeks
    ]
