"""A person had his data erased (UU 27/2022 article 8): what this laptop holds of the record goes the same way.

The server's tombstone says so, or a snapshot that brings the record empty. What stays is what the chain needs: ids,
states, revisions, times, who acted, hashes. Values go from entries, those set aside among them, from own ops, drafts,
proposals and the access log; files nobody else refers to are named for the shelf to drop. The pages they lay on are
written anew by ``Store.scrub``, because a deleted row leaves its bytes behind until something else takes the place.
"""

from __future__ import annotations

import json
import re

import sqlalchemy as sa

from sidumba_field.store.small import read_meta, write_meta
from sidumba_field.store.tables import (
    ACCESS_LOG,
    CHOICE,
    FEED,
    FEED_LOST,
    FILE,
    FILE_LINK,
    JOURNAL,
    OUTBOX,
    PREDICTION,
    PROPOSAL,
    RECORD,
    SNAPSHOT,
)

#: Rows of ``meta``: hashes of files to drop from the shelf, and that pages have to be written anew.
SHRED, SCRUB = "erase/files", "erase/pages"
_NAME = re.compile(r'"([0-9a-f]{64})\.[a-z0-9]{1,8}"')
_DROP_LINE = "DELETE FROM fill_line WHERE n IN (SELECT n FROM record WHERE rid = ?)"


def erase(connection: sa.Connection, rid: str) -> None:
    """Take every value of ``rid`` out of this laptop but for its base, which the entry itself has emptied."""
    lonely = _lonely_files(connection, rid)
    connection.execute(sa.update(FEED).where(FEED.c.rid == rid).values(payload=None, salt=""))
    lost = sa.func.json_extract(FEED_LOST.c.entry, "$.rid") == rid
    emptied = sa.func.json_set(FEED_LOST.c.entry, "$.payload", None, "$.salt", "")
    connection.execute(sa.update(FEED_LOST).where(lost).values(entry=emptied))
    connection.execute(sa.update(SNAPSHOT).where(SNAPSHOT.c.rid == rid).values(fields="{}"))
    ops = sa.select(OUTBOX.c.op).where(OUTBOX.c.rid == rid)
    proposed = sa.select(PROPOSAL.c.op).where(PROPOSAL.c.rid == rid)
    connection.execute(sa.delete(PREDICTION).where(PREDICTION.c.op.in_(ops)))
    connection.execute(sa.delete(CHOICE).where(CHOICE.c.op.in_(proposed)))
    for table in (OUTBOX, PROPOSAL, JOURNAL):
        connection.execute(sa.delete(table).where(table.c.rid == rid))
    told = sa.func.json_extract(ACCESS_LOG.c.detail, "$.rid") == rid
    without = sa.func.json_remove(ACCESS_LOG.c.detail, "$.set")
    connection.execute(sa.update(ACCESS_LOG).where(told).values(detail=without))
    connection.exec_driver_sql(_DROP_LINE, (rid,))
    _drop_files(connection, rid, lonely)
    write_meta(connection, SCRUB, "1")


def _lonely_files(connection: sa.Connection, rid: str) -> list[str]:
    """Return the hashes of files this record named at any time, and no other record does."""
    texts: list[str | None] = []
    for column in (RECORD.c.fields, RECORD.c.base, FEED.c.payload, OUTBOX.c.payload, SNAPSHOT.c.fields):
        texts += connection.execute(sa.select(column).where(column.table.c.rid == rid)).scalars()
    named = {sha for text in texts if text for sha in _NAME.findall(text)}
    named |= {
        value.partition(".")[0]
        for value in connection.execute(sa.select(JOURNAL.c.value).where(JOURNAL.c.rid == rid)).scalars()
        if value and _NAME.fullmatch(f'"{value}"')
    }
    linked = sa.select(FILE_LINK.c.sha).where(FILE_LINK.c.rid == rid)
    named |= set(connection.execute(linked).scalars())
    return sorted(sha for sha in named if not _named_elsewhere(connection, rid, sha))


def _named_elsewhere(connection: sa.Connection, rid: str, sha: str) -> bool:
    places = (
        sa.select(sa.literal(1)).where(RECORD.c.rid != rid, sa.func.instr(RECORD.c.fields, sha) > 0),
        sa.select(sa.literal(1)).where(FILE_LINK.c.rid != rid, FILE_LINK.c.sha == sha),
        sa.select(sa.literal(1)).where(JOURNAL.c.rid != rid, sa.func.instr(JOURNAL.c.value, sha) > 0),
    )
    return any(connection.execute(place.limit(1)).first() is not None for place in places)


def _drop_files(connection: sa.Connection, rid: str, shas: list[str]) -> None:
    connection.execute(sa.delete(FILE_LINK).where(FILE_LINK.c.rid == rid))
    connection.execute(sa.delete(FILE).where(FILE.c.sha.in_(shas)))
    if shas:
        waiting = {*to_shred(connection), *shas}
        write_meta(connection, SHRED, json.dumps(sorted(waiting)))


def to_shred(connection: sa.Connection) -> list[str]:
    """Return the hashes of files the shelf has to drop."""
    return [str(sha) for sha in json.loads(read_meta(connection, SHRED) or "[]")]


def shredded(connection: sa.Connection, sha: str) -> None:
    """Note that a file is gone from the shelf."""
    write_meta(connection, SHRED, json.dumps([one for one in to_shred(connection) if one != sha]))


def is_emptied(form: str, fields: object) -> bool:
    """Tell whether a record as the server holds it was erased: a filled form without a single answer, its period and
    place included."""
    return bool(form) and not fields
