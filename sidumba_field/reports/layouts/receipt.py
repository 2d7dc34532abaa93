"""Receipt: what was handed over, counted and listed, and the names of who gave (left) and who received (right)."""

from __future__ import annotations

from collections.abc import Iterator

from sidumba_field.reports.layouts.common import closing_blocks, opening_blocks
from sidumba_field.reports.layouts.register import table
from sidumba_field.reports.model import Block, ReportData
from sidumba_field.reports.paper import Paper


def blocks(paper: Paper, data: ReportData) -> Iterator[Block]:
    """The blocks of a receipt: nothing on it awaits a digital signature, both people stand beside each other."""
    yield from opening_blocks(paper, data)
    if paper.table is not None:
        yield table(paper.table, data)
    yield from closing_blocks(paper, data)
