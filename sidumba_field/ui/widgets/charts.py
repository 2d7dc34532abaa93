"""Charts drawn with the painter: stacked bars to pick from, the way of the data, and lines over weeks.

Colour is never the only carrier: pieces are separated by a gap, what came back is hatched, lines have their own dots
and words at their ends. Each chart speaks its numbers as accessible text; its table twin is the screen's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from sidumba_field.ui.theme import font, paint_icon, text_width, theme
from sidumba_field.ui.widgets.painting import line_of_text, rounded
from sidumba_field.ui.widgets.rows import ITEM, Index, RowDelegate, RowList
from sidumba_field.ui.widgets.speech import language
from sidumba_field.words import number

#: The colour drawn hatched.
HATCHED = "kembali"
BAR = 16
_RIGHT, _MIDDLE = Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignHCenter


def chart_brush(tone: str, ratio: float = 1.0) -> QBrush:
    """The fill of a chart colour: plain, or hatched where colour alone would not do."""
    color = theme().color(f"chart.{tone}")
    if tone != HATCHED:
        return QBrush(color)
    side = 6
    tile = QPixmap(round(side * ratio), round(side * ratio))
    tile.setDevicePixelRatio(ratio)
    tile.fill(theme().color("bg.surface"))
    painter = QPainter(tile)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(color, 2.1))
    for shift in (-side, 0, side):
        painter.drawLine(QPointF(shift - 1, side + 1), QPointF(shift + side + 1, -1))
    painter.end()
    return QBrush(tile)


@dataclass(frozen=True, slots=True)
class BarRow:
    """One bar: its ``key``, name, pieces (tone, count), length of a full bar, and the two numbers at its right."""

    key: str
    name: str
    parts: tuple[tuple[str, int], ...]
    full: int
    amount: str
    share: str
    said: str

    def spoken(self) -> str:
        """One sentence."""
        return self.said


class _BarDelegate(RowDelegate):
    """Name, bar, numbers."""

    height = 31
    hairline = False

    def words(self, painter: QPainter, rect: QRectF, index: Index, current: bool, focused: bool) -> None:
        row: BarRow = index.data(ITEM)
        view = self.parent()
        names = view.name_width() if isinstance(view, BarList) else 108
        amounts = view.amount_width() if isinstance(view, BarList) else 90
        tones = theme()
        used = font("body")
        line_of_text(
            painter, QRectF(14, rect.top(), names, rect.height()), row.name, used, tones.color("text.primary")
        )
        right = rect.right() - 15
        share = QRectF(right - 44, rect.top(), 44, rect.height())
        strong = font("label", numbers=True, weight=600)
        line_of_text(painter, share, row.share, strong, tones.color("text.primary"), _RIGHT)
        right -= 54 if row.share else 0
        amount = QRectF(right - amounts, rect.top(), amounts, rect.height())
        quiet = font("body", numbers=True)
        line_of_text(painter, amount, row.amount, quiet, tones.color("text.secondary"), _RIGHT)
        left = 14 + names + 14
        bar = QRectF(left, rect.center().y() - BAR / 2, amount.left() - 18 - left, BAR)
        self._bar(painter, bar, row)

    def _bar(self, painter: QPainter, bar: QRectF, row: BarRow) -> None:
        if bar.width() < 8:
            return
        rounded(painter, bar, 3, theme().color("state.slate.tint"), None)
        painter.save()
        shape = QPainterPath()
        shape.addRoundedRect(bar, 3, 3)
        painter.setClipPath(shape)
        ratio = painter.device().devicePixelRatio() if painter.device() is not None else 1.0
        left = bar.left()
        for tone, count in row.parts:
            width = bar.width() * count / row.full if row.full else 0.0
            if count <= 0:
                continue
            # A piece never vanishes: two pixels are the least somebody sees.
            width = max(2.0, width)
            piece = QRectF(left, bar.top(), width, bar.height())
            painter.setBrushOrigin(piece.topLeft())
            painter.fillRect(piece, chart_brush(tone, ratio))
            left += width
            painter.fillRect(QRectF(left, bar.top(), 1, bar.height()), theme().color("bg.surface"))
            left += 1
        painter.restore()

    def focus(self, painter: QPainter, rect: QRectF) -> None:
        """A box around the row."""
        rounded(painter, rect.adjusted(4, 1, -4, -1), 7, None, theme().color("accent.ring"), 2.0)

    def ground(self, painter: QPainter, rect: QRectF, index: Index, current: bool, focused: bool) -> None:
        """The row picked."""
        if current:
            rounded(painter, rect.adjusted(4, 1, -4, -1), 7, theme().color("bg.selected"), None)


class BarList(RowList):
    """Stacked bars, one per row; the row under the hand is the one picked."""

    def __init__(self, *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(_BarDelegate(), name=name, parent=parent)

    def set_items(self, items: Sequence[BarRow]) -> None:
        """Show these bars; the list wants as much room as they have."""
        super().set_items(items)
        self.setMinimumHeight(self.minimumSizeHint().height())
        self.updateGeometry()

    def pick(self, key: str) -> None:
        """Put the hand on a unit; "" takes it off, so that all of them are meant."""
        if key:
            self.go_to(key)
        else:
            self.setCurrentIndex(QModelIndex())

    def _go_near(self, row: int) -> None:
        """Nothing is picked by itself: the cards beside then speak of everything."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape takes the hand off, while there is one on a row."""
        if event.key() == Qt.Key.Key_Escape and self.currentIndex().isValid():
            self.pick("")
            self.moved.emit("")
            return
        super().keyPressEvent(event)

    def name_width(self) -> float:
        """Room for the longest name, but never more than a third."""
        longest = max((text_width(row.name, font("body")) for row in self.items()), default=80.0)
        return min(longest + 2, self.viewport().width() / 3)

    def amount_width(self) -> float:
        """Room for the widest numbers."""
        used = font("body", numbers=True)
        return max((text_width(row.amount, used) for row in self.items()), default=60.0) + 2

    def sizeHint(self) -> QSize:
        """All rows."""
        return QSize(420, 31 * len(self.items()) + 2)

    def minimumSizeHint(self) -> QSize:
        """A few rows; the rest scrolls."""
        return QSize(240, 31 * min(8, len(self.items())) + 2)


class Swatch(QWidget):
    """A square of a chart colour in a legend."""

    def __init__(self, tone: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tone = tone
        self.setFixedSize(10, 10)
        theme().changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The square."""
        painter = QPainter(self)
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(self.rect()), 2, 2)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillPath(shape, chart_brush(self._tone, self.devicePixelRatioF()))
        painter.end()


@dataclass(frozen=True, slots=True)
class StepRow:
    """One stage: words, how many came as far, what waits behind it, the end of the way."""

    label: str
    count: int
    waiting: str = ""
    last: bool = False


class StepBars(QWidget):
    """The way of the data: one bar per stage, between them what waits."""

    _ROW, _GAP = 19, 27

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[StepRow, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.update)

    def set_rows(self, rows: Sequence[StepRow]) -> None:
        """Show these stages."""
        self._rows = tuple(rows)
        said = [f"{row.label} {number(row.count, lang=language())}. {row.waiting}".strip() for row in rows]
        self.setAccessibleName("; ".join(said))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """As high as its stages."""
        return QSize(300, len(self._rows) * self._ROW + max(0, len(self._rows) - 1) * self._GAP)

    def minimumSizeHint(self) -> QSize:
        """As high as its stages."""
        return QSize(240, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Bars and what waits between them."""
        if not self._rows:
            return
        painter = QPainter(self)
        tones, used = theme(), font("body", numbers=True)
        most = max(1, *(row.count for row in self._rows))
        figures = [number(row.count, lang=language()) for row in self._rows]
        strong = font("label", numbers=True)
        room = max(text_width(figure, strong) for figure in figures) + 12
        left = max(text_width(row.label, used) for row in self._rows) + 16
        top = 0.0
        for row, figure in zip(self._rows, figures, strict=True):
            line = QRectF(0, top, self.width(), self._ROW)
            weight = font("label", weight=600) if row.last else used
            line_of_text(painter, line.adjusted(0, 0, left - self.width(), 0), row.label, weight,
                         tones.color("text.primary"))  # fmt: skip
            width = (self.width() - left - room) * row.count / most
            tone = "chart.disahkan" if row.last else "chart.kadisKabupaten"
            if row.count:
                bar = QRectF(left, top + 1, max(3.0, width), self._ROW - 2)
                rounded(painter, bar, 3, tones.color(tone), None)
            line_of_text(painter, line, figure, strong, tones.color("text.primary"), _RIGHT)
            if row.waiting:
                # Words may begin left of the bars: on a narrow card they matter more than their place.
                wide = text_width(row.waiting, font("small", numbers=True)) + 20
                begin = max(0.0, min(left, self.width() - wide))
                box = QRectF(begin, top + self._ROW + 6, 14, 14)
                paint_icon(painter, "corner-down-right", box, tones.color("text.tertiary"))
                text = QRectF(begin + 18, top + self._ROW, self.width() - begin - 18, self._GAP)
                line_of_text(
                    painter, text, row.waiting, font("small", numbers=True), tones.color("text.secondary")
                )
            top += self._ROW + self._GAP
        painter.end()


@dataclass(frozen=True, slots=True)
class WeekPoint:
    """One week: label below the axis, the two counts, not over yet."""

    label: str
    begun: int
    signed: int
    running: bool = False


class WeekLines(QWidget):
    """Two lines over the weeks: open dots for what began, squares for what was signed; words at their ends."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._points: tuple[WeekPoint, ...] = ()
        self._ends = ("", "")
        self.setMinimumHeight(120)
        theme().changed.connect(self.update)

    def set_points(self, points: Sequence[WeekPoint], ends: tuple[str, str]) -> None:
        """Show these weeks; ``ends``: words at the end of the upper kinds of line, begun and signed."""
        self._points, self._ends = tuple(points), ends
        self.setAccessibleName("; ".join(f"{point.label}: {point.begun}, {point.signed}" for point in points))
        self.update()

    def sizeHint(self) -> QSize:
        """Wider than high."""
        return QSize(420, 140)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Axis, lines, dots, words."""
        if not self._points:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        small = font("small", numbers=True)
        ends = max(text_width(words, small) for words in self._ends) + 12
        step, top = _nice(max(max(point.begun, point.signed) for point in self._points))
        scale = max(text_width(number(top, lang=language()), small), 16.0) + 10
        field = QRectF(scale, 10, self.width() - scale - ends - 6, self.height() - 36)
        self._axis(painter, field, step, top)
        tones = theme()
        for name, color, words, other in (
            ("begun", "chart.kadisKabupaten", self._ends[0], "signed"),
            ("signed", "chart.disahkan", self._ends[1], "begun"),
        ):
            places = [
                self._place(field, at, getattr(point, name), top) for at, point in enumerate(self._points)
            ]
            self._line(painter, places, tones.color(color), square=name == "signed")
            end, against = places[-1].y(), getattr(self._points[-1], other)
            gap = end - self._place(field, 0, against, top).y()
            shift = 0.0 if abs(gap) >= 15 else (7.5 if gap > 0 or (gap == 0 and name == "signed") else -7.5)
            box = QRectF(places[-1].x() + 10, end - 8 + shift, ends, 16)
            ink = tones.color("state.teal.fg" if name == "signed" else "accent.fg")
            line_of_text(painter, box, words, small, ink)
        painter.end()

    def _place(self, field: QRectF, at: int, value: int, top: int) -> QPointF:
        across = field.width() * (at + 0.3) / max(1, len(self._points) - 0.4)
        return QPointF(field.left() + across, field.bottom() - field.height() * value / top)

    def _axis(self, painter: QPainter, field: QRectF, step: int, top: int) -> None:
        tones, small = theme(), font("small", numbers=True)
        for value in range(0, top + 1, step):
            y = field.bottom() - field.height() * value / top
            painter.fillRect(QRectF(field.left(), round(y), field.width() + 24, 1), tones.color("chart.grid"))
            box = QRectF(0, y - 8, field.left() - 8, 16)
            line_of_text(
                painter, box, number(value, lang=language()), small, tones.color("text.secondary"), _RIGHT
            )
        widest = max(text_width(point.label, small) for point in self._points) + 14
        every = max(1, -(-round(widest) * len(self._points) // max(1, round(field.width()))))
        for at in range(len(self._points) - 1, -1, -every):
            x = self._place(field, at, 0, top).x()
            box = QRectF(x - widest / 2, field.bottom() + 7, widest, 16)
            line_of_text(painter, box, self._points[at].label, small, tones.color("text.secondary"), _MIDDLE)

    def _line(self, painter: QPainter, places: list[QPointF], color: QColor, *, square: bool) -> None:
        ground = theme().color("bg.surface")
        path = QPainterPath(places[0])
        for place in places[1:]:
            path.lineTo(place)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(color, 1.8))
        painter.drawPath(path)
        for at, place in enumerate(places):
            running = self._points[at].running
            if square:
                painter.setPen(QPen(color, 1.6))
                painter.setBrush(ground if running else color)
                painter.drawRect(QRectF(place.x() - 2.5, place.y() - 2.5, 5, 5))
            else:
                style = Qt.PenStyle.DotLine if running else Qt.PenStyle.SolidLine
                painter.setPen(QPen(color, 1.8, style))
                painter.setBrush(ground)
                painter.drawEllipse(place, 3.2, 3.2)


def _nice(most: int) -> tuple[int, int]:
    """Distance of the grid's lines and its top, for the largest value: at most four lines, round numbers."""
    step = 1
    while True:
        for factor in (1, 2, 5):
            if step * factor * 3 >= most:
                width = step * factor
                return width, max(width, -(-most // width) * width)
        step *= 10
