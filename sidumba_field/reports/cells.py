"""How a value is written in a cell, and how personal data is masked, by the name a paper's file gives.

Numbers, money and dates follow spec/domain.md section 6.2; masks follow design/UI.md section 9.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from sidumba_field import words
from sidumba_field.reports.model import Align, Value, Withheld
from sidumba_field.words.formats import MASK

Writer = Callable[[Value], str]


def _decimal(value: Value) -> Decimal:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        raise ValueError(f"not a number: {value!r}") from None


def _number(value: Value) -> str:
    exact = _decimal(value)
    if exact == exact.to_integral_value():
        return words.number(int(exact))
    return words.number(exact, max(0, -int(exact.normalize().as_tuple().exponent)))


def _money(value: Value) -> str:
    exact = _decimal(value)
    whole = exact.to_integral_value()
    return words.money_paper(int(whole)) if exact == whole else "Rp" + words.number(exact, 2)


def _date(value: Value) -> str:
    if isinstance(value, datetime):
        return words.date_numeric(value.date())
    if isinstance(value, date):
        return words.date_numeric(value)
    return words.date_numeric(date.fromisoformat(str(value)[:10]))


def _percent(value: Value) -> str:
    return words.percent(_decimal(value))


_WRITERS: dict[str, tuple[Callable[[Value], str], Align, str]] = {
    "text": (str, Align.LEFT, ""),
    "code": (str, Align.LEFT, ""),
    "centre": (str, Align.CENTRE, ""),
    "number": (_number, Align.RIGHT, "#,##0.##"),
    "money": (_money, Align.RIGHT, '"Rp"#,##0'),
    "percent": (_percent, Align.RIGHT, '0.0"%"'),
    "date": (_date, Align.CENTRE, "dd-mm-yyyy"),
}
KINDS = frozenset(_WRITERS)


def writer(kind: str) -> tuple[Writer, Align, str]:
    """How cells of ``kind`` are written, where they stand, and their number format in a spreadsheet.

    None and "" are written as nothing, ``Withheld`` as the words it is. Raises KeyError for an unknown kind; the
    writer raises ValueError for a value that is not what its column says.
    """
    write, align, number_format = _WRITERS[kind]

    def written(value: Value) -> str:
        if value is None or value == "":
            return ""
        return str(value) if isinstance(value, Withheld) else write(value)

    return written, align, number_format


def _tail(text: str) -> str:
    return text[:4] + MASK * max(0, len(text) - 8) + text[-4:] if len(text) > 8 else MASK * len(text)


def _nik(text: str) -> str:
    """A NIK may come grouped for reading; it is masked as the 16 digits it is."""
    return words.mask_nik("".join(text.split()))


def _hide(text: str) -> str:
    return words.say("papers.masked") if text else ""


_MASKS: dict[str, Callable[[str], str]] = {"nik": _nik, "tail": _tail, "hide": _hide}
MASKS = frozenset(_MASKS)


def mask(style: str, text: str) -> str:
    """``text`` with its private part hidden: ``nik`` keeps region and serial, ``tail`` both ends, ``hide``
    nothing.
    """
    return _MASKS[style](text)
