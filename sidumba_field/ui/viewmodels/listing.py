"""Daftar data: what was asked, what was found, which columns stand there and which records are selected.

The selection is numbers of records and outlives every search and filter; it is counted against what is found now, so
that the bar never claims less or more than will be acted upon.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from sidumba_field.services.lists.views import ColumnView, ListFrame, ListRequest, ListView


class ListModel(QObject):
    """State of screen 03."""

    framed = Signal()  # columns and filters are known
    found = Signal(bool)  # a list is here; True: the same request as before, read again
    asking = Signal()  # a list is on its way
    failed = Signal(str)  # a sentence; what was shown last still stands
    chosen_changed = Signal()
    columns_changed = Signal()
    looked = Signal(object)  # PeekView
    filling_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.frame: ListFrame | None = None
        self.view: ListView | None = None
        self.request = ListRequest()
        self.running = False  # a question is with the services
        self.waiting = False  # a newer one waits for its answer
        self.fresh = True  # the next answer counts everything anew
        self.loaded_at = ""
        self.filling: str | None = None  # how far a changed list is; None: no rows are being made
        self._chosen: set[int] = set()
        self._among: frozenset[int] | None = None
        self._before: tuple[int, set[int]] | None = None
        self._shown: dict[str, bool] = {}

    # -- asking and showing

    def show_frame(self, frame: ListFrame) -> None:
        """Columns and filters; the person's own choice of columns stays."""
        if frame != self.frame:
            self.frame = frame
            self.framed.emit()

    def show(self, view: ListView) -> None:
        """A found list."""
        same = self.view is not None and self.view.request == view.request
        self.view, self._among = view, None
        self._before = None
        self.found.emit(same)

    def ask(self, **changes: object) -> bool:
        """Change the request; False when that changes nothing."""
        request = replace(self.request, **changes)  # type: ignore[arg-type]  # names of ListRequest
        changed = request != self.request
        self.request = request
        return changed

    def set_filter(self, path: str, values: Sequence[str]) -> bool:
        """Other values of one filter; none take it away."""
        filters: Mapping[str, tuple[str, ...]] = {**self.request.filters, path: tuple(values)}
        return self.ask(filters={key: chosen for key, chosen in filters.items() if chosen})

    def sort_by(self, path: str) -> bool:
        """Order by a column; the same column again turns it around. Times and amounts begin with the largest."""
        kinds = {column.path: column.kind for column in self.frame.columns} if self.frame is not None else {}
        falling = kinds.get(path) in ("changed", "money", "number")
        descending = not self.request.descending if path == self.request.sort else falling
        return self.ask(sort=path, descending=descending)

    def forget(self) -> None:
        """Somebody else sits here now."""
        self.frame = self.view = None
        self.request, self.fresh = ListRequest(), True
        self._chosen, self._among, self._before = set(), None, None
        self._shown = {}
        self.running = self.waiting = False
        self.chosen_changed.emit()

    def set_filling(self, text: str | None) -> None:
        """How far the rows of a changed list are; None when they are ready."""
        if text != self.filling:
            self.filling = text
            self.filling_changed.emit()

    # -- columns

    def columns(self) -> list[tuple[int, ColumnView]]:
        """(place in a row's cells, column) of those shown."""
        columns = self.frame.columns if self.frame is not None else ()
        return [(at, column) for at, column in enumerate(columns) if self.is_shown(column)]

    def is_shown(self, column: ColumnView) -> bool:
        """Whether a column stands there."""
        return self._shown.get(column.path, not column.hidden)

    def own_columns(self) -> dict[str, bool]:
        """What the person chose since sitting down: path -> whether it stands there."""
        return dict(self._shown)

    def toggle_column(self, path: str) -> None:
        """Show or hide a column; the last one stays."""
        columns = {column.path: column for _, column in self.columns()}
        if path in columns and len(columns) == 1:
            return
        self._shown[path] = path not in columns
        self.columns_changed.emit()

    # -- selection

    def numbers(self) -> Sequence[int]:
        """All records found, in order."""
        return self.view.numbers if self.view is not None else ()

    def chosen(self) -> list[int]:
        """The selection: those found now in their order, then the others."""
        order = [n for n in self.numbers() if n in self._chosen]
        return order + sorted(self._chosen.difference(order))

    def count(self) -> int:
        """How many are selected."""
        return len(self._chosen)

    def outside(self) -> int:
        """How many of them are not among what is found now."""
        if not self._chosen:
            return 0
        if self._among is None:
            self._among = frozenset(self.numbers())
        return len(self._chosen - self._among)

    def is_chosen(self, n: int) -> bool:
        return n in self._chosen

    def share(self) -> str:
        """How much of what is found is selected: "none", "some" or "all"."""
        inside = self.count() - self.outside() if self._chosen else 0
        found = len(self.numbers())
        return "none" if not inside else "all" if inside == found else "some"

    def toggle(self, row: int) -> None:
        """Select a row, or let it go."""
        self._chosen ^= {self.numbers()[row]}
        self._before = None
        self.chosen_changed.emit()

    def stretch(self, anchor: int, to: int) -> None:
        """Select the rows from ``anchor`` to ``to``, besides what was selected before the stretch began."""
        if self._before is None or self._before[0] != anchor:
            self._before = (anchor, set(self._chosen))
        low, high = min(anchor, to), max(anchor, to)
        self._chosen = self._before[1] | set(self.numbers()[low : high + 1])
        self.chosen_changed.emit()

    def choose_all(self) -> None:
        """All that is found; when all of it is selected already, none of it."""
        found = set(self.numbers())
        self._chosen = self._chosen - found if self.share() == "all" else self._chosen | found
        self._before = None
        self.chosen_changed.emit()

    def add_all(self) -> None:
        """Ctrl+A: all that is found, never less than before."""
        self._chosen |= set(self.numbers())
        self._before = None
        self.chosen_changed.emit()

    def clear(self, but: Iterable[int] = ()) -> None:
        """Nothing is selected any more."""
        self._chosen, self._before = set(but), None
        self.chosen_changed.emit()
