"""The main window's frame: navigation at the left, screens in the middle, the truth bar below, one toast
above.

Owns which screen is shown, the width of the navigation, and the breakpoints of design/UI.md section 4. It
knows no services: bootstrap and the operations connect its signals and feed its bars.

A screen is any QWidget. It may offer (all optional): ``on_show(**given)`` called when it is shown;
``on_leave()`` called when another takes its place; ``set_narrow(below_1180, below_1000)`` for its own
layout; ``first_focus()`` giving the widget the keyboard starts in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QCloseEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from sidumba_field.ui.theme import breakpoint_px, minimum_window
from sidumba_field.ui.widgets.focus import FocusRing
from sidumba_field.ui.widgets.nav_bar import NavBar
from sidumba_field.ui.widgets.page_header import PageHeader
from sidumba_field.ui.widgets.speech import tr
from sidumba_field.ui.widgets.toast import Toast
from sidumba_field.ui.widgets.truth_bar import TruthBar

CLIENT_AREA = (1366, 696)
#: Free px below the toast, the truth bar included; a screen with a foot of its own names more as ``toast_above``.
TOAST_ABOVE = 46
TITLE = "Sidumba Field"


@dataclass(slots=True)
class _Place:
    widget: QWidget | None  # None until it is first asked for
    build: Callable[[], QWidget]
    rail: bool
    chrome: bool
    nav: str


class MainWindow(QMainWindow):
    """The one window."""

    screen_shown = Signal(str)
    closing = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._places: dict[str, _Place] = {}
        self._current = ""
        self._wide_wish: bool | None = None
        self.nav = NavBar()
        self.truth = TruthBar()
        self._stack = QStackedWidget()
        body = QHBoxLayout()
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(0)
        body.addWidget(self.nav)
        body.addWidget(self._stack, 1)
        central = QWidget()
        column = QVBoxLayout(central)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(body, 1)
        column.addWidget(self.truth)
        self.setCentralWidget(central)
        self.toast = Toast(central)
        self.nav.chosen.connect(self._nav_chosen)
        self._add_width_action()
        self.setWindowTitle(TITLE)
        self.setMinimumSize(*minimum_window())
        self.resize(*CLIENT_AREA)
        app = QApplication.instance()
        self.focus_ring = FocusRing(app) if isinstance(app, QApplication) else None

    def _add_width_action(self) -> None:
        action = QAction(tr("nav.width"), self)
        action.setShortcut(QKeySequence("Ctrl+B"))
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.triggered.connect(self.toggle_nav)
        self.addAction(action)

    def set_place(self, place: str) -> None:
        """Where this laptop works, in the window title: ``Sidumba Field · Desa Kapul``."""
        self.setWindowTitle(f"{TITLE} · {place}" if place else TITLE)

    # -- screens

    def add_screen(
        self,
        name: str,
        screen: QWidget | Callable[[], QWidget],
        *,
        rail: bool = False,
        chrome: bool = True,
        nav: str | None = None,
    ) -> None:
        """Add a screen, or how to build it when it is first asked for. ``rail``: a task screen that wants the narrow
        navigation; ``chrome`` False: no navigation at all; ``nav``: key of the navigation row it belongs to (its own
        name by default)."""
        if name in self._places:
            raise ValueError(f"screen {name!r} is there already")
        nav = name if nav is None else nav
        if isinstance(screen, QWidget):
            self._places[name] = _Place(screen, type(screen), rail, chrome, nav)
            self._stack.addWidget(screen)
        else:
            self._places[name] = _Place(None, screen, rail, chrome, nav)

    def has_screen(self, name: str) -> bool:
        """Whether a screen was added under that name."""
        return name in self._places

    def screen_named(self, name: str) -> QWidget:
        """The screen of that name, built now if it was not yet; KeyError if there is none."""
        place = self._places[name]
        if place.widget is None:
            place.widget = place.build()
            self._stack.addWidget(place.widget)
        return place.widget

    def built_screen(self, name: str) -> QWidget | None:
        """The screen of that name if it was ever shown; KeyError if there is none."""
        return self._places[name].widget

    def current_screen(self) -> str:
        """Name of the screen in front, "" before the first."""
        return self._current

    def show_screen(self, name: str, **given: object) -> None:
        """Bring a screen to the front and hand it ``given``; KeyError for an unknown name."""
        place, screen = self._places[name], self.screen_named(name)
        before = self._places.get(self._current)
        if before is not None and before.widget is not None and before is not place:
            _call(before.widget, "on_leave")
        self._current = name
        self._wide_wish = None
        self._stack.setCurrentWidget(screen)
        self.nav.set_current(place.nav)
        self._arrange()
        self.toast.set_above(getattr(screen, "toast_above", TOAST_ABOVE))
        _call(screen, "on_show", **given)
        first = _call(screen, "first_focus")
        if isinstance(first, QWidget):
            first.setFocus(Qt.FocusReason.OtherFocusReason)
        self.screen_shown.emit(name)

    def _nav_chosen(self, key: str) -> None:
        if key in self._places:
            self.show_screen(key)

    # -- words above everything

    def show_toast(
        self, text: str, undo: Callable[[], None] | None = None, expired: Callable[[], None] | None = None
    ) -> None:
        """Say one sentence for ten seconds, with Urungkan if ``undo`` is given."""
        self.toast.show_message(text, undo, expired)

    # -- widths

    def toggle_nav(self) -> None:
        """Ctrl+B: the other width, until the next screen."""
        self._wide_wish = self.nav.is_mini()
        self._arrange()

    def _arrange(self) -> None:
        place = self._places.get(self._current)
        narrow = self.width() < breakpoint_px("navAutoMini")
        tight = self.width() < breakpoint_px("sectionNavMini")
        wish = self._wide_wish
        mini = (narrow or (place is not None and place.rail)) if wish is None else not wish
        self.nav.set_mini(mini)
        self.nav.setVisible(place is None or place.chrome)
        self.truth.set_short(tight)
        if place is not None and place.widget is not None:
            _call(place.widget, "set_narrow", narrow, tight)
            for header in place.widget.findChildren(PageHeader):
                header.set_compact(tight)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Choose the layout of the new width."""
        super().resizeEvent(event)
        self._arrange()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Let what waits for its undo time go out, then close."""
        self.toast.finish()
        self.closing.emit()
        super().closeEvent(event)


def _call(screen: QWidget, name: str, *args: object, **given: object) -> object:
    """Call an optional method of a screen."""
    method = getattr(screen, name, None)
    return method(*args, **given) if callable(method) else None
