"""Makes the PDF of a paper: kop on the first page, blocks in their order, provenance at the foot of every page."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

from sidumba_field import words
from sidumba_field.reports import draw_blank, draw_blocks, draw_card, draw_signatures
from sidumba_field.reports.draw_table import draw_table
from sidumba_field.reports.flat_pdf import DocumentInfo, FlatPdf
from sidumba_field.reports.flow import Flow
from sidumba_field.reports.foot import Foot
from sidumba_field.reports.layouts import LAYOUTS
from sidumba_field.reports.model import (
    Bar,
    Blanks,
    Block,
    Card,
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

AFTER_TABLE = 8.0


def render(
    paper: Paper, data: ReportData, out: BinaryIO, progress: Progress | None = None, partial: bool = False
) -> int:
    """See ``sidumba_field.reports.render_pdf``."""
    blocks = list(LAYOUTS[paper.kind](paper, data))
    pdf = FlatPdf(out, _info(blocks, data, data.provenance))
    flow = Flow(pdf, paper.geometry, progress)
    draw_blocks.draw_kop(flow, data.kop)
    for i, block in enumerate(blocks):
        _draw(flow, block, _kept(flow, blocks[i + 1 :]))
    flow.finish()
    source = data.known()
    pdf.info = _info(blocks, data, source)
    foot = Foot(pdf, paper.geometry, source, coded=not data.unsigned)
    pdf.close(lambda page, pages: foot.content(page, "…" if partial else pages))
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
        case Blanks():
            draw_blank.draw_blanks(flow, block)
        case Card():
            draw_card.draw_card(flow, block, keep)
        case Signatures():
            draw_signatures.draw_signatures(flow, block)
            flow.skip(AFTER_TABLE)


def _kept(flow: Flow, tail: list[Block]) -> float:
    """Points that must stay with the last rows or lines: all up to the signatures, if only text lies between."""
    height = 0.0
    for block in tail:
        if isinstance(block, Paragraph):
            height += draw_blocks.paragraph_height(block, flow.sheet.content_width)
        elif isinstance(block, Signatures):
            return height + draw_signatures.signatures_height(flow, block)
        else:
            break
    return 0.0


def _info(blocks: list[Block], data: ReportData, source: Provenance) -> DocumentInfo:
    title = next((block.text for block in blocks if isinstance(block, Title)), "")
    return DocumentInfo(
        title=title,
        subject=words.say("papers.subject", title=title, full=source.snapshot_sha256),
        author=" ".join(line.text for line in data.kop.lines),
        product=source.product,
        created=source.printed_at,
    )
