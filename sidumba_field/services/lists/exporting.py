"""Tables as files: CSV for everything and XLSX for Excel, whole or not at all.

A cell that a spreadsheet would take for a formula is written as text (CWE-1236). The file appears under its name only
when it is complete.
"""

from __future__ import annotations

import csv
import errno
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path

import xlsxwriter

from sidumba_field.core.errors import SidumbaError
from sidumba_field.seal.durable import replace

Cell = str | int | float
_FORMULA = frozenset("=+-@\t\r")


class Format(StrEnum):
    """What a table can be written as."""

    CSV = "csv"
    XLSX = "xlsx"


def harmless(cell: Cell) -> Cell:
    """Return a cell no spreadsheet will run."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in _FORMULA else cell


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        full = error.errno == errno.ENOSPC
        raise SidumbaError("store.disk_full" if full else "report.unwritable") from error


class TableFile:
    """A table being written. ``write`` rows, then ``finish``; ``abandon`` leaves nothing behind.

    Raises ``report.unwritable`` or ``store.disk_full``.
    """

    def __init__(self, folder: Path, name: str, form: Format, head: Sequence[str]) -> None:
        self.path = folder / f"{name}.{form.value}"
        self._part = self.path.with_name(self.path.name + ".part")
        with _told():
            folder.mkdir(parents=True, exist_ok=True)
            self._sink = (_Csv if form is Format.CSV else _Xlsx)(self._part, head)

    def write(self, rows: Iterable[Sequence[Cell]]) -> None:
        with _told():
            self._sink.write(rows)

    def finish(self) -> Path:
        """Close the file and give it its name; return it."""
        with _told():
            self._sink.close()
            replace(self._part, self.path)
        return self.path

    def abandon(self) -> None:
        """Leave nothing behind."""
        with suppress(OSError):
            self._sink.close()
        self._part.unlink(missing_ok=True)


class _Csv:
    def __init__(self, path: Path, head: Sequence[str]) -> None:
        # The mark of the byte order tells Excel that this is UTF-8.
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._file)
        self._writer.writerow(head)

    def write(self, rows: Iterable[Sequence[Cell]]) -> None:
        self._writer.writerows([[harmless(cell) for cell in cells] for cells in rows])

    def close(self) -> None:
        self._file.close()


class _Xlsx:
    def __init__(self, path: Path, head: Sequence[str]) -> None:
        options = {"constant_memory": True, "strings_to_formulas": False}
        self._book = xlsxwriter.Workbook(str(path), options)
        self._sheet = self._book.add_worksheet()
        self._sheet.freeze_panes(1, 0)
        self._sheet.write_row(0, 0, head, self._book.add_format({"bold": True}))
        self._at = 0

    def write(self, rows: Iterable[Sequence[Cell]]) -> None:
        for cells in rows:
            self._at += 1
            for column, cell in enumerate(cells):
                if isinstance(cell, str):
                    self._sheet.write_string(self._at, column, cell)
                else:
                    self._sheet.write_number(self._at, column, cell)

    def close(self) -> None:
        try:
            self._book.close()
        except xlsxwriter.exceptions.FileCreateError as error:
            raise OSError(errno.EIO, "workbook not written") from error
