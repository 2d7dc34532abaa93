"""A desk without a window: a laptop folder with a real encrypted store, people of one village, no network."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from sidumba_field import programs
from sidumba_field.attachments import Shelf
from sidumba_field.core.ids import derived_id, new_id
from sidumba_field.core.time import FixedClock
from sidumba_field.programs import Program
from sidumba_field.seal.signing import SigningKey
from sidumba_field.services.desk import Desk, Seat
from sidumba_field.store import LocalUser, Store, open_store

NOW = datetime(2026, 11, 20, 1, 41, 12, tzinfo=UTC)
VILLAGE = "63.11.02.2005"


@cache
def any_program() -> Program:
    """Return the first shipped program."""
    return next(iter(programs.shipped().values()))


class Office:
    """A laptop at which several people can sit down in turn. ``people``: username -> seat."""

    def __init__(self, folder: Path, *, clock: FixedClock | None = None) -> None:
        self.clock = clock or FixedClock(NOW)
        self.program = any_program()
        self.key = os.urandom(32)
        self.store: Store = open_store(folder, self.key, self.clock)
        self.shelf = Shelf(folder / "attachments", self.key)
        self.desk = Desk(folder, {self.program.id: self.program}, self.clock, zone=self.program.office.zone)
        for code, name in (
            ("63.11", "Kabupaten Balangan"),
            ("63.11.02", "Kecamatan Halong"),
            (VILLAGE, "Desa Halong"),
            ("63.11.02.2002", "Desa Bangkal"),
        ):
            self.store.scopes.upsert(self.vid(code), self.program.id, code, name)

    def vid(self, unit: str) -> str:
        return derived_id("scope", self.program.id, unit)

    def sit(self, name: str, role: str, unit: str = VILLAGE) -> Desk:
        """Let somebody sit down; the same name is the same person."""
        user_id = derived_id("user", name)
        grant = {"role": role, "program": self.program.id, "unit": unit}
        user = LocalUser(user_id, name.lower(), name, role, "", unit, unit, (grant,), "")
        self.store.users.upsert(user)
        self.store.people.upsert({user_id: name})
        self.desk.seated = Seat(user, SigningKey.generate(), self.store, self.shelf, data_key=self.key)
        return self.desk

    def new_id(self) -> str:
        return new_id(self.clock)

    def close(self) -> None:
        self.store.close()
