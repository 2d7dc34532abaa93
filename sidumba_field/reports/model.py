"""What a paper is made of: plain values without drawing, the same for PDF and spreadsheet.

A service hands over ``ReportData`` (answers, rows, officials, provenance: all of it data of the office). A layout turns
it, guided by the paper's own file, into blocks; a renderer draws blocks and knows nothing of programs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import Enum
from typing import Protocol

from sidumba_field.words import WITA, Zone

Value = object


class Withheld(str):
    """Words that stand where the reader may not see the value: printed as they are in a column of any kind, never
    added up."""

    __slots__ = ()


"""A cell as data: str, int, Decimal, date, datetime or None; its column says how it is written."""


Progress = Callable[[int, int], bool]
"""Told (pages done, table rows done) now and then; False stops the report."""


# ------------------------------------------------------------------------------------------- what the office hands over


class LineLike(Protocol):
    """One bold line of a letterhead, in points."""

    @property
    def text(self) -> str: ...

    @property
    def size(self) -> float: ...


class KopLike(Protocol):
    """A letterhead, whoever keeps it: a program's office, a village's settings, ``Kop``."""

    @property
    def lines(self) -> Sequence[LineLike]: ...

    @property
    def address(self) -> str: ...

    @property
    def emblem(self) -> bytes | None: ...


class SignatoryLike(Protocol):
    """An official, whoever keeps the list: a program's office, a village's settings, ``Signatory``."""

    @property
    def full_position(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def nip(self) -> str: ...

    @property
    def rank(self) -> str: ...


@dataclass(frozen=True, slots=True)
class KopLine:
    """One bold line of a letterhead, in points."""

    text: str
    size: float = 12.0


@dataclass(frozen=True, slots=True)
class Kop:
    """A letterhead (spec/domain.md section 6.2): emblem as JPEG or PNG bytes, lines from the top, one address."""

    lines: tuple[KopLine, ...]
    address: str = ""
    emblem: bytes | None = None

    @staticmethod
    def of(*lines: str, address: str = "", emblem: bytes | None = None, large: int = 1) -> Kop:
        """A kop whose last ``large`` lines are the office's own name (14 points), the others 12."""
        edge = len(lines) - large
        sized = tuple(KopLine(text, 14.0 if i >= edge else 12.0) for i, text in enumerate(lines))
        return Kop(sized, address, emblem)


@dataclass(frozen=True, slots=True)
class Signatory:
    """An official as the signatory list of the office names him. ``prefix``: "Plt.", "Plh.", "a.n." or ""."""

    position: str
    name: str
    nip: str = ""
    rank: str = ""
    prefix: str = ""

    @property
    def full_position(self) -> str:
        return f"{self.prefix} {self.position}".strip()


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where the numbers on a paper come from: printed at the foot of every page.

    ``snapshot_sha256``: 64 hexadecimal digits over the content the paper shows. ``printed_at``: aware.
    """

    product: str
    printed_at: datetime
    print_code: str
    snapshot_sha256: str
    zone: Zone = WITA
    printed_by: str = ""


@dataclass(frozen=True, slots=True)
class Photo:
    """One picture with its caption; ``data`` is JPEG or PNG."""

    caption: str
    data: bytes


@dataclass(frozen=True, slots=True)
class FormItem:
    """One answered question of a filled form. ``path`` decides masking; ``answer`` is already in words."""

    path: str
    code: str
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class FormRepeat:
    """A repeat of a filled form: (path, question) per column and one tuple of answers per row."""

    path: str
    title: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, ...], ...]
    right_aligned: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class FormSection:
    """A section (blok) of a filled form: items and repeats in the order of the form."""

    title: str
    parts: tuple[FormItem | FormRepeat, ...]


@dataclass(frozen=True, slots=True)
class BlankItem:
    """One question of a form to be filled by pen.

    ``boxes``: one box per character (a number of that many digits; 0: a line). ``choices``: numbered, ticked in a box.
    ``many``: more than one may be ticked. ``lines``: how many lines to write on. ``unit``: printed behind the answer.
    ``skip``: when it is left out, in words. ``parts``: several short answers in the one row, each with its own words.
    """

    code: str
    question: str
    hint: str = ""
    boxes: int = 0
    grouping: tuple[int, ...] = ()
    choices: tuple[str, ...] = ()
    many: bool = False
    lines: int = 1
    unit: str = ""
    skip: str = ""
    parts: tuple[BlankItem, ...] = ()


@dataclass(frozen=True, slots=True)
class BlankTable:
    """A repeat of a form to be filled by pen: heads with their shares of the width, and empty rows."""

    code: str
    title: str
    heads: tuple[tuple[str, float], ...]
    rows: int
    skip: str = ""


@dataclass(frozen=True, slots=True)
class BlankSection:
    """A section (blok) of a blank form."""

    title: str
    parts: tuple[BlankItem | BlankTable, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """One counted table: heads as (key, words, kind of cell), one row per key of its axis, a ready total row.

    ``widths``: shares of the table's width. ``total`` None: nothing may be added up.
    """

    title: str
    heads: tuple[tuple[str, str, str], ...]
    widths: tuple[float, ...]
    rows: tuple[Mapping[str, Value], ...]
    total: Mapping[str, Value] | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class ReportData:
    """Everything a paper needs besides its own file.

    ``values``: what the texts of the paper name in braces. ``rows``: dicts by column key, read once and lazily.
    ``summaries``: the counted tables. ``blanks``: a form to be filled by pen. ``marks``: notes below the table.
    ``sealed``: tells the snapshot hash once the last row was read; without it ``provenance`` already knows.
    ``revealed``: the reader holds the right to see personal data unmasked. ``unsigned``: the digital signature is
    still awaited, so the block says so instead of showing one.
    """

    kop: KopLike
    provenance: Provenance
    place: str = ""
    day: date | None = None
    values: Mapping[str, object] = field(default_factory=dict)
    rows: Iterable[Mapping[str, Value]] = ()
    sections: tuple[FormSection, ...] = ()
    photos: tuple[Photo, ...] = ()
    signatories: Mapping[str, SignatoryLike] = field(default_factory=dict)
    revealed: bool = False
    unsigned: bool = True
    summaries: tuple[Summary, ...] = ()
    blanks: tuple[BlankSection, ...] = ()
    marks: tuple[str, ...] = ()
    sealed: Callable[[], str] | None = None

    def known(self) -> Provenance:
        """The provenance with the snapshot hash of what was read."""
        return (
            self.provenance
            if self.sealed is None
            else replace(self.provenance, snapshot_sha256=self.sealed())
        )


# -------------------------------------------------------------------------------------------------- what a layout makes


class Align(Enum):
    """Where a cell's text stands."""

    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table. ``width`` is a share of the table, in millimetres of the sheet it was made for; ``write``
    turns data into text. ``whole``: numbers, dates and codes are set smaller rather than broken over two lines.
    ``sample``: the longest number to be expected; the column gets room for it, and never breaks one."""

    key: str
    head: str
    width: float
    write: Callable[[Value], str]
    align: Align = Align.LEFT
    size: float = 9.5
    total: bool = False
    number_format: str = ""
    whole: bool = False
    sample: str = ""


@dataclass(frozen=True, slots=True)
class Title:
    """The paper's name in bold capitals, a number line and a period line below it."""

    text: str
    number: str = ""
    period: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of 11 point text. ``label``: a number that hangs at its left, in the room of ``indent``."""

    text: str
    bold: bool = False
    size: float = 11.0
    indent: float = 0.0
    label: str = ""


@dataclass(frozen=True, slots=True)
class Fields:
    """ "label : value" lines, as official letters list them."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """A bold heading on grey that stays with what follows it."""

    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose rows are read once; its head repeats on each page, its rows are never split.

    ``heads=False`` leaves out head and column numbers (a question list). ``total_label`` "" means no total row.
    """

    columns: tuple[Column, ...]
    rows: Iterable[Mapping[str, Value]]
    heads: bool = True
    numbered: bool = False
    total_label: str = ""
    empty: str = ""
    title: str = ""
    total: Mapping[str, Value] | None = None


@dataclass(frozen=True, slots=True)
class Blanks:
    """Questions to be answered by pen: one unsplittable row each."""

    items: tuple[BlankItem | BlankTable, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """Everything about one subject on the rest of this page: sections of "label : value" in two columns, set as large
    as fits."""

    sections: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    photos: tuple[Photo, ...] = ()


@dataclass(frozen=True, slots=True)
class Photos:
    """Pictures side by side, two in a row, captions below."""

    photos: tuple[Photo, ...]


@dataclass(frozen=True, slots=True)
class SignatureSide:
    """One half of the signature block, top to bottom; ``status`` is told inside an empty frame where no signature may
    be shown yet."""

    opening: str
    signatory: SignatoryLike
    status: str = ""


@dataclass(frozen=True, slots=True)
class Signatures:
    """The signature block: the issuing official right, who has taken note left, a third in the middle below."""

    right: SignatureSide
    left: SignatureSide | None = None
    below: SignatureSide | None = None


Block = Title | Paragraph | Fields | Bar | Table | Photos | Signatures | Blanks | Card
