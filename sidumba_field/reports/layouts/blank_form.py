"""Blank form: a program's form to be filled by pen, section by section, as the form itself defines it."""

from __future__ import annotations

from collections.abc import Iterator

from sidumba_field.reports.layouts.common import closing_blocks, opening_blocks
from sidumba_field.reports.model import Bar, Blanks, Block, ReportData
from sidumba_field.reports.paper import Paper


def blocks(paper: Paper, data: ReportData) -> Iterator[Block]:
    """The blocks of a blank form."""
    yield from opening_blocks(paper, data)
    for section in data.blanks:
        yield Bar(section.title)
        yield Blanks(section.parts)
    yield from closing_blocks(paper, data)
