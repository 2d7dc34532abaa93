"""Over the real line, with valid signatures, nobody receives or changes anything outside his grants, and no laptop
receives specific answers its people may not see. Both databases; requests as a forger would send.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings

from server_stub.api.bundles.replying import Reply
from server_stub.api.bundles.taking import Taking
from server_stub.app import build_server
from server_stub.auth.gate import Person as Gatekeeper
from server_stub.auth.permissions import rights
from server_stub.settings import Settings
from server_stub.store import schema
from server_stub.store.database import Database
from server_stub.store.storage import open_blobs
from sidumba_field.attachments import Shelf
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.ids import new_id
from sidumba_field.core.records import GENESIS, Op, OpKind, OpStatus
from sidumba_field.core.time import FixedClock, iso
from sidumba_field.core.workflow import Grant
from sidumba_field.store import open_store
from sidumba_field.sync.engine import SyncEngine
from sidumba_field.sync.http import HttpTransport
from sidumba_field.sync.transport import DeviceIdentity, SyncIdentity
from sidumba_field.wire import packing
from sidumba_field.wire.messages import HeadMessage, PullRequest, PushRequest
from sidumba_field.wire.sticks import StickRequest
from tests.helpers import worlds
from tests.helpers.databases import KINDS, Postgres
from tests.helpers.ledger import KEY
from tests.helpers.office import NOON, PROGRAM, PlainRules
from tests.helpers.pages import clear_bytes
from tests.helpers.server import CHEAP, threaded_server
from tests.helpers.worlds import Person, Plan, Row, World

pytestmark = pytest.mark.hypothesis
#: Each example is a world of three people on two laptops, and some sixty requests: the corners every day, drawn ones in
#: ``run.py soak``.
SOAK = 150


class Town:
    """One server with its database; worlds are added to it, example after example."""

    def __init__(self, url: str, database: Database, folder: Path, clock: FixedClock, url_of: str) -> None:
        self.url, self.database, self.clock = url, database, clock
        self.blobs = open_blobs(Settings(folder, argon=CHEAP))
        self.server = build_server(
            Settings(folder, url_of, argon=CHEAP), clock, {PROGRAM: rules_of()}, database
        )

    def build(self, plan: Plan) -> World:
        self.clock.advance(0.001)
        return worlds.build(plan, self.database, self.clock, self.blobs)

    def line(self, laptop: DeviceIdentity, token: str = "") -> HttpTransport:
        return HttpTransport(self.url, laptop, token or None, clock=self.clock)


@pytest.fixture(scope="module", params=KINDS)
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder, clock = tmp_path_factory.mktemp("town"), FixedClock(NOON)
    if request.param == "sqlite":
        database = Database(folder / "server.db")
        schema.upgrade(database)
        url = ""
    else:
        postgres: Postgres = request.getfixturevalue("postgres")
        url = postgres.clean()
        database = Database(folder / "unused.db", url)
    with threaded_server(folder, url, {PROGRAM: rules_of()}, clock) as address:
        yield Town(address, database, folder, clock, url)
    database.close()


def rules_of() -> PlainRules:
    return PlainRules(trusted_roles=frozenset(worlds.TRUSTED))


def code_of(call: object) -> str:
    """Return the code a call was refused with, "" when it was answered."""
    try:
        call()  # type: ignore[operator]
    except SidumbaError as error:
        return error.code
    return ""


def pulled(line: HttpTransport, world: World) -> str:
    """Ask for every feed there is, whoever it belongs to, and return all that came as one text."""
    cursors = {vid: HeadMessage(seq=0, hash=GENESIS) for vid in world.vids.values()}
    reply = line.pull(PullRequest(proto=1, epoch="", cursors=cursors, limit_bytes=4 * 1024 * 1024))
    return json.dumps(reply.model_dump(mode="json"))


def row_of(world: World, unit: str) -> Row:
    return next(row for row in world.rows if row.unit == unit)


def check_reading(town: Town, world: World, person: Person, laptop: DeviceIdentity) -> None:
    line = town.line(laptop, person.tokens[laptop.device])
    allowed = world.allowed(person, laptop)
    text = pulled(line, world)
    assert world.leaked(text, allowed) == []
    for unit, vid in world.vids.items():
        assert (f'"{vid}"' in text) == world.may_read(person, unit)
        pages: list[str] = []
        code = code_of(lambda: pages.append(json.dumps(line.snapshot(vid, "").model_dump(mode="json"))))  # noqa: B023
        assert code == ("" if world.may_read(person, unit) else "auth.not_permitted")
        page = "".join(pages)
        assert world.leaked(page, allowed) == []
        assert (row_of(world, unit).word in page) == world.may_read(person, unit)
    for row in world.rows:
        for name in (row.open_file, row.hidden_file):
            code = code_of(lambda name=name: line.att_read(name[:64], lambda piece: None))
            assert (code == "") == (name in allowed), (name, code)
    line.close()


def stick(town: Town, world: World, person: Person, laptop: DeviceIdentity) -> bytes:
    """Return what a reply on a stick holds for a laptop that asks for every feed and every file."""
    with town.database.read() as work:
        device, user = work.devices.get(laptop.device), work.people.get(person.id)
        grants = work.people.grants(person.id)
    assert device is not None
    assert user is not None
    reader = Gatekeeper(user, grants, rights(grants, town.clock.now()), device.id)
    cursors = {vid: HeadMessage(seq=0, hash=GENESIS) for vid in world.vids.values()}
    names = [name for row in world.rows for name in (row.open_file, row.hidden_file)]
    asked = StickRequest(
        proto=1, app="", epoch=town.server.epoch, cursors=cursors, wanted=names, room=1 << 20
    )
    taken = Taking(town.server, device, frozenset({person.id}), request=asked)
    written = Reply(town.server, device, reader, taken, 0).entries()
    told: list[bytes] = []
    for entry in written:
        body = b"".join(entry.pieces)
        told += [entry.file.encode(), body if entry.file else packing.unpack(body, 1 << 26)[0]]
    return b" ".join(told)


def check_stick(town: Town, world: World, person: Person, laptop: DeviceIdentity) -> None:
    allowed = world.allowed(person, laptop)
    text = stick(town, world, person, laptop).decode("utf-8", "replace")
    assert world.leaked(text, allowed) == []
    words = {row.word for row in world.rows}
    assert {word for word in words if word in text} == words & allowed


def forged(world: World, row: Row, person: Person, vid: str) -> list[Op]:
    """Return edits and a step on somebody's record, told as if it lay in ``vid``."""
    record = row.record
    said = {
        "program": PROGRAM,
        "subject": "record",
        "form": "umkm",
        "form_v": "1",
        "at": "2026-11-21T04:00:00.000Z",
    }
    clock = FixedClock(NOON)
    ops = [
        Op(new_id(clock), vid, record.rid, OpKind.EDIT, by=person.id, base_rev=1, set={"nama": "DIUBAH"}, **said),
        Op(new_id(clock), vid, record.rid, OpKind.EDIT, by=person.id, base_rev=0, set={"rahasia": None}, **said),
        Op(
            new_id(clock), vid, record.rid, OpKind.TOMBSTONE, by=person.id, command="hapus", expect_rev=1,
            expect_state=record.state, content_sha256=record.content_sha256, **said,
        ),
    ]  # fmt: skip
    return [
        op if op.kind is OpKind.EDIT else op.with_(sig=person.key.sign(op.decision_bytes())) for op in ops
    ]


def check_writing(town: Town, world: World, person: Person, laptop: DeviceIdentity) -> None:
    """Push at every record, under its own feed's name and under each feed the person may write into."""
    line = town.line(laptop)
    mine = [vid for unit, vid in world.vids.items() if world.may_read(person, unit)][:1]
    for row in world.rows:
        ops = [op for vid in {row.record.vid, *mine} for op in forged(world, row, person, vid)]
        request = PushRequest(
            proto=1, epoch="", device=laptop.device, inc=laptop.inc, items=[op.payload() for op in ops]
        )
        reply = line.push(request)
        if not world.may_read(person, row.unit) or laptop.device not in person.tokens:
            assert {one.st for one in reply.results} == {OpStatus.REJECTED}
            assert world.leaked(json.dumps(reply.model_dump(mode="json")), set()) == []
    line.close()


def stored(town: Town, world: World) -> dict[str, tuple[int, str]]:
    with town.database.read() as work:
        found = work.records.many(row.record.rid for row in world.rows)
    return {rid: (record.rev, record.fields.get("nama", "")) for rid, record in found.items()}


#: What chance seldom draws: prefixes by letters, a reader without the right on one laptop while another holds it on
#: the next, days that are over and days to come, another program, somebody who stands in.
CORNERS = Plan(
    ("63.11.02", "63.1.02", "63.1"),
    (
        ((worlds.UNTRUSTED, PROGRAM, "63.11", 0, 0, False), ("petugas", "lain", "63", 0, 0, False)),
        (
            ("petugas", PROGRAM, "63.1", 0, 1, True),
            ("verifikator_kabupaten", PROGRAM, "63", 0, -1, False),
            ("petugas", PROGRAM, "63.11", 1, 0, False),
        ),
        (("petugas", PROGRAM, "63.11", -1, 0, False),),
    ),
    (0, 0, 1),
)


@given(plan=worlds.plans())
@example(plan=CORNERS)
@settings(
    max_examples=SOAK,
    phases=tuple(Phase) if settings().max_examples > 500 else (Phase.explicit,),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_nobody_receives_or_changes_anything_outside_his_grants(town: Town, plan: Plan) -> None:
    world = town.build(plan)
    for person in world.people:
        for laptop in world.laptops:
            if laptop.device in person.tokens:
                check_reading(town, world, person, laptop)
                check_stick(town, world, person, laptop)
    for person in world.people:
        before = stored(town, world)
        for laptop in world.laptops:
            check_writing(town, world, person, laptop)
        after = stored(town, world)
        changed = {rid for rid in before if before[rid] != after[rid]}
        assert changed <= {row.record.rid for row in world.rows if world.may_read(person, row.unit)}


@given(plan=worlds.plans(people=2))
@settings(max_examples=1, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_session_opens_nothing_on_another_laptop(town: Town, plan: Plan) -> None:
    world = town.build(plan)
    for person in world.people:
        for laptop in world.laptops:
            for token in (t for device, t in person.tokens.items() if device != laptop.device):
                line = town.line(laptop, token)
                assert code_of(lambda line=line: pulled(line, world)) == "auth.session_expired"
                line.close()


def test_a_refusal_is_written_down_without_anybodys_data(town: Town) -> None:
    plan = Plan(("63.11.02.2005", "63.1.02.2005"), ((("petugas", PROGRAM, "63.1", 0, 0, False),),), (0,))
    world = town.build(plan)
    (person,), laptop = world.people, world.laptops[0]
    line = town.line(laptop, person.tokens[laptop.device])
    with suppress(SidumbaError):
        line.snapshot(world.vids["63.11.02.2005"], "")
    pulled(line, world)
    check_writing(town, world, person, laptop)
    line.close()
    with town.database.read() as work:
        found = [one for one in work.refusals.latest(50) if one.device == laptop.device]
    assert {(one.what, one.target) for one in found} >= {
        ("snapshot", world.vids["63.11.02.2005"]),
        ("pull", world.vids["63.11.02.2005"]),
        ("op", world.rows[0].record.rid),
    }
    assert world.leaked(str(found), set()) == []


def test_what_is_withheld_verifies_on_the_laptop_and_comes_with_the_right(town: Town, tmp_path: Path) -> None:
    """The chain holds over withheld payloads; who first holds the right brings the answers, the last takes them."""
    world = town.build(CORNERS)
    person, laptop, row = world.people[0], world.laptops[0], world.rows[0]
    store = open_store(tmp_path / "laptop", KEY, town.clock)

    def sync() -> dict[str, str]:
        line = town.line(laptop, person.tokens[laptop.device])
        identity = SyncIdentity(laptop.device, laptop.inc, person.id)
        shelf = Shelf(tmp_path / "shelf", KEY)
        report = SyncEngine(store, line, shelf, town.clock, identity).run()
        assert report.problems == ()
        line.close()
        found = store.records.get(row.record.rid)
        return dict(found.fields) if found is not None else {}

    def trust(until: str) -> None:
        with town.database.write() as work:
            work.people.grant(person.id, Grant("petugas", PROGRAM, "63.11", valid_to=until))

    vid = row.record.vid
    assert sync() == {"nama": row.word, "foto": row.open_file, "baris[a]": "1"}
    assert store.scopes.has_gaps(vid)
    assert row.secret.encode() not in clear_bytes(store.folder / "laptop.db", KEY)
    assert [one.payload for one in store.records.history(row.record.rid)][-1] is None
    trust("")
    assert sync()["rahasia"] == row.secret
    assert not store.scopes.has_gaps(vid)
    with town.database.write() as work:
        work.people.end_grants(person.id, "petugas", PROGRAM, "63.11", iso(town.clock.now()))
    assert "rahasia" not in sync()
    assert row.secret.encode() not in clear_bytes(store.folder / "laptop.db", KEY)
    store.close()


def test_the_access_log_arrives_once_and_in_nobody_elses_name(town: Town, tmp_path: Path) -> None:
    world = town.build(CORNERS)
    person, laptop, stranger = world.people[0], world.laptops[0], world.people[2]
    store = open_store(tmp_path / "laptop", KEY, town.clock)
    store.log("view", person.id, rid=world.rows[0].record.rid)
    store.log("export", person.id, unit="63.11", count=3, revealed=True)
    store.log("draft.discarded", person.id, rid=world.rows[0].record.rid, set={"nama": "ISI"})
    store.log("view", stranger.id, rid=world.rows[1].record.rid)
    store.log("pin_set", person.id)
    for _ in range(2):
        line = town.line(laptop, person.tokens[laptop.device])
        shelf = Shelf(tmp_path / "shelf", KEY)
        identity = SyncIdentity(laptop.device, laptop.inc, person.id)
        assert SyncEngine(store, line, shelf, town.clock, identity).run().problems == ()
        line.close()
    assert store.access.unsent(10) == []
    with town.database.read() as work:
        kept = work.accesses.of_device(laptop.device)
        refused = [
            one.code
            for one in work.refusals.latest(20)
            if (one.device, one.what) == (laptop.device, "access")
        ]
    assert [(one.event, one.unit, dict(one.detail)) for one in kept] == [
        ("view", "", {}),
        ("export", "63.11", {"count": "3", "revealed": "1"}),
        ("draft.discarded", "", {}),
    ]
    assert refused == ["op.wrong_device"]
    store.close()
