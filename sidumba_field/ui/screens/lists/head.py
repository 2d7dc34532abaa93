"""The head of Daftar data: title with the total, search, chips of filters, how much was found, tabs of posisi."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from sidumba_field.services.lists.views import ListView
from sidumba_field.ui.operations.listing import told
from sidumba_field.ui.screens.parts import clear
from sidumba_field.ui.theme import space
from sidumba_field.ui.widgets.button import Button
from sidumba_field.ui.widgets.label import ElidedLabel, Label
from sidumba_field.ui.widgets.list_filters import FilterChip, SearchField, StateTabs
from sidumba_field.ui.widgets.page_header import PageHeader
from sidumba_field.ui.widgets.speech import language
from sidumba_field.words import number

SEARCH = 300


class ListHead(QWidget):
    """``searched``: words typed; ``chip_opened``/``chip_removed``: a filter's path; ``into_list``: hands go down."""

    searched = Signal(str)
    into_list = Signal()
    chip_opened = Signal(str)
    chip_removed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chips: dict[str, FilterChip] = {}
        self.title = PageHeader(told("title"))
        self._subtitle = ElidedLabel("", "body", "secondary", numbers=True)
        self.title.add_chip(self._subtitle)
        self.title.end_chips()
        self.columns = Button(told("column.name"), "quiet", icon="columns-3")
        self.export = Button(told("export.all"), "plain", icon="download")
        self.title.add_action(self.columns)
        self.title.add_action(self.export)
        self.search = SearchField(told("search.name"), told("search.hint"), "Ctrl+F")
        self.search.setMinimumWidth(220)
        self.search.setMaximumWidth(SEARCH)
        self.filter = Button(told("filter.name"), "plain", icon="list-filter", small=True)
        self.filter.set_shortcut("Ctrl+L", bind=False)
        self._found = Label("", "small", "secondary", numbers=True)
        self._chip_row = QHBoxLayout()
        self._chip_row.setSpacing(8)
        row = QHBoxLayout()
        row.setContentsMargins(space(7), 0, space(7), 8)
        row.setSpacing(8)
        row.addWidget(self.search, 3)
        row.addLayout(self._chip_row)
        row.addWidget(self.filter)
        row.addStretch(1)
        row.addWidget(self._found)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.title)
        column.addLayout(row)
        self.tabs_row = QWidget()
        self.tabs = StateTabs(told("filter.tabs"), self.tabs_row)
        tabs = QHBoxLayout(self.tabs_row)
        tabs.setContentsMargins(space(7) - 0, 0, space(7), 0)
        tabs.addWidget(self.tabs, 0, Qt.AlignmentFlag.AlignLeft)
        tabs.addStretch(1)
        self.search.searched.connect(self.searched)
        self.search.left.connect(self.into_list)

    def show_view(self, view: ListView) -> None:
        """Counts, chips and tabs of a found list."""
        lang = language()
        self._subtitle.setText(view.subtitle)
        self._found.setText(view.found_text)
        self.set_dim(False)
        tabs = [(tab.posisi, tab.label, number(tab.count, lang=lang)) for tab in view.tabs]
        self.tabs.show_tabs(tabs, view.request.posisi)
        wanted = {chip.path: (chip.label, chip.values) for chip in view.chips}
        if wanted == {path: (chip._label, chip._values) for path, chip in self._chips.items()}:
            return
        had = next((path for path, chip in self._chips.items() if chip.hasFocus()), "")
        clear(self._chip_row)
        self._chips = {}
        for chip in view.chips:
            made = FilterChip(chip.path, chip.label, chip.values, told("filter.clear", name=chip.label))
            made.opened.connect(self.chip_opened)
            made.removed.connect(self.chip_removed)
            self._chips[chip.path] = made
            self._chip_row.addWidget(made)
        if had:
            # Focus never lands on nothing: after a chip went it is on the button that gives new ones.
            self._chips.get(had, self.filter).setFocus(Qt.FocusReason.OtherFocusReason)

    def chip(self, path: str) -> QWidget:
        """The chip of a filter, or the button that makes new ones."""
        return self._chips.get(path, self.filter)

    def chips(self) -> list[FilterChip]:
        """Filters in force."""
        return list(self._chips.values())

    def show_text(self, text: str) -> None:
        """Put words into the search without asking."""
        self.search.blockSignals(True)
        self.search.setText(text)
        self.search.blockSignals(False)

    def set_dim(self, dim: bool) -> None:
        """Counts of before, while new ones are on their way."""
        self._found.set_tone("tertiary" if dim else "secondary")
        self.tabs.set_dim(dim)

    def found_text(self) -> str:
        """How much was found and how fast."""
        return self._found.text()

    def set_narrow(self, below_1180: bool, below_1000: bool) -> None:
        """The search gives way before chips do."""
        self.search.setMaximumWidth(240 if below_1180 else SEARCH)
        self.search.setMinimumWidth(180 if below_1000 else 220)
