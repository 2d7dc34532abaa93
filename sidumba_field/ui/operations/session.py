"""What may be started about sitting down, getting up and the truth bar.

Owns starting those jobs; results come home through ``desk.session``. While a passphrase is tried no second try starts.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QTimer

from sidumba_field.core.errors import SidumbaError
from sidumba_field.services.views import AccountCard, LoginView, SessionView
from sidumba_field.ui.viewmodels.desk import Desk
from sidumba_field.ui.viewmodels.notice import Notice
from sidumba_field.ui.viewmodels.speech import sentence_of, tell

T = TypeVar("T")
QUIET_MS = 20  # how often it is looked whether everything is in the store


def load_people(desk: Desk) -> None:
    """Who may sit down at this laptop."""
    desk.jobs.db(desk.services.session.login_view, desk.session.show_login, desk.fail)


def refresh_truth(desk: Desk) -> None:
    """Ask the store what is saved, waiting and received."""
    desk.jobs.db(desk.services.session.truth, desk.session.show_truth, desk.fail)


def _beside_field(desk: Desk) -> Callable[[BaseException], None]:
    """A person's own mistake is told beside the field, anything else as a banner."""

    def tell(error: BaseException) -> None:
        desk.session.set_busy(False)
        if isinstance(error, SidumbaError):
            desk.session.refused.emit(sentence_of(error))
        else:
            desk.fail(error)

    return tell


def _sit_down(
    desk: Desk, work: Callable[[], SessionView], refused: Callable[[BaseException], None] | None = None
) -> None:
    def opened(session: SessionView) -> None:
        desk.session.set_busy(False)
        desk.session.open(session)
        refresh_truth(desk)

    if desk.session.busy:
        return
    desk.session.set_busy(True)
    desk.jobs.db(work, opened, refused or _beside_field(desk))


def unlock(desk: Desk, user_id: str, passphrase: str) -> None:
    """Open with a passphrase."""
    session = desk.services.session
    _sit_down(desk, lambda: session.unlock(user_id, passphrase))


def reopen(desk: Desk, user_id: str, pin: str) -> None:
    """Open a window that locked itself with a PIN; once that is used up the people are asked for anew."""
    session = desk.services.session

    def refused(error: BaseException) -> None:
        if not isinstance(error, SidumbaError) or error.code != "auth.pin_spent":
            _beside_field(desk)(error)
            return

        def ask_passphrase(view: LoginView) -> None:
            desk.session.show_login(view)
            _beside_field(desk)(error)

        desk.jobs.db(session.login_view, ask_passphrase, desk.fail)

    _sit_down(desk, lambda: session.reopen(user_id, pin), refused)


def set_pin(desk: Desk, passphrase: str, pin: str) -> None:
    """Choose the PIN of who is signed in."""
    session = desk.services.session
    _change_pin(desk, lambda: session.set_pin(passphrase, pin), "pin.set")


def drop_pin(desk: Desk) -> None:
    """Take the PIN of who is signed in away."""
    _change_pin(desk, desk.services.session.drop_pin, "pin.dropped")


def _change_pin(desk: Desk, work: Callable[[], SessionView], told: str) -> None:
    def changed(session: SessionView) -> None:
        desk.session.set_busy(False)
        desk.session.change_pin(session)
        desk.say(Notice(tell(told)))

    if desk.session.busy:
        return
    desk.session.set_busy(True)
    desk.jobs.db(work, changed, _beside_field(desk))


def recover(desk: Desk, user_id: str, code: str, new_passphrase: str) -> None:
    """Open with a recovery code and set a new passphrase."""
    session = desk.services.session
    _sit_down(desk, lambda: session.recover(user_id, code, new_passphrase))


def activate(desk: Desk, server_url: str, code: str, username: str, password: str, laptop: str) -> None:
    """First set-up of this laptop and its first person; needs a connection."""
    session = desk.services.session

    def go_on(card: AccountCard) -> None:
        unlock(desk, card.user_id, password)

    _come_in(desk, lambda: session.activate(server_url, code, username, password, laptop), go_on)


def add_person(desk: Desk, username: str, password: str) -> None:
    """One more person on a laptop that is set up."""
    session = desk.services.session
    _come_in(desk, lambda: session.add_person(username, password))


def _come_in(
    desk: Desk, work: Callable[[], AccountCard], then: Callable[[AccountCard], None] | None = None
) -> None:
    def activated(card: AccountCard) -> None:
        desk.session.set_busy(False)
        load_people(desk)
        desk.session.activated.emit(card)
        if then is not None:
            then(card)

    if desk.session.busy:
        return
    desk.session.set_busy(True)
    desk.jobs.net(lambda _job: work(), activated, _beside_field(desk))


def left(desk: Desk) -> None:
    """Nobody sits here any more: forget what was on screen and show who may sit down."""
    desk.leaving = False
    desk.form.view = None
    desk.review.view = None
    desk.session.lock()
    load_people(desk)
    refresh_truth(desk)


def lock(desk: Desk) -> None:
    """Get up: everything typed goes into the store, a run stops after its part, then the key is forgotten."""
    if desk.leaving or desk.session.current is None:
        return
    desk.leaving = True
    desk.form.settle()
    desk.sync.stopping = True
    _lock_when_quiet(desk)


def _lock_when_quiet(desk: Desk) -> None:
    if not desk.quiet:
        QTimer.singleShot(QUIET_MS, desk, partial(_lock_when_quiet, desk))
        return

    def locked(_: None) -> None:
        left(desk)

    def not_locked(error: BaseException) -> None:
        desk.leaving = False
        desk.fail(error)

    desk.jobs.db(desk.services.session.lock, locked, not_locked)
