"""Deciding on a value that waits beside a record: a late edit that was held, or one that clashed.

A settling is an edit whose ``set`` says "@settled/<op>": "kept" (the record's values stay), "taken" (exactly the
waiting values go in) or "part" (some of them go in, whole units each; docs/spec/sync.md "Merge"). Laptop and server ask
the same judgement here. Who took a value is not its author: the person who typed it is, so that whoever checks a record
may decide on what waits and still verify it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.merge import GroupOf, alone, units
from sidumba_field.core.records import SETTLED, Record
from sidumba_field.core.workflow.machine import Workflow

#: What a settling may say of a waiting value.
KEPT, TAKEN, PART = "kept", "taken", "part"
#: The step by which content is changed; the roles that have it in a state may also type there.
_CHANGE = "ubah"
_OWN = "own"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A waiting value as both sides know it: the op that brought it, who typed it, its values (None = cleared)."""

    op: str
    by: str
    set: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Settling:
    """What was decided: ``change`` is everything to write, the decisions themselves included; ``author``: who typed
    what goes in, "" when nothing does."""

    change: Mapping[str, str | None] = field(default_factory=dict)
    author: str = ""


def words_of(change: Mapping[str, str | None]) -> dict[str, str]:
    """Return op id -> word of every decision an edit carries."""
    return {
        path.removeprefix(SETTLED): value or "" for path, value in change.items() if path.startswith(SETTLED)
    }


def is_settling(change: Mapping[str, str | None]) -> bool:
    """Tell whether an edit only decides on what waits: all that is left without decisions was taken, or is nothing."""
    words = words_of(change)
    return bool(words) and (len(words) == len(change) or bool({TAKEN, PART} & set(words.values())))


def at_desk(workflow: Workflow, record: Record, user: str, roles: Iterable[str]) -> tuple[str, ...]:
    """Return those of ``roles`` on whose desk the record lies now: they have a step from its state, and not only the
    one that takes it back into their own hands."""
    held, mine = set(roles), record.owner == user
    rows = [row for row in workflow.transitions if (row.subject, row.state) == (record.subject, record.state)]
    found = [
        row.role
        for row in rows
        if row.role in held
        and (mine or _OWN not in row.guards)
        and not _takes_back(workflow, record.subject, row.role, row.state, row.to)
    ]
    return tuple(dict.fromkeys(found))


def _takes_back(workflow: Workflow, subject: str, role: str, state: str, to: str) -> bool:
    """Tell whether a step gives its own role the pen it does not hold now: then the record lies with somebody else."""
    return not _types(workflow, subject, role, state) and _types(workflow, subject, role, to)


def _types(workflow: Workflow, subject: str, role: str, state: str) -> bool:
    return any(row.role == role for row in workflow.rows(subject, state, _CHANGE))


def desk_roles(workflow: Workflow, subject: str, state: str) -> tuple[str, ...]:
    """Return every role on whose desk a subject in ``state`` lies, for the sentence that says who may decide."""
    rows = [row for row in workflow.transitions if (row.subject, row.state) == (subject, state)]
    found = [row.role for row in rows if not _takes_back(workflow, subject, row.role, row.state, row.to)]
    return tuple(dict.fromkeys(found))


def settle(
    workflow: Workflow,
    record: Record,
    user: str,
    roles: Iterable[str],
    change: Mapping[str, str | None],
    waiting: Mapping[str, Waiting],
    base_rev: int,
    group_of: GroupOf = alone,
) -> Settling:
    """Judge a settling made on revision ``base_rev``. ``waiting``: op id -> what waits beside this record;
    ``group_of``: merge group of a path, as in ``core.merge``.

    Raises SidumbaError: ``op.not_allowed`` (no desk has this record), ``op.wrong_role`` (who: the roles that may, or
    the typist deciding for himself where he may not type), ``op.proposal_mismatch`` (no such value waits here, or
    others than the waiting ones came), ``op.stale_review`` (decided meanwhile, or changed since ``base_rev``).
    """
    held = at_desk(workflow, record, user, roles)
    who = desk_roles(workflow, record.subject, record.state)
    if not who:
        raise SidumbaError("op.not_allowed", command=SETTLED.strip("@/"), state=record.state)
    if not held:
        raise SidumbaError("op.wrong_role", command=SETTLED.strip("@/"), who=", ".join(who))
    words = words_of(change)
    taken = [op for op, word in words.items() if word in (TAKEN, PART)]
    if len(taken) > 1 or set(words.values()) - {KEPT, TAKEN, PART}:
        raise SidumbaError("op.malformed", field=SETTLED)
    for op in words:
        if op not in waiting:
            raise SidumbaError("op.proposal_mismatch", proposal=op)
        if record.fields.get(SETTLED + op):
            raise SidumbaError("op.stale_review", command=SETTLED.strip("@/"))
    values = {path: value for path, value in change.items() if not path.startswith(SETTLED)}
    if not taken:
        if values:
            raise SidumbaError("op.proposal_mismatch", proposal=next(iter(words)))
        return Settling(dict(change))
    found = waiting[taken[0]]
    wanted = found.set if words[found.op] == TAKEN else _part(found.set, values, group_of)
    if not wanted or _plain(values) != _plain(wanted):
        raise SidumbaError("op.proposal_mismatch", proposal=found.op)
    if found.by == user and not any(_types(workflow, record.subject, role, record.state) for role in held):
        raise SidumbaError("op.wrong_role", command=SETTLED.strip("@/"), who=", ".join(who))
    if any(_moved_on(record, path, value, base_rev) for path, value in values.items()):
        raise SidumbaError("op.stale_review", command=SETTLED.strip("@/"))
    return Settling(dict(change), found.by)


def _part(
    waiting: Mapping[str, str | None], values: Mapping[str, str | None], group_of: GroupOf
) -> dict[str, str | None]:
    """Return those whole units of what waits of which ``values`` names anything; at least one, and not all."""
    chosen = [paths for paths in units(waiting, group_of).values() if not values.keys().isdisjoint(paths)]
    part = {path: waiting[path] for paths in chosen for path in paths}
    return part if 0 < len(part) < len(waiting) else {}


def _plain(values: Mapping[str, str | None]) -> dict[str, str]:
    return {path: value or "" for path, value in values.items()}


def _moved_on(record: Record, path: str, value: str | None, base_rev: int) -> bool:
    changed = record.field_revs.get(path, 0) > base_rev
    return changed and record.fields.get(path, "") != (value or "")
