"""What one program demands, as the server asks it: rows, form versions, judgement of content, words of its own.

A judgement depends on content alone, so it is worth keeping: a push is judged before any lock is taken, and the same
judgement is found again inside the transaction.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from threading import Lock
from typing import Protocol

from sidumba_field.core.workflow import Workflow

#: Records whose judgement is kept: those of a few pushes at once, some ten megabytes.
_KEPT = 1024


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

    def knows(self, form: str, version: str) -> bool:
        """Tell whether this server judges exactly this version."""
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

    @property
    def specific(self) -> frozenset[str]:
        """Return the questions whose answers are specific personal data, as template paths, of every version."""
        ...

    @property
    def trusted_roles(self) -> frozenset[str]:
        """Return the roles that hold the right to see specific personal data."""
        ...

    def signed_papers(self, subject: str) -> frozenset[str]:
        """Return the ids of papers a scan of which belongs to a subject once it is decided."""
        ...


class Bench:
    """The last judgement of each record, kept while it is likely to be asked for again: a push is judged before any
    lock is taken, and the same judgement is found inside the transaction. Safe to share between threads."""

    def __init__(self, keep: int = _KEPT) -> None:
        self._keep = keep
        self._found: OrderedDict[str, tuple[tuple[str, ...], Mapping[str, str], Findings]] = OrderedDict()
        self._lock = Lock()

    def judge(self, rules: Rules, rid: str, form: str, version: str, fields: Mapping[str, str]) -> Findings:
        """Judge the content of a record, or find its judgement again. A record's fields are never changed in place."""
        whose = (rules.id, rules.content_sha256, form, version)
        with self._lock:
            known = self._found.get(rid)
        if known is not None and known[0] == whose and (known[1] is fields or known[1] == fields):
            return known[2]
        found = rules.judge(form, version, fields)
        with self._lock:
            self._found[rid] = (whose, fields, found)
            self._found.move_to_end(rid)
            while len(self._found) > self._keep:
                self._found.popitem(last=False)
        return found


def open_states(workflow: Workflow, subject: str) -> tuple[str, ...]:
    """Return the states in which a subject begins: an open period is one that still stands there."""
    return tuple(
        dict.fromkeys(row.to for row in workflow.transitions if (row.subject, row.state) == (subject, "-"))
    )


Judge = Callable[[Mapping[str, str]], Findings]
