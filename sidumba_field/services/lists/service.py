"""Daftar data: everything a person may see of a program, found by words, filters and posisi, page by page.

A found list is kept as the order of its records, so that every row can be reached, counted and selected truthfully
while the person scrolls; what is shown is read when it is looked at. Nothing leaves the person's own scopes: rows,
counts, choices and search alike.
"""

from __future__ import annotations

import difflib
import json
from array import array
from collections.abc import Mapping, Sequence

from sidumba_field.core.records import NOTHING
from sidumba_field.programs import Program
from sidumba_field.programs.listed import answers, question_of
from sidumba_field.programs.program import POSISI
from sidumba_field.services.desk import Desk
from sidumba_field.services.lists.bulk import ListBulk
from sidumba_field.services.lists.rows import RowPainter
from sidumba_field.services.lists.views import (
    ColumnView,
    FilterChoice,
    Found,
    ListChip,
    ListFilling,
    ListFrame,
    ListRequest,
    ListRow,
    ListTab,
    ListView,
    PeekView,
)
from sidumba_field.services.places import titled
from sidumba_field.services.subjects import Subjects
from sidumba_field.services.views import Link
from sidumba_field.services.withdrawing import Withdrawing
from sidumba_field.store import ListQuery, ListSpec, RecordRow
from sidumba_field.store.listing import CHANGED
from sidumba_field.words import number, say

#: Rows that come with a found list, and that are read at a time.
PAGE = 60
#: Where a record is no data any more: such rows are nobody's work and stand in no list.
VOID = POSISI[-1]
HITS = 8
#: Row of the encrypted database that holds which columns a person wants to see.
_COLUMNS = "columns/{user}/{program}"


class ListService:
    """Use cases of screen 03."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._subjects = Subjects(desk)
        self.bulk = ListBulk(desk, self._subjects)
        self._painter: RowPainter | None = None
        self._total: tuple[int, str] | None = None

    # -- what stands there before anything is asked

    def program(self) -> Program:
        """Return the program whose list is shown: the first the person holds a grant in."""
        return next(iter(self.desk.my_programs()), next(iter(self.desk.programs.values())))

    def frame(self) -> ListFrame:
        """Return columns and filters; makes the store ready for them when the program names new ones."""
        program, lang = self.program(), self.desk.lang
        use_lists(self.desk)
        chosen = self._chosen_columns()
        columns = tuple(
            ColumnView(
                column.path,
                column.label(lang),
                column.path.removeprefix("@") if column.own else column.kind,
                column.width,
                not chosen.get(column.path, not column.hidden),
            )
            for column in program.list_columns
        )
        filters = tuple((one.path, one.label(lang)) for one in program.list_filters)
        reviews = bool(self._subjects.judged_states(program))
        discards = Withdrawing(self.desk, self._subjects).anywhere(program.id)
        return ListFrame(program.title, columns, filters, reviews, discards)

    def keep_columns(self, shown: Mapping[str, bool]) -> None:
        """Keep which columns the seated person wants to see, by path; what he said of others before stays."""
        program, seat = self.program(), self.desk.seat()
        kept = {**self._chosen_columns(), **shown}
        row = _COLUMNS.format(user=seat.user.user_id, program=program.id)
        seat.store.meta.set(row, json.dumps(kept, sort_keys=True))

    def _chosen_columns(self) -> dict[str, bool]:
        seat = self.desk.seat()
        kept = seat.store.meta.get(_COLUMNS.format(user=seat.user.user_id, program=self.program().id))
        chosen = {str(path): bool(shown) for path, shown in json.loads(kept).items()} if kept else {}
        columns = self.program().list_columns
        # A program that names other columns now must not leave a list without any.
        return chosen if any(chosen.get(one.path, not one.hidden) for one in columns) else {}

    # -- a list whose columns changed

    def fill(self) -> ListFilling | None:
        """Make some rows more of lists that changed (a tenth of a second); None when all are ready, or nobody sits.

        Whoever calls again until then keeps the worker free for other work in between.
        """
        if self.desk.seated is None:
            return None
        lists = self.desk.seated.store.lists
        for program in lists.filling():
            lists.fill(program)
        left = lists.filling().values()
        if not left:
            return None
        done, total = sum(one.done for one in left), sum(one.total for one in left)
        return ListFilling(done, total, say("lists.filling", self.desk.lang, done=done, count=total))

    # -- asking

    def open(self, request: ListRequest, *, fresh: bool = True) -> ListView:
        """Return what a request finds. ``fresh``: count everything anew (typing on does not)."""
        began = self.desk.clock.monotonic()
        seat, lang = self.desk.seat(), self.desk.lang
        program = self.program()
        use_lists(self.desk)
        self._painter = RowPainter(self.desk, program)
        found = seat.store.lists.hits(self._query(program, request))
        tabs = self._tabs(program, found.states, request.posisi)
        if fresh or self._total is None:
            self._total = self._whole(program, request, found.states)
        total, years = self._total
        rows = self.rows(found.order[:PAGE])
        seconds = number(self.desk.clock.monotonic() - began, 2, lang)
        count = len(found.order)
        return ListView(
            request=request,
            subtitle=say("lists.subtitle", lang, title=program.title, years=years, count=total).strip(),
            total=total,
            numbers=found.order,
            count=count,
            found_text=say("lists.found", lang, count=count, seconds=seconds),
            tabs=tabs,
            chips=self._chips(program, request),
            rows=rows,
            copy_age=self._copy_age(),
            hint=self._hint(program, request) if request.text.strip() and not count else "",
        )

    def rows(self, numbers: Sequence[int]) -> tuple[ListRow, ...]:
        """Return the rows of these records in this order; what the person may not see is left out."""
        program = self.program()
        painter = self._painter = self._painter or RowPainter(self.desk, program)
        found = self.desk.seat().store.lists.rows(numbers, self.desk.my_vids(program.id))
        return tuple(painter.row(row) for row in found)

    def _query(self, program: Program, request: ListRequest, but: str = "") -> ListQuery:
        """Return the store's question; ``but``: a filter left out, to offer its other values."""
        filters = {path: values for path, values in request.filters.items() if values and path != but}
        own: dict[str, Sequence[str]] = {path: v for path, v in filters.items() if path.startswith("@")}
        numeric = {c.path for c in program.list_columns if c.kind in ("money", "number")}
        sort = request.sort if self._may_sort(program, request.sort) else CHANGED
        live = [s for s, spec in program.states.items() if spec.posisi != VOID]
        wanted = [s for s in live if program.states[s].posisi == request.posisi] if request.posisi else live
        return ListQuery(
            program.id,
            self.desk.my_vids(program.id),
            text=_spoken_digits(request.text),
            states=wanted,
            marks=own.get("@mark"),
            places=self._places(program, own),
            periods=own.get("@period"),
            owners=own.get("@owner"),
            choices={path: values for path, values in filters.items() if not path.startswith("@")},
            sort=sort,
            descending=request.descending,
            rank=self._rank(program, sort),
            numeric=sort in numeric,
        )

    def _may_sort(self, program: Program, path: str) -> bool:
        """Tell whether rows may stand in the order of these answers: an order tells what is kept from somebody."""
        if path.startswith("@"):
            return True
        scopes = [self.desk.scope(vid) for vid in self.desk.my_vids(program.id)]
        return not any(question_of(path) in self.desk.withheld(program.id, scope.unit) for scope in scopes)

    def _places(self, program: Program, own: Mapping[str, Sequence[str]]) -> list[str] | None:
        """Return the scopes of the chosen kecamatan and desa, None when none is chosen."""
        if "@unit" not in own and "@district" not in own:
            return None
        units, districts = set(own.get("@unit", ())), set(own.get("@district", ()))
        scopes = [s for s in self.desk.seat().store.scopes.all() if s.program == program.id]
        return [
            scope.vid
            for scope in scopes
            if (not units or scope.unit in units) and (not districts or _district(scope.unit) in districts)
        ]

    def _rank(self, program: Program, sort: str) -> dict[str, int]:
        if sort == "@state":
            ordered = sorted(program.states.values(), key=lambda spec: POSISI.index(spec.posisi))
            return {spec.name: rank for rank, spec in enumerate(ordered)}
        if sort != "@unit":
            return {}
        painter = RowPainter(self.desk, program)
        scopes = [s for s in self.desk.seat().store.scopes.all() if s.program == program.id]
        scopes.sort(key=lambda scope: painter.place(scope.unit))
        return {scope.vid: rank for rank, scope in enumerate(scopes)}

    def _tabs(self, program: Program, states: Mapping[str, int], chosen: str) -> tuple[ListTab, ...]:
        """Return every posisi a record can have, drafts only while there are some."""
        lang = self.desk.lang
        counts = {
            program.state(state).posisi: 0 for state in program.workflow.record_states() if state != NOTHING
        }
        for state, count in states.items():
            counts[program.state(state).posisi] += count
        counts.pop(VOID, None)
        tabs = [
            ListTab(posisi, program.posisi[posisi].in_(lang), counts[posisi])
            for posisi in POSISI
            if posisi in counts and (counts[posisi] or posisi == chosen or posisi != POSISI[0])
        ]
        return (ListTab("", say("lists.all", lang), sum(counts.values())), *tabs)

    def _whole(self, program: Program, request: ListRequest, states: Mapping[str, int]) -> tuple[int, str]:
        """Return how many records there are without any filter, and the years they are of."""
        store, everything = self.desk.seat().store, ListRequest()
        if request.text.strip() or any(request.filters.values()):
            states = store.lists.facets(self._query(program, everything), "@state")
        total = sum(count for state, count in states.items() if program.state(state).posisi != VOID)
        periods = sorted(p for p in store.lists.facets(self._query(program, everything), "@period") if p)
        years = f"{periods[0]}–{periods[-1]}" if len(periods) > 1 else "".join(periods)
        return total, years

    def _chips(self, program: Program, request: ListRequest) -> tuple[ListChip, ...]:
        painter = self._painter or RowPainter(self.desk, program)
        chips = []
        for one in program.list_filters:
            values = request.filters.get(one.path, ())
            if values:
                names = [self._value_label(painter, one.path, value) for value in values]
                shown = ", ".join(names[:2]) + (f" +{len(names) - 2}" if len(names) > 2 else "")
                chips.append(ListChip(one.path, one.label(self.desk.lang), shown))
        return tuple(chips)

    def _value_label(self, painter: RowPainter, path: str, value: str) -> str:
        if path in ("@unit", "@district"):
            return painter.program.place_name(value) or value
        if path == "@owner":
            return painter.person(value)
        if path == "@mark":
            return say(f"lists.mark.{value}", self.desk.lang)
        if not value:
            return say("lists.empty_value", self.desk.lang)
        return value if path.startswith("@") else painter.label(path, value)

    def _copy_age(self) -> str:
        """Return the time of the last sync while there is no connection: what is shown is a copy from then."""
        at = self.desk.seat().store.meta.get("last_sync")
        if self.desk.link is not Link.OFFLINE or not at:
            return ""
        return RowPainter(self.desk, self.program()).changed(at)

    def _hint(self, program: Program, request: ListRequest) -> str:
        """Return the words with the one nobody wrote replaced by its nearest neighbour, "" when there is none."""
        words = request.text.split()
        lists = self.desk.seat().store.lists
        for at, word in enumerate(words):
            if len(word) < 4:
                continue
            near = lists.words_like(word[:2].lower())
            close = difflib.get_close_matches(word.lower(), near, n=1, cutoff=0.7)
            if close and close[0] != word.lower():
                said = " ".join([*words[:at], close[0], *words[at + 1 :]])
                query = self._query(program, ListRequest(said, request.posisi, request.filters))
                if lists.hits(query).order:
                    return said
        return ""

    # -- filters

    def choices(self, request: ListRequest, path: str) -> tuple[FilterChoice, ...]:
        """Return the values of a filter with their counts under the other filters, the chosen ones among them."""
        program = self.program()
        painter = RowPainter(self.desk, program)
        store = self.desk.seat().store
        by = "@unit" if path == "@district" else path
        found = dict(store.lists.facets(self._query(program, request, but=path), by))
        if by == "@unit":
            units = {scope.vid: scope.unit for scope in store.scopes.all()}
            places: dict[str, int] = {}
            for vid, count in found.items():
                unit = _district(units[vid]) if path == "@district" else units[vid]
                places[unit] = places.get(unit, 0) + count
            found = places
        chosen = request.filters.get(path, ())
        values = [
            FilterChoice(value, self._value_label(painter, path, value), count, value in chosen)
            for value, count in {**dict.fromkeys(chosen, 0), **found}.items()
        ]
        return tuple(sorted(values, key=lambda choice: (not choice.value, choice.label.casefold())))

    # -- one record

    def peek(self, n: int) -> PeekView | None:
        """Return a quick look at one record, personal numbers masked; None when it is not the person's."""
        program = self.program()
        rows = self.rows([n])
        if not rows:
            return None
        row, lang = rows[0], self.desk.lang
        seat = self.desk.seat()
        seat.store.log("peek", seat.user.user_id, rid=row.rid)
        labels = [column.label(lang) for column in program.list_columns]
        mark = (say("lists.column.mark", lang), say(f"lists.mark.{row.mark.value}", lang))
        lines = tuple((label, text) for label, text in zip(labels, row.cells, strict=True) if text)
        return PeekView(row.rid, row.cells[0], (*lines, mark))

    def where(self, rid: str) -> str:
        """Return which screen opens a record for this person: "review" for who judges it now, else "form"."""
        record = self._subjects.record(rid)
        program = self.desk.program(record.program)
        unit = self.desk.scope(record.vid).unit
        judged = record.state in self._subjects.judged_states(program, record.subject, unit)
        return "review" if judged and not self._subjects.editable(record) else "form"

    # -- Ctrl+K

    def search(self, text: str) -> tuple[Found, ...]:
        """Return records and villages that fit what is typed into Ctrl+K, a few of each."""
        program = self.program()
        use_lists(self.desk)
        if len(text.strip()) < 2:
            return ()
        store, vids = self.desk.seat().store, self.desk.my_vids(program.id)
        order: array[int] = store.lists.hits(self._query(program, ListRequest(text))).order
        painter = RowPainter(self.desk, program)
        found = [self._record_found(program, painter, row) for row in store.lists.rows(order[:HITS], vids)]
        words = text.casefold().split()
        scopes = [s for s in store.scopes.all() if s.vid in set(vids)]
        for scope in scopes:
            place = painter.place(scope.unit)
            if all(any(part.startswith(word) for part in place.casefold().split()) for word in words):
                name = titled(scope.unit, program.place_name(scope.unit) or scope.unit_name, self.desk.lang)
                found.append(Found(f"place-{scope.unit}", "place", name, place, "lists", scope.unit))
        return tuple(found[: 2 * HITS])

    def _record_found(self, program: Program, painter: RowPainter, row: RecordRow) -> Found:
        judged = row.state in self._subjects.judged_states(program, row.subject, row.unit)
        where = "review" if judged and not self._subjects.may_edit(program, row) else "form"
        title = row.fields.get(program.title_path) or say("services.untitled", self.desk.lang)
        owner = row.fields.get(program.subtitle_path, "")
        detail = ", ".join(part for part in (owner, painter.place(row.unit)) if part)
        return Found(row.rid, "record", title, detail, where, row.rid)


def use_lists(desk: Desk) -> None:
    """Tell the store what the lists of the installed programs consist of; only a changed program costs anything."""
    store = desk.seat().store
    for program in desk.programs.values():
        columns, filters = answers(program.list_columns), answers(program.list_filters)
        if columns:
            store.lists.use(program.id, ListSpec(columns, filters, program.search_paths))


def _district(unit: str) -> str:
    return ".".join(unit.split(".")[:3])


def _spoken_digits(text: str) -> str:
    """A NIK read from a card in groups of four is one number."""
    return "".join(text.split()) if text.replace(" ", "").isdecimal() else text
