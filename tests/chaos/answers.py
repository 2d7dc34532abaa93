"""Ever new answers to whatever question the hand is on: the keys to press, and the value the store must then hold."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta

from sidumba_field.services.views import ItemView

_FIRST = ("Aminah", "Rahmah", "Halimah", "Wahyuni", "Norlaila", "Fitriani", "Mariatul", "Salasiah")
_LAST = ("binti Yusuf", "Kartika", "Anggraini", "Handayani", "Rusmini", "Maulida", "Hasanah", "Permata")
_DIGITS = {"kk": 16, "nib": 13, "npwp": 16, "nip": 18, "digits3": 3}


@dataclass(frozen=True, slots=True)
class NewAnswer:
    """``keys``: typed letter by letter; ``value``: how the answer is stored, other than what it was before."""

    keys: str
    value: str


def new_answer(item: ItemView, hand: random.Random) -> NewAnswer | None:
    """Return another answer to a question; None when it is not answered by plain keys (lookups, pictures, locked)."""
    if item.readonly or item.lookup or item.kind in ("binary", "calculate", "note", "lookup"):
        return None
    if item.kind in ("select_one", "select_multiple"):
        return _choice(item, hand)
    for _ in range(20):
        answer = _typed(item, hand)
        if answer.value != item.value:
            return answer
    return None


def _choice(item: ItemView, hand: random.Random) -> NewAnswer | None:
    values = [choice.value for choice in item.choices]
    if len(values) > 9:
        return None
    chosen = set(item.value.split())
    free = [n for n, value in enumerate(values) if value not in chosen]
    if not free:
        return None
    at = hand.choice(free)
    if item.kind == "select_one":
        return NewAnswer(str(at + 1), values[at])
    wanted = {one for one in chosen if item.exclusive not in (one, values[at])} | {values[at]}
    return NewAnswer(str(at + 1), " ".join(value for value in values if value in wanted))


def _typed(item: ItemView, hand: random.Random) -> NewAnswer:
    if item.kind == "date":
        day = date(1950, 1, 1) + timedelta(days=hand.randrange(20_000))
        return NewAnswer(day.strftime("%d%m%Y"), day.isoformat())
    plain = _digits(item, hand) or _words(hand)
    return NewAnswer(plain, plain)


def _digits(item: ItemView, hand: random.Random) -> str:
    """Return digits for a question that takes them; wrong ones are kept and marked, so they need not be possible."""
    if item.widget == "nik":
        day = date(1950, 1, 1) + timedelta(days=hand.randrange(20_000))
        return f"631102{day:%d%m%y}{hand.randrange(1, 10_000):04}"
    if item.widget == "phone":
        return f"0812{hand.randrange(10**8):08}"
    if item.widget in _DIGITS:
        return "".join(str(hand.randrange(10)) for _ in range(_DIGITS[item.widget]))
    if item.widget == "year":
        return str(hand.randrange(1980, 2020))
    if item.kind in ("int", "decimal"):
        return str(hand.randrange(1, 10**8 if item.widget == "money" else 1_000))
    return ""


def _words(hand: random.Random) -> str:
    return f"{hand.choice(_FIRST)} {hand.choice(_LAST)} {hand.randrange(10**6):06}"
