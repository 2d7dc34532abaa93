"""The list below a lookup field: eight rows, matched letters marked, a child of the window and no window of
its own.

Owns drawing and placing the rows. It never takes the focus: the hands stay in the field, which moves the
choice.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QStandardItem, QStandardItemModel, QTextLayout
from PySide6.QtWidgets import (
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from sidumba_field.ui.theme import font, radius, text_width, theme
from sidumba_field.ui.widgets.painting import line_of_text, rounded
from sidumba_field.ui.widgets.rich_text import Run, lay_out

ROWS = 8
ROW_HEIGHT = 32
_CODE = Qt.ItemDataRole.UserRole
_TYPED = Qt.ItemDataRole.UserRole + 1
_STORED = Qt.ItemDataRole.UserRole + 2
_EDGE = 4


def marked_runs(label: str, typed: str) -> list[Run]:
    """``label`` cut into runs, every stretch that matches a word of ``typed`` marked and bold."""
    low = label.lower()
    hits = [False] * len(label)
    for word in typed.lower().split():
        start = low.find(word)
        while start >= 0 and len(low) == len(label):
            hits[start : start + len(word)] = [True] * len(word)
            start = low.find(word, start + len(word))
    runs: list[Run] = []
    for index, hit in enumerate(hits):
        run = Run(label[index], "text.primary", 600 if hit else 0, "special.searchHit" if hit else "")
        if runs and runs[-1].mark == run.mark:
            run = Run(runs[-1].text + run.text, run.tone, run.weight, run.mark)
            runs[-1] = run
        else:
            runs.append(run)
    return runs


class _RowDelegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(200, ROW_HEIGHT)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        painter.save()
        rect = QRectF(option.rect)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.fillRect(rect, theme().color("bg.selected" if chosen else "bg.surface"))
        left = rect.left() + 10
        code = str(index.data(_CODE) or "")
        if code:
            used = font("body", codes=True, weight=600)
            width = text_width(code, used)
            box = QRectF(left, rect.top(), width + 2, rect.height())
            line_of_text(painter, box, code, used, theme().color("text.primary"))
            left += width + 10
        layout = QTextLayout()
        lay_out(layout, marked_runs(str(index.data()), str(index.data(_TYPED) or "")), "body", 4000, 0)
        painter.setClipRect(rect)
        painter.translate(left, rect.top() + (rect.height() - 18) / 2)
        layout.draw(painter, QRectF().topLeft())
        painter.restore()


class LookupList(QFrame):
    """The floating list of one field. ``picked`` carries the stored code of a clicked row."""

    picked = Signal(str)

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self._model = QStandardItemModel(self)
        self._view = QListView()
        self._view.setModel(self._model)
        self._view.setItemDelegate(_RowDelegate(self._view))
        self._view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._view.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self._view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._view.clicked.connect(lambda index: self.picked.emit(str(index.data(_STORED))))
        column = QVBoxLayout(self)
        column.setContentsMargins(_EDGE, _EDGE, _EDGE, _EDGE)
        column.addWidget(self._view)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()

    def show_rows(self, field: QWidget, typed: str, rows: Sequence[tuple[str, str]], *, codes: bool) -> None:
        """Show rows under ``field`` (above it where there is no room), the first one chosen;

        no rows hide the list.
        """
        self._model.clear()
        for code, label in rows:
            item = QStandardItem(label)
            item.setData(code if codes else "", _CODE)
            item.setData(typed, _TYPED)
            item.setData(code, _STORED)
            item.setData(f"{code} {label}" if codes else label, Qt.ItemDataRole.AccessibleTextRole)
            self._model.appendRow(item)
        if not rows:
            self.hide()
            return
        self._view.setCurrentIndex(self._model.index(0, 0))
        self._place(field, len(rows))
        self.show()
        self.raise_()

    def _place(self, field: QWidget, count: int) -> None:
        host = self.parentWidget()
        if host is None:
            return
        height = min(count, ROWS) * ROW_HEIGHT + 2 * _EDGE
        at = field.mapTo(host, QPoint(0, field.height() + 2))
        if at.y() + height > host.height() and at.y() - field.height() - 4 - height >= 0:
            at.setY(at.y() - field.height() - 4 - height)
        width = min(max(field.width(), 320), host.width() - 8)
        self.setGeometry(min(at.x(), host.width() - width - 4), at.y(), width, height)

    def move_choice(self, by: int) -> None:
        """Up and down, stopping at the ends."""
        row = max(0, min(self._model.rowCount() - 1, self._view.currentIndex().row() + by))
        self._view.setCurrentIndex(self._model.index(row, 0))

    def choice(self) -> str | None:
        """Stored code of the chosen row, None while the list is closed."""
        index = self._view.currentIndex()
        return str(index.data(_STORED)) if self.isVisible() and index.isValid() else None

    def paintEvent(self, event: object) -> None:
        """Frame of a popup."""
        painter = QPainter(self)
        rounded(
            painter,
            QRectF(self.rect()),
            radius("md"),
            theme().color("bg.surface"),
            theme().color("border.default"),
        )
        painter.end()
