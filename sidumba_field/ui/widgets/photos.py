"""Photos: the field that takes one, and the card that shows one.

Owns choosing a file (dialog without blocking, or dropped on the field) and the thumbnail. Reading, shrinking
and storing a photo is the services' work; the field says which file was chosen and is shown the result.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDropEvent,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
)
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from sidumba_field.ui.theme import font, paint_icon, radius, theme
from sidumba_field.ui.widgets.button import Button
from sidumba_field.ui.widgets.field_base import FieldState
from sidumba_field.ui.widgets.keycap import KeycapPainter, Shortcut, keys_of
from sidumba_field.ui.widgets.label import ElidedLabel
from sidumba_field.ui.widgets.painting import line_of_text, rounded
from sidumba_field.ui.widgets.speech import tr

_THUMB = QSize(112, 76)
_TYPES = (".jpg", ".jpeg", ".png", ".webp")
_DOCUMENTS = (".pdf", ".jpg", ".jpeg", ".png")


class PhotoView(QWidget):
    """A photo cut to fill its box, with rounded corners; an outline icon while there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = QImage()
        self.caption, self.keys, self.alarm = "", keys_of(None), False
        theme().changed.connect(self.update)

    def set_image(self, image: QImage) -> None:
        """Show an image; a null image shows the outline."""
        self._image = image
        self.update()

    def has_image(self) -> bool:
        """Whether there is a photo."""
        return not self._image.isNull()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Photo or outline, caption and caps over it."""
        painter = QPainter(self)
        current = theme()
        box = QRectF(self.rect())
        edge = current.color("state.vermilion.solid" if self.alarm else "border.default")
        rounded(painter, box, radius("md"), current.color("bg.subtle"), None)
        if self._image.isNull():
            place = QRectF(box.center().x() - 10, box.center().y() - 10, 20, 20)
            paint_icon(painter, "image", place, current.color("text.tertiary"))
        else:
            self._photo(painter, box)
        rounded(painter, box, radius("md"), None, edge)
        if self.caption:
            self._caption(painter, box)
        if self.keys:
            left = box.right() - 8 - KeycapPainter.width(self.keys)
            KeycapPainter.paint(painter, left, box.bottom() - 17, self.keys)
        painter.end()

    def _photo(self, painter: QPainter, box: QRectF) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        clip = QPainterPath()
        clip.addRoundedRect(box, radius("md"), radius("md"))
        painter.setClipPath(clip)
        scale = max(box.width() / self._image.width(), box.height() / self._image.height())
        width, height = box.width() / scale, box.height() / scale
        source = QRectF((self._image.width() - width) / 2, (self._image.height() - height) / 2, width, height)
        painter.drawImage(box, self._image, source)
        painter.restore()

    def _caption(self, painter: QPainter, box: QRectF) -> None:
        used = font("small", weight=500)
        painter.setFont(used)
        width = painter.fontMetrics().horizontalAdvance(self.caption) + 36
        tag = QRectF(box.left() + 7, box.bottom() - 28, width, 21)
        rounded(painter, tag, radius("sm"), theme().color("bg.surface"), None)
        paint_icon(
            painter,
            "camera",
            QRectF(tag.left() + 7, tag.center().y() - 7, 14, 14),
            theme().color("text.primary"),
        )
        line_of_text(painter, tag.adjusted(26, 0, -4, 0), self.caption, used, theme().color("text.primary"))


class PhotoField(QWidget):
    """A photo as an answer, or any document (PDF, scan). ``chosen`` carries the path of the file a person picked."""

    chosen = Signal(object)  # pathlib.Path
    looked = Signal()
    edited = Signal(str)
    committed = Signal()
    backed = Signal()
    focused = Signal()

    def __init__(
        self,
        name: str = "",
        *,
        documents: bool = False,
        shortcut: Shortcut | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._value, self._state = "", FieldState.REST
        self._of = "document" if documents else "photo"
        self._types = _DOCUMENTS if documents else _TYPES
        self.setAcceptDrops(True)
        self.setAccessibleName(name)
        self._photo = PhotoView()
        self._photo.setFixedSize(_THUMB)
        self._note = ElidedLabel(tr(f"{self._of}.none"), "small", "tertiary", numbers=True)
        self._button = _ChooseButton(
            self, tr(f"{self._of}.choose"), "paperclip" if documents else "camera", shortcut
        )
        self._button.clicked.connect(self.choose)
        words = QVBoxLayout()
        words.setSpacing(6)
        words.addStretch(1)
        words.addWidget(self._button, 0, Qt.AlignmentFlag.AlignLeft)
        words.addWidget(self._note)
        words.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self._photo)
        row.addLayout(words, 1)
        self.setFocusProxy(self._button)
        self._readonly = False

    def value(self) -> str:
        """Name of the stored attachment, "" for none."""
        return self._value

    def set_value(self, stored: str) -> None:
        """The stored attachment's name; its picture follows by ``show_photo``. Emits nothing."""
        if stored != self._value:
            self._value = stored
            self._photo.set_image(QImage())
        self._say("")

    def show_photo(self, image: QImage, size_bytes: int = 0, note: str = "") -> None:
        """Show the stored photo; a null image with a value means the file is missing."""
        self._photo.set_image(image)
        if image.isNull() and self._value:
            self._say(tr(f"{self._of}.missing"), alarm=True)
        else:
            self._say(note or (tr("photo.size", bytes=size_bytes) if size_bytes else ""))

    def _say(self, note: str, *, alarm: bool = False) -> None:
        self._note.setText(note or ("" if self._value else tr(f"{self._of}.none")))
        self._note.set_tone("vermilion" if alarm else "tertiary")
        self._button.setText(tr(f"{self._of}.replace" if self._value else f"{self._of}.choose"))

    def set_state(self, state: FieldState) -> None:
        """Rest, error, warning: the edge of the picture."""
        self._state = state
        self._photo.alarm = state is FieldState.ERROR
        self._photo.update()

    def state(self) -> FieldState:
        """The state in force."""
        return self._state

    def set_readonly(self, readonly: bool) -> None:
        """Shows the photo, takes none."""
        self._readonly = readonly
        self._button.setVisible(not readonly)
        self.setAcceptDrops(not readonly)

    def choose(self) -> None:
        """Open the file dialog beside the event loop."""
        dialog = QFileDialog(self.window(), tr(f"{self._of}.choose"), "", tr(f"{self._of}.files"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self.take_file(Path(name)))
        dialog.open()

    def take_file(self, file: Path) -> None:
        """A file was picked, dropped or handed in."""
        if not self._readonly:
            self.chosen.emit(file)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Photos may be dropped."""
        urls = event.mimeData().urls()
        if len(urls) == 1 and Path(urls[0].toLocalFile()).suffix.lower() in self._types:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Take the dropped photo."""
        self.take_file(Path(event.mimeData().urls()[0].toLocalFile()))


class _ChooseButton(Button):
    """Space opens the dialog; Enter moves on like in every other field."""

    def __init__(self, field: PhotoField, words: str, icon: str, shortcut: Shortcut | None) -> None:
        super().__init__(words, "plain", icon=icon, shortcut=shortcut, small=True)
        self._field = field

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                event.ignore()
            elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self._field.backed.emit()
            else:
                self._field.committed.emit()
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._field.focused.emit()


class PhotoCard(PhotoView):
    """A photo beside a record under review. ``looked``: Space or a click asks for the whole photo."""

    looked = Signal()

    def __init__(
        self, caption: str = "", shortcut: Shortcut | None = "Space", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.keys = keys_of(shortcut)
        self.setMinimumHeight(104)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.set_caption(caption)

    def set_caption(self, caption: str) -> None:
        """Words over the photo, e.g. "Foto baru"."""
        self.caption = caption
        self.setAccessibleName(f"{caption}, {tr('photo.open')}" if caption else tr("photo.open"))
        self.setToolTip(tr("photo.open"))
        self.update()

    def sizeHint(self) -> QSize:
        """As in the side column."""
        return QSize(252, 104)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space and Enter look."""
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.looked.emit()
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: object) -> None:
        """A click looks."""
        self.looked.emit()
