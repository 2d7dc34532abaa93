"""The list of people on Masuk: arrows or a digit pick, Enter goes on to the passphrase."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPainterPath, QPaintEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from sidumba_field.services.views import AccountCard
from sidumba_field.ui.theme import font, radius, theme
from sidumba_field.ui.viewmodels.speech import tell
from sidumba_field.ui.widgets.chips import initials, paint_avatar
from sidumba_field.ui.widgets.keycap import KeycapPainter
from sidumba_field.ui.widgets.painting import focus_inside, line_of_text, rounded

ROW = 54
_CARD = Qt.ItemDataRole.UserRole
Index = QModelIndex | QPersistentModelIndex


class _PersonDelegate(QStyledItemDelegate):
    """One person: initials, name, role and unit, a note, the digit that picks."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(200, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        card: AccountCard = index.data(_CARD)
        current = theme()
        rect = QRectF(option.rect)
        painter.save()
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen:
            painter.save()
            painter.setClipPath(_inside(option))
            painter.fillRect(rect, current.color("bg.selected"))
            painter.restore()
        if index.row():
            painter.fillRect(QRectF(rect.left(), rect.top(), rect.width(), 1), current.color("border.subtle"))
        paint_avatar(painter, QRectF(14, rect.top() + 10, 34, 34), card.initials or initials(card.name))
        right = rect.right() - 14
        if index.row() < 9:
            cap = (str(index.row() + 1),)
            right -= KeycapPainter.width(cap)
            KeycapPainter.paint(painter, right, rect.center().y(), cap)
            right -= 12
        note_font = font("small", numbers=True)
        box = QRectF(60, rect.top(), right - 60, rect.height())
        taken = line_of_text(
            painter, box, card.note, note_font, current.color("text.secondary"), Qt.AlignmentFlag.AlignRight
        )
        words = box.adjusted(0, 0, -taken - 8, 0)
        name = QRectF(words.left(), rect.top() + 9, words.width(), 19)
        role = QRectF(words.left(), rect.top() + 27, words.width(), 18)
        line_of_text(painter, name, card.name, font("label"), current.color("text.primary"))
        said = tell("login.role_at", role=card.role_label, unit=card.unit_name)
        line_of_text(painter, role, said, font("small"), current.color("text.secondary"))
        view = self.parent()
        if chosen and isinstance(view, QWidget) and view.hasFocus():
            focus_inside(painter, rect.adjusted(1, 1, -1, -1), radius("md"))
        painter.restore()


def _inside(option: QStyleOptionViewItem) -> QPainterPath:
    """The card within its edge: the first and the last row keep its round corners."""
    view = option.widget
    assert isinstance(view, QListView)
    corner, path = radius("lg"), QPainterPath()
    path.addRoundedRect(QRectF(view.viewport().rect()).adjusted(1, 1, -1, -1), corner, corner)
    return path


class PeopleList(QListView):
    """``picked``: another person is current; ``confirmed``: go on to the passphrase; ``typed``: a letter for it."""

    picked = Signal(str)
    confirmed = Signal()
    typed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._people = QStandardItemModel(self)
        self.setModel(self._people)
        self.setItemDelegate(_PersonDelegate(self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName(tell("login.people"))
        self.setProperty("ground", "clear")
        self.setContentsMargins(1, 1, 1, 1)
        self.setViewportMargins(1, 1, 1, 1)
        self.selectionModel().currentChanged.connect(lambda *_: self.picked.emit(self.current_id()))
        theme().changed.connect(self.viewport().update)

    def set_people(self, people: Sequence[AccountCard]) -> None:
        """Show these people and keep who was picked."""
        before = self.current_id()
        self._people.clear()
        for card in people:
            item = QStandardItem(card.name)
            item.setEditable(False)
            item.setData(card, _CARD)
            said = tell("login.person", name=card.name, role=card.role_label, unit=card.unit_name)
            item.setData(f"{said}, {card.note}" if card.note else said, Qt.ItemDataRole.AccessibleTextRole)
            self._people.appendRow(item)
        rows = [card.user_id for card in people]
        if rows:
            self.pick(rows.index(before) if before in rows else 0)
        self.updateGeometry()

    def current_id(self) -> str:
        """user_id of the person picked, "" for nobody."""
        card = self.currentIndex().data(_CARD)
        return card.user_id if isinstance(card, AccountCard) else ""

    def pick(self, row: int) -> bool:
        """Pick by position; False if nobody is there."""
        if not 0 <= row < self._people.rowCount():
            return False
        self.setCurrentIndex(self._people.index(row, 0))
        return True

    def pick_id(self, user_id: str) -> None:
        """Pick a person."""
        for row in range(self._people.rowCount()):
            if self._people.index(row, 0).data(_CARD).user_id == user_id:
                self.pick(row)

    def sizeHint(self) -> QSize:
        """All people, if there is room."""
        return QSize(400, self._people.rowCount() * ROW + 2)

    def minimumSizeHint(self) -> QSize:
        """At least two people and a bit, to see that there are more."""
        return QSize(240, min(self._people.rowCount() * ROW + 2, round(2.5 * ROW)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Digits pick, Enter goes on, letters are the beginning of a passphrase."""
        text = event.text()
        plain = not event.modifiers() & ~(
            Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier
        )
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.confirmed.emit()
        elif plain and text in "123456789" and text:
            if self.pick(int(text) - 1):
                self.confirmed.emit()
        elif plain and text.isprintable() and text.strip():
            self.typed.emit(text)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Rows on a white card."""
        painter = QPainter(self.viewport())
        frame = QRectF(self.viewport().rect())
        rounded(painter, frame, radius("lg"), theme().color("bg.surface"), theme().color("border.default"))
        painter.end()
        super().paintEvent(event)
