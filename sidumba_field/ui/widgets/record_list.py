"""Record rows: title and subtitle, remark or progress, facts, and the row's action at the right.

Owns the wide row of the home screen (44 px, with group headings) and the narrow one of a queue (two lines,
warnings and duplicates at the right).
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from sidumba_field.ui.theme import font, paint_icon, size, text_width, theme
from sidumba_field.ui.widgets.glyphs import MarkPainter, StatePainter, mark_meaning, position_meaning
from sidumba_field.ui.widgets.keycap import KeycapPainter
from sidumba_field.ui.widgets.painting import line_of_text, two_lines
from sidumba_field.ui.widgets.progress import paint_bar
from sidumba_field.ui.widgets.rows import ITEM, Index, RowDelegate, RowList
from sidumba_field.ui.widgets.speech import tr

_RIGHT = Qt.AlignmentFlag.AlignRight


@dataclass(frozen=True, slots=True)
class RecordRow:
    """One record. ``remark`` or (``done``, ``total``); ``fact`` "2 isian"; ``when`` "kemarin"; ``action``
    "Perbaiki".

    ``mark``: tanda kirim or ""; ``warnings``, ``duplicates``, ``tag`` ("versi 3") are for queues.
    """

    key: str
    title: str
    subtitle: str = ""
    remark: str = ""
    done: int = 0
    total: int = 0
    fact: str = ""
    when: str = ""
    action: str = ""
    mark: str = ""
    warnings: int = 0
    duplicates: int = 0
    tag: str = ""
    is_group: bool = False

    def spoken(self) -> str:
        """One sentence for a screen reader."""
        progress = tr("progress.of", done=self.done, total=self.total) if self.total else ""
        mark = mark_meaning(self.mark).label if self.mark else ""
        parts = (
            self.title,
            self.subtitle,
            self.remark,
            progress,
            self.fact,
            self.when,
            self.tag,
            mark,
            self.action,
        )
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A heading inside a list, with the ring of a posisi."""

    key: str
    title: str
    position: str = ""
    is_group: bool = True

    def spoken(self) -> str:
        """Its title."""
        return self.title


def _records(index: Index) -> list[RecordRow]:
    """The records of the list a row is in, without headings."""
    return [row for row in index.model().items if isinstance(row, RecordRow)]  # type: ignore[attr-defined]


class RecordDelegate(RowDelegate):
    """The wide row. Columns stand at fixed shares of the width, as on the home screen."""

    height = 46

    def height_of(self, index: Index) -> int:
        """Headings are lower."""
        return 30 if index.data(ITEM).is_group else self.height

    def ground(self, painter: QPainter, rect: QRectF, index: Index, current: bool, focused: bool) -> None:
        """Headings on subtle ground."""
        if index.data(ITEM).is_group:
            painter.fillRect(rect, theme().color("bg.subtle"))
        else:
            super().ground(painter, rect, index, current, focused)

    def words(self, painter: QPainter, rect: QRectF, index: Index, current: bool, focused: bool) -> None:
        """Heading or record."""
        item = index.data(ITEM)
        if isinstance(item, GroupRow):
            self._heading(painter, rect, item)
        else:
            self._record(painter, rect, item, focused, index)

    @staticmethod
    def _heading(painter: QPainter, rect: QRectF, item: GroupRow) -> None:
        tone = "text.secondary"
        left = rect.left() + 14
        if item.position:
            tone = position_meaning(item.position).fg
            StatePainter.paint(painter, QRectF(left, rect.center().y() - 8, 16, 16), item.position)
            left += 23
        words = QRectF(left, rect.top(), rect.right() - left, rect.height())
        line_of_text(painter, words, item.title, font("small", weight=600), theme().color(tone))

    @staticmethod
    def _fact_columns(rect: QRectF, index: Index) -> tuple[float, float]:
        """Left edges of fact and time, the same in every row: as in the design, or as far left as a narrow list asks
        so that nothing stands over the action."""
        rows, used, label = _records(index), font("small", numbers=True), font("label")
        action = (
            max((text_width(row.action, label) for row in rows), default=0) + KeycapPainter.width(("↵",)) + 21
        )
        when = max((text_width(row.when, used) for row in rows), default=0)
        fact = max((text_width(row.fact, used) for row in rows), default=0)
        fourth = min(rect.left() + rect.width() * 0.772, rect.right() - action - when - 10)
        return min(rect.left() + rect.width() * 0.636, fourth - fact - 12), fourth

    @staticmethod
    def _names_room(width: float, index: Index) -> float:
        """Px for the names, the same in every row: their share of the design, or more where the list is narrow."""
        rows = _records(index)
        title, small = font("label"), font("small")
        wanted = max(
            (max(text_width(r.title, title), text_width(r.subtitle, small)) for r in rows), default=0
        )
        return max(width * 0.27 - 14, min(wanted + 2, width * 0.34))

    def _record(self, painter: QPainter, rect: QRectF, item: RecordRow, focused: bool, index: Index) -> None:
        current = theme()
        names = QRectF(rect.left() + 14, rect.top() + 6, self._names_room(rect.width(), index), 18)
        line_of_text(painter, names, item.title, font("label"), current.color("text.primary"))
        below = names.translated(0, 17)
        line_of_text(painter, below, item.subtitle, font("small"), current.color("text.secondary"))
        second = max(rect.left() + rect.width() * 0.293, names.right() + 14)
        third, fourth = self._fact_columns(rect, index)
        middle = QRectF(second, rect.top(), third - second - 14, rect.height())
        if item.remark:
            two_lines(painter, middle, f"“{item.remark}”", current.color("text.secondary"))
        elif item.total:
            self._progress(painter, middle, item)
        used = font("small", numbers=True)
        fact = QRectF(third, rect.top(), fourth - third - 10, rect.height())
        line_of_text(painter, fact, item.fact, used, current.color("text.secondary"))
        when = QRectF(fourth, rect.top(), 76, rect.height())
        line_of_text(painter, when, item.when, used, current.color("text.secondary"))
        self._right(painter, rect, item, focused)

    @staticmethod
    def _progress(painter: QPainter, area: QRectF, item: RecordRow) -> None:
        text, used = tr("progress.answers", done=item.done, total=item.total), font("small", numbers=True)
        room = max(24.0, min(132.0, area.width() - text_width(text, used) - 14))
        bar = QRectF(area.left(), area.center().y() - 3, room, 6)
        paint_bar(painter, bar, item.done / item.total)
        words = area.adjusted(bar.width() + 12, 0, 0, 0)
        line_of_text(painter, words, text, used, theme().color("text.secondary"))

    @staticmethod
    def _right(painter: QPainter, rect: QRectF, item: RecordRow, focused: bool) -> None:
        right = rect.right() - 14
        if focused and item.action:
            right -= KeycapPainter.width(("↵",))
            KeycapPainter.paint(painter, right, rect.center().y(), ("↵",))
            right -= 7
        area = QRectF(rect.left(), rect.top(), right - rect.left(), rect.height())
        used = font("label")
        line_of_text(painter, area, item.action, used, theme().color("text.link"), _RIGHT)
        if item.mark:
            left = right - (text_width(item.action, used) + 10 if item.action else 0) - 16
            MarkPainter.paint(painter, QRectF(left, rect.center().y() - 8, 16, 16), item.mark)


class QueueDelegate(RowDelegate):
    """The narrow row of a queue."""

    height = 53

    def ground(self, painter: QPainter, rect: QRectF, index: Index, current: bool, focused: bool) -> None:
        """The current row is the surface itself with an accent edge, so that it continues into the record
        beside.
        """
        if current:
            painter.fillRect(rect, theme().color("bg.surface"))
            painter.fillRect(QRectF(rect.left(), rect.top(), 3, rect.height()), theme().color("accent.solid"))

    def words(self, painter: QPainter, rect: QRectF, index: Index, current: bool, focused: bool) -> None:
        """Two lines and their signs."""
        item: RecordRow = index.data(ITEM)
        tones, used = theme(), font("small", numbers=True)
        room = rect.width() - 34
        signs = self._signs_width(item)
        # A title that needs the whole line sends the signs down; the version then stands in the record's head alone.
        below = bool(signs) and text_width(item.title, font("label")) > room - signs
        self._signs(painter, rect.right() - 12, rect.top() + (26 if below else 9), item)
        first = QRectF(rect.left() + 14, rect.top() + 8, room - (0 if below else signs) + 6, 18)
        line_of_text(painter, first, item.title, font("label"), tones.color("text.primary"))
        tagged = "" if below else item.tag
        width = signs if below else text_width(tagged, used)
        second = QRectF(rect.left() + 14, rect.top() + 26, room - width, 17)
        line_of_text(painter, second, item.subtitle, used, tones.color("text.secondary"))
        tag = QRectF(rect.left(), rect.top() + 26, rect.width() - 12, 17)
        line_of_text(painter, tag, tagged, used, tones.color("text.secondary"), _RIGHT)

    @staticmethod
    def _signs_width(item: RecordRow) -> float:
        """Px of warnings, duplicates and mark."""
        used = font("label", numbers=True)
        counts = sum(text_width(str(n), used) + 26 for n in (item.duplicates, item.warnings) if n)
        return counts + (20 if item.mark and item.mark != "terima" else 0)

    def _signs(self, painter: QPainter, right: float, top: float, item: RecordRow) -> None:
        for icon, count, tone in (
            ("copy", item.duplicates, "magenta"),
            ("triangle-alert", item.warnings, "amber"),
        ):
            if count:
                right = self._count(painter, right, top + 9, icon, count, f"state.{tone}.fg")
        if item.mark and item.mark != "terima":
            MarkPainter.paint(painter, QRectF(right - 20, top + 1, 16, 16), item.mark)

    @staticmethod
    def _count(painter: QPainter, right: float, middle: float, icon: str, count: int, tone: str) -> float:
        used = font("label", numbers=True)
        width = text_width(str(count), used)
        area = QRectF(right - width - 1, middle - 9, width + 2, 18)
        line_of_text(painter, area, str(count), used, theme().color(tone))
        paint_icon(painter, icon, QRectF(right - width - 18, middle - 7, 14, 14), theme().color(tone))
        return right - width - 26


class RecordList(RowList):
    """The wide list."""

    def __init__(self, *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(RecordDelegate(), name=name, parent=parent)


class QueueList(RowList):
    """The narrow list of a queue, on the page's own ground."""

    def __init__(self, *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(QueueDelegate(), name=name, parent=parent)
        self.setProperty("ground", "clear")
        self.setMinimumWidth(180)
        self.setMaximumWidth(size("queuePane") + 120)
