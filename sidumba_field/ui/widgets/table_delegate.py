"""How cells of a repeat table look and which editor opens in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from sidumba_field.ui.theme import font, paint_icon, size, theme
from sidumba_field.ui.widgets.code_fields import CodeField, DateField, NikField, PhoneField
from sidumba_field.ui.widgets.field_base import EditField
from sidumba_field.ui.widgets.lookup import LookupField
from sidumba_field.ui.widgets.painting import focus_inside, line_of_text
from sidumba_field.ui.widgets.table_model import COLUMN, ERROR, ROW_KIND, VALUE, WARNING, Index, TableColumn
from sidumba_field.ui.widgets.text_fields import NumberField, TextField

_PAD = 10
Searches = Callable[[str], Callable[[str], Sequence[tuple[str, str]]]]


def editor_for(column: TableColumn, parent: QWidget | None = None) -> EditField:
    """The field of a column's kind."""
    if column.choices:
        labels = dict(column.choices)
        rows = column.choices

        def search(typed: str) -> list[tuple[str, str]]:
            return [(value, label) for value, label in rows if typed.lower() in label.lower()]

        return LookupField(search, labels.get, column.label, show_codes=False, parent=parent)
    if column.lookup:
        return LookupField(None, lambda _code: None, column.label, parent=parent)
    if column.kind in ("int", "decimal"):
        return NumberField(column.label, decimals=column.kind == "decimal", parent=parent)
    if column.kind == "date":
        return DateField(column.label, parent=parent)
    by_widget: dict[str, type[EditField]] = {"nik": NikField, "phone": PhoneField, "code": CodeField}
    return by_widget.get(column.widget, TextField)(column.label, parent=parent)


class RepeatDelegate(QStyledItemDelegate):
    """Paints cells; ``moved`` says where the hand wants to go when an editor closes."""

    opened = Signal(QWidget, object)  # editor, index
    moved = Signal(str)  # "on", "back" or "stay"

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        """A field without its own frame."""
        field = editor_for(index.data(COLUMN), parent)
        field.setMinimumHeight(0)
        field.setMaximumHeight(16777215)
        field.setProperty("cell", True)
        field.setProperty("ownFocus", True)
        self.opened.emit(field, index)
        return field

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        """Stored value into the field, once:

        Qt asks again whenever the model changes, and what is being typed wins.
        """
        if isinstance(editor, EditField) and not editor.property("filled"):
            editor.setProperty("filled", True)
            editor.set_value(str(index.data(VALUE) or ""))
            editor.selectAll()

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        """The whole cell, grid line included."""
        editor.setGeometry(option.rect.adjusted(-1, -1, 0, 0))

    def setModelData(self, editor: QWidget, model: object, index: Index) -> None:
        """The view stores through its own signal; see RepeatTable.commitData."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter and Tab store and go on, with Shift back; Esc leaves the cell as it was."""
        if (
            not isinstance(event, QKeyEvent)
            or event.type() != QEvent.Type.KeyPress
            or not isinstance(watched, QWidget)
        ):
            return super().eventFilter(watched, event)
        key, shift = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab, Qt.Key.Key_Backtab) and not control:
            if isinstance(watched, LookupField):
                watched.settle_now()
            self._close(watched, store=True)
            self.moved.emit("back" if shift or key == Qt.Key.Key_Backtab else "on")
            return True
        if key == Qt.Key.Key_Escape:
            self._close(watched, store=False)
            self.moved.emit("stay")
            return True
        return super().eventFilter(watched, event)

    def _close(self, editor: QWidget, *, store: bool) -> None:
        if store:
            self.commitData.emit(editor)
        self.closeEditor.emit(editor, QAbstractItemDelegate.EndEditHint.NoHint)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Table row height."""
        return QSize(80, size("rowTable"))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Ground, words, grid lines, problem mark, focus."""
        painter.save()
        rect = QRectF(option.rect)
        kind = str(index.data(ROW_KIND))
        self._ground(painter, option, index, rect, kind)
        self._words(painter, index, rect, kind)
        self._lines(painter, index, rect, kind)
        if option.state & QStyle.StateFlag.State_HasFocus:
            focus_inside(painter, rect.adjusted(0, 0, -1, -1))
        painter.restore()

    def _ground(
        self, painter: QPainter, option: QStyleOptionViewItem, index: Index, rect: QRectF, kind: str
    ) -> None:
        view = self.parent()
        current = view.currentIndex().row() if isinstance(view, QAbstractItemView) and view.hasFocus() else -1
        if isinstance(view, QAbstractItemView) and view.state() == QAbstractItemView.State.EditingState:
            current = view.currentIndex().row()
        name = "bg.subtle" if kind == "total" else "bg.surface"
        if index.row() == current and kind == "data":
            name = "bg.selected"
        if kind != "ghost" or index.column() < 2:  # the invitation of the ghost row runs over its empty cells
            painter.fillRect(rect, theme().color(name))
        problem = "vermilion" if index.data(ERROR) else "amber" if index.data(WARNING) else ""
        if problem:
            painter.fillRect(rect, theme().color(f"state.{problem}.tint"))
            corner = QRectF(rect.right() - 3, rect.top(), 3, rect.height())
            painter.fillRect(corner, theme().color(f"state.{problem}.solid"))

    def _words(self, painter: QPainter, index: Index, rect: QRectF, kind: str) -> None:
        column: TableColumn | None = index.data(COLUMN)
        text = str(index.data() or "")
        inner = rect.adjusted(_PAD, 0, -_PAD, 0)
        if column is None:
            if kind == "ghost":
                box = QRectF(rect.center().x() - 7, rect.center().y() - 7, 14, 14)
                paint_icon(painter, "plus", box, theme().color("text.tertiary"))
                return
            tone = theme().color("text.tertiary")
            used = font("small", numbers=True)
            line_of_text(painter, rect, text, used, tone, Qt.AlignmentFlag.AlignHCenter)
            return
        if kind == "ghost":
            painter.setClipping(False)
            wide = QRectF(inner.left(), inner.top(), max(inner.width(), 400.0), inner.height())
            line_of_text(painter, wide, text, font("body"), theme().color("text.tertiary"))
            return
        side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
        quiet = kind == "data" and column.readonly
        used = font("body", numbers=True, weight=600) if kind == "total" else font("value", numbers=True)
        if quiet and not text:
            text = "–"
        tone = theme().color("text.secondary" if quiet else "text.primary")
        line_of_text(painter, inner, text, used, tone, side)

    @staticmethod
    def _lines(painter: QPainter, index: Index, rect: QRectF, kind: str) -> None:
        # One px inside the cell: the edge itself belongs to the next one.
        tone = theme().color("border.subtle")
        if index.row() < index.model().rowCount() - 1:
            painter.fillRect(QRectF(rect.left(), rect.bottom() - 1, rect.width(), 1), tone)
        last = index.column() == index.model().columnCount() - 1
        if (kind == "data" and not last) or (kind == "ghost" and index.column() == 0):
            painter.fillRect(QRectF(rect.right() - 1, rect.top(), 1, rect.height()), tone)
