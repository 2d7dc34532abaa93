"""The cards of Beranda: targets, today's visits, shipping."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from sidumba_field.services.views import HomeView, VisitRow
from sidumba_field.ui.screens.parts import clear
from sidumba_field.ui.theme import font, paint_icon, text_width, theme
from sidumba_field.ui.viewmodels.conflicts_speech import told as say_conflicts
from sidumba_field.ui.viewmodels.speech import tell
from sidumba_field.ui.widgets.button import Button
from sidumba_field.ui.widgets.card import Card, CardHeader
from sidumba_field.ui.widgets.glyphs import MarkPainter
from sidumba_field.ui.widgets.label import Label
from sidumba_field.ui.widgets.painting import line_of_text, rounded
from sidumba_field.ui.widgets.progress import StepBar, ThinBar
from sidumba_field.ui.widgets.speech import language
from sidumba_field.words import number

_BOTTOM = Qt.AlignmentFlag.AlignBottom


def figure_line(figure: Label, unit: Label) -> QHBoxLayout:
    """A big number and its unit on one line."""
    row = QHBoxLayout()
    row.setSpacing(5)
    unit.setContentsMargins(0, 0, 0, 4)
    row.addWidget(figure, 0, _BOTTOM)
    row.addWidget(unit, 1, _BOTTOM)
    return row


class _Block(QWidget):
    """One figure of the targets card, with a line at its left unless it is the first."""

    def __init__(self, *, first: bool = False) -> None:
        super().__init__()
        self._first = first
        self.title = Label("", "small", "secondary", weight=500)
        self.figure, self.unit = (
            Label("", "figure", numbers=True),
            Label("", "body", "secondary", numbers=True),
        )
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(18, 12, 18, 12)
        self.column.setSpacing(0)
        self.column.addWidget(self.title)
        self.column.addLayout(figure_line(self.figure, self.unit))
        theme().changed.connect(self.update)

    def show_figure(self, title: str, figure: str, unit: str) -> None:
        """Replace the words."""
        self.title.setText(title)
        self.figure.setText(figure)
        self.unit.setText(unit)
        self.setAccessibleName(f"{title}: {figure} {unit}".strip())

    def paintEvent(self, event: QPaintEvent) -> None:
        """The separating line."""
        if self._first:
            return
        painter = QPainter(self)
        painter.fillRect(0, 14, 1, self.height() - 28, theme().color("border.subtle"))
        painter.end()


class DayBars(QWidget):
    """Forms per day of the week; today in full colour."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._days: tuple[tuple[str, int, bool], ...] = ()
        self.setFixedSize(148, 72)
        theme().changed.connect(self.update)

    def show_days(self, days: Sequence[tuple[str, int, bool]]) -> None:
        """(label, forms, is today)."""
        self._days = tuple(days)
        self.setAccessibleName(", ".join(f"{label} {count}" for label, count, _today in days))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Bars, counts above, labels below."""
        if not self._days:
            return
        painter = QPainter(self)
        tones, most = theme(), max(1, *(count for _label, count, _today in self._days))
        step = self.width() / len(self._days)
        used = font("small", numbers=True)
        for at, (label, count, today) in enumerate(self._days):
            height = max(1.0, 34 * count / most)
            width = min(22.0, step - 8)
            box = QRectF(at * step + (step - width) / 2, 52 - height, width, height)
            rounded(painter, box, 2, tones.color("accent.solid" if today else "accent.line"), None)
            ink = tones.color("text.primary" if today else "text.secondary")
            middle = Qt.AlignmentFlag.AlignHCenter
            weight = font("small", numbers=True, weight=600) if today else used
            line_of_text(
                painter, QRectF(at * step, box.top() - 18, step, 16), str(count), weight, ink, middle
            )
            line_of_text(painter, QRectF(at * step, 56, step, 16), label, used, ink, middle)
        painter.end()


class TargetsCard(Card):
    """Today, this week, the village, minutes per form."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(padding=0, parent=parent)
        self.setFixedHeight(102)
        self.today, self.week, self.village, self.pace = _Block(first=True), _Block(), _Block(), _Block()
        self._steps, self._village_bar, self._days = StepBar(), ThinBar(), DayBars()
        self.today.column.addStretch(1)
        self.today.column.addWidget(self._steps)
        self._left = Label("", "small", "tertiary", numbers=True)
        self.week.column.addWidget(self._left)
        self.week.column.addStretch(1)
        self.village.column.addStretch(1)
        self.village.column.addWidget(self._village_bar)
        self._average = Label(tell("home.average"), "small", "tertiary")
        self.pace.column.addWidget(self._average)
        self.pace.column.addStretch(1)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.today, 32)
        row.addWidget(self.week, 12)
        row.addWidget(self._days)
        row.addSpacing(16)
        row.addWidget(self.village, 29)
        row.addWidget(self.pace, 23)
        self.column.addLayout(row)

    def set_narrow(self, narrow: bool) -> None:
        """The week's bars and the pace give way."""
        self._narrow = narrow
        self._days.setVisible(not narrow)
        self.pace.setVisible(not narrow and bool(self.pace.figure.text()))

    _narrow = False

    def show_targets(self, view: HomeView) -> None:
        """A target of 0 is none: the number stands alone."""
        of = tell("home.of_forms", count=view.today_target) if view.today_target else tell("home.forms")
        self.today.show_figure(tell("home.today"), number(view.today_done, lang=language()), of)
        self._steps.set_steps(view.today_done, min(view.today_target, 20))
        self._steps.setVisible(view.today_target > 0)
        of = tell("home.of", count=view.week_target) if view.week_target else ""
        self.week.show_figure(tell("home.week"), number(view.week_done, lang=language()), of)
        left = max(0, view.week_target - view.week_done)
        self._left.setText(tell("home.more", count=left) if view.week_target else "")
        self._days.show_days(view.week)
        of = tell("home.of_places", count=view.village_target) if view.village_target else tell("home.places")
        title = f"{view.village_title} · {view.deadline}" if view.deadline else view.village_title
        self.village.show_figure(title, number(view.village_done, lang=language()), of)
        self._village_bar.set_progress(view.village_done, view.village_target)
        self._village_bar.setVisible(view.village_target > 0)
        self.pace.show_figure(tell("home.per_form"), view.minutes_per_form, tell("home.minutes"))
        self.pace.setVisible(not self._narrow and bool(view.minutes_per_form))


class VisitLine(QAbstractButton):
    """One visit: done, now, to come."""

    def __init__(self, visit: VisitRow, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._visit = visit
        self.setText(visit.title)
        state = "done" if visit.done else "now" if visit.current else "ahead"
        self.setAccessibleName(tell(f"home.visit_{state}", title=visit.title, place=visit.place))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """One line."""
        return QSize(280, 29)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Sign, name, action, place, mark."""
        painter = QPainter(self)
        visit, tones, middle = self._visit, theme(), self.height() / 2
        if visit.current:
            painter.fillRect(self.rect(), tones.color("bg.selected"))
        icon = "check" if visit.done else "arrow-right" if visit.current else "circle"
        ink = tones.color("accent.fg" if visit.current else "text.secondary")
        box = QRectF(14, middle - 8, 16, 16)
        if icon == "circle":
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(ink)
            painter.drawEllipse(box.adjusted(1, 1, -1, -1))
        else:
            paint_icon(painter, icon, box, ink)
        right = self.width() - 14.0
        if visit.done:
            MarkPainter.paint(painter, QRectF(right - 16, middle - 8, 16, 16), visit.mark.value)
        used = font("small", numbers=True)
        place = QRectF(right - 25 - 60, 0, 60, self.height())
        taken = line_of_text(
            painter, place, visit.place, used, tones.color("text.secondary"), Qt.AlignmentFlag.AlignRight
        )
        right -= 25 + taken + 10
        # The line itself is the button: where room is little the name comes before the words of its action.
        needed = text_width(visit.title, font("body")) + text_width(visit.action, used) + 45
        if visit.action and needed <= right:
            area = QRectF(right - 100, 0, 100, self.height())
            right -= line_of_text(
                painter, area, visit.action, used, tones.color("text.link"), Qt.AlignmentFlag.AlignRight
            )
        tone = tones.color("text.secondary" if visit.done else "text.primary")
        line_of_text(painter, QRectF(39, 0, right - 45, self.height()), visit.title, font("body"), tone)
        painter.end()


class VisitsCard(Card):
    """Today's visits; ``opened`` carries a rid."""

    opened = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(padding=0, parent=parent)
        self._head = CardHeader(tell("home.visits"))
        self._count = Label("", "small", "secondary", numbers=True)
        self._head.add_right(self._count)
        self._rows = QVBoxLayout()
        self._rows.setContentsMargins(0, 0, 0, 8)
        self._rows.setSpacing(0)
        self.column.addWidget(self._head)
        self.column.addLayout(self._rows)
        self.column.addStretch(1)

    def show_visits(self, view: HomeView) -> None:
        """The first eight; without any the card says so."""
        clear(self._rows)
        self._count.setText(tell("home.visit_count", done=view.visits_done, left=view.visits_left))
        self._count.setVisible(bool(view.visits))
        for visit in view.visits[:8]:
            line = VisitLine(visit)
            line.clicked.connect(lambda _checked=False, rid=visit.rid: self.opened.emit(rid))
            self._rows.addWidget(line)
        if not view.visits:
            none = Label(tell("home.no_visits"), "body", "secondary", wrap=True)
            none.setContentsMargins(14, 10, 14, 10)
            self._rows.addWidget(none)


class _Lane(Card):
    """How many records have their copy there."""

    def __init__(self, mark: str, words: str) -> None:
        super().__init__(padding=10)
        self._mark, self._words = mark, words
        self._figure = Label("0", "title", numbers=True)
        self.column.setContentsMargins(33, 6, 4, 6)
        self.column.setSpacing(0)
        self.column.addWidget(self._figure)
        self.column.addWidget(Label(words, "small", "secondary"))
        self.setMinimumWidth(84)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setProperty("corner", 10)

    def show_count(self, count: int) -> None:
        """Another count."""
        shown = number(count, lang=language())
        self._figure.setText(shown)
        self.setAccessibleName(f"{shown} {self._words}")

    def paintEvent(self, event: QPaintEvent) -> None:
        """Frame and mark."""
        super().paintEvent(event)
        painter = QPainter(self)
        MarkPainter.paint(painter, QRectF(11, self.height() / 2 - 8, 16, 16), self._mark)
        painter.end()


class ShippingCard(Card):
    """Where the data is, and when it last went out; ``opened`` asks for Sinkronisasi."""

    opened = Signal()
    settle_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(padding=14, parent=parent)
        self.differs = Button("", "link")
        self.differs.clicked.connect(self.settle_wanted)
        self.differs.hide()
        self._last = Label("", "small", "secondary", numbers=True)
        head = QHBoxLayout()
        head.addWidget(Label(tell("home.shipping"), "label", weight=600))
        head.addStretch(1)
        head.addWidget(self._last)
        self._lanes = {
            name: _Lane(mark, tell(f"home.lane_{name}"))
            for name, mark in (("laptop", "laptop"), ("waiting", "tunggu"), ("received", "terima"))
        }
        row = QHBoxLayout()
        row.setSpacing(6)
        for lane in self._lanes.values():
            row.addWidget(lane, 1)
        self._note = Label("", "small", "secondary", wrap=True)
        self.column.setSpacing(11)
        self.column.addLayout(head)
        self.column.addLayout(row)
        self.column.addWidget(self.differs, 0, Qt.AlignmentFlag.AlignLeft)
        self.column.addWidget(self._note)

    def show_differing(self, count: int) -> None:
        """How many records differ; none takes no room."""
        self.differs.setText(say_conflicts("home", count=count))
        self.differs.setVisible(count > 0)

    def lane(self) -> QWidget:
        """A place for the keyboard when nothing else waits."""
        return self._lanes["laptop"]

    def show_counts(self, view: HomeView) -> None:
        """Counts, last sync, note."""
        for name, count in (("laptop", view.laptop), ("waiting", view.waiting), ("received", view.received)):
            self._lanes[name].show_count(count)
        self._last.setText(tell("home.last_sync", when=view.last_sync) if view.last_sync else "")
        self._note.setText(view.shipping_note)
        self._note.setVisible(bool(view.shipping_note))
