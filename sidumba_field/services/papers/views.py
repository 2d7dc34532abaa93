"""What Laporan shows and what it asks for: papers, choices, options, a produced paper. Plain values."""

from __future__ import annotations

from dataclasses import dataclass

NOBODY = "-"
"""A side of the signature block nobody stands in."""


@dataclass(frozen=True, slots=True)
class PaperRow:
    """One line of the list of papers; ``count``: how many it would print, in words, "" when it prints one thing."""

    paper: str
    label: str
    icon: str
    count: str


@dataclass(frozen=True, slots=True)
class PaperChoice:
    """What is to be printed. "" everywhere means: as the paper's file and the person's place say.

    ``day``: ISO date of "keadaan per". ``unit``: code of the place, ``period`` and ``subject`` (record id) narrow it
    down; ``rids``: exactly these records. ``right``/``left``: key of an official, NOBODY leaves the side away.
    """

    paper: str
    day: str = ""
    size: str = ""
    orientation: str = ""
    revealed: bool = False
    public: bool = False
    unit: str = ""
    period: str = ""
    subject: str = ""
    rids: tuple[str, ...] = ()
    right: str = ""
    left: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class PaperOptions:
    """The choices one paper offers. ``choice``: what is chosen now, every gap filled in.

    Pairs are (key, words). ``personal``: something is masked without the right; ``may_reveal``: the person holds it
    here. ``may_publish``: small figures can be hidden for the public. ``numbered``: it carries a number of the office.
    ``warning``: what is not checked yet, "" for nothing; ``lists``: whether it has many rows.
    """

    choice: PaperChoice
    label: str
    units: tuple[tuple[str, str], ...] = ()
    periods: tuple[tuple[str, str], ...] = ()
    subjects: tuple[tuple[str, str], ...] = ()
    officials: tuple[tuple[str, str], ...] = ()
    sides: tuple[str, ...] = ()
    dated: bool = False
    personal: bool = False
    may_reveal: bool = False
    may_publish: bool = False
    numbered: bool = False
    warning: str = ""
    empty: str = ""


@dataclass(frozen=True, slots=True)
class PaperShown:
    """A produced paper on its way to the screen. ``partial``: only its first rows, the whole is still being made."""

    pdf: bytes
    pages: int
    rows: int
    partial: bool
    sheet: str
