"""Navigation: 196 px with words or a 52 px rail with icons.

Owns the list of screens, their Ctrl+1..8 keys, counts, the search entry and the person signed in. Which
width is right is the shell's decision.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from sidumba_field.ui.theme import font, paint_icon, radius, size, text_width, theme
from sidumba_field.ui.widgets.button import press_at_once
from sidumba_field.ui.widgets.chips import initials, paint_avatar
from sidumba_field.ui.widgets.keycap import KeycapPainter, keys_of, sequence, spoken
from sidumba_field.ui.widgets.painting import line_of_text, rounded
from sidumba_field.ui.widgets.speech import tr


@dataclass(frozen=True, slots=True)
class NavItem:
    """One screen: its key, words and Lucide icon."""

    key: str
    label: str
    icon: str


class NavButton(QAbstractButton):
    """One row of the navigation, wide or mini."""

    def __init__(self, item: NavItem, shortcut: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.item = item
        self._mini, self._current = False, False
        self._count, self._count_tone = "", "text.secondary"
        self._said = f"{item.label} ({spoken(shortcut)})" if shortcut else item.label
        self.setText(item.label)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        if shortcut:
            self.setShortcut(sequence(shortcut))
        self._name()
        theme().changed.connect(self.update)

    def _name(self) -> None:
        self.setAccessibleName(f"{self.item.label} {self._count}".strip())
        self.setToolTip(self._said)

    def set_mini(self, mini: bool) -> None:
        """Icon only."""
        self._mini = mini
        self.updateGeometry()
        self.update()

    def set_current(self, current: bool) -> None:
        """Mark the screen that is open."""
        self._current = current
        self.update()

    def set_count(self, count: str, tone: str) -> None:
        """A number at the right; in the rail a dot in the colour of its tone."""
        self._count, self._count_tone = count, tone
        self._name()
        self.update()

    def event(self, event: QEvent) -> bool:
        """Its shortcut acts at once."""
        return press_at_once(self, event) or super().event(event)

    def sizeHint(self) -> QSize:
        """32 high with words, 36 in the rail."""
        return QSize(36, 36) if self._mini else QSize(size("navWide") - 16, 32)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, icon, words, count."""
        painter = QPainter(self)
        current = theme()
        rect = QRectF(self.rect())
        if self._current:
            rounded(painter, rect, radius("md"), current.color("bg.surface"), None)
        elif self.underMouse():
            rounded(painter, rect, radius("md"), current.color("bg.press"), None)
        ink = current.color("accent.fg" if self._current else "text.secondary")
        left = (self.width() - 16) / 2 if self._mini else 10
        paint_icon(painter, self.item.icon, QRectF(left, (self.height() - 16) / 2, 16, 16), ink)
        if self._mini:
            self._paint_dot(painter)
        else:
            self._paint_words(painter)
        painter.end()

    def _paint_dot(self, painter: QPainter) -> None:
        if not self._count or not self._count_tone.startswith("state."):
            return
        family = self._count_tone.rsplit(".", 1)[0]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color(f"{family}.solid"))
        painter.drawEllipse(QPointF(self.width() - 9, 9), 4, 4)

    def _paint_words(self, painter: QPainter) -> None:
        right = QRectF(0, 0, self.width() - 10, self.height())
        used = font("small", numbers=True, weight=500)
        taken = 0.0
        if self._count:
            ink = theme().color(self._count_tone)
            taken = line_of_text(painter, right, self._count, used, ink, Qt.AlignmentFlag.AlignRight) + 8
        words = QRectF(36, 0, self.width() - 46 - taken, self.height())
        tone = "text.primary" if self._current else "text.secondary"
        line_of_text(painter, words, self.item.label, font("label"), theme().color(tone))


class _SearchButton(NavButton):
    def __init__(self) -> None:
        super().__init__(NavItem("search", tr("nav.search"), "search"), "Ctrl+K")

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._mini:
            super().paintEvent(event)
            return
        painter = QPainter(self)
        current = theme()
        fill = current.color("bg.surface") if self.underMouse() else current.color("bg.app")
        rounded(painter, QRectF(self.rect()), radius("md"), fill, current.color("border.default"))
        ink = current.color("text.secondary")
        paint_icon(painter, "search", QRectF(10, (self.height() - 16) / 2, 16, 16), ink)
        line_of_text(painter, QRectF(33, 0, 80, self.height()), self.item.label, font("body"), ink)
        keys = keys_of("Ctrl+K")
        left = self.width() - 6 - KeycapPainter.width(keys)
        KeycapPainter.paint(painter, left, self.height() / 2, keys)
        painter.end()


class _PersonButton(NavButton):
    def __init__(self) -> None:
        super().__init__(NavItem("person", tr("nav.settings"), "settings"))
        self._person, self._role, self._letters = "", "", ""

    def set_person(self, name: str, role: str, *, short: str = "", letters: str = "") -> None:
        self._person, self._role = short or name, role
        self._letters = letters or initials(name)
        self.setAccessibleName(f"{name}, {role}, {tr('nav.settings')}")
        self.setToolTip(f"{name}, {role}")
        self.setVisible(bool(name))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(36, 36) if self._mini else QSize(size("navWide") - 16, 42)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        middle = self.height() / 2
        left = (self.width() - 28) / 2 if self._mini else 6
        paint_avatar(painter, QRectF(left, middle - 14, 28, 28), self._letters)
        if not self._mini:
            current = theme()
            name = QRectF(43, 2, self.width() - 72, 19)
            # A long role runs below the gear, which then stands beside the name.
            wide = text_width(self._role, font("small")) > self.width() - 72
            role = QRectF(43, 20, self.width() - (45 if wide else 72), 18)
            line_of_text(painter, name, self._person, font("label"), current.color("text.primary"))
            line_of_text(painter, role, self._role, font("small"), current.color("text.secondary"))
            gear = QRectF(self.width() - 22, (11 if wide else middle) - 8, 16, 16)
            paint_icon(painter, "settings", gear, current.color("text.secondary"))
        painter.end()


class NavBar(QWidget):
    """The bar. ``chosen`` carries an item's key."""

    chosen = Signal(str)
    search_wanted = Signal()
    settings_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mini = False
        self._buttons: dict[str, NavButton] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(8, 8, 8, 8)
        self._column.setSpacing(2)
        self._search = _SearchButton()
        self._search.clicked.connect(self.search_wanted)
        self._column.addWidget(self._search)
        self._column.addSpacing(10)
        self._items = QVBoxLayout()
        self._items.setSpacing(2)
        self._column.addLayout(self._items)
        self._column.addStretch(1)
        self._gear = NavButton(NavItem("settings", tr("nav.settings"), "settings"))
        self._gear.clicked.connect(self.settings_wanted)
        self._column.addWidget(self._gear)
        self._person = _PersonButton()
        self._person.clicked.connect(self.settings_wanted)
        self._column.addWidget(self._person)
        self._person.hide()
        self.setAccessibleName(tr("nav.name"))
        theme().changed.connect(self.update)
        self.set_mini(False)

    def set_items(self, items: Sequence[NavItem]) -> None:
        """Replace the screens; their order gives Ctrl+1 to Ctrl+8."""
        for button in self._buttons.values():
            self._items.removeWidget(button)
            button.deleteLater()
        self._buttons = {}
        for number, item in enumerate(items, start=1):
            button = NavButton(item, f"Ctrl+{number}" if number <= 8 else "")
            button.set_mini(self._mini)
            button.clicked.connect(lambda _checked=False, key=item.key: self.chosen.emit(key))
            self._buttons[item.key] = button
            self._items.addWidget(button)

    def button(self, key: str) -> NavButton:
        """The row of a screen; KeyError for an unknown key."""
        return self._buttons[key]

    def set_current(self, key: str) -> None:
        """Mark the open screen; an unknown key marks none."""
        for name, button in self._buttons.items():
            button.set_current(name == key)

    def set_count(self, key: str, count: str, tone: str = "text.secondary") -> None:
        """Number beside a screen, "" for none;

        silently nothing when that screen is not in this person's list.
        """
        if key in self._buttons:
            self._buttons[key].set_count(count, tone)

    def set_person(self, name: str, role: str, *, short: str = "", letters: str = "") -> None:
        """Who is signed in; "" hides the block. ``short``: the name where room is little; ``letters``: its badge."""
        self._person.set_person(name, role, short=short, letters=letters)

    def is_mini(self) -> bool:
        """Whether it is the rail."""
        return self._mini

    def set_mini(self, mini: bool) -> None:
        """Rail or words."""
        self._mini = mini
        self.setFixedWidth(size("navMini") if mini else size("navWide"))
        for button in (self._search, self._gear, self._person, *self._buttons.values()):
            button.set_mini(mini)
        self._gear.setVisible(mini)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme().color("bg.nav"))
        painter.end()
