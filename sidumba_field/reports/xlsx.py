"""Makes the spreadsheet of a paper: the same blocks, numbers and dates as real cells, provenance below.

Rows stream through (xlsxwriter's constant memory mode), so that a register may be of any length. Text is never read as
a formula, whatever somebody typed into a name.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, BinaryIO

import xlsxwriter

from sidumba_field import words
from sidumba_field.core.errors import SidumbaError
from sidumba_field.reports.layouts import LAYOUTS
from sidumba_field.reports.model import (
    Align,
    Bar,
    BlankItem,
    Blanks,
    BlankTable,
    Block,
    Card,
    Column,
    Fields,
    Paragraph,
    Progress,
    ReportData,
    Table,
    Title,
    Value,
)
from sidumba_field.reports.paper import Paper
from sidumba_field.reports.sums import Sums

STEP = 1000
"""Rows between two calls of progress."""


def render(paper: Paper, data: ReportData, out: BinaryIO, progress: Progress | None = None) -> int:
    """See ``sidumba_field.reports.render_xlsx``."""
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "in_memory": False,
    }
    book = xlsxwriter.Workbook(out, options)
    try:
        writer = _Writer(book, paper, data, progress)
        writer.write()
    finally:
        book.close()
    return writer.rows_done


class _Writer:
    def __init__(self, book: Any, paper: Paper, data: ReportData, progress: Progress | None) -> None:
        self.rows_done = 0
        self._data = data
        self._progress = progress
        self._blocks = list(LAYOUTS[paper.kind](paper, data))
        self._book = book
        self._at = 0
        titles = (_sheet_name(block.text) for block in self._blocks if isinstance(block, Title))
        self._sheet = book.add_worksheet(next(titles, "") or None)
        self._formats: dict[tuple[str, Align, bool], Any] = {}
        self._head = book.add_format(
            {"bold": True, "border": 1, "text_wrap": True, "align": "center", "bg_color": "#F0F0F0"}
        )
        self._bold = book.add_format({"bold": True})
        self._page(paper)

    def write(self) -> None:
        """Write all blocks, then where the numbers come from."""
        self._widths()
        for line in self._data.kop.lines:
            self._line(line.text, self._bold)
        if self._data.kop.address:
            self._line(self._data.kop.address)
        self._at += 1
        for block in self._blocks:
            self._block(block)
        self._provenance()

    def _page(self, paper: Paper) -> None:
        source, sheet = self._data.provenance, self._sheet
        if paper.orientation == "landscape":
            sheet.set_landscape()
        sheet.set_paper(9 if paper.size == "A4" else 14)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(f"&L{source.print_code}&R" + words.say("papers.page", page="&P", pages="&N"))

    def _widths(self) -> None:
        """Column widths must be known before the first row in constant memory mode."""
        widest: dict[int, float] = {}
        for block in self._blocks:
            if isinstance(block, Table):
                share = 110 / sum(column.width for column in block.columns)
                for i, column in enumerate(block.columns):
                    widest[i] = max(widest.get(i, 0.0), column.width * share)
        for i, width in widest.items():
            self._sheet.set_column(i, i, max(6.0, width))

    def _block(self, block: Block) -> None:
        if isinstance(block, Title):
            self._line(block.text.upper(), self._bold)
            for text in (block.number, block.period):
                if text:
                    self._line(text)
            self._at += 1
        elif isinstance(block, Paragraph):
            self._line(f"{block.label} {block.text}".strip())
        elif isinstance(block, Bar):
            self._line(block.text, self._bold)
        elif isinstance(block, Fields):
            for label, text in block.pairs:
                self._line(f"{label}: {text}")
            self._at += 1
        elif isinstance(block, Table):
            self._table(block)
        elif isinstance(block, Card):
            for title, pairs in block.sections:
                self._line(title, self._bold)
                self._pairs(pairs)
        elif isinstance(block, Blanks):
            self._pairs([(item.code, _asked(item)) for item in block.items])

    def _line(self, text: str, style: Any = None) -> None:
        self._sheet.write_string(self._at, 0, text, style)
        self._at += 1

    def _pairs(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Label and value beside each other."""
        for label, text in pairs:
            self._sheet.write_string(self._at, 0, label)
            self._sheet.write_string(self._at, 1, text)
            self._at += 1

    def _table(self, table: Table) -> None:
        if table.title:
            self._line(table.title, self._bold)
        if table.heads:
            for i, column in enumerate(table.columns):
                self._sheet.write_string(self._at, i, column.head, self._head)
            self._at += 1
        sums = Sums(table.columns)
        begin = self._at
        for row in table.rows:
            for i, column in enumerate(table.columns):
                self._cell(i, column, row.get(column.key))
            sums.add(row)
            self._at += 1
            self._count()
        if self._at == begin and table.empty:
            self._line(table.empty)
        if table.total_label:
            self._sheet.write_string(self._at, 0, table.total_label, self._bold)
            for i, column in enumerate(table.columns):
                if table.total is not None and i:
                    self._cell(i, column, table.total.get(column.key), bold=True)
                elif column.total:
                    self._cell(i, column, sums.of(column.key), bold=True)
            self._at += 1
        self._at += 1

    def _count(self) -> None:
        self.rows_done += 1
        told = self._progress is not None and self.rows_done % STEP == 0
        if told and self._progress is not None and not self._progress(0, self.rows_done):
            raise SidumbaError("report.stopped")

    def _cell(self, i: int, column: Column, value: Value, bold: bool = False) -> None:
        style = self._style(column, bold)
        if column.number_format and value not in (None, ""):
            day = _day(value)
            if day is not None:
                self._sheet.write_datetime(self._at, i, day, style)
                return
            amount = _amount(value)
            if amount is not None:
                self._sheet.write_number(self._at, i, amount, style)
                return
        self._sheet.write_string(self._at, i, column.write(value), style)

    def _style(self, column: Column, bold: bool) -> Any:
        key = (column.number_format, column.align, bold)
        if key not in self._formats:
            align = {Align.LEFT: "left", Align.CENTRE: "center", Align.RIGHT: "right"}[column.align]
            self._formats[key] = self._book.add_format(
                {"border": 1, "valign": "top", "align": align, "bold": bold}
                | ({"num_format": column.number_format} if column.number_format else {"text_wrap": True})
            )
        return self._formats[key]

    def _provenance(self) -> None:
        """Where the numbers come from: known when the last row is written."""
        source = self._data.known()
        self._book.set_properties(
            {
                "title": next((b.text for b in self._blocks if isinstance(b, Title)), ""),
                "author": source.product,
                "comments": words.say(
                    "papers.foot.snapshot", short=source.snapshot_sha256[:8], full=source.snapshot_sha256
                ),
                "created": source.printed_at.replace(tzinfo=None),
            }
        )
        at = words.stamp(source.printed_at, source.zone)
        key = "papers.foot.printed_by" if source.printed_by else "papers.foot.printed"
        told = {"product": source.product, "at": at, "code": source.print_code, "by": source.printed_by}
        self._line(words.say(key, **told))
        full = source.snapshot_sha256
        if full:
            self._line(words.say("papers.foot.snapshot", short=full[:8], full=full))


def _sheet_name(title: str) -> str:
    """A name spreadsheets take: no signs they forbid, at most 31 letters, cut between words."""
    plain = "".join(" " if sign in "[]:*?/\\'" else sign for sign in title)
    name = ""
    for word in plain.split():
        longer = f"{name} {word}".strip()
        if len(longer) > 31:
            break
        name = longer
    return name


def _asked(item: BlankItem | BlankTable) -> str:
    """A question in one cell: its words, its choices, when it is skipped."""
    if isinstance(item, BlankTable):
        return f"{item.title}: " + ", ".join(head for head, _ in item.heads)
    choices = "; ".join(f"{n} {choice}" for n, choice in enumerate(item.choices, start=1))
    return " ".join(part for part in (item.question, choices and f"({choices})", item.skip) if part)


def _day(value: Value) -> datetime | None:
    """A date as spreadsheets keep it: midnight without a zone; None for anything else."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - a calendar day has no zone
    return None


def _amount(value: Value) -> float | None:
    """A number as spreadsheets keep it; None where 15 digits would not hold it."""
    try:
        exact = Decimal(str(value))
    except InvalidOperation:
        return None
    return float(exact) if abs(exact) < 10**15 else None
