"""Setting a laptop up: enrolled with a one-time code, its first person activated, more people later.

Network first, then the store, the key file last: only a laptop whose set-up was finished has one. What was cut
short can be begun again; nothing is ever deleted.
"""

from __future__ import annotations

import json
import os
import unicodedata
from collections.abc import Callable

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.ids import new_id
from sidumba_field.core.workflow import Grant
from sidumba_field.seal.signing import SigningKey
from sidumba_field.seal.slots import MIN_PASSPHRASE, KeyFile, UserCard
from sidumba_field.services.account import emptied, first_fetch
from sidumba_field.services.account.standing import role_title
from sidumba_field.services.account.unfinished import Unfinished
from sidumba_field.services.desk import Desk
from sidumba_field.services.exchange.status import write_status
from sidumba_field.services.people import account_card
from sidumba_field.services.places import titled
from sidumba_field.services.views import AccountCard, SetupBegun
from sidumba_field.store import LocalUser, Store, open_store, write_twin
from sidumba_field.sync import activation
from sidumba_field.sync.transport import Transport

#: (server url, device signing key, device id, incarnation, session token) -> transport; given by bootstrap.
Connect = Callable[[str, SigningKey, str, str, str], Transport]


class SetUp:
    """Helper of ``SessionService``."""

    def __init__(self, desk: Desk, connect: Connect) -> None:
        self.desk = desk
        self._connect = connect
        self._unfinished = Unfinished(desk.folder)
        # What was drawn for a set-up that did not come to its end: asked again with the same code, it is welcome.
        self._begun: dict[tuple[str, str], activation.NewLaptop] = {}

    @property
    def keys(self) -> KeyFile:
        return KeyFile(self.desk.folder / "keys.json")

    def activate(
        self, server_url: str, code: str, username: str, password: str, laptop_name: str
    ) -> AccountCard:
        """Enrol this laptop with a one-time code and activate its first person.

        Raises ``auth.not_permitted`` on a laptop that is set up, ``auth.weak_passphrase`` before the code is
        spent, ``auth.enrolment_code``, ``auth.wrong_passphrase``, ``wire.*``; then the same code may be typed again,
        even after a restart. ``code`` may be "" when an earlier run kept it under the same passphrase.
        """
        if self.keys.cards():
            raise SidumbaError("auth.not_permitted")
        if len(unicodedata.normalize("NFC", password)) < MIN_PASSPHRASE:
            raise SidumbaError("auth.weak_passphrase", minimum=MIN_PASSPHRASE)
        self.desk.folder.mkdir(parents=True, exist_ok=True)
        emptied.set_aside(self.desk.folder)
        self._set_unfinished_aside()
        shown = SetupBegun(server_url, username.strip(), laptop_name.strip())
        code, drawn = self._drawn(shown, code.strip(), password)
        enrolled = activation.enrol(
            lambda key, device, inc: self._connect(server_url, key, device, inc, ""),
            code,
            laptop_name,
            self.desk.clock,
            drawn,
        )
        transport = self._connect(server_url, enrolled.key, enrolled.device, enrolled.inc, "")
        person = activation.activate_person(transport, username, password)
        data_key = os.urandom(32)
        self._begin_store(server_url, enrolled, person, data_key, code)
        lease = self.desk.here(person.reply.lease_until, person.reply.now)
        write_status(self.desk.folder, {"office": enrolled.office, "lease_until": lease})
        # The key file comes last: only a laptop whose set-up was finished has one.
        self.keys.create(data_key)
        self.keys.add_recovery(enrolled.recovery_code, data_key)
        card = self._keep_person(person, password, data_key)
        self._begun.clear()
        self._unfinished.done()
        return card

    def settle(self) -> None:
        """Forget what a kill between the last two writes of a finished set-up left."""
        self._unfinished.done()

    def begun(self) -> SetupBegun | None:
        """Return a set-up that was cut, None when none was."""
        return self._unfinished.begun()

    def _drawn(self, shown: SetupBegun, code: str, password: str) -> tuple[str, activation.NewLaptop]:
        """Return the code and what this laptop drew for it, kept on the disk before the code is spent: whoever asks
        again with the same is welcome at the server, however the first time ended.
        """
        kept = self._unfinished.open(password)
        if not code and kept is None:
            raise SidumbaError("auth.wrong_passphrase")
        if kept is not None and code in ("", kept[0]):
            code = kept[0]
            self._begun.setdefault((shown.server, code), kept[1])
        drawn = self._begun.setdefault((shown.server, code), activation.new_laptop(self.desk.clock))
        self._unfinished.keep(shown, code, drawn, password)
        return code, drawn

    def _begin_store(
        self,
        server_url: str,
        enrolled: activation.Enrolled,
        person: activation.Person,
        data_key: bytes,
        code: str,
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
            first_fetch.begin(store, code)
            write_twin(self.desk.folder, enrolled.inc)
            self._store_person(store, person)
        finally:
            store.close()

    def _set_unfinished_aside(self) -> None:
        """Move what a cut-short set-up left out of the way; nothing is deleted, though nobody could open it."""
        left = [
            self.desk.folder / name for name in ("keys.json", "keys.json.bak", "laptop.db", "incarnation")
        ]
        left += [self.desk.folder / f"laptop.db-{tail}" for tail in ("wal", "shm")]
        aside = self.desk.folder / "copies" / f"unfinished-{new_id(self.desk.clock)}"
        for file in left:
            if file.exists():
                aside.mkdir(parents=True, exist_ok=True)
                os.replace(file, aside / file.name)

    def add_person(self, transport: Transport, username: str, password: str) -> AccountCard:
        """Activate one more person on an enrolled laptop; somebody is signed in, whose open store is used."""
        seat = self.desk.seat()
        person = activation.activate_person(transport, username, password)
        # The slot comes last: whoever has a card can sit down.
        self._store_person(seat.store, person)
        return self._keep_person(person, password, seat.data_key)

    def _keep_person(self, person: activation.Person, password: str, data_key: bytes) -> AccountCard:
        reply = person.reply
        grant = Grant(**reply.grants[0].model_dump()) if reply.grants else None
        program = self.desk.programs.get(grant.program) if grant is not None else None
        label = reply.position
        if program is not None and grant is not None:
            label = role_title(program, grant, self.desk.local, self.desk.lang)
        card = UserCard(
            reply.user, reply.name, label, titled(reply.unit, reply.unit_name, self.desk.lang), reply.username
        )
        self.keys.add_user(reply.user, card, password, data_key, person.key.secret)
        return account_card(card)

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
                lease_until=self.desk.here(reply.lease_until, reply.now),
            )
        )
        for scope in reply.scopes:
            store.scopes.upsert(scope.vid, scope.program, scope.unit, scope.unit_name)
        store.people.upsert(reply.people)
        store.meta.set("periods", json.dumps(reply.periods))
