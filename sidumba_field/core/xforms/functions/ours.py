"""Functions of ours, prefix ``sf:``, for ``sf:`` columns only (other tools never read those): words for people."""

from __future__ import annotations

import math
from typing import Any

from sidumba_field.core.terbilang import LIMIT, terbilang
from sidumba_field.core.xforms.functions.registry import odk
from sidumba_field.core.xforms.values import RUNTIME, to_moment, to_number, to_text

_STEPS = {
    "id": ((1e12, "triliun"), (1e9, "miliar"), (1e6, "juta"), (1e3, "ribu")),
    "en": ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"), (1e3, "thousand")),
}


@odk("sf:session")
def session(_ctx: Any, word: Any) -> str:
    """Return a word of the signed-in user that the interview was given, "" if unknown."""
    return RUNTIME.get().session.get(to_text(word), "")


@odk("sf:age")
def age(_ctx: Any, born: Any) -> float:
    """Return full years lived today."""
    at = to_moment(born)
    if at is None:
        return math.nan
    today = RUNTIME.get().now().date()
    return float(today.year - at.year - ((today.month, today.day) < (at.month, at.day)))


def grouped(text: str, language: str) -> str:
    """Return 45.000.000 of "45000000" (English: 45,000,000); what is no number stays as it is."""
    whole, _, part = text.partition(".")
    if not whole.lstrip("-").isdigit():
        return text
    point, comma = (",", ".") if language == "en" else (".", ",")
    digits = f"{int(whole):,}".replace(",", point)
    return f"{digits}{comma}{part}" if part.strip("0") else digits


@odk("sf:money")
def money(_ctx: Any, amount: Any) -> str:
    return grouped(to_text(amount), RUNTIME.get().language)


@odk("sf:money-short")
def money_short(_ctx: Any, amount: Any) -> str:
    """Return "540 juta", "1,2 miliar": at most one decimal, the way amounts are said."""
    value, language = to_number(amount), RUNTIME.get().language
    if math.isnan(value):
        return ""
    for unit, word in _STEPS.get(language, _STEPS["id"]):
        if abs(value) >= unit:
            short = f"{math.floor(value / unit * 10 + 0.5) / 10:.1f}".removesuffix(".0")
            return f"{short if language == 'en' else short.replace('.', ',')} {word}"
    return to_text(value)


@odk("sf:terbilang")
def spelled(_ctx: Any, amount: Any) -> str:
    """Return a whole number in Indonesian words, as official papers want sums; "" for what is none."""
    value = to_number(amount)
    if math.isnan(value) or abs(value) >= LIMIT or value != int(value):
        return ""
    return terbilang(int(value))
