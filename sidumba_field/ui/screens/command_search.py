"""Ctrl+K: one line that finds screens, actions, records and villages.

Owns matching what is typed against what is at hand, at once; what else the laptop holds is asked for with ``asked``
and joins the rows when it comes (``add``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from sidumba_field.ui.theme import font, theme
from sidumba_field.ui.viewmodels.speech import tell
from sidumba_field.ui.widgets.card import Card
from sidumba_field.ui.widgets.painting import line_of_text
from sidumba_field.ui.widgets.rows import ITEM, Index, RowDelegate, RowList
from sidumba_field.ui.widgets.text_fields import TextField

WIDTH, ROWS = 520, 8


@dataclass(frozen=True)
class Target:
    """Something that can be found; ``act`` runs when it is chosen."""

    key: str
    title: str
    kind: str
    act: Callable[[], None]

    def spoken(self) -> str:
        """One sentence for a screen reader."""
        return f"{self.title}, {self.kind}"


def matching(targets: Sequence[Target], typed: str) -> list[Target]:
    """Targets that contain every word typed; titles that begin with it first."""
    words = typed.lower().split()
    found = [target for target in targets if all(word in target.title.lower() for word in words)]
    return sorted(found, key=lambda target: not target.title.lower().startswith(typed.lower()))[:50]


class _TargetDelegate(RowDelegate):
    height = 36
    hairline = False

    def words(self, painter: QPainter, rect: QRectF, index: Index, current: bool, focused: bool) -> None:
        target: Target = index.data(ITEM)
        area = rect.adjusted(12, 0, -12, 0)
        ink = theme().color("text.secondary")
        taken = line_of_text(painter, area, target.kind, font("small"), ink, Qt.AlignmentFlag.AlignRight)
        name = area.adjusted(0, 0, -taken - 12, 0)
        line_of_text(painter, name, target.title, font("body"), theme().color("text.primary"))


class CommandSearch(Card):
    """The panel, a child of the window, top centre. Escape closes it and gives the focus back."""

    closed = Signal()
    asked = Signal(str)  # what is typed: records and villages of the laptop are wanted for it

    def __init__(self, host: QWidget) -> None:
        super().__init__(padding=8, parent=host)
        self._targets: list[Target] = []
        self._more: list[Target] = []
        self._before: QWidget | None = None
        self.setFixedWidth(WIDTH)
        self.field = TextField(tell("search.name"))
        self.field.setPlaceholderText(tell("search.hint"))
        self.list = RowList(_TargetDelegate(), name=tell("search.results"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setFixedHeight(ROWS * 36)
        self._none = QLabel(tell("search.none"))
        column = QVBoxLayout()
        for part in (self.field, self.list, self._none):
            column.addWidget(part)
        self.column.addLayout(column)
        self.field.textEdited.connect(self._find)
        self.field.installEventFilter(self)
        self.list.opened.connect(self._take)
        self.hide()

    def open(self, targets: Sequence[Target]) -> None:
        """Show it over the window."""
        host = self.parentWidget()
        if host is None:
            return
        self._targets, self._more = list(targets), []
        self._before = host.window().focusWidget()
        self.field.set_value("")
        self._find("")
        self.adjustSize()
        self.move((host.width() - self.width()) // 2, 48)
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _find(self, typed: str) -> None:
        self._show(typed)
        if typed.strip():
            self.asked.emit(typed.strip())

    def add(self, typed: str, targets: Sequence[Target]) -> None:
        """What the laptop holds for ``typed``; dropped when something else is typed by now."""
        if self.isVisible() and typed == self.field.text().strip():
            self._more = list(targets)
            self._show(typed, keep=True)

    def _show(self, typed: str, *, keep: bool = False) -> None:
        found = matching(self._targets, typed.strip())
        held = {target.key for target in found}
        # What was found for less is shown on, as far as it fits, until the answer for more is here.
        more = self._more if keep else matching(self._more, typed.strip())
        found += [target for target in more if target.key not in held]
        hand = self.list.current_key() if keep else ""
        self.list.set_items(found)
        if found:
            self.list.go_to(hand if hand in {target.key for target in found} else found[0].key)
        self.list.setVisible(bool(found))
        self._none.setVisible(not found)

    def close_search(self) -> None:
        """Close; the focus goes back to where it was."""
        self.hide()
        if self._before is not None and self._before.isVisible():
            self._before.setFocus(Qt.FocusReason.OtherFocusReason)
        self.closed.emit()

    def _take(self, key: str) -> None:
        target = next((t for t in (*self._targets, *self._more) if t.key == key), None)
        self.close_search()
        if target is not None:
            target.act()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows walk the rows while typing; Enter takes, Escape and leaving close."""
        if event.type() == QEvent.Type.FocusOut and self.isVisible():
            self.hide()
            return False
        claims = (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Up, Qt.Key.Key_Down)
        if not isinstance(event, QKeyEvent) or event.key() not in claims:
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        if event.type() != QEvent.Type.KeyPress:
            return False
        if event.key() == Qt.Key.Key_Escape:
            self.close_search()
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._step(1 if event.key() == Qt.Key.Key_Down else -1)
        elif self.list.current_key() and not self.list.isHidden():
            self._take(self.list.current_key())
        return True

    def _step(self, by: int) -> None:
        keys = [target.key for target in self.list.items()]
        if keys:
            at = keys.index(self.list.current_key()) + by if self.list.current_key() in keys else 0
            self.list.go_to(keys[max(0, min(len(keys) - 1, at))])
