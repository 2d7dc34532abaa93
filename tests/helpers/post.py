"""A laptop with its services at a twin server: set up, unlocked, synced and locked without a window or a network."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import cast

from sidumba_field.core.ids import derived_id
from sidumba_field.core.time import FixedClock, iso
from sidumba_field.seal.signing import SigningKey
from sidumba_field.services.account.session import SessionService
from sidumba_field.services.desk import Desk
from sidumba_field.services.entry.service import EntryService
from sidumba_field.services.exchange.service import SyncingService
from sidumba_field.services.views import AccountCard
from sidumba_field.sync.transport import Transport
from sidumba_field.wire.messages import (
    Done,
    EscrowRequest,
    GrantMessage,
    PullReply,
    PullRequest,
    SessionReply,
    SessionRequest,
)
from tests.helpers.desk import NOW, VILLAGE, any_program
from tests.helpers.faulty_transport import Fault, FaultyTransport
from tests.helpers.twin import TwinLine, TwinServer

URL = "https://sidumba.balangan.example"
LEASE = timedelta(days=14)
PLACES = {
    "63.11": "Kabupaten Balangan",
    "63.11.02": "Halong",
    VILLAGE: "Halong",
    "63.11.02.2002": "Bangkal",
}
#: username -> (name, role, unit, passphrase)
PEOPLE = {
    "halimah": ("Nor Halimah", "petugas", VILLAGE, "pantai batakan 1990"),
    "rahmah": ("Siti Rahmah, S.Pd.", "admin_desa", VILLAGE, "sungai balangan 85"),
}
Plan = Callable[[str, int], Fault | None]


def nothing_breaks(method: str, nth: int) -> Fault | None:
    """Answer "which fault?" with none."""
    return None


def user_of(username: str) -> str:
    return derived_id("user", username)


class Office:
    """The server's side: scopes, accounts, tokens. ``sealed``: recovery codes handed in after the first."""

    def __init__(self, clock: FixedClock) -> None:
        self.clock = clock
        self.twin = TwinServer(clock, people={user_of(one): row[0] for one, row in PEOPLE.items()})
        self.program = any_program().id
        for unit, name in PLACES.items():
            self.twin.add_scope(derived_id("scope", self.program, unit), self.program, unit, name)
        self.twin.passwords = {one: (row[3], user_of(one)) for one, row in PEOPLE.items()}
        self.sealed: list[str] = []
        self.lease = LEASE

    def lease_until(self) -> str:
        return iso(self.clock.now() + self.lease)


@dataclass
class OfficeLine(TwinLine):
    """The twin's line, with accounts as an office has them."""

    office: Office | None = None

    def session(self, request: SessionRequest) -> SessionReply:
        assert self.office is not None
        reply = super().session(request)
        name, role, unit, _ = PEOPLE[request.username]
        changes = {
            "token": request.username,
            "name": name,
            "unit": unit,
            "unit_name": PLACES[unit],
            "lease_until": self.office.lease_until(),
            "grants": [GrantMessage(role=role, program=self.office.program, unit=unit)],
            "people": dict(self.server.people),
            "periods": {self.office.program: "2026"},
        }
        return reply.model_copy(update=changes)

    def pull(self, request: PullRequest) -> PullReply:
        assert self.office is not None
        return super().pull(request).model_copy(update={"lease_until": self.office.lease_until()})

    def escrow(self, request: EscrowRequest) -> Done:
        assert self.office is not None
        self.office.sealed.append(request.recovery_sealed)
        return super().escrow(request)


class Post:
    """One laptop folder and whoever works at it. ``plan`` names the faults of its line; ``calls`` counts its calls."""

    def __init__(
        self, folder: Path, office: Office | None = None, *, clock: FixedClock | None = None
    ) -> None:
        self.office = office or Office(FixedClock(NOW))
        self.clock = clock or self.office.clock
        self.plan: Plan = nothing_breaks
        self.calls: Counter[str] = Counter()
        program = any_program()
        self.desk = Desk(folder, {program.id: program}, self.clock, zone=program.office.zone)
        self.session = SessionService(self.desk, self._connect)
        self.entry = EntryService(self.desk)
        self.syncing = SyncingService(self.desk, self.session)

    def _connect(self, url: str, key: SigningKey, device: str, inc: str, token: str) -> Transport:
        assert url == URL
        user = user_of(token) if token else ""
        line = OfficeLine(self.office.twin, device, user, self.office)
        return cast(Transport, FaultyTransport(line, lambda method, nth: self.plan(method, nth), self.calls))

    def activate(self, code: str = "ABCD-2345", username: str = "halimah") -> AccountCard:
        return self.session.activate(URL, code, username, PEOPLE[username][3], "Laptop Halong")

    def add(self, username: str = "rahmah") -> AccountCard:
        return self.session.add_person(username, PEOPLE[username][3])

    def sit(self, username: str = "halimah") -> None:
        self.session.unlock(user_of(username), PEOPLE[username][3])

    def begin(self, name: str = "Warung Barokah") -> str:
        """Begin a business and give it a name and an owner's NIK."""
        rid = self.entry.new().rid
        self.entry.answer(rid, "usaha/nama", name)
        self.entry.answer(rid, "pemilik/nik", "6311024506880003")
        return rid

    def send_later(self, rid: str) -> None:
        """Seal what was typed, as handing on does."""
        seat = self.desk.seat()
        self.clock.advance(1)
        op = derived_id("op", rid, iso(self.clock.now()))
        assert seat.store.records.seal(rid, seat.user.user_id, iso(self.clock.now()), op) is not None
