"""How one answer is read by a person: money with dots, dates in words, the label of a choice, the name of a
place.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from sidumba_field.core.xforms import Interview, Question
from sidumba_field.words import date_long, group_digits, money, number, say, time_of_day

#: Numbers of sixteen digits, read in groups of four.
_GROUPED = ("nik", "kk")


def shown_value(
    question: Question, value: str, iv: Interview | None, path: str, lang: str, *, codes: bool = False
) -> str:
    """Return ``value`` as read; what cannot be read that way is shown as it was typed.

    ``codes``: the code of a classification stands before its words, as verifiers and papers want it. An answer kept
    from this reader is told as such, whether there is one or not.
    """
    if iv is not None and question.path in iv.withheld:
        return say("services.withheld", lang)
    if not value:
        return ""
    widget = question.sf.get("widget", "")
    if widget in _GROUPED:
        return group_digits(value)
    if widget == "phone":
        return _phone(value)
    if question.kind in ("select_one", "select_multiple", "lookup"):
        return _choice(question, value, iv, path, codes)
    if question.kind == "date":
        return _date(value, lang)
    if question.kind == "datetime":
        return _moment(value, lang)
    if question.kind == "binary":
        return say("services.one_file", lang)
    if widget == "money" or question.kind in ("int", "decimal"):
        return _number(value, widget == "money", lang)
    return value


def _phone(value: str) -> str:
    """Return a number in groups of four from its beginning: "0812 5134 7700"; other shapes as they were typed."""
    digits = value.removeprefix("+")
    if not digits.isdecimal():
        return value
    grouped = group_digits(digits)
    return f"+{grouped}" if value.startswith("+") else grouped


def _choice(question: Question, value: str, iv: Interview | None, path: str, codes: bool) -> str:
    if iv is not None:
        label = iv.display(path)
        coded = codes and question.sf.get("widget") == "lookup" and label != value
        return f"{value} {label}" if coded else label
    labels = {choice.value: choice.label for choice in question.choices}
    return ", ".join(labels.get(part, part) for part in value.split())


def _date(value: str, lang: str) -> str:
    try:
        return date_long(date.fromisoformat(value[:10]), lang)
    except ValueError:
        return value


def _moment(value: str, lang: str) -> str:
    """A time of day with its date, on the clock it was written by."""
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return value
    return f"{date_long(at.date(), lang)}, {time_of_day(at, lang=lang)}"


def _number(value: str, is_money: bool, lang: str) -> str:
    try:
        amount = Decimal(value)
    except InvalidOperation:
        return value
    if is_money:
        return money(int(amount), lang)
    if amount == amount.to_integral_value():
        # Years and codes are read without dots; amounts of five digits and more get them.
        return number(int(amount), lang=lang) if abs(amount) >= 10_000 else str(int(amount))
    return number(amount, 2, lang)
