"""XLSForm (.md .xlsx .xls .csv) -> XForm XML. The only user of pyxform; imports it late, because that takes a second.

With a cache folder the XML is kept under the SHA-256 of what it came from, so that a second start needs no pyxform.
"""

from __future__ import annotations

import os
import re
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sidumba_field.core.canonical import sha256_hex
from sidumba_field.core.errors import SidumbaError

SUFFIXES = (".md", ".xlsx", ".xls", ".csv")
_ROW = re.compile(r"\[row\s*:\s*(\d+)\]")
_SHEET = re.compile(r"'(survey|choices|settings|entities|osm|external_choices)' sheet", re.IGNORECASE)
_FIELD = re.compile(
    r"(?:column|name|type|variable|value)s? (?:named |called )?['\"\u2018]([^'\"\u2019]+)['\"\u2019]"
)


def convert(path: Path) -> str:
    """Return the XForm XML of an XLSForm file.

    Raises SidumbaError form.unreadable with file, sheet, row, field and reason as far as they are known.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise _unreadable(path, f"not an XLSForm: {path.suffix or 'no suffix'}")
    return _convert(path, _bytes(path))


def kept(path: Path, cache: Path) -> str | None:
    """Return the XML kept for exactly this file and this pyxform, None when there is none."""
    place = _place(path, cache)
    return place.read_text(encoding="utf-8") if place.is_file() else None


def keep(path: Path, cache: Path, xml: str) -> None:
    """Keep the XML of a form that was found sound, so that a second start needs no pyxform."""
    place = _place(path, cache)
    cache.mkdir(parents=True, exist_ok=True)
    part = place.with_suffix(f".{os.getpid()}.part")
    part.write_text(xml, encoding="utf-8", newline="\n")
    os.replace(part, place)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(path, str(error)) from error


def _place(path: Path, cache: Path) -> Path:
    seed = version("pyxform").encode() + path.suffix.encode() + b"\0" + _bytes(path)
    return cache / f"{sha256_hex(seed)}.xml"


def _convert(path: Path, data: bytes) -> str:
    from pyxform.errors import PyXFormError
    from pyxform.xls2xform import convert as to_xform

    content: Any = data.decode("utf-8") if path.suffix.lower() in (".md", ".csv") else data
    try:
        result = to_xform(content, file_type=path.suffix.lower(), validate=False, pretty_print=False)
    except PyXFormError as error:
        raise _unreadable(path, str(error), content) from error
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
        # pyxform lets plain Python errors through for workbooks it did not foresee; the author still needs a place.
        raise _unreadable(path, f"{type(error).__name__}: {error}") from error
    return str(result.xform)


def _unreadable(path: Path, reason: str, content: object = "") -> SidumbaError:
    row, sheet, field = _ROW.search(reason), _SHEET.search(reason), _FIELD.search(reason)
    number = int(row[1]) if row else _row_of(content, field[1]) if field else 0
    return SidumbaError(
        "form.unreadable",
        file=path.name,
        sheet=sheet[1].lower() if sheet else "survey" if number else "",
        row=number,
        field=field[1] if field else "",
        reason=reason.strip(),
    )


def _row_of(content: object, value: str) -> int:
    """Return the row of the survey sheet of a Markdown form in which ``value`` fills a cell, 0 when it is nowhere:
    pyxform names no row for some mistakes."""
    if not isinstance(content, str):
        return 0
    number = 0
    for line in content.splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) > 1 and cells[1]:
            number = 0
        elif len(cells) > 2:
            number += 1
            if value in cells or any(cell.split()[:1] == [value] for cell in cells if cell):
                return number
    return 0
