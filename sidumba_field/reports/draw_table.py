"""Draws one table: heads repeated on each page, rows never split, a total row, the last rows kept with what follows.

Rows stream through: only the two last ones are held back, to go over to the next page together with the signatures.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from sidumba_field.reports.faces import Style, face, printable
from sidumba_field.reports.flow import Flow
from sidumba_field.reports.geometry import MM
from sidumba_field.reports.model import Align, Column, Table, Value
from sidumba_field.reports.sums import Sums

PAD_X, PAD_Y, LEADING, BASE = 4.0, 3.0, 1.2, 0.93
HEAD_SIZE, NUMBER_SIZE, TITLE_SIZE = 9.5, 8.0, 10.0
SMALLEST_HEAD, PAD_HEAD = 6.0, 2.0
SMALLEST_WHOLE, SMALLEST_SCALE = 4.0, 0.72
KEPT_ROWS = 2
SHORT_TABLE = 12


@dataclass(frozen=True, slots=True)
class Row:
    """A measured row: lines per column, its height in points, and how it is set."""

    lines: tuple[list[str], ...]
    height: float
    style: Style = Style.REGULAR
    merged: int = 0


def draw_table(flow: Flow, table: Table, keep: float = 0.0) -> None:
    """Draw ``table`` where the flow stands; its last two rows stay with the next ``keep`` points."""
    _Drawer(flow, table).draw(keep)


class _Drawer:
    def __init__(self, flow: Flow, table: Table) -> None:
        self._flow = flow
        self._table = table
        shares = sum(column.width for column in table.columns)
        unit = flow.sheet.content_width / shares
        # Shares are millimetres of the sheet a table was made for: on a smaller one its words are smaller too.
        scale = min(1.0, max(SMALLEST_SCALE, unit / MM))
        self._columns = tuple(replace(one, size=one.size * scale) for one in table.columns)
        self._widths = self._roomy([column.width * unit for column in table.columns])
        self._edges = [flow.sheet.left]
        for width in self._widths:
            self._edges.append(self._edges[-1] + width)
        self._sums = Sums(table.columns)
        self._head_size = self._fitting_head_size()
        self._head, self._head_height = self._measure_head()
        self._open = False
        self._top = 0.0
        self._merge_from: float | None = None
        self._merged = 0

    def draw(self, keep: float) -> None:
        if self._table.title:
            self._flow.defer(TITLE_SIZE * 1.6, self._draw_title)
        held: deque[Row] = deque()
        kept = KEPT_ROWS
        if isinstance(self._table.rows, tuple) and len(self._table.rows) <= SHORT_TABLE:
            kept = SHORT_TABLE  # a short table stays whole
        for row in self._rows():
            held.append(row)
            if len(held) > kept:
                self._put(held.popleft())
        self._put_last([*held, *self._total()], keep)
        self._close()

    # ------------------------------------------------------------------------------------------------------- measuring

    def _roomy(self, widths: list[float]) -> list[float]:
        """Give numbers and heads the room they need without being broken; the wider columns of words can spare it."""
        mean = sum(widths) / len(widths)
        needs = [self._needed(column) for column in self._columns]
        short = [max(0.0, need - width) for need, width in zip(needs, widths, strict=True)]
        spare = [
            0.0 if column.whole or width < mean else max(0.0, width - need)
            for column, need, width in zip(self._columns, needs, widths, strict=True)
        ]
        given = min(1.0, sum(spare) / (sum(short) or 1.0))
        taken = given * sum(short) / (sum(spare) or 1.0)
        return [
            width + lack * given - more * taken
            for width, lack, more in zip(widths, short, spare, strict=True)
        ]

    def _needed(self, column: Column) -> float:
        head = max((face(Style.BOLD).width(word, SMALLEST_HEAD) for word in column.head.split()), default=0.0)
        number = face(Style.REGULAR).width(column.sample, column.size) if column.sample else -2 * PAD_X
        return max(head + 2 * PAD_HEAD, number + 2 * PAD_X)

    def _rows(self) -> Iterator[Row]:
        empty = True
        for row in self._table.rows:
            empty = False
            self._flow.rows_done += 1
            self._sums.add(row)
            yield from self._fit(self._measure(row))
        if empty and self._table.empty:
            height = self._columns[0].size * LEADING + 2 * PAD_Y
            yield Row(([self._table.empty],), height, Style.ITALIC, len(self._columns))

    def _measure(self, row: Mapping[str, Value]) -> Row:
        lines: list[list[str]] = []
        height = 0.0
        regular = face(Style.REGULAR)
        for column, width in zip(self._columns, self._widths, strict=True):
            text = printable(column.write(row.get(column.key)))
            room = width - 2 * PAD_X
            stands = column.whole and (bool(column.sample) or self._shrinks(text, column, room))
            cell = [text] if stands else None
            if cell is None:
                cell = regular.wrap(text, column.size, room)
            lines.append(cell)
            height = max(height, len(cell) * column.size)
        return Row(tuple(lines), height * LEADING + 2 * PAD_Y)

    @staticmethod
    def _shrinks(text: str, column: Column, room: float) -> bool:
        """Whether the text stands on one line, set smaller if need be."""
        wide = face(Style.REGULAR).width(text, column.size)
        return wide <= room or (wide * SMALLEST_WHOLE <= room * column.size and "\n" not in text)

    def _fit(self, row: Row) -> Iterator[Row]:
        """The row itself; only one that is taller than a whole page comes in pieces, because nothing may be lost."""
        limit = self._flow.sheet.content_height - self._head_height - TITLE_SIZE * 4
        if row.height <= limit:
            yield row
            return
        largest = max(column.size for column in self._columns)
        step = int((limit - 2 * PAD_Y) / (largest * LEADING))
        for start in range(0, max(map(len, row.lines)), step):
            part = tuple(cell[start : start + step] for cell in row.lines)
            yield Row(part, max(map(len, part)) * largest * LEADING + 2 * PAD_Y)

    def _total(self) -> list[Row]:
        if not self._table.total_label:
            return []
        ready = self._table.total
        first = next((i for i, column in enumerate(self._columns) if column.total), len(self._columns))
        first = first if ready is None else 1
        lines: list[list[str]] = [[] for _ in self._columns]
        for i, column in enumerate(self._columns):
            if ready is not None and i:
                lines[i] = [printable(column.write(ready.get(column.key)))]
            elif column.total and ready is None:
                lines[i] = [printable(column.write(self._sums.of(column.key)))]
        if first:
            lines[0] = [printable(self._table.total_label)]
        height = max(column.size for column in self._columns) * LEADING + 2 * PAD_Y
        return [Row(tuple(lines), height, Style.BOLD, first)]

    def _fitting_head_size(self) -> float:
        """Heads are set as large as their longest word allows: a word broken in the middle is hard to read."""
        bold, size = face(Style.BOLD), HEAD_SIZE
        for column, width in zip(self._columns, self._widths, strict=True):
            for word in printable(column.head).split():
                size = min(size, (width - 2 * PAD_HEAD) / max(bold.width(word, 1.0), 0.1))
        return max(size, SMALLEST_HEAD)

    def _measure_head(self) -> tuple[list[list[str]], float]:
        if not self._table.heads:
            return [], 0.0
        bold = face(Style.BOLD)
        head = [
            bold.wrap(printable(column.head), self._head_size, width - 2 * PAD_HEAD)
            for column, width in zip(self._columns, self._widths, strict=True)
        ]
        height = max(map(len, head)) * self._head_size * LEADING + 2 * PAD_Y + 2
        return head, height + (self._number_height if self._table.numbered else 0.0)

    @property
    def _number_height(self) -> float:
        return NUMBER_SIZE * LEADING + 2

    # --------------------------------------------------------------------------------------------------------- placing

    def _put(self, row: Row) -> None:
        self._make_room(row.height)
        self._draw_row(row)

    def _put_last(self, rows: list[Row], keep: float) -> None:
        """The held rows and the total go together; with ``keep`` they go where the signatures will fit too."""
        needed = sum(row.height for row in rows)
        if self._head_height + needed + keep <= self._flow.sheet.content_height:
            self._make_room(needed + keep)
        for row in rows:
            self._put(row)

    def _make_room(self, height: float) -> None:
        if not self._open:
            self._flow.place(self._head_height + height)
            self._begin()
        elif self._flow.room < height:
            self._close()
            self._flow.turn()
            self._begin()

    def _begin(self) -> None:
        flow, pen = self._flow, self._flow.pen
        self._open, self._top = True, flow.y
        pen.rule(self._edges[0], flow.y, self._edges[-1], flow.y)
        if self._head:
            self._draw_head()

    def _close(self) -> None:
        """Draw the uprights of this page's part; merged cells have none inside."""
        if not self._open:
            return
        pen, bottom = self._flow.pen, self._flow.y
        for i, x in enumerate(self._edges):
            inside = 0 < i < len(self._edges) - 1
            merged = inside and i < self._merged and self._merge_from is not None
            pen.rule(x, self._top, x, self._merge_from if merged and self._merge_from is not None else bottom)
        self._open, self._merge_from = False, None

    # --------------------------------------------------------------------------------------------------------- drawing

    def _draw_title(self, y: float) -> None:
        self._flow.pen.text(
            self._edges[0], y + TITLE_SIZE * 1.1, printable(self._table.title), TITLE_SIZE, Style.BOLD
        )

    def _draw_head(self) -> None:
        flow, pen = self._flow, self._flow.pen
        names = self._head_height - (self._number_height if self._table.numbered else 0.0)
        pen.fill(self._edges[0], flow.y, self._edges[-1] - self._edges[0], names)
        for i, lines in enumerate(self._head):
            size = self._head_size
            y = flow.y + (names - len(lines) * size * LEADING) / 2 + size * BASE
            for line in lines:
                pen.text_centre((self._edges[i] + self._edges[i + 1]) / 2, y, line, size, Style.BOLD)
                y += size * LEADING
        flow.y += names
        pen.rule(self._edges[0], flow.y, self._edges[-1], flow.y)
        if self._table.numbered:
            for i in range(len(self._columns)):
                middle = (self._edges[i] + self._edges[i + 1]) / 2
                size = min(NUMBER_SIZE, self._head_size)
                pen.text_centre(middle, flow.y + NUMBER_SIZE * 1.08, str(i + 1), size, Style.ITALIC)
            flow.y += self._number_height
            pen.rule(self._edges[0], flow.y, self._edges[-1], flow.y)

    def _draw_row(self, row: Row) -> None:
        flow = self._flow
        if row.merged:
            self._merge_from, self._merged = flow.y, row.merged
        for i, lines in enumerate(row.lines):
            self._draw_cell(i, lines, row)
        flow.y += row.height
        flow.pen.rule(self._edges[0], flow.y, self._edges[-1], flow.y)

    def _draw_cell(self, i: int, lines: list[str], row: Row) -> None:
        pen, column = self._flow.pen, self._columns[i]
        left, right = self._edges[i] + PAD_X, self._edges[i + 1] - PAD_X
        align = column.align
        if row.merged and i == 0:
            right, align = self._edges[row.merged] - PAD_X, Align.CENTRE
        y = self._flow.y + PAD_Y + column.size * BASE
        size = column.size
        if column.whole and len(lines) == 1:
            wide = face(row.style).width(lines[0], size)
            size = size if wide <= right - left else size * (right - left) / wide
        for line in lines:
            if align is Align.LEFT:
                pen.text(left, y, line, size, row.style)
            elif align is Align.RIGHT:
                pen.text_right(right, y, line, size, row.style)
            else:
                pen.text_centre((left + right) / 2, y, line, size, row.style)
            y += size * LEADING
