"""A real server and real laptops in one process, joined by sticks and, where a test wants it, by a line."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from server_stub.api import sync as api
from server_stub.api import uploads
from server_stub.api.bundles.desk import BundleDesk, Handled
from server_stub.api.deps import Server
from server_stub.app import build_server
from server_stub.auth.gate import Person
from server_stub.auth.permissions import rights
from server_stub.settings import Limits, Settings
from server_stub.store.audit import audit
from server_stub.store.database import Database
from server_stub.store.devices import Device, DeviceState
from server_stub.store.people import User
from sidumba_field.bundle import Found, Signer, gather
from sidumba_field.core.canonical import sha256_hex
from sidumba_field.core.ids import new_id
from sidumba_field.core.records import Op, Record
from sidumba_field.core.time import FixedClock, iso
from sidumba_field.core.workflow import Grant
from sidumba_field.seal.signing import SigningKey
from sidumba_field.store import LocalUser
from sidumba_field.sync.sticks import Exported, ReplyTaken, export, import_reply
from sidumba_field.sync.transport import Sink
from sidumba_field.wire.messages import (
    AttStatus,
    HeadMessage,
    Hello,
    PullReply,
    PullRequest,
    PushReply,
    PushRequest,
    SnapshotReply,
)
from tests.helpers.laptop import DESA, PROGRAM, VID, Laptop
from tests.helpers.office import NOON, UNITS, PlainRules
from tests.helpers.server import CHEAP


@dataclass
class StickServer:
    """The server of a district. ``desk``: where bundles are handed in."""

    server: Server
    clock: FixedClock
    people: dict[str, tuple[str, SigningKey]] = field(default_factory=dict)

    @classmethod
    def at(
        cls, folder: Path, database: Database, clock: FixedClock | None = None, **limits: int
    ) -> StickServer:
        clock = clock or FixedClock(NOON)
        with database.write() as work:
            work.scopes.put_fact_once("epoch", "0123456789abcdef")
            work.scopes.put_units(UNITS)
            for unit in UNITS:
                work.scopes.ensure(PROGRAM, unit)
        settings = Settings(folder, argon=CHEAP, limits=Limits(**limits))
        server = build_server(settings, clock, {PROGRAM: PlainRules()}, database)
        return cls(server, clock)

    def restored_from(self, copy: Path) -> StickServer:
        """Return this server as it comes back from a copy of its database, under a new epoch."""
        database = Database(copy)
        with database.write() as work:
            work.scopes.put_fact("epoch", "fedcba9876543210")
        server = build_server(self.server.settings, self.clock, {PROGRAM: PlainRules()}, database)
        return StickServer(server, self.clock, self.people)

    def copy(self, target: Path) -> Path:
        """Copy the database (SQLite) as a backup would."""
        raw = self.server.database.engine.raw_connection()
        try:
            raw.cursor().execute("VACUUM INTO ?", (str(target),))
        finally:
            raw.close()
        return target

    @property
    def desk(self) -> BundleDesk:
        return BundleDesk(self.server)

    def take(self, found: Found | tuple[Path, ...], carrier: str = "") -> Handled:
        """Hand one bundle in, as ``sidumba-server bundle import`` does."""
        (one,) = gather(found) if isinstance(found, tuple) else (found,)
        return self.desk.handle(one, carrier)

    def hire(self, name: str, role: str, unit: str = DESA) -> str:
        """Return the id of a person with an account; the same name is the same person."""
        if name not in self.people:
            user = User("", name, name.title(), "", "", unit, "", True, "")
            grants = (Grant(role, PROGRAM, unit),)
            self.people[name] = (
                self.server.accounts.add_user(user, "kata sandi " + name, grants),
                SigningKey.generate(),
            )
        return self.people[name][0]

    @property
    def records(self) -> dict[str, Record]:
        with self.server.database.read() as work:
            return {one.rid: one for one in work.records.page(VID, "", 10_000)}

    def head(self, vid: str) -> HeadMessage:
        with self.server.database.read() as work:
            scope = work.scopes.get(vid)
        assert scope is not None
        return HeadMessage(seq=scope.seq, hash=scope.hash)

    def faults(self) -> tuple[str, ...]:
        return audit(self.server.database).faults

    def feed_ops(self) -> list[str]:
        with self.server.database.read() as work:
            entries, _ = work.feed.page(VID, 0, 10**9)
        return [entry.op for entry in entries if entry.kind.value not in ("file", "proposal")]


@dataclass
class StickLaptop(Laptop):
    """A laptop enrolled at a ``StickServer``, with one person on it."""

    office: StickServer | None = None
    key: SigningKey = field(default_factory=SigningKey.generate)
    name: str = ""

    @classmethod
    def join(
        cls, folder: Path, office: StickServer, name: str, role: str = "petugas", unit: str = DESA
    ) -> StickLaptop:
        user = office.hire(name, role, unit)
        laptop = cls(folder, office.clock, None, user, new_id(office.clock), office=office, name=name)  # type: ignore[arg-type]
        at = iso(office.clock.now())
        device = Device(
            laptop.device,
            name,
            unit,
            laptop.key.public_hex,
            laptop.device,
            DeviceState.ACTIVE,
            0,
            0,
            0,
            "",
            "",
            at,
            at,
        )
        with office.server.database.write() as work:
            work.devices.add(device)
            work.people.add_key(user, laptop.device, laptop.user_key.public_hex, at)
        keys = office.server.keys
        values = {
            "device": laptop.device,
            "device_secret": laptop.key.secret.hex(),
            "incarnation": laptop.device,
            "epoch": office.server.epoch,
            "server_key": keys.signing.public_hex,
            "age_recipient": keys.age_recipient,
            "unit": unit,
        }
        for key, value in values.items():
            laptop.store.meta.set(key, value)
        laptop.store.scopes.upsert(VID, PROGRAM, DESA, UNITS[DESA])
        laptop.store.users.upsert(LocalUser(user, name, name.title(), "", "", unit, UNITS[unit], (), at))
        return laptop

    @property
    def home(self) -> StickServer:
        assert self.office is not None
        return self.office

    @property
    def user_key(self) -> SigningKey:
        return self.home.people[self.name][1]

    def signed(self, op: Op) -> Op:
        return op.with_(sig=self.user_key.sign(op.decision_bytes()))

    def export(self, folder: Path, **options: Any) -> Exported:
        """Save onto a stick."""
        folder.mkdir(parents=True, exist_ok=True)
        return export(self.store, self.shelf, self.clock, folder, Signer(self.user, self.user_key), **options)

    def read(self, found: Found, **options: Any) -> ReplyTaken:
        """Read a reply from a stick."""
        return import_reply(self.store, self.shelf, self.clock, found, **options)

    def by_stick(self, folder: Path, **options: Any) -> ReplyTaken:
        """There and back."""
        return self.read(self.home.take(self.export(folder, **options).paths).reply)

    def line(self) -> Any:
        return DirectLine(self)


@dataclass
class DirectLine:
    """The server's own functions, without HTTP between."""

    laptop: StickLaptop

    @property
    def _server(self) -> Server:
        return self.laptop.home.server

    @property
    def _person(self) -> Person:
        with self._server.database.read() as work:
            user = work.people.get(self.laptop.user)
            grants = work.people.grants(self.laptop.user)
        assert user is not None
        return Person(user, grants, rights(grants, self._server.clock.now()), self.laptop.device)

    def hello(self) -> Hello:
        return api.greeting(self._server)

    def push(self, request: PushRequest) -> PushReply:
        with self._server.database.read() as work:
            device = work.devices.get(self.laptop.device)
        assert device is not None
        return api.answer_push(self._server, device, request)

    def pull(self, request: PullRequest) -> PullReply:
        return api.answer_pull(self._server, self._person, request)

    def snapshot(self, vid: str, after: str) -> SnapshotReply:
        return api.answer_snapshot(self._server, self._person, vid, after)

    def att_status(self, sha: str) -> AttStatus:
        return uploads._status(self._server, sha)

    def att_write(self, sha: str, offset: int, total: int, chunk: bytes) -> AttStatus:
        return uploads._write(self._server, sha, offset, total, chunk, sha256_hex(chunk))

    def att_read(self, sha: str, sink: Sink) -> None:
        sink(uploads.content_for(self._server, self._person, sha))
