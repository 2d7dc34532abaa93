"""Figures over many records at once: how many stand where, since when, what began in which week, what steps took.

Everything here is counted by the engine over narrow indexes; no answer of a record is decoded. What a figure means
(which states are one desk, what counts as late) is the program's business and decided in services.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from sidumba_field.store import codec, lines
from sidumba_field.store.database import Database
from sidumba_field.store.tables import CARD, CARD_LINE, FEED, RECORD, SCOPE, WORD


@dataclass(frozen=True, slots=True)
class Standing:
    """``count`` records of a scope stand in ``state``; ``oldest``: the change that lies furthest back; ``explained``:
    how many carry the reason of a warning.

    ``begun``/``moved``: how many of them were begun / last changed at or after each instant asked for.
    """

    vid: str
    state: str
    count: int
    oldest: datetime
    explained: int = 0
    begun: tuple[int, ...] = ()
    moved: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the workflow as the feed tells it. ``came``: when the server learnt of the state it left, "" when
    that lies before what this laptop knows; ``at``: the deciding laptop's time, ``server_time``: when it arrived."""

    vid: str
    seq: int
    rid: str
    command: str
    left: str
    entered: str
    actor: str
    at: str
    server_time: str
    came: str


_STEPS = sa.text(
    """
    SELECT feed.vid, feed.seq, feed.rid, feed.actor, feed.server_time,
           json_extract(feed.payload, '$.command') AS command,
           json_extract(feed.payload, '$.from') AS "left",
           json_extract(feed.payload, '$.to') AS entered,
           coalesce(json_extract(feed.payload, '$.at'), feed.server_time) AS at,
           coalesce((SELECT before.server_time FROM feed AS before
                     WHERE before.rid = feed.rid AND before.seq < feed.seq AND before.vid = feed.vid
                       AND (before.kind = 'transition' OR before.rev = 1)
                     ORDER BY before.seq DESC LIMIT 1), '') AS came
    FROM json_each(:cursors) AS read
    JOIN feed ON feed.vid = read.key AND feed.seq > read.value
    WHERE feed.kind = 'transition' AND feed.payload IS NOT NULL
      AND json_extract(feed.payload, '$.subject') = :subject
    ORDER BY feed.vid, feed.seq LIMIT :most
    """
)


class Figures:
    """Repository of counts; the questions behind Beranda of who decides and behind Dasbor."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def standing(
        self,
        program: str,
        vids: Sequence[str],
        since: Sequence[datetime] = (),
        begun: Sequence[datetime] = (),
    ) -> list[Standing]:
        """Return how many records stand where, per scope and state. ``begun``/``since``: instants, for how many of them
        were begun / last changed at or after each. One walk over the narrow rows of lists, whatever is asked.
        """
        kind = sa.select(WORD.c.n).where(WORD.c.text == lines.kind_of(program, "record")).scalar_subquery()
        counts: list[sa.ColumnElement[Any]] = [
            sa.func.count(),
            sa.func.min(CARD.c.changed),
            sa.func.sum(CARD.c.reasons > 0, type_=sa.Integer),
        ]
        for column, instants in ((CARD.c.begun, begun), (CARD.c.changed, since)):
            counts += [sa.func.sum(column >= _millis(instant), type_=sa.Integer) for instant in instants]
        counted = (
            sa.select(CARD.c.place, CARD.c.state, *counts)
            .where(CARD.c.kind == kind)
            .group_by(CARD.c.place, CARD.c.state)
        )
        wanted, asked = set(vids), len(begun)
        with self._db.read() as connection:
            rows = connection.execute(counted).all()
            named = {row.n: row.text for row in connection.execute(sa.select(WORD.c.n, WORD.c.text))}
        return [
            Standing(
                named[row[0]],
                named[row[1]],
                row[2],
                datetime.fromtimestamp(row[3] / 1000, UTC),
                row[4],
                begun=tuple(row[5 : 5 + asked]),
                moved=tuple(row[5 + asked :]),
            )
            for row in rows
            if named[row[0]] in wanted
        ]

    def remarked(self, program: str, states: Sequence[str], limit: int) -> list[tuple[str, tuple[str, ...]]]:
        """Return (scope, paths remarked on) of the ``limit`` records that came into ``states`` last."""
        found: list[tuple[str, str, tuple[str, ...]]] = []
        with self._db.read() as connection:
            for state in states:
                query = (
                    sa.select(
                        RECORD.c.vid, RECORD.c.changed_at, sa.func.json_extract(RECORD.c.base, "$.remarks")
                    )
                    .where(RECORD.c.program == program, RECORD.c.subject == "record", RECORD.c.state == state)
                    .order_by(RECORD.c.changed_at.desc(), RECORD.c.rid.desc())
                    .limit(limit)
                )
                for vid, at, remarks in connection.execute(query):
                    paths = tuple(str(remark["path"]) for remark in codec.load(remarks or "[]"))
                    found.append((at, vid, paths))
        found.sort(reverse=True)
        return [(vid, paths) for _, vid, paths in found[:limit]]

    def members(
        self, program: str, rids: Sequence[str], paths: Sequence[str]
    ) -> tuple[int, list[tuple[str, ...]]]:
        """Return how many of these records carry the reason of a warning, and per record the answers of ``paths``.

        Only answers that are columns of the program's list are known here; others are empty.
        """
        with self._db.read() as connection:
            slots = _slots(connection, program)
            columns = [slots.get(path, sa.literal("")) for path in paths]
            asked = sa.func.json_each(codec.dump(list(rids))).table_valued("value")
            query = (
                sa.select(CARD.c.reasons > 0, *columns)
                .select_from(asked)
                .join(RECORD, RECORD.c.rid == asked.c.value)
                .join(CARD, CARD.c.n == RECORD.c.n)
                .join(CARD_LINE, CARD_LINE.c.n == RECORD.c.n)
            )
            rows = connection.execute(query).all()
        return sum(row[0] for row in rows), [tuple(cell or "" for cell in row[1:]) for row in rows]

    def alike(self, program: str, path: str, states: Sequence[str]) -> list[tuple[str, ...]]:
        """Return, per answer of ``path`` that more than one record in ``states`` gives, the scopes of those records.

        Empty when the answer is no column of the program's list.
        """
        with self._db.read() as connection:
            slot = _slots(connection, program).get(path)
            if slot is None:
                return []
            known = lines.numbers(connection, [lines.kind_of(program, "record"), *states])
            here = sa.and_(
                CARD.c.kind == known.get(lines.kind_of(program, "record"), 0),
                CARD.c.state.in_([known[state] for state in states if state in known]),
            )
            joined = CARD.join(CARD_LINE, CARD_LINE.c.n == CARD.c.n)
            many = (
                sa.select(slot)
                .select_from(joined)
                .where(here, slot != "")
                .group_by(slot)
                .having(sa.func.count() > 1)
            )
            query = sa.select(slot, CARD.c.place).select_from(joined).where(here, slot.in_(many))
            found: dict[str, list[int]] = {}
            for value, place in connection.execute(query):
                found.setdefault(value, []).append(place)
            named = lines.spelled(connection, {place for places in found.values() for place in places})
        return [tuple(named[place] for place in places) for places in found.values()]

    def heard(self) -> dict[str, str]:
        """Return per scope the server time of the newest entry read, "" for a feed without one here."""
        newest = (
            sa.select(FEED.c.server_time)
            .where(FEED.c.vid == SCOPE.c.vid)
            .order_by(FEED.c.seq.desc())
            .limit(1)
            .scalar_subquery()
        )
        with self._db.read() as connection:
            return {row[0]: row[1] or "" for row in connection.execute(sa.select(SCOPE.c.vid, newest))}

    def steps(self, cursors: Mapping[str, int], most: int, subject: str = "record") -> list[Step]:
        """Return up to ``most`` steps beyond ``cursors`` (scope -> sequence number read), per scope in order."""
        asked = {"cursors": codec.dump(dict(cursors)), "most": most, "subject": subject}
        with self._db.read() as connection:
            return [Step(**row) for row in connection.execute(_STEPS, asked).mappings()]


def _slots(connection: sa.Connection, program: str) -> dict[str, sa.Column[Any]]:
    """Return path -> column of the narrow rows that holds its answers."""
    spec = lines.spec_of(connection, program)
    paths = spec.columns if spec is not None else ()
    return {path: CARD_LINE.c[f"c{number}"] for number, path in enumerate(paths, start=1)}


def _millis(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)
