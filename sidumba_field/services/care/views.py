"""What a window is told about the state of a laptop: whole sentences, and the facts that decide how loud they are."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Tone(StrEnum):
    """How loud a notice is: ``calm`` informs, ``warn`` asks for something soon, ``alarm`` for something now."""

    CALM = "calm"
    WARN = "warn"
    ALARM = "alarm"


@dataclass(frozen=True, slots=True)
class Notice:
    """One line for Beranda or Sinkronisasi. ``key``: "only_here", "clock", "disk", "copied"; ``next``: what to do."""

    key: str
    tone: Tone
    text: str
    next: str = ""


@dataclass(frozen=True, slots=True)
class StuckRow:
    """One thing that does not get through. ``key`` names it for the actions; ``aside``: kept back by a person."""

    key: str
    rid: str
    title: str
    reason: str
    next: str
    tried: str
    aside: bool
    may_again: bool
    may_aside: bool


@dataclass(frozen=True, slots=True)
class DriveRow:
    """A flashdisk a copy can be written to."""

    path: Path
    label: str


@dataclass(frozen=True, slots=True)
class CareView:
    """``only_here``: records that exist on this laptop alone; ``days``: since the oldest of them, as the laptop's own
    clock counts; ``last_copy``: sentence about the newest safe copy, "" for none."""

    only_here: int
    days: int
    notices: tuple[Notice, ...]
    last_copy: str
    stuck: tuple[StuckRow, ...]


@dataclass(frozen=True, slots=True)
class Leaving:
    """What is said when the window is about to close. ``ask``: whether to say it at all."""

    ask: bool
    title: str = ""
    text: str = ""
    drives: tuple[DriveRow, ...] = ()


@dataclass(frozen=True, slots=True)
class CopyMade:
    """A safe copy that was read back."""

    path: Path
    sentence: str


@dataclass(frozen=True, slots=True)
class CopySeen:
    """A copy somebody chose to restore, as far as it can be told without a key."""

    path: Path
    sentence: str
