"""Answers under review: the rows, the hand that walks them, and the remark below a row.

Owns the keys of the review: arrows move, Space or Enter says it is right, F2 opens the remark. Decisions
leave by signals; what was written but not saved waits here for the next opening.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QEvent, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from sidumba_field.ui.theme import font, theme
from sidumba_field.ui.widgets.painting import line_of_text
from sidumba_field.ui.widgets.remark import RemarkComposer
from sidumba_field.ui.widgets.review_row import BEFORE, CANVAS, LABEL, NOW, ReviewItem, ReviewRow
from sidumba_field.ui.widgets.speech import tr


class _Heading(QWidget):
    def __init__(self, words: Sequence[tuple[float, str, bool]], height: int = 28) -> None:
        super().__init__()
        self._words = list(words)
        self.setFixedHeight(height)
        theme().changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme().color("bg.subtle"))
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme().color("border.subtle"))
        scale = self.width() / CANVAS
        for left, text, right in self._words:
            x = left * (min(scale, 1) if left == LABEL else scale)
            area = QRectF(
                0 if right else x, 0, self.width() - 12 if right else self.width() - x, self.height()
            )
            side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
            line_of_text(painter, area, text, font("small"), theme().color("text.secondary"), side)
        painter.end()


class ReviewTable(QWidget):
    """All rows. ``checked(key)`` toggles, ``remark_saved(key, text)``, ``moved(key)``."""

    checked = Signal(str)
    remark_saved = Signal(str, str)
    moved = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: dict[str, ReviewRow] = {}
        self._templates: tuple[str, ...] = ()
        self._key = ""
        self._composer: RemarkComposer | None = None
        self._below: QWidget | None = None
        self._drafts: dict[str, str] = {}
        self.setProperty("ownFocus", True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("review.name"))
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)

    def set_items(
        self, items: Sequence[ReviewItem], *, now: str = "", before: str = "", templates: Sequence[str] = ()
    ) -> None:
        """Show rows.

        ``now``, ``before``: heads of the value columns ("Versi 3, sekarang"); ``templates`` for remarks.
        """
        self.close_composer()
        self.close_below()
        kept = self._key
        while self._column.count():
            taken = self._column.takeAt(0)
            widget = taken.widget() if taken is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._rows, self._templates = {}, tuple(templates)
        heads = ((LABEL, tr("review.field"), False), (NOW, now, False), (BEFORE, before, False))
        self._column.addWidget(_Heading((*heads, (0, tr("review.verify"), True))))
        group = ""
        for item in items:
            if item.group and item.group != group:
                self._column.addWidget(_Heading(((LABEL, item.group, False),)))
            group = item.group
            self._add(item, alone=not before)
        self._column.addStretch(1)
        self.go_to(kept if kept in self._rows else next(iter(self._rows), ""))

    def _add(self, item: ReviewItem, *, alone: bool) -> None:
        row = self._rows[item.key] = ReviewRow(item, alone=alone)
        row.checked.connect(self.checked)
        row.remarked.connect(self.open_remark)
        row.touched.connect(self._touched)
        self._column.addWidget(row)

    def row(self, key: str) -> ReviewRow:
        """A row by its key; KeyError for an unknown one."""
        return self._rows[key]

    def set_decision(self, key: str, *, checked: bool, remark: str) -> None:
        """Show what was decided about a field; nothing if it is not shown now."""
        if key in self._rows:
            self._rows[key].set_decision(checked=checked, remark=remark)

    def current_key(self) -> str:
        """Field under the hand, "" for none."""
        return self._key

    def go_to(self, key: str) -> None:
        """Put the hand on a field."""
        for name, row in self._rows.items():
            row.set_current(name == key)
        changed, self._key = key != self._key, key
        if key in self._rows:
            self.setAccessibleDescription(self._rows[key].accessibleName())
            if changed:
                self._reveal(self._rows[key])
                self.moved.emit(key)

    def _reveal(self, part: QWidget) -> None:
        """Scroll the screen to a part once it has its place."""
        node = self.parentWidget()
        while node is not None and not isinstance(node, QScrollArea):
            node = node.parentWidget()
        if node is not None:
            area = node

            def scroll() -> None:
                # The area must have seen the new height first, or there is nowhere yet to scroll to.
                QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
                area.ensureWidgetVisible(part, 0, 12)

            QTimer.singleShot(0, part, scroll)

    def hand_rect(self) -> QRect:
        """The row under the hand and the remark written below it; a toast keeps off them."""
        row = self._rows.get(self._key)
        holder = self._composer.parentWidget() if self._composer is not None else None
        found = row.geometry() if row is not None else QRect()
        return found | holder.geometry() if holder is not None else found

    def _touched(self, key: str) -> None:
        self.setFocus()
        self.go_to(key)

    def _step(self, by: int) -> None:
        keys = list(self._rows)
        if keys:
            at = keys.index(self._key) + by if self._key in keys else 0
            self.go_to(keys[max(0, min(len(keys) - 1, at))])

    # -- remarks

    def open_remark(self, key: str = "") -> None:
        """Open the composer below a row (the current one by default) with what was written there before."""
        key = key or self._key
        if key not in self._rows:
            return
        self.close_composer()
        self.go_to(key)
        row = self._rows[key]
        self._composer = RemarkComposer(row.item.label, self._templates)
        self._composer.set_text(self._drafts.get(key) or row.remark_text())
        self._composer.saved.connect(lambda text: self._save(key, text))
        self._composer.closed.connect(self._leave_composer)
        holder = _ComposerHolder(self._composer)
        self._column.insertWidget(self._column.indexOf(row) + 1, holder)
        self._reveal(holder)
        self._composer.setFocus(Qt.FocusReason.OtherFocusReason)

    def open_below(self, key: str, widget: QWidget) -> None:
        """Put something of the screen's below a row until ``close_below``."""
        self.close_composer()
        self.close_below()
        if key in self._rows:
            self.go_to(key)
            self._below = widget
            self._column.insertWidget(self._column.indexOf(self._rows[key]) + 1, widget)
            self._reveal(widget)

    def close_below(self) -> None:
        """Take it away again."""
        below, self._below = self._below, None
        if below is not None:
            self._column.removeWidget(below)
            below.hide()
            below.deleteLater()

    def composer(self) -> RemarkComposer | None:
        """The open composer, None while closed."""
        return self._composer

    def _save(self, key: str, text: str) -> None:
        self._drafts.pop(key, None)
        self.close_composer(keep=False)
        self.setFocus()
        self.remark_saved.emit(key, text)

    def _leave_composer(self) -> None:
        self.close_composer()
        self.setFocus()

    def close_composer(self, *, keep: bool = True) -> None:
        """Close it; typed words wait for the next opening if ``keep``."""
        if self._composer is None:
            return
        if keep and self._key:
            self._drafts[self._key] = self._composer.text()
        holder, self._composer = self._composer.parentWidget(), None
        if holder is not None:
            self._column.removeWidget(holder)
            holder.hide()
            holder.deleteLater()

    # -- keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows, Home, End, Space or Enter (right), F2 (remark)."""
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}
        key = Qt.Key(event.key())
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            event.ignore()
        elif key in steps:
            self._step(steps[key])
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self._step(-len(self._rows) if key == Qt.Key.Key_Home else len(self._rows))
        elif key in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._key:
            self.checked.emit(self._key)
            if key != Qt.Key.Key_Space:
                self._step(1)
        elif key == Qt.Key.Key_F2:
            self.open_remark()
        else:
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The hand's row shows the ring."""
        super().focusInEvent(event)
        self.go_to(self._key if self._key in self._rows else next(iter(self._rows), ""))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """And loses it."""
        super().focusOutEvent(event)
        self.go_to(self._key)


class _ComposerHolder(QWidget):
    """Indents the composer to the value column."""

    def __init__(self, composer: RemarkComposer) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(206, 6, 12, 8)
        row.addWidget(composer)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme().color("bg.surface"))
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme().color("border.subtle"))
        painter.end()
