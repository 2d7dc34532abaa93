"""The help panel: what the question in hand means, last year's answer, the verifier's remark, and the keys.

Owns following: it is told about a question and shows it; ``use_wanted`` (also Ctrl+') copies last year's
answer.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from sidumba_field.ui.theme import size, space, text_width
from sidumba_field.ui.widgets.banner import KeyHint
from sidumba_field.ui.widgets.button import Button
from sidumba_field.ui.widgets.card import Card
from sidumba_field.ui.widgets.label import Label
from sidumba_field.ui.widgets.message import Sign
from sidumba_field.ui.widgets.speech import tr

USE_KEY, COPY_KEY = "Ctrl+'", "Ctrl+Shift+'"
_MARGIN, _PADDING = 16, 12


class HelpPanel(QWidget):
    """262 px at the right of a form."""

    use_wanted = Signal()
    copy_wanted = Signal()

    def __init__(self, hints: Sequence[tuple[str, str]] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(size("helpPanel"))
        self.setAccessibleName(tr("help.name"))
        column = QVBoxLayout(self)
        column.setContentsMargins(_MARGIN, 12, _MARGIN, 12)
        column.setSpacing(0)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        body = QWidget()
        words = QVBoxLayout(body)
        words.setContentsMargins(0, 0, 0, 0)
        words.setSpacing(space(4))
        self._code = Label("", "small", "tertiary", codes=True)
        self._title = Label("", "section", wrap=True)
        self._text = Label(tr("help.none"), "body", "secondary", wrap=True)
        self._last = _LastYear()
        self._last.used.connect(self.use_wanted)
        self._last.copied.connect(self.copy_wanted)
        self._remark = _Remark()
        for part in (self._code, self._title, self._text, self._last, self._remark):
            words.addWidget(part)
        words.addStretch(1)
        scroll.setWidget(body)
        column.addWidget(scroll, 1)
        for shortcut, said in hints:
            column.addWidget(KeyHint(shortcut, said))
        self.show_last_year("", "")
        self.show_remark("", "", "")

    def show_help(self, code: str, title: str, text: str) -> None:
        """Help of a question: ``code`` "B7 · baris 3"."""
        self._code.setText(code)
        self._code.setVisible(bool(code))
        self._title.setText(title)
        self._text.setText(text or ("" if title else tr("help.none")))
        self._text.setVisible(bool(self._text.text()))

    def show_last_year(self, year: str, shown: str) -> None:
        """Last year's answer; "" hides it."""
        self._last.show_answer(year, shown)

    def show_remark(self, head: str, text: str, by: str) -> None:
        """An open remark on this question:

        head "Catatan kecamatan, B9", its words, who and when; "" hides it.
        """
        self._remark.show_remark(head, text, by)


class _LastYear(Card):
    used = Signal()
    copied = Signal()

    def __init__(self) -> None:
        super().__init__(padding=_PADDING)
        self._head = Label("", "small", "secondary")
        self._value = Label("", "value", numbers=True, weight=500, wrap=True)
        self._use = Button(tr("help.use"), "quiet", shortcut=USE_KEY, small=True)
        self._use.clicked.connect(self.used)
        self.column.setSpacing(0)
        self.column.addWidget(self._head)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._row.addWidget(self._value, 1)
        self._row.addWidget(self._use)
        self.column.addLayout(self._row)
        self._copy = Button(tr("help.copy_all"), "quiet", shortcut=COPY_KEY, small=True)
        self._copy.clicked.connect(self.copied)
        self.column.addWidget(self._copy, 0, Qt.AlignmentFlag.AlignLeft)

    def show_answer(self, year: str, shown: str) -> None:
        self._head.setText(tr("help.last_year", year=year))
        self._value.setText(shown)
        # A long answer takes the line for itself; the card never grows wider than the panel.
        needed = text_width(shown, self._value.font()) + self._use.sizeHint().width() + space(4)
        fits = needed <= size("helpPanel") - 2 * (_MARGIN + _PADDING)
        direction = QBoxLayout.Direction.LeftToRight if fits else QBoxLayout.Direction.TopToBottom
        self._row.setDirection(direction)
        for button in (self._use, self._copy):
            button.setEnabled(bool(shown))
        self.setVisible(bool(shown))


class _Remark(Card):
    def __init__(self) -> None:
        super().__init__(padding=_PADDING, tone="vermilion")
        head = QHBoxLayout()
        head.setSpacing(7)
        head.addWidget(Sign("message-square", "state.vermilion.fg"))
        self._head = Label("", "small", "vermilion", weight=600)
        head.addWidget(self._head, 1)
        self._text = Label("", "body", "secondary", wrap=True)
        self._by = Label("", "small", "tertiary")
        self.column.setSpacing(3)
        self.column.addLayout(head)
        self.column.addWidget(self._text)
        self.column.addWidget(self._by)

    def show_remark(self, head: str, text: str, by: str) -> None:
        self._head.setText(head)
        self._text.setText(f"“{text}”" if text else "")
        self._by.setText(by)
        self._by.setVisible(bool(by))
        self.setAccessibleName(f"{head}: {text}" if text else "")
        self.setVisible(bool(text))
