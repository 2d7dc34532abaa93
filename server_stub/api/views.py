"""Values of several replies in one spelling: limits, scopes with names, open periods, leases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from server_stub.auth.accounts import LEASE
from server_stub.auth.sight import Sight
from server_stub.settings import Settings
from server_stub.store.work import Work
from server_stub.workflow.rules import Rules, open_states
from sidumba_field.core.time import iso
from sidumba_field.core.workflow import Grant
from sidumba_field.core.workflow.roles import is_under
from sidumba_field.wire.messages import GrantMessage, Limits, ScopeMessage


def limits(settings: Settings) -> Limits:
    own = settings.limits
    return Limits(
        max_ops=own.max_ops,
        max_batch_bytes=own.max_batch_bytes,
        max_body=own.max_body,
        max_file=own.max_file,
        max_chunk=own.max_chunk,
    )


def lease(now: datetime) -> str:
    """Return until when a laptop that was in contact now opens without contact."""
    return iso(now + LEASE)


def grant_message(grant: Grant) -> GrantMessage:
    return GrantMessage(**{name: getattr(grant, name) for name in GrantMessage.model_fields})


def scope_messages(sight: Sight) -> list[ScopeMessage]:
    """Return every feed that may be read, and whether something of it is withheld from this laptop."""
    work, scopes = sight.work, sight.scopes()
    names = work.scopes.unit_names([scope.unit for scope in scopes])
    return [
        ScopeMessage(
            vid=scope.vid,
            program=scope.program,
            unit=scope.unit,
            unit_name=names.get(scope.unit, scope.unit),
            seq=scope.seq,
            hash=scope.hash,
            withheld=bool(sight.withheld(scope)),
        )
        for scope in scopes
    ]


def open_periods(
    work: Work, programs: Mapping[str, Rules], rights: Sequence[tuple[str, str]]
) -> dict[str, str]:
    """Return program -> label of the period opened last above or below what a person may read."""
    found: dict[str, str] = {}
    for program in sorted({program for program, _ in rights} & programs.keys()):
        states = open_states(programs[program].workflow, "period")
        periods = [p for p in work.records.subjects(program, "", "period") if p.state in states]
        units = {vid: scope.unit for vid, scope in work.scopes.many(p.vid for p in periods).items()}
        for period in periods:
            unit = units[period.vid]
            if any(is_under(mine, unit) or is_under(unit, mine) for p, mine in rights if p == program):
                found[program] = period.period
    return found
