"""The head of the table of found records: select all, names of columns, and which of them gives the order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QHeaderView, QWidget

from sidumba_field.ui.theme import font, paint_icon, radius, text_width, theme
from sidumba_field.ui.widgets.check import paint_check
from sidumba_field.ui.widgets.painting import line_of_text, rounded

HEIGHT = 30
CHECK, MARK = 0, 1


class HeadColumn(Protocol):
    """A column as its head needs it."""

    @property
    def path(self) -> str: ...

    @property
    def label(self) -> str: ...

    @property
    def right(self) -> bool: ...


class FoundHeader(QHeaderView):
    """``sorted_by``: path of the column pressed; ``all_toggled``: the box at the left."""

    sorted_by = Signal(str)
    all_toggled = Signal()

    def __init__(self, columns: Callable[[], Sequence[HeadColumn]], parent: QWidget) -> None:
        """``columns``: those shown now, behind the box and the mark."""
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._columns = columns
        self._sort, self._descending, self._all = "", True, "none"
        self.setSectionResizeMode(self.ResizeMode.Fixed)
        self.setMinimumSectionSize(24)
        self.setSectionsClickable(False)
        self.setFixedHeight(HEIGHT)
        theme().changed.connect(self.viewport().update)

    def set_sort(self, path: str, descending: bool) -> None:
        """Show the order in force."""
        self._sort, self._descending = path, descending
        self.viewport().update()

    def set_all(self, state: str) -> None:
        """The box: "none", "some" or "all"."""
        if state != self._all:
            self._all = state
            self.viewport().update()

    def sizeHint(self) -> QSize:
        return QSize(100, HEIGHT)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The box selects all results, a name gives the order."""
        section = self.logicalIndexAt(event.position().toPoint())
        if section == CHECK:
            self.all_toggled.emit()
        elif section > MARK:
            self.sorted_by.emit(self._columns()[section - 2].path)

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        """Ground, box or name with its arrow, line."""
        area, current = QRectF(rect), theme()
        painter.save()
        painter.fillRect(area, current.color("bg.surface"))
        painter.fillRect(QRectF(area.left(), area.top(), area.width(), 1), current.color("border.default"))
        painter.fillRect(
            QRectF(area.left(), area.bottom() - 1, area.width(), 1), current.color("border.default")
        )
        if logicalIndex == CHECK:
            self._box(painter, QRectF(area.left() + 20, area.center().y() - 8, 16, 16))
        elif MARK < logicalIndex < len(self._columns()) + 2:
            self._name(painter, area.adjusted(8, 0, -8, 0), self._columns()[logicalIndex - 2])
        painter.restore()

    def _box(self, painter: QPainter, box: QRectF) -> None:
        if self._all != "some":
            paint_check(painter, box, self._all == "all")
            return
        rounded(painter, box, radius("xs"), theme().color("accent.solid"), None)
        painter.setPen(QPen(theme().color("text.onSolid"), 1.8))
        middle = box.center().y()
        painter.drawLine(QPointF(box.left() + 4, middle), QPointF(box.right() - 4, middle))

    def _name(self, painter: QPainter, area: QRectF, column: HeadColumn) -> None:
        sorts = column.path == self._sort
        used = font("small", weight=600 if sorts else 500)
        ink = theme().color("text.primary" if sorts else "text.secondary")
        align = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
        if not sorts:
            line_of_text(painter, area, column.label, used, ink, align)
            return
        width = text_width(column.label, used)
        left = area.right() - width - 18 if column.right else area.left()
        line_of_text(painter, QRectF(left, area.top(), width + 2, area.height()), column.label, used, ink)
        icon = QRectF(left + width + 4, area.center().y() - 7, 14, 14)
        paint_icon(painter, "arrow-down" if self._descending else "arrow-up", icon, ink)
