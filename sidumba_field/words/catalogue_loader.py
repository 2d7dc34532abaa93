"""Reads the message catalogue and speaks from it.

A key is ``<area>.<rest>``: the area names the file pair ``catalogue/<area>.id.toml`` / ``.en.toml``, the
rest is the dotted path inside it (TOML tables nest freely; every leaf is a sentence). Only the area asked
for is parsed, once per process. Sentences hold ``{name}`` places; a place may carry a format of this room:

====================  =========================================  ==================
``{count:n}``         a number, digits grouped                   1.204
``{amount:rp}``       rupiah as screens write it                 Rp 45.000.000
``{day:date}``        a ``date``, long                           20 November 2026
``{day:short}``       a ``date``, short                          20 Nov
``{at:time}``         a ``time`` or local ``datetime``           09.41
``{bytes:size}``      a file size in bytes                       14,2 MB
``{count:terbilang}`` a number in words (Indonesian)             dua ribu satu
``{amount:rupiah}``   rupiah as papers write it                  Rp45.000.000
``{day:hari}``        a ``date`` with its day                    Jumat, 20 November 2026
====================  =========================================  ==================
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from sidumba_field.core.errors import SidumbaError
from sidumba_field.words import formats
from sidumba_field.words.numbers import terbilang

AREAS = (
    *("errors", "ui", "screens", "services", "papers", "server", "cli"),
    *("steps", "lists", "dashboard", "laporan", "forms", "sticks", "setup", "conflicts", "care", "bundle"),
    "privacy",
)
LANGUAGES = ("id", "en")
FORMATS = frozenset({"n", "rp", "date", "short", "time", "size", "terbilang", "rupiah", "hari"})


class UnknownKey(KeyError):
    """The catalogue has no such sentence: a mistake of the program, never of its user."""


class MissingParam(KeyError):
    """A sentence has a place for which no value was handed in."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a person reads about one error (design/UI.md section 7): what is wrong, what to do, what is safe.

    ``safe`` is "" where nothing was at risk.
    """

    sentence: str
    next_step: str
    safe: str = ""

    def text(self) -> str:
        """All parts as one line of text."""
        return " ".join(part for part in (self.sentence, self.next_step, self.safe) if part)


class _Speaker(string.Formatter):
    """``str.format`` with this room's formats and without attribute access on values."""

    def __init__(self, lang: str) -> None:
        self._lang = lang
        self._formats: dict[str, Callable[[Any], str]] = {
            "n": lambda v: formats.number(v, lang=lang),
            "rp": lambda v: formats.money(v, lang=lang),
            "date": lambda v: formats.date_long(v, lang=lang),
            "short": lambda v: formats.date_short(v, lang=lang),
            "time": lambda v: formats.time_of_day(v, lang=lang),
            "size": lambda v: formats.size(v, lang=lang),
            "terbilang": terbilang,
            "rupiah": lambda v: formats.money_paper(v, lang=lang),
            "hari": lambda v: formats.date_day(v, lang=lang),
        }

    def get_field(self, field_name: str, args: Any, kwargs: Any) -> Any:
        return kwargs[field_name], field_name

    def format_field(self, value: Any, format_spec: str) -> str:
        if not format_spec:
            return str(value)
        return self._formats[format_spec](value)


@cache
def _speaker(lang: str) -> _Speaker:
    return _Speaker(lang)


@cache
def _area(area: str, lang: str) -> Mapping[str, str]:
    """All sentences of one area in one language, flat: ``rest of key -> sentence``."""
    file = resources.files("sidumba_field.words").joinpath("catalogue", f"{area}.{lang}.toml")
    flat: dict[str, str] = {}
    _flatten(tomllib.loads(file.read_text(encoding="utf-8")), "", flat)
    return MappingProxyType(flat)


def _flatten(table: Mapping[str, Any], prefix: str, into: dict[str, str]) -> None:
    for name, value in table.items():
        if isinstance(value, dict):
            _flatten(value, f"{prefix}{name}.", into)
        elif isinstance(value, str):
            into[prefix + name] = value
        else:
            raise TypeError(f"catalogue: {prefix}{name} is not a sentence")


def _find(key: str, lang: str) -> str:
    area, _, rest = key.partition(".")
    if area not in AREAS or lang not in LANGUAGES:
        raise UnknownKey(f"{key} [{lang}]")
    try:
        return _area(area, lang)[rest]
    except KeyError:
        raise UnknownKey(f"{key} [{lang}]") from None


def say(key: str, lang: str = "id", /, **params: object) -> str:
    """The sentence of ``key`` in ``lang``, its places filled from ``params``; params it has no place for
    are ignored.

    Raises UnknownKey when the catalogue lacks the key, MissingParam when a place has no value.
    """
    return fill(_find(key, lang), lang, **params)


def fill(sentence: str, lang: str = "id", /, **params: object) -> str:
    """``sentence`` (of the catalogue or of an office's own file) with its places filled from ``params``.

    Raises MissingParam when a place has no value or an unknown format, ValueError for stray braces.
    """
    if "{" not in sentence and "}" not in sentence:
        return sentence
    try:
        return _speaker(lang).vformat(sentence, (), params)
    except KeyError as missing:
        raise MissingParam(f"{sentence!r} [{lang}] needs {missing}") from None


def knows(key: str, lang: str = "id", /) -> bool:
    """Whether the catalogue has a sentence for ``key``."""
    try:
        _find(key, lang)
    except UnknownKey:
        return False
    return True


def explain(code: str, lang: str = "id", /, **params: object) -> Explanation:
    """The explanation of one error code, from ``errors.<code>.*``.

    ``sentence``, ``next`` and (where something was at risk) ``safe`` stand alone. ``detailed`` may name
    what the raiser handed over; it replaces ``sentence`` only when every place of it has a value, because
    an error that came over the wire or from an older server may carry less. Raises UnknownKey when the code
    has no words.
    """
    root = f"errors.{code}."
    detailed = root + "detailed"
    named = knows(detailed, lang) and params_of(detailed, lang) <= params.keys()
    return Explanation(
        sentence=say(detailed if named else root + "sentence", lang, **params),
        next_step=say(root + "next", lang),
        safe=say(root + "safe", lang) if knows(root + "safe", lang) else "",
    )


def explain_error(error: SidumbaError, lang: str = "id") -> Explanation:
    """The explanation of an error that was raised."""
    return explain(error.code, lang, **error.params)


def keys(area: str, lang: str = "id") -> tuple[str, ...]:
    """Every full key of one area."""
    if area not in AREAS or lang not in LANGUAGES:
        raise UnknownKey(f"{area} [{lang}]")
    return tuple(f"{area}.{rest}" for rest in _area(area, lang))


def params_of(key: str, lang: str = "id") -> frozenset[str]:
    """The names of the places in the sentence of ``key``."""
    return places_of(_find(key, lang))


def places_of(sentence: str) -> frozenset[str]:
    """The names of the places in ``sentence``; ValueError for stray braces or a format nobody knows."""
    parsed = [(name, spec) for _, name, spec, _ in string.Formatter().parse(sentence) if name is not None]
    for name, spec in parsed:
        if not name.isidentifier() or (spec and spec not in FORMATS):
            raise ValueError(f"{{{name}:{spec}}}")
    return frozenset(name for name, _ in parsed)
