"""The short wait between Enter and the next question: which question is next depends on answers still on their way.

Owns the order of things under a fast hand: Enter hands on what was typed, the step is taken when the store has
answered (or after ``PATIENCE_MS``), and keys pressed meanwhile are kept and typed into the question that gets the
hand. A shortcut pressed meanwhile waits for them too, so that it never overtakes what was typed before it.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QElapsedTimer, QEvent, QEventLoop, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

from sidumba_field.ui.viewmodels.form import FormModel

PATIENCE_MS = 2_000
_ALONE = (Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_AltGr, Qt.Key.Key_Meta)


def _commands(event: QKeyEvent) -> bool:
    """Whether a key is a command, not something typed (AltGr is Ctrl and Alt together)."""
    held = event.modifiers()
    control = bool(held & Qt.KeyboardModifier.ControlModifier)
    alt = bool(held & Qt.KeyboardModifier.AltModifier)
    if event.key() in _ALONE:
        return False
    return control != alt or Qt.Key.Key_F1 <= event.key() <= Qt.Key.Key_F12


class PatientStep(QObject):
    """One step at a time. ``page`` is where keys are kept; keys for anything else pass."""

    def __init__(self, model: FormModel, page: QWidget) -> None:
        super().__init__(page)
        self._model, self._page = model, page
        self._step: Callable[[], None] | None = None
        self._keys: list[QKeyEvent] = []
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE_MS)
        self._patience.timeout.connect(self._go)
        model.settled.connect(self._go)

    def set_patience(self, milliseconds: int) -> None:
        """How long a step waits at most."""
        self._patience.setInterval(milliseconds)

    @property
    def waiting(self) -> bool:
        """Whether a step waits for an answer."""
        return self._step is not None

    def take(self, step: Callable[[], None]) -> None:
        """Take ``step`` now, or as soon as the store has what was typed."""
        self._model.settle()
        if self._model.idle:
            self._end()
            step()
            return
        if self._step is None:
            QApplication.instance().installEventFilter(self)  # type: ignore[union-attr]  # a widget has its application
        self._step = step
        self._patience.start()

    def drop(self) -> None:
        """The hand has gone elsewhere meanwhile: the step is not wanted any more, the keys are."""
        if self._step is not None:
            self._end()
            self._type_on()

    def forget(self) -> None:
        """Another record is in hand: neither step nor keys belong to it."""
        self._end()
        self._keys = []

    def _go(self) -> None:
        step = self._step
        if step is None:
            return
        self._end()
        step()
        self._type_on()

    def _catch_up(self) -> None:
        """Let everything typed before a shortcut take its course; when the store takes too long, go on without it."""
        spent = QElapsedTimer()
        spent.start()
        while self._step is not None and spent.elapsed() < PATIENCE_MS:
            # The patience timer wakes this up at the latest.
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        while self._step is not None:
            self._go()

    def _end(self) -> None:
        self._step = None
        self._patience.stop()
        QApplication.instance().removeEventFilter(self)  # type: ignore[union-attr]  # as above

    def _type_on(self) -> None:
        keys, self._keys = self._keys, []
        for key in keys:
            # A kept Enter may begin the next wait; then the filter keeps the keys after it once more, in order.
            target = QApplication.focusWidget()
            if target is not None:
                QApplication.sendEvent(target, key)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep keys that are meant for the next question; a shortcut ends the wait, it must not overtake them."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _commands(event):
            self._catch_up()
            return False
        if (
            event.type() not in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease)
            or not isinstance(event, QKeyEvent)
            or not isinstance(watched, QWidget)
            or event.key() in _ALONE
            or not self._page.isAncestorOf(watched)
        ):
            return False
        self._keys.append(
            QKeyEvent(
                event.type(),
                event.key(),
                event.modifiers(),
                event.text(),
                event.isAutoRepeat(),
                event.count(),
            )
        )
        return True
