"""Below a file question: a smaller twin of the file that was just attached, to be taken or left. Nothing is forced.

Owns the two pictures side by side (Enter or a click shows one whole) and the two answers, Alt+P and Alt+A. What was
attached is saved already; leaving the question unanswered leaves the file as it is.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from sidumba_field.services.files.views import Offer
from sidumba_field.ui.viewmodels.speech import tell
from sidumba_field.ui.widgets.button import Button
from sidumba_field.ui.widgets.label import Label
from sidumba_field.ui.widgets.message import Sign
from sidumba_field.ui.widgets.photos import PhotoCard

_LOOK = (188, 132)


class TwinPanel(QWidget):
    """Hidden until ``seek`` or ``show_offer``. ``taken`` carries the offer; ``looked`` one of its pictures."""

    taken = Signal(object)
    looked = Signal(object)  # QImage

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._offer: Offer | None = None
        self._pictures = {"before": QImage(), "after": QImage()}
        self.setAccessibleName(tell("form.twin_name"))
        self._sign = Sign("info", "text.secondary")
        self._words = Label("", "small", "secondary", wrap=True, numbers=True)
        self.before, self.after = PhotoCard("", None), PhotoCard("", None)
        self.take = Button(tell("form.twin_take"), "plain", shortcut="Alt+P", small=True)
        self.leave = Button(tell("form.twin_leave"), "quiet", shortcut="Alt+A", small=True)
        self._looks = QWidget()
        self._lay_out()
        self.take.clicked.connect(self._take)
        self.leave.clicked.connect(self.close_offer)
        self.before.looked.connect(lambda: self.looked.emit(self._pictures["before"]))
        self.after.looked.connect(lambda: self.looked.emit(self._pictures["after"]))
        self.hide()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self._words, 1)
        looks = QHBoxLayout(self._looks)
        looks.setContentsMargins(24, 0, 0, 0)
        looks.setSpacing(10)
        for card in (self.before, self.after):
            card.setFixedSize(*_LOOK)
            looks.addWidget(card)
        answers = QVBoxLayout()
        answers.setSpacing(8)
        answers.addStretch(1)
        for button in (self.take, self.leave):
            answers.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        looks.addLayout(answers)
        looks.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 4)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self._looks)

    def seek(self, done: int, total: int) -> None:
        """A twin is looked for; long scans take seconds."""
        self._offer = None
        self._words.setText(tell("form.twin_sought", done=done, total=total))
        self._looks.hide()
        self.show()

    def show_offer(self, offer: Offer) -> None:
        """Ask."""
        self._offer = offer
        self._words.setText(offer.sentence)
        for card, key, raw, size in (
            (self.before, "before", offer.before, offer.before_text),
            (self.after, "after", offer.after, offer.after_text),
        ):
            self._pictures[key] = QImage.fromData(raw)
            card.set_image(self._pictures[key])
            card.set_caption(tell(f"form.twin_{key}", size=size))
        self._looks.show()
        self.show()

    def close_offer(self) -> None:
        """The question is over."""
        self._offer = None
        self.hide()

    def offer(self) -> Offer | None:
        """What is asked now."""
        return self._offer

    def _take(self) -> None:
        if self._offer is not None:
            self.taken.emit(self._offer)
            self.close_offer()
