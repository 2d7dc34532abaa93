"""What went onto sticks and what came back: which ops and files are in which bundle, which replies were read.

Whether an op is answered is never written here: it stands in the outbox, and everything below is counted from there, so
that a stick, the line and a second stick can never tell different stories.
"""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from sidumba_field.core.records import OutboxState
from sidumba_field.store.database import Database
from sidumba_field.store.overlay import OPEN_STATES
from sidumba_field.store.small import read_meta, write_meta
from sidumba_field.store.tables import BUNDLE, BUNDLE_FILE, BUNDLE_OP, BUNDLE_REPLY, FILE, OUTBOX
from sidumba_field.store.values import BundleRow, FileState, OnStick, ReplyRow

_NUMBER = "bundle/number"
_OPEN = [state.value for state in OPEN_STATES]


class Bundles:
    """Repository of bundles written and replies read."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def next_number(self) -> int:
        """Draw the number of the next bundle; one whose writing was cut is not used again."""
        with self._db.write() as connection:
            number = int(read_meta(connection, _NUMBER) or "0") + 1
            write_meta(connection, _NUMBER, str(number))
        return number

    def last(self) -> str:
        """Return the id of the bundle written last, "" when there was none."""
        query = sa.select(BUNDLE.c.bundle).order_by(BUNDLE.c.number.desc()).limit(1)
        with self._db.read() as connection:
            return connection.execute(query).scalar_one_or_none() or ""

    def add(self, row: BundleRow, previous: str, sha: str, ops: Iterable[str], files: Iterable[str]) -> None:
        """Note a bundle that lies whole on a stick, with the ids of its ops and the hashes of its files."""
        values = {"bundle": row.bundle, "number": row.number, "previous": previous, "made_at": row.made_at}
        values |= {"sha": sha, "size": row.bytes, "ops": row.ops, "records": row.records, "files": row.files}
        with self._db.write() as connection:
            connection.execute(insert(BUNDLE).values(values).on_conflict_do_nothing())
            for table, name, members in ((BUNDLE_OP, "op", ops), (BUNDLE_FILE, "sha", files)):
                rows = [{"bundle": row.bundle, name: member} for member in dict.fromkeys(members)]
                if rows:
                    connection.execute(insert(table).on_conflict_do_nothing(), rows)

    def all(self) -> list[BundleRow]:
        """Return the bundles written here, the newest first."""
        with self._db.read() as connection:
            rows = connection.execute(sa.select(BUNDLE).order_by(BUNDLE.c.number.desc())).mappings().all()
            counted = _counted(connection)
            replies = _replies(connection)
        return [_row(row, counted.get(row["bundle"]), replies.get(row["bundle"])) for row in rows]

    def get(self, bundle: str) -> BundleRow | None:
        """Return one bundle written here."""
        return next((row for row in self.all() if row.bundle == bundle), None)

    def waiting(self) -> OnStick:
        """Return what is on sticks and has no answer yet."""
        open_ops = (
            sa.select(BUNDLE_OP.c.op, OUTBOX.c.rid)
            .select_from(BUNDLE_OP.join(OUTBOX, BUNDLE_OP.c.op == OUTBOX.c.op))
            .where(OUTBOX.c.state.in_(_OPEN))
            .distinct()
            .subquery()
        )
        counts = sa.select(sa.func.count(), sa.func.count(open_ops.c.rid.distinct())).select_from(open_ops)
        carried = sa.select(BUNDLE_FILE.c.sha).distinct()
        files = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(FILE.c.size), 0)).where(
            FILE.c.state == FileState.WAITING.value, FILE.c.sha.in_(carried)
        )
        newest = sa.select(sa.func.max(BUNDLE.c.made_at))
        with self._db.read() as connection:
            ops, records = connection.execute(counts).one()
            number, size = connection.execute(files).one()
            at = connection.execute(newest).scalar_one_or_none() or ""
        return OnStick(ops, records, number, size, at)

    def carried(self) -> frozenset[str]:
        """Return the hashes of files that are in some bundle already."""
        with self._db.read() as connection:
            return frozenset(connection.execute(sa.select(BUNDLE_FILE.c.sha).distinct()).scalars())

    def note_reply(self, reply: ReplyRow) -> bool:
        """Note a reply that was read to its end; False when it had been read before."""
        values = {name: getattr(reply, name) for name in ReplyRow.__slots__}
        with self._db.write() as connection:
            return (
                connection.execute(insert(BUNDLE_REPLY).values(values).on_conflict_do_nothing()).rowcount == 1
            )

    def replies(self) -> list[ReplyRow]:
        """Return the replies read here, the latest first."""
        query = sa.select(BUNDLE_REPLY).order_by(BUNDLE_REPLY.c.read_at.desc(), BUNDLE_REPLY.c.made_at.desc())
        with self._db.read() as connection:
            return [ReplyRow(**row) for row in connection.execute(query).mappings()]


def _counted(connection: sa.Connection) -> dict[str, tuple[int, str, str]]:
    """Return bundle -> (ops without an answer, instant of the last answer, code of a refusal) from the outbox."""
    is_open = sa.case((OUTBOX.c.state.in_(_OPEN), 1), else_=0)
    refused = sa.case((OUTBOX.c.state == OutboxState.REJECTED.value, OUTBOX.c.code), else_="")
    query = (
        sa.select(
            BUNDLE_OP.c.bundle, sa.func.sum(is_open), sa.func.max(OUTBOX.c.answered_at), sa.func.max(refused)
        )
        .select_from(BUNDLE_OP.join(OUTBOX, BUNDLE_OP.c.op == OUTBOX.c.op))
        .group_by(BUNDLE_OP.c.bundle)
    )
    return {bundle: (left, at, code) for bundle, left, at, code in connection.execute(query)}


def _replies(connection: sa.Connection) -> dict[str, tuple[str, str]]:
    """Return bundle -> (when its first reply was read, receipt)."""
    query = sa.select(BUNDLE_REPLY.c.answers, BUNDLE_REPLY.c.read_at, BUNDLE_REPLY.c.receipt)
    found: dict[str, tuple[str, str]] = {}
    for answers, at, receipt in connection.execute(query.order_by(BUNDLE_REPLY.c.read_at)):
        found.setdefault(answers, (at, receipt))
    return found


def _row(
    row: sa.RowMapping, counted: tuple[int, str, str] | None, reply: tuple[str, str] | None
) -> BundleRow:
    left, answered, code = counted or (0, "", "")
    read_at, receipt = reply or ("", "")
    # A bundle that asked for news alone is answered by its reply; one with work, when all of it has its answer.
    answered_at = "" if left else (answered if row["ops"] else "") or read_at
    return BundleRow(
        bundle=row["bundle"],
        number=row["number"],
        made_at=row["made_at"],
        ops=row["ops"],
        records=row["records"],
        files=row["files"],
        bytes=row["size"],
        answered_at=answered_at,
        waiting=left,
        code=code,
        receipt=receipt,
    )
