"""What a laptop shows: the server's record with own unanswered ops and the open draft on top. Pure functions.

Also decides on which revision an edit may claim to stand when it leaves (docs/spec/storage.md "Base revisions"):
own earlier edits never look like somebody else's, and what others wrote meanwhile is never passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sidumba_field.core.merge import GroupOf, alone, apply, row_of, three_way, unit_of
from sidumba_field.core.records import SETTLED, Op, OpKind, OutboxState, Record
from sidumba_field.store.values import Mark

#: Not answered yet.
OPEN_STATES = frozenset({OutboxState.QUEUED, OutboxState.INFLIGHT})
#: Answered, and (a part of) it went in.
APPLIED_STATES = frozenset({OutboxState.DONE, OutboxState.CONFLICT})
#: After so many refusals of one op it goes last and the user is told (spec/sync.md promise P6).
PATIENCE = 5


@dataclass(frozen=True, slots=True)
class QueuedOp:
    """An op of the outbox with what is known of it. ``seen``: path -> revision its author saw; ``rev``: answered
    revision (0 = none); ``pulled``: its entry has come back by pull, so the base already holds it."""

    op: Op
    state: OutboxState
    place: int
    frozen: bool
    seen: Mapping[str, int]
    rev: int
    conflicts: tuple[str, ...]
    pulled: bool
    attention: bool
    failures: int

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    def applied(self) -> dict[str, str | None]:
        """Return the changes of this op that count on this laptop: all while unanswered, then what went in."""
        if self.op.kind is not OpKind.EDIT or not (self.is_open or self.state in APPLIED_STATES):
            return {}
        return {path: value for path, value in self.op.set.items() if path not in self.conflicts}


@dataclass(frozen=True, slots=True)
class Draft:
    """One answer of the journal."""

    value: str | None
    seen: int


@dataclass(frozen=True, slots=True)
class Born:
    """How a record began on this laptop, before any server knew it. ``fields``: content a step brings by itself (a
    batch), shown until the server's own arrives."""

    state: str
    owner: str
    period: str
    created_at: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Effective:
    """What the screen shows. ``under``: the fields without the draft."""

    fields: Mapping[str, str]
    under: Mapping[str, str]
    state: str
    predicted: bool
    rev: int
    authors: frozenset[str]


def known_rev(base_rev: int, ops: Iterable[QueuedOp]) -> int:
    """Return the newest revision up to which this laptop knows everything: the pulled one and, as long as nobody
    else came between, those of its own answers."""
    own = {queued.rev for queued in ops if _went_in(queued)}
    rev = base_rev
    while rev + 1 in own:
        rev += 1
    return rev


def _went_in(queued: QueuedOp) -> bool:
    if queued.rev == 0 or queued.state not in APPLIED_STATES:
        return False
    return queued.state is OutboxState.DONE or bool(queued.applied())


def effective(
    base: Record | None,
    born: Born,
    ops: Sequence[QueuedOp],
    predictions: Sequence[tuple[int, str]],
    draft: Mapping[str, Draft],
) -> Effective:
    """Lay ``ops`` (in their order), predicted states (place, state) and the draft over ``base``."""
    under: dict[str, str] = dict(base.fields if base else born.fields)
    authors = set(base.authors) if base else set()
    for queued in ops:
        change = queued.applied()
        if change and not queued.pulled:
            under = apply(under, change)
            # Who settles a difference decides; the words stay their author's.
            if not any(path.startswith(SETTLED) for path in change):
                authors.add(queued.op.by)
    fields = apply(under, {path: answer.value for path, answer in draft.items()}) if draft else under
    state = base.state if base else born.state
    predicted = bool(predictions)
    if predicted:
        state = max(predictions)[1]
    rev = known_rev(base.rev if base else 0, ops)
    return Effective(fields, under, state, predicted, rev, frozenset(authors))


def mark_of(ops: Sequence[QueuedOp], known: bool, drafts: bool, differing: bool) -> Mark:
    """Return the one mark: trouble before difference before local work before waiting before received."""
    if any(queued.attention and queued.state is OutboxState.REJECTED for queued in ops):
        return Mark.FAILED
    if any(queued.is_open and queued.failures >= PATIENCE for queued in ops):
        return Mark.FAILED
    if differing or any(queued.attention for queued in ops):
        return Mark.DIFFERING
    if drafts or (not known and not ops):
        return Mark.LAPTOP
    if any(queued.is_open for queued in ops):
        return Mark.WAITING
    return Mark.RECEIVED


def is_settling(op: Op) -> bool:
    """Tell whether an edit decides on values that wait: it leaves whole, and is no answer anybody typed."""
    return any(path.startswith(SETTLED) for path in op.set)


@dataclass(frozen=True, slots=True)
class Own:
    """What this laptop wrote and the server took, pulled or not. ``revs``: the revisions it made; ``writes``: path ->
    the newest of them that wrote it: up to there nobody else said anything different of it."""

    revs: frozenset[int] = frozenset()
    writes: Mapping[str, int] = field(default_factory=dict)


def standing(
    queued: QueuedOp,
    base: Record | None,
    ops: Sequence[QueuedOp],
    own: Own,
    group_of: GroupOf = alone,
) -> dict[int, set[str]]:
    """Return base revision -> paths: on what each change of a leaving edit truly stands.

    Usually one group, the newest known revision. A path somebody else changed after its author looked stands on what
    he saw, so that the server shows both; a path an own op has just written stands on that op. What is decided together
    (``group_of``) stands together. A decision on what waits stands on what was seen, all of it.
    """
    if is_settling(queued.op):
        return {queued.op.base_rev: set(queued.op.set)}
    rev = known_rev(base.rev if base else 0, ops)
    clashing = _clashing(queued, base, own, group_of)
    written = _written(ops, group_of)
    groups: dict[int, set[str]] = {}
    for path in queued.op.set:
        if path in clashing:
            stands = min(queued.seen.get(other, 0) for other in clashing)
        else:
            stands = max(rev, _own_write(path, written, group_of))
        groups.setdefault(stands, set()).add(path)
    return groups


def _clashing(queued: QueuedOp, base: Record | None, own: Own, group_of: GroupOf) -> set[str]:
    if base is None:
        return set()
    agreed = _by_unit(own.writes, group_of)
    foreign = {
        path: rev
        for path, rev in base.field_revs.items()
        if rev not in own.revs and rev > agreed.get(unit_of(path, group_of), 0)
    }
    by_seen: dict[int, dict[str, str | None]] = {}
    for path, value in queued.op.set.items():
        by_seen.setdefault(queued.seen.get(path, queued.op.base_rev), {})[path] = value
    clashing: set[str] = set()
    for seen, change in by_seen.items():
        clashing |= three_way(seen, change, base.fields, foreign, group_of).clashes.keys()
    torn = {unit_of(path, group_of) for path in clashing}
    return {path for path in queued.op.set if path in clashing or unit_of(path, group_of) in torn}


def _written(ops: Sequence[QueuedOp], group_of: GroupOf) -> dict[str, int]:
    """Return path and unit -> newest revision by which this laptop wrote it."""
    written: dict[str, int] = {}
    for queued in ops:
        if _went_in(queued) and not queued.pulled:
            for path in queued.applied():
                written[path] = max(written.get(path, 0), queued.rev)
    return {**written, **_by_unit(written, group_of)}


def _by_unit(written: Mapping[str, int], group_of: GroupOf) -> dict[str, int]:
    found: dict[str, int] = {}
    for path, rev in written.items():
        unit = unit_of(path, group_of)
        found[unit] = max(found.get(unit, 0), rev)
    return found


def _own_write(path: str, written: Mapping[str, int], group_of: GroupOf) -> int:
    row = row_of(path)
    own = max(written.get(path, 0), written.get(unit_of(path, group_of), 0))
    best = max(own, written.get(row, 0) if row else 0)
    if path.endswith("]"):
        best = max([best, *(rev for other, rev in written.items() if other.startswith(path + "/"))])
    return best
