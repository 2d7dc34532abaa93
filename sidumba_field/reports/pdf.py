"""Makes the PDF of a paper: kop on the first page, blocks in their order, provenance at the foot of every page."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

from sidumba_field import words
from sidumba_field.reports import draw_blocks
from sidumba_field.reports.draw_table import draw_table
from sidumba_field.reports.faces import Style, face, printable
from sidumba_field.reports.flat_pdf import DocumentInfo, FlatPdf
from sidumba_field.reports.flow import Flow
from sidumba_field.reports.geometry import Geometry
from sidumba_field.reports.layouts import LAYOUTS
from sidumba_field.reports.model import (
    Bar,
    Block,
    Fields,
    Paragraph,
    Photos,
    Progress,
    Provenance,
    ReportData,
    Signatures,
    Table,
    Title,
)
from sidumba_field.reports.paper import Paper
from sidumba_field.reports.pen import Pen

FOOT_SIZE, FOOT_LINE = 7.5, 9.0
AFTER_TABLE = 8.0


def render(paper: Paper, data: ReportData, out: BinaryIO, progress: Progress | None = None) -> int:
    """See ``sidumba_field.reports.render_pdf``."""
    blocks = list(LAYOUTS[paper.kind](paper, data))
    pdf = FlatPdf(out, _info(blocks, data))
    flow = Flow(pdf, paper.geometry, progress)
    draw_blocks.draw_kop(flow, data.kop)
    for i, block in enumerate(blocks):
        _draw(flow, block, _kept(flow, blocks[i + 1 :]))
    flow.finish()
    feet = _foot_lines(data.provenance, paper.geometry)
    pdf.close(lambda page, pages: _foot(pdf, paper.geometry, feet, page, pages))
    return pdf.page_count


def save(paper: Paper, data: ReportData, path: Path, progress: Progress | None = None) -> int:
    """Write to a file beside ``path``, then rename it in one step; return the pages."""
    part = path.with_name(path.name + ".part")
    try:
        with part.open("wb") as out:
            pages = render(paper, data, out, progress)
            out.flush()
            os.fsync(out.fileno())
        os.replace(part, path)
    except BaseException:
        # Half a paper is nobody's file, and it may hold personal data.
        part.unlink(missing_ok=True)
        raise
    return pages


def _draw(flow: Flow, block: Block, keep: float) -> None:
    match block:
        case Title():
            draw_blocks.draw_title(flow, block)
        case Paragraph():
            draw_blocks.draw_paragraph(flow, block, keep)
        case Fields():
            draw_blocks.draw_fields(flow, block)
        case Bar():
            draw_blocks.draw_bar(flow, block)
        case Table():
            draw_table(flow, block, keep + AFTER_TABLE if keep else 0.0)
            flow.skip(AFTER_TABLE)
        case Photos():
            draw_blocks.draw_photos(flow, block)
        case Signatures():
            draw_blocks.draw_signatures(flow, block)
            flow.skip(AFTER_TABLE)


def _kept(flow: Flow, tail: list[Block]) -> float:
    """Points that must stay with the last rows or lines: all up to the signatures, if only text lies between."""
    height = 0.0
    for block in tail:
        if isinstance(block, Paragraph):
            height += draw_blocks.paragraph_height(block, flow.sheet.content_width)
        elif isinstance(block, Signatures):
            return height + draw_blocks.signatures_height(flow, block)
        else:
            break
    return 0.0


def _info(blocks: list[Block], data: ReportData) -> DocumentInfo:
    title = next((block.text for block in blocks if isinstance(block, Title)), "")
    return DocumentInfo(
        title=title,
        subject=words.say("papers.subject", title=title, full=data.provenance.snapshot_sha256),
        author=" ".join(line.text for line in data.kop.lines),
        product=data.provenance.product,
        created=data.provenance.printed_at,
    )


def _foot_lines(source: Provenance, sheet: Geometry) -> list[str]:
    local = source.zone.local(source.printed_at)
    at = f"{words.date_numeric(local.date())} {words.time_zone(source.printed_at, source.zone)}"
    key = "papers.foot.printed_by" if source.printed_by else "papers.foot.printed"
    printed = words.say(key, product=source.product, at=at, code=source.print_code, by=source.printed_by)
    full = source.snapshot_sha256
    snapshot = words.say("papers.foot.snapshot", short=full[:8], full=full)
    cut = face(Style.REGULAR)
    page_width = cut.width(words.say("papers.page", page="00000", pages="00000"), FOOT_SIZE)
    lines = cut.wrap(printable(printed), FOOT_SIZE, sheet.content_width - page_width - 10)
    return lines + cut.wrap(snapshot, FOOT_SIZE, sheet.content_width)


def _foot(pdf: FlatPdf, sheet: Geometry, lines: list[str], page: int, pages: int) -> str:
    pen = Pen(pdf, sheet.height)
    top = sheet.bottom + 18
    for i, text in enumerate(lines):
        pen.text(sheet.left, top + i * FOOT_LINE, text, FOOT_SIZE)
    pen.text_right(sheet.right, top, words.say("papers.page", page=page, pages=pages), FOOT_SIZE)
    return pen.content()
