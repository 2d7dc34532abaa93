"""A laptop with its window: everything is done by keys on whatever has the focus, and every screen can be pictured."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QEventLoop, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QWidget

from sidumba_field.core.xforms import template_path
from sidumba_field.ui.app import build_window
from sidumba_field.ui.jobs import Jobs
from sidumba_field.ui.screens.form.screen import FormScreen
from sidumba_field.ui.screens.window import Window
from tests.tour.offices import OfficeLaptop

CLIENT = (1366, 696)
#: The same laptop at 125 % (design/UI.md section 4).
CLIENT_125 = (1093, 543)
PATIENCE_S = 30


def turn(milliseconds: int = 0) -> None:
    """Let the event loop run for a while."""
    if milliseconds:
        loop = QEventLoop()
        QTimer.singleShot(milliseconds, loop.quit)
        loop.exec()
    for _ in range(2):
        QApplication.processEvents()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def until(true: Callable[[], bool], what: str | Callable[[], str], seconds: float = PATIENCE_S) -> None:
    """Run the event loop until ``true()``; raise with ``what`` when it takes too long."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise TimeoutError(what if isinstance(what, str) else what())
        turn(5)


class DrivenWindow:
    """One window over one laptop. ``presses`` counts every key pressed."""

    def __init__(self, laptop: OfficeLaptop, jobs: Jobs) -> None:
        self.laptop, self.jobs = laptop, jobs
        self.presses = 0
        self.window: Window = build_window(laptop.services, jobs)
        self.window.resize(*CLIENT)
        self.window.show()
        self.window.activateWindow()
        self.rest()

    # ---- hands ---------------------------------------------------------------------------------------------------

    def front(self) -> None:
        """Bring this window before the others of the tour, as one would change laptops."""
        self.window.activateWindow()
        until(lambda: QApplication.activeWindow() is self.window, "the window did not come to the front")

    def _target(self) -> QWidget:
        if QApplication.activeWindow() is None:
            # The display without a screen gives the keyboard to nobody when a popup of its own has closed.
            self.front()
        return QApplication.focusWidget() or self.window

    def press(self, keys: str, times: int = 1) -> None:
        """Press a key by name ("Ctrl+Return", "Alt+S") on whatever has the focus."""
        for _ in range(times):
            combination = QKeySequence(keys)[0]
            QTest.keyClick(self._target(), combination.key(), combination.keyboardModifiers())
            self.presses += 1
            turn()

    def type(self, text: str) -> None:
        """Type letters one by one, fast: the window paints again at the end of the word."""
        for letter in text:
            target = self._target()
            key = ord(letter.upper()) if letter.isascii() else 0
            for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                QApplication.sendEvent(target, QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, letter))
            self.presses += 1
        turn()

    def rest(self) -> None:
        """Wait until no job is under way and everything typed is in the store."""
        until(
            lambda: self.jobs.pending == 0 and self.window.desk.form.idle, "the window does not come to rest"
        )
        turn()

    def picture(self, path: Path) -> None:
        """Save what the window shows."""
        self.rest()
        turn(250)
        path.parent.mkdir(parents=True, exist_ok=True)
        if not self.window.grab().save(str(path)):
            raise OSError(f"{path} cannot be written")

    def wide_and_narrow(self, path: Path) -> None:
        """Save what the window shows at 100 % and at 125 % (``-125``)."""
        self.picture(path)
        self.window.resize(*CLIENT_125)
        turn(50)
        self.picture(path.with_name(f"{path.stem}-125.png"))
        self.window.resize(*CLIENT)
        turn(50)

    @property
    def form(self) -> FormScreen:
        """Isi Formulir."""
        screen = self.window.screen_named("form")
        assert isinstance(screen, FormScreen)
        return screen

    # ---- what people do ------------------------------------------------------------------------------------------

    @property
    def screen(self) -> str:
        return str(self.window.current_screen())

    def sign_in(self, role: str) -> None:
        """Choose the person by digit, type the passphrase, Enter."""
        self.front()
        login = self.window.screen_named("login")
        until(
            lambda: self._in_hand(login), lambda: f"Masuk has no focus, {QApplication.focusWidget()} has it"
        )
        accounts = self.laptop.services.session.login_view().accounts
        number = [card.user_id for card in accounts].index(self.laptop.cards[role].user_id) + 1
        if len(accounts) > 1:
            # With one person only the hand is on the passphrase already.
            self.press(f"Alt+{number}")
        until(lambda: isinstance(QApplication.focusWidget(), QLineEdit), "the digit chose nobody")
        self.type(self.laptop.people[role]["passphrase"])
        self.press("Return")
        until(lambda: self.screen == "home", f"{role} could not sign in")
        self.rest()

    def _in_hand(self, screen: QWidget) -> bool:
        """Whether the keyboard is in a screen; a window that comes to the front gets it where its screen begins."""
        hand = QApplication.focusWidget()
        if hand is None or not screen.isAncestorOf(hand):
            first = screen.first_focus()  # type: ignore[attr-defined]
            first.setFocus()
            turn()
        return screen.isAncestorOf(QApplication.focusWidget() or self.window)

    def sign_out(self) -> None:
        self.front()
        self.press("Ctrl+Shift+L")
        until(lambda: self.screen == "login", "the window did not lock")
        self.rest()

    def go(self, screen: str) -> None:
        """Open a screen by its number in the navigation (Ctrl+1, Ctrl+2 ...)."""
        self.front()
        self.press(f"Ctrl+{[item.key for item in self.window.nav_items()].index(screen) + 1}")
        until(lambda: self.screen == screen, f"{screen} did not open, {self.screen} is shown")
        self.rest()

    def send(self) -> None:
        """Ctrl+J, and wait for the end of the run."""
        self.rest()
        self.press("Ctrl+J")
        until(lambda: not self.window.desk.sync.running, "sending does not end", 60)
        self.rest()
        if self.window.desk.sync.problem:
            raise RuntimeError(self.window.desk.sync.problem)

    def problems(self) -> dict[str, str]:
        """Path -> message of everything that still stops the form."""
        view = self.window.desk.form.view
        return (
            {path: item.error for path, item in view.items.items() if item.error} if view is not None else {}
        )

    # ---- the form ------------------------------------------------------------------------------------------------

    def here(self) -> str:
        """Return the question the hand is on, without row ids."""
        return template_path(self.form.body.here())

    def fill_form(
        self, answers: dict[str, str], rows: dict[str, Sequence[Sequence[str]]], photo: Path
    ) -> None:
        """Go through the whole form from its first question: answer what is still empty, Enter moves on."""
        seen: set[str] = set()
        while QApplication.focusWidget() is not self.form.finish_button:
            path = self.here()
            if path in seen:
                raise RuntimeError(f"Enter does not leave {path}")
            seen.add(path)
            if path in rows:
                self.type_rows(rows[path])
            elif path not in (self.window.desk.form.view.repeats if self.window.desk.form.view else {}):
                self._answer(path, answers, photo)
            self.press("Return")
            if not self._left(path):
                # A list that was open took the first Enter for its own row.
                self.press("Return")
                self._left(path)

    def _left(self, path: str) -> bool:
        """Tell whether the hand has moved on; the form waits for answers on their way before it does."""
        end = time.monotonic() + 1
        while time.monotonic() < end:
            if QApplication.focusWidget() is self.form.finish_button or self.here() != path:
                return True
            turn(5)
        return False

    def _answer(self, path: str, answers: dict[str, str], photo: Path) -> None:
        self.rest()
        item = self.window.desk.form.item(path)
        assert item is not None, path
        if item.value or item.readonly:
            return
        if item.kind == "binary":
            # Scans that may be left out are left out: each file dialog costs as much as twenty answers.
            if item.required or path in answers:
                self.choose_file(photo)
        elif path in answers:
            self.type(answers[path])
            if item.lookup:
                turn(300)

    def type_rows(self, rows: Sequence[Sequence[str]]) -> None:
        """Type a table: Enter goes right, then to the next row; the empty row at the end makes a new one."""
        for cells in rows:
            for cell in cells:
                self.type(cell)
                self.press("Return")
                self.rest()

    def choose_file(self, file: Path) -> None:
        """Open the file dialog with Space, type the path, Enter."""
        self.press("Space")
        until(lambda: self._dialog() is not None, "no file dialog")
        dialog = self._dialog()
        assert dialog is not None
        name = dialog.findChild(QLineEdit)
        assert name is not None
        name.setFocus()
        turn()
        QTest.keyClicks(name, str(file))
        QTest.keyClick(name, Qt.Key.Key_Return)
        self.presses += len(str(file)) + 1
        until(lambda: self._dialog() is None, "the file dialog stays open")
        self.front()
        self.rest()

    def _dialog(self) -> QFileDialog | None:
        return next((d for d in self.window.findChildren(QFileDialog) if d.isVisible()), None)
