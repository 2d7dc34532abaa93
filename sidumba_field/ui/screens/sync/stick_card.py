"""The flashdisk card of Sinkronisasi (screen 06b): three steps, the drive in use, save, read the reply, take out.

Owns its keys: Alt+S saves, Alt+C reads the reply, Alt+F chooses a drive or a folder, Alt+K takes the flashdisk out, Esc
stops what is under way. While the card is in front it looks every few seconds whether a flashdisk came or went.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QFileDialog, QHBoxLayout, QMenu, QSizePolicy, QVBoxLayout, QWidget

from sidumba_field.services.exchange.stick_views import BundleRow, StickView
from sidumba_field.services.views import Mark
from sidumba_field.ui.operations import sticks as operations
from sidumba_field.ui.screens.parts import clear
from sidumba_field.ui.theme import font, theme
from sidumba_field.ui.viewmodels.desk import Desk
from sidumba_field.ui.viewmodels.sticks_speech import told
from sidumba_field.ui.widgets.button import Button, IconButton
from sidumba_field.ui.widgets.card import Card
from sidumba_field.ui.widgets.glyphs import MarkPainter, mark_meaning
from sidumba_field.ui.widgets.label import ElidedLabel, Label
from sidumba_field.ui.widgets.message import Sign
from sidumba_field.ui.widgets.painting import line_of_text, rounded
from sidumba_field.ui.widgets.progress import ThinBar

WATCH_MS = 3_000
#: Sentences about what lies on a flashdisk that have room on the card.
FOUND = 3


class MarkSign(QWidget):
    """A tanda kirim, 16 px."""

    def __init__(self, mark: Mark, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mark = mark
        self.setFixedSize(16, 16)
        theme().changed.connect(self.update)

    def set_mark(self, mark: Mark) -> None:
        """Change it."""
        self._mark = mark
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        painter = QPainter(self)
        MarkPainter.paint(painter, QRectF(0, 0, 16, 16), self._mark.value)
        painter.end()


def _wrapping(text: str = "", role: str = "small", tone: str = "secondary") -> Label:
    """A label of as many lines as its words need in the width they get."""
    label = Label(text, role, tone, wrap=True, numbers=True)
    policy = label.sizePolicy()
    policy.setHeightForWidth(True)
    label.setSizePolicy(policy)
    return label


class _Disc(QWidget):
    """A number in a disc."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = str(number)
        self.setFixedSize(20, 20)
        theme().changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        disc, used = QRectF(0, 1, 18, 18), font("small", numbers=True, weight=600)
        rounded(painter, disc, 9, theme().color("state.slate.tint"), None)
        middle = Qt.AlignmentFlag.AlignHCenter
        line_of_text(painter, disc, self._number, used, theme().color("text.secondary"), middle)
        painter.end()


class _Line(QWidget):
    """A sign and one sentence that may wrap."""

    def __init__(self, sign: QWidget, words: Label) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(words, 1)


class StickCard(Card):
    """Last card of the right column."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(padding=14, parent=parent)
        self._desk, self._slim = desk, False
        self.save = Button("", "plain", icon="hard-drive-download", shortcut="Alt+S", show_keys=False)
        self.read = Button("", "plain", icon="hard-drive-upload", shortcut="Alt+C", show_keys=False)
        self.choose = IconButton("folder-open", told("card.choose"), shortcut="Alt+F")
        self.out = IconButton("log-out", told("card.eject"), shortcut=operations.EJECT_KEYS)
        self.stop = Button(told("card.cancel"), "quiet", shortcut="Escape", small=True)
        self._sign = Sign("usb", "text.secondary", 16)
        self._drive, self._room = ElidedLabel("", "label"), Label("", "small", "secondary", numbers=True)
        self._none = _wrapping(told("card.none"))
        self._plan, self._left = _wrapping(), _wrapping(tone="amber")
        self._found = QVBoxLayout()
        self._bar, self._doing = ThinBar(), Label("", "small", "secondary", numbers=True)
        self._last_sign, self._last = MarkSign(Mark.RECEIVED), _wrapping()
        self._lay_out()
        self._timer = QTimer(self)
        self._timer.setInterval(WATCH_MS)
        self._timer.timeout.connect(partial(operations.watch, desk))
        self._connect()
        self._show()

    # -- building

    def _lay_out(self) -> None:
        self.column.setSpacing(5)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(Sign("usb", "text.primary", 16))
        title = _wrapping(told("card.title"), "label", "primary")
        self._plain = [title, self._none, self._last]
        head.addWidget(title, 1)
        self.column.addLayout(head)
        self._steps = QWidget()
        steps = QVBoxLayout(self._steps)
        steps.setContentsMargins(0, 2, 0, 0)
        steps.setSpacing(3)
        for number in (1, 2, 3):
            words = _wrapping(told(f"card.step_{number}"), "body")
            self._plain.append(words)
            steps.addWidget(_Line(_Disc(number), words))
        self.column.addWidget(self._steps)
        self.column.addLayout(self._drive_row())
        self._found.setSpacing(3)
        for part in (self._plan, self._left):
            self.column.addWidget(part)
        self.column.addLayout(self._found)
        self.column.addStretch(1)
        self.column.addWidget(self._acts_row())
        self.column.addWidget(self._work_row())
        last = QHBoxLayout()
        last.setSpacing(8)
        last.addWidget(self._last_sign, 0, Qt.AlignmentFlag.AlignTop)
        last.addWidget(self._last, 1)
        self.column.addLayout(last)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)

    def _drive_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._sign)
        row.addWidget(self._none, 1)
        row.addWidget(self._drive, 1)
        row.addWidget(self._room)
        row.addWidget(self.choose)
        row.addWidget(self.out)
        return row

    def _acts_row(self) -> QWidget:
        self._acts = QWidget()
        self._two = QHBoxLayout(self._acts)
        self._two.setContentsMargins(0, 0, 0, 0)
        self._two.setSpacing(8)
        self._two.addWidget(self.save, 1)
        self._two.addWidget(self.read, 1)
        return self._acts

    def _work_row(self) -> QWidget:
        self._work = QWidget()
        row = QHBoxLayout(self._work)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._doing)
        row.addWidget(self._bar, 1)
        row.addWidget(self.stop)
        return self._work

    def _connect(self) -> None:
        desk = self._desk
        desk.sticks.changed.connect(self._show)
        self.save.clicked.connect(partial(operations.save, desk))
        self.read.clicked.connect(partial(operations.read, desk))
        self.out.clicked.connect(partial(operations.eject, desk))
        self.stop.clicked.connect(partial(operations.cancel, desk))
        self.choose.clicked.connect(self.choose_drive)

    def set_narrow(self, narrow: bool) -> None:
        """A slim column: one button below the other, each with its keys; the room on the flashdisk in the tooltip."""
        self._slim = narrow
        # Only there may these wrap: a label that may asks for the height of its narrowest shape everywhere.
        for label in self._plain:
            label.setWordWrap(narrow)
        self._show()
        stacked = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        self._two.setDirection(stacked)
        for button in (self.save, self.read):
            button.show_keys(narrow)
        # The new height is told upwards at once, not one layout per turn of the event loop.
        for layout in (self._two, self.column):
            layout.activate()

    def showEvent(self, event: QShowEvent) -> None:
        """In front: look for flashdisks."""
        super().showEvent(event)
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Not seen: no disk is asked."""
        self._timer.stop()
        super().hideEvent(event)

    # -- choosing

    def choose_drive(self) -> None:
        """A menu of the flashdisks with "another folder" at its end; with none, the folder dialog at once."""
        view = self._desk.sticks.view
        if view is None or not view.drives:
            self.choose_folder()
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for drive in view.drives:
            entry = menu.addAction(f"{drive.label}\t{drive.room_text}")
            entry.setCheckable(True)
            entry.setChecked(drive.key == view.chosen)
            entry.triggered.connect(partial(operations.choose, self._desk, drive.key))
        menu.addSeparator()
        menu.addAction(told("card.folder")).triggered.connect(self.choose_folder)
        menu.popup(self.choose.mapToGlobal(QPoint(0, self.choose.height() + 2)))

    def choose_folder(self) -> None:
        """Open the folder dialog beside the event loop."""
        dialog = QFileDialog(self.window(), told("card.dialog"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(partial(operations.choose, self._desk))
        dialog.open()

    # -- showing

    def _show(self) -> None:
        model = self._desk.sticks
        busy = bool(model.busy)
        hand = self.save.hasFocus() or self.read.hasFocus() or self.stop.hasFocus()
        self._acts.setVisible(not busy)
        self._work.setVisible(busy)
        self._doing.setText(model.progress.text)
        self._bar.set_progress(model.progress.percent, 100)
        self.choose.setEnabled(not busy)
        if hand:
            (self.stop if busy else self.save).setFocus(Qt.FocusReason.OtherFocusReason)
        if model.view is not None:
            self._show_view(model.view, busy=busy)
        else:
            self._show_drive("", "", removable=False, trouble=False)
            for part in (self._plan, self._left, self._last, self._last_sign):
                part.hide()
            self.save.setText(told("card.save_nothing"))
            self.read.setText(told("card.read"))

    def _show_view(self, view: StickView, *, busy: bool) -> None:
        drive = view.drive
        if drive is None:
            self._show_drive("", "", removable=False, trouble=False)
        else:
            removable, trouble = drive.removable and not busy, bool(view.trouble)
            self._show_drive(drive.label, drive.room_text, removable=removable, trouble=trouble)
        left = view.plan.left_text if drive is not None else ""
        _say(self._plan, view.plan.text if left and not view.trouble else "")
        _say(self._left, view.trouble or left)
        self._show_found(view)
        records = view.plan.records
        self.save.setText(told("card.save", count=records) if records else told("card.save_nothing"))
        self.read.setText(_reading(view))
        _say(self._last, view.last_text)
        self._last_sign.setVisible(bool(view.last_text))
        self._last_sign.set_mark(view.last_mark)

    def _show_drive(self, label: str, room: str, *, removable: bool, trouble: bool) -> None:
        self._drive.setText(label)
        self._drive.setVisible(bool(label))
        self._none.setVisible(not label)
        _say(self._room, "" if trouble or self._slim else room)
        self.choose.setToolTip(f"{told('card.choose')} (Alt+F)" + (f"\n{label}, {room}" if label else ""))
        self._sign.set_sign("usb", "state.amber.fg" if trouble else "text.secondary")
        self.out.setVisible(removable)

    def _show_found(self, view: StickView) -> None:
        """What lies there and needs a word takes the place of the steps."""
        clear(self._found)
        lines = [*view.found]
        if view.carried_text:
            lines.append((Mark.WAITING, view.carried_text))
        lines += [(Mark.TROUBLE, note) for note in self._desk.sticks.notes]
        for mark, text in lines[:FOUND]:
            # Names of files are one word; they may break behind each "_".
            self._found.addWidget(_Line(MarkSign(mark), _wrapping(text.replace("_", "_\u200b"))))
        self._steps.setVisible(not lines and not self._left.text())


def _reading(view: StickView) -> str:
    """What reading would do: one's own reply first, then what is carried for others."""
    if view.replies > 1:
        return told("card.read_count", count=view.replies)
    if view.replies:
        return told("card.read")
    if view.back:
        return told("card.put_back")
    return told("card.take") if view.others else told("card.read")


def _say(label: Label, text: str) -> None:
    label.setText(text)
    label.setVisible(bool(text))


class BundleLine(QWidget):
    """One bundle of the history: mark, number, when, what, answered or not."""

    def __init__(self, bundle: BundleRow, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bundle = bundle
        self.setFixedHeight(32)
        self.setAccessibleName(", ".join((bundle.number, bundle.when, bundle.text, bundle.status)))
        self.setToolTip(self.accessibleName())
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """One line."""
        return QSize(300, 32)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Mark, when, what, status, number, line: the columns of the receipts above."""
        painter = QPainter(self)
        tones, used, bundle = theme(), font("small", numbers=True), self._bundle
        MarkPainter.paint(painter, QRectF(14, 8, 16, 16), bundle.mark.value)
        third = max(140.0, self.width() * 0.19)
        line_of_text(painter, QRectF(46, 0, third - 8, 32), bundle.when, used, tones.color("text.primary"))
        right = QRectF(0, 0, self.width() - 14, 32)
        quiet = tones.color("text.secondary")
        end = Qt.AlignmentFlag.AlignRight
        taken = line_of_text(painter, right, bundle.number, font("small", codes=True), quiet, end)
        middle = QRectF(46 + third, 0, self.width() - 46 - third - taken - 24, 32)
        ink = tones.color(mark_meaning(bundle.mark.value).fg)
        status = line_of_text(painter, middle, bundle.status, used, ink, end)
        line_of_text(painter, middle.adjusted(0, 0, -status - 12, 0), bundle.text, used, quiet)
        painter.fillRect(0, 31, self.width(), 1, tones.color("border.subtle"))
        painter.end()
