"""People: accounts, grants, and the public keys their decisions are verified with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, RowMapping, bindparam, or_, select, update
from sqlalchemy.engine import Connection

from server_stub.store.dialect import insert_once
from server_stub.store.tables import GRANT, USER, USER_KEY
from sidumba_field.core.ids import derived_id
from sidumba_field.core.workflow import Grant


@dataclass(frozen=True, slots=True)
class User:
    """One account. ``password_hash``: Argon2id in its own notation, "" = cannot sign in."""

    id: str
    username: str
    name: str
    position: str
    nip: str
    unit: str
    password_hash: str
    active: bool
    created_at: str


_GET = select(USER).where(USER.c.id == bindparam("user"))
_GRANTS = select(GRANT).where(GRANT.c.user == bindparam("user")).order_by(GRANT.c.id)
_KEYS = select(USER_KEY.c.key).where(USER_KEY.c.user == bindparam("user")).distinct().order_by(USER_KEY.c.key)


class People:
    """Repository of accounts, grants and keys."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def get(self, user: str) -> User | None:
        row = self._db.execute(_GET, {"user": user}).one_or_none()
        return None if row is None else User(**row._mapping)

    def by_username(self, username: str) -> User | None:
        row = self._db.execute(select(USER).where(USER.c.username == username)).one_or_none()
        return None if row is None else User(**row._mapping)

    def all(self) -> list[User]:
        return [User(**row._mapping) for row in self._db.execute(select(USER).order_by(USER.c.username))]

    def add(self, user: User) -> bool:
        """Add an account; False when id or user name is taken."""
        row = {name: getattr(user, name) for name in User.__slots__}
        return insert_once(self._db, USER, [row]) == 1

    def set_password(self, user: str, password_hash: str) -> None:
        self._db.execute(update(USER).where(USER.c.id == user).values(password_hash=password_hash))

    def set_active(self, user: str, active: bool) -> None:
        self._db.execute(update(USER).where(USER.c.id == user).values(active=active))

    def grant(self, user: str, grant: Grant) -> None:
        """Give a right; giving the same again changes nothing, unless it was ended meanwhile."""
        parts = [grant.role, grant.program, grant.unit, grant.valid_from, grant.valid_to, grant.acting_for]
        parts += [grant.acting_as] if grant.acting_as else []
        row = {name: getattr(grant, name) for name in Grant.__slots__}
        mine = derived_id("grant", user, *parts)
        if insert_once(self._db, GRANT, [{"id": mine, "user": user, **row}]) == 0:
            self._db.execute(update(GRANT).where(GRANT.c.id == mine).values(valid_to=grant.valid_to))

    def end_grants(self, user: str, role: str, program: str, unit: str, at: str) -> int:
        """End every right of this kind that has no end before ``at``; return how many. The rows stay as history."""
        kind = (GRANT.c.user == user, GRANT.c.role == role, GRANT.c.program == program, GRANT.c.unit == unit)
        is_open = or_(GRANT.c.valid_to == "", GRANT.c.valid_to > at)
        return self._db.execute(update(GRANT).where(*kind, is_open).values(valid_to=at)).rowcount

    def grants(self, user: str) -> tuple[Grant, ...]:
        rows = self._db.execute(_GRANTS, {"user": user})
        return tuple(_grant(row._mapping) for row in rows)

    def names_around(self, rights: Iterable[tuple[str, str]]) -> dict[str, str]:
        """Return user id -> name of everybody with a grant above or below any of the (program, unit) pairs."""
        wanted = [(GRANT.c.program == program) & _touches(unit) for program, unit in sorted(set(rights))]
        if not wanted:
            return {}
        joined = USER.join(GRANT, USER.c.id == GRANT.c.user)
        rows = self._db.execute(
            select(USER.c.id, USER.c.name).select_from(joined).where(or_(*wanted)).distinct()
        )
        return {row.id: row.name for row in rows}

    def add_key(self, user: str, device: str, key: str, at: str) -> None:
        insert_once(self._db, USER_KEY, [{"user": user, "device": device, "key": key, "added_at": at}])

    def keys(self, user: str) -> tuple[str, ...]:
        """Return every public key a person was activated with, on any laptop."""
        return tuple(self._db.execute(_KEYS, {"user": user}).scalars())

    def signs(self, user: str, device: str, key: str) -> bool:
        """Tell whether this key is one ``user`` was activated with on this laptop, and his account lives."""
        query = select(USER_KEY.c.key).where(
            USER_KEY.c.user == user, USER_KEY.c.device == device, USER_KEY.c.key == key
        )
        account = self.get(user)
        return account is not None and account.active and self._db.execute(query).first() is not None

    def on_device(self, device: str) -> frozenset[str]:
        """Return the ids of everybody who ever signed in on a laptop."""
        query = select(USER_KEY.c.user).where(USER_KEY.c.device == device)
        return frozenset(self._db.execute(query).scalars())


def _grant(row: RowMapping) -> Grant:
    return Grant(**{name: row[name] for name in Grant.__slots__})


def _touches(unit: str) -> ColumnElement[bool]:
    above = [unit[:place] for place, sign in enumerate(unit) if sign == "."]
    return or_(
        GRANT.c.unit.in_(["", unit, *above]),
        GRANT.c.unit.startswith(unit + "." if unit else "", autoescape=True),
    )
