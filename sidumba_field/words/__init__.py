"""Words: the one place where the product's sentences, numbers, dates and money are put into words.

Owns the message catalogue (``catalogue/<area>.<lang>.toml``), its loader, and the formats of design/UI.md
section 7 and spec/domain.md section 6.2. Window, command line, server and papers all speak through this
room, so that the same thing is always called the same. Bahasa Indonesia is the first language, English the
second.
"""

from __future__ import annotations

from sidumba_field.words.catalogue_loader import (
    AREAS,
    LANGUAGES,
    Explanation,
    MissingParam,
    UnknownKey,
    explain,
    explain_error,
    fill,
    keys,
    knows,
    params_of,
    places_of,
    say,
)
from sidumba_field.words.formats import (
    WIB,
    WIT,
    WITA,
    Zone,
    date_day,
    date_long,
    date_numeric,
    date_short,
    group_digits,
    mask_nik,
    money,
    money_paper,
    number,
    on_paper,
    percent,
    size,
    stamp,
    time_of_day,
    time_zone,
)
from sidumba_field.words.numbers import rupiah, terbilang

__all__ = [
    "AREAS",
    "LANGUAGES",
    "WIB",
    "WIT",
    "WITA",
    "Explanation",
    "MissingParam",
    "UnknownKey",
    "Zone",
    "date_day",
    "date_long",
    "date_numeric",
    "date_short",
    "explain",
    "explain_error",
    "fill",
    "group_digits",
    "keys",
    "knows",
    "mask_nik",
    "money",
    "money_paper",
    "number",
    "on_paper",
    "params_of",
    "percent",
    "places_of",
    "rupiah",
    "say",
    "size",
    "stamp",
    "terbilang",
    "time_of_day",
    "time_zone",
]
