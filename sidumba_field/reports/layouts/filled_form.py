"""Filled form: the answers of one record, section by section (code, question, answer), repeats as tables.

The signatures follow the last answers; photos come after them as an annex.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sidumba_field import words
from sidumba_field.reports.layouts.common import closing_blocks, opening_blocks
from sidumba_field.reports.model import (
    Align,
    Bar,
    Block,
    Column,
    FormItem,
    FormRepeat,
    FormSection,
    Photos,
    ReportData,
    Table,
)
from sidumba_field.reports.paper import Paper

_CODE, _QUESTION, _ANSWER = 11.0, 77.0, 77.0


def blocks(paper: Paper, data: ReportData) -> Iterator[Block]:
    """The blocks of a filled form; sections without anything to show are left out when ``skip_empty`` says so."""
    yield from opening_blocks(paper, data)
    for section in data.sections:
        parts = [part for part in _parts(paper, data, section) if part is not None]
        if parts:
            yield Bar(section.title)
            yield from parts
    yield from closing_blocks(paper, data)
    if data.photos:
        yield Bar(words.say("papers.form.photos"))
        yield Photos(data.photos)


def _parts(paper: Paper, data: ReportData, section: FormSection) -> Iterator[Block]:
    """Runs of questions become one list; each repeat stands in its place between them."""
    run: list[FormItem] = []
    for part in section.parts:
        if isinstance(part, FormItem):
            if part.answer or not paper.skip_empty:
                run.append(part)
            continue
        if run:
            yield _questions(paper, data, run)
            run = []
        if part.rows or not paper.skip_empty:
            yield _repeat(paper, data, part)
    if run:
        yield _questions(paper, data, run)


def _questions(paper: Paper, data: ReportData, items: list[FormItem]) -> Table:
    coded = any(item.code for item in items)
    columns = (
        Column("code", "", _CODE, _text, Align.CENTRE),
        Column("question", "", _QUESTION, _text),
        Column("answer", "", _ANSWER, _text),
    )
    rows = [
        {
            "code": item.code,
            "question": item.question,
            "answer": words.on_paper(paper.masked(item.path, item.answer, data.revealed)),
        }
        for item in items
    ]
    return Table(columns if coded else columns[1:], rows, heads=False)


def _repeat(paper: Paper, data: ReportData, repeat: FormRepeat) -> Table:
    columns = [Column("#", words.say("papers.form.row"), _CODE, _text, Align.CENTRE)]
    share = (_QUESTION + _ANSWER) / max(1, len(repeat.columns))
    for path, question in repeat.columns:
        align = Align.RIGHT if path in repeat.right_aligned else Align.LEFT
        columns.append(Column(path, question, share, _text, align))
    rows: list[Mapping[str, object]] = []
    for i, answers in enumerate(repeat.rows, start=1):
        row: dict[str, object] = {"#": str(i)}
        for (path, _), answer in zip(repeat.columns, answers, strict=True):
            row[path] = words.on_paper(paper.masked(path, answer, data.revealed))
        rows.append(row)
    return Table(tuple(columns), rows, empty=words.say("papers.no_rows"), title=repeat.title)


def _text(value: object) -> str:
    return "" if value is None else str(value)
