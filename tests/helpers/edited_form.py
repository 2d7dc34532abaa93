"""What an office does to a form in Excel: export it, edit cells of the workbook, save it again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import openpyxl

from sidumba_field.programs import Program
from sidumba_field.programs.installing import export


class Workbook:
    """An .xlsx as a person sees it: sheets, heads, rows found by what stands in their ``name`` cell."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._book = openpyxl.load_workbook(path)

    def heads(self, sheet: str) -> dict[str, int]:
        return {str(cell.value): cell.column for cell in self._book[sheet][1] if cell.value}

    def row(self, sheet: str, name: str, **also: str) -> int:
        """Return the number of the first row with this name (and these other cells)."""
        heads, page = self.heads(sheet), self._book[sheet]
        for number in range(2, page.max_row + 1):
            cells = {head: page.cell(number, column).value for head, column in heads.items()}
            if cells.get("name") == name and all(cells.get(head) == value for head, value in also.items()):
                return number
        raise KeyError(name)

    def cell(self, sheet: str, row: int, head: str) -> Any:
        return self._book[sheet].cell(row, self.heads(sheet)[head]).value

    def put(self, sheet: str, row: int, cells: Mapping[str, Any]) -> None:
        heads = self.heads(sheet)
        for head, value in cells.items():
            self._book[sheet].cell(row, heads[head]).value = value

    def insert(self, sheet: str, row: int, cells: Mapping[str, Any]) -> None:
        """Insert a row above ``row``, as Excel does with a right click."""
        self._book[sheet].insert_rows(row)
        self.put(sheet, row, cells)

    def save(self) -> Path:
        self._book.save(self.path)
        return self.path


def edited(program: Program, out: Path, edit: Callable[[Workbook], None]) -> Path:
    """Export the newest form of ``program``, let somebody edit it, and save it."""
    export(program, out)
    book = Workbook(out)
    edit(book)
    return book.save()


def raise_version(book: Workbook, version: str) -> None:
    book.put("settings", 2, {"version": version})


def next_version(program: Program, by: int = 1) -> str:
    """Return a version number an office would take after the newest one."""
    return str(int(program.main_form[1]) + by)
