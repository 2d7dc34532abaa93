"""Decree: kop, title, number, what is decided in words, a recapitulation and the official's signature block.

The signature space stays empty. While a digital signature is awaited the block says so; a paper never shows a signature
nobody gave (spec/domain.md section 6.3).
"""

from __future__ import annotations

from collections.abc import Iterator

from sidumba_field.reports.layouts.common import closing_blocks, opening_blocks
from sidumba_field.reports.layouts.register import table
from sidumba_field.reports.model import Block, ReportData
from sidumba_field.reports.paper import Paper


def blocks(paper: Paper, data: ReportData) -> Iterator[Block]:
    """The blocks of a decree or an approval sheet."""
    yield from opening_blocks(paper, data)
    if paper.table is not None:
        yield table(paper.table, data)
    yield from closing_blocks(paper, data)
