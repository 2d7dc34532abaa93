"""Minutes (berita acara): who met and when, numbered statements, counted tables, closing words, signatures."""

from __future__ import annotations

from collections.abc import Iterator

from sidumba_field.reports.layouts.common import closing_blocks, filled, opening_blocks
from sidumba_field.reports.layouts.recap import summary_blocks
from sidumba_field.reports.layouts.register import table
from sidumba_field.reports.model import Block, Paragraph, ReportData
from sidumba_field.reports.paper import Paper

INDENT = 18.0


def blocks(paper: Paper, data: ReportData) -> Iterator[Block]:
    """The blocks of minutes; tables follow the statements they belong to."""
    yield from opening_blocks(paper, data)
    for number, text in enumerate(paper.points, start=1):
        yield Paragraph(filled(text, data), indent=INDENT, label=f"{number}.")
    if paper.table is not None:
        yield table(paper.table, data)
    yield from summary_blocks(data)
    yield from closing_blocks(paper, data)
