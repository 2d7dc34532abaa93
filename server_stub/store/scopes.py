"""Units, scopes and the facts about this server: which feeds exist, where their heads stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, bindparam, or_, select, update
from sqlalchemy.engine import Connection, Row

from server_stub.store.dialect import insert_once
from server_stub.store.tables import HEAD, META, UNIT
from sidumba_field.core.ids import derived_id
from sidumba_field.core.records import GENESIS

#: Fact: when this server was restored from a backup, ISO; never written on one that was not.
RESTORED = "restored_at"


@dataclass(frozen=True, slots=True)
class Scope:
    """One feed: the data of one program in one unit, and the head of its chain."""

    vid: str
    program: str
    unit: str
    seq: int
    hash: str


_GET = select(HEAD).where(HEAD.c.vid == bindparam("vid"))


def scope_id(program: str, unit: str) -> str:
    """Return the id of a scope; laptops derive the same one offline."""
    return derived_id("scope", program, unit)


def under(code: str) -> ColumnElement[bool]:
    """Return the condition "the scope's unit lies under ``code``", by whole segments; "" is above all."""
    if code == "":
        return HEAD.c.unit.is_not(None)
    return or_(HEAD.c.unit == code, HEAD.c.unit.startswith(code + ".", autoescape=True))


def _scope(row: Row[tuple[str, str, str, int, str]]) -> Scope:
    return Scope(row.vid, row.program, row.unit, row.seq, row.hash)


class Scopes:
    """Repository of units, scopes and server facts."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def get(self, vid: str) -> Scope | None:
        row = self._db.execute(_GET, {"vid": vid}).one_or_none()
        return None if row is None else _scope(row)

    def many(self, vids: Iterable[str]) -> dict[str, Scope]:
        wanted = sorted(set(vids))
        rows = self._db.execute(select(HEAD).where(HEAD.c.vid.in_(wanted)))
        return {row.vid: _scope(row) for row in rows}

    def all(self) -> list[Scope]:
        rows = self._db.execute(select(HEAD).order_by(HEAD.c.program, HEAD.c.unit))
        return [_scope(row) for row in rows]

    def covered(self, rights: Iterable[tuple[str, str]]) -> list[Scope]:
        """Return every scope under any of the (program, unit prefix) pairs, by program and unit."""
        wanted = [(HEAD.c.program == program) & under(unit) for program, unit in sorted(set(rights))]
        if not wanted:
            return []
        rows = self._db.execute(select(HEAD).where(or_(*wanted)).order_by(HEAD.c.program, HEAD.c.unit))
        return [_scope(row) for row in rows]

    def ensure(self, program: str, unit: str) -> str:
        """Open the feed of (program, unit) if there is none yet; return its vid."""
        vid = scope_id(program, unit)
        row = {"vid": vid, "program": program, "unit": unit, "seq": 0, "hash": GENESIS}
        insert_once(self._db, HEAD, [row])
        return vid

    def put_units(self, units: Mapping[str, str]) -> None:
        """Add units (code -> name); a known code takes the new name."""
        insert_once(self._db, UNIT, [{"code": code, "name": name} for code, name in sorted(units.items())])
        for code, name in units.items():
            self._db.execute(update(UNIT).where(UNIT.c.code == code).values(name=name))

    def unit_names(self, codes: Sequence[str] | None = None) -> dict[str, str]:
        """Return code -> name of all units, or of ``codes``."""
        query = select(UNIT)
        if codes is not None:
            query = query.where(UNIT.c.code.in_(sorted(set(codes))))
        return {row.code: row.name for row in self._db.execute(query)}

    def fact(self, key: str) -> str:
        """Return a fact about this server, "" when it was never written."""
        return self._db.execute(select(META.c.value).where(META.c.key == key)).scalar_one_or_none() or ""

    def put_fact(self, key: str, value: str) -> None:
        insert_once(self._db, META, [{"key": key, "value": value}])
        self._db.execute(update(META).where(META.c.key == key).values(value=value))

    def put_fact_once(self, key: str, value: str) -> None:
        """Write a fact that is drawn once and never changes by itself."""
        insert_once(self._db, META, [{"key": key, "value": value}])
