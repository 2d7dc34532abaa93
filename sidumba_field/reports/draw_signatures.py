"""Draws the signature block as one unsplittable thing: opening, position, room to sign, name, rank, NIP.

Where a digital signature is awaited an empty frame says so; a paper never shows a signature nobody gave.
"""

from __future__ import annotations

from collections.abc import Callable

from sidumba_field import words
from sidumba_field.reports.draw_blocks import BODY, LINE, wrapped
from sidumba_field.reports.faces import Style, face, printable
from sidumba_field.reports.flow import Flow
from sidumba_field.reports.geometry import MM
from sidumba_field.reports.model import SignatoryLike, Signatures, SignatureSide

SIGNATURE_SPACE = 22 * MM
BEFORE = 16.0
FRAME = (46 * MM, 17 * MM)

Placed = tuple[SignatureSide, float]


def draw_signatures(flow: Flow, block: Signatures) -> None:
    """The block where the flow stands, on the next page when it does not fit."""
    height, draw = _block(flow, block)
    flow.put(height, draw)


def signatures_height(flow: Flow, block: Signatures) -> float:
    """Points the signature block takes."""
    return _block(flow, block)[0]


def _block(flow: Flow, block: Signatures) -> tuple[float, Callable[[float], None]]:
    half = flow.sheet.content_width * 0.47
    sides: list[Placed] = [(block.right, flow.sheet.right - half / 2)]
    if block.left is not None:
        sides.append((block.left, flow.sheet.left + half / 2))
    height, draw = _row(flow, sides, half)
    if block.below is None:
        return height, draw
    middle = (flow.sheet.left + flow.sheet.right) / 2
    under, draw_under = _row(flow, [(block.below, middle)], half)

    def both(y: float) -> None:
        draw(y)
        draw_under(y + height)

    return height + under, both


def _row(flow: Flow, sides: list[Placed], half: float) -> tuple[float, Callable[[float], None]]:
    """Signatures side by side: their names stand on one line."""
    heads = [_head(side, half) for side, _ in sides]
    feet = [_foot(side, half) for side, _ in sides]
    space = max(map(len, heads)) * LINE + SIGNATURE_SPACE

    def draw(y: float) -> None:
        for (side, middle), head, foot in zip(sides, heads, feet, strict=True):
            for i, text in enumerate(head):
                flow.pen.text_centre(middle, y + BEFORE + BODY + i * LINE, text, BODY)
            at = y + BEFORE + space + BODY
            if side.status:
                _draw_frame(flow, side.status, middle, at - BODY - SIGNATURE_SPACE)
            _draw_name(flow, side.signatory, middle, at, half)
            for i, text in enumerate(foot):
                flow.pen.text_centre(middle, at + (i + 1) * LINE, text, BODY)

    return BEFORE + space + (1 + max(map(len, feet))) * LINE + 4, draw


def _head(side: SignatureSide, width: float) -> list[str]:
    lines = wrapped(side.opening, BODY, width) if side.opening else []
    position = side.signatory.full_position
    return lines + (wrapped(f"{position},", BODY, width) if position else [])


def _foot(side: SignatureSide, width: float) -> list[str]:
    official = side.signatory
    lines = [text for text in wrapped(official.rank, BODY, width) if text]
    if official.nip:
        lines.append(words.say("papers.signature.nip", nip=official.nip))
    return lines


def _draw_frame(flow: Flow, status: str, middle: float, y: float) -> None:
    """The empty frame a digital signature will fill, saying that it is awaited."""
    wide, high = FRAME
    top = y + (SIGNATURE_SPACE - high) / 2
    flow.pen.box(middle - wide / 2, top, wide, high, 0.6)
    flow.pen.text_centre(middle, top + high / 2 + 3, printable(status), 9, Style.ITALIC)


def _draw_name(flow: Flow, official: SignatoryLike, middle: float, y: float, width: float) -> None:
    """Name bold and underlined, smaller when it is too long; nobody named yet: a line to write on."""
    if not official.name:
        flow.pen.rule(middle - width * 0.35, y + 1.5, middle + width * 0.35, y + 1.5, 0.7)
        return
    name, bold = printable(official.name), face(Style.BOLD)
    size = min(BODY, BODY * width / max(bold.width(name, BODY), 1.0))
    wide = bold.width(name, size)
    flow.pen.text_centre(middle, y, name, size, Style.BOLD)
    flow.pen.rule(middle - wide / 2, y + 1.6, middle + wide / 2, y + 1.6, 0.7)
