"""Screen 10, Masuk: who works now, the passphrase, until when it opens without internet.

Owns the layout and the keyboard path: a digit picks the person, typing is the passphrase, Enter opens. The
passphrase leaves by an operation and is wiped from its field at once.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from sidumba_field.services.care.views import CopySeen
from sidumba_field.services.views import AccountCard
from sidumba_field.ui.operations import care
from sidumba_field.ui.operations import session as operations
from sidumba_field.ui.screens.care.restore_pane import RestorePane
from sidumba_field.ui.screens.login.brand_panel import NARROW, TIGHT, WIDE, BrandPanel
from sidumba_field.ui.screens.login.panes import ActivationPane, Pane, PinPane, RecoveryPane, secret_field
from sidumba_field.ui.screens.login.people_list import PeopleList
from sidumba_field.ui.screens.login.sample_card import SampleCard
from sidumba_field.ui.screens.parts import Rule, scroll
from sidumba_field.ui.screens.setup.frame import setup_rail
from sidumba_field.ui.theme import breakpoint_px
from sidumba_field.ui.viewmodels.care_speech import told as say_care
from sidumba_field.ui.viewmodels.desk import Desk
from sidumba_field.ui.viewmodels.notice import Notice
from sidumba_field.ui.viewmodels.speech import tell
from sidumba_field.ui.widgets.button import Button
from sidumba_field.ui.widgets.field_base import EditField, FieldState
from sidumba_field.ui.widgets.label import Label
from sidumba_field.ui.widgets.message import Message, Sign
from sidumba_field.ui.widgets.pin_field import PinField
from sidumba_field.ui.widgets.rich_text import RichText, Run

COLUMN = 400
_PAGE = 20  # margin of the page, px
_TOP = Qt.AlignmentFlag.AlignTop


class LoginScreen(QWidget):
    """Masuk."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.setAccessibleName(tell("login.name"))
        self.brand = BrandPanel()
        self.people = PeopleList()
        self.passphrase = secret_field(tell("login.passphrase"))
        self.pin = PinField(tell("pin.name"))
        self.open_button = Button(tell("login.open"), "primary")
        self.activation = ActivationPane()
        self.recovery = RecoveryPane()
        self.pin_pane = PinPane()
        self.restoring = RestorePane()
        self.sample = SampleCard()
        self._rooms = QStackedWidget()
        self._rooms.addWidget(_centred(self._make_front(), self.sample))
        self._rooms.addWidget(_centred(self.activation))
        self._rooms.addWidget(_centred(self.recovery))
        self._rooms.addWidget(_centred(self.pin_pane))
        self._rooms.addWidget(_centred(self.restoring))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self.rail = setup_rail()
        self.rail.hide()
        row.addWidget(self.brand)
        row.addWidget(self.rail)
        row.addWidget(self._rooms, 1)
        self._connect()

    # -- building

    def _make_front(self) -> QWidget:
        box = self._front = QWidget()
        box.setFixedWidth(COLUMN)
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(Label(tell("login.who"), "title"))
        column.addSpacing(14)
        column.addWidget(self.people)
        column.addSpacing(20)
        column.addLayout(self._passphrase_head())
        column.addSpacing(8)
        self.passphrase.setFixedHeight(38)
        column.addWidget(self.passphrase)
        column.addWidget(self.pin)
        self.pin.hide()
        self._wrong = Message()
        column.addSpacing(6)
        column.addWidget(self._wrong)
        column.addWidget(self._lease_line())
        column.addSpacing(20)
        self.open_button.set_shortcut(QKeySequence("Return"), bind=False)
        self.open_button.setFixedHeight(38)
        column.addWidget(self.open_button)
        column.addSpacing(18)
        column.addWidget(Rule())
        column.addSpacing(8)
        column.addLayout(self._foot())
        return box

    def _passphrase_head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self._whose = Label(tell("login.passphrase"), "label")
        self._whose.setBuddy(self.passphrase)
        self.forgot = Button(tell("login.forgot"), "link")
        self.forgot.setFixedHeight(28)
        row.addWidget(self._whose, 1)
        row.addWidget(self.forgot)
        return row

    def _lease_line(self) -> QWidget:
        self._lease = QWidget()
        row = QHBoxLayout(self._lease)
        row.setContentsMargins(0, 2, 0, 0)
        row.setSpacing(6)
        self._lease_text = RichText("small")
        row.addWidget(Sign("wifi-off", "text.secondary"), 0, _TOP)
        row.addWidget(self._lease_text, 1)
        self._lease.hide()
        return self._lease

    def _foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(Sign("user-plus", "text.secondary", 16))
        row.addWidget(Label(tell("login.other_person"), "body", "secondary"))
        row.addStretch(1)
        self.more = Button(tell("login.activate_with_code"), "link", shortcut="F3")
        row.addWidget(self.more)
        return row

    def _connect(self) -> None:
        model = self._desk.session
        self._met = False
        model.login_changed.connect(self._show_people)
        model.refused.connect(self._show_refusal)
        model.busy_changed.connect(self._show_busy)
        model.activated.connect(self._activated)
        model.opened.connect(self._wipe)
        model.locked.connect(self.show_front)
        self.people.picked.connect(self._picked)
        self.people.confirmed.connect(self._to_passphrase)
        self.people.typed.connect(self._begin_passphrase)
        for field in (self.passphrase, self.pin):
            field.committed.connect(self.open)
            field.backed.connect(self.people.setFocus)
            field.edited.connect(lambda _text: self._clear_refusal())
        self.open_button.clicked.connect(self.open)
        self.forgot.clicked.connect(self._forgotten)
        self.more.clicked.connect(self.show_activation)
        for pane in (self.activation, self.recovery):
            pane.backed.connect(self.show_front)
        self.pin_pane.backed.connect(self._leave_pin_pane)
        self.pin_pane.chosen.connect(partial(operations.set_pin, self._desk))
        self.pin_pane.dropped.connect(partial(operations.drop_pin, self._desk))
        model.pin_changed.connect(self._leave_pin_pane)
        self.activation.activate_wanted.connect(partial(operations.activate, self._desk))
        self.activation.add_wanted.connect(partial(operations.add_person, self._desk))
        self._connect_restoring()
        self.recovery.recover_wanted.connect(partial(operations.recover, self._desk))
        for number in range(1, 10):
            shortcut = QShortcut(QKeySequence(f"Alt+{number}"), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(partial(self._pick_number, number - 1))

    def _connect_restoring(self) -> None:
        """A laptop that is not set up may become the one a copy was made of."""
        model = self._desk.care
        self.activation.restore.clicked.connect(self._choose_copy)
        self.restoring.backed.connect(self.show_activation)
        self.restoring.restore_wanted.connect(partial(care.restore, self._desk))
        model.seen.connect(self._show_copy)
        model.refused.connect(self._show_refusal)
        model.changed.connect(self._show_restoring)
        model.restored.connect(self._restored)

    def _choose_copy(self) -> None:
        file, _kind = QFileDialog.getOpenFileName(
            self, say_care("restore_dialog"), "", say_care("restore_filter")
        )
        care.look(self._desk, file)

    def _show_copy(self, copy: CopySeen) -> None:
        self.restoring.set_copy(copy)
        self._open(4, first=True)
        self.restoring.first().setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_restoring(self) -> None:
        model = self._desk.care
        going = model.busy == "restore"
        self.restoring.set_busy(say_care("restore_going", percent=model.percent) if going else "")

    def _restored(self) -> None:
        self.restoring.clear_secrets()
        self._open(0)
        operations.load_people(self._desk)

    # -- the shell's questions

    def first_focus(self) -> QWidget:
        """The people if there is a choice, else the passphrase; a set-up starts in its first field."""
        pane = self._pane()
        if pane is not None:
            return pane.first()
        view = self._desk.session.login
        if self._by_pin():
            return self.pin
        return self.people if view is not None and len(view.accounts) > 1 else self.passphrase

    def set_narrow(self, below_1180: bool, below_1000: bool) -> None:
        """The blue panel gives way first."""
        width = WIDE
        if below_1180:
            width = TIGHT if below_1000 or not self.sample.isHidden() else NARROW
        self.brand.set_width(width)
        self.rail.set_narrow(narrow=below_1000)
        self.sample.setFixedWidth(228 if below_1000 else 300)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The list of people gives way, so that the passphrase and its button are always in sight."""
        super().resizeEvent(event)
        self._fit_people()

    def _fit_people(self) -> None:
        others = self._front.sizeHint().height() - self.people.height()
        wanted = self.people.sizeHint().height()
        room = self.height() - 2 * _PAGE - others
        self.people.setFixedHeight(max(self.people.minimumSizeHint().height(), min(wanted, room)))

    # -- rooms

    def _open(self, room: int, *, first: bool = False) -> None:
        """``first``: the set-up of the laptop, which has a frame of its own."""
        self._rooms.setCurrentIndex(room)
        self.brand.setVisible(not first)
        self.rail.setVisible(first)

    def _pane(self) -> Pane | None:
        panes = {1: self.activation, 2: self.recovery, 3: self.pin_pane, 4: self.restoring}
        return panes.get(self._rooms.currentIndex())

    def show_front(self) -> None:
        """The people."""
        self.activation.clear_secrets()
        self.recovery.clear_secrets()
        self.pin_pane.clear_secrets()
        self._open(0)
        self.first_focus().setFocus(Qt.FocusReason.OtherFocusReason)

    def show_activation(self) -> None:
        """F3: set up the laptop. One more person is added by somebody who works here: his passphrase opened the
        laptop's key, and without that key nobody can be given one.
        """
        view = self._desk.session.login
        adding = view is not None and view.activated
        if adding and self._desk.session.current is None:
            self._show_refusal(tell("login.add_from_menu"))
            return
        self.activation.set_adding(adding=adding)
        self.activation.set_begun(view.begun if view is not None and not adding else None)
        if view is not None and view.wiped and not adding:
            self.activation.set_wiped(view.wiped)
        self.activation.set_back(possible=adding)
        self._open(1, first=not adding)
        self.activation.first().setFocus(Qt.FocusReason.OtherFocusReason)

    def show_recovery(self) -> None:
        """A recovery code for the person picked."""
        card = self._desk.session.account(self.people.current_id())
        if card is not None:
            self.recovery.set_person(card)
            self._open(2)
            self.recovery.first().setFocus(Qt.FocusReason.OtherFocusReason)

    def show_pin(self) -> None:
        """Choose, change or take away the PIN of who is signed in."""
        current = self._desk.session.current
        if current is not None:
            self.pin_pane.set_person(current.name, has_pin=current.has_pin)
            self._open(3)
            self.pin_pane.first().setFocus(Qt.FocusReason.OtherFocusReason)

    def _leave_pin_pane(self) -> None:
        """Back to work: nobody was signed out for this."""
        self.pin_pane.clear_secrets()
        self._open(0)
        self._desk.go.emit("home")

    # -- front

    def _by_pin(self) -> bool:
        return not self.pin.isHidden()

    def _secret(self) -> EditField:
        return self.pin if self._by_pin() else self.passphrase

    def _ask_for(self, card: AccountCard | None, *, pin: bool) -> None:
        """PIN or passphrase of the person picked."""
        self.pin.setVisible(pin)
        self.passphrase.setVisible(not pin)
        kind = "pin.of" if pin else "login.passphrase_of"
        words = tell(kind, name=card.name) if card else tell("login.passphrase")
        field = self._secret()
        self._whose.setText(words)
        self._whose.setBuddy(field)
        field.setAccessibleName(words)
        self.passphrase.set_value("")
        self.pin.set_value("")
        self.forgot.setText(tell("pin.forgot" if pin else "login.forgot"))
        self._clear_refusal()
        self._fit_people()

    def _forgotten(self) -> None:
        """A forgotten PIN leaves the passphrase; a forgotten passphrase the recovery code."""
        if not self._by_pin():
            self.show_recovery()
            return
        self._ask_for(self._desk.session.account(self.people.current_id()), pin=False)
        self._to_passphrase()

    def _show_people(self) -> None:
        view = self._desk.session.login
        if view is None:
            return
        self.brand.set_office(view.office, view.version)
        # Before anybody was known the hands lay on the passphrase; a digit belongs to the list as soon as there is one.
        met, self._met = self._met, True
        self.people.set_people(view.accounts)
        waiting = next((card for card in view.accounts if card.pin), None)
        if waiting is not None:
            self.people.pick_id(waiting.user_id)
        self._picked(self.people.current_id(), anew=False)
        self.sample.show_accounts(view.sample)
        runs = (
            Run(tell("login.lease_before"), "text.secondary"),
            Run(view.lease_text, "text.primary", 600),
            Run(tell("login.lease_after"), "text.secondary"),
        )
        self._lease_text.set_runs(runs)
        self._lease.setVisible(bool(view.lease_text))
        self.set_narrow(self.window().width() < breakpoint_px("navAutoMini"), self.window().width() < 1000)
        self._fit_people()
        self.more.setText(tell("login.add_here" if view.activated else "login.activate_with_code"))
        if not view.activated:
            self.show_activation()
            return
        typing = self._secret().hasFocus() and (met or bool(self._secret().value()))
        if self._rooms.currentIndex() == 0 and self.isVisible() and not typing:
            self.first_focus().setFocus(Qt.FocusReason.OtherFocusReason)

    def _picked(self, user_id: str, *, anew: bool = True) -> None:
        """``anew``: another person was chosen; else only what opens for this one may have changed."""
        card = self._desk.session.account(user_id)
        wanted = card is not None and card.pin
        if anew or wanted != self._by_pin():
            self._ask_for(card, pin=wanted)

    def _pick_number(self, row: int) -> None:
        if self._rooms.currentIndex() == 0 and self.people.pick(row):
            self._to_passphrase()

    def _to_passphrase(self) -> None:
        self._secret().setFocus(Qt.FocusReason.TabFocusReason)

    def _begin_passphrase(self, text: str) -> None:
        if self._by_pin():
            self._ask_for(self._desk.session.account(self.people.current_id()), pin=False)
        self.passphrase.set_value(text)
        self.passphrase.setFocus(Qt.FocusReason.OtherFocusReason)
        self.passphrase.end(False)

    def open(self) -> None:
        """Try the passphrase, or the PIN."""
        user_id, typed = self.people.current_id(), self._secret().value()
        if self._by_pin() and not self.pin.whole():
            self._show_refusal(tell("pin.short"))
        elif not typed:
            self._show_refusal(tell("login.empty"))
        elif self._by_pin():
            operations.reopen(self._desk, user_id, typed)
        else:
            operations.unlock(self._desk, user_id, typed)

    def _show_refusal(self, sentence: str) -> None:
        pane = self._pane()
        if pane is not None:
            pane.tell(sentence)
            return
        self._wrong.show_message(sentence, "error")
        field = self._secret()
        field.set_state(FieldState.ERROR)
        field.setAccessibleDescription(sentence)
        field.setFocus(Qt.FocusReason.TabFocusReason)
        field.selectAll()

    def _clear_refusal(self) -> None:
        self._wrong.show_message("")
        for field in (self.passphrase, self.pin):
            field.set_state(FieldState.REST)
            field.setAccessibleDescription("")

    def _show_busy(self, busy: bool) -> None:
        pane = self._pane()
        if pane is self.activation:
            pane.set_busy(tell("activation.busy") if busy else "")
        elif pane is not None:
            pane.set_busy(tell("login.opening") if busy else "")
        else:
            self.open_button.set_busy(tell("login.opening") if busy else "")

    def _activated(self, card: AccountCard) -> None:
        if not self.rail.isHidden():
            return  # the first person of this laptop goes straight on
        self.show_front()
        self.people.pick_id(card.user_id)
        self._to_passphrase()
        self._desk.say(Notice(tell("activation.done", name=card.name)))

    def _wipe(self) -> None:
        self.passphrase.set_value("")
        self.pin.set_value("")
        self._clear_refusal()
        self.recovery.clear_secrets()
        self.activation.clear_secrets()
        self._open(0)


def _centred(*parts: QWidget) -> QScrollArea:
    """Parts side by side in the middle of the page, scrollable when it is low."""
    page = QWidget()
    row = QHBoxLayout(page)
    row.setContentsMargins(_PAGE, _PAGE, _PAGE, _PAGE)
    row.setSpacing(24)
    row.addStretch(1)
    for part in parts:
        column = QVBoxLayout()
        column.addStretch(1)
        column.addWidget(part)
        column.addStretch(1)
        row.addLayout(column)
    row.addStretch(1)
    return scroll(page)
