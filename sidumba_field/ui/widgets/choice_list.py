"""More than nine choices: a list with type-to-filter, for one answer or for many.

Owns ``choice_field``, which picks pills, lookup or list by the number of choices.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from sidumba_field.ui.theme import font, radius, size, theme
from sidumba_field.ui.widgets.check import paint_check
from sidumba_field.ui.widgets.choices import MOST_PILLS, ChoicePills
from sidumba_field.ui.widgets.field_base import FieldState
from sidumba_field.ui.widgets.lookup import LookupField
from sidumba_field.ui.widgets.painting import focus_inside, line_of_text, rounded
from sidumba_field.ui.widgets.speech import tr

_ROW = 32
_VALUE = Qt.ItemDataRole.UserRole


def choice_field(
    choices: Sequence[tuple[str, str]],
    *,
    multiple: bool = False,
    name: str = "",
    exclusive: str = "",
    parent: QWidget | None = None,
) -> ChoicePills | LookupField | ChoiceList:
    """The field for a fixed list of (stored value, words)."""
    if len(choices) <= MOST_PILLS:
        return ChoicePills(choices, multiple=multiple, name=name, exclusive=exclusive, parent=parent)
    if multiple:
        return ChoiceList(choices, name=name, exclusive=exclusive, parent=parent)
    labels = dict(choices)

    def search(typed: str) -> list[tuple[str, str]]:
        return found_choices(choices, typed)

    return LookupField(search, labels.get, name, show_codes=False, parent=parent)


def found_choices(choices: Sequence[tuple[str, str]], typed: str) -> list[tuple[str, str]]:
    """Return the choices whose words hold what was typed: the same words first, then beginnings, then the rest."""
    wanted = typed.strip().lower()

    def rank(choice: tuple[str, str]) -> int:
        words = choice[1].lower()
        return 0 if words == wanted else 1 if words.startswith(wanted) else 2

    return sorted((choice for choice in choices if wanted in choice[1].lower()), key=rank)


class _CheckDelegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(200, _ROW)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        painter.save()
        rect = QRectF(option.rect)
        on = index.data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked.value
        if on:
            painter.fillRect(rect, theme().color("bg.selected"))
        paint_check(painter, QRectF(rect.left() + 10, rect.center().y() - 8, 16, 16), on)
        words = rect.adjusted(36, 0, -8, 0)
        line_of_text(painter, words, str(index.data()), font("body"), theme().color("text.primary"))
        if option.state & QStyle.StateFlag.State_HasFocus:
            focus_inside(painter, rect.adjusted(1, 1, -1, -1), radius("sm"))
        painter.restore()


class _List(QListView):
    toggled = Signal(str)
    left_up = Signal()
    went_on = Signal()
    went_back = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space toggles, Enter moves on, Up from the first row goes to the filter."""
        index = self.currentIndex()
        if event.key() == Qt.Key.Key_Space and index.isValid():
            self.toggled.emit(str(index.data(_VALUE)))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            back = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            (self.went_back if back else self.went_on).emit()
        elif event.key() == Qt.Key.Key_Up and index.row() <= 0:
            self.left_up.emit()
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click toggles its row."""
        index = self.indexAt(event.position().toPoint())
        if index.isValid():
            self.toggled.emit(str(index.data(_VALUE)))
        super().mouseReleaseEvent(event)


class ChoiceList(QWidget):
    """Many answers out of more than nine choices; stored separated by spaces in the order of the choices."""

    edited = Signal(str)
    committed = Signal()
    backed = Signal()
    focused = Signal()

    def __init__(
        self,
        choices: Sequence[tuple[str, str]],
        *,
        name: str = "",
        exclusive: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._choices, self._exclusive = list(choices), exclusive
        self._chosen: set[str] = set()
        self._state, self._readonly = FieldState.REST, False
        self._filter = QLineEdit()
        self._filter.setFont(font("value"))
        self._filter.setFixedHeight(size("control"))
        self._filter.setPlaceholderText(tr("field.search_choice"))
        self._filter.setAccessibleName(
            f"{name}, {tr('field.search_choice')}" if name else tr("field.search_choice")
        )
        self._filter.textEdited.connect(lambda _text: self._fill())
        self._list = _List()
        self._list.setItemDelegate(_CheckDelegate(self._list))
        self._list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self._list.setFixedHeight(6 * _ROW)
        self._list.setAccessibleName(name)
        self._model = QStandardItemModel(self)
        self._list.setModel(self._model)
        self._list.toggled.connect(self.toggle)
        self._list.left_up.connect(self._filter.setFocus)
        self._list.went_on.connect(self.committed)
        self._list.went_back.connect(self.backed)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(4)
        column.addWidget(self._filter)
        column.addWidget(self._list)
        self.setFocusProxy(self._filter)
        self._filter.installEventFilter(self)
        self.setAccessibleName(name)
        self._fill()

    def value(self) -> str:
        """The stored value."""
        return " ".join(value for value, _ in self._choices if value in self._chosen)

    def set_value(self, stored: str) -> None:
        """Show a stored value; emits nothing."""
        self._chosen = set(stored.split())
        self._fill()

    def set_state(self, state: FieldState) -> None:
        """Rest, error, warning or restored, shown on the filter line."""
        self._state = state
        self._filter.setProperty("state", state.value)
        self._filter.style().polish(self._filter)

    def state(self) -> FieldState:
        """The state in force."""
        return self._state

    def set_readonly(self, readonly: bool) -> None:
        """Shows the answers, takes none."""
        self._readonly = readonly
        self._filter.setReadOnly(readonly)

    def toggle(self, value: str) -> None:
        """Choose or take back by hand."""
        if self._readonly:
            return
        self._chosen ^= {value}
        if self._exclusive and value in self._chosen:
            self._chosen = {
                one for one in self._chosen if (one == self._exclusive) == (value == self._exclusive)
            }
        row = self._list.currentIndex().row()
        self._fill()
        self._list.setCurrentIndex(self._model.index(max(row, 0), 0))
        self.edited.emit(self.value())

    def eventFilter(self, watched: object, event: object) -> bool:
        """From the filter: Enter takes the first that fits what was typed, else goes on; Down into the list."""
        if isinstance(event, QFocusEvent) and event.gotFocus():
            self.focused.emit()
        if isinstance(event, QKeyEvent) and event.type() == QKeyEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Down:
                self._list.setFocus()
                self._list.setCurrentIndex(self._model.index(0, 0))
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                back = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
                if self._filter.text().strip() and not back:
                    self._take_first()
                else:
                    (self.backed if back else self.committed).emit()
                return True
        return False

    def _take_first(self) -> None:
        """Choose what was searched for and be ready for the next; words that fit nothing stay to be mended."""
        first = self._model.item(0)
        if first is not None:
            self._filter.clear()
            self.toggle(str(first.data(_VALUE)))

    def _fill(self) -> None:
        self._model.clear()
        for value, label in found_choices(self._choices, self._filter.text()):
            item = QStandardItem(label)
            item.setData(value, _VALUE)
            on = value in self._chosen
            state = Qt.CheckState.Checked if on else Qt.CheckState.Unchecked
            item.setData(state.value, Qt.ItemDataRole.CheckStateRole)
            self._model.appendRow(item)

    def paintEvent(self, event: object) -> None:
        """Frame around filter and list."""
        painter = QPainter(self)
        rounded(painter, QRectF(self.rect()), radius("md"), None, theme().color("border.default"))
        painter.end()
