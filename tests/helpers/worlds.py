"""Random offices for the law "nobody sees or changes what lies outside his grants": trees of units, people with grants
of all kinds, laptops they share, records with secrets in them; and an oracle that was written apart from the product.

Every secret is a word of its own, so that a leak is a word found where it must not be, whatever message carries it.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hypothesis import strategies as st

from server_stub.store.blobs import Blobs
from server_stub.store.database import Database
from server_stub.store.devices import Device, DeviceState, Session
from server_stub.store.feed import Draft
from server_stub.store.people import User
from server_stub.store.work import Work
from sidumba_field.core.canonical import sha256_hex
from sidumba_field.core.ids import derived_id, new_id
from sidumba_field.core.records import FeedKind, Record
from sidumba_field.core.time import Clock, iso, parse_iso
from sidumba_field.core.workflow import Grant
from sidumba_field.seal.signing import SigningKey
from sidumba_field.sync.transport import DeviceIdentity

#: Roles of these worlds: the first two may see specific answers, the third may not.
TRUSTED, UNTRUSTED = ("petugas", "verifikator_kabupaten"), "operator_server"
PROGRAMS = ("sidumba", "lain")
#: Segments that are beginnings of each other, so that a prefix by letters is not one by segments.
_SEGMENTS = ("1", "11", "02", "2", "2005")
_LATER, _EARLIER = timedelta(hours=1), timedelta(hours=-1)


@dataclass(frozen=True)
class Plan:
    """What hypothesis draws. ``grants``: per person; ``seats``: laptop of each person (both, when 2)."""

    units: tuple[str, ...]
    grants: tuple[tuple[tuple[str, str, str, int, int, bool], ...], ...]
    seats: tuple[int, ...]


def _codes() -> st.SearchStrategy[str]:
    parts = st.lists(st.sampled_from(_SEGMENTS), min_size=1, max_size=4)
    return parts.map(lambda found: ".".join(["63", *found]))


def _grant() -> st.SearchStrategy[tuple[str, str, str, int, int, bool]]:
    """(role, program, unit, from, until, acting): bounds are -1 past, 0 open, 1 to come."""
    bound = st.sampled_from([0, 0, -1, 1])
    unit = st.one_of(_codes(), st.sampled_from(["63", "63.1", "63.11", "6", ""]))
    return st.tuples(
        st.sampled_from([*TRUSTED, UNTRUSTED]),
        st.sampled_from([*PROGRAMS, "sidumba"]),
        unit,
        bound,
        bound,
        st.booleans(),
    )


def plans(people: int = 3) -> st.SearchStrategy[Plan]:
    units = st.lists(_codes(), min_size=2, max_size=6, unique=True).map(tuple)
    grants = st.lists(st.lists(_grant(), max_size=3).map(tuple), min_size=people, max_size=people).map(tuple)
    seats = st.lists(st.integers(0, 2), min_size=people, max_size=people).map(tuple)
    return st.builds(Plan, units, grants, seats)


@dataclass
class Person:
    id: str
    grants: tuple[Grant, ...]
    key: SigningKey
    tokens: dict[str, str] = field(default_factory=dict)


@dataclass
class Row:
    """One record with its secrets. ``open_file``/``hidden_file``: named by an answer of either class."""

    record: Record
    unit: str
    word: str
    secret: str
    open_file: str
    hidden_file: str


@dataclass
class World:
    now: datetime
    people: list[Person]
    laptops: list[DeviceIdentity]
    rows: list[Row]
    vids: dict[str, str]

    # -- the oracle

    def covers(self, grant: Grant, unit: str, program: str = "sidumba") -> bool:
        """Written apart: segments compared one by one, days as instants."""
        begins = [part for part in grant.unit.split(".") if part]
        if grant.program != program or unit.split(".")[: len(begins)] != begins:
            return False
        if grant.valid_from and self.now < parse_iso(grant.valid_from):
            return False
        return not grant.valid_to or self.now < parse_iso(grant.valid_to)

    def may_read(self, person: Person, unit: str) -> bool:
        return any(self.covers(grant, unit) for grant in person.grants)

    def may_know(self, laptop: DeviceIdentity, unit: str) -> bool:
        """Whether somebody of the laptop may see specific answers of a unit."""
        present = [person for person in self.people if laptop.device in person.tokens]
        return any(
            grant.role in TRUSTED and self.covers(grant, unit)
            for person in present
            for grant in person.grants
        )

    def allowed(self, person: Person, laptop: DeviceIdentity) -> set[str]:
        """Every word that may reach this person on this laptop."""
        words: set[str] = set()
        for row in self.rows:
            if self.may_read(person, row.unit):
                words |= {row.word, row.open_file}
                if self.may_know(laptop, row.unit):
                    words |= {row.secret, row.hidden_file}
        return words

    def leaked(self, text: str, allowed: set[str]) -> list[str]:
        """Return the words that stand in ``text`` and must not."""
        every = {w for row in self.rows for w in (row.word, row.secret, row.open_file, row.hidden_file)}
        return sorted(word for word in every - allowed if word in text)


def build(plan: Plan, database: Database, clock: Clock, blobs: Blobs | None = None) -> World:
    """Put a drawn office into a database beside those that are there already. Its words are nobody else's."""
    world = World(clock.now(), [], [], [], {})
    with database.write() as work:
        for _ in range(2):
            world.laptops.append(_laptop(work, clock))
        for number, drawn in enumerate(plan.grants):
            world.people.append(_person(work, clock, drawn, _seats(world, plan.seats[number])))
        for unit in plan.units:
            world.vids[unit] = work.scopes.ensure("sidumba", unit)
            work.scopes.ensure("lain", unit)
            world.rows.append(_row(work, clock, world.vids[unit], unit, blobs))
    return world


def _seats(world: World, seat: int) -> list[DeviceIdentity]:
    return world.laptops if seat == 2 else [world.laptops[seat]]


def _laptop(work: Work, clock: Clock) -> DeviceIdentity:
    who, at = DeviceIdentity(new_id(clock), new_id(clock), SigningKey.generate()), iso(clock.now())
    active = DeviceState.ACTIVE
    values = {"name": "", "unit": "", "dseq": 0, "receipts": 0, "failures": 0, "locked_until": ""}
    stamps = {"recovery_sealed": "", "enrolled_at": at, "seen_at": at}
    work.devices.add(
        Device(id=who.device, key=who.key.public_hex, inc=who.inc, state=active, **values, **stamps)
    )
    return who


def _person(
    work: Work,
    clock: Clock,
    drawn: Iterable[tuple[str, str, str, int, int, bool]],
    seats: list[DeviceIdentity],
) -> Person:
    now, user = clock.now(), new_id(clock)
    bounds = {-1: iso(now + _EARLIER), 0: "", 1: iso(now + _LATER)}
    grants = tuple(
        Grant(
            role,
            program,
            unit,
            bounds[since],
            bounds[until],
            user if acting else "",
            "Plt." if acting else "",
        )
        for role, program, unit, since, until, acting in drawn
    )
    person = Person(user, grants, SigningKey.generate())
    work.people.add(User(user, user, "Orang " + user[-6:], "", "", "", "", True, iso(now)))
    for grant in grants:
        work.people.grant(user, grant)
    # What was stored is what counts: the same grant drawn twice with other days is one row with the last end.
    person.grants = work.people.grants(user)
    for seat in seats:
        token = person.tokens[seat.device] = secrets.token_urlsafe(32)
        work.devices.add_session(
            sha256_hex(token.encode()), Session(user, seat.device, iso(now + 11 * _LATER))
        )
        work.people.add_key(user, seat.device, person.key.public_hex, iso(now))
    return person


def _row(work: Work, clock: Clock, vid: str, unit: str, blobs: Blobs | None) -> Row:
    word, secret = "W" + secrets.token_hex(8), "S" + secrets.token_hex(8)
    files = [_file(work, clock, blobs) for _ in range(2)]
    fields = {
        "nama": word,
        "rahasia": secret,
        "foto": files[0],
        "baris[a]": "1",
        "baris[a]/rahasia": files[1],
    }
    fields["@reason/rahasia"] = secret
    at = iso(clock.now())
    record = Record(
        rid=new_id(clock),
        vid=vid,
        program="sidumba",
        subject="record",
        form="umkm",
        form_v="1",
        state="terpilah",
        rev=1,
        fields=fields,
        field_revs=dict.fromkeys(fields, 1),
        period="2026",
        created_at=at,
        changed_at=at,
    )
    work.records.add(record)
    work.files.link(record, files)
    work.feed.append([*_entries(record, files, word, secret, at)], at)
    return Row(record, unit, word, secret, *files)


def _entries(record: Record, files: list[str], word: str, secret: str, at: str) -> list[Draft]:
    told = {"command": "ubah", "program": "sidumba", "subject": "record", "form": "umkm", "form_v": "1"}
    edit = {**told, "set": dict(record.fields), "state": record.state, "owner": "", "period": "2026"}
    edit |= {"authors_add": "", "by_name": "", "at": at, "flags": ["rahasia"]}
    waiting = {
        "op": derived_id(record.rid),
        "set": {"nama": word + "x", "rahasia": secret + "x"},
        "was": {"rahasia": secret},
    }
    waiting |= {"reason": "conflict", "base_rev": 1, "by": "", "by_name": "", "at": at}
    drafts = [Draft(record.vid, record.rid, 1, FeedKind.EDIT, "", "", edit)]
    drafts.append(Draft(record.vid, record.rid, 1, FeedKind.PROPOSAL, "", "", waiting))
    for name in files:
        said = {"name": name, "sha": name[:64], "size": 32}
        drafts.append(Draft(record.vid, record.rid, 1, FeedKind.FILE, "", "", said))
    return drafts


def _file(work: Work, clock: Clock, blobs: Blobs | None) -> str:
    body = secrets.token_bytes(32)
    sha = sha256_hex(body)
    if blobs is not None:
        blobs.write_chunk(sha, 0, len(body), body, sha)
    work.files.complete(sha, len(body), iso(clock.now()))
    return sha + ".jpg"
