"""Register: one table over many pages, heads repeated, column numbers below the head, a total row if asked for."""

from __future__ import annotations

from collections.abc import Iterator

from sidumba_field import words
from sidumba_field.reports.layouts.common import closing_blocks, opening_blocks
from sidumba_field.reports.model import Block, ReportData, Table
from sidumba_field.reports.paper import Paper, TableSpec


def blocks(paper: Paper, data: ReportData) -> Iterator[Block]:
    """The blocks of a register; its rows are read from ``data.rows`` as they are drawn."""
    yield from opening_blocks(paper, data)
    if paper.table is not None:
        yield table(paper.table, data)
    yield from closing_blocks(paper, data)


def table(spec: TableSpec, data: ReportData) -> Table:
    """The table of a paper over the data's rows."""
    return Table(
        columns=tuple(column.column(data.revealed) for column in spec.columns),
        rows=data.rows,
        numbered=spec.numbered,
        total_label=spec.total,
        empty=spec.empty or words.say("papers.no_rows"),
        title=spec.title,
    )
