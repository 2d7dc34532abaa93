"""A small panel to pick from: filters and their values, columns, people, formats. The hands stay on the keyboard.

Owns typing to narrow, arrows, Space to mark (where more than one may be picked), Enter to take and Escape to go. It is
a child of the window and gives the focus back to where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QLabel, QWidget

from sidumba_field.ui.theme import font, theme
from sidumba_field.ui.widgets.card import Card
from sidumba_field.ui.widgets.check import paint_check
from sidumba_field.ui.widgets.label import Label
from sidumba_field.ui.widgets.painting import line_of_text
from sidumba_field.ui.widgets.rows import ITEM, Index, RowDelegate, RowList
from sidumba_field.ui.widgets.text_fields import TextField

ROW, MOST, WIDTH = 32, 9, 300


@dataclass(frozen=True, slots=True)
class Pick:
    """One row: ``detail`` at the right (a count), ``on``: marked, None where nothing is marked."""

    key: str
    title: str
    detail: str = ""
    on: bool | None = None

    def spoken(self) -> str:
        """One sentence for a screen reader."""
        return ", ".join(part for part in (self.title, self.detail) if part)


class _PickDelegate(RowDelegate):
    height = ROW
    hairline = False

    def words(self, painter: QPainter, rect: QRectF, index: Index, current: bool, focused: bool) -> None:
        pick: Pick = index.data(ITEM)
        area = rect.adjusted(10, 0, -10, 0)
        if pick.on is not None:
            paint_check(painter, QRectF(area.left(), rect.center().y() - 8, 16, 16), pick.on)
            area.adjust(24, 0, 0, 0)
        ink, used = theme().color("text.secondary"), font("small", numbers=True)
        taken = line_of_text(painter, area, pick.detail, used, ink, Qt.AlignmentFlag.AlignRight)
        name = area.adjusted(0, 0, -taken - 8, 0)
        line_of_text(painter, name, pick.title, font("body"), theme().color("text.primary"))


class PickPanel(Card):
    """The panel. Open it with ``offer``."""

    def __init__(self, host: QWidget, find_hint: str) -> None:
        super().__init__(padding=8, parent=host)
        self.setFixedWidth(WIDTH)
        self._head = Label("", "label", weight=600)
        self.field = TextField(find_hint)
        self.field.setPlaceholderText(find_hint)
        self.list = RowList(_PickDelegate())
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._foot = QLabel("")
        self._foot.setFont(font("small"))
        self._foot.setWordWrap(True)
        self._foot.setProperty("tone", "secondary")
        for part in (self._head, self.field, self.list, self._foot):
            self.column.addWidget(part)
        self._picks: list[Pick] = []
        self._take: Callable[[str], None] = lambda _key: None
        self._mark: Callable[[str], None] | None = None
        self._before: QWidget | None = None
        self._below: QWidget | None = None
        self.field.textEdited.connect(self._find)
        self.field.installEventFilter(self)
        self.list.opened.connect(self._pressed)
        self.hide()

    def offer(
        self,
        below: QWidget,
        title: str,
        picks: Sequence[Pick],
        take: Callable[[str], None],
        *,
        mark: Callable[[str], None] | None = None,
        foot: str = "",
    ) -> None:
        """Show rows under ``below``. ``take``: Enter on a row, the panel closes; ``mark``: Space, it stays open."""
        if self.isHidden():
            self._before = self.window().focusWidget()
        self._take, self._mark, self._below = take, mark, below
        self._head.setText(title)
        self.setAccessibleName(title)
        self.list.setAccessibleName(title)
        self._foot.setText(foot)
        self._foot.setVisible(bool(foot))
        self.field.set_value("")
        self.renew(picks)
        self._place()
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def renew(self, picks: Sequence[Pick]) -> None:
        """Other rows, or the same with other marks."""
        self._picks = list(picks)
        self._find(self.field.text())

    def picks(self) -> list[Pick]:
        """The rows shown."""
        return list(self.list.items())

    def _find(self, typed: str) -> None:
        words = typed.lower().split()
        shown = [pick for pick in self._picks if all(word in pick.title.lower() for word in words)]
        self.list.set_items(shown)
        if shown and not self.list.current_key():
            self.list.go_to(shown[0].key)
        self.list.setFixedHeight(ROW * max(1, min(MOST, len(self._picks))))
        self.adjustSize()

    def _place(self) -> None:
        host, below = self.parentWidget(), self._below
        if host is None or below is None:
            return
        self.adjustSize()
        at = below.mapTo(host, QPoint(0, below.height() + 4))
        if at.y() + self.height() > host.height() - 4:
            at.setY(max(4, below.mapTo(host, QPoint(0, 0)).y() - self.height() - 4))
        self.move(max(4, min(at.x(), host.width() - self.width() - 8)), at.y())

    def close_panel(self) -> None:
        """Close; the focus goes back to where it was."""
        self.hide()
        if self._before is not None and self._before.isVisible():
            self._before.setFocus(Qt.FocusReason.OtherFocusReason)

    def _pressed(self, key: str) -> None:
        if self._mark is not None:
            self._mark(key)
            return
        self._accept(key)

    def _accept(self, key: str) -> None:
        self.close_panel()
        self._take(key)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows walk, Space marks, Enter takes, Escape and leaving close."""
        if event.type() == QEvent.Type.FocusOut and self.isVisible() and self._left():
            self.hide()
            return False
        if not isinstance(event, QKeyEvent):
            return False
        marks = self._mark is not None and event.key() == Qt.Key.Key_Space and not self.field.text()
        claims = (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Up, Qt.Key.Key_Down)
        if event.key() not in claims and not marks:
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        if event.type() != QEvent.Type.KeyPress:
            return False
        key = self.list.current_key()
        if event.key() == Qt.Key.Key_Escape:
            self.close_panel()
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._step(1 if event.key() == Qt.Key.Key_Down else -1)
        elif marks and self._mark is not None and key:
            self._mark(key)
        elif key:
            self._accept(key)
        return True

    def _left(self) -> bool:
        hand = self.window().focusWidget()
        return hand is None or not self.isAncestorOf(hand)

    def _step(self, by: int) -> None:
        keys = [pick.key for pick in self.list.items()]
        if keys:
            at = keys.index(self.list.current_key()) + by if self.list.current_key() in keys else 0
            self.list.go_to(keys[max(0, min(len(keys) - 1, at))])
