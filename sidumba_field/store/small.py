"""The small repositories: settings, people, users of this laptop, receipts, access log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from sidumba_field.core.time import Clock, iso
from sidumba_field.store import codec
from sidumba_field.store.database import Database
from sidumba_field.store.tables import ACCESS_LOG, LOCAL_USER, META, PERSON, RECEIPT
from sidumba_field.store.values import AccessRow, LocalUser, LogEntry, Receipt

#: Row of ``meta``: number of the last line of the access log the server holds.
ACCESS_SENT = "access.sent"


def read_meta(connection: sa.Connection, key: str) -> str | None:
    return connection.execute(sa.select(META.c.value).where(META.c.key == key)).scalar_one_or_none()


def write_meta(connection: sa.Connection, key: str, value: str) -> None:
    row = insert(META).values(key=key, value=value)
    connection.execute(row.on_conflict_do_update(index_elements=[META.c.key], set_={"value": value}))


def write_log(
    connection: sa.Connection, at: str, user: str, event: str, detail: Mapping[str, object]
) -> None:
    connection.execute(
        sa.insert(ACCESS_LOG).values(at=at, user=user, event=event, detail=codec.dump(dict(detail)))
    )


class Meta:
    """Single values by name: device id, epoch, server url, keys, lease, ..."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def get(self, key: str) -> str | None:
        with self._db.read() as connection:
            return read_meta(connection, key)

    def set(self, key: str, value: str) -> None:
        with self._db.write() as connection:
            write_meta(connection, key, value)

    def all(self) -> dict[str, str]:
        with self._db.read() as connection:
            return {row.key: row.value for row in connection.execute(sa.select(META.c.key, META.c.value))}


class People:
    """Names of everybody who appears in the scopes, for showing who did what."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def name(self, user_id: str) -> str:
        """Return the name, or the id itself when it is unknown."""
        found = sa.select(PERSON.c.name).where(PERSON.c.user_id == user_id)
        with self._db.read() as connection:
            return connection.execute(found).scalar_one_or_none() or user_id

    def upsert(self, names: Mapping[str, str]) -> None:
        with self._db.write() as connection:
            for user_id, name in names.items():
                row = insert(PERSON).values(user_id=user_id, name=name)
                connection.execute(
                    row.on_conflict_do_update(index_elements=[PERSON.c.user_id], set_={"name": name})
                )


class Users:
    """People who may open this laptop, with their grants as the server last sent them."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def get(self, user_id: str) -> LocalUser | None:
        return next(iter(self._select(LOCAL_USER.c.user_id == user_id)), None)

    def all(self) -> list[LocalUser]:
        return self._select(sa.true())

    def _select(self, condition: sa.ColumnElement[bool]) -> list[LocalUser]:
        found = sa.select(LOCAL_USER).where(condition).order_by(LOCAL_USER.c.username)
        with self._db.read() as connection:
            rows = connection.execute(found).mappings().all()
        return [LocalUser(**{**row, "grants": tuple(codec.load(row["grants"]))}) for row in rows]

    def upsert(self, user: LocalUser) -> None:
        values = {name: getattr(user, name) for name in LocalUser.__slots__}
        values["grants"] = codec.dump([dict(grant) for grant in user.grants])
        row = insert(LOCAL_USER).values(values)
        with self._db.write() as connection:
            connection.execute(row.on_conflict_do_update(index_elements=[LOCAL_USER.c.user_id], set_=values))


class Receipts:
    """What the server has signed for."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def all(self) -> list[Receipt]:
        """Return the receipts, newest first."""
        found = sa.select(RECEIPT).order_by(RECEIPT.c.at.desc(), RECEIPT.c.number.desc())
        with self._db.read() as connection:
            return [Receipt(**row) for row in connection.execute(found).mappings()]


class AccessLog:
    """Who signed in, exported, printed, discarded: kept on the laptop, inside the encryption."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._db = database
        self._clock = clock

    def add(self, event: str, user: str = "", **detail: object) -> None:
        with self._db.write() as connection:
            write_log(connection, iso(self._clock.now()), user, event, detail)

    def rows(self, limit: int = 200) -> list[LogEntry]:
        """Return the latest lines, newest first."""
        found = sa.select(ACCESS_LOG).order_by(ACCESS_LOG.c.n.desc()).limit(limit)
        with self._db.read() as connection:
            rows: Iterable[codec.Row] = connection.execute(found).mappings().all()
        return [LogEntry(row["at"], row["user"], row["event"], codec.load(row["detail"])) for row in rows]

    def unsent(self, limit: int) -> list[AccessRow]:
        """Return the oldest lines the server has not signed for, in order. Lines about nobody's data are among them;
        what travels of each is decided where they are sent."""
        found = (
            sa.select(ACCESS_LOG).where(ACCESS_LOG.c.n > self._sent()).order_by(ACCESS_LOG.c.n).limit(limit)
        )
        with self._db.read() as connection:
            rows = connection.execute(found).mappings().all()
        return [
            AccessRow(row["n"], row["at"], row["user"], row["event"], codec.load(row["detail"]))
            for row in rows
        ]

    def sent(self, upto: int) -> None:
        """Note that the server holds every line up to number ``upto``; never goes back."""
        with self._db.write() as connection:
            if upto > int(read_meta(connection, ACCESS_SENT) or 0):
                write_meta(connection, ACCESS_SENT, str(upto))

    def _sent(self) -> int:
        with self._db.read() as connection:
            return int(read_meta(connection, ACCESS_SENT) or 0)
