"""What a program says about its dashboard: which desks are one colour, which delays need a hand, until when.

Values only; ``dashboard_reading`` takes them from program.toml [dashboard].
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

#: Colours of a bar's pieces (design/tokens.json "chart").
TONES = ("disahkan", "kadisKabupaten", "kecamatanDesa", "kembali")
#: Kinds of things that may need a hand: a unit nobody has heard of, records waiting at a desk or returned and not
#: mended, pairs that look alike.
CONCERNS = ("quiet", "waiting", "returned", "twins")


@dataclass(frozen=True, slots=True)
class Share:
    """One piece of a progress bar: the records whose posisi is one of these. ``words``: language -> text."""

    tone: str
    posisi: tuple[str, ...]
    words: Mapping[str, str]

    def label(self, lang: str = "id") -> str:
        return self.words.get(lang) or self.words["id"]


@dataclass(frozen=True, slots=True)
class Concern:
    """Something that needs a hand when it lasts longer than ``days``; ``posisi`` where it concerns one desk."""

    kind: str
    days: int = 0
    posisi: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """One figure of what a batch holds: how many answered ``value``, or with no value the median of the answers."""

    path: str
    value: str
    words: Mapping[str, str]

    def label(self, lang: str = "id") -> str:
        return self.words.get(lang) or self.words["id"]


@dataclass(frozen=True, slots=True)
class DashboardSpec:
    """``deadline``: (month, day) in the year of the period, None for none; ``weeks``: how many the trend shows;
    ``targets``: unit code -> records wanted there, where it is not villages times the target of one."""

    words: Mapping[str, str] = field(default_factory=dict)
    deadline: tuple[int, int] | None = None
    weeks: int = 10
    targets: Mapping[str, int] = field(default_factory=dict)
    shares: tuple[Share, ...] = ()
    concerns: tuple[Concern, ...] = ()
    content: tuple[Content, ...] = ()

    def title(self, lang: str = "id") -> str:
        return self.words.get(lang) or self.words.get("id", "")

    def last_day(self, period: str) -> date | None:
        """Return the deadline in a period whose label begins with its year, None when either is not told."""
        if self.deadline is None or not period[:4].isdigit():
            return None
        return date(int(period[:4]), *self.deadline)
