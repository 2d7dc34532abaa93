"""How long records wait at each desk and how quickly they are judged, learnt from the steps the feed tells.

Steps are folded into small histograms which lie encrypted in the laptop's own settings: each is read once, and a
feed of many thousands is caught up a piece at a time. Waiting is counted in office minutes from the server's hearing
of a record to the decision; judging from a person's decision before, while he is in a run of them.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sidumba_field.core.time import parse_iso
from sidumba_field.core.workflow import Transition
from sidumba_field.core.workflow.clocks import spent
from sidumba_field.programs import Program
from sidumba_field.services.desk import Desk
from sidumba_field.store import Scope, Store
from sidumba_field.store.figures import Step

#: Steps folded in one call; a laptop that just pulled many asks again.
MOST = 4_000
#: Two decisions further apart are no run: in between the person did something else.
RUN = timedelta(minutes=60)
#: Office minutes fall into steps of about five in a hundred: near enough for a median, few enough to keep.
_FINE = 20
_VERSION = 2


@dataclass(frozen=True, slots=True)
class Judged:
    """Decisions whose content was judged: how many, how many within the SOP's minutes, the median in seconds."""

    count: int
    in_time: int
    median: int


class Pace:
    """Helper of Dasbor and Beranda; what it knows follows from the feed and may be thrown away at any time."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._known: tuple[Store, str, dict[str, Any]] | None = None

    def catch_up(self, program: Program) -> bool:
        """Fold what the feed brought since; return whether more is left."""
        fold = self._fold(program)
        store = self.desk.seat().store
        scopes = [scope for scope in store.scopes.all() if scope.program == program.id]
        _forget_rewound(fold, scopes)
        cursors = {scope.vid: fold["cursors"].get(scope.vid, 0) for scope in scopes}
        if all(cursors[scope.vid] >= scope.seq for scope in scopes):
            return False
        steps = store.figures.steps(cursors, MOST)
        for step in sorted(steps, key=lambda step: step.at):
            self._take(program, fold, step)
        more = len(steps) == MOST
        for scope in scopes:
            mine = [step.seq for step in steps if step.vid == scope.vid]
            done = max(mine, default=cursors[scope.vid]) if more else scope.seq
            fold["cursors"][scope.vid] = done
            fold["seen"][scope.vid] = scope.seq
        store.meta.set(f"pace.{program.id}", json.dumps(fold, separators=(",", ":")))
        return more

    def waited(self, program: Program, vids: Iterable[str], posisi: str) -> int | None:
        """Return the median office minutes records of these scopes lay on a desk; None when nobody knows."""
        fold = self._fold(program)
        return _median(fold["waits"].get(vid, {}).get(posisi, {}) for vid in vids)

    def judged(self, program: Program, vids: Iterable[str]) -> Judged:
        """Return how decisions on records of these scopes kept to the SOP's minutes."""
        return _judged(self._fold(program)["judged"].get(vid) for vid in vids)

    def own(self, program: Program, user: str) -> Judged:
        """Return the same of one person's decisions."""
        return _judged([self._fold(program)["own"].get(user)])

    # ---- folding
    # -------------------------------------------------------------------------------------------------

    def _fold(self, program: Program) -> dict[str, Any]:
        store = self.desk.seat().store
        if self._known is not None and self._known[0] is store and self._known[1] == program.id:
            return self._known[2]
        kept = store.meta.get(f"pace.{program.id}")
        fold: dict[str, Any] = json.loads(kept) if kept else {}
        if fold.get("v") != _VERSION:
            fold = {"v": _VERSION}
            fold.update({part: {} for part in ("cursors", "seen", "waits", "judged", "own", "last")})
        self._known = (store, program.id, fold)
        return fold

    def _take(self, program: Program, fold: dict[str, Any], step: Step) -> None:
        at = min(step.at, step.server_time)
        row = next(iter(program.workflow.rows("record", step.left, step.command)), None)
        if step.came and step.left in program.states:
            desk = program.state(step.left).posisi
            waits = fold["waits"].setdefault(step.vid, {}).setdefault(desk, {})
            _count(waits, _bucket(spent(parse_iso(step.came), parse_iso(at), program.calendar)))
        if row is not None and judges(row):
            before = fold["last"].get(step.actor, "")
            self._judge(fold, row, step, before, at)
            fold["last"][step.actor] = max(before, at)

    def _judge(self, fold: dict[str, Any], row: Transition, step: Step, before: str, at: str) -> None:
        standard = row.clock.minutes if row.clock is not None else None
        if not before or standard is None:
            return
        took = parse_iso(at) - parse_iso(before)
        if not timedelta(0) <= took <= RUN:
            return
        seconds = int(took.total_seconds())
        for part, key in (("judged", step.vid), ("own", step.actor)):
            known = fold[part].setdefault(key, {"all": 0, "ok": 0, "h": {}})
            known["all"] += 1
            known["ok"] += int(seconds <= standard * 60)
            _count(known["h"], _bucket(seconds))


def judges(row: Transition) -> bool:
    """Tell whether a step is a judgement of exactly what was seen, under a time standard."""
    return "exact_content" in row.guards and row.clock is not None


def standard_minutes(program: Program) -> int:
    """Return the SOP's minutes for judging one record, 0 when it names none."""
    clocks = [row.clock.minutes for row in program.workflow.transitions if judges(row) and row.clock]
    return max((minutes for minutes in clocks if minutes is not None), default=0)


def office_day(program: Program) -> int:
    """Return the minutes of this office's usual day, for words like "1,9 hari"."""
    lengths = [sum(end - begin for begin, end in hours) for hours in program.calendar.hours.values() if hours]
    return round(sum(lengths) / len(lengths)) if lengths else 24 * 60


def _forget_rewound(fold: dict[str, Any], scopes: Iterable[Scope]) -> None:
    """A feed that began anew (the server was restored) is read anew."""
    for scope in scopes:
        if fold["seen"].get(scope.vid, 0) > scope.seq:
            for part in ("cursors", "seen", "waits", "judged"):
                fold[part].pop(scope.vid, None)


def _bucket(value: int) -> int:
    return round(math.log1p(max(0, value)) * _FINE)


def _count(histogram: dict[str, int], bucket: int) -> None:
    histogram[str(bucket)] = histogram.get(str(bucket), 0) + 1


def _median(histograms: Iterable[Mapping[str, int]]) -> int | None:
    whole: dict[int, int] = {}
    for histogram in histograms:
        for bucket, count in histogram.items():
            whole[int(bucket)] = whole.get(int(bucket), 0) + count
    middle, seen = (sum(whole.values()) + 1) // 2, 0
    for place in sorted(whole):
        seen += whole[place]
        if seen >= middle:
            return round(math.expm1(place / _FINE))
    return None


def _judged(known: Iterable[Mapping[str, Any] | None]) -> Judged:
    found = [one for one in known if one]
    median = _median(one["h"] for one in found)
    return Judged(sum(one["all"] for one in found), sum(one["ok"] for one in found), median or 0)
