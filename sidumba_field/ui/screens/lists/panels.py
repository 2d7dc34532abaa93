"""What opens over Daftar data: filters and values, columns, people, formats; quick look; the line of an export."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from sidumba_field.services.lists.exporting import Format
from sidumba_field.services.lists.views import FilterChoice, PeekView, Person
from sidumba_field.ui.operations import listing as operations
from sidumba_field.ui.operations.listing import told
from sidumba_field.ui.screens.parts import clear
from sidumba_field.ui.theme import theme
from sidumba_field.ui.viewmodels.desk import Desk
from sidumba_field.ui.widgets.button import Button
from sidumba_field.ui.widgets.card import Card
from sidumba_field.ui.widgets.label import ElidedLabel, Label
from sidumba_field.ui.widgets.pick_panel import Pick, PickPanel
from sidumba_field.ui.widgets.progress import ThinBar
from sidumba_field.ui.widgets.speech import language
from sidumba_field.words import number


class ListPanels(QWidget):
    """One panel for every choice. ``filtered``: path, values; ``sorted_by``: path."""

    filtered = Signal(str, tuple)
    sorted_by = Signal(str)

    def __init__(self, host: QWidget, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.panel = PickPanel(host, told("filter.find"))
        self._chosen: tuple[str, ...] = ()

    def close_all(self) -> None:
        """Nothing is open any more."""
        self.panel.hide()

    # -- filters

    def open_filters(self, below: QWidget) -> None:
        """Which filter: those in force say their values."""
        model = self._desk.lists
        if model.frame is None:
            return
        said = {chip.path: chip.values for chip in model.view.chips} if model.view is not None else {}
        picks = [Pick(path, label, said.get(path, "")) for path, label in model.frame.filters]
        self.panel.offer(below, told("filter.name"), picks, lambda path: self.open_values(path, below))

    def open_values(self, path: str, below: QWidget) -> None:
        """Which values of a filter; each mark narrows the list at once."""
        model = self._desk.lists
        labels = dict(model.frame.filters) if model.frame is not None else {}
        self._chosen = tuple(model.request.filters.get(path, ()))

        def offer(found: tuple[FilterChoice, ...]) -> None:
            picks = self._value_picks(found)
            mark = lambda value: self._mark(path, value, found)  # noqa: E731  (closes over what was found)
            self.panel.offer(
                below, labels.get(path, ""), picks, lambda value: self._only(path, value), mark=mark
            )

        operations.choices(self._desk, path, offer)

    def _value_picks(self, found: Sequence[FilterChoice]) -> list[Pick]:
        lang = language()
        return [
            Pick(choice.value, choice.label, number(choice.count, lang=lang), choice.value in self._chosen)
            for choice in found
        ]

    def _mark(self, path: str, value: str, found: Sequence[FilterChoice]) -> None:
        kept = [chosen for chosen in self._chosen if chosen != value]
        self._chosen = tuple(kept) if value in self._chosen else (*kept, value)
        self.panel.renew(self._value_picks(found))
        self.filtered.emit(path, self._chosen)

    def _only(self, path: str, value: str) -> None:
        """Enter with nothing marked takes this one; with marks it only closes."""
        if not self._chosen:
            self.filtered.emit(path, (value,))

    # -- columns, people, formats

    def open_columns(self, below: QWidget) -> None:
        """Space shows or hides a column, Enter orders by it."""
        model = self._desk.lists

        def picks() -> list[Pick]:
            columns = model.frame.columns if model.frame is not None else ()
            arrow = "↓" if model.request.descending else "↑"
            return [
                Pick(c.path, c.label, arrow if c.path == model.request.sort else "", model.is_shown(c))
                for c in columns
            ]

        def mark(path: str) -> None:
            model.toggle_column(path)
            self.panel.renew(picks())

        title, foot = told("column.name"), told("column.hint")
        self.panel.offer(below, title, picks(), self.sorted_by.emit, mark=mark, foot=foot)

    def open_people(self, below: QWidget, people: Sequence[Person], take: Callable[[str], None]) -> None:
        """Whom to pass records on to."""
        picks = [Pick(person.user_id, person.name) for person in people]
        self.panel.offer(below, told("assign.title"), picks, take)

    def open_reasons(self, below: QWidget, sentence: str, take: Callable[[str], None]) -> None:
        """Why so many drafts are deleted at once."""
        reasons = [told(f"discard.{key}") for key in ("test", "twin", "place", "closed")]
        self.panel.offer(below, told("discard.why"), [Pick(one, one) for one in reasons], take, foot=sentence)

    def open_export(self, below: QWidget, take: Callable[[Format, bool], None], *, all_found: bool) -> None:
        """CSV or XLSX, of everything found or of the selection."""
        model = self._desk.lists
        count = len(model.numbers()) if all_found else model.count()
        picks = [Pick(form.value, told(f"export.{form.value}")) for form in Format]
        title = told("export.title", count=count)
        self.panel.offer(below, title, picks, lambda form: take(Format(form), all_found))


class PeekPanel(Card):
    """Quick look: what the list knows of one record, at the right; the hands stay in the list."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(padding=14, parent=host)
        self.rid = ""
        self._host = host
        self.setFixedWidth(320)
        self._title = Label("", "section", wrap=True)
        self._lines = QGridLayout()
        self._lines.setHorizontalSpacing(12)
        self._lines.setVerticalSpacing(6)
        self._lines.setColumnStretch(1, 1)
        self.column.addWidget(self._title)
        self.column.addLayout(self._lines)
        self.column.addWidget(Label(told("peek.hint"), "small", "tertiary"))
        self.hide()

    def show_record(self, peek: PeekView) -> None:
        """Show one record."""
        self.rid = peek.rid
        self._title.setText(peek.title)
        clear(self._lines)
        for at, (label, value) in enumerate(peek.lines):
            self._lines.addWidget(Label(label, "small", "secondary"), at, 0, Qt.AlignmentFlag.AlignTop)
            self._lines.addWidget(Label(value, "body", numbers=True, wrap=True), at, 1)
        spoken = ", ".join(f"{label} {value}" for label, value in peek.lines)
        self.setAccessibleName(f"{told('peek.name')}: {peek.title}. {spoken}")
        self.show()
        self.raise_()
        self.place()

    def place(self) -> None:
        """At the right below the head."""
        self.adjustSize()
        height = max(self.sizeHint().height(), self.heightForWidth(self.width()))
        self.resize(self.width(), height)
        self.move(self._host.width() - self.width() - 24, 150)


class ExportLine(Card):
    """How far an export is, and stopping it."""

    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(padding=8, parent=parent)
        self._text = ElidedLabel("", "body", numbers=True)
        self._bar = ThinBar()
        self._bar.setFixedWidth(180)
        self._stop = Button(told("export.cancel"), "quiet", small=True)
        self._stop.clicked.connect(self.cancelled)
        row = QHBoxLayout()
        row.addWidget(self._text, 1)
        row.addWidget(self._bar)
        row.addWidget(self._stop)
        self.column.addLayout(row)
        theme().changed.connect(self.update)

    def start(self, total: int) -> None:
        """Nothing is written yet."""
        self.show_progress(0, total)

    def show_progress(self, done: int, total: int) -> None:
        """So many of so many; a short export never shows the line."""
        self._text.setText(told("export.running", done=done, count=total))
        self._bar.set_progress(done, total)
        if done:
            self.show()

    def stop(self) -> None:
        """It has ended."""
        self.hide()
