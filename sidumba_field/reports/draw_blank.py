"""Draws a form to be filled by pen: code, question, and room to answer (boxes, numbered choices, lines, tables).

Every question is one row that is never split; what is skipped says in words when it is skipped.
"""

from __future__ import annotations

from dataclasses import dataclass

from sidumba_field import words
from sidumba_field.reports.faces import Style, face, printable
from sidumba_field.reports.flow import Flow
from sidumba_field.reports.model import BlankItem, Blanks, BlankTable

SIZE, SMALL, LEAD = 9.0, 7.5, 1.2
PAD = 3.5
CODE, QUESTION = 0.065, 0.335
BOX, TICK, STEP = 13.5, 8.5, 13.0
WRITE = 17.0
AFTER = 3.0


def draw_blanks(flow: Flow, block: Blanks) -> None:
    """All questions of one section, one below the other."""
    for item in block.items:
        if isinstance(item, BlankTable):
            _draw_table(flow, item)
        else:
            _draw_item(flow, item)
    flow.skip(AFTER)


@dataclass(frozen=True, slots=True)
class _Text:
    """Measured words of the question column: (line, points, cut)."""

    lines: tuple[tuple[str, float, Style], ...]

    @property
    def height(self) -> float:
        return sum(size * LEAD for _, size, _ in self.lines)

    def draw(self, flow: Flow, x: float, y: float) -> None:
        for text, size, style in self.lines:
            y += size * LEAD
            flow.pen.text(x, y - size * 0.25, text, size, style)


def _question(item: BlankItem, width: float) -> _Text:
    asked = face(Style.REGULAR).wrap(printable(item.question), SIZE, width) if item.question else []
    lines = [(text, SIZE, Style.REGULAR) for text in asked]
    for text, style in ((item.hint, Style.ITALIC), (item.skip, Style.BOLD_ITALIC)):
        if text:
            wrapped = face(style).wrap(printable(text), SMALL, width)
            lines += [(line, SMALL, style) for line in wrapped]
    return _Text(tuple(lines))


def _draw_item(flow: Flow, item: BlankItem) -> None:
    sheet = flow.sheet
    edges = [sheet.left, sheet.left + sheet.content_width * CODE]
    wide = bool(item.parts) and not item.question  # several named answers use the whole width
    edges += [sheet.right] if wide else [edges[1] + sheet.content_width * QUESTION, sheet.right]
    question = _question(item, edges[2] - edges[1] - 2 * PAD)
    room = edges[-1] - (edges[1] if wide else edges[2]) - 2 * PAD
    above = question.height if wide else 0.0
    height = max(question.height, above + _answer_height(item, room)) + 2 * PAD

    def draw(y: float) -> None:
        _frame(flow, edges, y, height)
        flow.pen.text_centre((edges[0] + edges[1]) / 2, y + PAD + SIZE, item.code, SIZE)
        question.draw(flow, edges[1] + PAD, y + PAD)
        _draw_answer(flow, item, edges[-1] - PAD - room, y + PAD + above, room)

    flow.put(height, draw)


def _frame(flow: Flow, edges: list[float], y: float, height: float) -> None:
    for x in edges:
        flow.pen.rule(x, y, x, y + height)
    flow.pen.rule(edges[0], y, edges[-1], y)
    flow.pen.rule(edges[0], y + height, edges[-1], y + height)


# ------------------------------------------------------------------------------------------------------ room to answer


def _places(item: BlankItem, room: float) -> list[tuple[float, int, list[str]]]:
    """Where each choice stands: (left, first line, its lines), columns wide enough for the longest when it can be."""
    cut = face(Style.REGULAR)
    texts = [f"{n} {printable(choice)}" for n, choice in enumerate(item.choices, start=1)]
    widest = max(cut.width(text, SIZE) for text in texts) + TICK + 14
    columns = max(1, min(len(texts), int(room / widest)))
    wide = room / columns
    found: list[tuple[float, int, list[str]]] = []
    line = 0
    for start in range(0, len(texts), columns):
        row = [cut.wrap(text, SIZE, wide - TICK - 8) for text in texts[start : start + columns]]
        found += [(wide * i, line, lines) for i, lines in enumerate(row)]
        line += max(map(len, row))
    return found


def _placed_parts(item: BlankItem, room: float) -> list[tuple[float, float, float, BlankItem]]:
    """Where the short answers of one row stand: (left, top, width), side by side while there is room."""
    found: list[tuple[float, float, float, BlankItem]] = []
    left, top, tall = 0.0, 0.0, 0.0
    for part in item.parts:
        wide = _part_width(part, room)
        if left and left + wide > room:
            left, top, tall = 0.0, top + tall, 0.0
        found.append((left, top, wide, part))
        left += wide + 10
        tall = max(tall, SMALL * LEAD + _answer_height(part, wide) + 2)
    return found


def _part_width(part: BlankItem, room: float) -> float:
    words = face(Style.REGULAR).width(printable(part.question), SMALL) + 4
    if part.choices:
        return room
    if part.boxes:
        return min(room, max(words, part.boxes * BOX + len(part.grouping) * 5 + _beside(part)))
    return min(room, max(words, room * 0.48))


def _answer_height(item: BlankItem, room: float) -> float:
    if item.parts:
        return max(
            top + SMALL * LEAD + _answer_height(part, wide) + 2
            for _, top, wide, part in _placed_parts(item, room)
        )
    if item.choices:
        placed = _places(item, room)
        return max(line + len(lines) for _, line, lines in placed) * STEP + (SMALL * LEAD if item.many else 0)
    if item.boxes:
        return _box_rows(item, room) * (BOX + 2)
    return item.lines * WRITE


def _box_rows(item: BlankItem, room: float) -> int:
    left = _prefix_width(item)
    whole = left + item.boxes * BOX + len(item.grouping) * 5 + _suffix_width(item)
    return 1 if whole <= room else 2


def _prefix_width(item: BlankItem) -> float:
    return 18.0 if item.unit == "Rp" else 0.0


def _suffix_width(item: BlankItem) -> float:
    return face(Style.REGULAR).width(item.unit, SIZE) + 6 if item.unit and item.unit != "Rp" else 0.0


def _beside(item: BlankItem) -> float:
    """Room of what is printed beside the boxes."""
    return _prefix_width(item) + _suffix_width(item)


def _draw_answer(flow: Flow, item: BlankItem, x: float, y: float, room: float) -> None:
    if item.parts:
        for left, top, wide, part in _placed_parts(item, room):
            flow.pen.text(x + left, y + top + SMALL, printable(part.question), SMALL)
            _draw_answer(flow, part, x + left, y + top + SMALL * LEAD + 1, wide)
    elif item.choices:
        _draw_choices(flow, item, x, y, room)
    elif item.boxes:
        _draw_boxes(flow, item, x, y, room)
    else:
        for i in range(item.lines):
            flow.pen.rule(
                x, y + (i + 1) * WRITE - 3, x + room - _suffix_width(item), y + (i + 1) * WRITE - 3, 0.3
            )
        if item.unit:
            flow.pen.text(x + room - _suffix_width(item) + 4, y + item.lines * WRITE - 4, item.unit, SIZE)


def _draw_choices(flow: Flow, item: BlankItem, x: float, y: float, room: float) -> None:
    for left, line, lines in _places(item, room):
        top = y + line * STEP
        flow.pen.box(x + left, top + 1.5, TICK, TICK, 0.6)
        for i, text in enumerate(lines):
            flow.pen.text(x + left + TICK + 5, top + i * STEP + SIZE, text, SIZE)
    if item.many:
        placed = _places(item, room)
        bottom = y + max(line + len(lines) for _, line, lines in placed) * STEP
        flow.pen.text(x, bottom + SMALL, words.say("papers.blank.many"), SMALL, Style.ITALIC)


def _draw_boxes(flow: Flow, item: BlankItem, x: float, y: float, room: float) -> None:
    """One box per character, in the groups people read them in; a second row when one is not wide enough."""
    if item.unit == "Rp":
        flow.pen.text(x, y + BOX - 3, item.unit, SIZE)
    left = x + _prefix_width(item)
    gaps = set(_sums(item.grouping))
    at, row = left, 0
    for i in range(item.boxes):
        if at + BOX > x + room:
            at, row = left, row + 1
        flow.pen.box(at, y + row * (BOX + 2), BOX, BOX, 0.5)
        at += BOX + (5 if i + 1 in gaps else 0)
    if item.unit and item.unit != "Rp":
        flow.pen.text(at + 5, y + row * (BOX + 2) + BOX - 3, item.unit, SIZE)


def _sums(groups: tuple[int, ...]) -> list[int]:
    found: list[int] = []
    for group in groups:
        found.append(group + (found[-1] if found else 0))
    return found


# ------------------------------------------------------------------------------------------------------------- repeats


def _draw_table(flow: Flow, table: BlankTable) -> None:
    sheet, bold = flow.sheet, face(Style.BOLD)
    title = f"{table.code}  {table.title}".strip() + (f"  {table.skip}" if table.skip else "")
    titles = bold.wrap(printable(title), SIZE, sheet.content_width - 2 * PAD)
    number = 20.0
    unit = (sheet.content_width - number) / sum(share for _, share in table.heads)
    edges = [sheet.left, sheet.left + number]
    for _, share in table.heads:
        edges.append(edges[-1] + share * unit)
    heads = [
        bold.wrap(printable(head), SMALL, edges[i + 2] - edges[i + 1] - 2 * PAD)
        for i, (head, _) in enumerate(table.heads)
    ]
    above = len(titles) * SIZE * LEAD + 2 * PAD
    head = max(map(len, heads)) * SMALL * LEAD + 2 * PAD
    row = 19.0

    def draw(y: float) -> None:
        _frame(flow, [edges[0], edges[-1]], y, above)
        for i, text in enumerate(titles):
            flow.pen.text(edges[0] + PAD, y + PAD + SIZE + i * SIZE * LEAD, text, SIZE, Style.BOLD)
        _frame(flow, edges, y + above, head)
        for i, lines in enumerate([["No"], *heads]):
            for k, text in enumerate(lines):
                middle = (edges[i] + edges[i + 1]) / 2
                flow.pen.text_centre(
                    middle, y + above + PAD + SMALL * (1 + k * LEAD), text, SMALL, Style.BOLD
                )
        for n in range(table.rows):
            _frame(flow, edges, y + above + head + n * row, row)
            flow.pen.text_centre((edges[0] + edges[1]) / 2, y + above + head + n * row + 13, str(n + 1), SIZE)

    flow.put(above + head + table.rows * row, draw)
