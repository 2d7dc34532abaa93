"""How many drafts may go in a day without a word: beyond that a person says why, and beyond a limit not today.

One draft is deleted and taken back with a key. Many at once is how a broken or stolen laptop empties a village, so
laptop and server count alike: by person and unit, over a day of the server's clock (docs/spec/sync.md "Deleting").
Nothing deleted is gone: the record stands, withdrawn, with all its history.
"""

from __future__ import annotations

from datetime import timedelta

#: More than this many is a mass deletion, whatever the size of the unit.
MOST = 10
#: So is more than this share of a unit's records, from ``FEW`` on: three tries in a new village are no raid.
SHARE, FEW = 0.05, 3
#: Nobody withdraws more than this many in a day, with or without a reason.
CEILING = 50
DAY = timedelta(hours=24)


def is_mass(count: int, total: int) -> bool:
    """Tell whether ``count`` withdrawals of a day, of a unit with ``total`` records, need a reason."""
    return count > MOST or (count >= FEW and count > total * SHARE)


def is_beyond(count: int) -> bool:
    """Tell whether so many are not taken in one day."""
    return count > CEILING
