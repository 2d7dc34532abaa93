"""The lookup field: type to find one of many (KBLI, wilayah), stored is the code.

Owns the edit and what typing in it means. The rows come from a callable or, where they are far away, by
signal, so that the same field serves a code book of 91,599 rows and a choice of twelve. Text that names
nothing stays as typed, stores nothing, and ``unmatched`` says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from sidumba_field.ui.widgets.field_base import EditField
from sidumba_field.ui.widgets.lookup_list import ROWS, LookupList
from sidumba_field.ui.widgets.speech import tr

Search = Callable[[str], Sequence[tuple[str, str]]]


class LookupField(EditField):
    """``search(typed)`` answers (code, words) rows, ``label_of(code)`` the words of a stored code or None.

    Without ``search`` the field asks by ``rows_wanted`` and shows what comes back through ``offer``.
    """

    unmatched = Signal(str)
    rows_wanted = Signal(str)

    def __init__(
        self,
        search: Search | None,
        label_of: Callable[[str], str | None],
        name: str = "",
        *,
        show_codes: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(name, codes=show_codes, parent=parent)
        self._search, self._label_of, self._show_codes = search, label_of, show_codes
        self._asked, self._offered = "", ""  # what rows were asked for last, what the rows at hand answer
        self._hits: list[tuple[str, str]] = []
        self._settling = False  # left with words typed, the rows to judge them are on their way
        self._code, self._open = "", False  # open: words are typed that are no chosen row yet
        self._list: LookupList | None = None
        self.setPlaceholderText(tr("field.search_choice"))

    # -- the protocol

    def value(self) -> str:
        """The chosen code, "" for none."""
        return self._code

    def set_value(self, stored: str) -> None:
        """Show a stored code; emits nothing."""
        if stored == self._code and (self._open or stored or not self.text()):
            return
        self._code, self._open = stored, False
        self.setText(self._words(stored))
        self.setCursorPosition(0)

    def _words(self, code: str) -> str:
        if not code:
            return ""
        label = dict(self._hits).get(code) or self._label_of(code)
        if not label:
            return code
        return f"{code}  {label}" if self._show_codes else label

    # -- typing and choosing

    def _typed(self, text: str) -> None:
        # The stored code stands until another is chosen: half a word is no answer and must not clear one.
        self._open = True
        self._fill(text)

    def open_list(self) -> None:
        """Show the rows for what stands in the field (all of them while a code is chosen)."""
        self._fill(self.text() if self._open else "")

    def _fill(self, typed: str) -> None:
        self._asked = typed.strip()
        self._settling = False
        if self._search is not None:
            self.offer(self._asked, self._search(self._asked))
        else:
            self.rows_wanted.emit(self._asked)

    def offer(self, typed: str, rows: Sequence[tuple[str, str]]) -> None:
        """Rows for ``typed``; ignored when something else is typed by now."""
        if typed != self._asked:
            return
        self._offered, self._hits = typed, list(rows)
        if self._settling:
            self._settling = False
            self._judge(typed)
        elif self.hasFocus():
            self._show_rows(typed)

    def _show_rows(self, typed: str) -> None:
        host = self.window()
        if self._list is None or not isValid(self._list) or self._list.parentWidget() is not host:
            self._list = LookupList(host)
            self._list.picked.connect(self.choose)
        self._list.show_rows(self, typed, self._hits, codes=self._show_codes)

    def _hide_list(self) -> None:
        if self._list is not None and isValid(self._list):
            self._list.hide()

    def _hand(self) -> str | None:
        """Code of the row under the hand, None while the list is closed."""
        if self._list is None or not isValid(self._list):
            return None
        return self._list.choice()

    def choose(self, code: str) -> None:
        """Take a code by hand; its words come from the rows at hand or ``label_of``."""
        changed = code != self._code
        self._code, self._open = code, False
        self.setText(self._words(code))
        self.setCursorPosition(0)
        self._hide_list()
        if changed:
            self.edited.emit(code)

    def _settle(self) -> None:
        """Leaving with typed words:

        take the row if they name exactly one, else say that they name nothing.
        """
        if not self._open:
            return
        typed = self.text().strip()
        if typed and self._search is not None:
            self._asked = typed
            self._offered, self._hits = typed, list(self._search(typed))
        if typed and self._offered != typed:
            self._settling = True
            if self._asked != typed:
                self._asked = typed
                self.rows_wanted.emit(typed)
            return
        self._judge(typed)

    def _judge(self, typed: str) -> None:
        rows = self._hits if typed else []
        exact = [code for code, label in rows if typed.lower() in (code.lower(), label.lower())]
        if len(exact) == 1 or len(rows) == 1:
            self.choose(exact[0] if len(exact) == 1 else rows[0][0])
            return
        self._open = False
        if self._code:
            self._code = ""
            self.edited.emit("")
        if typed:
            self.unmatched.emit(typed)

    def settle_now(self) -> None:
        """Take the row under the hand if the list is open, else judge what is typed."""
        code = self._hand()
        if code is not None:
            self.choose(code)
        else:
            self._settle()

    def event(self, event: QEvent) -> bool:
        """Tab with the list open takes the row under the hand; Qt would move the focus before asking."""
        if (
            event.type() == QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Tab
        ):
            self.settle_now()
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move in the list and open it;

        Enter takes the row and moves on; Esc puts the old words back.
        """
        step = _STEPS.get(Qt.Key(event.key()), 0)
        if step and not self.isReadOnly() and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            if self._hand() is None or self._list is None:
                self.open_list()
            else:
                self._list.move_choice(step)
            return
        if event.key() == Qt.Key.Key_Escape and (self._open or self._hand() is not None):
            self._hide_list()
            self._open = False
            self.setText(self._words(self._code))
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.settle_now()
        super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Settle on the way out."""
        super().focusOutEvent(event)
        self._hide_list()
        self._settle()

    def hideEvent(self, event: QHideEvent) -> None:
        """The list goes with its field."""
        super().hideEvent(event)
        self._hide_list()


_STEPS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: ROWS, Qt.Key.Key_PageUp: -ROWS}
