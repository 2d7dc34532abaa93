"""The laptops of the tour and of the end-to-end tests: enrolled at a real server, their people activated."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor
from pathlib import Path

from sidumba_field.bootstrap import build_services
from sidumba_field.core.time import Clock
from sidumba_field.services import Services
from sidumba_field.services.exchange.drives import Drives, removable
from sidumba_field.services.exchange.sync_views import SyncOutcome
from sidumba_field.services.views import AccountCard, Decided, Refusal, SessionView
from tests.helpers.server import ServerProcess
from tests.tour.stage import TourClock

#: Folder, unit and roles of each laptop: one laptop serves one level of the office.
LAPTOPS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("desa", "63.11.02.2005", ("petugas", "admin_desa")),
    ("kecamatan", "63.11.02", ("admin_kecamatan",)),
    ("kabupaten", "63.11", ("verifikator_kabupaten", "kepala_dinas")),
)


class OfficeLaptop:
    """One laptop: its services, the cards of its people, and who sits at it."""

    def __init__(
        self,
        server: ServerProcess,
        folder: Path,
        name: str,
        unit: str,
        roles: tuple[str, ...],
        clock: Clock,
        worker: Executor | None = None,
        extra: Mapping[str, dict[str, str]] | None = None,
        *,
        url: str = "",
        drives: Drives = removable,
    ) -> None:
        """``roles``: keys of its people, among the sample accounts (key = role) and ``extra``; ``url``: another way to
        the server, ``drives``: who lists the flashdisks that are in this laptop.
        """
        self.server, self.folder, self.name, self.unit = server, folder, name, unit
        known = {**server.accounts, **(extra or {})}
        self.people = {role: known[role] for role in roles}
        self.url = url or server.url
        self.services: Services = build_services(folder, clock=clock, worker=worker, drives=drives)
        self.cards: dict[str, AccountCard] = {}

    def set_up(self, *, fetch: bool = False) -> None:
        """Enrol with a one-time code and activate everybody who works here. ``fetch``: and fetch what they need.

        Where somebody set the laptop up at its window already, only the others are added.
        """
        session = self.services.session
        begun = {card.username: card for card in session.login_view().accounts}
        for role, person in self.people.items():
            if person["username"] in begun:
                card = begun[person["username"]]
                session.unlock(card.user_id, person["passphrase"])
            elif not self.cards:
                code = self.server.code()
                card = session.activate(
                    self.url, code, person["username"], person["passphrase"], f"Laptop {self.name}"
                )
                session.unlock(card.user_id, person["passphrase"])
                if fetch:
                    outcome = self.services.syncing.run()
                    assert outcome.ok, outcome.sentence
            else:
                card = session.add_person(person["username"], person["passphrase"])
            self.cards[role] = card
        session.lock()

    def sit(self, role: str) -> SessionView:
        return self.services.session.unlock(self.cards[role].user_id, self.people[role]["passphrase"])

    def send(self, clock: TourClock) -> SyncOutcome:
        """Let the undo time pass, then send and fetch; every step here is expected to go through."""
        clock.advance(11)
        outcome = self.services.syncing.run()
        assert outcome.ok, outcome.sentence
        return outcome

    def decide(
        self, rid: str, command: str, clock: TourClock, remarks: dict[str, str] | None = None
    ) -> Decided:
        """Decide on exactly what is on the desk now, and send it."""
        view = self.services.review.open(rid)
        done = self.services.review.decide(rid, command, view.rev, view.sha, remarks=remarks or {})
        assert not isinstance(done, Refusal), done.sentence
        self.send(clock)
        return done
