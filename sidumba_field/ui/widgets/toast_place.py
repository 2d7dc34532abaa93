"""Where a toast may stand: above the lower edge, but never over a button, a field or the line in hand.

Owns the choice among a few places of the window. A widget that has the focus and is larger than the line in hand (a
list, a table, a question with its messages) says which part of it that is by a method ``hand_rect``.
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QPlainTextEdit, QWidget

EDGE = 16  # px to the sides
_TOP = 64  # px below the upper edge: under a page header
_CONTROLS = (QAbstractButton, QLineEdit, QPlainTextEdit)


def best_place(host: QWidget, toast: QWidget, box: QSize, above: int, now: QPoint | None) -> QPoint:
    """Upper left corner for a toast of size ``box`` in ``host``.

    ``above``: px kept free below; ``now``: where it stands, kept while nothing is covered there. If every place covers
    something, the one that covers least is taken, what is in hand counting most.
    """
    taken = list(_taken(host, toast))
    hand = _in_hand(host)
    places = [*([now] if now is not None else []), *_places(host, box, above)]

    def covered(place: QPoint) -> int:
        over = QRect(place, box)
        cost = sum(_area(over & rect) for rect in taken)
        return cost + 100 * _area(over & hand)

    return min(places, key=covered)


def _places(host: QWidget, box: QSize, above: int) -> list[QPoint]:
    low, centre = host.height() - box.height(), (host.width() - box.width()) // 2
    right = host.width() - box.width() - EDGE
    found = [QPoint(centre, low - above), QPoint(right, low - above)]
    found += [QPoint(x, low - above - more) for more in (58, 116) for x in (centre, right)]
    return [*found, QPoint(right, _TOP), QPoint(centre, _TOP)]


def _area(rect: QRect) -> int:
    return 0 if rect.isEmpty() else rect.width() * rect.height()


def _seen(widget: QWidget, host: QWidget, part: QRect | None = None) -> QRect:
    """What is in sight of a widget, in the host's coordinates."""
    shown = widget.visibleRegion().boundingRect()
    if part is not None:
        shown &= part
    return QRect(widget.mapTo(host, shown.topLeft()), shown.size())


def _taken(host: QWidget, toast: QWidget) -> Iterator[QRect]:
    for kind in _CONTROLS:
        for widget in host.findChildren(kind):
            if widget.isVisible() and not toast.isAncestorOf(widget):
                yield _seen(widget, host)


def _in_hand(host: QWidget) -> QRect:
    widget = QApplication.focusWidget()
    if widget is None or not host.isAncestorOf(widget):
        return QRect()
    node: QWidget | None = widget
    while node is not None and node is not host:
        part = getattr(node, "hand_rect", None)
        if callable(part):
            return _seen(node, host, part())
        node = node.parentWidget()
    return _seen(widget, host)
