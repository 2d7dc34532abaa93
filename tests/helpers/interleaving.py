"""Three laptops, one record, one server: the product's own merge and overlay without a database, beside an oracle.

The oracle knows only who typed what and who had read what by then. From that it follows whether an answer has to clash:
exactly when somebody else's write of the same unit went in that its author had not read, and the two differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

from sidumba_field.core import merge
from sidumba_field.core.merge import GroupOf, alone, unit_of
from sidumba_field.core.records import Op, OpKind, OutboxState, Record
from sidumba_field.store import overlay
from sidumba_field.store.overlay import Born, QueuedOp

FIELDS = ("a", "b", "c")
LAPTOPS = 3
#: Two fields that mean something only together, and one by itself.
PAIRED: GroupOf = {"b": "pair", "c": "pair"}.get
_BORN = Born("draf", "ani", "2026", "", {})

#: ("type", laptop, field, value) | ("sync" | "push" | "pull" | "lost", laptop)
Step = tuple[str, int] | tuple[str, int, str, str]


class Broken(AssertionError):
    """A law does not hold; the message says which."""


@dataclass(slots=True)
class Answer:
    rev: int
    conflicts: tuple[str, ...]


@dataclass(slots=True)
class Entry:
    """What everybody learns: a write that went in (``rev`` > 0) or a value that waits."""

    op: str
    by: int
    rev: int
    set: dict[str, str | None]


def _blank() -> Record:
    fields = dict.fromkeys(FIELDS, "0")
    return Record("r", "v", "p", "record", "f", "1", "draf", 1, fields, dict.fromkeys(fields, 1))


@dataclass(slots=True)
class Server:
    """A few lines on purpose: merge, count, remember."""

    group_of: GroupOf
    record: Record = field(default_factory=_blank)
    entries: list[Entry] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)

    def push(self, op: Op, by: int) -> Answer:
        if op.op not in self.answers:
            self.answers[op.op] = self._decide(op, by)
        return self.answers[op.op]

    def _decide(self, op: Op, by: int) -> Answer:
        old = self.record
        found = merge.three_way(op.base_rev, op.set, old.fields, old.field_revs, self.group_of)
        if found.applied:
            rev, applied = old.rev + 1, dict(found.applied)
            changed = [path for path, value in applied.items() if (value or "") != old.fields.get(path, "")]
            revs = {**old.field_revs, **dict.fromkeys(changed, rev)}
            self.record = replace(old, rev=rev, fields=merge.apply(old.fields, applied), field_revs=revs)
            self.entries.append(Entry(op.op, by, rev, {path: applied[path] for path in changed}))
        if found.clashes:
            self.entries.append(Entry(op.op, by, 0, dict(found.clashes)))
        return Answer(self.record.rev, tuple(found.clashes))


class Laptop:
    """What ``store`` does with an outbox and a base, on the same pure functions."""

    def __init__(self, number: int, group_of: GroupOf) -> None:
        self.number, self.group_of = number, group_of
        self.base = _blank()
        self.read = 0
        self.ops: list[QueuedOp] = []
        self.own: set[int] = set()
        self.proposals: dict[str, dict[str, str | None]] = {}

    def mattering(self) -> list[QueuedOp]:
        return [one for one in self.ops if one.is_open or not one.pulled]

    def view(self) -> overlay.Effective:
        return overlay.effective(self.base, _BORN, self.mattering(), [], {})

    def type(self, path: str, value: str, op_id: str) -> bool:
        """Answer and hand over; False when that is what stands there already."""
        view = self.view()
        if view.under.get(path, "") == value:
            return False
        last = self.ops[-1] if self.ops else None
        if last is not None and last.state is OutboxState.QUEUED and not last.frozen:
            op = last.op.with_(set={**last.op.set, path: value or None})
            seen = {path: view.rev, **last.seen}
            self.ops[-1] = replace(last, op=op, seen=seen)
            return True
        op = Op(
            op_id,
            "v",
            "r",
            OpKind.EDIT,
            "p",
            "record",
            "f",
            "1",
            str(self.number),
            "",
            set={path: value or None},
        )
        self.ops.append(self._queued(op, {path: view.rev}, len(self.ops) + 1))
        return True

    @staticmethod
    def _queued(op: Op, seen: dict[str, int], place: int) -> QueuedOp:
        return QueuedOp(op, OutboxState.QUEUED, place, False, seen, 0, (), False, False, 0)

    def push(self, server: Server, sent: Callable[[QueuedOp], None], lose: bool = False) -> None:
        while (index := next((i for i, one in enumerate(self.ops) if one.is_open), None)) is not None:
            if not self.ops[index].frozen:
                self._freeze(index)
            queued = self.ops[index]
            sent(queued)
            answer = server.push(queued.op, self.number)
            if lose:
                return
            state = OutboxState.CONFLICT if answer.conflicts else OutboxState.DONE
            pulled = self.base.rev >= answer.rev
            self.ops[index] = replace(
                queued, state=state, rev=answer.rev, conflicts=answer.conflicts, pulled=pulled
            )
            if overlay._went_in(self.ops[index]):
                self.own.add(answer.rev)
            if answer.conflicts:
                self.proposals[queued.op.op] = {path: queued.op.set[path] for path in answer.conflicts}

    def _freeze(self, index: int) -> None:
        queued = self.ops[index]
        own = overlay.Own(frozenset(self.own), self._writes())
        groups = overlay.standing(queued, self.base, self.mattering(), own, self.group_of)
        newest = max(groups)
        parts = []
        for rev in sorted(groups, reverse=True):
            given = {path: queued.op.set[path] for path in queued.op.set if path in groups[rev]}
            op = queued.op.with_(base_rev=rev, set=given)
            if rev != newest:
                op = op.with_(op=f"{queued.op.op}.{rev}")
            seen = {path: queued.seen[path] for path in given}
            parts.append(replace(queued, op=op, seen=seen, frozen=rev == newest))
        self.ops[index : index + 1] = parts

    def _writes(self) -> dict[str, int]:
        done = [one for one in self.ops if one.rev and overlay._went_in(one)]
        return {path: one.rev for one in sorted(done, key=lambda one: one.rev) for path in one.applied()}

    def pull(self, server: Server) -> None:
        for entry in server.entries[self.read :]:
            if entry.rev == 0:
                self.proposals[entry.op] = entry.set
                continue
            base = self.base
            self.base = replace(
                base,
                rev=entry.rev,
                fields=merge.apply(base.fields, entry.set),
                field_revs={**base.field_revs, **dict.fromkeys(entry.set, entry.rev)},
            )
            for index, one in enumerate(self.ops):
                if one.op.op == entry.op:
                    self.ops[index] = replace(one, pulled=True)
                    self.own.add(entry.rev)
        self.read = len(server.entries)


@dataclass(slots=True)
class World:
    """Everything, and the oracle's notes: ``loose`` what is typed and has not left, with the entries read by then."""

    group_of: GroupOf = alone
    server: Server = field(init=False)
    laptops: list[Laptop] = field(init=False)
    loose: list[dict[str, tuple[str, int]]] = field(init=False)
    #: (laptop, unit) -> entries it knows to be consistent with its own writes, beyond what it has read
    known: dict[tuple[int, str], int] = field(default_factory=dict)
    judged: set[str] = field(default_factory=set)
    typed: list[tuple[int, str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.server = Server(self.group_of)
        self.laptops = [Laptop(number, self.group_of) for number in range(LAPTOPS)]
        self.loose = [{} for _ in range(LAPTOPS)]

    def play(self, steps: Iterable[Step]) -> World:
        """Take the steps, then three quiet rounds; raise ``Broken`` when a law does not hold. In the first of them the
        last laptop begins, and the first one reads before it sends."""
        for number, step in enumerate(steps):
            self._step(step, f"o{number}")
        quiet: list[Step] = [("sync", 2), ("sync", 1), ("pull", 0), ("sync", 0)]
        for step in quiet + [("sync", number) for number in range(LAPTOPS)] * 2:
            self._step(step, "")
        self._equal()
        self._kept()
        return self

    def _step(self, step: Step, op_id: str) -> None:
        laptop = self.laptops[step[1]]
        if len(step) == 4:
            path, value = step[2], step[3]
            if laptop.type(path, value, op_id):
                before = self.loose[step[1]].get(path, ("", laptop.read))
                self.loose[step[1]][path] = (value, before[1])
                self.typed.append((step[1], path, value))
            return
        if step[0] in ("sync", "push", "lost"):
            laptop.push(self.server, self._judge_next(step[1]), lose=step[0] == "lost")
        if step[0] in ("sync", "pull"):
            laptop.pull(self.server)

    def _judge_next(self, by: int) -> Callable[[QueuedOp], None]:
        """Return what is called with each op just before the server sees it."""

        def judge(queued: QueuedOp) -> None:
            op = queued.op
            if op.op in self.judged:
                return
            self.judged.add(op.op)
            self._judge(by, op)

        return judge

    def _judge(self, by: int, op: Op) -> None:
        server = self.server
        before, length = dict(server.record.fields), len(server.entries)
        read = {path: self.loose[by].pop(path)[1] for path in op.set}
        answer = server.push(op, by)
        units: dict[str, list[str]] = {}
        for path in op.set:
            units.setdefault(unit_of(path, self.group_of), []).append(path)
        for unit, paths in units.items():
            due = any(
                self._unread(by, unit, since, length)
                and any((op.set[p] or "") != before.get(p, "") for p in paths if read[p] == since)
                for since in {read[path] for path in paths}
            )
            clashed = {path for path in paths if path in answer.conflicts}
            if due and clashed != set(paths):
                raise Broken(f"a difference on {unit} was passed over")
            if clashed and not due:
                raise Broken(f"a false difference on {unit}: nobody else's unread value differs")
            if not clashed:
                self.known[(by, unit)] = len(server.entries)

    def _unread(self, by: int, unit: str, since: int, length: int) -> bool:
        """Tell whether somebody else wrote the unit in entries ``since``..``length``, beyond what is known to agree."""
        new = self.server.entries[max(since, self.known.get((by, unit), 0)) : length]
        return any(
            e.rev and e.by != by and any(unit_of(p, self.group_of) == unit for p in e.set) for e in new
        )

    def _equal(self) -> None:
        truth, written = self.server.record, dict.fromkeys(FIELDS, "0")
        for entry in self.server.entries:
            written.update({path: value or "" for path, value in entry.set.items() if entry.rev})
        if {path: value for path, value in written.items() if value} != truth.fields:
            raise Broken(f"the server holds {truth.fields}, written was {written}")
        for laptop in self.laptops:
            view = laptop.view()
            if dict(view.fields) != dict(truth.fields) or laptop.base.rev != truth.rev:
                raise Broken(f"laptop {laptop.number} shows {view.fields}, the server holds {truth.fields}")
            if any(one.is_open for one in laptop.ops):
                raise Broken(f"laptop {laptop.number} still has something to send")

    def _kept(self) -> None:
        """Every value typed is in the record, waits for a person on every laptop, is in the history, or was replaced by
        its own author."""
        waiting = [(entry.op, entry.set) for entry in self.server.entries if entry.rev == 0]
        for laptop in self.laptops:
            if any(laptop.proposals.get(op) != said for op, said in waiting):
                raise Broken(f"laptop {laptop.number} does not show all that waits")
        said = {(path, value or "") for entry in self.server.entries for path, value in entry.set.items()}
        said |= set(self.server.record.fields.items())
        for place, (by, path, value) in enumerate(self.typed):
            replaced = any((one, other) == (by, path) for one, other, _ in self.typed[place + 1 :])
            if (
                not replaced
                and (path, value) not in said
                and self.server.record.fields.get(path, "") != value
            ):
                raise Broken(f"{path}={value!r} typed on laptop {by} is gone")


def in_order(names: Sequence[str | int], alike: Sequence[str | int]) -> bool:
    """Tell whether things that differ only by name (``alike``) come up in the order of their names: of stories that
    differ by such names only, one is told."""
    met = [name for name in dict.fromkeys(names) if name in alike]
    return met == list(alike[: len(met)])


def stories(
    edits: int, gaps: Sequence[tuple[Step, ...]], values: Sequence[str], alike: Sequence[str] = FIELDS
) -> Iterator[list[Step]]:
    """Return every story of ``edits`` answers with every choice of ``gaps`` between two of them, up to renaming
    laptops, values and the fields that are ``alike``. Clearing ("") is unlike any other answer."""
    named = [value for value in values if value]
    people = [who for who in product(range(LAPTOPS), repeat=edits) if in_order(who, range(LAPTOPS))]
    places = [what for what in product(FIELDS, repeat=edits) if in_order(what, alike)]
    answers = [said for said in product(values, repeat=edits) if in_order(said, named)]
    for who, what, said, between in product(people, places, answers, product(gaps, repeat=edits - 1)):
        story: list[Step] = []
        for n in range(edits):
            story.append(("type", who[n], what[n], said[n]))
            story.extend(between[n] if n < edits - 1 else ())
        yield story
