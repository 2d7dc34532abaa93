"""What screen 07 shows: both versions of a record, what they came from, what is chosen, and what merged by itself."""

from __future__ import annotations

from dataclasses import dataclass

from sidumba_field.services.views import ItemView

#: What may be chosen for a unit: the value that waits, the record's own, or a text of one's own.
WAITING, STORED, TEXT = "waiting", "stored", "text"


@dataclass(frozen=True, slots=True)
class Side:
    """One version: its name over the column, who made it and when, and its icon."""

    title: str
    who: str
    icon: str
    #: How the result names its source: "laptop", "server", "susulan".
    source: str


@dataclass(frozen=True, slots=True)
class UnitView:
    """What is decided as one: an answer, a merge group, a whole row. ``choice``: "" while nothing is chosen.

    ``left_marks``, ``right_marks``: changed characters of both values. ``item``: the question, where another value may
    be written; None where it may not.
    """

    unit: str
    label: str
    before: str
    left: str
    right: str
    left_marks: tuple[tuple[int, int], ...]
    right_marks: tuple[tuple[int, int], ...]
    choice: str
    result: str
    source: str
    item: ItemView | None


@dataclass(frozen=True, slots=True)
class MergedView:
    """What went together by itself. ``changed_left``, ``changed_right``: whose change it is."""

    label: str
    before: str
    left: str
    right: str
    result: str
    source: str
    changed_left: bool
    changed_right: bool


@dataclass(frozen=True, slots=True)
class ConflictItem:
    """One thing to look at: a waiting value (``key`` = its op), or a step of one's own that came too late."""

    key: str
    rid: str
    title: str
    detail: str
    mine: bool


@dataclass(frozen=True, slots=True)
class ConflictView:
    """Everything about one waiting value. ``may_settle``: this person decides; else ``elsewhere`` says who does.

    ``late``: it is a step that came too late, there is nothing to choose but to take note of it. ``place``: "Data 1
    dari 2". ``left``: how many units are not chosen yet.
    """

    key: str
    rid: str
    title: str
    subtitle: str
    lead: str
    note: str
    before_note: str
    left_side: Side
    right_side: Side
    units: tuple[UnitView, ...]
    merged: tuple[MergedView, ...]
    may_settle: bool
    elsewhere: str
    late: bool
    place: str
    previous: str
    next: str

    @property
    def left(self) -> int:
        return sum(not unit.choice for unit in self.units)
