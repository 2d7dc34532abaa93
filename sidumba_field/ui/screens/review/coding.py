"""The code a verifier gives with his step, typed below the answer it belongs to (F3)."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QWidget

from sidumba_field.ui.viewmodels.steps_speech import told
from sidumba_field.ui.widgets.label import Label
from sidumba_field.ui.widgets.lookup import LookupField


class CodingRow(QWidget):
    """A lookup field. ``chosen`` carries (code, words); ``rows_wanted`` what was typed; ``closed`` on Esc."""

    chosen = Signal(str, str)
    rows_wanted = Signal(str)
    closed = Signal()

    def __init__(self, label: str, code: str, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        name = told("coding.field", label=label)
        self._words = {code: words} if code else {}
        self.field = LookupField(None, self._words.get, name)
        self.field.set_value(code)
        caption = Label(told("coding.code"), "small", "secondary")
        caption.setBuddy(self.field)
        row = QHBoxLayout(self)
        row.setContentsMargins(206, 6, 12, 8)
        row.setSpacing(10)
        row.addWidget(caption)
        row.addWidget(self.field, 1)
        self.field.rows_wanted.connect(self.rows_wanted)
        self.field.edited.connect(self._edited)
        escape = QShortcut(QKeySequence("Escape"), self)
        escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        escape.activated.connect(self.closed)
        self.setFocusProxy(self.field)
        self.setAccessibleName(name)

    def offer(self, typed: str, rows: Sequence[tuple[str, str]]) -> None:
        """Rows for what was typed."""
        self._words.update(rows)
        self.field.offer(typed, rows)

    def _edited(self, code: str) -> None:
        self.chosen.emit(code, self._words.get(code, ""))
