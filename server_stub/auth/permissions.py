"""Who may see and do what: grants of role x program x unit prefix, judged against what is stored, never a claim."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from server_stub.store.scopes import Scope
from server_stub.store.work import Work
from sidumba_field.core.workflow import Actor, Grant, roles_for


@dataclass(frozen=True, slots=True)
class Standing:
    """What a person is to one scope at this moment. ``anywhere``: he has some right in this program, elsewhere."""

    actor: Actor
    roles: tuple[str, ...]
    anywhere: bool

    def acting(self, role: str, scope: Scope, now: datetime) -> tuple[str, str]:
        """Return (user id of the official he stands in for with ``role``, "Plt." or "Plh."), ("", "") when the right is
        his own."""
        mine = [grant for grant in self.actor.grants if grant.role == role]
        covering = [grant for grant in mine if grant.covers(scope.program, scope.unit, now)]
        if not covering or any(not grant.acting_for for grant in covering):
            return "", ""
        return covering[0].acting_for, covering[0].acting_as


def standing(work: Work, user: str, scope: Scope, now: datetime) -> Standing | None:
    """Return what ``user`` is to ``scope``; None for nobody we know, or somebody who left."""
    account = work.people.get(user)
    if account is None or not account.active:
        return None
    grants = work.people.grants(user)
    anywhere = any(grant.program == scope.program for grant in valid(grants, now))
    return Standing(
        Actor(user, account.name, grants), roles_for(grants, scope.program, scope.unit, now), anywhere
    )


def valid(grants: Iterable[Grant], now: datetime) -> tuple[Grant, ...]:
    """Return the grants whose days have come and not gone."""
    return tuple(grant for grant in grants if grant.covers(grant.program, grant.unit, now))


def rights(grants: Iterable[Grant], now: datetime) -> list[tuple[str, str]]:
    """Return the (program, unit prefix) pairs a person may read under now."""
    return sorted({(grant.program, grant.unit) for grant in valid(grants, now)})


def may_read(grants: Iterable[Grant], scope: Scope, now: datetime) -> bool:
    """Tell whether any grant speaks for this scope."""
    return any(grant.covers(scope.program, scope.unit, now) for grant in grants)
