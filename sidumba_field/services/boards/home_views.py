"""What Beranda shows to those who decide: batches waiting for a signature, the own pace, the period and its backup."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class BatchView:
    """A batch that waits for a signature. ``by``: who reported it and when; ``warnings``: explained ones inside."""

    rid: str
    title: str
    by: str
    count_text: str
    warnings: int
    warnings_text: str
    waits: str


@dataclass(frozen=True, slots=True)
class ContentView:
    """What a batch holds: (number, words), things found in order, and five records drawn by lot (rid, title, place)."""

    title: str
    figures: tuple[tuple[str, str], ...]
    checks: tuple[str, ...]
    samples: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class SignedView:
    """A batch signed lately; ``left``: until when it may be taken back, "" when no more."""

    rid: str
    title: str
    count_text: str
    when: str
    left: str


@dataclass(frozen=True, slots=True)
class StandView:
    """How many records lie at one desk (``posisi``)."""

    posisi: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class HeadView:
    """Beranda of who signs. ``pace``: (big words, words beside, minutes taken, minutes of the SOP)."""

    batches: tuple[BatchView, ...]
    contents: Mapping[str, ContentView]
    signed: tuple[SignedView, ...]
    total_title: str
    total: int
    target: int
    desks: tuple[StandView, ...]
    pace: tuple[str, str, int, int] | None
    backup: str


@dataclass(frozen=True, slots=True)
class PaceView:
    """The own pace of who judges: done today, and how his decisions keep to the SOP's minutes ("" = none measured).

    ``seconds``: the median as a number, for the bar.
    """

    done: int
    median: str
    seconds: int
    standard: int
    in_time: str
    desks: tuple[StandView, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class PeriodView:
    """The running period for who closes, backs up and publishes it. ``rid``: "" while the server has named none."""

    rid: str
    title: str
    posisi: str
    state: str
    counts: tuple[StandView, ...]
    backup: str
