"""What is said before the window closes while work exists on this laptop only: copy, close all the same, or stay.

A child of the window over everything, with its own keys: Enter takes the first way, Esc stays. It is asked once per
closing; whoever closes again closes.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from sidumba_field.services.care.views import Leaving
from sidumba_field.ui.operations import care
from sidumba_field.ui.screens.parts import clear
from sidumba_field.ui.viewmodels.care_speech import told
from sidumba_field.ui.viewmodels.desk import Desk
from sidumba_field.ui.widgets.button import Button
from sidumba_field.ui.widgets.card import Card
from sidumba_field.ui.widgets.label import Label

WIDTH = 420
#: Flashdisks that get a button of their own.
DRIVES = 3
_SHADE = QColor(10, 16, 30, 110)


class LeavingPanel(QWidget):
    """``leave``: close now."""

    leave = Signal()

    def __init__(self, desk: Desk, host: QWidget) -> None:
        super().__init__(host)
        self._desk, self._host, self._before = desk, host, host.focusWidget()
        self._title, self._text = Label("", "title", wrap=True), Label("", "body", "secondary", wrap=True)
        self.card = Card(padding=20)
        self.card.setFixedWidth(WIDTH)
        self._ways = QVBoxLayout()
        self._ways.setSpacing(8)
        for part in (self._title, self._text):
            self.card.column.addWidget(part)
        self.card.column.addLayout(self._ways)
        column = QVBoxLayout(self)
        column.addStretch(1)
        column.addWidget(self.card, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(2)
        self.close_button = Button(told("leaving_close"), "plain")
        self.stay = Button(told("leaving_stay"), "quiet", shortcut="Escape")
        self.close_button.clicked.connect(self.leave)
        self.stay.clicked.connect(self.dismiss)
        desk.care.copied.connect(self._copied)
        desk.care.changed.connect(self._show_progress)
        host.installEventFilter(self)
        self._saves: list[Button] = []
        self.hide()

    def ask(self, leaving: Leaving) -> None:
        """Show it over the window."""
        self._before = self._host.focusWidget()
        self._title.setText(leaving.title)
        self._text.setText(leaving.text)
        self.setAccessibleName(leaving.title)
        for button in (self.close_button, self.stay):
            button.setParent(self.card)
        clear(self._ways)
        self._saves = [
            self._save(place, drive.label, str(drive.path))
            for place, drive in enumerate(leaving.drives[:DRIVES])
        ]
        for save in self._saves:
            self._ways.addWidget(save)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self.close_button)
        foot.addStretch(1)
        foot.addWidget(self.stay)
        holder = QWidget()
        foot.setContentsMargins(0, 4, 0, 0)
        holder.setLayout(foot)
        self._ways.addWidget(holder)
        self.resize(self._host.size())
        self.show()
        self.raise_()
        (self._saves[0] if self._saves else self.close_button).setFocus(Qt.FocusReason.OtherFocusReason)

    def _save(self, place: int, label: str, folder: str) -> Button:
        button = Button(told("copy_to", drive=label), "plain" if place else "primary", icon="archive")
        button.clicked.connect(partial(care.back_up, self._desk, folder))
        return button

    def _show_progress(self) -> None:
        model = self._desk.care
        text = told("copy_going", percent=model.percent) if model.busy == "copy" else ""
        if self.isVisible():
            for save in self._saves:
                save.set_busy(text)

    def _copied(self, whole: bool) -> None:
        """A copy that is whole lets the window close; another one leaves the choice."""
        if self.isVisible() and whole:
            self.leave.emit()

    def dismiss(self) -> None:
        """Stay."""
        if self._desk.care.busy == "copy":
            care.cancel(self._desk)
        self.hide()
        if self._before is not None:
            self._before.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys go no further than this."""
        event.accept()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """As large as the window."""
        if watched is self._host and event.type() is QEvent.Type.Resize and self.isVisible():
            self.resize(self._host.size())
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """What lies behind steps back."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), _SHADE)
        painter.end()
