"""Who works at this laptop: set-up with a one-time code, unlocking a slot, locking, recovery, and the truth
bar.

A passphrase opens the slot and so the database; nothing personal is readable before. Being signed in online
is another matter: it is tried in the background by ``syncing`` and never stands between a person and his own
data.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sidumba_field import __version__
from sidumba_field.attachments import Shelf
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.ids import new_id
from sidumba_field.core.time import iso, parse_iso
from sidumba_field.seal.signing import SigningKey
from sidumba_field.seal.slots import KeyFile, UserCard, new_recovery_code
from sidumba_field.services.desk import Desk, Seat
from sidumba_field.services.places import titled
from sidumba_field.services.views import AccountCard, Link, LoginView, SessionView, TruthView
from sidumba_field.store import LocalUser, Store, open_store
from sidumba_field.sync import activation
from sidumba_field.sync.transport import Transport
from sidumba_field.words import date_long, say, time_of_day

#: (server url, device signing key, device id, incarnation, session token) -> transport; given by bootstrap.
Connect = Callable[[str, SigningKey, str, str, str], Transport]
SampleAccounts = Sequence[tuple[str, str, str, str]]


class SessionService:
    """Set-up, login and lock of one laptop folder."""

    def __init__(self, desk: Desk, connect: Connect, sample: SampleAccounts = ()) -> None:
        self.desk = desk
        self._connect = connect
        self._sample = tuple(sample)

    # ---- before anybody is signed in
    # -----------------------------------------------------------------------------

    @property
    def _keys(self) -> KeyFile:
        return KeyFile(self.desk.folder / "keys.json")

    def login_view(self) -> LoginView:
        """Return the list of people and what may be said while everything is locked: counts and a date, no
        data.
        """
        cards = self._keys.cards() if (self.desk.folder / "keys.json").exists() else []
        status = _read_status(self.desk.folder)
        lease = str(status.get("lease_until", ""))
        lease_text = date_long(self.desk.local(parse_iso(lease)).date(), self.desk.lang) if lease else ""
        notes = status.get("notes", {})
        return LoginView(
            office=str(status.get("office", "")),
            version=__version__,
            accounts=tuple(_card(card, str(notes.get(card.user_id, ""))) for card in cards),
            unsent=int(status.get("unsent", 0)),
            lease_text=lease_text,
            activated=bool(cards),
            sample=self._sample,
        )

    def unlock(self, user_id: str, passphrase: str) -> SessionView:
        """Open a slot and the database; raise ``auth.wrong_passphrase`` and leave everything as it is."""
        if self.desk.seated is not None:
            self.lock()
        data_key, secret = self._keys.open_user(user_id, passphrase)
        view = self._sit_down(user_id, data_key, secret)
        self.desk.seat().passphrase = passphrase
        return view

    def _sit_down(self, user_id: str, data_key: bytes, secret: bytes) -> SessionView:
        store = open_store(self.desk.folder, data_key, self.desk.clock)
        user = store.users.get(user_id)
        if user is None:
            store.close()
            raise SidumbaError("auth.unknown_user")
        store.outbox.requeue_inflight()
        shelf = Shelf(self.desk.folder / "attachments", data_key)
        self.desk.seated = Seat(user, SigningKey(secret), store, shelf, data_key=data_key)
        return self._view(self.desk.seated)

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
        replacement = new_recovery_code()
        self._keys.add_recovery(replacement, data_key)
        view = self._sit_down(user_id, data_key, secret)
        self.desk.seat().store.meta.set("recovery_to_escrow", replacement)
        return view

    def lock(self) -> None:
        """Close the store and forget every key; the status file keeps the few counts the login screen shows."""
        for leave in self.desk.on_leave:
            leave()
        seat = self.desk.seated
        if seat is not None:
            self.note_status()
            seat.store.close()
            self.desk.seated = None

    # ---- set-up (network)
    # ----------------------------------------------------------------------------------------

    def activate(
        self, server_url: str, code: str, username: str, password: str, laptop_name: str
    ) -> AccountCard:
        """Enrol this laptop with a one-time code and activate its first person.

        Raises ``auth.enrolment_code``, ``auth.wrong_passphrase``, ``wire.*``; nothing is kept unless both
        steps held.
        """
        self.desk.folder.mkdir(parents=True, exist_ok=True)
        self._set_unfinished_aside()
        enrolled = activation.enrol(
            lambda key, device, inc: self._connect(server_url, key, device, inc, ""),
            code,
            laptop_name,
            self.desk.clock,
        )
        transport = self._connect(server_url, enrolled.key, enrolled.device, enrolled.inc, "")
        person = activation.activate_person(transport, username, password)
        data_key = os.urandom(32)
        self._begin_store(server_url, enrolled, person, data_key)
        _write_status(self.desk.folder, {"office": enrolled.office, "lease_until": person.reply.lease_until})
        # The key file comes last: only a laptop whose set-up was finished has one.
        keys = self._keys
        keys.create(data_key)
        keys.add_recovery(enrolled.recovery_code, data_key)
        return self._keep_person(person, password, data_key)

    def _begin_store(
        self, server_url: str, enrolled: activation.Enrolled, person: activation.Person, data_key: bytes
    ) -> None:
        store = open_store(self.desk.folder, data_key, self.desk.clock)
        try:
            for name, value in {
                "server_url": server_url,
                "device": enrolled.device,
                "device_secret": enrolled.key.secret.hex(),
                "incarnation": enrolled.inc,
                "epoch": enrolled.epoch,
                "server_key": enrolled.server_key,
                "age_recipient": enrolled.age_recipient,
                "office": enrolled.office,
                "unit": enrolled.unit,
            }.items():
                store.meta.set(name, value)
            (self.desk.folder / "incarnation").write_text(enrolled.inc, encoding="utf-8")
            self._store_person(store, person)
        finally:
            store.close()

    def _set_unfinished_aside(self) -> None:
        """Move what a cut-short set-up left out of the way; nothing is deleted, though nobody could open it."""
        if self._keys.cards():
            return
        left = [
            self.desk.folder / name for name in ("keys.json", "keys.json.bak", "laptop.db", "incarnation")
        ]
        left += [self.desk.folder / f"laptop.db-{tail}" for tail in ("wal", "shm")]
        aside = self.desk.folder / "copies" / f"unfinished-{new_id(self.desk.clock)}"
        for file in left:
            if file.exists():
                aside.mkdir(parents=True, exist_ok=True)
                os.replace(file, aside / file.name)

    def add_person(self, username: str, password: str) -> AccountCard:
        """Activate one more person on an enrolled laptop; somebody must be signed in, whose open store is
        used.
        """
        seat = self.desk.seat()
        transport = self.transport()
        person = activation.activate_person(transport, username, password)
        data_key = seat.data_key
        card = self._keep_person(person, password, data_key)
        self._store_person(seat.store, person)
        return card

    def _keep_person(self, person: activation.Person, password: str, data_key: bytes) -> AccountCard:
        reply = person.reply
        role = reply.grants[0].role if reply.grants else ""
        program = self.desk.programs.get(reply.grants[0].program) if reply.grants else None
        label = program.role_label(role, self.desk.lang) if program is not None else reply.position
        card = UserCard(
            reply.user, reply.name, label, titled(reply.unit, reply.unit_name, self.desk.lang), reply.username
        )
        self._keys.add_user(reply.user, card, password, data_key, person.key.secret)
        return _card(card, "")

    def _store_person(self, store: Store, person: activation.Person) -> None:
        reply = person.reply
        grants = tuple(grant.model_dump() for grant in reply.grants)
        store.users.upsert(
            LocalUser(
                user_id=reply.user,
                username=reply.username,
                name=reply.name,
                position=reply.position,
                nip=reply.nip,
                unit=reply.unit,
                unit_name=reply.unit_name,
                grants=grants,
                lease_until=reply.lease_until,
            )
        )
        for scope in reply.scopes:
            store.scopes.upsert(scope.vid, scope.program, scope.unit, scope.unit_name)
        store.people.upsert(reply.people)
        store.meta.set("periods", json.dumps(reply.periods))

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

    def _view(self, seat: Seat) -> SessionView:
        user = seat.user
        programs = self.desk.my_programs()
        grant = seat.grants[0] if seat.grants else None
        program = programs[0] if programs else None
        role = grant.role if grant else ""
        label = program.role_label(role, self.desk.lang) if program else user.position
        enters = bool(
            program and any(r.role == role and r.command == "buat" for r in program.workflow.transitions)
        )
        place = titled(user.unit, user.unit_name, self.desk.lang)
        expired = bool(user.lease_until) and parse_iso(user.lease_until) < self.desk.clock.now()
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
            lease_expired=expired,
        )

    def truth(self) -> TruthView:
        """Return the truth bar from the outbox itself; it never claims more than the server has acknowledged."""
        saved = self.desk.saved_at
        saved_text = time_of_day(self.desk.local(saved), seconds=True, lang=self.desk.lang) if saved else ""
        if self.desk.seated is None:
            status = _read_status(self.desk.folder)
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
        )

    def link_text(self) -> str:
        since: datetime | None = self.desk.link_since
        if self.desk.link is Link.OFFLINE and since is not None:
            return say("services.link.offline_since", self.desk.lang, at=self.desk.local(since))
        return say(f"services.link.{self.desk.link.value}", self.desk.lang)

    def note_status(self) -> None:
        """Write the counts the login screen may show while locked. No name, no number of a citizen is in it."""
        seat = self.desk.seated
        if seat is None:
            return
        counts = seat.store.counts()
        status = _read_status(self.desk.folder)
        notes = dict(status.get("notes", {}))
        notes[seat.user.user_id] = self._note(counts.laptop, counts.returned)
        status.update(unsent=counts.waiting, notes=notes, lease_until=seat.user.lease_until)
        status["at"] = iso(self.desk.clock.now())
        _write_status(self.desk.folder, status)

    def _note(self, drafts: int, returned: int) -> str:
        if returned:
            return say("services.note.returned", self.desk.lang, count=returned)
        return say("services.note.drafts", self.desk.lang, count=drafts) if drafts else ""


def plain_words(name: str) -> list[str]:
    """Return a name's words without titles: those before it end in a dot, those after it follow a comma."""
    words = name.split(",")[0].split()
    return [word for word in words if not word.endswith(".") or len(words) == 1] or words


def initials_of(name: str) -> str:
    """Return one or two letters for the round badge: "Drs. H. Rahmat Hidayat, M.M." -> "RH"."""
    return "".join(word[0] for word in plain_words(name)[:2]).upper()


def _card(card: UserCard, note: str) -> AccountCard:
    initials = initials_of(card.name)
    return AccountCard(
        card.user_id, card.username, card.name, initials, card.role_label, card.unit_name, note
    )


def _read_status(folder: Path) -> dict[str, Any]:
    """Return what ``status.json`` says; a missing or torn file is simply no news, it holds nothing that
    counts.
    """
    try:
        raw = json.loads((folder / "status.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return raw if isinstance(raw, dict) else {}


def _write_status(folder: Path, status: dict[str, Any]) -> None:
    part = folder / "status.json.part"
    part.write_text(json.dumps(status, ensure_ascii=False), encoding="utf-8")
    os.replace(part, folder / "status.json")
