"""Draws everything of a paper but its tables: kop, title, paragraphs, field lines, headings, photos, signatures.

Each drawing is a pair: how tall (points) and how, so that the flow decides where it goes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import sha256

from sidumba_field import words
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
    SignatoryLike,
    Signatures,
    SignatureSide,
    Title,
)

BODY, LINE = 11.0, 14.5
EMBLEM = (17 * MM, 20 * MM)
SIGNATURE_SPACE = 22 * MM
PHOTO_HEIGHT = 75 * MM


def draw_kop(flow: Flow, kop: KopLike) -> None:
    """The letterhead: emblem left, centred bold lines, address 9 points, a double rule 2.2 over 0.8 points."""
    sheet, pen, top = flow.sheet, flow.pen, flow.y
    side = EMBLEM[0] + 4 * MM if kop.emblem else 0.0
    width, middle = sheet.content_width - 2 * side, (sheet.left + sheet.right) / 2
    y = top
    for line in kop.lines:
        for text in face(Style.BOLD).wrap(printable(line.text), line.size, width):
            pen.text_centre(middle, y + line.size * 0.95, text, line.size, Style.BOLD)
            y += line.size * 1.22
    for text in face(Style.REGULAR).wrap(printable(kop.address), 9, width) if kop.address else []:
        pen.text_centre(middle, y + 10, text, 9)
        y += 11
    if kop.emblem:
        name, wide, high = flow.pdf.image(_key(kop.emblem), kop.emblem)
        scale = min(EMBLEM[0] / wide, EMBLEM[1] / high)
        pen.picture(sheet.left + (EMBLEM[0] - wide * scale) / 2, top, wide * scale, high * scale, name)
        y = max(y, top + EMBLEM[1])
    y += 6
    pen.rule(sheet.left, y, sheet.right, y, 2.2)
    pen.rule(sheet.left, y + 2.6, sheet.right, y + 2.6, 0.8)
    flow.y = y + 18


def draw_title(flow: Flow, title: Title) -> None:
    """Bold capitals 12 points, centred; number and period below."""
    width, middle = flow.sheet.content_width, (flow.sheet.left + flow.sheet.right) / 2
    heads = face(Style.BOLD).wrap(printable(title.text).upper(), 12, width)
    below = [line for text in (title.number, title.period) if text for line in _wrapped(text, BODY, width)]

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
    width = flow.sheet.content_width - paragraph.indent
    lines = list(_justified(printable(paragraph.text), paragraph.size, width, style))
    for i, (text, gap) in enumerate(lines):
        last = len(lines) - i
        flow.place(step * min(last, 2) + (keep if last <= 2 else 0.0))
        flow.pen.text(left, flow.y + paragraph.size, text, paragraph.size, style, gap)
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
        names = _wrapped(label, BODY, label_width - 6)
        values = _wrapped(value, BODY, flow.sheet.content_width - label_width - 8)

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
        captions = [_wrapped(photo.caption, 8.5, width) for photo in pair]
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


def draw_signatures(flow: Flow, block: Signatures) -> None:
    """The signature block as one unsplittable thing."""
    height, draw = _signatures(flow, block)
    flow.put(height, draw)


def signatures_height(flow: Flow, block: Signatures) -> float:
    """Points the signature block takes."""
    return _signatures(flow, block)[0]


# ------------------------------------------------------------------------------------------------------------- helpers


def _signatures(flow: Flow, block: Signatures) -> tuple[float, Callable[[float], None]]:
    half = flow.sheet.content_width * 0.47
    sides = [(block.right, flow.sheet.right - half / 2)]
    if block.left is not None:
        sides.append((block.left, flow.sheet.left + half / 2))
    heads = [_side_head(side, half) for side, _ in sides]
    feet = [_side_foot(side, half) for side, _ in sides]
    before = 16.0
    space = max(map(len, heads)) * LINE + SIGNATURE_SPACE

    def draw(y: float) -> None:
        for (side, middle), head, foot in zip(sides, heads, feet, strict=True):
            for i, text in enumerate(head):
                flow.pen.text_centre(middle, y + before + BODY + i * LINE, text, BODY)
            at = y + before + space + BODY
            _draw_name(flow, side.signatory, middle, at, half)
            for i, (text, size, style) in enumerate(foot):
                flow.pen.text_centre(middle, at + (i + 1) * LINE, text, size, style)

    return before + space + (1 + max(map(len, feet))) * LINE + 4, draw


def _side_head(side: SignatureSide, width: float) -> list[str]:
    lines = _wrapped(side.opening, BODY, width)
    position = side.signatory.full_position
    return lines + (_wrapped(f"{position},", BODY, width) if position else [])


def _side_foot(side: SignatureSide, width: float) -> list[tuple[str, float, Style]]:
    official = side.signatory
    lines = [(text, BODY, Style.REGULAR) for text in _wrapped(official.rank, BODY, width) if text]
    if official.nip:
        lines.append((words.say("papers.signature.nip", nip=official.nip), BODY, Style.REGULAR))
    if side.status:
        lines.append((side.status, 9.0, Style.ITALIC))
    return lines


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


def _wrapped(text: str, size: float, width: float) -> list[str]:
    return face(Style.REGULAR).wrap(printable(text), size, width)


def _justified(text: str, size: float, width: float, style: Style) -> Iterator[tuple[str, float]]:
    """Lines with the extra points per space that fill them; the last line of each paragraph is left as it is."""
    cut = face(style)
    for part in text.split("\n"):
        lines = cut.wrap(part, size, width)
        for i, line in enumerate(lines):
            spaces = line.count(" ") + line.count("\u00a0")
            slack = width - cut.width(line, size)
            full = i < len(lines) - 1 and spaces and slack < width * 0.25
            yield line, slack / spaces if full else 0.0


def _fitted(flow: Flow, photo: Photo, width: float) -> tuple[str, float, float]:
    name, wide, tall = flow.pdf.image(_key(photo.data), photo.data)
    scale = min(width / wide, PHOTO_HEIGHT / tall)
    return name, wide * scale, tall * scale


def _key(data: bytes) -> str:
    return "Im" + sha256(data).hexdigest()[:16]
