"""The application: Qt itself, its messages in the log, and the window with every screen wired to one desk.

Owns putting screens, navigation, truth bar, toast and the person signed in together. ``build_window`` is all that
bootstrap and tests need; nothing here knows how services came to be.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication, QMessageBox

from sidumba_field.ui.jobs import Jobs
from sidumba_field.ui.screens.window import Window
from sidumba_field.ui.theme import Mode, apply_theme
from sidumba_field.ui.viewmodels.desk import Desk

if TYPE_CHECKING:
    from sidumba_field.services import Services

log = logging.getLogger(__name__)

_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


def make_app(argv: Sequence[str] | None = None, mode: Mode | None = None) -> QApplication:
    """The QApplication with theme and Qt's messages in our log; the one that exists if there is one already.

    ``mode`` None follows the system's light or dark.
    """
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        app = existing
    else:
        qInstallMessageHandler(_qt_said)
        app = QApplication(list(argv if argv is not None else sys.argv))
    app.setApplicationName("Sidumba Field")
    app.setApplicationDisplayName("Sidumba Field")
    apply_theme(app, mode or _system_mode(app))
    return app


def refusal(sentence: str, code: str) -> QMessageBox:
    """Return the box that says why the window cannot open: who starts it by a double click has no console to read."""
    box = QMessageBox(QMessageBox.Icon.Warning, "Sidumba Field", sentence)
    box.setInformativeText(code)
    box.setStandardButtons(QMessageBox.StandardButton.Close)
    return box


def _system_mode(app: QApplication) -> Mode:
    return "dark" if app.styleHints().colorScheme().name == "Dark" else "light"


def _qt_said(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    """Qt's own messages go where ours go; a window must never write to a console nobody sees."""
    where = f"{context.category}" if context.category else "qt"
    log.log(_LEVELS.get(kind, logging.WARNING), "%s: %s", where, message)


def build_window(services: Services, jobs: Jobs) -> Window:
    """The main window with every screen over one desk; shows Masuk first.

    The window does not close before everything typed is in the store.
    """
    window = Window(Desk(services, jobs))
    window.start()
    return window
