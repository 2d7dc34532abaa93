"""A paper as its SOP folder describes it: ``forms/<sop>/reports/<name>.toml`` over one layout kind.

The file holds the office's words (title, paragraphs with ``{places}``), columns, who signs and what is masked; it holds
no code. Everything unknown in it is refused with its place, so that a typing mistake never silently drops a column.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sidumba_field.core.errors import SidumbaError
from sidumba_field.reports import cells
from sidumba_field.reports.geometry import ORIENTATIONS, SIZES_MM, Geometry, sheet
from sidumba_field.reports.model import Align, Column
from sidumba_field.words import places_of

KINDS = frozenset({"decree", "filled_form", "register"})


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """A column as written in the file. ``mask`` "" shows the value to everybody."""

    key: str
    head: str
    width: float
    kind: str
    align: str
    size: float
    total: bool
    mask: str

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
    """One signature: which official of the list, and the lines above (``{place}`` and ``{day}`` are known)."""

    role: str
    opening: str


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper of a program, ready to be drawn with data."""

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

    @staticmethod
    def from_toml(text: str) -> Paper:
        """Read a paper's file. Raises SidumbaError report.unreadable (``where``: the place in the file)."""
        try:
            raw = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise SidumbaError("report.unreadable", where=str(error)) from error
        return _paper(_Reader(raw, ""))

    @property
    def geometry(self) -> Geometry:
        return sheet(self.size, self.orientation)

    def masked(self, path: str, text: str, revealed: bool) -> str:
        """The answer to ``path`` as this reader may see it."""
        style = self.masks.get(path, "")
        return text if revealed or not style else cells.mask(style, text)


class _Reader:
    """Takes known keys out of a TOML table and complains about the place of whatever is wrong or left."""

    def __init__(self, raw: Any, where: str) -> None:
        self.where = where
        if not isinstance(raw, dict):
            self.refuse("")
        self._raw: dict[str, Any] = dict(raw)

    def refuse(self, key: str) -> Any:
        raise SidumbaError("report.unreadable", where=f"{self.where}{key}" or "?")

    def take(self, key: str, kind: type, default: Any = None) -> Any:
        value = self._raw.pop(key, default)
        if kind is float and type(value) is int:
            value = float(value)
        return value if type(value) is kind else self.refuse(key)

    def text(self, key: str, default: str | None = None) -> str:
        """A text whose places are well formed."""
        value = self.take(key, str, default)
        self._check(key, value)
        return str(value)

    def _check(self, key: str, value: str) -> None:
        try:
            places_of(value)
        except ValueError:
            self.refuse(key)

    def word(self, key: str, allowed: frozenset[str] | tuple[str, ...], default: str | None = None) -> str:
        value = self.take(key, str, default)
        return str(value) if value in allowed else str(self.refuse(key))

    def texts(self, key: str) -> tuple[str, ...]:
        values = self.take(key, list, [])
        for i, value in enumerate(values):
            self._check(f"{key}[{i}]", value if isinstance(value, str) else self.refuse(f"{key}[{i}]"))
        return tuple(values)

    def pairs(self, key: str) -> tuple[tuple[str, str], ...]:
        found: list[tuple[str, str]] = []
        for i, value in enumerate(self.take(key, list, [])):
            if not isinstance(value, list) or len(value) != 2 or not all(isinstance(v, str) for v in value):
                self.refuse(f"{key}[{i}]")
            self._check(f"{key}[{i}]", value[1])
            found.append((value[0], value[1]))
        return tuple(found)

    def inner(self, key: str) -> _Reader | None:
        return _Reader(self._raw.pop(key), f"{self.where}{key}.") if key in self._raw else None

    def each(self, key: str) -> list[_Reader]:
        return [_Reader(v, f"{self.where}{key}[{i}].") for i, v in enumerate(self.take(key, list, []))]

    def masks(self, key: str) -> dict[str, str]:
        styles = self.take(key, dict, {})
        for path, style in styles.items():
            if style not in cells.MASKS:
                self.refuse(f"{key}.{path}")
        return dict(styles)

    def done(self) -> None:
        for key in self._raw:
            self.refuse(key)


def _paper(raw: _Reader) -> Paper:
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
    )
    if signatures:
        signatures.done()
        if paper.right is None:
            signatures.refuse("right")
    if paper.kind == "register" and paper.table is None:
        raw.refuse("table")
    raw.done()
    return paper


def _table(raw: _Reader | None) -> TableSpec | None:
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


def _column(raw: _Reader) -> ColumnSpec:
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
    )
    if column.width <= 0 or not 6 <= column.size <= 14:
        raw.refuse("width" if column.width <= 0 else "size")
    raw.done()
    return column


def _signature(raw: _Reader | None, opening: str) -> SignatureSpec | None:
    if raw is None:
        return None
    signature = SignatureSpec(role=raw.take("role", str), opening=raw.text("opening", opening))
    raw.done()
    return signature
