"""Counts for recapitulations: one walk over the records fills every table a paper asks for.

Every table is a tally of its own; each knows from its cut where a record stands (rows, columns) and what it adds. The
totals are counted by themselves, not added up from rows, so a record in two rows counts once in the share.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from sidumba_field.programs import Program
from sidumba_field.reports import Summary
from sidumba_field.reports.cuts import Axis, CutSpec
from sidumba_field.services.papers.select import Seal, Selection
from sidumba_field.store import Extract, Scope, Store

EMPTY, COUNT, SHARE, HEAD = "@empty", "@count", "@share", "@head"
HIDDEN = "…"
Keys = Callable[[Scope, Extract], Sequence[str]]


class Places:
    """Where records stand on one axis, and how its keys are said and ordered."""

    def __init__(
        self, axis: Axis, program: Program, at: Mapping[str, int], names: Callable[[str], str]
    ) -> None:
        self.axis = axis
        self._program = program
        self._names = names
        self._lang = "id"
        self._at = at.get(axis.by, -1)
        self._place_cache: dict[str, tuple[str, ...]] = {}
        question = program.form(program.main).questions.get(axis.by)
        self._choices = {c.value: c.label for c in question.choices} if question is not None else {}
        self._lookup = program.lookups.get(question.lookup or "") if question is not None else None
        self.keys: Keys = self._reader()

    def _reader(self) -> Keys:
        by = self.axis.by
        if by == "@desa":
            return lambda scope, extract: (scope.unit,)
        if by == "@kecamatan":
            return lambda scope, extract: (".".join(scope.unit.split(".")[:3]),)
        if by == "@petugas":
            return lambda scope, extract: (extract.owner,)
        if by == "@posisi":
            posisi = {state: (spec.posisi,) for state, spec in self._program.states.items()}
            return lambda scope, extract: posisi[extract.state]
        return self._answer_keys

    def _answer_keys(self, scope: Scope, extract: Extract) -> tuple[str, ...]:
        value = extract.values[self._at]
        found = self._place_cache.get(value)
        if found is None:
            found = self._place_cache[value] = self._keys_of(value)
        return found

    def _keys_of(self, value: str) -> tuple[str, ...]:
        if not value:
            return (EMPTY,)
        if self.axis.bands:
            return (self._band(value),)
        if self.axis.heading and self._lookup is not None:
            return (self._lookup.get(value, self.axis.heading) or EMPTY,)
        return tuple(value.split()) if self._choices else (value,)

    def _band(self, value: str) -> str:
        try:
            number = int(value)
        except ValueError:
            return EMPTY
        reached = [i for i, (bound, _) in enumerate(self.axis.bands) if number >= bound]
        return str(reached[-1]) if reached else EMPTY

    def listed(self, seen: Iterable[str]) -> list[str]:
        """The keys in their order: all of a question's choices or bands, else those that were seen."""
        met = set(seen) - {EMPTY}
        if self.axis.bands:
            return [str(i) for i in range(len(self.axis.bands))]
        if self._choices:
            return [*self._choices, *sorted(met - set(self._choices))]
        if self.axis.by == "@posisi":
            return [posisi for posisi in self._program.posisi if posisi in met]
        if self.axis.by == "@petugas":
            return sorted(met, key=lambda key: (self._names(key).casefold(), key))
        return sorted(met)

    def words(self, key: str, empty: str) -> str:
        """How a key is called on paper."""
        if key == EMPTY:
            return empty
        if self.axis.bands:
            return self.axis.bands[int(key)][1]
        if self._choices:
            return self._choices.get(key, key)
        if self.axis.by == "@posisi":
            return self._program.posisi[key].in_(self._lang)
        if self.axis.by == "@petugas":
            return self._names(key)
        if self.axis.by.startswith("@"):
            return (self._program.place_name(key) or key).removeprefix("Kecamatan ")
        label = self._lookup.label(key) if self._lookup is not None else None
        return f"{key}  {label}" if label else key


class Tally:
    """One table being counted."""

    def __init__(
        self, cut: CutSpec, program: Program, paths: Sequence[str], names: Callable[[str], str]
    ) -> None:
        at = {path: i for i, path in enumerate(paths)}
        self.cut = cut
        self.every = cut.cols is not None and cut.cols.by == "@posisi"
        self._rows = Places(cut.rows, program, at, names) if cut.rows is not None else None
        self._items = [(path, at[path]) for path, _ in cut.items]
        shown = cut.cols or (Axis(cut.items[0][0]) if cut.items else None)
        self._cols = Places(shown, program, at, names) if shown is not None else None
        self._sums = [tuple(at[path] for path in one.paths) for one in cut.sums]
        self._cells: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self._whole: dict[str, int] = defaultdict(int)
        self.records = 0

    def add(self, scope: Scope, extract: Extract) -> None:
        """Count one record."""
        self.records += 1
        if self._items:
            for path, at in self._items:
                row = self._cells[path]
                row[extract.values[at] or EMPTY] += 1
                row[COUNT] += 1
            return
        columns = self._cols.keys(scope, extract) if self._cols is not None else ()
        sums = [sum(_number(extract.values[at]) for at in paths) for paths in self._sums]
        rows = self._rows.keys(scope, extract) if self._rows is not None else ()
        for row in (*(self._cells[key] for key in rows), self._whole):
            row[COUNT] += 1
            for column in columns:
                row[column] += 1
            for i, number in enumerate(sums):
                row[f"@sum{i}"] += number

    def summary(self, least: int = 0) -> Summary:
        """The counted table; ``least``: figures below it are hidden (public papers)."""
        heads = self._heads()
        rows = [self._row(key, words, heads) for key, words in self._listed()]
        if self.cut.skip_zero:
            rows = [row for row in rows if row[COUNT]]
        whole = self._row("", "", heads, self._whole) if self.cut.total else None
        first = max(self.cut.first, 20.0)
        # As much room as the longest word of a head needs, so that no word is broken.
        shares = [max(6, *(len(word) for word in head.split())) for _, head, _ in heads]
        found = Summary(
            title=self.cut.title,
            heads=((HEAD, self.cut.head, "text"), *heads),
            widths=(first, *((165.0 - first) * share / sum(shares) for share in shares)),
            rows=tuple(rows),
            total=whole,
            note=self.cut.note,
        )
        return hidden(found, least) if least > 1 else found

    def _listed(self) -> list[tuple[str, str]]:
        if self._rows is None:
            return list(self.cut.items)
        keys = self._rows.listed(self._cells)
        if EMPTY in self._cells:
            keys.append(EMPTY)
        return [(key, self._rows.words(key, self.cut.empty)) for key in keys]

    def _heads(self) -> list[tuple[str, str, str]]:
        heads: list[tuple[str, str, str]] = []
        if self._cols is not None:
            seen = {key for row in self._cells.values() for key in row if not key.startswith("@")}
            keys = self._cols.listed(seen)
            if any(row.get(EMPTY) for row in self._cells.values()):
                keys.append(EMPTY)
            heads += [(key, self._cols.words(key, self.cut.empty), "number") for key in keys]
        heads += [(f"@sum{i}", one.head, one.kind) for i, one in enumerate(self.cut.sums)]
        if self.cut.count:
            heads.append((COUNT, self.cut.count, "number"))
        if self.cut.share:
            heads.append((SHARE, self.cut.share, "percent"))
        return heads

    def _row(
        self,
        key: str,
        words: str,
        heads: Sequence[tuple[str, str, str]],
        row: Mapping[str, int] | None = None,
    ) -> dict[str, object]:
        counted = (self._cells.get(key) or {}) if row is None else row
        found: dict[str, object] = {HEAD: words, COUNT: counted.get(COUNT, 0)}
        for column, _, kind in heads:
            share = kind == "percent"
            found[column] = self._share(counted) if share else counted.get(column, 0)
        return found

    def _share(self, counted: Mapping[str, int]) -> float:
        return round(100 * counted.get(COUNT, 0) / self.records, 1) if self.records else 0.0


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        return 0


def count(
    cuts: Sequence[CutSpec],
    selection: Selection,
    store: Store,
    names: Callable[[str], str],
    going_on: Callable[[int], None],
) -> tuple[list[Tally], Seal]:
    """Fill every table in one walk; ``going_on(records)`` is told now and then and may raise to stop."""
    paths = tuple(sorted({path for cut in cuts for path in cut.paths}))
    tallies = [Tally(cut, selection.program, paths, names) for cut in cuts]
    seal = Seal()
    for scope, extract in selection.read(store, paths, every=True):
        seal.add(extract)
        inside = extract.state in selection.states
        for tally in tallies if inside else [one for one in tallies if one.every]:
            tally.add(scope, extract)
        if seal.rows % 2000 == 0:
            going_on(seal.rows)
    return tallies, seal


# -------------------------------------------------------------------------------------------------------- small figures


def hidden(summary: Summary, least: int) -> Summary:
    """The table for the public: no figure between 1 and ``least`` - 1, and none that could be worked out again.

    Rows and columns add up, so a hidden cell alone in its line follows from the others: the next smallest is hidden
    with it, totals included (spec/domain.md 6.1). Sums and shares of a row go with the number of its records.
    """
    table = [dict(row) for row in (*summary.rows, *([summary.total] if summary.total is not None else []))]
    heads = [key for key, _, kind in summary.heads[1:] if kind != "percent"]
    cells = [key for key in heads if not key.startswith("@sum")]
    gone = {(i, key) for i, row in enumerate(table) for key in cells if 0 < _cell(row, key) < least}
    few = [i for i, row in enumerate(table) if 0 < _cell(row, COUNT) < least]
    gone |= {(i, key) for i in few for key in heads if _cell(table[i], key)}
    lines = [[(i, key) for key in cells] for i in range(len(table)) if len(cells) > 1]
    if summary.total is not None:
        lines += [[(i, key) for i in range(len(table))] for key in heads]
    while (extra := _lonely(table, lines, gone)) is not None:
        gone.add(extra)
    for i, key in gone:
        table[i][key] = HIDDEN
    for row in table:
        if row.get(COUNT) == HIDDEN and SHARE in row:
            row[SHARE] = HIDDEN
    rows = table[: len(summary.rows)]
    return replace(summary, rows=tuple(rows), total=table[-1] if summary.total is not None else None)


def _cell(row: Mapping[str, object], key: str) -> int:
    value = row.get(key)
    return value if isinstance(value, int) else 0


def _lonely(
    table: Sequence[Mapping[str, object]],
    lines: Sequence[Sequence[tuple[int, str]]],
    gone: set[tuple[int, str]],
) -> tuple[int, str] | None:
    """The cell to hide next because a hidden one stands alone in its line; None when there is none."""
    for line in lines:
        if sum(cell in gone for cell in line) != 1:
            continue
        others = [cell for cell in line if cell not in gone and _cell(table[cell[0]], cell[1])]
        if others:
            return min(others, key=lambda cell: _cell(table[cell[0]], cell[1]))
    return None
