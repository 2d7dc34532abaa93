"""The foot of the record under review: later, other steps, on, back; and the line that folds unchanged fields."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QMenu, QSizePolicy, QWidget

from sidumba_field.services.views import CommandView
from sidumba_field.ui.screens.parts import Ground
from sidumba_field.ui.theme import font, paint_icon, theme
from sidumba_field.ui.viewmodels.speech import tell
from sidumba_field.ui.widgets.button import Button, IconButton
from sidumba_field.ui.widgets.keycap import KeycapPainter, keys_of
from sidumba_field.ui.widgets.painting import line_of_text


class FoldLine(QAbstractButton):
    """ "25 isian lain tidak berubah", and the key that shows them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.hide()
        theme().changed.connect(self.update)

    def show_count(self, count: int) -> None:
        """How many are folded away; 0 hides the line."""
        self.setText(tell("review.folded", count=count))
        self.setAccessibleName(f"{self.text()}, {tell('review.unfold')}")
        self.setVisible(count > 0)

    def sizeHint(self) -> QSize:
        """One row."""
        return QSize(300, 36)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Chevron, words, key."""
        painter = QPainter(self)
        tones = theme()
        paint_icon(painter, "chevron-right", QRectF(16, 10, 16, 16), tones.color("text.secondary"))
        caps = keys_of("Alt+I")
        left = self.width() - 14 - KeycapPainter.width(caps)
        KeycapPainter.paint(painter, left, self.height() / 2, caps)
        used = font("small", numbers=True)
        area = QRectF(38, 0, left - 46, self.height())
        line_of_text(painter, area, self.text(), font("body", numbers=True), tones.color("text.secondary"))
        show = tell("review.unfold")
        width = painter.fontMetrics().horizontalAdvance(show)
        line_of_text(
            painter,
            QRectF(left - width - 10, 0, width + 4, self.height()),
            show,
            used,
            tones.color("text.secondary"),
        )
        painter.end()


class DecisionBar(Ground):
    """The buttons; ``other`` carries a command that is neither on nor back."""

    other = Signal(str)
    skipped = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("bg.surface", "top", parent)
        self._back_words, self._short = "", False
        self._others: tuple[CommandView, ...] = ()
        self.later = Button(tell("review.later"), "quiet")
        # The screen owns the key: where there is no room the button goes into the menu and the key stays.
        self.later.set_shortcut("Alt+L", bind=False)
        self.more = IconButton("ellipsis", tell("review.more"))
        self.forward = Button("", "approve", icon="check", shortcut="Alt+S")
        self.back = Button("", "return", icon="undo-2", shortcut="Alt+K")
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 12, 14, 10)
        row.setSpacing(8)
        row.addWidget(self.later)
        row.addWidget(self.more)
        row.addStretch(1)
        row.addWidget(self.forward)
        row.addWidget(self.back)
        self.later.clicked.connect(self.skipped)
        self.more.clicked.connect(self._open_menu)

    def show_commands(
        self, forward: CommandView | None, back: CommandView | None, others: Sequence[CommandView]
    ) -> None:
        """What may be done with the record in hand."""
        self.forward.setText(forward.label if forward is not None else "")
        self.forward.setVisible(forward is not None)
        self._back_words = back.label if back is not None else ""
        self.back.setVisible(back is not None)
        self._others = tuple(others)
        self._arrange()

    def show_remarks(self, count: int) -> None:
        """The return says with how many remarks; it turns solid once there is one."""
        words = (
            tell("review.with_remarks", label=self._back_words, count=count) if count else self._back_words
        )
        self.back.setText(words)
        self.back.set_kind("return_solid" if count else "return")

    def set_short(self, short: bool) -> None:
        """Narrow windows: room for the decisions first."""
        self._short = short
        self._arrange()

    def _arrange(self) -> None:
        self.later.setVisible(not self._short)
        self.more.setVisible(self._short or bool(self._others))

    def _open_menu(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if self._short:
            menu.addAction(f"{tell('review.later')}\tAlt+L").triggered.connect(self.skipped)
        for command in self._others:
            action = menu.addAction(command.label)
            action.triggered.connect(lambda _checked=False, name=command.command: self.other.emit(name))
        menu.popup(self.more.mapToGlobal(QPoint(0, -menu.sizeHint().height())))
