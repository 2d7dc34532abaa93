"""Who may sit at this laptop and who does; the truth bar's counts."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from sidumba_field.services.views import AccountCard, LoginView, SessionView, TruthView


class SessionModel(QObject):
    """State of screen 10, of the navigation and of the truth bar."""

    login_changed = Signal()
    opened = Signal()
    locked = Signal()
    truth_changed = Signal()
    refused = Signal(str)  # sentence beside the field that was wrong
    busy_changed = Signal(bool)
    activated = Signal(object)  # AccountCard
    pin_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.login: LoginView | None = None
        self.current: SessionView | None = None
        self.truth: TruthView | None = None
        self.busy = False

    def show_login(self, view: LoginView) -> None:
        """The people of this laptop."""
        self.login = view
        self.login_changed.emit()

    def open(self, session: SessionView) -> None:
        """Somebody sat down."""
        self.current = session
        self.opened.emit()

    def change_pin(self, session: SessionView) -> None:
        """Who sits here chose a PIN or took it away."""
        self.current = session
        self.pin_changed.emit()

    def lock(self) -> None:
        """Nobody sits here."""
        self.current = None
        self.locked.emit()

    def show_truth(self, truth: TruthView) -> None:
        """New counts or another connection."""
        if truth != self.truth:
            self.truth = truth
            self.truth_changed.emit()

    def set_busy(self, busy: bool) -> None:
        """A passphrase is being tried."""
        self.busy = busy
        self.busy_changed.emit(busy)

    def account(self, user_id: str) -> AccountCard | None:
        """One person of the list."""
        accounts = self.login.accounts if self.login is not None else ()
        return next((account for account in accounts if account.user_id == user_id), None)
