"""Draws the plain parts of a paper: kop, title, paragraphs, field lines, headings, photos.

Each drawing is a pair: how tall (points) and how, so that the flow decides where it goes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from hashlib import sha256

from sidumba_field.reports.faces import Style, face, printable
from sidumba_field.reports.flow import Flow
from sidumba_field.reports.geometry import MM
from sidumba_field.reports.model import (
    Bar,
    Fields,
    KopLike,
    Paragraph,
    Photo,
    Photos,
    Title,
)
from sidumba_field.reports.pen import Pen

BODY, LINE = 11.0, 14.5
EMBLEM = (17 * MM, 20 * MM)
PHOTO_HEIGHT = 75 * MM
WIDEST_GAP = 0.75
"""Most a justified space grows, in sizes of the letters."""


def draw_kop(flow: Flow, kop: KopLike) -> None:
    """The letterhead: emblem left, centred bold lines, address 9 points, a double rule 2.2 over 0.8 points."""
    sheet, pen, top = flow.sheet, flow.pen, flow.y
    side = EMBLEM[0] + 4 * MM
    width, middle = sheet.content_width - 2 * side, (sheet.left + sheet.right) / 2
    y = top
    for line in kop.lines:
        wide = face(Style.BOLD).width(printable(line.text), line.size)
        size = max(line.size * 0.85, min(line.size, line.size * width / max(wide, 1.0)))
        for text in face(Style.BOLD).wrap(printable(line.text), size, width):
            pen.text_centre(middle, y + size * 0.95, text, size, Style.BOLD)
            y += size * 1.22
    for text in face(Style.REGULAR).wrap(printable(kop.address), 9, width) if kop.address else []:
        pen.text_centre(middle, y + 10, text, 9)
        y += 11
    if kop.emblem:
        name, wide, high = flow.pdf.image(_key(kop.emblem), kop.emblem)
        scale = min(EMBLEM[0] / wide, EMBLEM[1] / high)
        pen.picture(sheet.left + (EMBLEM[0] - wide * scale) / 2, top, wide * scale, high * scale, name)
    else:
        draw_shield(pen, sheet.left + 3 * MM, top + 1 * MM)
    y = max(y, top + EMBLEM[1]) + 6
    pen.rule(sheet.left, y, sheet.right, y, 2.2)
    pen.rule(sheet.left, y + 2.6, sheet.right, y + 2.6, 0.8)
    flow.y = y + 18


def draw_shield(pen: Pen, x: float, y: float) -> None:
    """A plain shield with a star and a wave: it stands where the office's emblem belongs until there is a picture."""
    wide, high = 11 * MM, 13.5 * MM
    middle, low = x + wide / 2, y + high
    side = y + high * 0.62
    pen.shape(
        [
            ("m", x, y),
            ("l", x + wide, y),
            ("l", x + wide, side),
            ("c", x + wide, side + high * 0.22, middle + wide * 0.2, low - high * 0.06, middle, low),
            ("c", middle - wide * 0.2, low - high * 0.06, x, side + high * 0.22, x, side),
        ],
        1.1,
    )
    _star(pen, middle, y + high * 0.35, high * 0.19)
    wave = y + high * 0.68
    for i in range(2):
        left = x + wide * (0.22 + 0.28 * i)
        arc = wide * 0.28
        pen.curve(left, wave, left + arc * 0.3, wave - 3, left + arc * 0.7, wave - 3, left + arc, wave, 1.0)


def _star(pen: Pen, x: float, y: float, radius: float) -> None:
    steps: list[tuple[str, *tuple[float, ...]]] = []
    for i in range(10):
        turn = math.pi * (i / 5 - 0.5)
        far = radius if i % 2 == 0 else radius * 0.42
        steps.append(("l" if i else "m", x + far * math.cos(turn), y + far * math.sin(turn)))
    pen.shape(steps)


def draw_title(flow: Flow, title: Title) -> None:
    """Bold capitals 12 points, centred; number and period below."""
    width, middle = flow.sheet.content_width, (flow.sheet.left + flow.sheet.right) / 2
    heads = face(Style.BOLD).wrap(printable(title.text).upper(), 12, width)
    below = [line for text in (title.number, title.period) if text for line in wrapped(text, BODY, width)]

    def draw(y: float) -> None:
        for text in heads:
            flow.pen.text_centre(middle, y + 11.5, text, 12, Style.BOLD)
            y += 15
        for text in below:
            flow.pen.text_centre(middle, y + 11, text, BODY)
            y += LINE

    flow.put(len(heads) * 15 + len(below) * LINE, draw)
    flow.skip(10)


def draw_paragraph(flow: Flow, paragraph: Paragraph, keep: float = 0.0) -> None:
    """Justified text; lines go over to the next page one by one, the last two stay with ``keep`` points."""
    style = Style.BOLD if paragraph.bold else Style.REGULAR
    step = paragraph.size * LINE / BODY
    left = flow.sheet.left + paragraph.indent
    label = printable(paragraph.label)
    width = flow.sheet.content_width - paragraph.indent
    lines = list(_justified(printable(paragraph.text), paragraph.size, width, style))
    for i, (text, gap) in enumerate(lines):
        last = len(lines) - i
        flow.place(step * min(last, 2) + (keep if last <= 2 else 0.0))
        flow.pen.text(left, flow.y + paragraph.size, text, paragraph.size, style, gap)
        if i == 0 and label:
            flow.pen.text(flow.sheet.left, flow.y + paragraph.size, label, paragraph.size)
        flow.y += step
    flow.skip(5)


def paragraph_height(paragraph: Paragraph, width: float) -> float:
    """Points a paragraph takes in a column of ``width`` points."""
    style = Style.BOLD if paragraph.bold else Style.REGULAR
    lines = face(style).wrap(printable(paragraph.text), paragraph.size, width - paragraph.indent)
    return len(lines) * paragraph.size * LINE / BODY + 5


def draw_fields(flow: Flow, fields: Fields) -> None:
    """One line per pair: label, colon, value."""
    regular = face(Style.REGULAR)
    label_width = max(regular.width(printable(label), BODY) for label, _ in fields.pairs) + 10
    label_width = min(label_width, flow.sheet.content_width * 0.45)
    left = flow.sheet.left
    for label, value in fields.pairs:
        names = wrapped(label, BODY, label_width - 6)
        values = wrapped(value, BODY, flow.sheet.content_width - label_width - 8)

        def draw(y: float, names: list[str] = names, values: list[str] = values) -> None:
            for i, text in enumerate(names):
                flow.pen.text(left, y + BODY + i * LINE, text, BODY)
            flow.pen.text(left + label_width, y + BODY, ":", BODY)
            for i, text in enumerate(values):
                flow.pen.text(left + label_width + 8, y + BODY + i * LINE, text, BODY)

        flow.put(max(len(names), len(values)) * LINE, draw)
    flow.skip(8)


def draw_bar(flow: Flow, bar: Bar) -> None:
    """A heading on grey; it is deferred, so it never ends a page."""
    size, sheet = 10.5, flow.sheet
    lines = face(Style.BOLD).wrap(printable(bar.text), size, sheet.content_width - 8)
    height = len(lines) * size * 1.25 + 6
    flow.skip(7)

    def draw(y: float) -> None:
        flow.pen.fill(sheet.left, y, sheet.content_width, height)
        flow.pen.rule(sheet.left, y, sheet.right, y)
        flow.pen.rule(sheet.left, y, sheet.left, y + height)
        flow.pen.rule(sheet.right, y, sheet.right, y + height)
        flow.pen.rule(sheet.left, y + height, sheet.right, y + height)
        for i, text in enumerate(lines):
            flow.pen.text(sheet.left + 4, y + 3 + size + i * size * 1.25, text, size, Style.BOLD)

    flow.defer(height, draw)


def draw_photos(flow: Flow, photos: Photos) -> None:
    """Two pictures in a row, whole (never cropped), captions below."""
    gap = 12.0
    width = (flow.sheet.content_width - gap) / 2
    for start in range(0, len(photos.photos), 2):
        pair = photos.photos[start : start + 2]
        captions = [wrapped(photo.caption, 8.5, width) for photo in pair]
        high = max(_fitted(flow, photo, width)[2] for photo in pair)

        def draw(y: float, pair: tuple[Photo, ...] = pair, captions: list[list[str]] = captions) -> None:
            below = y + 6 + max(_fitted(flow, photo, width)[2] for photo in pair)
            for i, photo in enumerate(pair):
                name, wide, tall = _fitted(flow, photo, width)
                left = flow.sheet.left + i * (width + gap)
                flow.pen.picture(left, y + 6, wide, tall, name)
                for k, text in enumerate(captions[i]):
                    flow.pen.text(left, below + 10 + k * 10.5, text, 8.5, Style.ITALIC)

        flow.put(high + 14 + max(map(len, captions)) * 10.5, draw)


def wrapped(text: str, size: float, width: float) -> list[str]:
    return face(Style.REGULAR).wrap(printable(text), size, width)


def _justified(text: str, size: float, width: float, style: Style) -> Iterator[tuple[str, float]]:
    """Lines with the extra points per space that fill them; the last line of each paragraph is left as it is."""
    cut = face(style)
    for part in text.split("\n"):
        lines = cut.wrap(part, size, width)
        for i, line in enumerate(lines):
            spaces = line.count(" ") + line.count("\u00a0")
            slack = width - cut.width(line, size)
            # A line of few words before one that could not be broken stays ragged: wide holes are hard to read.
            full = i < len(lines) - 1 and spaces and slack < spaces * size * WIDEST_GAP
            yield line, slack / spaces if full else 0.0


def _fitted(flow: Flow, photo: Photo, width: float) -> tuple[str, float, float]:
    name, wide, tall = flow.pdf.image(_key(photo.data), photo.data)
    scale = min(width / wide, PHOTO_HEIGHT / tall)
    return name, wide * scale, tall * scale


def _key(data: bytes) -> str:
    return "Im" + sha256(data).hexdigest()[:16]
