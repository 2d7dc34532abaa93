"""Records: the present state of every subject. Saved by the workflow service alone."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Row, Select, bindparam, case, func, insert, select, update
from sqlalchemy.engine import Connection

from server_stub.store.scopes import under
from server_stub.store.tables import HEAD, RECORD
from sidumba_field.core.canonical import Spelled, canonical
from sidumba_field.core.records import Record, Remark, content_digest
from sidumba_field.core.standing import Line


def _json(value: Any) -> str:
    return canonical(value).decode()


def _record(row: Row[Any]) -> Record:
    return Record(
        rid=row.rid,
        vid=row.vid,
        program=row.program,
        subject=row.subject,
        form=row.form,
        form_v=row.form_v,
        state=row.state,
        rev=row.rev,
        fields=json.loads(row.fields),
        field_revs=json.loads(row.field_revs),
        owner=row.owner,
        authors=frozenset(json.loads(row.authors)),
        remarks=tuple(Remark(**remark) for remark in json.loads(row.remarks)),
        period=row.period,
        created_at=row.created_at,
        changed_at=row.changed_at,
    )


def revs_text(revs: Mapping[str, int]) -> str:
    """Spell revisions of fields; those of a new record are one and the same, and need no look at each."""
    if len(set(revs.values())) == 1:
        (rev,) = set(revs.values())
        end = f'":{rev}'
        text = f'{end},"'.join(sorted(revs))
        if text.isprintable() and "\\" not in text and text.count('"') == 2 * (len(revs) - 1):
            return f'{{"{text}{end}}}'
    return _json(dict(revs))


def record_values(record: Record) -> dict[str, Any]:
    """Return the row of a record."""
    fields = _json(record.fields if isinstance(record.fields, Spelled) else dict(record.fields))
    return {
        "vid": record.vid,
        "rid": record.rid,
        "program": record.program,
        "subject": record.subject,
        "form": record.form,
        "form_v": record.form_v,
        "state": record.state,
        "period": record.period,
        "rev": record.rev,
        "owner": record.owner,
        # Hashed as it is spelled for its own column; empty answers, which a hash leaves out, are rare.
        "content_sha256": content_digest(record.form, record.form_v, fields)
        if all(record.fields.values())
        else record.content_sha256,
        "fields": fields,
        "field_revs": revs_text(record.field_revs),
        "authors": _json(sorted(record.authors)),
        "remarks": _json([asdict(remark) for remark in record.remarks]),
        "created_at": record.created_at,
        "changed_at": record.changed_at,
    }


_GET = select(RECORD).where(RECORD.c.rid == bindparam("rid"))
_LOCK = _GET.with_for_update()
_ADD = insert(RECORD)
_SAVE = (
    update(RECORD)
    .where(RECORD.c.vid == bindparam("at_vid"), RECORD.c.rid == bindparam("at_rid"))
    .values({c.name: bindparam(c.name) for c in RECORD.c if c.name not in ("vid", "rid")})
    .execution_options(preserve_rowcount=True)
)


class Records:
    """Repository of records."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def get(self, rid: str) -> Record | None:
        row = self._db.execute(_GET, {"rid": rid}).one_or_none()
        return None if row is None else _record(row)

    def many(self, rids: Iterable[str]) -> dict[str, Record]:
        """Return rid -> record of those that exist, without locking them."""
        query = select(RECORD).where(RECORD.c.rid.in_(sorted(set(rids))))
        return {row.rid: _record(row) for row in self._db.execute(query)}

    def lock(self, rid: str) -> Record | None:
        """Return a record and keep others from changing it until this transaction ends."""
        row = self._db.execute(_LOCK, {"rid": rid}).one_or_none()
        return None if row is None else _record(row)

    def lock_many(self, rids: Iterable[str]) -> dict[str, Record]:
        """Lock many records, always in the order of their ids so that two batches never wait in a circle."""
        found: dict[str, Record] = {}
        wanted = sorted(set(rids))
        for start in range(0, len(wanted), 500):
            some = wanted[start : start + 500]
            query = select(RECORD).where(RECORD.c.rid.in_(some)).order_by(RECORD.c.rid).with_for_update()
            found.update({row.rid: _record(row) for row in self._db.execute(query)})
        return found

    def add(self, record: Record) -> None:
        self._db.execute(_ADD, record_values(record))

    def save(self, record: Record) -> None:
        """Write a record that exists; raise ``KeyError`` when it does not."""
        values = record_values(record)
        values["at_vid"], values["at_rid"] = values.pop("vid"), values.pop("rid")
        if self._db.execute(_SAVE, values).rowcount != 1:
            raise KeyError(record.rid)

    def put(self, new: Iterable[Record], changed: Iterable[Record]) -> None:
        """Add and write many at once; raise ``KeyError`` when one to be written does not exist."""
        added, saved = [record_values(one) for one in new], [record_values(one) for one in changed]
        if added:
            self._db.execute(_ADD, added)
        for row in saved:
            row["at_vid"], row["at_rid"] = row.pop("vid"), row.pop("rid")
        if saved and self._db.execute(_SAVE, saved).rowcount != len(saved):
            raise KeyError(*sorted(row["at_rid"] for row in saved))

    def page(self, vid: str, after: str, limit: int) -> list[Record]:
        """Return records of one scope behind ``after`` in the order of their ids."""
        query = (
            select(RECORD)
            .where(RECORD.c.vid == vid, RECORD.c.rid > after)
            .order_by(RECORD.c.rid)
            .limit(limit)
        )
        return [_record(row) for row in self._db.execute(query)]

    def amounts(self, vid: str, after: str) -> tuple[int, int]:
        """Return how many records there are in a scope, and how many of them behind ``after``."""
        behind = func.sum(case((RECORD.c.rid > after, 1), else_=0))
        row = self._db.execute(select(func.count(), behind).where(RECORD.c.vid == vid)).one()
        return int(row[0]), int(row[1] or 0)

    def _at(
        self, columns: Select[Any], program: str, unit: str, subject: str, period: str | None
    ) -> Select[Any]:
        query = columns.select_from(RECORD.join(HEAD, RECORD.c.vid == HEAD.c.vid)).where(
            HEAD.c.program == program, under(unit), RECORD.c.subject == subject
        )
        return query if period is None else query.where(RECORD.c.period == period)

    def ids(self, program: str, unit: str, subject: str, period: str, states: Sequence[str]) -> set[str]:
        """Return the ids of all records of ``subject`` under ``unit`` that stand in one of ``states``."""
        query = self._at(select(RECORD.c.rid), program, unit, subject, period)
        return set(self._db.execute(query.where(RECORD.c.state.in_(states))).scalars())

    def members(self, program: str, unit: str, period: str, state: str) -> list[dict[str, Any]]:
        """Return rid, vid, rev, sha of the records under ``unit`` in ``state``, in the order of their ids."""
        columns = select(RECORD.c.rid, RECORD.c.vid, RECORD.c.rev, RECORD.c.content_sha256)
        query = self._at(columns, program, unit, "record", period).where(RECORD.c.state == state)
        rows = self._db.execute(query.order_by(RECORD.c.rid))
        return [{"rid": r.rid, "vid": r.vid, "rev": r.rev, "sha": r.content_sha256} for r in rows]

    def subjects(self, program: str, unit: str, subject: str, period: str | None = None) -> list[Record]:
        """Return every record of ``subject`` under ``unit``, oldest first."""
        query = self._at(select(RECORD), program, unit, subject, period).order_by(RECORD.c.created_at)
        return [_record(row) for row in self._db.execute(query)]

    def content_hashes(self, vid: str) -> dict[str, str]:
        """Return rid -> content hash as it is stored, of every record of a scope."""
        rows = self._db.execute(select(RECORD.c.rid, RECORD.c.content_sha256).where(RECORD.c.vid == vid))
        return {row.rid: row.content_sha256 for row in rows}

    def contents(self, vid: str) -> list[Line]:
        """Return the line of every filled form of a scope, in the order of their ids."""
        query = select(RECORD.c.form, RECORD.c.rid, RECORD.c.rev, RECORD.c.content_sha256)
        found = query.where(RECORD.c.vid == vid, RECORD.c.subject == "record").order_by(RECORD.c.rid)
        return [Line(row.form, row.rid, row.rev, row.content_sha256) for row in self._db.execute(found)]

    def amount(self, vid: str) -> int:
        """Return how many filled forms stand in a scope, withdrawn ones included."""
        query = select(func.count()).where(RECORD.c.vid == vid, RECORD.c.subject == "record")
        return int(self._db.execute(query).scalar_one())

    def count(self) -> int:
        return self._db.execute(select(func.count()).select_from(RECORD)).scalar_one()
