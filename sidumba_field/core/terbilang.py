"""Terbilang: whole numbers written out in Bahasa Indonesia, as official letters demand (spec/domain.md
section 6.2).

``miliar`` is the standard word (KBBI); older forms print the nonstandard spelling.
"""

from __future__ import annotations

LIMIT = 10**15
_UNITS = (
    "nol",
    "satu",
    "dua",
    "tiga",
    "empat",
    "lima",
    "enam",
    "tujuh",
    "delapan",
    "sembilan",
    "sepuluh",
    "sebelas",
)
_SCALES = ((10**12, "triliun"), (10**9, "miliar"), (10**6, "juta"))


def terbilang(value: int) -> str:
    """``2026`` -> ``dua ribu dua puluh enam``. Raises ValueError at a quadrillion and beyond."""
    if abs(value) >= LIMIT:
        raise ValueError(f"terbilang goes to 999 triliun, not {value}")
    return f"minus {_words(-value)}" if value < 0 else _words(value)


def rupiah(value: int) -> str:
    """``1500000`` -> ``satu juta lima ratus ribu rupiah``. Raises ValueError as terbilang does."""
    return f"{terbilang(value)} rupiah"


def _words(value: int) -> str:
    for scale, name in _SCALES:
        if value >= scale:
            return _join(f"{_words(value // scale)} {name}", value % scale)
    if value >= 1000:
        thousands = "seribu" if value < 2000 else f"{_words(value // 1000)} ribu"
        return _join(thousands, value % 1000)
    return _below_thousand(value)


def _below_thousand(value: int) -> str:
    if value >= 100:
        hundreds = "seratus" if value < 200 else f"{_UNITS[value // 100]} ratus"
        return _join(hundreds, value % 100)
    if value >= 20:
        return _join(f"{_UNITS[value // 10]} puluh", value % 10)
    return _UNITS[value] if value <= 11 else f"{_UNITS[value - 10]} belas"


def _join(head: str, rest: int) -> str:
    return f"{head} {_words(rest)}" if rest else head
