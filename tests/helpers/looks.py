"""What every screen must keep: words whole, targets large, names spoken, all in reach of the keys, no overlap."""

from __future__ import annotations

from itertools import combinations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QHeaderView,
    QLayout,
    QLineEdit,
    QPlainTextEdit,
    QStackedLayout,
    QTableView,
    QWidget,
)

from tests.helpers.screens import clipped, elided, nameless, small

#: Kinds of widgets somebody works with.
CONTROLS = (QAbstractButton, QAbstractItemView, QLineEdit, QPlainTextEdit, QAbstractSpinBox, QComboBox)


def seen(widget: QWidget) -> bool:
    """Whether any of it is on the screen now."""
    return widget.isVisible() and not widget.visibleRegion().isEmpty()


#: Parts that keys of the widget around them do: (class, class somewhere above) -> those keys.
SERVED = {
    ("IconButton", "ReviewRow"): "Space checks, F2 remarks on the row under the hand",
    ("_Template", "RemarkComposer"): "Alt+1 to Alt+9",
    ("PileTab", "PileTabs"): "left and right on the row of tabs, Alt+left and Alt+right anywhere",
    ("RowList", "CommandSearch"): "arrows and Enter, the hand stays on the line typed in",
}


def complaints(window: QWidget, patch: pytest.MonkeyPatch, *, roomy: bool = True) -> list[str]:
    """Everything wrong with what is in front now. ``roomy`` False: the smallest window, where long words may end in an
    ellipsis (the whole of them stands in the tooltip), but nothing else may give way.
    """
    found = [*small(window), *nameless(window), *unnamed(window), *out_of_reach(window), *overlapping(window)]
    return [*found, *clipped(window), *elided(window, patch), *cut_cells(window)] if roomy else found


def cut_cells(window: QWidget) -> list[str]:
    """Heads of tables whose words have no room in their column."""
    found = []
    for view in window.findChildren(QTableView):
        head = view.horizontalHeader()
        if not seen(head):
            continue
        metrics = QFontMetricsF(head.font())
        for column in range(head.count()):
            text = str(view.model().headerData(column, Qt.Orientation.Horizontal) or "")
            wide = metrics.horizontalAdvance(text)
            if not head.isSectionHidden(column) and text and wide > head.sectionSize(column):
                found.append(f"table head {text!r} in {head.sectionSize(column)} px")
    return found


def unnamed(window: QWidget) -> list[str]:
    """Lists, fields and boxes a screen reader has no name for."""
    found = []
    for widget in window.findChildren(QWidget):
        if isinstance(widget, CONTROLS) and seen(widget) and not _inside(widget):
            spoken = widget.accessibleName() or str(getattr(widget, "text", str)())
            if not spoken:
                found.append(f"no name: {type(widget).__name__} in {_path(widget)}")
    return found


def out_of_reach(window: QWidget) -> list[str]:
    """What only a mouse can press: no key, no Tab; and pointing hands over what takes no keyboard."""
    found = []
    for widget in window.findChildren(QWidget):
        if not seen(widget) or not widget.isEnabled() or _inside(widget):
            continue
        tab = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
        keyed = isinstance(widget, QAbstractButton) and not widget.shortcut().isEmpty()
        if isinstance(widget, CONTROLS) and not (tab or keyed or _served(widget)):
            found.append(f"no key reaches {type(widget).__name__} {_words(widget)!r} in {_path(widget)}")
        elif widget.cursor().shape() == Qt.CursorShape.PointingHandCursor and not (
            tab or keyed or _served(widget)
        ):
            found.append(f"mouse only: {type(widget).__name__} {_words(widget)!r} in {_path(widget)}")
    return found


def _served(widget: QWidget) -> bool:
    """Whether other keys do what it does: the arrows of a group one of which takes the focus, or what SERVED names."""
    parent = widget.parentWidget()
    group = (
        parent.findChildren(type(widget), options=Qt.FindChildOption.FindDirectChildrenOnly) if parent else []
    )
    if any(one.focusPolicy() & Qt.FocusPolicy.TabFocus for one in group):
        return True
    if isinstance(widget, QLineEdit) and widget.isReadOnly():
        return True
    while parent is not None:
        if (type(widget).__name__, type(parent).__name__) in SERVED:
            return True
        parent = parent.parentWidget()
    return False


def _inside(widget: QWidget) -> bool:
    """Parts of Qt's own composite widgets (scroll bars, headers, the line of a spin box)."""
    parent = widget.parentWidget()
    return (
        isinstance(widget, QHeaderView)
        or widget.objectName().startswith("qt_")
        or isinstance(parent, QAbstractSpinBox | QComboBox)
        or (isinstance(parent, QTableView) and isinstance(widget, QAbstractButton))
    )


def overlapping(window: QWidget) -> list[str]:
    """Neighbours in one layout that lie over each other."""
    found = []
    for parent in window.findChildren(QWidget):
        layout = parent.layout()
        if layout is None or not seen(parent):
            continue
        boxes = [(widget, _box(widget, parent)) for widget in _laid_out(layout) if widget.isVisible()]
        for (one, first), (other, second) in combinations(boxes, 2):
            both = first.intersected(second)
            if both.width() > 1 and both.height() > 1:
                found.append(
                    f"{_words(one) or type(one).__name__!r} lies over {_words(other)!r} in {_path(parent)}"
                )
    return found


def _laid_out(layout: QLayout) -> list[QWidget]:
    if isinstance(layout, QStackedLayout):
        return []
    found: list[QWidget] = []
    for at in range(layout.count()):
        item = layout.itemAt(at)
        inner = item.layout() if item is not None else None
        widget = item.widget() if item is not None else None
        if inner is not None:
            found += _laid_out(inner)
        elif widget is not None:
            found.append(widget)
    return found


def _box(widget: QWidget, parent: QWidget) -> QRect:
    return QRect(widget.mapTo(parent, QPoint(0, 0)), widget.size())


def _words(widget: QWidget) -> str:
    text = getattr(widget, "text", None)
    return str(text()) if callable(text) else widget.accessibleName()


def _path(widget: QWidget) -> str:
    names: list[str] = []
    parent = widget.parentWidget()
    while parent is not None and len(names) < 3:
        names.append(type(parent).__name__)
        parent = parent.parentWidget()
    return " < ".join(names)
