"""An office as data: units, people, rights. A sample office is one such file in a program's folder."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server_stub.auth.accounts import Accounts
from server_stub.store.database import Database
from server_stub.store.people import User
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.ids import derived_id
from sidumba_field.core.workflow import Grant


@dataclass(frozen=True, slots=True)
class SamplePerson:
    """One account with its passphrase; only a sample ever has one in a file."""

    username: str
    passphrase: str
    name: str
    role: str
    unit: str
    position: str
    nip: str


@dataclass(frozen=True, slots=True)
class SampleOffice:
    """What one sample.toml says. ``period``: label and unit of the period that is open."""

    program: str
    office: str
    units: dict[str, str]
    people: tuple[SamplePerson, ...]
    period: str
    period_unit: str


def read_sample(program: str, path: Path) -> SampleOffice:
    """Read a sample office; raise ``program.unreadable`` or ``program.bad_value``."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise SidumbaError("program.unreadable", file=path.name, reason=str(error)) from error
    try:
        return SampleOffice(
            program=program,
            office=str(raw["office"]),
            units={str(code): str(name) for code, name in raw["units"].items()},
            people=tuple(_person(one) for one in raw["accounts"]),
            period=str(raw["period"]["label"]),
            period_unit=str(raw["period"]["unit"]),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise SidumbaError("program.bad_value", where=path.name, field=str(error), value="") from None


def _person(raw: dict[str, Any]) -> SamplePerson:
    return SamplePerson(**{name: str(raw[name]) for name in SamplePerson.__slots__})


def settle(database: Database, accounts: Accounts, sample: SampleOffice) -> None:
    """Put a sample office into a database; what is there already stays as it is."""
    with database.write() as work:
        work.scopes.put_fact_once("office", sample.office)
        work.scopes.put_units(sample.units)
        for unit in sample.units:
            work.scopes.ensure(sample.program, unit)
    for person in sample.people:
        account = User(
            id=derived_id("sample", person.username),
            username=person.username,
            name=person.name,
            position=person.position,
            nip=person.nip,
            unit=person.unit,
            password_hash="",
            active=True,
            created_at="",
        )
        with database.read() as work:
            is_there = work.people.by_username(person.username) is not None
        if not is_there:
            grant = Grant(person.role, sample.program, person.unit)
            accounts.add_user(account, person.passphrase, (grant,))
