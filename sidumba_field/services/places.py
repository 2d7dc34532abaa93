"""What a unit is called with its kind: "Desa Halong", "Kecamatan Halong", "Kelurahan Batu Piring".

The kind follows from the code (forms/codebooks/SOURCES.md): two segments are a kabupaten or kota whose list
name says so itself, three a kecamatan, and in the fourth a first digit 1 means kelurahan, 2 desa, 3 desa
adat.
"""

from __future__ import annotations

from sidumba_field.words import say

_VILLAGES = {"1": "kelurahan", "2": "desa", "3": "desa_adat"}


def titled(unit: str, name: str, lang: str) -> str:
    """Return ``name`` with its kind in front; a name that says its kind already stays as it is."""
    segments = unit.split(".")
    kind = ""
    if len(segments) == 3:
        kind = "kecamatan"
    elif len(segments) == 4:
        kind = _VILLAGES.get(segments[3][:1], "")
    if not kind:
        return name
    word = say(f"services.place.{kind}", lang)
    return name if name.startswith(word + " ") else f"{word} {name}"
