"""The focus ring: one for the window, always around what the keyboard is in.

Owns following ``QApplication.focusChanged`` and drawing 2 px, 1 px outside the widget, the same for mouse
and keyboard. Parts that show focus themselves say so with ``show_own_focus``: edits draw a thicker border
and get a soft halo, lists draw it inside their row.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractScrollArea,
    QApplication,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QWidget,
)
from shiboken6 import isValid

from sidumba_field.ui.theme import radius, theme
from sidumba_field.ui.widgets.painting import rounded

_OUT = 4  # room for the ring (1 + 2) and antialiasing
_MOVES = (
    QEvent.Type.Move,
    QEvent.Type.Resize,
    QEvent.Type.Show,
    QEvent.Type.Hide,
    QEvent.Type.ParentChange,
    QEvent.Type.ZOrderChange,
)


def show_own_focus(widget: QWidget) -> None:
    """Say that a widget draws its own focus: the ring stays away."""
    widget.setProperty("ownFocus", True)


class _Ring(QWidget):
    """The drawn ring; deaf to mouse and keyboard."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.halo = False
        self.corner = float(radius("md"))
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def paintEvent(self, event: QPaintEvent) -> None:
        """2 px ring, or the 3 px tint around an edit that thickens its own border."""
        painter = QPainter(self)
        rect = QRectF(self.rect())
        if self.halo:
            rounded(
                painter, rect.adjusted(1, 1, -1, -1), self.corner + 3, None, theme().color("accent.tint"), 3
            )
        else:
            rounded(
                painter, rect.adjusted(1, 1, -1, -1), self.corner + 3, None, theme().color("accent.ring"), 2
            )
        painter.end()


class FocusRing(QObject):
    """Follows the focus of one application. Make one, keep it as long as the application."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._ring: _Ring | None = None
        self._widget: QWidget | None = None
        self._watched: list[QObject] = []
        app.focusChanged.connect(self._moved)
        if app.focusWidget() is not None:
            self._moved(None, app.focusWidget())

    def widget(self) -> QWidget | None:
        """The widget the ring is around now."""
        return self._widget

    def _moved(self, _old: QWidget | None, new: QWidget | None) -> None:
        for watched in self._watched:
            if isValid(watched):
                watched.removeEventFilter(self)
        self._watched = []
        self._widget = new if new is not None and _wants_ring(new) else None
        if self._ring is not None and isValid(self._ring):
            self._ring.hide()
        if self._widget is None:
            return
        ground = _ground(self._widget)
        if ground is self._widget:
            self._widget = None
            return
        self._take_ring(ground)
        node: QWidget | None = self._widget
        while node is not None and node is not ground:
            node.installEventFilter(self)
            self._watched.append(node)
            node = node.parentWidget()
        self._place()

    def _take_ring(self, ground: QWidget) -> None:
        if self._ring is None or not isValid(self._ring):
            self._ring = _Ring(ground)
        elif self._ring.parentWidget() is not ground:
            self._ring.setParent(ground)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the focused widget and everything it sits in."""
        if event.type() in _MOVES:
            self._place()
        return False

    def _place(self) -> None:
        ring, widget = self._ring, self._widget
        if ring is None or widget is None or not (isValid(ring) and isValid(widget)):
            return
        if not widget.isVisible():
            ring.hide()
            return
        ring.halo = isinstance(widget, QLineEdit | QPlainTextEdit)
        corner = widget.property("corner")
        ring.corner = float(corner) if corner is not None else float(radius("md"))
        ground = ring.parentWidget()
        if ground is None:
            return
        top_left = widget.mapTo(ground, QPoint(0, 0))
        target = QRect(top_left, widget.size()).adjusted(-_OUT, -_OUT, _OUT, _OUT)
        if ring.geometry() != target:
            ring.setGeometry(target)
        ring.show()
        ring.raise_()
        ring.update()


def _wants_ring(widget: QWidget) -> bool:
    if widget.property("ownFocus") or isinstance(widget, QAbstractItemView):
        return False
    return not (
        widget.isWindow()
        or (isinstance(widget, QAbstractScrollArea) and not isinstance(widget, QPlainTextEdit))
    )


def _ground(widget: QWidget) -> QWidget:
    """The widget the ring lives in:

    the content of the nearest scroll area, so that it scrolls along, or the window.
    """
    node = widget
    while (parent := node.parentWidget()) is not None and not node.isWindow():
        above = parent.parentWidget()
        if isinstance(above, QScrollArea) and above.widget() is node:
            return node
        node = parent
    return node
