"""Proposals to destroy records whose time is over, the decision on each, and what was destroyed on it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.engine import Connection

from server_stub.store.tables import DESTRUCTION
from sidumba_field.core.canonical import canonical


@dataclass(frozen=True, slots=True)
class Member:
    """One record of a proposal. ``closed_at``: since when its case is closed; after the destruction ``entries`` and
    ``files`` tell what went, ``kept`` why it stayed."""

    rid: str
    unit: str
    rev: int
    closed_at: str
    entries: int = 0
    files: int = 0
    kept: str = ""


@dataclass(frozen=True, slots=True)
class Destruction:
    """One proposal. ``before``: cases closed before this instant; ``basis``: the decision's number or words."""

    id: str
    number: int
    program: str
    proposed_at: str
    before: str
    decided_at: str = ""
    decided_by: str = ""
    basis: str = ""
    done_at: str = ""
    members: Sequence[Member] = field(default_factory=tuple)


class Destructions:
    """Repository of proposals; they are decided and carried out once, and never removed."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def add(self, proposal: Destruction) -> int:
        """Write a proposal under the next number; return that."""
        last: int = self._db.execute(select(func.coalesce(func.max(DESTRUCTION.c.number), 0))).scalar_one()
        self._db.execute(insert(DESTRUCTION).values({**_row(proposal), "number": last + 1}))
        return last + 1

    def get(self, number: int) -> Destruction | None:
        row = self._db.execute(select(DESTRUCTION).where(DESTRUCTION.c.number == number)).one_or_none()
        return None if row is None else _proposal(dict(row._mapping))

    def all(self) -> list[Destruction]:
        """Return every proposal, the newest first."""
        rows = self._db.execute(select(DESTRUCTION).order_by(DESTRUCTION.c.number.desc()))
        return [_proposal(dict(row._mapping)) for row in rows]

    def save(self, proposal: Destruction) -> None:
        """Write what became of a proposal."""
        step = update(DESTRUCTION).where(DESTRUCTION.c.number == proposal.number)
        self._db.execute(step.values(_row(proposal)))


def _row(proposal: Destruction) -> dict[str, Any]:
    members = [{name: getattr(one, name) for name in Member.__slots__} for one in proposal.members]
    row = {name: getattr(proposal, name) for name in Destruction.__slots__}
    return {**row, "members": canonical(members).decode()}


def _proposal(row: Mapping[str, Any]) -> Destruction:
    members = tuple(Member(**one) for one in json.loads(row["members"]))
    return Destruction(**{**row, "members": members})
