"""The table of found records: a hundred thousand rows of 32 px of which only the pages in sight are held.

Owns which rows are needed now, the mark and posisi glyphs, search hits, the ring of the current row and the keys of
lists (design/UI.md section 6). A row that is not here yet is never shown blank: the picture moves on when its page has
come. The selection is not the table's; it asks and tells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QFocusEvent,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QTableView,
    QWidget,
)

from sidumba_field.ui.theme import font, text_width, theme
from sidumba_field.ui.widgets.check import paint_check
from sidumba_field.ui.widgets.found_header import CHECK, MARK, FoundHeader
from sidumba_field.ui.widgets.glyphs import MarkPainter, StatePainter, position_meaning
from sidumba_field.ui.widgets.painting import focus_inside, line_of_text

Index = QModelIndex | QPersistentModelIndex
ROW_PX = 32
PAGE = 60  # rows asked for at a time
PAGES = 3  # pages held: the one in sight and its neighbours
PICTURES = 40  # painted rows kept, some 150 KiB each
MEASURED = 30  # rows whose words give the widths of columns
_NUMBERS = ("money", "number")
_CODES = ("nik", "code")
_SOFT = ("title", "text", "unit", "choice", "owner")
CHECK_PX, MARK_PX, PAD = 46, 30, 8
MOST_PX = 300  # wider words are cut; the quick look (Space) has them whole


@dataclass(frozen=True, slots=True)
class FoundColumn:
    """One column: ``cell``: index into a row's cells; ``kind`` as in ``services.listing_views``."""

    path: str
    label: str
    kind: str
    width: int
    cell: int

    @property
    def right(self) -> bool:
        return self.kind in _NUMBERS


@dataclass(frozen=True, slots=True)
class FoundRow:
    """One row: its key, glyphs, texts and the sentence a screen reader says."""

    n: int
    rid: str
    mark: str
    posisi: str
    cells: tuple[str, ...]
    spoken: str


class FoundModel(QAbstractTableModel):
    """As many rows as were found; of their words only a few pages. ``wanted`` asks for a page: (number)."""

    wanted = Signal(int)
    arrived = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns: tuple[FoundColumn, ...] = ()
        self.count = 0
        self._pages: dict[int, Sequence[FoundRow]] = {}
        self._asked: set[int] = set()

    def reset(self, count: int, first: Sequence[FoundRow]) -> None:
        """Another list was found; its first page is here."""
        self.beginResetModel()
        self.count, self._pages, self._asked = count, {0: tuple(first)}, set()
        self.endResetModel()

    def renew(self, first: Sequence[FoundRow]) -> None:
        """The same list with fresh words: pages in sight are asked for again, the rest is forgotten."""
        self._pages, self._asked = {0: tuple(first)}, set()
        if self.count:
            self.dataChanged.emit(self.index(0, 0), self.index(self.count - 1, len(self.columns) + 1))

    def set_columns(self, columns: Sequence[FoundColumn]) -> None:
        self.beginResetModel()
        self.columns = tuple(columns)
        self.endResetModel()

    def put(self, page: int, rows: Sequence[FoundRow]) -> None:
        """A page has come; those furthest from it go."""
        self._asked.discard(page)
        self._pages[page] = tuple(rows)
        for far in sorted(self._pages, key=lambda held: abs(held - page))[PAGES:]:
            del self._pages[far]
        top, bottom = page * PAGE, min(self.count, (page + 1) * PAGE) - 1
        if bottom >= top:
            self.dataChanged.emit(self.index(top, 0), self.index(bottom, len(self.columns) + 1))
        self.arrived.emit()

    def row(self, at: int) -> FoundRow | None:
        """The row at a place, None while its page is not here."""
        rows = self._pages.get(at // PAGE, ())
        inside = at % PAGE
        return rows[inside] if 0 <= at < self.count and inside < len(rows) else None

    def held(self) -> Iterator[FoundRow]:
        """The rows at hand."""
        for page in self._pages.values():
            yield from page

    def ready(self, first: int, last: int) -> bool:
        """Whether every row from ``first`` to ``last`` is here; asks for pages that are not, and for neighbours."""
        last = min(last, self.count - 1)
        if last < first:
            return True
        need = range(first // PAGE, last // PAGE + 1)
        near = (need[0] - 1 if first % PAGE < PAGE // 2 else need[-1] + 1,)
        for page in (*need, *near):
            if (
                0 <= page * PAGE < self.count
                and page >= 0
                and page not in self._pages
                and page not in self._asked
            ):
                self._asked.add(page)
                self.wanted.emit(page)
        return all(page in self._pages for page in need)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  (Qt's own signature)
        return 0 if parent.isValid() else self.count

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.columns) + 2

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Words of a cell; the row as one sentence for a screen reader."""
        row = self.row(index.row()) if index.isValid() else None
        if row is None:
            return None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return row.spoken
        if role == Qt.ItemDataRole.DisplayRole and index.column() > MARK:
            return row.cells[self.columns[index.column() - 2].cell]
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        return self.columns[section - 2].label if MARK < section < len(self.columns) + 2 else ""


class RowPictures:
    """Rows already painted: scrolling moves pictures, only rows that come into sight are drawn."""

    def __init__(self) -> None:
        self._kept: dict[tuple[int, bool], QPixmap] = {}

    def clear(self) -> None:
        """Columns, colours, words or widths are others now."""
        self._kept.clear()

    def of(self, row: FoundRow, chosen: bool, draw: Callable[[], QPixmap]) -> QPixmap:
        """The picture of a row, drawn if it is not kept."""
        key = (row.n, chosen)
        found = self._kept.get(key)
        if found is None:
            if len(self._kept) >= PICTURES:
                del self._kept[next(iter(self._kept))]
            found = self._kept[key] = draw()
        return found


def paint_row(
    painter: QPainter,
    row: FoundRow,
    places: Sequence[tuple[FoundColumn, QRectF]],
    width: int,
    chosen: bool,
    searched: Sequence[str],
) -> None:
    """Ground, box, mark, words, hairline of one row at the top left of ``painter``."""
    current = theme()
    painter.fillRect(QRectF(0, 0, width, ROW_PX), current.color("bg.selected" if chosen else "bg.surface"))
    painter.fillRect(QRectF(0, ROW_PX - 1, width, 1), current.color("border.subtle"))
    paint_check(painter, QRectF(20, ROW_PX / 2 - 8, 16, 16), chosen)
    MarkPainter.paint(painter, QRectF(CHECK_PX + 6, ROW_PX / 2 - 8, 16, 16), row.mark)
    for column, area in places:
        _words(painter, area, column, row, searched)


def _words(
    painter: QPainter, area: QRectF, column: FoundColumn, row: FoundRow, searched: Sequence[str]
) -> None:
    text, current = row.cells[column.cell], theme()
    if column.kind == "state":
        meaning = position_meaning(row.posisi)
        StatePainter.paint(painter, QRectF(area.left(), area.center().y() - 8, 16, 16), row.posisi)
        said = area.adjusted(22, 0, PAD, 0)
        line_of_text(painter, said, text, font("small", weight=500), current.color(meaning.fg))
        return
    used = cell_font(column.kind)
    if searched and not column.right:
        _hits(painter, area, text, used, searched)
    tone = "text.primary" if column.kind in ("title", *_NUMBERS) else "text.secondary"
    align = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
    line_of_text(painter, area, text, used, current.color(tone), align)


def _hits(painter: QPainter, area: QRectF, text: str, used: QFont, words: Sequence[str]) -> None:
    """A tint behind every stretch that begins a word as it was searched."""
    metrics = QFontMetricsF(used)
    for start, end in hits_in(text, words):
        left = area.left() + metrics.horizontalAdvance(text[:start])
        width = metrics.horizontalAdvance(text[start:end])
        if left + width <= area.right():
            box = QRectF(left - 1, area.center().y() - 9, width + 2, 18)
            painter.fillRect(box, theme().color("special.searchHit"))


def cell_font(kind: str) -> QFont:
    """Digits of one width where figures and times stand, told apart where they are codes."""
    if kind == "title":
        return font("label")
    return font("body", numbers=kind in (*_NUMBERS, "changed", "period"), codes=kind in _CODES)


def hits_in(text: str, words: Sequence[str]) -> list[tuple[int, int]]:
    """Return (start, end) of every stretch of ``text`` that begins a word as one of ``words`` (small letters)."""
    low = text.lower()
    if len(low) != len(text):
        return []
    found = []
    for word in words:
        start = low.find(word)
        while start >= 0:
            if start == 0 or not low[start - 1].isalnum():
                found.append((start, start + len(word)))
            start = low.find(word, start + len(word))
    return sorted(found)


class FoundTable(QTableView):
    """The table. ``opened``/``looked``: row number of the list; ``toggled``: (row, on or None for the other way);
    ``moved``: the rows in sight changed."""

    opened = Signal(int)
    looked = Signal(int)
    toggled = Signal(int)
    stretched = Signal(int, int)  # from row, to row: Shift with arrows or mouse
    scrolled = Signal()

    def __init__(self, *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.found = FoundModel(self)
        self.searched: tuple[str, ...] = ()
        self.is_chosen: Callable[[int], bool] = lambda _n: False
        self._owed = 0
        self._anchor = -1
        self.extra = 0  # px kept free below the last row while a bar floats there
        self.setModel(self.found)
        self._pictures = RowPictures()
        self.head = FoundHeader(lambda: self.found.columns, self)
        self.setHorizontalHeader(self.head)
        self.head.setStretchLastSection(True)
        down = self.verticalHeader()
        down.hide()
        down.setSectionResizeMode(down.ResizeMode.Fixed)
        down.setMinimumSectionSize(ROW_PX)
        down.setDefaultSectionSize(ROW_PX)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setAccessibleName(name)
        self.found.arrived.connect(self._settle_debt)
        theme().changed.connect(self._repaint_all)

    # -- what is shown

    def show_columns(self, columns: Sequence[FoundColumn]) -> None:
        """Other columns."""
        self.found.set_columns(columns)
        self.spread()

    def spread(self) -> None:
        """Each column gets what its words in sight need; what is left over goes by the widths of the design.

        Where it does not fit, words give way before figures, states and times do.
        """
        columns = self.found.columns
        self.setColumnWidth(CHECK, CHECK_PX)
        self.setColumnWidth(MARK, MARK_PX)
        room = self.viewport().width() - CHECK_PX - MARK_PX
        need = [self._needed(column) for column in columns]
        soft = [column.kind in _SOFT for column in columns]
        if sum(need) > room:
            lack, bendable = (
                sum(need) - room,
                sum(n for n, gives in zip(need, soft, strict=True) if gives) or 1,
            )
            widths = [n - lack * n / bendable if gives else n for n, gives in zip(need, soft, strict=True)]
        else:
            wish = [max(0.0, column.width - n) for column, n in zip(columns, need, strict=True)]
            slack = room - sum(need)
            share = min(1.0, slack / (sum(wish) or 1))
            rest = max(0.0, slack - sum(wish)) / (sum(soft) or 1)
            widths = [
                n + w * share + (rest if gives else 0) for n, w, gives in zip(need, wish, soft, strict=True)
            ]
        for at, width in enumerate(widths, start=2):
            self.setColumnWidth(at, max(56, int(width)))
        self._pictures.clear()

    def _needed(self, column: FoundColumn) -> float:
        """Px the head and the rows at hand need in a column."""
        used = cell_font(column.kind)
        icon = 22 if column.kind == "state" else 0
        metrics = QFontMetricsF(used)
        rows = islice(self.found.held(), MEASURED)
        words = max((metrics.horizontalAdvance(row.cells[column.cell]) for row in rows), default=0.0)
        head = text_width(column.label, font("small", weight=600)) + 18
        return max(head, min(words + icon, MOST_PX)) + 2 * PAD

    def show_found(self, count: int, first: Sequence[FoundRow], searched: str, *, keep: bool = False) -> None:
        """Another list (the hand goes to its first row), or the same one with fresh words (``keep``)."""
        self.searched = tuple(word.lower() for word in searched.split())
        self._pictures.clear()
        self._owed = 0
        if keep and count == self.found.count:
            self.found.renew(first)
            self.found.ready(*self.in_sight())
            return
        row = self.currentIndex().row() if keep else 0
        self.found.reset(count, first)
        self.spread()
        if count:
            self._go(min(max(row, 0), count - 1))
        self.scrolled.emit()

    def in_sight(self) -> tuple[int, int]:
        """First and last row number in sight."""
        top = self.rowAt(0)
        bottom = self.rowAt(self.viewport().height() - ROW_PX // 2)
        last = self.found.count - 1
        return max(top, 0), last if bottom < 0 else bottom

    def current_row(self) -> FoundRow | None:
        """The row under the hand, None while it is not here or there is none."""
        return self.found.row(self.currentIndex().row())

    def hand_rect(self) -> QRect:
        """The row under the hand, in the table's coordinates; a toast keeps off it."""
        row = self.visualRect(self.currentIndex())
        return QRect(self.viewport().mapTo(self, QPoint(0, row.top())), row.size())

    # -- moving without blank rows

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Move on only over rows that are here; else when their page has come."""
        self._owed += dy
        top = self.verticalScrollBar().value()
        rows = self.viewport().height() // ROW_PX + 1
        if self._owed and not self.found.ready(top, top + rows):
            if dx:
                super().scrollContentsBy(dx, 0)
            return
        owed, self._owed = self._owed, 0
        super().scrollContentsBy(dx, owed)
        self.scrolled.emit()

    def _settle_debt(self) -> None:
        if self._owed:
            top = self.verticalScrollBar().value()
            if self.found.ready(top, top + self.viewport().height() // ROW_PX + 1):
                owed, self._owed = self._owed, 0
                super().scrollContentsBy(0, owed)
                self.scrolled.emit()
        self.viewport().update()

    def updateGeometries(self) -> None:
        """A floating bar takes room: the last rows can be scrolled above it."""
        super().updateGeometries()
        bar = self.verticalScrollBar()
        if self.extra and bar.maximum() > 0:
            bar.setMaximum(bar.maximum() + -(-self.extra // ROW_PX))

    def set_extra(self, px: int) -> None:
        """Keep ``px`` free below the last row."""
        if px != self.extra:
            self.extra = px
            self.updateGeometries()

    # -- hands

    def _go(self, row: int) -> None:
        self.setCurrentIndex(self.found.index(row, 2 if self.found.columns else 0))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move, Enter opens, Space looks, Shift stretches, Ctrl+Space toggles; letters are the screen's."""
        key, held, row = event.key(), event.modifiers(), self.currentIndex().row()
        page = max(1, self.viewport().height() // ROW_PX - 1)
        steps = {
            Qt.Key.Key_Up: row - 1,
            Qt.Key.Key_Down: row + 1,
            Qt.Key.Key_PageUp: row - page,
            Qt.Key.Key_PageDown: row + page,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: self.found.count - 1,
        }
        shift, control = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
        if key in steps and self.found.count and not held & Qt.KeyboardModifier.AltModifier:
            self._step(max(0, min(self.found.count - 1, steps[Qt.Key(key)])), bool(held & shift))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not held & control and row >= 0:
            self.opened.emit(row)
        elif key == Qt.Key.Key_Space and row >= 0:
            if held & control:
                self._anchor = row
                self.toggled.emit(row)
            else:
                self.looked.emit(row)
        else:
            event.ignore()

    def _step(self, to: int, stretch: bool) -> None:
        row = self.currentIndex().row()
        if stretch:
            if self._anchor < 0:
                self._anchor = row
            self._go(to)
            self.stretched.emit(self._anchor, to)
        else:
            self._anchor = -1
            self._go(to)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The box toggles, Ctrl toggles, Shift stretches; elsewhere the hand goes there."""
        row = self.rowAt(int(event.position().y()))
        if row < 0:
            return
        held = event.modifiers()
        if held & Qt.KeyboardModifier.ShiftModifier:
            self._step(row, True)
            return
        self._go(row)
        self._anchor = row
        if self.columnAt(int(event.position().x())) == CHECK or held & Qt.KeyboardModifier.ControlModifier:
            self.toggled.emit(row)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Twice opens."""
        row = self.rowAt(int(event.position().y()))
        if row >= 0 and self.columnAt(int(event.position().x())) != CHECK:
            self.opened.emit(row)

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Both rows are drawn whole: the ring goes around all cells."""
        super().currentChanged(current, previous)
        self.viewport().update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self.found.count:
            self._go(0)
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.spread()
        self.found.ready(*self.in_sight())
        self.scrolled.emit()

    def _repaint_all(self) -> None:
        self._pictures.clear()
        self.viewport().update()

    def _places(self) -> list[tuple[FoundColumn, QRectF]]:
        """Where the words of each column stand in a row."""
        found = []
        for at, column in enumerate(self.found.columns, start=2):
            left, width = self.columnViewportPosition(at), self.columnWidth(at)
            found.append((column, QRectF(left + PAD, 0, width - 2 * PAD, ROW_PX)))
        return found

    def _drawn(self, row: FoundRow, chosen: bool) -> QPixmap:
        ratio, width = self.devicePixelRatioF(), self.viewport().width()
        picture = QPixmap(round(width * ratio), round(ROW_PX * ratio))
        picture.setDevicePixelRatio(ratio)
        painter = QPainter(picture)
        paint_row(painter, row, self._places(), width, chosen, self.searched)
        painter.end()
        return picture

    def paintEvent(self, event: QPaintEvent) -> None:
        """Pictures of the rows in sight, grey bars for one that is on its way, the ring of the current row."""
        painter, current = QPainter(self.viewport()), theme()
        painter.fillRect(event.rect(), current.color("bg.surface"))
        top = self.rowAt(event.rect().top())
        bottom = self.rowAt(event.rect().bottom())
        last = self.found.count - 1 if bottom < 0 else bottom
        for at in range(top, last + 1) if top >= 0 else ():
            row, y = self.found.row(at), self.rowViewportPosition(at)
            if row is None:
                for _, area in self._places():
                    bar = QRectF(area.left(), y + ROW_PX / 2 - 4, area.width() * 0.6, 8)
                    painter.fillRect(bar, current.color("border.subtle"))
            else:
                chosen = self.is_chosen(row.n)
                painter.drawPixmap(0, y, self._pictures.of(row, chosen, partial(self._drawn, row, chosen)))
        index = self.currentIndex()
        if self.hasFocus() and index.isValid():
            y = self.rowViewportPosition(index.row())
            focus_inside(painter, QRectF(0, y - 1, self.viewport().width(), ROW_PX + 1))
        painter.end()
