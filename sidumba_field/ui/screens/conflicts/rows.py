"""The rows of screen 07: heads of the columns, group headings, a unit to choose, a line that merged by itself.

Owns their drawing. Columns are shares of the design width; what does not fit wraps, nothing is cut.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QTextLayout
from PySide6.QtWidgets import QSizePolicy, QWidget

from sidumba_field.services.conflicts.views import STORED, WAITING, ConflictView, MergedView, Side, UnitView
from sidumba_field.ui.theme import font, paint_icon, text_width, theme
from sidumba_field.ui.viewmodels.conflicts_speech import told
from sidumba_field.ui.widgets.glyphs import MarkPainter
from sidumba_field.ui.widgets.keycap import KeycapPainter, keys_of
from sidumba_field.ui.widgets.painting import focus_inside, line_of_text, rounded
from sidumba_field.ui.widgets.rich_text import Run, lay_out

CANVAS = 1274.0
#: Left edges at the design width: label, base, left box, right box, result.
LABEL, BEFORE, LEFT, RIGHT, RESULT = 13.0, 199.0, 375.0, 700.0, 1013.0
_BOX, _TEXT, _PAD = 301.0, 37.0, 13.0
HEAD, GROUP, CHOOSE, MERGED = 56, 32, 65, 39
_MEANING = "state.magenta"


class Columns:
    """Edges of the columns at a width, px."""

    def __init__(self, width: float) -> None:
        scale = width / CANVAS
        self.label = _PAD
        self.before, self.left, self.right, self.result = (x * scale for x in (BEFORE, LEFT, RIGHT, RESULT))
        self.box = _BOX * scale
        self.text = _TEXT
        self.width = width

    def room(self, column: str) -> float:
        """Width of the words of a column."""
        return {
            "label": self.before - self.label - 8,
            "before": self.left - self.before - 8,
            "side": self.box - self.text - 10,
            "result": self.width - self.result - 2 * _PAD,
        }[column]


class _Row(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        theme().changed.connect(self.update)

    def hasHeightForWidth(self) -> bool:
        """Long answers wrap."""
        return True

    def sizeHint(self) -> QSize:
        """The design width."""
        return QSize(round(CANVAS), self.heightForWidth(round(CANVAS)))

    def minimumSizeHint(self) -> QSize:
        """Narrow is fine, it wraps; how high follows from the width."""
        return QSize(400, GROUP)


class Heads(_Row):
    """Names of the columns, with who and when below them, and the keys that take a side."""

    def __init__(self, view: ConflictView) -> None:
        super().__init__()
        self._view = view

    def heightForWidth(self, width: int) -> int:
        """Two lines."""
        return HEAD

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw."""
        painter, at = QPainter(self), Columns(self.width())
        _ground(painter, self.rect().toRectF(), at)
        tones, view = theme(), self._view
        _line(painter, at.label, 10, told("field"), at.room("label"), "text.secondary", "small")
        _line(painter, at.before, 10, told("before"), at.room("before"), "text.primary", "label", 600)
        _line(painter, at.before, 29, view.before_note, at.room("before"), "text.tertiary", "small")
        for x, side, key in ((at.left, view.left_side, "Left"), (at.right, view.right_side, "Right")):
            self._side(painter, x, side, key if view.may_settle else "", at)
        _line(painter, at.result + _PAD, 10, told("result"), at.room("result"), "text.primary", "label", 600)
        note = told("result_note") if view.may_settle else ""
        _line(painter, at.result + _PAD, 29, note, at.room("result"), "text.tertiary", "small")
        painter.fillRect(QRectF(0, HEAD - 1, self.width(), 1), tones.color("border.default"))
        painter.end()

    @staticmethod
    def _side(painter: QPainter, x: float, side: Side, key: str, at: Columns) -> None:
        icon = {"user": "users"}.get(side.icon, side.icon)
        paint_icon(painter, icon, QRectF(x, 12, 16, 16), theme().color("text.primary"))
        end = _line(painter, x + 22, 10, side.title, at.box - 60, "text.primary", "label", 600)
        if key:
            KeycapPainter.paint(painter, x + 22 + end + 9, 20, keys_of(key))
        _line(painter, x, 29, side.who, at.box, "text.secondary", "small")


class GroupHead(_Row):
    """ "Perlu Anda pilih  1 dari 2 selesai"."""

    def __init__(self, words: str, note: str, meaning: str) -> None:
        super().__init__()
        self._words, self._note, self._meaning = words, note, meaning
        self.setAccessibleName(f"{words}. {note}")

    def heightForWidth(self, width: int) -> int:
        """One line."""
        return GROUP

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme().color("bg.surface"))
        ink = theme().color(f"state.{self._meaning}.fg")
        if self._meaning == "teal":
            paint_icon(painter, "check", QRectF(13, 8, 16, 16), ink)
        else:
            MarkPainter.paint(painter, QRectF(13, 8, 16, 16), "beda", color=ink)
        strong = font("small", weight=600)
        end = line_of_text(painter, QRectF(34, 0, self.width() - 50, GROUP), self._words, strong, ink)
        rest = QRectF(34 + end + 8, 0, self.width() - 50 - end, GROUP)
        line_of_text(painter, rest, self._note, font("small", numbers=True), theme().color("text.secondary"))
        _hairline(painter, self)
        painter.end()


class UnitRow(_Row):
    """What is decided as one. ``chosen`` carries the word of the box that was clicked; ``touched``: the hand comes."""

    chosen = Signal(str, str)
    touched = Signal(str)

    def __init__(self, view: UnitView, sides: tuple[Side, Side], *, open_to_choice: bool) -> None:
        super().__init__()
        self.unit = view
        self._sides, self._open, self._hand = sides, open_to_choice, False
        self.setProperty("ownFocus", True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setAccessibleName(spoken(view, sides))

    def set_hand(self, here: bool) -> None:
        """Whether the keyboard is on this row."""
        self._hand = here
        self.update()

    def heightForWidth(self, width: int) -> int:
        """65 px, or more for long answers."""
        at = Columns(width)
        heights = [
            _height(self._runs(text, ()), room, "value")
            for text, room in (
                (self.unit.label, at.room("label")),
                (self.unit.before, at.room("before")),
                (self.unit.left, at.room("side")),
                (self.unit.right, at.room("side")),
                (self.unit.result, at.room("result") - self._source_room()),
            )
        ]
        return max(CHOOSE, round(max(heights)) + 45)

    def _source_room(self) -> float:
        return text_width(self.unit.source, font("small")) + 10 if self.unit.choice else 0.0

    def _boxes(self) -> tuple[QRectF, QRectF]:
        at = Columns(self.width())
        height = self.height() - 13
        return QRectF(at.left, 6, at.box, height), QRectF(at.right, 6, at.box, height)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click on a box takes it."""
        self.touched.emit(self.unit.unit)
        if not self._open:
            return
        for box, word in zip(self._boxes(), (WAITING, STORED), strict=True):
            if box.contains(event.position()):
                self.chosen.emit(self.unit.unit, word)

    @staticmethod
    def _runs(
        text: str, marks: Sequence[tuple[int, int]], tone: str = "text.primary", weight: int = 500
    ) -> list[Run]:
        if not text:
            return [Run(told("empty"), "text.tertiary")]
        runs, at = [], 0
        for start, end in marks:
            if start > at:
                runs.append(Run(text[at:start], tone, weight))
            runs.append(Run(text[start:end], f"{_MEANING}.fg", 600, f"{_MEANING}.tint"))
            at = end
        if at < len(text):
            runs.append(Run(text[at:], tone, weight))
        return runs

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, label, base, two boxes, result."""
        painter, at, unit = QPainter(self), Columns(self.width()), self.unit
        _ground(painter, self.rect().toRectF(), at, hand=self._hand)
        middle = (self.height() - 1) / 2
        _paragraph(
            painter, at.label, middle, [Run(unit.label, "text.primary", 600)], at.room("label"), "body"
        )
        before = [Run(unit.before or told("empty"), "text.tertiary")]
        _paragraph(painter, at.before, middle, before, at.room("before"), "body")
        for box, word, text, marks in zip(
            self._boxes(),
            (WAITING, STORED),
            (unit.left, unit.right),
            (unit.left_marks, unit.right_marks),
            strict=True,
        ):
            self._box(
                painter,
                box,
                at,
                chosen=unit.choice == word,
                runs=self._runs(text, () if unit.choice else marks),
            )
        self._result(painter, at, middle)
        _hairline(painter, self)
        table = self.parentWidget()
        if self._hand and table is not None and table.hasFocus():
            box = self._boxes()[1 if unit.choice == STORED else 0]
            focus_inside(painter, box.adjusted(-3, -3, 3, 3), 9)
        painter.end()

    def _box(self, painter: QPainter, box: QRectF, at: Columns, *, chosen: bool, runs: list[Run]) -> None:
        tones = theme()
        edge = tones.color("accent.solid" if chosen else "border.control")
        fill = tones.color("accent.tint" if chosen else "bg.surface")
        rounded(painter, box, 7, fill, edge, 2.0 if chosen else 1.0)
        if self._open:
            centre = QPointF(box.left() + 19, box.center().y())
            painter.setPen(QPen(edge, 1.25))
            painter.setBrush(tones.color("accent.solid") if chosen else tones.color("bg.surface"))
            painter.drawEllipse(centre, 7.2, 7.2)
            if chosen:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(tones.color("text.onSolid"))
                painter.drawEllipse(centre, 3, 3)
        left = box.left() + (at.text if self._open else 14)
        _paragraph(painter, left, box.center().y(), runs, at.room("side"), "value")

    def _result(self, painter: QPainter, at: Columns, middle: float) -> None:
        unit, left = self.unit, at.result + _PAD
        if unit.choice:
            room = at.room("result") - self._source_room()
            _paragraph(painter, left, middle, self._runs(unit.result, (), weight=600), room, "value")
            _source(painter, self, unit.source)
            return
        if not self._open:
            return
        end = left + _line(painter, left, middle - 9, told("pick"), 60, "text.secondary", "body") + 7
        end = KeycapPainter.paint(painter, end, middle, keys_of("Left")) + 3
        end = KeycapPainter.paint(painter, end, middle, keys_of("Right")) + 7
        if unit.item is not None:
            room = self.width() - end - 34
            end += _line(painter, end, middle - 9, told("or_write"), room, "text.secondary", "body") + 7
            KeycapPainter.paint(painter, end, middle, keys_of("F2"))


class MergedRow(_Row):
    """What went together by itself: whose change it is stands strong."""

    def __init__(self, view: MergedView) -> None:
        super().__init__()
        self._view = view
        empty = told("empty")
        self.setAccessibleName(f"{view.label}: {view.result or empty}, {view.source}")

    def _cells(self, at: Columns) -> list[tuple[float, float, list[Run]]]:
        view, empty = self._view, told("empty")

        def side(text: str, changed: bool) -> list[Run]:
            return [
                Run(text or empty, "text.primary" if changed else "text.secondary", 600 if changed else 0)
            ]

        return [
            (at.label, at.room("label"), [Run(view.label, "text.secondary")]),
            (at.before, at.room("before"), [Run(view.before or empty, "text.secondary")]),
            (at.left + at.text, at.room("side"), side(view.left, view.changed_left)),
            (at.right + at.text, at.room("side"), side(view.right, view.changed_right)),
            (
                at.result + _PAD,
                at.room("result") - text_width(view.source, font("small")) - 10,
                [Run(view.result or empty, "text.primary")],
            ),
        ]

    def heightForWidth(self, width: int) -> int:
        """39 px, or more for long answers."""
        heights = [_height(runs, room, "body") for _, room, runs in self._cells(Columns(width))]
        return max(MERGED, round(max(heights)) + 21)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw."""
        painter, at = QPainter(self), Columns(self.width())
        _ground(painter, self.rect().toRectF(), at)
        for x, room, runs in self._cells(at):
            _paragraph(painter, x, (self.height() - 1) / 2, runs, room, "body")
        _source(painter, self, self._view.source)
        _hairline(painter, self)
        painter.end()


def spoken(view: UnitView, sides: tuple[Side, Side]) -> str:
    """One sentence for a screen reader."""
    empty = told("empty")
    chosen = told("chosen_left", value=view.result or empty) if view.choice else told("not_chosen")
    return told(
        "spoken",
        label=view.label,
        before=view.before or empty,
        left_title=sides[0].title,
        left=view.left or empty,
        right_title=sides[1].title,
        right=view.right or empty,
        chosen=chosen,
    )


def _ground(painter: QPainter, rect: QRectF, at: Columns, *, hand: bool = False) -> None:
    tones = theme()
    painter.fillRect(rect, tones.color("bg.selected" if hand else "bg.surface"))
    painter.fillRect(QRectF(at.result, 0, rect.width() - at.result, rect.height()), tones.color("bg.subtle"))
    painter.fillRect(QRectF(at.result, 0, 1, rect.height()), tones.color("border.subtle"))


def _hairline(painter: QPainter, row: QWidget) -> None:
    painter.fillRect(0, row.height() - 1, row.width(), 1, theme().color("border.subtle"))


def _line(
    painter: QPainter, x: float, y: float, text: str, room: float, tone: str, role: str, weight: int = 0
) -> float:
    used = font(role, numbers=True, weight=weight) if weight else font(role, numbers=True)
    return line_of_text(painter, QRectF(x, y, room, 18), text, used, theme().color(tone))


def _height(runs: Sequence[Run], room: float, role: str) -> float:
    return lay_out(QTextLayout(), runs, role, room, 0, numbers=True)[0]


def _paragraph(
    painter: QPainter, x: float, middle: float, runs: Sequence[Run], room: float, role: str
) -> None:
    layout = QTextLayout()
    height, _ = lay_out(layout, runs, role, room, 0, numbers=True)
    layout.draw(painter, QPointF(x, middle - height / 2))


def _source(painter: QPainter, row: QWidget, words: str) -> None:
    area = QRectF(0, 0, row.width() - _PAD, row.height() - 1)
    ink = theme().color("text.tertiary")
    line_of_text(painter, area, words, font("small"), ink, Qt.AlignmentFlag.AlignRight)
