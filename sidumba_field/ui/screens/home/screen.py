"""Screen 01, Beranda: what waits for this person, how far today and this week, where the data is.

Owns two layouts over the same cards: a petugas sees targets, returned records and drafts; who verifies sees the queue,
the oldest first, and the own pace. Focus starts on the first row; Enter opens it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from sidumba_field.services.views import HomeView, QueueView, TaskRow
from sidumba_field.ui.operations import conflicts, entry, review, steps
from sidumba_field.ui.screens.care.notices import NoticePane
from sidumba_field.ui.screens.dashboard.cards import told
from sidumba_field.ui.screens.home.cards import ShippingCard, TargetsCard, VisitsCard
from sidumba_field.ui.screens.home.head import HeadPane, PaceCard, PeriodPane
from sidumba_field.ui.screens.parts import clear, scroll
from sidumba_field.ui.viewmodels.desk import Desk
from sidumba_field.ui.viewmodels.speech import tell
from sidumba_field.ui.widgets.banner import EmptyState
from sidumba_field.ui.widgets.button import Button
from sidumba_field.ui.widgets.card import Card, CardHeader
from sidumba_field.ui.widgets.keycap import Keycaps
from sidumba_field.ui.widgets.label import Label
from sidumba_field.ui.widgets.page_header import PageHeader
from sidumba_field.ui.widgets.record_list import GroupRow, RecordList, RecordRow

SIDE = 326  # px the right column needs for its three lanes


class HomeScreen(QWidget):
    """Beranda."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.setAccessibleName(tell("nav.home"))
        self.header = PageHeader(tall=True)
        self.new_button = Button(tell("nav.new_form"), "primary", icon="plus")
        self.new_button.set_shortcut("Ctrl+N", bind=False)  # the window owns the key
        self.new_button.clicked.connect(partial(entry.new_record, desk))
        self.board_button = Button(told("open"), "plain", icon="chart-no-axes-column")
        self.board_button.clicked.connect(partial(desk.go.emit, "dashboard"))
        self.header.add_action(self.board_button)
        self.header.add_action(self.new_button)
        self.targets = TargetsCard()
        self.list = RecordList(name=tell("home.todo"))
        self.visits, self.shipping, self.pace = VisitsCard(), ShippingCard(), PaceCard()
        self.head, self.period = HeadPane(), PeriodPane()
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(20, 0, 20, 14)
        column.setSpacing(12)
        self.notices = NoticePane(self._desk, "home")
        column.addWidget(self.notices)
        column.addWidget(self.targets)
        self._offers = QVBoxLayout()
        self._offers.setSpacing(8)
        column.addLayout(self._offers)
        column.addWidget(self.head)
        column.addWidget(self.period)
        columns = self._columns = QHBoxLayout()
        columns.setSpacing(12)
        self._todo = self._todo_card()
        columns.addWidget(self._todo, 206)
        self._side = QWidget()
        self._side.setMinimumWidth(SIDE)
        side = QVBoxLayout(self._side)
        side.setContentsMargins(0, 0, 0, 0)
        side.setSpacing(12)
        side.addWidget(self.visits, 1)
        side.addWidget(self.pace)
        side.addWidget(self.shipping)
        side.addStretch(0)
        columns.addWidget(self._side, 100)
        column.addLayout(columns, 1)
        self.area = scroll(body)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(0)
        page.addWidget(self.header)
        page.addWidget(self.area, 1)

    def _todo_card(self) -> Card:
        card = Card(padding=0)
        card.setMinimumHeight(220)
        self._todo_head = CardHeader(tell("home.todo"))
        self._keys: list[QWidget] = []
        for keys, words in (("Up", tell("home.choose")), ("Down", ""), ("Return", tell("home.open"))):
            self._keys += [Label(words, "small", "secondary"), Keycaps(keys)] if words else [Keycaps(keys)]
        for part in self._keys:
            self._todo_head.add_right(part)
        self._empty_holder = QVBoxLayout()
        self._empty_holder.setContentsMargins(0, 8, 0, 8)
        nothing = QWidget()
        nothing.setLayout(self._empty_holder)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.list)
        self._stack.addWidget(nothing)
        card.column.addWidget(self._todo_head)
        card.column.addWidget(self._stack, 1)
        return card

    def _connect(self) -> None:
        self._desk.home.changed.connect(self._show)
        self._desk.review.queue_changed.connect(self._show_queue)
        self._desk.session.opened.connect(self._show_person)
        self._show_person()
        self.list.opened.connect(self._open)
        self.visits.opened.connect(partial(entry.open_record, self._desk))
        self.shipping.opened.connect(lambda: self._desk.go.emit("sync"))
        self.shipping.settle_wanted.connect(partial(conflicts.open_room, self._desk, "home"))
        self._desk.session.truth_changed.connect(self._show_differing)
        self.head.opened.connect(self._open)
        self.period.wanted.connect(lambda: self._desk.go.emit("periods"))

    # -- the shell's questions

    def first_focus(self) -> QWidget:
        """The first task; with nothing to do, the button that begins something."""
        if self._kind == "head":
            return self.head.list if self.head.list.items() else self.board_button
        if self._kind == "period":
            return self.period.open_button if self.period.open_button.isVisible() else self.board_button
        if self._stack.currentIndex() == 0:
            return self.list
        return self.new_button if self.new_button.isVisible() else self.shipping.lane()

    def set_narrow(self, below_1180: bool, below_1000: bool) -> None:
        """Visits give way first, then the targets' last figure; below 1000 px one column."""
        self.targets.set_narrow(below_1180)
        self.pace.set_narrow(narrow=below_1180 and not below_1000)
        self.head.set_narrow(narrow=below_1180, one=below_1000)
        self._side.setMaximumWidth(SIDE if below_1180 and not below_1000 else 16777215)
        one = QBoxLayout.Direction.TopToBottom if below_1000 else QBoxLayout.Direction.LeftToRight
        self._columns.setDirection(one)
        self._todo.setMinimumHeight(300 if below_1000 else 220)

    # -- showing

    def _sorts(self) -> bool:
        current = self._desk.session.current
        return current is not None and current.may_enter and current.may_move

    def _reviews(self) -> bool:
        current = self._desk.session.current
        return current is not None and current.may_review

    def _show_person(self) -> None:
        current = self._desk.session.current
        self.new_button.setVisible(current is not None and current.may_enter)
        self.board_button.setVisible(current is not None and current.oversees)
        self._arrange("")
        reviewing = self._reviews()
        self._todo_head.set_title(tell("home.queue" if reviewing else "home.todo"))
        self.list.set_items([])

    def _show(self) -> None:
        view = self._desk.home.view
        if view is None:
            return
        self.header.set_title(view.greeting, view.date_line)
        self.shipping.show_counts(view)
        self._show_differing()
        before = self._kind
        self._arrange("head" if view.head is not None else "period" if view.period is not None else "")
        if view.head is not None:
            self.head.show_head(view.head)
        if view.period is not None:
            self.period.show_period(view.period, opens=self._has_room("periods"))
        if self._kind:
            if self._kind != before and self.isVisible():
                self.first_focus().setFocus(Qt.FocusReason.OtherFocusReason)
            return
        if view.pace is not None:
            self.pace.show_own(view.pace)
        self.pace.setVisible(view.pace is not None)
        if self._reviews():
            self._show_queue()
            return
        self.targets.show_targets(view)
        self.visits.show_visits(view)
        self._todo_head.set_count(str(len(view.tasks)) if view.tasks else "")
        self._fill(_task_items(view), tell("home.nothing"), tell("home.nothing_hint"))

    _kind = ""

    def _show_differing(self) -> None:
        truth = self._desk.session.truth
        self.shipping.show_differing(truth.differing if truth is not None else 0)

    def _arrange(self, kind: str) -> None:
        """Whose Beranda this is: "head", "period", or the one of tasks and queues."""
        self._kind = kind
        reviewing = self._reviews()
        self.head.setVisible(kind == "head")
        self.period.setVisible(kind == "period")
        for part in (self._todo, self._side):
            part.setVisible(not kind)
        self.targets.setVisible(not kind and not reviewing)
        self.visits.setVisible(not kind and not reviewing)
        self.pace.setVisible(False)

    def _has_room(self, name: str) -> bool:
        has = getattr(self.window(), "has_screen", None)
        return bool(has(name)) if callable(has) else False

    def _fill(self, items: Sequence[RecordRow | GroupRow], lead: str, hint: str) -> None:
        hand = self.window().focusWidget()
        # While there was nothing to do the hand was put on the button beside; work that arrives calls it back.
        waiting = self._stack.currentIndex() == 1 and hand in (self.new_button, self.shipping.lane())
        free = waiting or hand is None or self.list.hasFocus()
        self.list.set_items(items)
        for part in self._keys:
            part.setVisible(bool(items))
        if not items:
            clear(self._empty_holder)
            empty = EmptyState(lead, hint, bare=True)
            self._empty_holder.addWidget(empty)
            self._empty_holder.addStretch(1)
        in_stack = self._stack.isAncestorOf(self.window().focusWidget() or self)
        self._stack.setCurrentIndex(0 if items else 1)
        if not items and in_stack:
            self.first_focus().setFocus(Qt.FocusReason.OtherFocusReason)
        if items and free and self.isVisible():
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_queue(self) -> None:
        queue = self._desk.review.queue
        if queue is None or not self._reviews() or self._kind:
            return
        view = self._desk.home.view
        tasks = _task_items(view) if view is not None else []
        waiting = _queue_items(queue)
        if tasks and waiting:
            tasks.append(GroupRow("group-queue", queue.title, "desa"))
        self._todo_head.set_title(tell("home.todo") if tasks else queue.title or tell("home.queue"))
        count = len(waiting) + (len(view.tasks) if view is not None else 0)
        self._todo_head.set_count(str(count) if count else "")
        self._fill([*tasks, *waiting], tell("review.empty"), queue.empty_text)
        clear(self._offers)
        for offer in queue.offers:
            card = Card(padding=10, tone="teal")
            row = QHBoxLayout()
            row.addWidget(Label(offer.label, "label", wrap=True), 1)
            button = Button(tell("review.report"), "approve", small=True)
            button.setAccessibleName(offer.label)
            button.clicked.connect(partial(review.report_batch, self._desk, offer))
            row.addWidget(button)
            card.column.addLayout(row)
            self._offers.addWidget(card)

    def _open(self, rid: str) -> None:
        view = self._desk.home.view
        own = view is not None and any(task.rid == rid for task in view.tasks)
        if not own and self._sorts():
            # Whoever types here too sorts files by keys, pile by pile; judging answer by answer is for the desks after.
            steps.open_in_pile(self._desk, rid)
        elif self._reviews() and not own:
            review.open_record(self._desk, rid)
            self._desk.go.emit("review")
        else:
            entry.open_record(self._desk, rid)


def _task_items(view: HomeView) -> list[RecordRow | GroupRow]:
    items: list[RecordRow | GroupRow] = []
    for kind, key, position in (
        ("returned", "home.returned", "dikembalikan"),
        ("draft", "home.drafts", "draf"),
    ):
        tasks = [task for task in view.tasks if task.kind == kind]
        if tasks:
            items.append(GroupRow(f"group-{kind}", tell(key), position))
        items += [_task_item(task) for task in tasks]
    return items


def _task_item(task: TaskRow) -> RecordRow:
    returned = task.kind == "returned"
    return RecordRow(
        key=task.rid,
        title=task.title,
        subtitle=task.subtitle,
        remark=task.remark,
        done=0 if returned else task.filled,
        total=0 if returned else task.total,
        fact=task.count_text if returned else task.missing,
        when=task.when,
        action=task.action,
    )


def _queue_items(queue: QueueView) -> list[RecordRow | GroupRow]:
    return [
        RecordRow(
            key=row.rid,
            title=row.title,
            subtitle=row.subtitle,
            fact=tell("home.warnings", count=row.warnings) if row.warnings else row.version_text,
            when=row.age_text,
            action=tell("home.check"),
        )
        for row in queue.rows
    ]
