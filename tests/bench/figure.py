"""What one measurement says: its value, the goal it is held against, and the runs it comes from."""

from __future__ import annotations

import math
import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One number. ``runs``: one value per run, in order; ``value`` is their median. ``op``: "<=" or ">="."""

    name: str
    unit: str
    op: str
    goal: float
    runs: tuple[float, ...]

    @classmethod
    def of(cls, name: str, unit: str, op: str, goal: float, runs: Sequence[float]) -> Figure:
        """Round what was measured to what a reader can use."""
        return cls(name, unit, op, _short(goal), tuple(_short(run) for run in runs))

    @property
    def value(self) -> float:
        return _short(statistics.median(self.runs))

    @property
    def met(self) -> bool:
        return self.value <= self.goal if self.op == "<=" else self.value >= self.goal

    def as_json(self) -> dict[str, Any]:
        """The shape that ``run.py bench`` prints."""
        return {
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "goal": {"op": self.op, "value": self.goal},
            "met": self.met,
            "runs": list(self.runs),
        }


Measure = Callable[[], list[Figure]]


def _short(number: float) -> float:
    """Four digits that count."""
    if number == 0:
        return 0.0
    return round(number, max(0, 3 - math.floor(math.log10(abs(number)))))


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that at least ``percent`` of all do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def progress(text: str) -> None:
    """Tell the person waiting; standard output belongs to the result."""
    print(text, file=sys.stderr, flush=True)
