"""Screen 04, Verifikasi: the queue, what changed in one record, and the decision.

Owns the keys of the desk (design/UI.md section 6): Alt+S on, Alt+K back, Alt+L later, Alt+I all fields, Alt+up and
down through the queue. A decision names exactly the revision and content that is on screen; a return needs a remark,
and asking for one without opens the field to write it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from sidumba_field.services.views import Refusal, ReviewLine
from sidumba_field.ui.operations import review as operations
from sidumba_field.ui.screens.parts import Ground, scroll
from sidumba_field.ui.screens.review.beside import BesideParts
from sidumba_field.ui.screens.review.foot import DecisionBar, FoldLine
from sidumba_field.ui.screens.review.head import BannerRow, ReviewHead
from sidumba_field.ui.screens.review.queue import QueuePane
from sidumba_field.ui.screens.review.side import PhotoSheet, SidePane
from sidumba_field.ui.theme import size
from sidumba_field.ui.viewmodels.desk import Desk
from sidumba_field.ui.viewmodels.notice import Notice
from sidumba_field.ui.viewmodels.speech import tell
from sidumba_field.ui.widgets.banner import EmptyState
from sidumba_field.ui.widgets.review import ReviewTable
from sidumba_field.ui.widgets.review_row import ReviewItem

EMPTY_WIDTH = 420  # px of the words that stand where no record is


class ReviewScreen(QWidget):
    """Verifikasi."""

    toast_above = 104

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._narrow, self._side_wish = False, False
        self.setAccessibleName(tell("nav.review"))
        self.queue = QueuePane()
        self.head = ReviewHead()
        self.banners = BannerRow()
        self.table = ReviewTable()
        self.fold = FoldLine()
        self.foot = DecisionBar()
        self.side = SidePane()
        self.photo_sheet = PhotoSheet(self)
        self.parts = BesideParts(desk, self, self.banners, self.table, self.side)
        self._empty = EmptyState("", bare=True)
        self._lay_out()
        self._connect()
        self._add_keys()

    # -- building

    def _lay_out(self) -> None:
        page = Ground("bg.surface")
        inside = QVBoxLayout(page)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(0)
        inside.addWidget(self.table)
        inside.addWidget(self.fold)
        inside.addStretch(1)
        self.area = scroll(page)
        record = Ground("bg.surface")
        column = QVBoxLayout(record)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (self.head, self.banners, self.parts.signoff, self.parts.differ):
            column.addWidget(part)
        column.addWidget(self.area, 1)
        column.addWidget(self.foot)
        self._nothing = Ground("bg.surface")
        middle = QVBoxLayout(self._nothing)
        middle.addStretch(1)
        self._nothing_words = QVBoxLayout()
        across = QHBoxLayout()
        across.addStretch(1)
        across.addLayout(self._nothing_words)
        across.addStretch(1)
        middle.addLayout(across)
        middle.addStretch(2)
        self._stack = QStackedWidget()
        self._stack.addWidget(record)
        self._stack.addWidget(self._nothing)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self._row.addWidget(self.queue)
        self._row.addWidget(self._stack, 1)
        self._row.addWidget(self.side)

    def _connect(self) -> None:
        desk, model = self._desk, self._desk.review
        model.queue_changed.connect(self._show_queue)
        model.opened.connect(self._show_record)
        model.emptied.connect(self._show_nothing)
        model.lines_changed.connect(self._show_lines)
        model.line_changed.connect(self._show_decision)
        model.ticked.connect(self._show_minutes)
        model.refused.connect(self._refused)
        model.photo_read.connect(self._show_photo)
        self.queue.opened.connect(partial(operations.open_record, desk))
        self.queue.offer_taken.connect(partial(operations.report_batch, desk))
        self.queue.narrowed.connect(partial(operations.narrow, desk))
        self.head.switched.connect(lambda key: model.set_show_all(key == "all"))
        self.banners.opened.connect(self._go_to_line)
        self.table.checked.connect(model.toggle_check)
        self.table.remark_saved.connect(model.set_remark)
        self.table.moved.connect(lambda _key: self._into_sight())
        self.fold.clicked.connect(self.switch_lines)
        self.foot.forward.clicked.connect(self.forward)
        self.foot.back.clicked.connect(self.send_back)
        self.foot.skipped.connect(partial(operations.skip, desk))
        self.foot.other.connect(partial(operations.decide, desk))
        self.side.copy.clicked.connect(self.copy_message)
        self.side.photo.looked.connect(self.look_at_photo)
        self.side.older.clicked.connect(partial(operations.fetch_history, self._desk))

    def _add_keys(self) -> None:
        keys: tuple[tuple[str, Callable[[], None]], ...] = (
            ("Alt+Up", partial(operations.open_beside, self._desk, -1)),
            ("Alt+Down", partial(operations.open_beside, self._desk, +1)),
            ("Alt+L", partial(operations.skip, self._desk)),
            ("Alt+I", self.switch_lines),
            ("Alt+Q", self.queue.choose_order),
            ("Alt+V", self.queue.choose_unit),
            ("Alt+D", self.toggle_side),
            ("F1", self.toggle_side),
            ("F6", self._cycle),
            ("F2", self.write_remark),
        )
        for text, act in keys:
            shortcut = QShortcut(QKeySequence(text), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)

    # -- the shell's questions

    def first_focus(self) -> QWidget:
        """The record, or the queue while nothing is in hand."""
        return self.table if self._desk.review.view is not None else self.queue.first_focus()

    def on_leave(self) -> None:
        """A remark being written waits with its record."""
        self._keep_remark()

    def set_narrow(self, below_1180: bool, below_1000: bool) -> None:
        """The side becomes a sheet (Alt+D) below 1180; the queue collapses below 1000."""
        self._narrow = below_1180
        self.queue.setFixedWidth(222 if below_1000 else 240 if below_1180 else size("queuePane"))
        self.foot.set_short(below_1000)
        self.head.set_short(below_1180)
        self._place_side()

    def _place_side(self) -> None:
        width = size("reviewSide")
        if self._narrow:
            if self._row.indexOf(self.side) >= 0:
                self._row.removeWidget(self.side)
            self.side.setGeometry(self.width() - width, 0, width, self.height())
            self.side.setVisible(self._side_wish)
            self.side.raise_()
            return
        if self._row.indexOf(self.side) < 0:
            self._row.addWidget(self.side)
        self.side.setVisible(self._desk.review.view is not None)

    def toggle_side(self) -> None:
        """Alt+D where it is a sheet."""
        if self._narrow:
            self._side_wish = not self._side_wish
            self._place_side()

    def _cycle(self) -> None:
        """F6: queue, record, side, decisions."""
        stops = [self.queue.list, self.table, self.side.photo, self.foot.forward]
        stops = [stop for stop in stops if stop.isVisible()]
        at = next((n for n, stop in enumerate(stops) if stop.hasFocus()), -1)
        stops[(at + 1) % len(stops)].setFocus(Qt.FocusReason.TabFocusReason)

    # -- showing

    def _show_queue(self) -> None:
        model = self._desk.review
        if model.queue is not None:
            self.queue.show_queue(model.queue, model.rid)
        if model.view is None:
            self._show_nothing()

    def _show_nothing(self) -> None:
        queue = self._desk.review.queue
        if queue is None or queue.rows:
            return
        self._nothing_words.removeWidget(self._empty)
        self._empty.hide()
        self._empty.deleteLater()
        hint = tell("review.empty_offer", key="Alt+P") if queue.offers else tell("review.empty_next")
        self._empty = EmptyState(tell("review.empty"), f"{queue.empty_text} {hint}".strip(), bare=True)
        # Fixed: a sentence that wraps knows its height only by its width.
        self._empty.setFixedWidth(EMPTY_WIDTH)
        self._nothing_words.addWidget(self._empty)
        focus = self.window().focusWidget()
        lost = focus is None or focus is self.queue.list or not self.queue.isAncestorOf(focus)
        self._stack.setCurrentIndex(1)
        self.side.hide()
        if lost and self.isVisible():
            self.queue.first_focus().setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_record(self) -> None:
        model = self._desk.review
        view = model.view
        if view is None:
            return
        self._stack.setCurrentIndex(0)
        self.queue.go_to(view.rid)
        self.head.show_record(view, model.changed_count())
        self.banners.show_banners(view.banners, view.blocked)
        self.foot.show_commands(model.command("forward"), model.command("return"), model.other_commands())
        self.side.show_record(view)
        self._place_side()
        self._show_lines()
        self._show_minutes()
        if view.photos:
            operations.load_photo(self._desk, view.photos[0])
        self.area.verticalScrollBar().setValue(0)
        if self.isVisible() and not self.queue.list.hasFocus():
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_lines(self) -> None:
        model = self._desk.review
        view = model.view
        if view is None:
            return
        items = [self._item(line) for line in model.lines()]
        self.table.set_items(
            items, now=view.version_text, before=view.previous_text, templates=view.templates
        )
        for line in model.lines():
            self._show_decision(line.path)
        self.head.set_mode("all" if model.show_all else "changed")
        hidden = len(view.all_lines) - len(view.changed)
        self.fold.show_count(hidden if not model.show_all and view.changed else 0)
        self._count_remarks()

    def _item(self, line: ReviewLine) -> ReviewItem:
        """One row; a code chosen for it stands in the place of what was answered."""
        code, words = self._desk.review.code(line.path)
        given = f"{code}  {words}".strip()
        return ReviewItem(
            line.path,
            line.label,
            given or line.current,
            line.current if given else line.previous,
            bool(given) or line.changed,
            ((0, len(given)),) if given else line.marks,
            line.group,
            line.warning,
        )

    def _show_decision(self, path: str) -> None:
        model = self._desk.review
        self.table.set_decision(path, checked=model.is_checked(path), remark=model.remark(path))
        self._count_remarks()

    def _count_remarks(self) -> None:
        self.foot.show_remarks(len(self._desk.review.remarks()))

    def _show_minutes(self) -> None:
        model = self._desk.review
        if model.view is not None:
            self.side.show_minutes(model.seconds(), model.view.standard_minutes, model.view.sop_step)

    def _show_photo(self, name: str, content: bytes) -> None:
        view = self._desk.review.view
        if view is not None and name in view.photos:
            self.side.show_photo(content)

    def _into_sight(self) -> None:
        key = self.table.current_key()
        if key:
            row = self.table.row(key)
            self.area.ensureWidgetVisible(row, 0, 40)

    # -- hands

    def switch_lines(self) -> None:
        """Alt+I: what changed, or everything."""
        self._keep_remark()
        self._desk.review.set_show_all(not self._desk.review.show_all)
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _go_to_line(self, path: str) -> None:
        model = self._desk.review
        if path in self.parts.beside.coding:
            self.parts.open_coding()
            return
        if path not in {line.path for line in model.lines()}:
            model.set_show_all(True)
        self.table.go_to(path)
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def write_remark(self, path: str = "") -> None:
        """F2: the field for a remark below the line in hand."""
        self.table.open_remark(path)
        self._into_sight()

    def _keep_remark(self) -> None:
        composer = self.table.composer()
        if composer is not None and composer.text():
            self._desk.review.set_remark(self.table.current_key(), composer.text())

    def forward(self) -> None:
        """Alt+S: approve; what stands in the way is shown instead."""
        model = self._desk.review
        command = model.command("forward")
        if command is None or model.view is None:
            return
        self._keep_remark()
        if model.view.blocked:
            self._desk.say(Notice(model.view.blocked, "amber"))
            return
        operations.decide(self._desk, command.command)

    def send_back(self) -> None:
        """Alt+K: return with remarks; without one the field for it opens."""
        model = self._desk.review
        command = model.command("return")
        if command is None:
            return
        self._keep_remark()
        if command.needs_remark and not model.remarks():
            self.write_remark(self._first_to_remark())
            return
        operations.decide(self._desk, command.command)

    def _first_to_remark(self) -> str:
        view = self._desk.review.view
        suspicious = next((b.path for b in view.banners if b.path), "") if view is not None else ""
        current = self.table.current_key()
        shown = {line.path for line in self._desk.review.lines()}
        return current if current and not suspicious else suspicious if suspicious in shown else current

    def _refused(self, refusal: Refusal) -> None:
        if refusal.paths:
            self._go_to_line(refusal.paths[0])
        self._desk.say(Notice(refusal.sentence, "amber", details=refusal.details or refusal.code))

    def copy_message(self) -> None:
        """Alt+W: a message for WhatsApp on the clipboard."""
        view = self._desk.review.view
        if view is not None and view.wa_text:
            # Counts and places only: a remark may quote a citizen's answer.
            QGuiApplication.clipboard().setText(view.wa_text)
            self._desk.say(Notice(tell("review.copied")))

    def look_at_photo(self) -> None:
        """Space on the photo: the whole of it, until any key."""
        if self.side.photo.has_image():
            self.photo_sheet.show_image(self.side.image)
