"""What screen 09, Dasbor, shows: plain values, one slice per unit so that picking one needs no further question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ShareView:
    """One piece of every bar; ``tone``: colour token under "chart."."""

    tone: str
    label: str


@dataclass(frozen=True, slots=True)
class PlaceView:
    """How far one unit is. ``parts``: records per share, in the order of the shares; ``target`` 0 = none is set;
    ``opens``: there is a level below."""

    unit: str
    name: str
    parts: tuple[int, ...]
    done: int
    target: int
    opens: bool


@dataclass(frozen=True, slots=True)
class FigureView:
    """A big number with what stands beside and below it."""

    label: str
    number: str
    beside: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class DeskView:
    """One stage of the way: how many have come as far, and what waits at the desk behind it ("" at the end)."""

    label: str
    count: int
    waiting: str
    last: bool = False


@dataclass(frozen=True, slots=True)
class WeekView:
    """One week of the trend; ``label`` "21 Sep" is its Monday, ``running``: not over yet."""

    label: str
    begun: int
    signed: int
    running: bool


@dataclass(frozen=True, slots=True)
class ConcernView:
    """Something that needs a hand. ``kind``: quiet, waiting, returned, twins; ``states``: what a list would show;
    ``posisi``: where they all lie, "" for anywhere.
    """

    kind: str
    text: str
    action: str
    states: tuple[str, ...] = ()
    posisi: str = ""


@dataclass(frozen=True, slots=True)
class SliceView:
    """The cards for one unit. ``stuck``: (bold words, rest) about the desk that holds most, or two empty texts."""

    figures: tuple[FigureView, ...]
    desks: tuple[DeskView, ...]
    stuck: tuple[str, str]
    weeks: tuple[WeekView, ...]
    concerns: tuple[ConcernView, ...]


@dataclass(frozen=True, slots=True)
class DashboardView:
    """``unit``: whose level below is listed; ``above``: the unit one level up, "" at the top of what the person may
    see; ``slices``: unit -> cards, the key "" for all of ``unit``; ``unfinished``: the past is still being read."""

    title: str
    short_title: str
    age: str
    unit: str
    unit_name: str
    above: str
    progress: str
    shares: tuple[ShareView, ...]
    places: tuple[PlaceView, ...]
    slices: Mapping[str, SliceView]
    areas: tuple[tuple[str, str], ...]
    unfinished: bool = False
