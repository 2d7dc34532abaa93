"""Draws the card of one subject: everything known of it on the rest of one page, in two columns, as large as fits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from sidumba_field.reports.faces import Style, face, printable
from sidumba_field.reports.flow import Flow
from sidumba_field.reports.geometry import MM
from sidumba_field.reports.model import Card

LARGEST, SMALLEST, STEP = 9.5, 5.0, 0.25
LEAD, GAP, LABEL = 1.18, 14.0, 0.42
PHOTO = 42 * MM


@dataclass(frozen=True, slots=True)
class Line:
    """One measured entry of a column: a heading, or a label with its value."""

    label: tuple[str, ...]
    value: tuple[str, ...]
    heading: bool
    height: float


def draw_card(flow: Flow, card: Card, keep: float = 0.0) -> None:
    """Fill the rest of this page but ``keep`` points; when even the smallest size is too large, pages follow."""
    width = (flow.sheet.content_width - GAP) / 2
    room = flow.room - keep
    photo = PHOTO if card.photos else 0.0
    size = LARGEST
    while size > SMALLEST:
        columns = _columns(card, size, width, room, photo)
        if columns is not None:
            break
        size -= STEP
    else:
        columns = _columns(card, SMALLEST, width, 1e9, photo)
    assert columns is not None
    top = flow.y
    bottoms = [
        _draw_column(flow, lines, flow.sheet.left + i * (width + GAP), top + (photo if i else 0), width, size)
        for i, lines in enumerate(columns)
    ]
    if card.photos:
        _draw_photo(flow, card, flow.sheet.left + width + GAP, top, width)
    flow.y = max([*bottoms, top + photo])
    flow.skip(4)


def _lines(card: Card, size: float, width: float) -> Iterator[Line]:
    bold, regular = face(Style.BOLD), face(Style.REGULAR)
    for title, pairs in card.sections:
        heads = bold.wrap(printable(title), size + 0.5, width)
        yield Line(tuple(heads), (), True, len(heads) * (size + 0.5) * LEAD + 5)
        for label, value in pairs:
            names = regular.wrap(printable(label), size, width * LABEL - 4)
            values = regular.wrap(printable(value), size, width * (1 - LABEL) - 6)
            height = max(len(names), len(values)) * size * LEAD + 1.2
            yield Line(tuple(names), tuple(values), False, height)


def _columns(card: Card, size: float, width: float, room: float, photo: float) -> list[list[Line]] | None:
    """The entries split into two columns that fit, the first as short as it may be; None when they do not fit."""
    lines = list(_lines(card, size, width))
    whole = sum(line.height for line in lines) + photo
    height, cut = 0.0, 0
    while cut < len(lines) and (height < whole / 2 or lines[cut - 1].heading):
        height += lines[cut].height
        cut += 1
    if max(height, whole - height) > room:
        return None
    return [lines[:cut], lines[cut:]]


def _draw_column(flow: Flow, lines: list[Line], x: float, y: float, width: float, size: float) -> float:
    pen = flow.pen
    for line in lines:
        if line.heading:
            pen.fill(x, y + 2, width, line.height - 3)
            for i, text in enumerate(line.label):
                pen.text(x + 2, y + 2 + (size + 0.5) * (0.95 + i * LEAD), text, size + 0.5, Style.BOLD)
        else:
            for i, text in enumerate(line.label):
                pen.text(x + 2, y + size * (0.95 + i * LEAD), text, size)
            pen.text(x + width * LABEL - 2, y + size * 0.95, ":", size)
            for i, text in enumerate(line.value):
                pen.text(x + width * LABEL + 3, y + size * (0.95 + i * LEAD), text, size)
            pen.rule(x, y + line.height, x + width, y + line.height, 0.15)
        y += line.height
    return y


def _draw_photo(flow: Flow, card: Card, x: float, y: float, width: float) -> None:
    """The first picture, whole, at the head of the second column."""
    photo = card.photos[0]
    name, wide, high = flow.pdf.image("Im" + sha256(photo.data).hexdigest()[:16], photo.data)
    scale = min(width / wide, (PHOTO - 8) / high)
    left = x + (width - wide * scale) / 2
    flow.pen.picture(left, y, wide * scale, high * scale, name)
    flow.pen.box(left, y, wide * scale, high * scale, 0.4)
