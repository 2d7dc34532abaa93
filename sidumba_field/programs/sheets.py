"""An XLSForm as sheets of rows, whatever file it came in, and the same sheets written as a workbook for Excel.

pyxform reads the files, so what is checked here is what it will convert. Rows are counted as Excel shows them: the
heads are row 1. A workbook that was exported and not edited converts to the same form, letter for letter.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sidumba_field.core.errors import SidumbaError
from sidumba_field.programs.xlsform import SUFFIXES

#: Sheets of an XLSForm in the order a person meets them.
SHEETS = ("survey", "choices", "settings", "external_choices", "entities", "osm")
SURVEY, CHOICES, SETTINGS = SHEETS[:3]
_WIDE = re.compile(r"label|hint|constraint|relevant|calculation|message|warning|text|reading", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Row:
    """``number``: as Excel counts; ``cells``: head -> text, empty ones left out."""

    number: int
    cells: Mapping[str, str]

    def get(self, head: str) -> str:
        return self.cells.get(head, "")


@dataclass(frozen=True, slots=True)
class Sheet:
    name: str
    heads: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Book:
    """One form file; ``file``: its name without folders."""

    file: str
    sheets: Mapping[str, Sheet]

    def rows(self, sheet: str) -> tuple[Row, ...]:
        found = self.sheets.get(sheet)
        return () if found is None else found.rows

    def heads(self, sheet: str) -> tuple[str, ...]:
        found = self.sheets.get(sheet)
        return () if found is None else found.heads

    def setting(self, head: str) -> str:
        """Return a value of the settings sheet, "" when it is not there."""
        return next((row.get(head) for row in self.rows(SETTINGS) if row.get(head)), "")


def read_book(path: Path) -> Book:
    """Read any XLSForm file. Raises SidumbaError form.unreadable when it is none."""
    from pyxform.errors import PyXFormError
    from pyxform.xls2json_backends import get_xlsform

    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise SidumbaError(
            "form.unreadable", file=path.name, reason=f"not an XLSForm: {suffix or 'no suffix'}"
        )
    try:
        raw = path.read_bytes()
        content = raw.decode("utf-8-sig") if suffix in (".md", ".csv") else raw
        read = get_xlsform(xlsform=content, file_type=suffix)
    except PyXFormError as error:
        raise SidumbaError("form.unreadable", file=path.name, reason=str(error)) from error
    except Exception as error:
        # A damaged workbook surfaces as any error of the ZIP, XML or XLS readers below pyxform.
        reason = f"{type(error).__name__}: {error}"
        raise SidumbaError("form.unreadable", file=path.name, reason=reason) from error
    sheets: dict[str, Sheet] = {}
    for name in SHEETS:
        heads = getattr(read, f"{name}_header", None)
        rows = getattr(read, name, None)
        if heads or rows:
            sheets[name] = Sheet(name, _heads(heads or (), rows or ()), _rows(rows or ()))
    return Book(path.name, sheets)


def _heads(heads: Sequence[Mapping[str, object]], rows: Sequence[Mapping[str, object]]) -> tuple[str, ...]:
    named = [str(head) for one in heads for head in one]
    return tuple(dict.fromkeys(head for head in [*named, *(str(h) for row in rows for h in row)] if head))


def _rows(rows: Sequence[Mapping[str, object]]) -> tuple[Row, ...]:
    kept = [
        Row(number, {str(head): str(cell).strip() for head, cell in row.items() if str(cell or "").strip()})
        for number, row in enumerate(rows, start=2)
    ]
    return tuple(row for row in kept if row.cells)


def write_workbook(book: Book, out: Path) -> None:
    """Write ``book`` as .xlsx: heads kept in sight, every cell text, so that Excel turns no version into a number.

    Raises SidumbaError report.unwritable.
    """
    import xlsxwriter
    from xlsxwriter.exceptions import XlsxWriterException

    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with xlsxwriter.Workbook(
            str(out), {"strings_to_numbers": False, "strings_to_formulas": False}
        ) as made:
            head_style = made.add_format(
                {"bold": True, "bg_color": "#DCE6F1", "border": 1, "num_format": "@", "valign": "top"}
            )
            text = made.add_format({"num_format": "@", "valign": "top"})
            wrapped = made.add_format({"num_format": "@", "valign": "top", "text_wrap": True})
            for sheet in book.sheets.values():
                page = made.add_worksheet(sheet.name)
                for column, head in enumerate(sheet.heads):
                    wide = bool(_WIDE.search(head))
                    page.set_column(column, column, 44 if wide else 18, wrapped if wide else text)
                    page.write_string(0, column, head, head_style)
                for row in sheet.rows:
                    for column, head in enumerate(sheet.heads):
                        if row.get(head):
                            page.write_string(row.number - 1, column, row.get(head))
                page.freeze_panes(1, 2 if sheet.name == SETTINGS else 3)
    except (OSError, XlsxWriterException) as error:
        raise SidumbaError("report.unwritable", name=out.name) from error
