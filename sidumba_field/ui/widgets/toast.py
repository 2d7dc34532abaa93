"""The toast: one short sentence over the content, with Urungkan for ten seconds.

Owns undo instead of confirmation (design/UI.md section 1.4): the act is done at once, the toast lets it be
taken back; Ctrl+Z works without focusing it; the time stands still while it has the focus or the mouse. When
the time ends ``expired`` of the caller is told, because decisions leave the laptop only then.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QFontMetricsF, QKeySequence, QPainter, QPaintEvent, QShortcut
from PySide6.QtWidgets import QAbstractButton, QFrame, QHBoxLayout, QSizePolicy, QWidget

from sidumba_field.ui.theme import font, motion, radius, theme
from sidumba_field.ui.widgets.keycap import KeycapPainter, keys_of
from sidumba_field.ui.widgets.label import Label
from sidumba_field.ui.widgets.painting import line_of_text, rounded
from sidumba_field.ui.widgets.speech import tr
from sidumba_field.ui.widgets.toast_place import best_place

_SHADOW = 8
_KEYS = "Ctrl+Z"
_LOOK_MS = 200  # how often a shown toast looks whether it covers what is in hand


class _UndoButton(QAbstractButton):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setProperty("corner", 5)
        self.setFixedHeight(28)
        self._words_width, self._keys = 0.0, _KEYS
        self.offer(tr("toast.undo"), _KEYS)

    def offer(self, words: str, keys: str) -> None:
        """Say what a press does, and by which keys."""
        self._keys = keys
        self.setText(words)
        self.setAccessibleName(words)
        self.setToolTip(f"{words} ({keys})")
        self._words_width = QFontMetricsF(font("label", weight=600)).horizontalAdvance(words)
        self.setFixedWidth(round(self._words_width + 8 + KeycapPainter.width(keys_of(keys)) + 6))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        ink = theme().color("special.toastAction")
        rect = QRectF(2, 0, self.width(), self.height())
        line_of_text(painter, rect, self.text(), font("label", weight=600), ink)
        left = 2 + self._words_width + 8
        KeycapPainter.paint(painter, left, self.height() / 2, keys_of(self._keys), on_solid=True)
        painter.end()


class Toast(QFrame):
    """The one toast of a window, a child of ``host``, floating above its lower edge."""

    def __init__(self, host: QWidget, *, above: int = 46) -> None:
        super().__init__(host)
        self._host, self._above = host, above
        self._undo: Callable[[], None] | None = None
        self._expired: Callable[[], None] | None = None
        self._left_ms = 0
        self._of_screen = False
        self._label = Label("", "body", "onSolid")
        self._button = _UndoButton(self)
        self._button.clicked.connect(self.undo)
        row = QHBoxLayout(self)
        row.setContentsMargins(14 + _SHADOW, 7 + _SHADOW, 14 + _SHADOW, 7 + _SHADOW)
        row.setSpacing(18)
        row.addWidget(self._label)
        row.addWidget(self._button)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._time_over)
        self._shortcut = QShortcut(QKeySequence(_KEYS), host)
        self._shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
        self._shortcut.activated.connect(self.undo)
        # A form has a Ctrl+Z of its own; while the toast offers one, it is the toast's.
        self._shortcut.activatedAmbiguously.connect(self.undo)
        self._shortcut.setEnabled(False)
        self._watch = QTimer(self)
        self._watch.setInterval(_LOOK_MS)
        self._watch.timeout.connect(self._give_way)
        host.installEventFilter(self)
        self._button.installEventFilter(self)
        self.hide()

    def show_message(
        self,
        text: str,
        undo: Callable[[], None] | None = None,
        expired: Callable[[], None] | None = None,
        *,
        ms: int | None = None,
        act: tuple[str, str] | None = None,
    ) -> None:
        """Say ``text``. ``act``: words and keys of the button when it does something else than taking back; the keys
        are the screen's own, so that they work without a toast too.

        One at a time: an earlier toast ends (its ``expired`` is called) before this one shows.
        """
        self._finish()
        self._undo, self._expired = undo, expired
        words, keys = act or (tr("toast.undo"), _KEYS)
        self._button.offer(words, keys)
        self._label.setText(text)
        self._button.setVisible(undo is not None)
        self._of_screen = act is not None
        self._shortcut.setEnabled(undo is not None and act is None)
        self.setAccessibleName(text)
        self.adjustSize()
        self._place()
        self.show()
        self.raise_()
        self._timer.start(motion("toastUndo") if ms is None else ms)
        self._watch.start()

    def text(self) -> str:
        """The sentence shown, "" when hidden."""
        return self._label.text() if self.isVisible() else ""

    def offers_undo(self) -> bool:
        """Whether Ctrl+Z is the toast's now."""
        return self._undo is not None

    def leave_screen(self) -> None:
        """Another screen comes: what only the old one's keys can do is offered no more."""
        if self._of_screen:
            self._finish()

    def undo(self) -> None:
        """Take the act back; the toast ends without ``expired``."""
        act, self._undo, self._expired = self._undo, None, None
        self._finish()
        if act is not None:
            act()

    def finish(self) -> None:
        """End it now as if the time were over, e.g. before the window closes."""
        self._finish()

    def _time_over(self) -> None:
        if self._button.hasFocus() or self.underMouse():
            self._timer.start(1000)
            return
        self._finish()

    def _finish(self) -> None:
        self._timer.stop()
        self._watch.stop()
        self._shortcut.setEnabled(False)
        expired, self._expired, self._undo = self._expired, None, None
        if self.isVisible():
            self.hide()
        if expired is not None:
            expired()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay above the lower edge; hold the time while the button has the focus."""
        if watched is self._host and event.type() == QEvent.Type.Resize:
            self._place()
        elif watched is self._button and event.type() == QEvent.Type.FocusIn:
            self._left_ms = max(1000, self._timer.remainingTime())
            self._timer.stop()
        elif watched is self._button and event.type() == QEvent.Type.FocusOut and self.isVisible():
            self._timer.start(self._left_ms)
        return False

    def set_above(self, above: int) -> None:
        """Keep ``above`` px free below: a screen with buttons at its lower edge must not have them covered."""
        self._above = above
        self._place()

    def _place(self, *, stay: bool = False) -> None:
        shadow = QPoint(_SHADOW, _SHADOW)
        now = self.pos() + shadow if stay else None
        box = QSize(self.width() - 2 * _SHADOW, self.height() - 2 * _SHADOW)
        self.move(best_place(self._host, self, box, self._above, now) - shadow)

    def _give_way(self) -> None:
        """The hand moves on below a toast, or a page scrolls: it steps aside only if it covers something now."""
        self._place(stay=True)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground and a drawn shadow (no graphics effect)."""
        painter = QPainter(self)
        inner = QRectF(self.rect()).adjusted(_SHADOW, _SHADOW, -_SHADOW, -_SHADOW)
        for step in range(_SHADOW, 0, -1):
            veil = QColor(28, 30, 33, round(46 * (1 - step / (_SHADOW + 1)) ** 2))
            rounded(painter, inner.adjusted(-step, -step + 4, step, step), radius("lg") + step, veil, None)
        rounded(painter, inner, radius("md") + 1, theme().color("special.toastBg"), None)
        painter.end()
