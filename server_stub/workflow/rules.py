"""What one program demands, as the server asks it: rows, form versions, judgement of content, words of its own.

A judgement depends on content alone, so it is kept by content hash: a push is judged before any lock is taken, and
the same judgement is found again inside the transaction.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from threading import Lock
from typing import Protocol

from sidumba_field.core.records import content_sha256
from sidumba_field.core.workflow import Workflow

_KEPT = 4096
#: Judgements found again by the object itself: enough for the ops of a few pushes.
_NEAR = 512


@dataclass(frozen=True, slots=True)
class Findings:
    """What the form engine says of one content. ``errors``: paths that break a rule; ``unexplained``: soft warnings
    without a reason; ``files``: names of referenced files ("<sha256>.<ext>"); ``worked_out``: calculated values that
    are not what the form works out of the answers, each with the right one (None = there ought to be none)."""

    errors: tuple[str, ...] = ()
    unexplained: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    worked_out: Mapping[str, str | None] = field(default_factory=dict)


class Rules(Protocol):
    """One program to the server."""

    @property
    def id(self) -> str: ...

    @property
    def workflow(self) -> Workflow: ...

    @property
    def content_sha256(self) -> str: ...

    @property
    def versions(self) -> Mapping[str, tuple[str, ...]]:
        """Form id -> versions this server judges."""
        ...

    def judge(self, form: str, version: str, fields: Mapping[str, str]) -> Findings:
        """Judge content; pure. Raises ``op.unknown_form``."""
        ...

    def facts(
        self, form: str, version: str, fields: Mapping[str, str], words: Iterable[str]
    ) -> Mapping[str, bool]:
        """Answer guard words of the program's own; words it does not define are left out."""
        ...

    def group_of(self, form: str, path: str) -> str | None:
        """Return the merge group a field belongs to."""
        ...

    def is_worked_out(self, form: str, path: str) -> bool:
        """Tell whether the form works this value out by itself: nobody types it, nobody clashes about it."""
        ...

    @property
    def zone(self) -> tzinfo:
        """Return the zone of the office's days."""
        ...

    @property
    def batch_level(self) -> int:
        """Return how many segments the code of a batch's unit has."""
        ...

    @property
    def place_path(self) -> str:
        """Return the question that holds the code of a record's place, "" when there is none."""
        ...

    def step_fields(self, command: str) -> frozenset[str]:
        """Return what a step may write by itself, as template paths."""
        ...

    def signed_papers(self, subject: str) -> frozenset[str]:
        """Return the ids of papers a scan of which belongs to a subject once it is decided."""
        ...


class Bench:
    """Judgements by content, kept while they are likely to be asked for again. Safe to share between threads."""

    def __init__(self, keep: int = _KEPT) -> None:
        self._keep = keep
        self._found: OrderedDict[tuple[str, ...], Findings] = OrderedDict()
        self._objects: OrderedDict[tuple[str, ...], tuple[Mapping[str, str], Findings]] = OrderedDict()
        self._lock = Lock()

    def judge(self, rules: Rules, form: str, version: str, fields: Mapping[str, str]) -> Findings:
        """Judge content, or find the judgement again: of this very object without hashing it, of an equal one by its
        hash. A record's fields are never changed in place."""
        whose = (rules.id, rules.content_sha256, form, version)
        this = (*whose, str(id(fields)))
        with self._lock:
            met = self._objects.get(this)
        if met is not None and met[0] is fields:
            return met[1]
        key = (*whose, content_sha256(form, version, fields))
        with self._lock:
            found = self._found.get(key)
        if found is None:
            found = rules.judge(form, version, fields)
        with self._lock:
            self._found[key] = found
            # Together with the object itself, or another one could come to live at its address.
            self._objects[this] = (fields, found)
            while len(self._found) > self._keep:
                self._found.popitem(last=False)
            while len(self._objects) > _NEAR:
                self._objects.popitem(last=False)
        return found


def open_states(workflow: Workflow, subject: str) -> tuple[str, ...]:
    """Return the states in which a subject begins: an open period is one that still stands there."""
    return tuple(
        dict.fromkeys(row.to for row in workflow.transitions if (row.subject, row.state) == (subject, "-"))
    )


Judge = Callable[[Mapping[str, str]], Findings]
