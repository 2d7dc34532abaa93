"""When an op may leave: after its time for being undone, and not while a person keeps it back.

``not_before`` holds that instant. It was counted by this laptop's clock, which may have been set back since: an instant
further ahead than any step waits is none. ``ASIDE`` is the one that never comes by itself.
"""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from sidumba_field.core.time import iso, parse_iso
from sidumba_field.store.tables import OUTBOX

#: A person set it aside; only he lets it go again.
ASIDE = "9999-12-31T23:59:59.999Z"
#: No step may be undone for longer.
LONGEST = timedelta(minutes=10)


def is_due(not_before: str, now: str) -> bool:
    """Tell whether an op may leave at ``now`` (ISO)."""
    return not_before <= now or _latest(now) < not_before < ASIDE


def due(now: str) -> sa.ColumnElement[bool]:
    """Return ``is_due`` as a condition on the outbox."""
    ahead = OUTBOX.c.not_before
    return sa.or_(ahead <= now, sa.and_(ahead > _latest(now), ahead < ASIDE))


def _latest(now: str) -> str:
    return iso(parse_iso(now) + LONGEST)
