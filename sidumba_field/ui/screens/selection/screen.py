"""The selection screen: piles of records by state, one looked at, moved with a digit, one by one or all chosen.

Serves every role that moves records (SOP steps 2, 3, 5, 6 and 7): which piles and which digits there are comes from
the program. Keys: arrows walk, digits decide, Ctrl+Space and Shift choose, Ctrl+A all, Space the photo, Alt+Left and
Alt+Right the piles, Alt+B compares, Enter opens the form or the desk, Esc stops a round.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from sidumba_field.services.steps.views import CompareView, KeyedStep, Pile, PileRow
from sidumba_field.ui.operations import entry, review, steps
from sidumba_field.ui.screens.parts import Ground, Rule
from sidumba_field.ui.screens.review.compare import CompareSheet
from sidumba_field.ui.screens.review.side import PhotoSheet
from sidumba_field.ui.screens.selection.bar import StepBar
from sidumba_field.ui.screens.selection.look import LookPane
from sidumba_field.ui.viewmodels.desk import Desk
from sidumba_field.ui.viewmodels.notice import Notice
from sidumba_field.ui.viewmodels.steps_speech import told
from sidumba_field.ui.widgets.banner import EmptyState
from sidumba_field.ui.widgets.button import Button
from sidumba_field.ui.widgets.keycap import Keycaps
from sidumba_field.ui.widgets.label import Label
from sidumba_field.ui.widgets.page_header import PageHeader
from sidumba_field.ui.widgets.pile_list import PileItem, PileList
from sidumba_field.ui.widgets.pile_tabs import PileTabs, TabItem
from sidumba_field.ui.widgets.progress import ThinBar
from sidumba_field.ui.widgets.speech import language
from sidumba_field.words import number


class SelectionScreen(QWidget):
    """Pilah berkas."""

    toast_above = 112

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.setAccessibleName(told("pile.nav"))
        self.header = PageHeader(told("pile.nav"), framed=True)
        self._progress = Label("", "small", "secondary", numbers=True)
        self._bar = ThinBar()
        self._bar.setFixedWidth(120)
        self.tabs = PileTabs(name=told("pile.name"))
        self.list = PileList(name=told("pile.list"))
        self.look = LookPane()
        self.foot = StepBar()
        self.sheet = PhotoSheet(self)
        self.compare = CompareSheet(self)
        self.all = Button(told("pile.all"), "quiet", small=True)
        self.all.set_shortcut("Ctrl+A", bind=False)
        self.receipt = Button(told("pile.receipt"), "plain", icon="printer", shortcut="Ctrl+P")
        self._receipt: tuple[str, tuple[str, ...]] = ("", ())
        self._lay_out()
        self._connect()
        self._add_keys()

    # -- building

    def _lay_out(self) -> None:
        self.header.end_chips()
        self.receipt.hide()
        for part in (self.receipt, self._progress, self._bar):
            self.header.add_action(part)
        pane = Ground("bg.app", "right")
        left = QVBoxLayout(pane)
        left.setContentsMargins(0, 0, 1, 0)
        left.setSpacing(0)
        left.addWidget(self.list, 1)
        left.addWidget(Rule())
        left.addLayout(self._hints())
        self._pane = pane
        record = QWidget()
        right = QVBoxLayout(record)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        right.addWidget(self.look, 1)
        right.addWidget(self.foot)
        nothing = Ground("bg.surface")
        middle = QVBoxLayout(nothing)
        self._empty = EmptyState(told("pile.empty"), told("pile.empty_next"), bare=True)
        self._empty.setFixedWidth(420)
        middle.addStretch(1)
        middle.addWidget(self._empty, 0, Qt.AlignmentFlag.AlignHCenter)
        middle.addStretch(2)
        self._stack = QStackedWidget()
        self._stack.addWidget(record)
        self._stack.addWidget(nothing)
        body = QHBoxLayout()
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(0)
        body.addWidget(pane)
        body.addWidget(self._stack, 1)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(0)
        page.addWidget(self.header)
        page.addWidget(self.tabs)
        page.addLayout(body, 1)
        self._stack.setCurrentIndex(1)

    def _hints(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(14, 6, 10, 6)
        row.setSpacing(6)
        self._mark_hint = Label(told("pile.keys_mark"), "small", "secondary")
        self._chosen = Label("", "small", "accent", numbers=True)
        self._caps = Keycaps("Ctrl+Space")
        row.addWidget(self._caps)
        row.addWidget(self._mark_hint)
        row.addWidget(self._chosen)
        row.addStretch(1)
        row.addWidget(self.all)
        return row

    def _connect(self) -> None:
        desk, model = self._desk, self._desk.steps
        model.piles_changed.connect(self._show_piles)
        model.looked.connect(self._show_look)
        model.photo_read.connect(self._show_photo)
        model.busy_changed.connect(self._show_busy)
        model.refused.connect(self._refused)
        model.receipt_ready.connect(self._offer_receipt)
        self.tabs.chosen.connect(self._open_pile)
        self.list.moved.connect(self._walked)
        self.list.entered.connect(self.open_record)
        self.list.looked.connect(lambda _key: self.look_at_photo())
        self.list.chosen_changed.connect(self._count)
        self.foot.taken.connect(self.take)
        self.foot.missing.connect(lambda words: desk.say(Notice(words, "amber")))
        self.foot.closed.connect(lambda: self.list.setFocus(Qt.FocusReason.OtherFocusReason))
        self.look.photo_wanted.connect(self.look_at_photo)
        self.look.twin_wanted.connect(self._compare)
        desk.review.compared.connect(self._show_compare)
        self.compare.marked.connect(self._mark_twin)
        self.compare.next_wanted.connect(self._next_twin)
        self.all.clicked.connect(self.choose_all)
        self.receipt.clicked.connect(self._print_receipt)

    def _add_keys(self) -> None:
        keys: tuple[tuple[str, Callable[[], None]], ...] = (
            ("Alt+Left", partial(self.tabs.step, -1)),
            ("Alt+Right", partial(self.tabs.step, +1)),
            ("Ctrl+A", self.choose_all),
            ("Alt+Down", partial(self.walk, +1)),
            ("Alt+Up", partial(self.walk, -1)),
            ("F6", self._cycle),
        )
        for text, act in keys:
            shortcut = QShortcut(QKeySequence(text), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)

    # -- the shell's questions

    def first_focus(self) -> QWidget:
        """The list: digits work at once."""
        return self.list

    def on_leave(self) -> None:
        """Words being written for a step are given up with it: nothing was done yet."""
        self.foot.close_composer()

    def set_narrow(self, below_1180: bool, below_1000: bool) -> None:
        """The list gives way first, then the picture."""
        self._pane.setFixedWidth(248 if below_1000 else 290 if below_1180 else 380)
        self.look.set_narrow(below_1180)
        self._bar.setVisible(not below_1000)
        self._mark_hint.setVisible(not below_1180)

    def _cycle(self) -> None:
        """F6: piles, list, photo, steps."""
        stops: list[QWidget] = [self.tabs, self.list, self.look.photo, *self.foot.buttons.values()]
        stops = [stop for stop in stops[:4] if stop.isVisible()]
        at = next((n for n, stop in enumerate(stops) if stop.hasFocus()), -1)
        stops[(at + 1) % len(stops)].setFocus(Qt.FocusReason.TabFocusReason)

    # -- showing

    def _show_piles(self) -> None:
        model = self._desk.steps
        view, pile = model.view, model.current()
        if view is None:
            return
        self.header.set_title(view.title or told("pile.nav"))
        self.tabs.show_piles([_tab(pile) for pile in view.piles], view.pile)
        self.list.set_pile([self._item(row) for row in view.rows])
        if model.sought in [row.rid for row in view.rows]:
            self.list.go_to(model.sought)
        model.sought = ""
        self._show_pile(pile)
        self._show_progress()
        if view.rows and model.wanted != self.list.current_key():
            self._walked(self.list.current_key())

    def _item(self, row: PileRow) -> PileItem:
        note = told("pile.twins", count=row.twins) if row.twins else ""
        looked = self._desk.steps.was_looked_at(row.rid)
        return PileItem(
            row.rid, row.title, row.subtitle, row.age_text, row.twins, row.remarks, row.mark.value, note,
            looked=looked,
        )  # fmt: skip

    def _show_pile(self, pile: Pile | None) -> None:
        view = self._desk.steps.view
        filled = pile is not None and bool(view is not None and view.rows)
        self._stack.setCurrentIndex(0 if filled else 1)
        self.all.setVisible(filled)
        if pile is not None:
            self.foot.show_steps(pile.steps, view.receivers if view is not None else ())
        self._count()
        if not filled:
            self._desk.steps.wanted = ""

    def _show_progress(self) -> None:
        done, total = self._desk.steps.progress()
        self._progress.setText(told("pile.progress", done=done, total=total))
        self._progress.setVisible(total > 0)
        self._bar.set_progress(done, max(total, 1), "accent.solid")

    def _show_look(self) -> None:
        look = self._desk.steps.look
        if look is not None and look.rid == self.list.current_key():
            self.look.show_look(look)

    def _show_photo(self, name: str, content: bytes) -> None:
        look = self._desk.steps.look
        if look is not None and name in look.photos:
            self.look.show_photo(content)

    def _show_busy(self) -> None:
        busy = self._desk.steps.busy
        self.foot.show_note(told("pile.busy", done=busy[0], total=busy[1]) if busy is not None else "")

    def _refused(self, words: str) -> None:
        self._desk.say(Notice(words, "amber"))

    def _count(self) -> None:
        chosen = len(self.list.chosen())
        self._chosen.setText(told("pile.chosen", count=chosen) if chosen else "")
        for part in (self._mark_hint, self._caps):
            part.setVisible(not chosen and self.width() >= 1100)
        words = told("pile.none") if chosen and chosen == len(self.list.items()) else told("pile.all")
        self.all.setText(words)
        self.foot.show_count(len(self.list.in_hand()))

    # -- hands

    def _open_pile(self, key: str) -> None:
        self.foot.close_composer()
        self.list.set_chosen(())
        steps.open_pile(self._desk, key)

    def _walked(self, key: str) -> None:
        if key and self._desk.steps.busy is None:
            steps.look(self._desk, key)
        if not self.list.chosen():
            self.foot.show_count(len(self.list.in_hand()))

    def walk(self, by: int) -> None:
        """Alt with an arrow: the next record, wherever the hands are."""
        keys = [item.key for item in self.list.items()]
        if keys:
            at = keys.index(self.list.current_key()) if self.list.current_key() in keys else 0
            self.list.go_to(keys[max(0, min(len(keys) - 1, at + by))])

    def open_record(self, key: str) -> None:
        """Enter: open the record where it is worked on: the verifier's desk, else its form."""
        current = self._desk.session.current
        if current is not None and current.may_review and not current.may_enter:
            review.open_record(self._desk, key)
            self._desk.go.emit("review")
        else:
            entry.open_record(self._desk, key)

    def choose_all(self) -> None:
        """Ctrl+A, and the button: all rows shown, or none when all are chosen."""
        keys = [item.key for item in self.list.items()]
        self.list.set_chosen(() if len(self.list.chosen()) == len(keys) else keys)
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def look_at_photo(self) -> None:
        """Space: the whole photo, until any key."""
        if self.look.photo.has_image():
            self.sheet.show_image(self.look.image)

    def take(self, step: KeyedStep, remark: str) -> None:
        """A step on what is chosen, or on the record in hand; the next one is in hand at once."""
        rids = self.list.in_hand()
        if self._desk.steps.busy is None and rids:
            steps.move(self._desk, step, rids, remark)
            self._leave_behind(rids)

    def _leave_behind(self, rids: tuple[str, ...]) -> None:
        """Take moved rows out at once, so that the hands can go on; what was refused comes back with the piles."""
        view = self._desk.steps.view
        if view is not None:
            gone = set(rids)
            self.list.set_pile([self._item(row) for row in view.rows if row.rid not in gone])
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _compare(self, other: str) -> None:
        look = self._desk.steps.look
        if look is not None:
            steps.compare(self._desk, look.rid, other)

    def _show_compare(self, view: CompareView) -> None:
        look = self._desk.steps.look
        if look is not None and view.rid == look.rid and self.isVisible():
            self.compare.show_view(view, len(look.twins) - 1)

    def _next_twin(self) -> None:
        look, view = self._desk.steps.look, self.compare.view
        rids = [twin.rid for twin in look.twins] if look is not None else []
        if view is not None and view.other in rids:
            self._compare(rids[(rids.index(view.other) + 1) % len(rids)])

    def _mark_twin(self, view: CompareView) -> None:
        """The step that ends a twin, with the reason that names the other; only on the record compared."""
        pile = self._desk.steps.current()
        step = next((one for one in pile.steps if one.command == view.command), None) if pile else None
        if step is not None and self._desk.steps.busy is None:
            steps.move(self._desk, step, (view.rid,), view.remark)
            self._leave_behind((view.rid,))

    def _offer_receipt(self, paper: str, rids: tuple[str, ...]) -> None:
        self._receipt = (paper, rids)
        self.receipt.show()

    def _print_receipt(self) -> None:
        paper, rids = self._receipt
        steps.print_receipt(self._desk, paper, rids)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Bare digits decide; Enter opens; Esc stops a round."""
        typing = self.foot.composer is not None or self.foot.receiver.field.hasFocus()
        step = self._desk.steps.step(event.text()) if event.text() and not typing else None
        if step is not None and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            self.foot.take(step)
        elif event.key() == Qt.Key.Key_Escape and self._desk.steps.busy is not None:
            steps.stop(self._desk)
        else:
            super().keyPressEvent(event)


def _tab(pile: Pile) -> TabItem:
    count = number(pile.count, lang=language())
    return TabItem(pile.key, pile.label, pile.posisi, count, pile.count == 0)
