"""Helpers for tests of whole screens: a window over the fake laptop, people signing in by keys, clipped words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QWidget

from sidumba_field.ui.app import build_window
from sidumba_field.ui.jobs import Jobs
from sidumba_field.ui.operations import session
from sidumba_field.ui.screens.form.screen import FormScreen
from sidumba_field.ui.screens.home.screen import HomeScreen
from sidumba_field.ui.screens.login.screen import LoginScreen
from sidumba_field.ui.screens.review.screen import ReviewScreen
from sidumba_field.ui.screens.sync.screen import SyncScreen
from sidumba_field.ui.screens.window import Window
from sidumba_field.ui.widgets import painting
from sidumba_field.ui.widgets.label import ElidedLabel
from tests.helpers.fake_services import PASSPHRASE, PEOPLE, FakeServices
from tests.helpers.qt import idle, press, settle, show, wait_until


@dataclass
class Laptop:
    """A window, the services behind it, and hands on the keyboard."""

    window: Window
    services: FakeServices
    jobs: Jobs

    @property
    def calls(self) -> list[tuple[object, ...]]:
        """What reached the services."""
        return self.services.office.calls

    def answers(self) -> list[tuple[object, ...]]:
        """(path, value) of every answer that reached the services, in order."""
        return [call[2:] for call in self.calls if call[0] == "answer"]

    def idle(self) -> None:
        """Until everything typed is handed on, every job has come home and the truth bar was asked."""
        settle()
        desk, due = self.window.desk, self.window._truth_due
        wait_until(lambda: not self.jobs.pending and desk.form.idle and not due.isActive())
        idle(self.jobs)

    def sign_in(self, digit: int = 1) -> None:
        """As the person of that digit; typing the passphrase is what the tests of Masuk do."""
        session.unlock(self.window.desk, PEOPLE[digit - 1].user_id, PASSPHRASE)
        wait_until(lambda: self.window.current_screen() == "home")
        self.idle()

    @property
    def login(self) -> LoginScreen:
        """Masuk."""
        return self._screen("login", LoginScreen)

    @property
    def home(self) -> HomeScreen:
        """Beranda."""
        return self._screen("home", HomeScreen)

    @property
    def form(self) -> FormScreen:
        """Isi Formulir."""
        return self._screen("form", FormScreen)

    @property
    def review(self) -> ReviewScreen:
        """Verifikasi."""
        return self._screen("review", ReviewScreen)

    @property
    def sync(self) -> SyncScreen:
        """Sinkronisasi."""
        return self._screen("sync", SyncScreen)

    def _screen(self, name: str, kind: type) -> QWidget:  # type: ignore[type-arg]
        screen = self.window.screen_named(name)
        assert isinstance(screen, kind)
        return screen  # type: ignore[no-any-return]

    def open_form(self, rid: str = "k1") -> None:
        """Open a record from Beranda."""
        self.home.list.go_to(rid)
        self.home.list.setFocus()
        press("Return")
        wait_until(lambda: self.window.current_screen() == "form")
        self.idle()

    def saved(self, path: str, rid: str = "k1") -> str:
        """What the services hold."""
        return self.services.entry.forms[rid].fields.get(path, "")


@pytest.fixture
def laptop(themed: QApplication, jobs: Jobs) -> Iterator[Laptop]:
    """A shown window on Masuk, with people and records of Halong behind it."""
    services = FakeServices()
    window = build_window(services, jobs)  # type: ignore[arg-type]  # fakes speak the same methods
    show(window, 1366, 696)
    made = Laptop(window, services, jobs)
    made.idle()
    yield made
    services.office.gate = None
    made.idle()
    window.desk.sync.running = False
    window.close()
    window.deleteLater()
    settle()


def clipped(window: QWidget) -> list[str]:
    """Visible words that do not fit their widget; labels that elide on purpose show all in their tooltip."""
    found = []
    for widget in window.findChildren(QWidget):
        if not widget.isVisible() or widget.visibleRegion().isEmpty():
            continue
        if isinstance(widget, QLabel) and not isinstance(widget, ElidedLabel) and widget.text():
            if _label_clipped(widget):
                found.append(f"label {widget.text()!r} in {widget.size().toTuple()}")
        elif isinstance(widget, QAbstractButton) and widget.text():
            hint = widget.sizeHint()
            if widget.width() < min(hint.width(), widget.maximumWidth()) - 1 or widget.height() < 28:
                found.append(f"button {widget.text()!r}: {widget.size().toTuple()} < {hint.toTuple()}")
    return found


def _label_clipped(label: QLabel) -> bool:
    if label.wordWrap():
        return label.heightForWidth(label.width()) > label.height() + 1
    margins = label.contentsMargins()
    room = label.width() - margins.left() - margins.right()
    return QFontMetricsF(label.font()).horizontalAdvance(label.text()) > room + 1.5


def nameless(window: QWidget) -> list[str]:
    """Controls the keyboard can reach that a screen reader cannot call by a name."""
    found = []
    for widget in window.findChildren(QWidget):
        reachable = isinstance(widget, QAbstractButton | QLineEdit) and widget.isVisible()
        if reachable and not (widget.accessibleName() or getattr(widget, "text", str)()):
            found.append(f"{type(widget).__name__} in {type(widget.parentWidget()).__name__}")
    return found


def small(window: QWidget) -> list[str]:
    """Things to click that are lower or narrower than 28 px."""
    found = []
    for widget in window.findChildren(QAbstractButton):
        if widget.isVisible() and not widget.visibleRegion().isEmpty():
            width, height = widget.size().toTuple()
            if width < 28 or height < 28:
                found.append(f"{type(widget).__name__} {widget.text()!r} {width} x {height}")
    return found


def elided(window: QWidget, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Words that end in "…" when the window is painted now: painted rows and labels that give way."""
    found: list[str] = []

    class Watching(QFontMetricsF):
        def elidedText(self, text: str, mode: Qt.TextElideMode, width: float, flags: int = 0) -> str:
            shown = super().elidedText(text, mode, width, flags)
            if shown != text:
                found.append(f"painted {text!r} -> {shown!r}")
            return shown

    with monkeypatch.context() as patch:
        patch.setattr(painting, "QFontMetricsF", Watching)
        window.grab()
    for label in window.findChildren(ElidedLabel):
        if label.isVisible() and label.fontMetrics().horizontalAdvance(label.text()) > label.width():
            found.append(f"label {label.text()!r} in {label.width()} px")
    return found
