"""The machine: rows of allowed transitions, and the judgement of one request against them.

Whatever is not in the table is refused, with a code that says who may (docs/spec/workflow.md). Rows come from
program.toml; tests hold them against workflows.csv.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.workflow.clocks import TimeStandard
from sidumba_field.core.workflow.guards import COMMON_GUARDS, Situation, holds

#: The word of the remark column that demands one.
REMARK_REQUIRED = "wajib"
#: Facts about other subjects than the one judged; their callers answer them (server: from its tables).
CONTEXT_FACTS = frozenset({"all_in_batch", "all_batches_signed_or_listed", "restore_proven"})


@dataclass(frozen=True, slots=True)
class Transition:
    """One row: in ``state``, ``role`` may give ``command``, which leads to ``to``, if every guard holds."""

    subject: str
    state: str
    command: str
    role: str
    to: str
    guards: tuple[str, ...] = ()
    remark_required: bool = False
    sop_step: str = ""
    clock: TimeStandard | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """A person asks for a step: on what, in which state he believes it, with which remark."""

    subject: str
    state: str
    command: str
    roles: tuple[str, ...]
    remark: str = ""
    remarks: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Allowed: ``transition`` is the row that applies. Refused: ``code`` and ``params`` for the sentence."""

    transition: Transition | None
    code: str = ""
    params: Mapping[str, Any] | None = None

    @property
    def allowed(self) -> bool:
        return self.transition is not None

    def demand(self) -> Transition:
        """Return the row, or raise the refusal as a ``SidumbaError``."""
        if self.transition is None:
            raise SidumbaError(self.code, **(self.params or {}))
        return self.transition


class Workflow:
    """All rows of one program, indexed. Immutable after construction."""

    def __init__(self, transitions: Iterable[Transition]) -> None:
        self.transitions = tuple(transitions)
        self._by_step: dict[tuple[str, str, str], list[Transition]] = {}
        for row in self.transitions:
            self._by_step.setdefault((row.subject, row.state, row.command), []).append(row)
        self.subjects = tuple(dict.fromkeys(row.subject for row in self.transitions))
        self.roles = tuple(dict.fromkeys(row.role for row in self.transitions))
        self.commands = tuple(dict.fromkeys(row.command for row in self.transitions))

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping[str, str]], own_guards: Iterable[str] = ()) -> Workflow:
        """Build from rows with the columns of workflows.csv; ``own_guards``: words defined in program.toml.

        Raises ``SidumbaError("program.bad_value", where, field, value)`` naming row number and column.
        """
        known = set(COMMON_GUARDS) | set(CONTEXT_FACTS) | set(own_guards)
        return cls(_row(number, row, known) for number, row in enumerate(rows, start=1))

    def states(self, subject: str) -> tuple[str, ...]:
        """Return every state of ``subject``, "-" first, in the order the table names them."""
        rows = [row for row in self.transitions if row.subject == subject]
        named = [state for row in rows for state in (row.state, row.to)]
        return tuple(dict.fromkeys(["-", *named]))

    def record_states(self) -> tuple[str, ...]:
        """Return every state a record can stand in: its own, and those it is carried to by its batch."""
        return tuple(dict.fromkeys([*self.states("record"), *self.states("batch")]))

    def rows(self, subject: str, state: str, command: str) -> tuple[Transition, ...]:
        return tuple(self._by_step.get((subject, state, command), ()))

    def offered(self, subject: str, state: str, roles: Iterable[str]) -> tuple[Transition, ...]:
        """Return what these roles could ask for in ``state``, guards not yet looked at (for buttons)."""
        held = set(roles)
        return tuple(
            row
            for row in self.transitions
            if row.subject == subject and row.state == state and row.role in held
        )

    def judge(self, request: Request, situation: Situation) -> Verdict:
        """Judge one request: table, role, remark, guards, in this order; the first thing missing is the answer."""
        rows = self.rows(request.subject, request.state, request.command)
        if not rows:
            return self._not_in_table(request)
        mine = [row for row in rows if row.role in request.roles]
        if not mine:
            who = ", ".join(dict.fromkeys(row.role for row in rows))
            return Verdict(None, "workflow.wrong_role", {"command": request.command, "who": who})
        failed = ""
        for row in mine:
            if row.remark_required and not _has_remark(request):
                return Verdict(None, "workflow.remark_required", {"command": request.command})
            broken = next((word for word in row.guards if not holds(word, situation)), "")
            if not broken:
                return Verdict(row)
            failed = failed or broken
        return Verdict(None, "workflow.guard", {"command": request.command, "guard": failed})

    def _not_in_table(self, request: Request) -> Verdict:
        elsewhere = [
            r.state for r in self.transitions if (r.subject, r.command) == (request.subject, request.command)
        ]
        if not elsewhere:
            return Verdict(
                None, "workflow.unknown_command", {"command": request.command, "subject": request.subject}
            )
        params = {
            "command": request.command,
            "state": request.state,
            "states": ", ".join(dict.fromkeys(elsewhere)),
        }
        return Verdict(None, "workflow.wrong_state", params)


def _has_remark(request: Request) -> bool:
    return bool(request.remark.strip()) or any(text.strip() for text in (request.remarks or {}).values())


def _row(number: int, row: Mapping[str, str], known_guards: set[str]) -> Transition:
    where = f"transitions, baris {number}"
    for column in ("subject", "state", "command", "role", "to"):
        if not row.get(column, "").strip():
            raise SidumbaError("program.bad_value", where=where, field=column, value="")
    guards = tuple(row.get("guard", "").split())
    for word in guards:
        if word not in known_guards and "=" not in word:
            raise SidumbaError("program.bad_value", where=where, field="guard", value=word)
    remark = row.get("remark", "").strip()
    if remark not in ("", REMARK_REQUIRED):
        raise SidumbaError("program.bad_value", where=where, field="remark", value=remark)
    try:
        clock = TimeStandard.parse(row.get("clock", ""))
    except ValueError:
        raise SidumbaError(
            "program.bad_value", where=where, field="clock", value=row.get("clock", "")
        ) from None
    return Transition(
        subject=row["subject"],
        state=row["state"],
        command=row["command"],
        role=row["role"],
        to=row["to"],
        guards=guards,
        remark_required=bool(remark),
        sop_step=row.get("sop_step", ""),
        clock=clock,
        note=row.get("note", ""),
    )
