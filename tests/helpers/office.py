"""A small office for the server's tests: rules without forms, people of every role, laptops that sign what they send.

``PlainRules`` judges by simple words instead of a form: a field ``salah`` is an error, ``ragu`` a soft warning, a
value that looks like "<sha256>.jpg" is a file, ``hitung`` is worked out (twice the letters of ``angka``), and ``desa``
is the place. The workflow itself is the real one, read from tests/oracle.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from pathlib import Path
from typing import Any

from server_stub.auth.accounts import Accounts
from server_stub.auth.passwords import Passwords
from server_stub.store.database import Database
from server_stub.store.devices import Device, DeviceState
from server_stub.store.feed import Draft
from server_stub.store.people import User
from server_stub.workflow.rules import Findings
from server_stub.workflow.service import Sender, WorkflowService
from sidumba_field.core.ids import derived_id, new_id
from sidumba_field.core.records import FeedKind, Op, OpAnswer, OpKind, OpStatus, Record, content_sha256
from sidumba_field.core.time import FixedClock, iso
from sidumba_field.core.workflow import Grant, Workflow
from sidumba_field.seal.signing import SigningKey
from tests.helpers.server import CHEAP

ORACLE = Path(__file__).parent.parent / "oracle" / "workflows.csv"
NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
PROGRAM = "sidumba"
OWN_GUARDS = ("kbli_coded", "nik_complete")
DESA, DESA_2, KECAMATAN, KABUPATEN = "63.11.02.2005", "63.11.02.2001", "63.11.02", "63.11"
UNITS = {DESA: "Halong", DESA_2: "Hauwai", KECAMATAN: "Halong", KABUPATEN: "Kabupaten Balangan"}
ROLES = {
    "petugas": DESA,
    "admin_desa": DESA,
    "admin_kecamatan": KECAMATAN,
    "verifikator_kabupaten": KABUPATEN,
    "kepala_dinas": KABUPATEN,
    "operator_server": KABUPATEN,
}
_FILE = re.compile(r"^[0-9a-f]{64}\.[a-z]{3}$")


@cache
def oracle(program: str = PROGRAM) -> tuple[dict[str, str], ...]:
    with ORACLE.open(encoding="utf-8", newline="") as file:
        return tuple(row for row in csv.DictReader(file) if row["program"] == program)


@dataclass
class PlainRules:
    """Rules of the oracle's table, with words instead of a form."""

    id: str = PROGRAM
    workflow: Workflow = field(default_factory=lambda: Workflow.from_rows(oracle(), OWN_GUARDS))
    content_sha256: str = "0" * 64
    versions: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: {"umkm": ("1",)})
    judged: int = 0
    batch_level: int = 3
    zone: tzinfo = timezone(timedelta(hours=8))
    place_path: str = "desa"
    specific: frozenset[str] = frozenset({"rahasia", "baris/rahasia"})
    trusted_roles: frozenset[str] = frozenset(ROLES)

    def knows(self, form: str, version: str) -> bool:
        return version in self.versions.get(form, ())

    def judge(self, form: str, version: str, fields: Mapping[str, str]) -> Findings:
        self.judged += 1
        asked = [path for path in fields if not path.startswith("@")]
        wrong = tuple(sorted(path for path in asked if path.endswith("salah")))
        odd = tuple(sorted(p for p in asked if p.endswith("ragu") and not fields.get(f"@reason/{p}")))
        files = tuple(sorted(v for v in fields.values() if _FILE.match(v)))
        total = fields.get("angka", "") * 2
        worked = {"hitung": total or None} if fields.get("hitung", "") != total else {}
        return Findings(wrong, odd, files, worked)

    def facts(
        self, form: str, version: str, fields: Mapping[str, str], words: Iterable[str]
    ) -> Mapping[str, bool]:
        return {word: fields.get(word) != "tidak" for word in words if word in OWN_GUARDS}

    def group_of(self, form: str, path: str) -> str | None:
        return "omzet" if path.startswith("omzet/") else None

    def is_worked_out(self, form: str, path: str) -> bool:
        return path == "hitung"

    def step_fields(self, command: str) -> frozenset[str]:
        return frozenset({"kbli"}) if command == "validasi" else frozenset()

    def signed_papers(self, subject: str) -> frozenset[str]:
        return frozenset({"lembar"}) if subject == "batch" else frozenset()


@dataclass
class Person:
    """Somebody with a key on the one laptop of these tests."""

    id: str
    role: str
    key: SigningKey


@dataclass
class Office:
    """Database, service, people and one laptop. Everything a test of the workflow needs, without HTTP."""

    database: Database
    clock: FixedClock
    rules: PlainRules
    service: WorkflowService
    accounts: Accounts
    device: str
    people: dict[str, Person]
    dseq: int = 0

    @classmethod
    def set_up(cls, database: Database) -> Office:
        clock, rules = FixedClock(NOON), PlainRules()
        with database.write() as work:
            work.scopes.put_units(UNITS)
            for unit in UNITS:
                work.scopes.ensure(PROGRAM, unit)
        accounts = Accounts(database, Passwords(CHEAP), clock)
        service = WorkflowService(database, {PROGRAM: rules}, clock)
        office = cls(database, clock, rules, service, accounts, new_id(clock), {})
        with database.write() as work:
            work.devices.add(_laptop(office.device, clock))
        for role, unit in ROLES.items():
            office.hire(role, role, unit)
        return office

    def hire(self, username: str, role: str, unit: str, **bounds: str) -> Person:
        account = User("", username, username.title(), "", "", unit, "", True, "")
        grants = (Grant(role, PROGRAM, unit, **bounds),)
        user = self.accounts.add_user(account, "kata sandi " + username, grants)
        person = Person(user, role, SigningKey.generate())
        with self.database.write() as work:
            work.people.add_key(user, self.device, person.key.public_hex, iso(self.clock.now()))
        self.people[username] = person
        return person

    def vid(self, unit: str = DESA) -> str:
        return derived_id("scope", PROGRAM, unit)

    def new_id(self) -> str:
        self.clock.advance(0.001)
        return new_id(self.clock)

    def op(self, kind: OpKind, by: str, rid: str, **members: Any) -> Op:
        self.dseq += 1
        given = {
            "vid": self.vid(),
            "program": PROGRAM,
            "subject": "record",
            "form": "umkm",
            "form_v": "1",
            "at": "2026-11-21T04:00:00.000Z",
            "dseq": self.dseq,
            **members,
        }
        return Op(op=self.new_id(), rid=rid, kind=kind, by=self.people[by].id, **given)

    def edit(self, by: str, rid: str, change: Mapping[str, str | None], base: int = 0, **members: Any) -> Op:
        return self.op(OpKind.EDIT, by, rid, set=dict(change), base_rev=base, **members)

    def step(self, by: str, rid: str, command: str, stored: Record | None = None, **members: Any) -> Op:
        """A signed step that names exactly what is stored now, unless ``members`` say otherwise."""
        record = stored or self.record(rid)
        seen: dict[str, Any] = {}
        if record is not None:
            seen = {
                "expect_state": record.state,
                "expect_rev": record.rev,
                "content_sha256": record.content_sha256,
                "subject": record.subject,
                "vid": record.vid,
                "form": record.form,
                "form_v": record.form_v,
            }
        kind = OpKind.TOMBSTONE if command == "hapus" else OpKind.TRANSITION
        return self.signed(self.op(kind, by, rid, command=command, **{**seen, **members}), by)

    def batch(self, by: str, command: str, rids: Iterable[str], rid: str = "", **members: Any) -> Op:
        listed = []
        for one in sorted(rids):
            record = self.stored(one)
            listed.append({"rid": one, "vid": record.vid, "rev": record.rev, "sha": record.content_sha256})
        given = {
            "vid": self.vid(KECAMATAN),
            "subject": "batch",
            "form": "",
            "form_v": "",
            "expect_state": "tervalidasi",
            "members": tuple(listed),
            **members,
        }
        return self.signed(self.op(OpKind.TRANSITION, by, rid or self.new_id(), command=command, **given), by)

    def open_period(self, label: str = "2026", by: str = "verifikator_kabupaten") -> Op:
        given = {
            "vid": self.vid(KABUPATEN),
            "subject": "period",
            "form": "",
            "form_v": "",
            "command": "buka",
            "expect_state": "-",
            "set": {"label": label},
            "content_sha256": content_sha256("", "", {"label": label}),
        }
        return self.signed(self.op(OpKind.TRANSITION, by, self.new_id(), **given), by)

    def signed(self, op: Op, by: str) -> Op:
        return op.with_(sig=self.people[by].key.sign(op.decision_bytes()))

    @property
    def sender(self) -> Sender:
        return Sender(self.device, frozenset(person.id for person in self.people.values()))

    def send(self, *ops: Op) -> list[OpAnswer]:
        return self.service.receive([op.payload() for op in ops], self.sender)

    def do(self, op: Op) -> OpAnswer:
        return self.send(op)[0]

    def must(self, op: Op) -> OpAnswer:
        answer = self.do(op)
        assert answer.st in (OpStatus.APPLIED, OpStatus.MERGED), answer
        return answer

    def record(self, rid: str) -> Record | None:
        with self.database.read() as work:
            return work.records.get(rid)

    def stored(self, rid: str) -> Record:
        record = self.record(rid)
        assert record is not None
        return record

    def put(self, record: Record, *more: Record) -> Record:
        """Place records as if they had come this far; only tests may."""
        with self.database.write() as work:
            for one in (record, *more):
                work.records.add(one)
        return record

    def at_state(
        self, state: str, owner: str = "petugas", authors: Iterable[str] = (), **changes: Any
    ) -> Record:
        """A stored record that has come as far as ``state``."""
        return self.put(self.imagine(state, owner, authors, **changes))

    def tell(self, record: Record) -> Record:
        """Write the entry a placed record would have begun with, for what compares records with their history."""
        said = {"command": "buat", "set": dict(record.fields), "state": record.state, "owner": record.owner}
        named = {name: getattr(record, name) for name in ("program", "subject", "form", "form_v", "period")}
        draft = Draft(record.vid, record.rid, record.rev, FeedKind.EDIT, "", record.owner, {**said, **named})
        with self.database.write() as work:
            work.feed.append([draft], iso(self.clock.now()))
        return record

    def imagine(
        self, state: str, owner: str = "petugas", authors: Iterable[str] = (), **changes: Any
    ) -> Record:
        """The same, not stored yet."""
        names = set(authors) or {owner}
        given = {
            "rid": self.new_id(),
            "vid": self.vid(),
            "subject": "record",
            "form": "umkm",
            "form_v": "1",
            "fields": {"nama": "Keripik"},
            "period": "2026",
            **changes,
        }
        return Record(
            program=PROGRAM,
            state=state,
            rev=1,
            field_revs=dict.fromkeys(given["fields"], 1),
            owner=self.people[owner].id,
            authors=frozenset(self.people[name].id for name in names),
            created_at=iso(self.clock.now()),
            changed_at=iso(self.clock.now()),
            **given,
        )


def _laptop(device: str, clock: FixedClock) -> Device:
    at = iso(clock.now())
    key = SigningKey.generate().public_hex
    return Device(device, "Laptop", DESA, key, device, DeviceState.ACTIVE, 0, 0, 0, "", "", at, at)
