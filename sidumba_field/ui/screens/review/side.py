"""The side of the record under review: the SOP's minutes, the photo, earlier remarks, history, the WhatsApp text."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from sidumba_field.services.views import RemarkView, ReviewView
from sidumba_field.ui.screens.parts import Ground, clear, scroll
from sidumba_field.ui.theme import size, theme
from sidumba_field.ui.viewmodels.speech import tell
from sidumba_field.ui.viewmodels.steps_speech import told
from sidumba_field.ui.widgets.button import Button
from sidumba_field.ui.widgets.card import Card
from sidumba_field.ui.widgets.label import Label
from sidumba_field.ui.widgets.message import Sign
from sidumba_field.ui.widgets.photos import PhotoCard
from sidumba_field.ui.widgets.progress import ThinBar
from sidumba_field.ui.widgets.text_fields import TextField

_TOP = Qt.AlignmentFlag.AlignTop


class SidePane(Ground):
    """282 px at the right. ``replied`` carries (remark id, words)."""

    replied = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("bg.app", "left", parent)
        self.setFixedWidth(size("reviewSide"))
        self.image = QImage()
        self._clock, self._figure, self._bar = Card(padding=12), _Minutes(), ThinBar()
        self._head = Label("", "small", "secondary", weight=500)
        self._clock.column.setSpacing(2)
        self._clock.column.addWidget(self._head)
        self._clock.column.addWidget(self._figure)
        self._clock.column.addWidget(self._bar)
        self._average = Label("", "small", "secondary", numbers=True)
        self._office = Label("", "small", "secondary", numbers=True, wrap=True)
        for words in (self._average, self._office):
            words.hide()
            self._clock.column.addWidget(words)
        self.photo = PhotoCard(tell("review.photo"))
        self._remarks, self._remark_rows = _list_card(tell("review.earlier"))
        self._history, self._history_rows = _list_card(tell("review.history"))
        self.older = Button(tell("review.older"), "link", shortcut="Alt+R", small=True)
        self._history.column.addWidget(self.older, 0, Qt.AlignmentFlag.AlignLeft)
        self.copy = Button(tell("review.copy"), "plain", icon="message-circle", shortcut="Alt+W")
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(15, 12, 14, 12)
        column.setSpacing(10)
        for part in (self._clock, self.photo, self._remarks, self._history):
            column.addWidget(part)
        column.addStretch(1)
        foot = QVBoxLayout()
        foot.setContentsMargins(15, 4, 14, 10)
        foot.addWidget(self.copy)
        page = QVBoxLayout(self)
        page.setContentsMargins(1, 0, 0, 0)
        page.setSpacing(0)
        page.addWidget(scroll(body), 1)
        page.addLayout(foot)

    def show_record(self, view: ReviewView) -> None:
        """Another record."""
        self._clock.setVisible(view.standard_minutes > 0)
        self.image = QImage()
        self.photo.set_image(self.image)
        self.photo.setVisible(bool(view.photos))
        clear(self._remark_rows)
        for remark in view.remarks:
            self._remark_rows.addWidget(_remark_row(remark))
            if not remark.answered and view.posisi == "dikembalikan" and view.commands:
                self._remark_rows.addWidget(self._reply_field(remark))
        self._remarks.setVisible(bool(view.remarks))
        clear(self._history_rows)
        for line in view.history:
            self._history_rows.addWidget(Label(line, "small", "secondary", numbers=True, wrap=True))
        self.older.setVisible(not view.history_whole)
        self._history.setVisible(bool(view.history) or not view.history_whole)
        self.copy.setVisible(bool(view.wa_text))

    def _reply_field(self, remark: RemarkView) -> TextField:
        """Where nobody may type in the record itself, a remark is answered in words."""
        field = TextField(told("reply.name", text=remark.text))
        field.setPlaceholderText(told("reply.hint"))

        def reply() -> None:
            if field.text().strip():
                self.replied.emit(remark.id, field.text())

        field.committed.connect(reply)
        return field

    def show_minutes(self, seconds: int, standard: int, step: str) -> None:
        """The SOP's clock informs; it never stops anybody."""
        words = tell("review.minutes_step", step=step) if step else tell("review.minutes")
        self._head.setText(words)
        self._figure.set_figure(
            f"{seconds // 60}.{seconds % 60:02d}", tell("review.of_minutes", count=standard)
        )
        over = standard > 0 and seconds > standard * 60
        self._bar.set_progress(
            min(seconds, standard * 60), standard * 60, "state.amber.solid" if over else "accent.solid"
        )

    def show_average(self, seconds: int) -> None:
        """How long a decision takes this person today; 0 hides it."""
        self._average.setText(told("clock.average", minutes=f"{seconds // 60}.{seconds % 60:02d}"))
        self._average.setVisible(seconds > 0)

    def show_office(self, words: str, *, late: bool) -> None:
        """How long it has lain on this desk in office hours, and until when the SOP wants it done."""
        self._office.setText(words)
        self._office.set_tone("amber" if late else "secondary")
        self._office.setVisible(bool(words))

    def show_photo(self, content: bytes) -> None:
        """The picture of the record; empty when it is not on this laptop."""
        self.image = QImage.fromData(content) if content else QImage()
        self.photo.set_image(self.image)
        self.photo.set_caption(tell("review.photo" if content else "review.no_photo"))


class _Minutes(QWidget):
    """A big number of minutes and what it is measured against."""

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self._number, self._unit = Label("", "figure", numbers=True), Label("", "body", "secondary")
        self._unit.setContentsMargins(0, 0, 0, 4)
        row.addWidget(self._number, 0, Qt.AlignmentFlag.AlignBottom)
        row.addWidget(self._unit, 1, Qt.AlignmentFlag.AlignBottom)

    def set_figure(self, number: str, unit: str) -> None:
        self._number.setText(number)
        self._unit.setText(unit)


def _list_card(title: str) -> tuple[Card, QVBoxLayout]:
    card = Card(padding=12)
    card.column.addWidget(Label(title, "label", weight=600))
    rows = QVBoxLayout()
    rows.setSpacing(4)
    card.column.addLayout(rows)
    return card, rows


def _remark_row(remark: RemarkView) -> QWidget:
    box = QWidget()
    row = QHBoxLayout(box)
    row.setContentsMargins(0, 2, 0, 2)
    row.setSpacing(8)
    icon, tone = ("check", "teal") if remark.answered else ("clock", "amber")
    row.addWidget(Sign(icon, f"state.{tone}.fg", 16), 0, _TOP)
    words = QVBoxLayout()
    words.setSpacing(0)
    words.addWidget(Label(f"“{remark.text}”", "body", "secondary", wrap=True))
    if remark.status:
        words.addWidget(Label(remark.status, "small", tone, weight=500))
    row.addLayout(words, 1)
    return box


class PhotoSheet(QWidget):
    """The whole photo over the screen, until any key or click."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self._image = QImage()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty("ownFocus", True)
        self.setAccessibleName(tell("review.photo"))
        host.installEventFilter(self)
        self._before: QWidget | None = None
        self.hide()

    def show_image(self, image: QImage) -> None:
        """Show it as large as the screen allows."""
        host = self.parentWidget()
        if host is None or image.isNull():
            return
        self._image = image
        self._before = host.window().focusWidget()
        self.setGeometry(host.rect())
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _close(self) -> None:
        self.hide()
        if self._before is not None:
            self._before.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Any key closes."""
        self._close()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click closes."""
        self._close()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay as large as the screen."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            host = self.parentWidget()
            if host is not None:
                self.setGeometry(host.rect())
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """Dark ground, the photo in its middle."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme().color("special.scanBackdrop"))
        room = QRectF(self.rect()).adjusted(24, 24, -24, -24)
        fitted = self._image.size().scaled(room.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
        target = QRectF(0, 0, fitted.width(), fitted.height())
        target.moveCenter(room.center())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(target, self._image)
        painter.end()
