"""Helpers for tests with windows: the themed application, keys by name, waiting for jobs, pictures of widgets.

``themed`` is the fixture to ask for; it applies a mode to pytest-qt's application and returns the application.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QEventLoop, Qt, QTimer
from PySide6.QtGui import QImage, QKeyEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from sidumba_field.ui.jobs import Jobs
from sidumba_field.ui.theme import apply_theme


@pytest.fixture
def themed(qapp: QApplication) -> Iterator[QApplication]:
    """The application in the light theme, before and after: it changes cheaply while no window is there."""
    apply_theme(qapp, "light")
    yield qapp
    apply_theme(qapp, "light")


@pytest.fixture
def jobs(qapp: QApplication) -> Iterator[Jobs]:
    """Jobs that are closed at the end of the test."""
    made = Jobs()
    yield made
    made.close()


def show(widget: QWidget, width: int = 0, height: int = 0) -> QWidget:
    """Show a widget, give it the window activation and let it lay itself out."""
    if width and height:
        widget.resize(width, height)
    widget.show()
    widget.activateWindow()
    settle()
    return widget


def settle(ms: int = 0) -> None:
    """Run the event loop for ``ms`` (0: until what is queued is done)."""
    if ms:
        loop = QEventLoop()
        QTimer.singleShot(ms, loop.quit)
        loop.exec()
    for _ in range(3):
        QApplication.processEvents()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def press(shortcut: str, times: int = 1, widget: QWidget | None = None) -> None:
    """Press a key by name ("Ctrl+Return", "Tab", "3") where the focus is, or in ``widget``."""
    for _ in range(times):
        target = widget or QApplication.focusWidget() or QApplication.activeWindow()
        assert target is not None, f"nobody is there to take {shortcut}"
        combination = QKeySequence(shortcut)[0]
        QTest.keyClick(target, combination.key(), combination.keyboardModifiers())
        settle()


def type_text(text: str, widget: QWidget | None = None) -> None:
    """Type letters where the focus is, or in ``widget``; each letter finds the focus anew."""
    for character in text:
        target = widget or QApplication.focusWidget()
        assert target is not None, f"nobody is there to take {character!r}"
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            key = ord(character.upper()) if character.isascii() else 0
            QApplication.sendEvent(target, QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, character))
        settle()


def wait_until(true: Callable[[], bool], ms: int = 10_000) -> None:
    """Run the event loop until ``true()``; AssertionError when the time is over."""
    loop, watch = QEventLoop(), QTimer()
    watch.timeout.connect(lambda: loop.quit() if true() else None)
    watch.start(5)
    QTimer.singleShot(ms, loop, loop.quit)
    try:
        if not true():
            loop.exec()
    finally:
        # A timer that outlived a failed test would ask about widgets that are gone.
        watch.stop()
    assert true(), "it did not happen in time"


def idle(jobs: Jobs, ms: int = 5000) -> None:
    """Wait until no job is under way, and none that the end of another one began."""
    while True:
        wait_until(lambda: jobs.pending == 0, ms)
        settle()
        if jobs.pending == 0:
            return


def picture(widget: QWidget, path: Path | None = None) -> QImage:
    """A widget as an image, saved if a path is given."""
    settle()
    image = widget.grab().toImage()
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        assert image.save(str(path)), f"{path} cannot be written"
    return image
