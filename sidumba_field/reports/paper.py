"""A paper as its SOP folder describes it: ``forms/<sop>/reports/<name>.toml`` over one layout kind.

The file holds the office's words (title, paragraphs with ``{places}``), columns, who signs and what is masked; it holds
no code. Everything unknown in it is refused with its place, so that a typing mistake never silently drops a column.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass

from sidumba_field.core.errors import SidumbaError
from sidumba_field.reports import cells
from sidumba_field.reports.cuts import CutSpec, cut
from sidumba_field.reports.geometry import ORIENTATIONS, SIZES_MM, Geometry, sheet
from sidumba_field.reports.model import Align, Column
from sidumba_field.reports.reading import Reader

KINDS = frozenset({"blank_form", "card", "decree", "filled_form", "minutes", "recap", "receipt", "register"})


#: The longest number a column of a kind is expected to hold in a long list.
_SAMPLES = {"number": "10.000", "money": "Rp100.000.000"}


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """A column as written in the file. ``mask`` "" shows the value to everybody. ``marked``: an unchecked record
    carries its mark here. ``sample``: the longest value to make room for. ``sum``: questions whose numbers are added
    up in this column."""

    key: str
    head: str
    width: float
    kind: str
    align: str
    size: float
    total: bool
    mask: str
    marked: bool = False
    sample: str = ""
    sum: tuple[str, ...] = ()

    def column(self, revealed: bool) -> Column:
        """The column for a reader who may (``revealed``) or may not see personal data."""
        write, align, number_format = cells.writer(self.kind)
        if self.mask and not revealed:
            plain, style = write, self.mask

            def write(value: object) -> str:
                return cells.mask(style, plain(value))

        return Column(
            key=self.key,
            head=self.head,
            width=self.width,
            write=write,
            align=Align(self.align) if self.align else align,
            size=self.size,
            total=self.total,
            number_format="" if self.mask else number_format,
            whole=self.kind != "text",
            sample="" if self.mask else self.sample or _SAMPLES.get(self.kind, ""),
        )


@dataclass(frozen=True, slots=True)
class TableSpec:
    """The table of a paper: its columns, the label of its total row, what stands there when there are no rows."""

    columns: tuple[ColumnSpec, ...]
    title: str
    numbered: bool
    total: str
    empty: str


@dataclass(frozen=True, slots=True)
class SignatureSpec:
    """One signature: which official of the list, and the lines above (``{place}`` and ``{day}`` are known).
    ``name``: the answer of the record that names who signs, where it does."""

    role: str
    opening: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class SelectSpec:
    """Which records a paper over many records takes.

    ``posisi``: on whose desks, ``states``: in which states (none named: in all of them). ``checked``: in which states
    or on whose desks a record counts as checked; others carry ``*`` and the paper its ``mark`` note. ``least``: public
    figures below it are hidden.
    """

    posisi: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    checked: tuple[str, ...] = ()
    mark: str = ""
    least: int = 5


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper of a program, ready to be drawn with data.

    ``points``: numbered statements of a minutes paper. ``cuts``: the tables of a recapitulation. ``icon``: name of the
    sign beside it in lists; ``unit``: what it counts. ``below``: a third signature in the middle ("Mengetahui").
    ``counter``: how the office numbers it; {urut} counts up within a year. ``signed_day``: the answer that tells when a
    record's own paper was signed.
    """

    kind: str
    title: str
    number: str
    period: str
    size: str
    orientation: str
    intro: tuple[str, ...]
    fields: tuple[tuple[str, str], ...]
    closing: tuple[str, ...]
    note: str
    table: TableSpec | None
    right: SignatureSpec | None
    left: SignatureSpec | None
    masks: Mapping[str, str]
    skip_empty: bool
    points: tuple[str, ...] = ()
    cuts: tuple[CutSpec, ...] = ()
    below: SignatureSpec | None = None
    select: SelectSpec = SelectSpec()
    icon: str = "file-text"
    unit: str = ""
    counter: str = ""
    signed_day: str = ""

    @staticmethod
    def from_toml(text: str) -> Paper:
        """Read a paper's file. Raises SidumbaError report.unreadable (``where``: the place in the file)."""
        try:
            raw = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise SidumbaError("report.unreadable", where=str(error)) from error
        return _paper(Reader(raw, ""))

    @property
    def geometry(self) -> Geometry:
        return sheet(self.size, self.orientation)

    @property
    def personal(self) -> bool:
        """Whether something on it is masked for who may not see personal data."""
        columns = self.table.columns if self.table is not None else ()
        return bool(self.masks) or any(column.mask for column in columns)

    @property
    def paths(self) -> frozenset[str]:
        """The questions whose answers its table and its cuts need."""
        columns = self.table.columns if self.table is not None else ()
        named = {column.key for column in columns if "/" in column.key}
        named.update(path for column in columns for path in column.sum)
        return frozenset(named).union(*(one.paths for one in self.cuts))

    @property
    def signer(self) -> str:
        """The role that signs it, "" for none."""
        return self.right.role if self.right is not None else ""

    @property
    def signed_by(self) -> dict[str, str]:
        """Role of each signature that an answer of the record names -> path of that answer."""
        sides = (self.right, self.left, self.below)
        return {side.role: side.name for side in sides if side is not None and side.name}

    def masked(self, path: str, text: str, revealed: bool) -> str:
        """The answer to ``path`` as this reader may see it."""
        style = self.masks.get(path, "")
        return text if revealed or not style else cells.mask(style, text)


def _paper(raw: Reader) -> Paper:
    signatures = raw.inner("signatures")
    paper = Paper(
        kind=raw.word("kind", KINDS),
        title=raw.text("title"),
        number=raw.text("number", ""),
        period=raw.text("period", ""),
        size=raw.word("paper", tuple(SIZES_MM), "F4"),
        orientation=raw.word("orientation", ORIENTATIONS, "portrait"),
        intro=raw.texts("intro"),
        fields=raw.pairs("fields"),
        closing=raw.texts("closing"),
        note=raw.text("note", ""),
        table=_table(raw.inner("table")),
        right=_signature(signatures.inner("right"), "{place}, {day:date}") if signatures else None,
        left=_signature(signatures.inner("left"), "Mengetahui,") if signatures else None,
        masks=raw.masks("mask"),
        skip_empty=raw.take("skip_empty", bool, False),
        points=raw.texts("points"),
        cuts=tuple(cut(one) for one in raw.each("cuts")),
        below=_signature(signatures.inner("below"), "Mengetahui,") if signatures else None,
        select=_select(raw.inner("select")),
        icon=raw.text("icon", "file-text"),
        unit=raw.text("unit", ""),
        counter=raw.text("counter", ""),
        signed_day=raw.text("signed_day", ""),
    )
    if signatures:
        signatures.done()
        if paper.right is None:
            signatures.refuse("right")
    if paper.kind in ("register", "receipt") and paper.table is None:
        raw.refuse("table")
    if paper.kind == "recap" and not paper.cuts:
        raw.refuse("cuts")
    raw.done()
    return paper


def _select(raw: Reader | None) -> SelectSpec:
    if raw is None:
        return SelectSpec()
    select = SelectSpec(
        posisi=raw.texts("posisi"),
        states=raw.texts("states"),
        checked=raw.texts("checked"),
        mark=raw.text("mark", ""),
        least=raw.take("least", int, 5),
    )
    raw.done()
    return select


def _table(raw: Reader | None) -> TableSpec | None:
    if raw is None:
        return None
    columns = tuple(_column(one) for one in raw.each("columns")) or raw.refuse("columns")
    table = TableSpec(
        columns=columns,
        title=raw.text("title", ""),
        numbered=raw.take("column_numbers", bool, False),
        total=raw.text("total", ""),
        empty=raw.text("empty", ""),
    )
    raw.done()
    return table


def _column(raw: Reader) -> ColumnSpec:
    kind = raw.word("kind", cells.KINDS, "text")
    column = ColumnSpec(
        key=raw.take("key", str),
        head=raw.text("head"),
        width=raw.take("width", float),
        kind=kind,
        align=raw.word("align", ("", "left", "centre", "right"), ""),
        size=raw.take("size", float, 8.0 if kind == "code" else 9.5),
        total=raw.take("total", bool, False),
        mask=raw.word("mask", cells.MASKS | {""}, ""),
        marked=raw.take("marked", bool, False),
        sample=raw.text("sample", ""),
        sum=raw.texts("sum"),
    )
    if column.width <= 0 or not 6 <= column.size <= 14:
        raw.refuse("width" if column.width <= 0 else "size")
    raw.done()
    return column


def _signature(raw: Reader | None, opening: str) -> SignatureSpec | None:
    if raw is None:
        return None
    signature = SignatureSpec(raw.take("role", str), raw.text("opening", opening), raw.text("name", ""))
    raw.done()
    return signature
