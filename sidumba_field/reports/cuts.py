"""What a recapitulation counts, as a paper's file says it: which rows, which columns, what is added up.

A cut is data of the office; no line here knows a program. Rows come from one *axis* (place, enumerator, position,
the choices of a question, bands of a number, a code's heading) or from several questions with the same choices;
columns are counts per choice of a second axis, plain counts, or sums of numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

from sidumba_field.reports.reading import Reader

AXES = ("@kecamatan", "@desa", "@petugas", "@posisi")
"""Axes every program has: where the record lies, who took it, on whose desk it is. Any other axis is a path."""


@dataclass(frozen=True, slots=True)
class Axis:
    """Where rows or columns come from.

    ``by``: one of AXES or a path of the form. ``heading``: column of the question's list under which codes are gathered
    (the letter of a class of business). ``bands``: lower bounds with their words; a value belongs to the last band
    whose bound it reaches.
    """

    by: str
    heading: str = ""
    bands: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Sum:
    """A column that adds up the answers of one or more questions."""

    paths: tuple[str, ...]
    head: str
    kind: str = "number"


@dataclass(frozen=True, slots=True)
class CutSpec:
    """One table of a recapitulation.

    ``items``: (path, words) of questions that are rows themselves; their common choices are the columns. ``count``:
    head of the column that counts records, "" for none. ``share``: head of a column with the percentage of all records.
    ``empty``: words of the row and column for records without an answer. ``total`` "": nothing may be added up (one
    record stands in several rows). ``skip_zero``: rows nobody stands in are left out. ``first``: share of the width of
    the first column, in millimetres of an upright sheet.
    """

    title: str
    head: str
    rows: Axis | None
    items: tuple[tuple[str, str], ...]
    cols: Axis | None
    sums: tuple[Sum, ...]
    count: str
    share: str
    empty: str
    total: str
    note: str
    skip_zero: bool
    first: float

    @property
    def paths(self) -> frozenset[str]:
        """The questions whose answers are needed to count this table."""
        axes = [
            axis.by for axis in (self.rows, self.cols) if axis is not None and not axis.by.startswith("@")
        ]
        return frozenset(
            [*axes, *(path for path, _ in self.items), *(p for one in self.sums for p in one.paths)]
        )


def cut(raw: Reader) -> CutSpec:
    """Read one ``[[cuts]]``. Raises SidumbaError report.unreadable (``where``)."""
    rows = raw.inner("rows")
    cols = raw.inner("cols")
    spec = CutSpec(
        title=raw.text("title"),
        head=raw.text("head"),
        rows=_axis(rows) if rows else None,
        items=raw.pairs("items"),
        cols=_axis(cols) if cols else None,
        sums=tuple(_sum(one) for one in raw.each("sums")),
        count=raw.text("count", ""),
        share=raw.text("share", ""),
        empty=raw.text("empty", ""),
        total=raw.text("total", ""),
        note=raw.text("note", ""),
        skip_zero=raw.take("skip_zero", bool, False),
        first=raw.take("first", float, 46.0),
    )
    if (spec.rows is None) == (not spec.items):
        raw.refuse("rows")
    if not (spec.cols or spec.items or spec.sums or spec.count):
        raw.refuse("count")
    raw.done()
    return spec


def _axis(raw: Reader) -> Axis:
    axis = Axis(by=raw.text("by"), heading=raw.text("heading", ""), bands=_bands(raw))
    if axis.by.startswith("@") and axis.by not in AXES:
        raw.refuse("by")
    raw.done()
    return axis


def _bands(raw: Reader) -> tuple[tuple[int, str], ...]:
    bands: list[tuple[int, str]] = []
    for i, one in enumerate(raw.take("bands", list, [])):
        fits = isinstance(one, list) and len(one) == 2 and type(one[0]) is int and isinstance(one[1], str)
        if not fits or (bands and one[0] <= bands[-1][0]):
            raw.refuse(f"bands[{i}]")
        bands.append((one[0], one[1]))
    return tuple(bands)


def _sum(raw: Reader) -> Sum:
    found = Sum(
        paths=raw.texts("paths") or raw.refuse("paths"),
        head=raw.text("head"),
        kind=raw.word("kind", ("number", "money"), "number"),
    )
    raw.done()
    return found
