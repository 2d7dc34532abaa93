"""The record in hand on Isi Formulir: its view kept current, what was typed but is not saved yet, where to go next.

Owns no rule: problems, relevance and counts come from the services' values. Answers typed here are ``held`` until a
delta confirms them, so that what comes back from the store never overwrites what the hand has typed since.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal

from sidumba_field.services.views import FormDelta, FormView, ItemView, RemarkView
from sidumba_field.ui.viewmodels.answer_line import AnswerLine

PAUSE_MS = 400
_QUIET_KINDS = ("note",)


class FormModel(QObject):
    """State of screen 02."""

    opened = Signal()
    closed = Signal()
    changed = Signal(object, bool)  # frozenset of paths; whether shown text must be replaced (undo)
    row_named = Signal(str, str, str)  # repeat, temporary name, id
    progress = Signal()
    saved = Signal(str)
    refused = Signal(object)
    choices_found = Signal(str, str, object)  # path, typed, tuple of ChoiceView
    photo_read = Signal(str, object)  # path, Preview
    twin_sought = Signal(str, int, int)  # path, pages done, pages in all
    twin_found = Signal(str, object)  # path, Offer or None
    settled = Signal()  # everything handed on is in the store
    paused = Signal(str, str)  # path, value: the hand rests, time to save

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.view: FormView | None = None
        self.series = False  # forms are typed one after the other: the next begins when one is handed on
        self.line = AnswerLine()
        self._held: dict[str, str] = {}
        self._typing: dict[str, str] = {}
        self._unsaved: dict[str, str] = {}
        self._saved_at = ""
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self.settle)

    # -- the record

    @property
    def rid(self) -> str:
        """The record in hand, "" for none."""
        return self.view.rid if self.view is not None else ""

    def show(self, view: FormView) -> None:
        """Take a record in hand."""
        if view.rid != self.rid:
            self.line = AnswerLine()
            self._held.clear()
            self._unsaved.clear()
        self.view = view
        self._saved_at = view.saved_at
        self.opened.emit()

    def close(self) -> None:
        """Put it away; call ``settle`` first."""
        self.view = None
        self.closed.emit()

    def apply(self, delta: FormDelta, *, force: bool = False) -> None:
        """Merge what one step changed. ``force``: shown text follows even in the field that has the focus."""
        if self.view is None or delta.rid != self.view.rid:
            return
        self.view = replace(
            self.view,
            items={**self.view.items, **delta.items},
            repeats={**self.view.repeats, **delta.repeats},
            sections=delta.sections,
            filled=delta.filled,
            total=delta.total,
            errors=delta.errors,
            empty=delta.empty,
            notes=delta.notes,
            title=delta.title,
            saved_at=delta.saved_at,
        )
        self.changed.emit(frozenset(delta.items) | frozenset(delta.repeats), force)
        self.progress.emit()
        if delta.saved_at:
            self._saved_at = delta.saved_at
            self.saved.emit(delta.saved_at)

    @property
    def saved_at(self) -> str:
        """Time of the last save the store has confirmed, "" before the first."""
        return self._saved_at

    # -- typing

    def typed(self, path: str, value: str) -> None:
        """The hand is typing: saved after a pause, or at once by ``settle``."""
        if self._typing and path not in self._typing:
            self.settle()
        self._typing[path] = self._held[path] = value
        self._pause.start()

    def chosen(self, path: str, value: str) -> None:
        """A choice is whole at once."""
        self.settle()
        self._held[path] = value
        self.paused.emit(path, value)

    def keep_unsaved(self, path: str, value: str) -> None:
        """The store could not take this answer now; it goes again with whatever is handed on next."""
        if self._held.get(path) == value:
            self._unsaved[path] = value

    def settle(self) -> None:
        """Hand on whatever is typed and not handed on yet, and what could not be saved before."""
        self._pause.stop()
        again, self._unsaved = self._unsaved, {}
        typing, self._typing = {**again, **self._typing}, {}
        for path, value in typing.items():
            self.paused.emit(path, value)

    def confirmed(self, path: str, value: str) -> None:
        """The store has this answer; a newer one may be held already."""
        if self._held.get(path) == value:
            del self._held[path]

    def release(self) -> None:
        """Forget everything held: an undo decides what stands."""
        self._held.clear()

    def held(self, path: str) -> str | None:
        """What the hand knows newer than the store, None for nothing."""
        return self._held.get(path)

    def rename_held(self, temporary: str, row: str) -> None:
        """A row made on screen has its id: what is held for its cells goes by the new name."""
        for book in (self._held, self._typing, self._unsaved):
            for path in [path for path in book if f"[{temporary}]" in path]:
                book[path.replace(f"[{temporary}]", f"[{row}]")] = book.pop(path)

    def is_held(self, path: str) -> bool:
        """Whether the hand knows something newer than the store."""
        return path in self._held

    @property
    def idle(self) -> bool:
        """Whether everything typed is in the store."""
        return not self._typing and self.line.idle

    # -- looking things up

    def item(self, path: str) -> ItemView | None:
        """A question or a cell."""
        if self.view is None:
            return None
        found = self.view.items.get(path)
        if found is not None:
            return found
        for repeat in self.view.repeats.values():
            if path.startswith(repeat.path + "["):
                row, _, column = path[len(repeat.path) + 1 :].partition("]/")
                return repeat.cells.get(row, {}).get(column)
        return None

    def remarks_on(self, path: str) -> tuple[RemarkView, ...]:
        """Open remarks of verifiers on a path; those of other paths of a table belong to it too."""
        if self.view is None:
            return ()
        return tuple(r for r in self.view.remarks if r.path == path or r.path.startswith(f"{path}["))

    def stops(self) -> tuple[str, ...]:
        """Every place the keyboard can be, in reading order; cells of tables one by one."""
        if self.view is None:
            return ()
        places: list[str] = []
        for section in self.view.sections:
            for path in section.order:
                item = self.view.items.get(path)
                if item is not None:
                    if item.relevant and item.kind not in _QUIET_KINDS:
                        places.append(path)
                elif path in self.view.repeats:
                    places.extend(self._cells(path))
        return tuple(places)

    def _cells(self, repeat_path: str) -> list[str]:
        assert self.view is not None
        repeat = self.view.repeats[repeat_path]
        names = [column.path.rsplit("/", 1)[-1] for column in repeat.columns]
        cells = [f"{repeat.path}[{row}]/{name}" for row in repeat.rows for name in names]
        return [*cells, repeat.path]

    def section_of(self, path: str) -> str:
        """Key of the section a path lies in."""
        if self.view is None:
            return ""
        head = path.split("[", 1)[0]
        for section in self.view.sections:
            if path in section.order or head in section.order:
                return section.key
        return ""

    def next_of(self, targets: Iterable[str], current: str) -> str:
        """The first target after ``current`` in reading order, around the end; "" for none."""
        wanted = list(targets)
        if not wanted:
            return ""
        order = {path: index for index, path in enumerate(self.stops())}
        here = order.get(current, -1)
        known = sorted((path for path in wanted if path in order), key=lambda path: order[path])
        later = [path for path in known if order[path] > here]
        return (later or known or wanted)[0]

    def problems(self) -> tuple[str, ...]:
        """Paths with something wrong; what is merely empty is counted apart."""
        if self.view is None:
            return ()
        empty = set(self.view.empty)
        return tuple(path for path in self.view.errors if path not in empty)

    def next_problem(self, current: str) -> str:
        """F8: errors first, then warnings that are not explained."""
        return self.next_of(self.problems() or self.warned(), current)

    def warned(self) -> tuple[str, ...]:
        """Paths with a warning that still stands."""
        found = []
        for path in self.stops():
            item = self.item(path)
            if item is not None and item.warning and not item.reason:
                found.append(path)
        return tuple(found)

    def next_empty(self, current: str) -> str:
        """F6."""
        return self.next_of(self.view.empty, current) if self.view is not None else ""

    def next_note(self, current: str) -> str:
        """F7."""
        return self.next_of(self.view.notes, current) if self.view is not None else ""

    def beside_section(self, current: str, step: int) -> str:
        """First stop of the section before (-1) or after (+1) the current one."""
        if self.view is None or not self.view.sections:
            return ""
        keys = [section.key for section in self.view.sections]
        here = self.section_of(current)
        index = keys.index(here) + step if here in keys else 0
        index = max(0, min(len(keys) - 1, index))
        return self.first_of_section(keys[index])

    def first_of_section(self, key: str) -> str:
        """The first stop of a section; "" if nothing in it is asked now."""
        return next((path for path in self.stops() if self.section_of(path) == key), "")
