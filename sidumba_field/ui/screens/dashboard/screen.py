"""Screen 09, Dasbor: how far each unit is, where the data waits, the weeks behind, what needs a hand.

Owns the layout and its keys: the arrows pick a unit and fill the other cards, Enter goes a level down, Escape back,
Ctrl+T shows the numbers as tables, Ctrl+L chooses a kecamatan, Ctrl+P prints what is seen.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QMarginsF, QPoint, Qt
from PySide6.QtGui import QPageLayout, QPageSize, QPainter, QPdfWriter
from PySide6.QtWidgets import (
    QApplication,
    QBoxLayout,
    QHBoxLayout,
    QMenu,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from sidumba_field.services.boards.dashboard_views import ConcernView
from sidumba_field.ui.operations import dashboard
from sidumba_field.ui.screens.dashboard.cards import (
    AttentionCard,
    FiguresCard,
    ProgressCard,
    TwinCard,
    WayCard,
    WeeksCard,
    progress_rows,
    titled,
    told,
    way_rows,
    week_rows,
)
from sidumba_field.ui.screens.parts import scroll
from sidumba_field.ui.theme import apply_theme, font, theme
from sidumba_field.ui.viewmodels.desk import Desk
from sidumba_field.ui.widgets.button import Button
from sidumba_field.ui.widgets.chips import MarkIcon
from sidumba_field.ui.widgets.label import Label
from sidumba_field.ui.widgets.page_header import PageHeader

SIDE = 330  # px the right column needs for its words
PRINT_DPI = 300


class DashboardScreen(QWidget):
    """Dasbor."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.setAccessibleName(told("title"))
        self.header = PageHeader(told("title"))
        self._make_actions()
        self.figures, self.progress = FiguresCard(), ProgressCard()
        self.way, self.weeks, self.attention = WayCard(), WeeksCard(), AttentionCard()
        self.twins = [TwinCard(""), TwinCard(""), TwinCard("")]
        self._pages = QStackedWidget()
        self._pages.addWidget(scroll(self._charts()))
        self._pages.addWidget(scroll(self._tables()))
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(0)
        page.addWidget(self.header)
        page.addWidget(self._pages, 1)
        self._connect()

    # -- building

    def _make_actions(self) -> None:
        self._age = Label("", "small", "secondary", numbers=True)
        age = QWidget()
        row = QHBoxLayout(age)
        row.setContentsMargins(0, 0, 4, 0)
        row.setSpacing(6)
        row.addWidget(MarkIcon("terima"))
        row.addWidget(self._age)
        self.up = Button("", "plain", icon="arrow-left", shortcut="Alt+Left")
        self.filter = Button(told("filter"), "plain", icon="map-pin", shortcut="Ctrl+L")
        self.table = Button(told("table.show"), "plain", icon="table-2", shortcut="Ctrl+T")
        self.print_button = Button(told("print"), "plain", icon="printer")
        self.print_button.set_shortcut("Ctrl+P", bind=False)  # the window owns the key
        for part in (age, self.up, self.filter, self.table, self.print_button):
            self.header.add_action(part)
        self.up.hide()
        self._age_part, self._narrow = age, False

    def _charts(self) -> QWidget:
        self._board = QWidget()
        column = QVBoxLayout(self._board)
        column.setContentsMargins(20, 0, 20, 12)
        column.setSpacing(11)
        column.addWidget(self.figures)
        self._rows = (
            QBoxLayout(QBoxLayout.Direction.LeftToRight),
            QBoxLayout(QBoxLayout.Direction.LeftToRight),
        )
        for row, left, right, stretch in (
            (self._rows[0], self.progress, self.way, 316),
            (self._rows[1], self.weeks, self.attention, 178),
        ):
            row.setSpacing(11)
            row.addWidget(left, 16)
            row.addWidget(right, 10)
            column.addLayout(row, stretch)
        for card in (self.way, self.attention):
            card.setMinimumWidth(SIDE)
        return self._board

    def _tables(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(20, 0, 20, 12)
        column.setSpacing(11)
        for twin in self.twins:
            column.addWidget(twin)
        column.addStretch(1)
        return page

    def _connect(self) -> None:
        model = self._desk.dashboard
        model.changed.connect(self._show)
        model.picked_changed.connect(self._show_picked)
        self._desk.session.locked.connect(model.forget)
        self.progress.picked.connect(model.pick)
        self.progress.opened.connect(self._open)
        self.attention.acted.connect(self._act)
        self.up.clicked.connect(self.go_up)
        self.filter.clicked.connect(self.choose_area)
        self.table.clicked.connect(self.toggle_table)
        self.print_button.clicked.connect(lambda: self.print_now())
        self._show()

    # -- the shell's questions

    def first_focus(self) -> QWidget:
        """The bars, or the first table."""
        return self.twins[0].table if self._pages.currentIndex() else self.progress.list

    def set_narrow(self, below_1180: bool, below_1000: bool) -> None:
        """Scrolls where it is low; one column below 1000 px, and words of the header give way first."""
        self.figures.set_two_rows(two=below_1000)
        self.progress.set_narrow(narrow=below_1180)
        one = QBoxLayout.Direction.TopToBottom if below_1000 else QBoxLayout.Direction.LeftToRight
        for row in self._rows:
            row.setDirection(one)
        self._narrow = below_1180
        self._age_part.setVisible(not below_1180)
        self._show_title()

    def print_now(self) -> bool:
        """Ctrl+P: what is seen, as PDF."""
        if self._desk.dashboard.view is not None:
            dashboard.print_board(self._desk, self._draw)
        return True

    # -- showing

    def _show(self) -> None:
        view = self._desk.dashboard.view
        if view is None:
            return
        self._age.setText(told("reading") if view.unfinished else view.age)
        self._show_title()
        self.up.setVisible(bool(view.above))
        if view.above:
            self.up.setText(told("back_short"))
            self.up.setAccessibleName(told("back", unit=self._area_name(view.above)))
        self.filter.setText(self._area_name(view.unit))
        self.filter.setVisible(len(view.areas) > 1)
        self.progress.show_board(view, self._desk.dashboard.picked)
        self._show_picked()

    def _show_title(self) -> None:
        """How old the figures are is always said: beside the title, or below it where room is little."""
        view = self._desk.dashboard.view
        if view is not None:
            below = f"{view.short_title} · {self._age.text()}" if self._narrow else view.title
            self.header.set_title(told("title"), below)

    def _area_name(self, unit: str) -> str:
        view = self._desk.dashboard.view
        areas = dict(view.areas) if view is not None else {}
        return areas.get(unit) or (view.unit_name if view is not None else "")

    def _show_picked(self) -> None:
        cards, name = self._desk.dashboard.cards, self._desk.dashboard.picked_name
        view = self._desk.dashboard.view
        if cards is None or view is None:
            return
        self.progress.list.pick(self._desk.dashboard.picked)
        self.figures.show_figures(cards.figures)
        for card in (self.way, self.weeks, self.attention):
            card.show_cards(cards, name)
        for twin, title, (head, rows) in zip(
            self.twins,
            (view.progress, titled(told("way.title"), name), titled(told("weeks.title"), name)),
            (progress_rows(view), way_rows(cards), week_rows(cards)),
            strict=True,
        ):
            twin.show_numbers(title, head, rows)

    # -- going about

    def _open(self, unit: str) -> None:
        view = self._desk.dashboard.view
        opens = view is not None and any(place.unit == unit and place.opens for place in view.places)
        if opens:
            dashboard.open_unit(self._desk, unit)

    def go_up(self) -> None:
        """Back to the level above."""
        view = self._desk.dashboard.view
        if view is not None and view.above:
            dashboard.open_unit(self._desk, view.above)

    def choose_area(self) -> None:
        """The kecamatan to look at, or all of them."""
        view = self._desk.dashboard.view
        if view is None:
            return
        menu = QMenu(self)
        menu.setAccessibleName(told("filter"))
        for unit, name in view.areas:
            action = menu.addAction(name)
            action.setCheckable(True)
            action.setChecked(unit == view.unit)
            action.triggered.connect(partial(dashboard.open_unit, self._desk, unit))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.filter.mapToGlobal(QPoint(0, self.filter.height() + 4)))

    def toggle_table(self) -> None:
        """Ctrl+T: bars and lines, or the numbers."""
        there = 1 - self._pages.currentIndex()
        self._pages.setCurrentIndex(there)
        self.table.setText(told("table.chart" if there else "table.show"))
        self.first_focus().setFocus(Qt.FocusReason.OtherFocusReason)

    def _act(self, concern: ConcernView) -> None:
        if concern.kind == "quiet":
            dashboard.copy_quiet(self._desk)
        else:
            dashboard.list_concern(self._desk, concern)

    # -- paper

    def _draw(self, file: Path) -> None:
        """Draw the page in front into ``file``; paper stays white whatever the window looks like."""
        app, mode = QApplication.instance(), theme().mode
        if not isinstance(app, QApplication):
            return
        page = self._board if self._pages.currentIndex() == 0 else self.twins[0].parentWidget()
        if page is None:
            return
        if mode != "light":
            apply_theme(app, "light")
        try:
            view = self._desk.dashboard.view
            draw_page(page, file, self.header.title(), view.title if view is not None else "")
        finally:
            if mode != "light":
                apply_theme(app, mode)


def draw_page(page: QWidget, file: Path, title: str, subtitle: str) -> None:
    """Draw a widget across one A4 landscape page, a head above it; raise ``OSError`` when it cannot be written."""
    writer = QPdfWriter(str(file))
    writer.setResolution(PRINT_DPI)
    writer.setTitle(title)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setPageOrientation(QPageLayout.Orientation.Landscape)
    writer.setPageMargins(QMarginsF(15, 12, 15, 12), QPageLayout.Unit.Millimeter)
    painter = QPainter()
    if not painter.begin(writer):
        raise OSError(f"{file.name} cannot be written")
    head = 44
    scale = min(writer.width() / page.width(), writer.height() / (page.height() + head))
    painter.scale(scale, scale)
    painter.setPen(theme().color("text.primary"))
    painter.setFont(font("title"))
    painter.drawText(QPoint(20, 20), title)
    painter.setFont(font("small"))
    painter.drawText(QPoint(20, 38), subtitle)
    page.render(painter, QPoint(0, head), renderFlags=QWidget.RenderFlag.DrawChildren)
    painter.end()
