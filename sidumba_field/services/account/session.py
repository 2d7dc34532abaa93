"""Who works at this laptop: set-up with a one-time code, unlocking a slot, locking, recovery, and the truth
bar.

A passphrase opens the slot and so the database; nothing personal is readable before. Being signed in online
is another matter: it is tried in the background by ``syncing`` and never stands between a person and his own
data.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime

from sidumba_field import __version__
from sidumba_field.attachments import Shelf
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.records import NOTHING
from sidumba_field.core.time import parse_iso
from sidumba_field.programs import Program
from sidumba_field.seal.signing import SigningKey
from sidumba_field.seal.slots import KeyFile, new_recovery_code
from sidumba_field.services.account import emptied, first_fetch
from sidumba_field.services.account.reopening import Reopening
from sidumba_field.services.account.setup import Connect, SetUp
from sidumba_field.services.account.standing import role_title
from sidumba_field.services.desk import Desk, Seat
from sidumba_field.services.exchange.status import note_status, read_status
from sidumba_field.services.lists.service import use_lists
from sidumba_field.services.people import account_card, initials_of, plain_words
from sidumba_field.services.places import titled
from sidumba_field.services.subjects import EDIT, REMOVE
from sidumba_field.services.views import AccountCard, Link, LoginView, SessionView, TruthView
from sidumba_field.store import open_store
from sidumba_field.sync.transport import Transport
from sidumba_field.words import date_long, say, time_of_day

#: Where a recovery code waits until the district has it.
TO_ESCROW = "recovery_to_escrow"
log = logging.getLogger(__name__)


class SessionService:
    """Set-up, login and lock of one laptop folder."""

    def __init__(self, desk: Desk, connect: Connect, server: str = "") -> None:
        self.desk = desk
        self._connect = connect
        self._server = server
        #: Accounts of a sample office, shown on Masuk; empty anywhere else.
        self.sample: tuple[tuple[str, str, str, str], ...] = ()
        self._set_up = SetUp(desk, connect)
        self._reopening = Reopening(desk)

    # ---- before anybody is signed in
    # -----------------------------------------------------------------------------

    @property
    def _keys(self) -> KeyFile:
        return KeyFile(self.desk.folder / "keys.json")

    def login_view(self) -> LoginView:
        """Return the list of people and what may be said while everything is locked: counts and a date, no
        data.
        """
        # A laptop that is being emptied has no slots any more, however its last start ended.
        emptied.finish(self.desk.folder)
        cards = self._keys.cards()
        status = read_status(self.desk.folder)
        lease = str(status.get("lease_until", ""))
        lease_text = date_long(self.desk.local(parse_iso(lease)).date(), self.desk.lang) if lease else ""
        notes = status.get("notes", {})
        return LoginView(
            office=str(status.get("office", "")),
            version=__version__,
            accounts=tuple(
                replace(
                    account_card(card, str(notes.get(card.user_id, ""))),
                    pin=self._reopening.waits_for(card.user_id),
                )
                for card in cards
            ),
            unsent=int(status.get("unsent", 0)),
            lease_text=lease_text,
            activated=bool(cards),
            sample=self.sample,
            begun=None if cards else self._set_up.begun(),
            wiped=emptied.sentence(self.desk.folder, self.desk.lang),
        )

    def unlock(self, user_id: str, passphrase: str) -> SessionView:
        """Open a slot and the database; raise ``auth.wrong_passphrase`` and leave everything as it is, whoever
        sits there.
        """
        emptied.finish(self.desk.folder)
        data_key, secret = self._keys.open_user(user_id, passphrase)
        view = self._sit_down(user_id, data_key, secret, passphrase)
        self._set_up.settle()
        self._log("unlock")
        return view

    def reopen(self, user_id: str, pin: str) -> SessionView:
        """Open a window that locked itself while the application ran, with a PIN.

        Raises ``auth.wrong_pin``, and ``auth.pin_spent`` when only the passphrase opens: after five wrong PINs, a
        start of the application, the end of the lease, or somebody else who sat down.
        """
        data_key, secret, passphrase = self._reopening.open(user_id, pin)
        view = self._sit_down(user_id, data_key, secret, passphrase)
        self._log("reopen")
        return view

    def set_pin(self, passphrase: str, pin: str) -> SessionView:
        """Choose the PIN of the seated person; raise ``auth.wrong_passphrase``, ``auth.weak_pin``."""
        self._reopening.choose(passphrase, pin)
        self._log("pin_set")
        return self._view(self.desk.seat())

    def drop_pin(self) -> SessionView:
        """Take the PIN of the seated person away."""
        self._reopening.forget()
        self._log("pin_dropped")
        return self._view(self.desk.seat())

    def _sit_down(self, user_id: str, data_key: bytes, secret: bytes, passphrase: str) -> SessionView:
        self.lock()
        store = open_store(self.desk.folder, data_key, self.desk.clock)
        try:
            user = store.users.get(user_id)
            if user is None:
                raise SidumbaError("auth.unknown_user")
            store.outbox.requeue_inflight()
            if self._server:
                store.meta.set("server_url", self._server)
            shelf = Shelf(self.desk.folder / "attachments", data_key)
        except BaseException:
            store.close()
            raise
        key = SigningKey(secret)
        self.desk.seated = Seat(user, key, store, shelf, passphrase=passphrase, data_key=data_key)
        self._reopening.drop()
        use_lists(self.desk)
        store.use_groups(self.desk.group_of)
        return self._view(self.desk.seated)

    def _log(self, event: str) -> None:
        seat = self.desk.seat()
        seat.store.log(event, seat.user.user_id)

    def recover(self, user_id: str, code: str, new_passphrase: str) -> SessionView:
        """Open with the recovery code read out by the kabupaten and give the person a new passphrase.

        The person's signing key lay in the lost slot: a new one is made and registered at the next sign-in.
        """
        data_key = self._keys.open_recovery(code)
        card = next((card for card in self._keys.cards() if card.user_id == user_id), None)
        if card is None:
            raise SidumbaError("auth.unknown_user")
        secret = SigningKey.generate().secret
        self._keys.add_user(user_id, card, new_passphrase, data_key, secret)
        self._sit_down(user_id, data_key, secret, new_passphrase)
        replacement = new_recovery_code()
        self._reopening.forget()
        # Kept before the slot changes: a code that opens this laptop must never be known to nobody.
        self.desk.seat().store.meta.set(TO_ESCROW, replacement)
        self._keys.add_recovery(replacement, data_key)
        self._log("recover")
        return self._view(self.desk.seat())

    def renew_recovery(self, code: str) -> None:
        """Put the recovery slot under ``code``, whatever a crash left there; the district is told it next."""
        self._keys.add_recovery(code, self.desk.seat().data_key)

    def lock(self) -> None:
        """Close the store and forget every key but those a PIN may open again; the status file keeps the few counts
        the login screen shows.
        """
        for leave in self.desk.on_leave:
            leave()
        seat = self.desk.seated
        if seat is None:
            return
        try:
            self._reopening.park(seat)
            self.note_status()
        except (OSError, SidumbaError):
            # A full or damaged disk must not keep the laptop open; the login screen then shows older counts.
            log.warning("the status file could not be written")
        finally:
            self.desk.seated = self.desk.saved_at = None
            seat.store.close()

    def forget(self) -> None:
        """Close everything and keep no key, not even for a PIN: this laptop was emptied."""
        for leave in self.desk.on_leave:
            leave()
        self._reopening.drop()
        seat, self.desk.seated, self.desk.saved_at = self.desk.seated, None, None
        if seat is not None:
            seat.store.close()

    # ---- set-up (network)
    # ----------------------------------------------------------------------------------------

    def activate(
        self, server_url: str, code: str, username: str, password: str, laptop_name: str
    ) -> AccountCard:
        """Enrol this laptop with a one-time code and activate its first person; see ``SetUp.activate``."""
        return self._set_up.activate(server_url, code, username, password, laptop_name)

    def add_person(self, username: str, password: str) -> AccountCard:
        """Activate one more person on an enrolled laptop; somebody must be signed in, whose open store is
        used.
        """
        return self._set_up.add_person(self.transport(), username, password)

    # ---- while somebody is signed in
    # -----------------------------------------------------------------------------

    def transport(self, token: str = "") -> Transport:
        """Return a line signed by this laptop's device key; ``token``: the person's online session on it."""
        meta = self.desk.seat().store.meta
        secret = meta.get("device_secret")
        if secret is None:
            raise SidumbaError("auth.device_unknown")
        key = SigningKey(bytes.fromhex(secret))
        return self._connect(
            meta.get("server_url") or "", key, meta.get("device") or "", meta.get("incarnation") or "", token
        )

    def current(self) -> SessionView | None:
        return None if self.desk.seated is None else self._view(self.desk.seated)

    def current_or_raise(self) -> SessionView:
        """Return who sits here; raise ``auth.session_expired`` when nobody does."""
        return self._view(self.desk.seat())

    def _view(self, seat: Seat) -> SessionView:
        user = seat.user
        programs = self.desk.my_programs()
        grant = next(iter(self.desk.grants()), None)
        program = programs[0] if programs else None
        role = grant.role if grant else ""
        label = user.position
        if program is not None and grant is not None:
            label = role_title(program, grant, self.desk.local, self.desk.lang)
        enters = bool(
            program and any(r.role == role and r.command == "buat" for r in program.workflow.transitions)
        )
        place = titled(user.unit, user.unit_name, self.desk.lang)
        return SessionView(
            user_id=user.user_id,
            name=user.name,
            first_name=plain_words(user.name)[0],
            initials=initials_of(user.name),
            role=role,
            role_label=label,
            unit_name=place,
            place=place,
            may_enter=enters,
            may_review=bool(program and program.reviews(role)),
            window_title=say("services.window_title", self.desk.lang, unit=place),
            lease_expired=self.desk.lease_over,
            oversees=bool(program and program.oversees(role)),
            signs=bool(program and program.signs(role)),
            may_move=self._has_steps(program, role, "record"),
            may_round=self._has_steps(program, role, "period"),
            has_pin=self._reopening.has_pin(seat),
            setting_up=first_fetch.is_waited_for(seat.store, user.user_id),
        )

    def _has_steps(self, program: Program | None, role: str, subject: str) -> bool:
        """Tell whether a role moves subjects of this kind: more than typing in them and throwing a draft away."""
        rows = program.workflow.transitions if program is not None else ()
        quiet = {EDIT, REMOVE}
        mine = [
            row for row in rows if (row.subject, row.role) == (subject, role) and row.command not in quiet
        ]
        return any(subject != "record" or row.state != NOTHING for row in mine)

    def truth(self) -> TruthView:
        """Return the truth bar from the outbox itself; it never claims more than the server has acknowledged."""
        saved = self.desk.saved_at
        saved_text = time_of_day(self.desk.local(saved), seconds=True, lang=self.desk.lang) if saved else ""
        if self.desk.seated is None:
            status = read_status(self.desk.folder)
            waiting = int(status.get("unsent", 0))
            return TruthView("", 0, waiting, 0, 0, 0, 0, self.desk.link, self.link_text())
        counts = self.desk.seated.store.counts()
        return TruthView(
            saved_at=saved_text,
            laptop=counts.laptop,
            waiting=counts.waiting,
            received=counts.received,
            returned=counts.returned,
            differing=counts.differing,
            trouble=counts.trouble,
            link=self.desk.link,
            link_text=self.link_text(),
            on_stick=self.desk.seated.store.bundles.waiting().records,
        )

    def link_text(self) -> str:
        since: datetime | None = self.desk.link_since
        if self.desk.link is Link.OFFLINE and since is not None:
            return say("services.link.offline_since", self.desk.lang, at=self.desk.local(since))
        return say(f"services.link.{self.desk.link.value}", self.desk.lang)

    def note_status(self) -> None:
        """Write the counts the login screen may show while locked. No name, no number of a citizen is in it."""
        note_status(self.desk)
