"""What painted list rows share: a list view with the house's keys, and a delegate base with ground and focus.

Owns keyboard and look common to record lists, queues and section lists; each delegate draws its own words.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter
from PySide6.QtWidgets import QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from sidumba_field.ui.theme import radius, theme
from sidumba_field.ui.widgets.painting import focus_inside

Index = QModelIndex | QPersistentModelIndex
ITEM = Qt.ItemDataRole.UserRole
T = TypeVar("T")


class RowModel(QAbstractListModel, Generic[T]):
    """Rows that are values with ``key``, ``spoken()`` and maybe ``is_group``."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.items: list[T] = []

    def set_items(self, items: Sequence[T]) -> None:
        """Replace the rows; same keys in the same order only repaint."""
        fresh = list(items)
        if [_key(item) for item in fresh] == [_key(item) for item in self.items]:
            changed = [at for at, item in enumerate(fresh) if item != self.items[at]]
            self.items = fresh
            for at in changed:
                self.dataChanged.emit(self.index(at), self.index(at))
            return
        self.beginResetModel()
        self.items = fresh
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  (Qt's own signature)
        """How many rows."""
        return 0 if parent.isValid() else len(self.items)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The value itself, and one sentence for a screen reader."""
        if not index.isValid():
            return None
        item = self.items[index.row()]
        if role == ITEM:
            return item
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.DisplayRole):
            return item.spoken()  # type: ignore[attr-defined]  # every row value speaks
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Group headings cannot be visited."""
        if index.isValid() and getattr(self.items[index.row()], "is_group", False):
            return Qt.ItemFlag.ItemIsEnabled
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


def _key(item: object) -> object:
    return getattr(item, "key", item)


class RowList(QListView):
    """A list whose Enter opens and whose Space has a quick look.

    ``opened``/``looked`` carry the row's key.
    """

    opened = Signal(str)
    looked = Signal(str)
    moved = Signal(str)

    def __init__(
        self, delegate: QStyledItemDelegate, *, name: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._rows: RowModel[Any] = RowModel(self)
        self.setModel(self._rows)
        delegate.setParent(self)
        self.setItemDelegate(delegate)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setAccessibleName(name)
        self.clicked.connect(self._clicked)
        theme().changed.connect(self.viewport().update)

    def set_items(self, items: Sequence[Any]) -> None:
        """Show rows; the hand stays on its key, or goes to the next row when that is gone."""
        before, row = self.current_key(), self.currentIndex().row()
        self._rows.set_items(items)
        if before and self.current_key() != before:
            if not self.go_to(before):
                self._go_near(row)
        elif not self.currentIndex().isValid():
            self._go_near(0)

    def items(self) -> list[Any]:
        """The rows shown."""
        return list(self._rows.items)

    def current_key(self) -> str:
        """Key of the row under the hand, "" for none."""
        index = self.currentIndex()
        return str(_key(index.data(ITEM))) if index.isValid() and index.data(ITEM) is not None else ""

    def go_to(self, key: str) -> bool:
        """Put the hand on a row; False if it is not there."""
        for at, item in enumerate(self._rows.items):
            if _key(item) == key and not getattr(item, "is_group", False):
                self.setCurrentIndex(self._rows.index(at))
                return True
        return False

    def _go_near(self, row: int) -> None:
        count = len(self._rows.items)
        order = [*range(max(row, 0), count), *range(min(row, count) - 1, -1, -1)]
        for at in order:
            if not getattr(self._rows.items[at], "is_group", False):
                self.setCurrentIndex(self._rows.index(at))
                return

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Tell where the hand is."""
        super().currentChanged(current, previous)
        if current.isValid():
            self.moved.emit(self.current_key())

    def hand_rect(self) -> QRect:
        """The row under the hand, in the list's own coordinates; a toast keeps off it."""
        row = self.visualRect(self.currentIndex())
        return QRect(self.viewport().mapTo(self, row.topLeft()), row.size())

    def _clicked(self, index: QModelIndex) -> None:
        if not getattr(index.data(ITEM), "is_group", False):
            self.opened.emit(str(_key(index.data(ITEM))))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens, Space looks; letters are the screen's."""
        key = self.current_key()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and key and not event.modifiers():
            self.opened.emit(key)
        elif event.key() == Qt.Key.Key_Space and key and not event.modifiers():
            self.looked.emit(key)
        elif event.text() and event.text().isprintable():
            event.ignore()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Arriving shows where the hand is."""
        super().focusInEvent(event)
        if not self.currentIndex().isValid():
            self._go_near(0)
        self.viewport().update()


class RowDelegate(QStyledItemDelegate):
    """Ground, line and focus; subclasses draw ``words``. ``height`` px per row."""

    height = 44
    inset_focus = True
    hairline = True

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Fixed height."""
        return QSize(120, self.height_of(index))

    def height_of(self, index: Index) -> int:
        """Height of one row in px."""
        return self.height

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Ground, words, hairline, focus."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(option.rect)
        current = bool(option.state & QStyle.StateFlag.State_Selected)
        focused = bool(option.state & QStyle.StateFlag.State_HasFocus)
        self.ground(painter, rect, index, current, focused)
        self.words(painter, rect, index, current, focused)
        if self.hairline and index.row() < index.model().rowCount() - 1:
            # One px inside: what is drawn on the edge itself belongs to the next row, which draws over it.
            painter.fillRect(
                QRectF(rect.left(), rect.bottom() - 1, rect.width(), 1), theme().color("border.subtle")
            )
        if focused:
            self.focus(painter, rect)
        painter.restore()

    def ground(self, painter: QPainter, rect: QRectF, index: Index, current: bool, focused: bool) -> None:
        """Selected ground."""
        if current:
            painter.fillRect(rect, theme().color("bg.selected"))

    def focus(self, painter: QPainter, rect: QRectF) -> None:
        """Ring inside the row."""
        focus_inside(painter, rect.adjusted(3, 0, -3, -1), radius("sm") + 1)

    def words(self, painter: QPainter, rect: QRectF, index: Index, current: bool, focused: bool) -> None:
        """What the row says."""
        raise NotImplementedError
