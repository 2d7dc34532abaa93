"""Recapitulation: counted tables one below the other, each with its title, its total row and its note."""

from __future__ import annotations

from collections.abc import Iterator

from sidumba_field import words
from sidumba_field.reports import cells
from sidumba_field.reports.layouts.common import closing_blocks, opening_blocks
from sidumba_field.reports.model import Align, Block, Column, Paragraph, ReportData, Summary, Table, Value
from sidumba_field.reports.paper import Paper


def blocks(paper: Paper, data: ReportData) -> Iterator[Block]:
    """The blocks of a recapitulation."""
    yield from opening_blocks(paper, data)
    yield from summary_blocks(data)
    yield from closing_blocks(paper, data)


def summary_blocks(data: ReportData) -> Iterator[Block]:
    """The counted tables with their notes."""
    for summary in data.summaries:
        yield table(summary)
        if summary.note:
            yield Paragraph(summary.note, size=8.5)


def table(summary: Summary) -> Table:
    """One counted table: the first column names, the others count."""
    columns = tuple(_column(head, width) for head, width in zip(summary.heads, summary.widths, strict=True))
    return Table(
        columns=columns,
        rows=summary.rows,
        numbered=True,
        total_label=words.say("papers.total") if summary.total is not None else "",
        empty=words.say("papers.no_rows"),
        title=summary.title,
        total=summary.total,
    )


def _column(head: tuple[str, str, str], width: float) -> Column:
    key, text, kind = head
    write, align, number_format = cells.writer(kind)

    def said(value: Value) -> str:
        """A hidden figure is already in words ("<5")."""
        return value if isinstance(value, str) and kind != "text" else write(value)

    return Column(
        key=key,
        head=text,
        width=width,
        write=said,
        align=Align.LEFT if kind == "text" else align,
        number_format=number_format,
        whole=kind != "text",
    )
