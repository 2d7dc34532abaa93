"""What every kind of paper shares: title, texts filled with the office's values, the signature block."""

from __future__ import annotations

from collections.abc import Iterator

from sidumba_field import words
from sidumba_field.core.errors import SidumbaError
from sidumba_field.reports.model import (
    Block,
    Fields,
    Paragraph,
    ReportData,
    Signatures,
    SignatureSide,
    Title,
)
from sidumba_field.reports.paper import Paper, SignatureSpec


def filled(text: str, data: ReportData) -> str:
    """``text`` with its places filled. Raises SidumbaError report.unreadable (``where``) when one has no value."""
    values = {**data.values, "place": data.place}
    if data.day is not None:
        values["day"] = data.day
    try:
        return words.fill(text, **values)
    except words.MissingParam as error:
        raise SidumbaError("report.unreadable", where=str(error)) from error


def opening_blocks(paper: Paper, data: ReportData) -> Iterator[Block]:
    """Title, opening paragraphs and field lines."""
    yield Title(filled(paper.title, data), filled(paper.number, data), filled(paper.period, data))
    for text in paper.intro:
        yield Paragraph(filled(text, data))
    if paper.fields:
        yield Fields(tuple((label, filled(text, data)) for label, text in paper.fields))


def closing_blocks(paper: Paper, data: ReportData) -> Iterator[Block]:
    """Marks and note of what stands above, closing paragraphs, the signatures."""
    for mark in data.marks:
        yield Paragraph(mark, size=8.5)
    if paper.note:
        yield Paragraph(filled(paper.note, data), size=8.5)
    for text in paper.closing:
        yield Paragraph(filled(text, data))
    if paper.right is not None:
        yield Signatures(
            right=_side(paper.right, data, awaited=data.unsigned),
            left=_side(paper.left, data, awaited=False) if paper.left else None,
            below=_side(paper.below, data, awaited=False) if paper.below else None,
        )


def _side(spec: SignatureSpec, data: ReportData, awaited: bool) -> SignatureSide:
    try:
        signatory = data.signatories[spec.role]
    except KeyError:
        raise SidumbaError("report.unreadable", where=f"signatures: {spec.role}") from None
    status = words.say("papers.signature.awaited") if awaited else ""
    return SignatureSide(filled(spec.opening, data), signatory, status)
