"""What Daftar data is handed: columns, a found list, its rows, filter choices, and what bulk actions did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sidumba_field.services.views import Changes, Mark


@dataclass(frozen=True, slots=True)
class ColumnView:
    """One column. ``kind``: title, text, money, number, code, nik, choice, unit, state, changed; ``right``: numbers."""

    path: str
    label: str
    kind: str
    width: int
    hidden: bool

    @property
    def right(self) -> bool:
        return self.kind in ("money", "number")


@dataclass(frozen=True, slots=True)
class ListRequest:
    """What is asked: words, one posisi ("" = all), chosen values per filter path, order."""

    text: str = ""
    posisi: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = "@changed"
    descending: bool = True


@dataclass(frozen=True, slots=True)
class ListTab:
    """A posisi with its count among what was found; ``posisi`` "" is all of them."""

    posisi: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class ListChip:
    """A filter in force: "Kecamatan", "Halong, Juai"."""

    path: str
    label: str
    values: str


@dataclass(frozen=True, slots=True)
class ListRow:
    """One row. ``n``: the record's number on this laptop, the key of selections; ``cells``: shown texts in the order of
    ``ListFrame.columns``; ``spoken``: the row as one sentence."""

    n: int
    rid: str
    mark: Mark
    posisi: str
    posisi_label: str
    cells: tuple[str, ...]
    spoken: str


@dataclass(frozen=True, slots=True)
class ListFrame:
    """What stands before anything is asked: columns, and filters as (path, label)."""

    title: str
    columns: tuple[ColumnView, ...]
    filters: tuple[tuple[str, str], ...]
    may_review: bool
    may_discard: bool = False


@dataclass(frozen=True, slots=True)
class ListFilling:
    """A list whose columns changed is made ready; until then it shows what it did before."""

    done: int
    total: int
    text: str


@dataclass(frozen=True, slots=True)
class ListView:
    """A found list: ``numbers``: all records found, in order; ``rows``: the first page; ``copy_age``: "09.40" while
    there is no connection, else ""; ``hint``: another word that would find something, or ""."""

    request: ListRequest
    subtitle: str
    total: int
    numbers: Sequence[int]
    count: int
    found_text: str
    tabs: tuple[ListTab, ...]
    chips: tuple[ListChip, ...]
    rows: tuple[ListRow, ...]
    copy_age: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class FilterChoice:
    """One value of a filter and how many records carry it under the other filters."""

    value: str
    label: str
    count: int
    on: bool


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody records can be passed on to."""

    user_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Bulk:
    """What a bulk action did: one sentence for all; ``undo``: ops to withdraw while ``undo_seconds`` last."""

    done: int
    left_out: int
    sentence: str
    undo: tuple[str, ...]
    undo_seconds: int
    changes: Changes


@dataclass(frozen=True, slots=True)
class PeekView:
    """Quick look at one record: title, and (label, value) of every column."""

    rid: str
    title: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Exported:
    """A file was written: ``count`` records; ``masked``: personal data was."""

    path: str
    count: int
    masked: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Found:
    """One hit of Ctrl+K. ``kind``: "record" or "place"; ``where``: which screen opens it; ``value``: the record, or the
    unit's code."""

    key: str
    kind: str
    title: str
    detail: str
    where: str
    value: str
