"""The window in use: every screen over one desk, navigation by role, truth bar, notices, lock, a close that waits.

Owns who is told what: changes of a command refresh exactly the screens they touch; a session opening or ending moves
between Masuk and Beranda; the window closes only when everything typed is in the store.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QAction, QCloseEvent, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from sidumba_field.core.memory import hand_back
from sidumba_field.services.people import plain_words
from sidumba_field.services.views import Changes, Link, SessionView, TruthView
from sidumba_field.ui.operations import care, conflicts, entry, printing, review, session, steps, syncing
from sidumba_field.ui.screens.care.leaving_panel import LeavingPanel
from sidumba_field.ui.screens.command_search import CommandSearch
from sidumba_field.ui.screens.form.screen import FormScreen
from sidumba_field.ui.screens.lists.screen import ListScreen
from sidumba_field.ui.screens.login.screen import LoginScreen
from sidumba_field.ui.screens.review.screen import ReviewScreen
from sidumba_field.ui.screens.rooms import ROOMS, Room
from sidumba_field.ui.screens.search_targets import look_further, search_targets
from sidumba_field.ui.screens.setup.screen import SetupScreen
from sidumba_field.ui.shell import MainWindow
from sidumba_field.ui.theme import Mode, apply_theme, theme
from sidumba_field.ui.viewmodels.desk import Desk
from sidumba_field.ui.viewmodels.notice import Notice
from sidumba_field.ui.viewmodels.speech import tell
from sidumba_field.ui.viewmodels.steps_speech import told
from sidumba_field.ui.widgets.banner import Banner
from sidumba_field.ui.widgets.message_panel import MessagePanel
from sidumba_field.ui.widgets.nav_bar import NavItem
from sidumba_field.ui.widgets.speech import language
from sidumba_field.ui.widgets.truth_bar import TruthState
from sidumba_field.words import number, say

HEARTBEAT_MS = 30_000  # how often the connection is looked at while nobody waits for it
LOOKING_MS = 5_000  # while Sinkronisasi is open (design/UI.md section 12: within 5 s)
CLOSE_PATIENCE_MS = 10_000
NEWS_MS = 4_000  # a sentence with nothing to take back
REST_MS = 15 * 60_000  # a laptop left alone for a quarter of an hour locks itself
TRIM_MS = 1_500  # after Beranda was first shown
_HANDS = (QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.Wheel)
_LINKS = {Link.OFFLINE: "offline", Link.ONLINE: "online", Link.SENDING: "sending"}


class Window(MainWindow):
    """The main window with its screens."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self._closing = self._trimmed = self._asked = False
        self._banner = Banner("vermilion", "")
        self._banner_notice: Notice | None = None
        self._search = CommandSearch(self)
        self._login = LoginScreen(desk)
        self.add_screen("login", self._login, chrome=False)
        self.add_screen("setup", partial(SetupScreen, desk), chrome=False)
        self._rooms = {room.name: room for room in ROOMS}
        for room in ROOMS:
            self.add_screen(room.name, partial(room.build, desk), rail=room.rail, nav=room.nav or None)
        self._leaving = LeavingPanel(desk, self)
        self._leaving.leave.connect(self.close)
        self._put_banner()
        self._message = self._message_panel()
        self._truth_due = QTimer(self)
        self._truth_due.setSingleShot(True)
        self._truth_due.setInterval(120)
        self._truth_due.timeout.connect(partial(session.refresh_truth, desk))
        self._heartbeat = QTimer(self)
        self._heartbeat.setInterval(HEARTBEAT_MS)
        self._heartbeat.timeout.connect(partial(syncing.look, desk))
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self.lock)
        app = QGuiApplication.instance()
        if app is not None:
            app.installEventFilter(self)
        entry.wire(desk)
        self._connect()
        self._add_actions()

    def start(self) -> None:
        """Show Masuk and fetch who may sit down."""
        self.show_screen("login")
        session.load_people(self.desk)
        session.refresh_truth(self.desk)

    # -- wiring

    def _connect(self) -> None:
        desk = self.desk
        desk.session.opened.connect(self._sat_down)
        desk.session.locked.connect(self._got_up)
        # Whoever added a colleague, or thought better of it, stands at Masuk: he is signed out there.
        desk.session.activated.connect(lambda _card: self.lock())
        desk.supplies.changed.connect(self._show_truth)
        self._login.activation.backed.connect(self.lock)
        desk.session.truth_changed.connect(self._show_truth)
        desk.review.queue_changed.connect(self._count_queue)
        desk.changes.connect(self._refresh)
        desk.noticed.connect(self.tell_notice)
        desk.go.connect(self._go)
        desk.expired.connect(self._expired)
        desk.form.settled.connect(self._maybe_close)
        desk.sync.ended.connect(lambda _outcome: self._truth_due.start())
        desk.sync.changed.connect(self._show_truth)
        desk.jobs.failed.connect(desk.fail)
        self.nav.settings_wanted.connect(self._open_menu)
        self.nav.search_wanted.connect(self._open_search)
        self._search.asked.connect(lambda typed: look_further(self, typed, self._search.add))
        self.truth.opened.connect(self._truth_opened)
        self.screen_shown.connect(self._shown)

    def _add_actions(self) -> None:
        for keys, words, act in (
            ("Ctrl+Shift+L", tell("nav.lock"), self.lock),
            ("Ctrl+N", tell("nav.new_form"), self.new_form),
            ("Ctrl+J", tell("nav.send"), self.send),
            ("Ctrl+S", tell("nav.saved"), self._say_saved),
            ("Ctrl+P", tell("nav.print"), self._print),
        ):
            action = QAction(words, self)
            action.setShortcut(QKeySequence(keys))
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
            action.triggered.connect(act)
            self.addAction(action)

    # -- session

    def _sat_down(self) -> None:
        current = self.desk.session.current
        if current is None:
            return
        self.desk.steps.forget_person()
        for room in ROOMS:
            if room.early:
                self.screen_named(room.name)
        self.set_place(current.unit_name)
        self.nav.set_items(self.nav_items())
        self.nav.set_person(
            current.name,
            current.role_label,
            short=" ".join(plain_words(current.name)),
            letters=current.initials,
        )
        self._heartbeat.start()
        self._rest.start()
        self._asked = False
        care.begin(self.desk)
        self._show_truth()
        self._go("setup" if current.setting_up else "home")
        if current.may_review:
            review.load_queue(self.desk)

    def nav_items(self) -> list[NavItem]:
        current = self.desk.session.current
        return [
            NavItem(room.name, *_named(room, current))
            for room in ROOMS
            if current is not None and room.shown is not None and room.shown(current)
        ]

    def lock(self) -> None:
        """Back to Masuk, after everything typed is handed on."""
        if self.desk.session.current is not None:
            self._leave_form()
            session.lock(self.desk)

    def _leave_form(self) -> None:
        """Hand on what stands in the field being typed."""
        screen = self.built_screen("form")
        if isinstance(screen, FormScreen):
            screen.on_leave()

    def _expired(self) -> None:
        """The services know of nobody at the desk any more: back to Masuk."""
        self.desk.session.lock()
        session.load_people(self.desk)

    def _got_up(self) -> None:
        self.desk.lists.forget()
        self.desk.conflicts.forget()
        self.desk.sticks.forget()
        self.desk.care.forget()
        self._leaving.hide()
        self.desk.review.set_lane(())
        self.set_place("")
        self.nav.set_items([])
        self.nav.set_person("", "")
        self._heartbeat.stop()
        self._rest.stop()
        self.toast.finish()
        self._message.dismiss()
        self.hide_banner()
        self._show_truth()
        self.show_screen("login")

    # -- going about

    def _go(self, name: str) -> None:
        if self.has_screen(name):
            self.show_screen(name)

    def _nav_chosen(self, key: str) -> None:
        if key == "form" and self.desk.form.view is None:
            following = self.desk.home.next_task()
            if following:
                entry.open_record(self.desk, following)
            else:
                entry.new_record(self.desk)
            return
        super()._nav_chosen(key)

    def new_form(self) -> None:
        """Ctrl+N, for who may begin records."""
        current = self.desk.session.current
        if current is not None and current.may_enter and self.current_screen() != "setup":
            entry.new_record(self.desk)

    def send(self) -> None:
        """Ctrl+J: send now, or pause."""
        if self.desk.session.current is not None:
            syncing.send_or_pause(self.desk, by_key=True)

    def _print(self) -> None:
        """Ctrl+P: the papers of the record in hand."""
        if self.desk.session.current is None:
            return
        if self._front("print_now"):
            return
        screen = self.built_screen(self.current_screen())
        if isinstance(screen, ListScreen):
            screen.print_in_hand()
            return
        in_hand = {"form": self.desk.form.rid, "review": self.desk.review.rid}.get(self.current_screen(), "")
        if in_hand:
            self.desk.form.settle()
            printing.print_record(self.desk, in_hand)

    def _front(self, name: str) -> bool:
        """Let the screen in front take a key of the window; whether it has a use for it."""
        taken = getattr(self.built_screen(self.current_screen()), name, None)
        if callable(taken):
            taken()
        return callable(taken)

    def _say_saved(self) -> None:
        if self.desk.session.current is None:
            return
        if self._front("save_now"):
            return
        self.desk.form.settle()
        truth = self.desk.session.truth
        at = self.desk.form.saved_at or (truth.saved_at if truth is not None else "")
        self.desk.say(Notice(tell("notice.saved", at=at) if at else tell("notice.saved_nothing")))

    def _shown(self, name: str) -> None:
        self._heartbeat.setInterval(LOOKING_MS if name == "sync" else HEARTBEAT_MS)
        self.desk.review.set_active(name == "review" and self.isActiveWindow())
        self._show_truth()
        room = self._rooms.get(name)
        if room is not None and room.load is not None:
            room.load(self.desk)
        if name == "home" and not self._trimmed:
            # Reading the programs took memory that is free now; asked once, when everything first shown is there.
            self._trimmed = True
            QTimer.singleShot(TRIM_MS, self, lambda: self.desk.jobs.db(hand_back))

    def _truth_opened(self, part: str) -> None:
        if self.desk.session.current is None:
            return
        if part == "differing":
            here = self.current_screen()
            conflicts.open_room(self.desk, here if here != conflicts.ROOM else "")
            return
        self.show_screen("home" if part in ("saved", "laptop", "returned") else "sync")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Any key or click says that somebody is here."""
        if event.type() in _HANDS and self._rest.isActive():
            self._rest.start()
        return False

    def changeEvent(self, event: QEvent) -> None:
        """The SOP's clock rests while another window has the focus."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange:
            self.desk.review.set_active(self.isActiveWindow() and self.current_screen() == "review")

    # -- who repaints

    def _refresh(self, changes: Changes) -> None:
        if changes.counts or changes.lists or changes.records or changes.connection:
            self._truth_due.start()
        room = self._rooms.get(self.current_screen())
        if (changes.lists or changes.counts) and room is not None and room.listens and room.load is not None:
            room.load(self.desk)
        current = self.desk.session.current
        if changes.lists and current is not None and current.may_review:
            review.load_queue(self.desk)
            screen = self.built_screen("review")
            if changes.connection and isinstance(screen, ReviewScreen) and screen.table.composer() is None:
                review.refresh(self.desk)

    def _show_truth(self) -> None:
        truth = self.desk.session.truth
        if truth is None:
            return
        signed_in = self.desk.session.current is not None
        self.truth.show_truth(self._truth_state(truth, signed_in=signed_in))
        if truth.link_text:
            self._say_link(truth)
        view = self.desk.supplies.view
        setting_up = self.current_screen() == "setup" and view is not None
        self.truth.show_fetch(view.kept if setting_up and view is not None else "")
        if setting_up and view is not None and truth.link is not Link.OFFLINE:
            self.truth.segment("connection").show_fact(
                "", view.link_text, tone="state.teal.fg", icon="wifi", strong=True
            )
        self.nav.set_count("sync", str(truth.waiting) if truth.waiting else "", "state.amber.fg")
        self.nav.set_count("form", str(truth.laptop) if truth.laptop else "")

    def _count_queue(self) -> None:
        queue = self.desk.review.queue
        waiting = len(queue.rows) if queue is not None else 0
        self.nav.set_count(
            "review", number(waiting, lang=language()) if waiting else "", "state.vermilion.fg"
        )

    def _truth_state(self, truth: TruthView, *, signed_in: bool) -> TruthState:
        view = self.desk.sync.view
        percent = max(0, view.percent) if view is not None and self.desk.sync.running else 0
        link = Link.SENDING if self.desk.sync.running and truth.link is not Link.OFFLINE else truth.link
        return TruthState(
            saved_at=truth.saved_at,
            laptop=truth.laptop,
            waiting=truth.waiting,
            received=truth.received,
            returned=truth.returned,
            differing=truth.differing,
            trouble=truth.trouble,
            on_stick=truth.on_stick,
            connection=_LINKS[link],
            sending_percent=percent,
            signed_in=signed_in,
        )

    def _say_link(self, truth: TruthView) -> None:
        """The services know since when there is no connection; their words stand in the bar."""
        if self.desk.sync.running and truth.link is not Link.OFFLINE:
            return
        offline = truth.link is Link.OFFLINE
        tone, icon = ("state.amber.fg", "wifi-off") if offline else ("state.teal.fg", "wifi")
        self.truth.segment("connection").show_fact("", truth.link_text, tone=tone, icon=icon, strong=True)

    # -- notices

    def _put_banner(self) -> None:
        """Above the screens, below nothing: a row that is only there when something is to be told."""
        self._banner.hide()
        self._banner.acted.connect(self._copy_details)
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(12, 8, 12, 0)
        column.addWidget(self._banner)
        holder.hide()
        self._banner_holder = holder
        central = self.centralWidget()
        layout = central.layout() if central is not None else None
        if isinstance(layout, QVBoxLayout):
            layout.insertWidget(0, holder)

    def tell_notice(self, notice: Notice) -> None:
        """Good news in passing as toast, trouble as banner until the next screen or Escape."""
        if notice.tone:
            self._banner_notice = notice
            if self.current_screen() == "sync" and notice.text == self.desk.sync.problem:
                return  # Sinkronisasi tells its own trouble, in its place
            action = tell("trouble.copy") if notice.details else ""
            self._banner.show_note("", notice.text, tone=notice.tone, action=action)
            self._banner_holder.show()
            return
        self.hide_banner()
        default = None if notice.undo is not None else NEWS_MS
        self.toast.show_message(notice.text, notice.undo, ms=notice.seconds * 1000 or default, act=notice.act)

    def hide_banner(self) -> None:
        """Nothing to be told any more."""
        self._banner_notice = None
        self._banner_holder.hide()

    def banner_text(self) -> str:
        """The trouble told now, "" for none."""
        return self._banner_notice.text if self._banner_notice is not None else ""

    def _copy_details(self) -> None:
        if self._banner_notice is not None:
            QGuiApplication.clipboard().setText(self._banner_notice.details)
            self.toast.show_message(tell("trouble.copied"))

    def show_screen(self, name: str, **given: object) -> None:
        """A new screen starts without the trouble of the old one."""
        if name != self.current_screen():
            self.hide_banner()
            self._message.dismiss()
            self.toast.leave_screen()
        super().show_screen(name, **given)

    # -- ready texts

    def _message_panel(self) -> MessagePanel:
        """The one panel of the window: whichever screen a step was taken on, its text is offered here."""
        words = (told(f"message.{key}") for key in ("title", "copy", "open", "close"))
        panel = MessagePanel(self.centralWidget() or self, *words)
        model = self.desk.steps
        model.message_ready.connect(lambda message: panel.show_text(message.text))
        panel.closed.connect(model.message_closed)
        panel.copied.connect(self._copy_message)
        panel.opened.connect(self._open_message)
        return panel

    def _copy_message(self) -> None:
        QGuiApplication.clipboard().setText(self._message.text())
        self._message.dismiss()
        self.desk.say(Notice(told("message.copied")))

    def _open_message(self) -> None:
        if self.desk.steps.message is not None:
            steps.open_link(self.desk, self.desk.steps.message)

    # -- menu

    def _open_menu(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        lock = menu.addAction(f"{tell('nav.lock')}\tCtrl+Shift+L")
        lock.triggered.connect(self.lock)
        current = self.desk.session.current
        pin = menu.addAction(tell("pin.change" if current is not None and current.has_pin else "pin.title"))
        pin.triggered.connect(self.choose_pin)
        more = menu.addAction(tell("login.add_here"))
        more.triggered.connect(self._add_person)
        other: Mode = "light" if theme().mode == "dark" else "dark"
        look = menu.addAction(tell(f"nav.look_{other}"))
        look.triggered.connect(lambda: _use_mode(other))
        corner = self.nav.mapToGlobal(QPoint(8, self.nav.height() - menu.sizeHint().height() - 52))
        menu.popup(corner)

    def _add_person(self) -> None:
        """One more person on this laptop; whoever works here now is still signed in, and leaves when it is done."""
        if self.desk.session.current is None:
            return
        entry.leave(self.desk)
        self.show_screen("login")
        self._login.show_activation()

    def choose_pin(self) -> None:
        """A PIN for the window that locks itself; whoever works here stays signed in."""
        if self.desk.session.current is not None:
            entry.leave(self.desk)
            self.show_screen("login")
            self._login.show_pin()

    def _open_search(self) -> None:
        """Ctrl+K."""
        if self.desk.session.current is not None:
            self._search.open(search_targets(self))

    # -- closing

    def closeEvent(self, event: QCloseEvent) -> None:
        """Wait until everything typed is in the store; not longer than it takes to be sure that it hangs."""
        self._leave_form()
        if self._keeps_back():
            event.ignore()
            return
        if not self.desk.all_saved and not self._closing:
            self._closing = True
            self.toast.show_message(tell("notice.closing"))
            QTimer.singleShot(CLOSE_PATIENCE_MS, self, self.close)
            event.ignore()
            return
        self._heartbeat.stop()
        self._truth_due.stop()
        super().closeEvent(event)

    def _keeps_back(self) -> bool:
        """Ask once, while work exists on this laptop only and can be copied or is old; closing again closes."""
        if self._asked or self.desk.session.current is None or not self.desk.care.leaving.ask:
            return False
        self._asked = True
        self._leaving.ask(self.desk.care.leaving)
        return True

    def _maybe_close(self) -> None:
        if self._closing and self.desk.all_saved:
            self.close()


def _use_mode(mode: Mode) -> None:
    app = QGuiApplication.instance()
    if app is not None:
        apply_theme(app, mode)  # type: ignore[arg-type]  # the one QApplication of this process


def _named(room: Room, person: SessionView) -> tuple[str, str]:
    words, icon = room.named(person)
    return say(words, language()), icon
