"""The remark composer: a few words for the person who filled the form, inline below the answer.

Owns typing a remark with templates (Alt+1 to 9) and saving it with Ctrl+Enter; Esc closes it, keeping the
words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QTextCursor
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from sidumba_field.ui.theme import font, radius, theme, type_role
from sidumba_field.ui.widgets.button import Button
from sidumba_field.ui.widgets.flow import FlowLayout
from sidumba_field.ui.widgets.keycap import KeycapPainter, Keycaps
from sidumba_field.ui.widgets.label import Label
from sidumba_field.ui.widgets.message import Sign
from sidumba_field.ui.widgets.painting import line_of_text, rounded
from sidumba_field.ui.widgets.speech import tr

MOST_TEMPLATES = 9
_SAVE = "Ctrl+Return"


class _Template(Button):
    """A template with its key written as one cap before the words."""

    def __init__(self, text: str, number: int) -> None:
        super().__init__(text, "plain", small=True)
        self._cap = f"Alt+{number}"
        self.setFont(font("small"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setToolTip(f"{text} ({self._cap})")

    def sizeHint(self) -> QSize:
        size = super().sizeHint()
        size.setWidth(round(size.width() + KeycapPainter.cap_width(self._cap)))
        return size

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        current = theme()
        fill = current.color("bg.hover" if self.underMouse() else "bg.surface")
        rounded(painter, QRectF(self.rect()), radius("md"), fill, current.color("border.default"))
        right = KeycapPainter.paint(painter, 6, self.height() / 2, (self._cap,))
        words = QRectF(right + 8, 0, self.width() - right - 10, self.height())
        line_of_text(painter, words, self.text(), self.font(), current.color("text.primary"))
        painter.end()


class RemarkComposer(QFrame):
    """``saved`` carries the words ("" takes a remark away);

    ``closed`` leaves them unsaved in the composer.
    """

    saved = Signal(str)
    closed = Signal()

    def __init__(
        self, field_label: str, templates: Sequence[str] = (), parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._templates = tuple(templates[:MOST_TEMPLATES])
        title = tr("remark.title", field=field_label)
        self.setAccessibleName(title)
        head = QHBoxLayout()
        head.setSpacing(7)
        head.addWidget(Sign("message-square", "state.vermilion.fg"))
        head.addWidget(Label(title, "small", "vermilion", weight=600), 1)
        head.addWidget(Label(tr("remark.save"), "small", "tertiary"))
        head.addWidget(Keycaps(_SAVE))
        self.edit = QPlainTextEdit()
        self.edit.setFont(font("value"))
        self.edit.setProperty("bare", True)
        self.edit.setProperty("ownFocus", True)
        self.edit.setPlaceholderText(tr("remark.placeholder"))
        self.edit.setAccessibleName(title)
        self.edit.setTabChangesFocus(True)
        self.edit.setFixedHeight(2 * type_role("value").line + 8)
        self.edit.document().setDocumentMargin(0)
        self.edit.installEventFilter(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 9, 12, 10)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self.edit)
        if self._templates:
            flow = FlowLayout(gap=6)
            for number, text in enumerate(self._templates, start=1):
                button = _Template(text, number)
                button.clicked.connect(lambda _checked=False, at=number: self.use_template(at))
                flow.addWidget(button)
            column.addLayout(flow)
        self.setFocusProxy(self.edit)
        theme().changed.connect(self.update)

    def text(self) -> str:
        """What is typed."""
        return self.edit.toPlainText().strip()

    def set_text(self, text: str) -> None:
        """Show words, the cursor behind them."""
        self.edit.setPlainText(text)
        self.edit.moveCursor(QTextCursor.MoveOperation.End)

    def use_template(self, number: int) -> None:
        """Add template ``number`` (1 to 9) to what is typed; nothing if there is no such template."""
        if 1 <= number <= len(self._templates):
            text = self.text()
            joined = (
                f"{text.rstrip('.')}. {self._templates[number - 1]}" if text else self._templates[number - 1]
            )
            self.set_text(joined)
            self.edit.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys of the composer, claimed before a window shortcut takes them."""
        if isinstance(event, QKeyEvent) and event.type() in (
            QEvent.Type.ShortcutOverride,
            QEvent.Type.KeyPress,
        ):
            press = event.type() == QEvent.Type.KeyPress
            alt = event.modifiers() == Qt.KeyboardModifier.AltModifier
            control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and control:
                return self._claim(event, press, lambda: self.saved.emit(self.text()))
            if event.key() == Qt.Key.Key_Escape:
                return self._claim(event, press, self.closed.emit)
            if alt and Qt.Key.Key_1 <= event.key() <= Qt.Key.Key_9:
                number = event.key() - Qt.Key.Key_0
                return self._claim(event, press, lambda: self.use_template(number))
        elif event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
        return False

    @staticmethod
    def _claim(event: QKeyEvent, press: bool, act: Callable[[], object]) -> bool:
        event.accept()
        if press:
            act()
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        """Frame: accent while typed in."""
        painter = QPainter(self)
        focused = self.edit.hasFocus()
        edge = theme().color("accent.ring" if focused else "border.control")
        rounded(
            painter, QRectF(self.rect()), radius("md"), theme().color("bg.surface"), edge, 2 if focused else 1
        )
        painter.end()
