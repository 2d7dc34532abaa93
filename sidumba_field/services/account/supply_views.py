"""What the set-up of a laptop shows: the person, the items of work that come in, and whether one may go on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Supply(StrEnum):
    """How an item stands: here, coming, waited for, or refused by something that is told."""

    HERE = "here"
    COMING = "coming"
    WAITING = "waiting"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class SupplyRow:
    """One item. ``size``: "240 KB", "312 data" or ""; ``percent``: 0 to 100, -1 when nobody knows the whole;
    ``said``: "selesai", "9%", "menunggu"; ``trouble``: what kept it from coming and what to do, "" if nothing did.
    """

    key: str
    name: str
    size: str
    stand: Supply
    percent: int
    said: str
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class SuppliesView:
    """``code_text``: of the spent code only its ends. ``head``: how much is here and how long the rest takes.
    ``kept``: line of the truth bar; ``link_text``: connection with its speed. ``lacking``: form versions not here, -1
    when the server has not told yet; ``note``: what may follow later. ``trouble``: what keeps everything, "".
    """

    name: str
    initials: str
    role: str
    place: str
    code_text: str
    rows: tuple[SupplyRow, ...]
    head: str
    kept: str
    link_text: str
    lacking: int
    whole: bool
    running: bool
    note: str
    trouble: str = ""
