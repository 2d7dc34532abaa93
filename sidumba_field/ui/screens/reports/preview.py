"""The preview of Laporan: the produced PDF itself on a desk, page keys, zoom, and what is under way.

Owns no drawing of papers: pages come as pictures from the file that is saved and printed.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from sidumba_field.ui.operations.printer import image_of
from sidumba_field.ui.screens.parts import Ground
from sidumba_field.ui.theme import theme
from sidumba_field.ui.viewmodels.reports import WHOLE, WIDE, ZOOMS, ReportsModel
from sidumba_field.ui.widgets.button import Button, IconButton
from sidumba_field.ui.widgets.label import ElidedLabel, Label
from sidumba_field.ui.widgets.speech import language
from sidumba_field.words import say

MARGIN = 14
MM = 72 / 25.4
PATIENCE_MS = 500  # work that takes longer says so and can be stopped


def words(key: str, /, **params: object) -> str:
    """A sentence of Laporan."""
    return say(f"laporan.{key}", language(), **params)


class PageView(QWidget):
    """One page as a picture, with a hairline and a soft edge."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = QImage()
        self._note = ""
        self.setAccessibleName(words("preview"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        theme().changed.connect(self.update)

    def show_image(self, image: QImage, note: str) -> None:
        """Show a page (or, without one, a sentence)."""
        self._image, self._note = image, note
        self.setAccessibleDescription(note)
        size = image.deviceIndependentSize().toSize() if not image.isNull() else QSize(0, 0)
        self.setMinimumSize(size + QSize(2 * MARGIN, 2 * MARGIN))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Desk, shadow, page."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme().color("special.previewBackdrop"))
        if self._image.isNull():
            painter.setPen(theme().color("text.secondary"))
            area = self.rect().adjusted(24, 24, -24, -24)
            painter.drawText(area, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap), self._note)
        else:
            size = self._image.deviceIndependentSize()
            left = max(MARGIN, round((self.width() - size.width()) / 2))
            top = max(MARGIN, round((self.height() - size.height()) / 2))
            page = QRectF(left, top, size.width(), size.height())
            for spread, strength in ((3, 10), (2, 16), (1, 26)):
                painter.fillRect(
                    page.adjusted(-spread, 1 - spread, spread, spread + 1), QColor(0, 0, 0, strength)
                )
            painter.drawImage(QPoint(left, top), self._image)
        painter.end()


class Preview(QWidget):
    """The page on its desk. ``turned`` carries the page wanted, ``resized`` asks for the page in a new size."""

    turned = Signal(int)
    resized = Signal()

    def __init__(self, model: ReportsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.page = PageView()
        self.area = QScrollArea()
        self.area.setWidget(self.page)
        self.area.setWidgetResizable(True)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.page.installEventFilter(self)
        self.bar = PageBar(model)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.area, 1)
        column.addWidget(self.bar)
        self._due = QTimer(self)
        self._due.setSingleShot(True)
        self._due.setInterval(60)
        self._due.timeout.connect(self._rescaled)
        self.bar.turned.connect(self.turned)
        self.bar.zoomed.connect(self.zoom)
        model.image_changed.connect(self._show)
        model.options_changed.connect(self._measure)

    # -- what stands there

    def _show(self) -> None:
        drawn = self._model.image
        image = QImage() if drawn is None else image_of(drawn)
        if not image.isNull():
            image.setDevicePixelRatio(self.devicePixelRatioF())
        self.page.show_image(image, self._model.problem or self.bar.page_words())
        if self._differs():
            self._due.start()

    def _measure(self) -> None:
        """Another sheet was chosen: it is drawn in its right size at once."""
        self._model.scale = self._wanted()

    def _differs(self) -> bool:
        """Whether the page in front was drawn in another size than it is wanted in."""
        drawn = self._model.image
        return drawn is not None and abs(drawn.width / drawn.sheet[0] - self._wanted()) > 2 / drawn.sheet[0]

    def _sheet(self) -> tuple[float, float]:
        """Width and height in points of the sheet in front, or of the paper that was chosen."""
        drawn, options = self._model.image, self._model.options
        if options is not None:
            sides = {"A4": (210.0, 297.0)}.get(options.choice.size, (215.0, 330.0))
            wide, high = sides if options.choice.orientation == "portrait" else sides[::-1]
            return wide * MM, high * MM
        return drawn.sheet if drawn is not None else (215 * MM, 330 * MM)

    def _wanted(self) -> float:
        """Dots of the screen per point of the sheet, for the zoom in force."""
        wide, high = self._sheet()
        # Two more: a page is drawn in whole dots, and a bar for one dot would take room from it.
        room = self.area.viewport().size() - QSize(2 * MARGIN + 2, 2 * MARGIN + 2)
        by_width = max(0.2, room.width() / wide)
        if self._model.zoom == WHOLE:
            factor = min(by_width, max(0.2, room.height() / high))
        elif self._model.zoom == WIDE:
            factor = by_width
        else:
            factor = self._model.zoom * 96 / 72
        return round(factor * self.devicePixelRatioF(), 3)

    def _rescaled(self) -> None:
        self._model.scale = self._wanted()
        if self._differs():
            self.resized.emit()

    # -- hands

    def zoom(self, step: int) -> None:
        """-1 smaller, +1 larger, 0 whole page and back to page width."""
        model = self._model
        if step == 0:
            model.zoom = WIDE if model.zoom == WHOLE else WHOLE
        else:
            now = model.scale / self.devicePixelRatioF() * 72 / 96
            larger = [zoom for zoom in ZOOMS if zoom > now + 0.01]
            smaller = [zoom for zoom in ZOOMS if zoom < now - 0.01]
            found = larger[:1] if step > 0 else smaller[-1:]
            model.zoom = found[0] if found else model.zoom
        self.bar.show_zoom()
        self._rescaled()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The page fits the new room."""
        super().resizeEvent(event)
        self._due.start()

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        """Page keys and Ctrl with the wheel, where the page has the hand."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._key(event)
        if isinstance(event, QWheelEvent) and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(1 if event.angleDelta().y() > 0 else -1)
            return True
        return False

    def _key(self, event: QKeyEvent) -> bool:
        pages = self._model.shown.pages if self._model.shown is not None else 1
        goal = {
            Qt.Key.Key_PageDown: self._model.page + 1,
            Qt.Key.Key_PageUp: self._model.page - 1,
            Qt.Key.Key_Home: 1,
            Qt.Key.Key_End: pages,
        }.get(Qt.Key(event.key()))
        if goal is not None:
            self.turned.emit(goal)
            return True
        bar = self.area.verticalScrollBar()
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
        if step:
            bar.setValue(bar.value() + step * 48)
        return bool(step)


class PageBar(Ground):
    """Below the preview: which sheet, what is under way, page n of m, size."""

    turned = Signal(int)
    zoomed = Signal(int)
    stopped = Signal()

    def __init__(self, model: ReportsModel, parent: QWidget | None = None) -> None:
        super().__init__("bg.surface", "top", parent)
        self._model = model
        self.setFixedHeight(34)
        self._sheet = Label("", "small", "primary", numbers=True)
        self._told = ElidedLabel("", "small", "secondary")
        self.stop = Button(words("cancel"), "link", small=True)
        self.before = IconButton("chevron-left", words("previous"))
        self.after = IconButton("chevron-right", words("next"))
        self._page = Label("", "body", "primary", numbers=True)
        self.smaller = IconButton("minus", words("smaller"), shortcut="Ctrl+-")
        self.larger = IconButton("plus", words("larger"), shortcut="Ctrl++")
        self.fit = Button(words("whole"), "quiet", small=True, show_keys=False)
        self._lay_out()
        self._slow = QTimer(self)
        self._slow.setSingleShot(True)
        self._slow.setInterval(PATIENCE_MS)
        self._slow.timeout.connect(self._show_progress)
        self.before.clicked.connect(lambda: self.turned.emit(model.page - 1))
        self.after.clicked.connect(lambda: self.turned.emit(model.page + 1))
        self.smaller.clicked.connect(lambda: self.zoomed.emit(-1))
        self.larger.clicked.connect(lambda: self.zoomed.emit(1))
        self.fit.clicked.connect(lambda: self.zoomed.emit(0))
        self.stop.clicked.connect(self.stopped)
        model.shown_changed.connect(self._show)
        model.image_changed.connect(self._show)
        model.options_changed.connect(self._show)
        model.progress_changed.connect(self._busy_changed)
        self._show()

    def _lay_out(self) -> None:
        self.fit.set_shortcut("Ctrl+0", bind=True)
        self.stop.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 1, 14, 0)
        row.setSpacing(8)
        row.addWidget(self._sheet)
        row.addWidget(self._told, 1)
        row.addWidget(self.stop)
        for part in (self.before, self._page, self.after, self.smaller, self.fit, self.larger):
            row.addWidget(part)

    def page_words(self) -> str:
        """Which page stands there."""
        shown = self._model.shown
        if shown is None:
            return ""
        if shown.partial:
            return words("page_open", page=self._model.page)
        return words("page", page=self._model.page, pages=shown.pages)

    def _show(self) -> None:
        options, shown = self._model.options, self._model.shown
        if options is not None:
            choice = options.choice
            high, wide = (297, 210) if choice.size == "A4" else (330, 215)
            upright = choice.orientation == "portrait"
            width, height = (wide, high) if upright else (high, wide)
            way = words("upright" if upright else "lying")
            self._sheet.setText(words("sheet", size=choice.size, way=way, width=width, height=height))
        self._page.setText(self.page_words())
        for part in (self.before, self.after, self.smaller, self.larger, self.fit):
            part.setVisible(shown is not None)
        self.show_zoom()
        self._show_progress()

    def show_zoom(self) -> None:
        """Words of the size in force."""
        zoom = self._model.zoom
        named = {WHOLE: words("whole"), WIDE: words("wide")}
        self.fit.setText(named.get(zoom) or words("percent", percent=round(zoom * 100)))

    def _busy_changed(self) -> None:
        if self._model.busy and not self._slow.isActive() and not self.stop.isVisible():
            self._slow.start()
        elif not self._model.busy:
            self._slow.stop()
        self._show_progress()

    def _show_progress(self) -> None:
        model = self._model
        slow = bool(model.busy) and not self._slow.isActive()
        self.stop.setVisible(slow)
        if not slow:
            self._told.setText(words("same") if model.shown is not None else "")
            return
        partial = model.shown is not None and model.shown.partial
        key = "saving" if model.busy == "save" else "making_all" if partial else "making"
        self._told.setText(words(key, rows=model.rows_done))
