"""Hands on the real window: keys on whatever has the focus, and patience until something is so.

Kept free of the server and of pytest, so that a program that is killed and started again starts as fast as the
desktop itself does.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QEventLoop, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QWidget

PATIENCE_S = 30.0


def rest(milliseconds: int) -> None:
    """Let the window live for a while with the hands still."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def turn() -> None:
    """Let the window do what is due now."""
    for _ in range(2):
        QApplication.processEvents()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def until(true: Callable[[], bool], what: Callable[[], str], seconds: float = PATIENCE_S) -> None:
    """Let the window live until ``true()``; TimeoutError with ``what()`` when that takes too long."""
    end = time.monotonic() + seconds
    turn()
    while not true():
        if time.monotonic() > end:
            raise TimeoutError(what())
        rest(2)
        turn()


def _target() -> QWidget:
    target = QApplication.focusWidget() or QApplication.activeWindow()
    if target is None:
        raise LookupError("no window takes keys")
    return target


def press(keys: str, times: int = 1) -> None:
    """Press a key by name ("Ctrl+A", "Return")."""
    for _ in range(times):
        combination = QKeySequence(keys)[0]  # type: ignore[index]  # Qt's stubs do not know of it
        QTest.keyClick(_target(), combination.key(), combination.keyboardModifiers())
        turn()


def type_letters(text: str) -> None:
    """Type letters one by one; each finds the focus anew, as a table cell opens its editor at the first."""
    for letter in text:
        key = ord(letter.upper()) if letter.isascii() else 0
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(_target(), QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, letter))
        turn()


def choose_file(window: QWidget, file: Path) -> None:
    """Space on a picture field, the path of the file, Enter."""

    def dialog() -> QFileDialog | None:
        return next((one for one in window.findChildren(QFileDialog) if one.isVisible()), None)

    press("Space")
    until(lambda: dialog() is not None, lambda: "no file dialog")
    shown = dialog()
    name = shown.findChild(QLineEdit) if shown is not None else None
    if name is None:
        raise LookupError("the file dialog has no line for a name")
    name.setFocus()
    turn()
    QTest.keyClicks(name, str(file))
    QTest.keyClick(name, Qt.Key.Key_Return)
    until(lambda: dialog() is None, lambda: "the file dialog stays open")
    window.activateWindow()
    turn()
