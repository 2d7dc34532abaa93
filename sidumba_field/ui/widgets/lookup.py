"""The lookup field: type to find one of many (KBLI, wilayah), stored is the code.

Owns the edit and its list of eight rows with the matched letters marked. The rows come from a callable, so
that the same field serves a code book of 91,599 rows and a choice of twelve. Text that names nothing stays
as typed, stores nothing, and ``unmatched`` says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QStandardItem, QStandardItemModel, QTextLayout
from PySide6.QtWidgets import (
    QCompleter,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from sidumba_field.ui.theme import font, text_width, theme
from sidumba_field.ui.widgets.field_base import EditField
from sidumba_field.ui.widgets.painting import line_of_text
from sidumba_field.ui.widgets.rich_text import Run, lay_out
from sidumba_field.ui.widgets.speech import tr

ROWS = 8
ROW_HEIGHT = 32
Search = Callable[[str], Sequence[tuple[str, str]]]
_CODE = Qt.ItemDataRole.UserRole
_TYPED = Qt.ItemDataRole.UserRole + 1


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


class LookupField(EditField):
    """``search(typed)`` answers (code, words) rows, ``label_of(code)`` the words of a stored code or None."""

    unmatched = Signal(str)

    def __init__(
        self,
        search: Search,
        label_of: Callable[[str], str | None],
        name: str = "",
        *,
        show_codes: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(name, codes=show_codes, parent=parent)
        self._search, self._label_of, self._show_codes = search, label_of, show_codes
        self._code, self._open = "", False  # open: words are typed that are no chosen row yet
        self._rows = QStandardItemModel(self)
        self._completer = QCompleter(self._rows, self)
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._completer.setMaxVisibleItems(ROWS)
        self._popup = QListView()
        self._completer.setPopup(self._popup)
        self._popup.setItemDelegate(_RowDelegate(self))
        self._popup.clicked.connect(self._activated)
        self._completer.setWidget(self)
        self.setPlaceholderText(tr("field.search_choice"))

    # -- the protocol

    def value(self) -> str:
        """The chosen code, "" for none."""
        return self._code

    def set_value(self, stored: str) -> None:
        """Show a stored code; emits nothing."""
        if stored == self._code and (self._open or stored or not self.text()):
            return
        self._code, self._open = stored, False
        self.setText(self._words(stored))
        self.setCursorPosition(0)

    def _words(self, code: str) -> str:
        if not code:
            return ""
        label = self._label_of(code)
        if label is None:
            return code
        return f"{code}  {label}" if self._show_codes else label

    # -- typing and choosing

    def _typed(self, text: str) -> None:
        # The stored code stands until another is chosen: half a word is no answer and must not clear one.
        self._open = True
        self._fill(text)

    def open_list(self) -> None:
        """Show the rows for what stands in the field (all of them while a code is chosen)."""
        self._fill(self.text() if self._open else "")

    def _fill(self, typed: str) -> None:
        rows = list(self._search(typed.strip()))
        self._rows.clear()
        for code, label in rows:
            item = QStandardItem(label)
            item.setData(code if self._show_codes else "", _CODE)
            item.setData(typed.strip(), _TYPED)
            item.setData(code, _TYPED + 1)
            spoken = f"{code} {label}" if self._show_codes else label
            item.setData(spoken, Qt.ItemDataRole.AccessibleTextRole)
            self._rows.appendRow(item)
        popup = self._popup
        if not rows:
            popup.hide()
            return
        self._completer.complete()
        popup.setCurrentIndex(self._completer.completionModel().index(0, 0))

    def _activated(self, index: QModelIndex) -> None:
        self.choose(str(index.data(_TYPED + 1)))

    def choose(self, code: str) -> None:
        """Take a code by hand."""
        changed = code != self._code
        self._code, self._open = code, False
        self.setText(self._words(code))
        self.setCursorPosition(0)
        self._popup.hide()
        if changed:
            self.edited.emit(code)

    def _settle(self) -> None:
        """Leaving with typed words:

        take the row if they name exactly one, else say that they name nothing.
        """
        if not self._open:
            return
        typed = self.text().strip()
        rows = list(self._search(typed)) if typed else []
        exact = [code for code, label in rows if typed.lower() in (code.lower(), label.lower())]
        if len(exact) == 1 or len(rows) == 1:
            self.choose(exact[0] if len(exact) == 1 else rows[0][0])
            return
        self._open = False
        if self._code:
            self._code = ""
            self.edited.emit("")
        if typed:
            self.unmatched.emit(typed)

    def event(self, event: QEvent) -> bool:
        """Tab with the list open takes the row under the hand; Qt would move the focus before asking."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and self._popup.isVisible():
            index = self._popup.currentIndex()
            if event.key() == Qt.Key.Key_Tab and index.isValid():
                self._activated(index)
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Down opens the list; Enter settles and moves on."""
        popup = self._popup
        if popup.isVisible() and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            index = popup.currentIndex()
            if index.isValid():
                self._activated(index)
        elif event.key() == Qt.Key.Key_Escape and self._open:
            self._popup.hide()
            self._open = False
            self.setText(self._words(self._code))
            return
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up) and not self.isReadOnly():
            self.open_list()
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._settle()
        super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Settle on the way out, but not while the list takes the keys."""
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._settle()
