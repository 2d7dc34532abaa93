"""Card: everything answered about one subject on one page, masked like the filled form."""

from __future__ import annotations

from collections.abc import Iterator

from sidumba_field import words
from sidumba_field.reports.layouts.common import closing_blocks, opening_blocks
from sidumba_field.reports.model import Block, Card, FormItem, FormRepeat, FormSection, ReportData
from sidumba_field.reports.paper import Paper


def blocks(paper: Paper, data: ReportData) -> Iterator[Block]:
    """The blocks of a card; questions without an answer are left out."""
    yield from opening_blocks(paper, data)
    sections = [(section.title, tuple(_pairs(paper, data, section))) for section in data.sections]
    yield Card(tuple((title, pairs) for title, pairs in sections if pairs), data.photos)
    yield from closing_blocks(paper, data)


def _pairs(paper: Paper, data: ReportData, section: FormSection) -> Iterator[tuple[str, str]]:
    for part in section.parts:
        if isinstance(part, FormItem):
            if part.answer:
                yield part.question, _shown(paper, data, part.path, part.answer)
        else:
            yield from _rows(paper, data, part)


def _rows(paper: Paper, data: ReportData, repeat: FormRepeat) -> Iterator[tuple[str, str]]:
    """A row of a repeat is one line; the first column leads, the others follow with commas."""
    for number, answers in enumerate(repeat.rows, start=1):
        told = [
            _shown(paper, data, path, answer)
            for (path, _), answer in zip(repeat.columns, answers, strict=True)
            if answer
        ]
        if told:
            yield f"{repeat.title} {number}", ", ".join(told)


def _shown(paper: Paper, data: ReportData, path: str, answer: str) -> str:
    return words.on_paper(paper.masked(path, answer, data.revealed))
