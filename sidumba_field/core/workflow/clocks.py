"""Time standards of an SOP step ("20 menit", "1 hari kerja"): parsed, counted in office time, never a lock.

How they run (workflows.md "clock"): menit and jam in office hours alone; hari kerja skip days without office hours,
national holidays and cuti bersama, and begin to count on the day after; 1 bulan is a calendar month. What falls on a
day off is due on the next working day. All days are days of the office's own zone.
"""

from __future__ import annotations

import calendar as _calendar
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo

_SHAPE = re.compile(r"^(\d+) (menit|jam|hari kerja|bulan)$")
#: Not a length of time but a reference to the data set's own schedule (Satu Data step 4).
SCHEDULE = "jadwal pemutakhiran"
_DAY = timedelta(days=1)
#: An office that opens on no day of two months never opens; a step is then due when its plain days are over.
_LONGEST_BREAK = 62


@dataclass(frozen=True, slots=True)
class TimeStandard:
    """``amount`` of ``unit`` (menit, jam, hari kerja, bulan); unit "jadwal" = the data set's own calendar."""

    amount: int
    unit: str

    @classmethod
    def parse(cls, text: str) -> TimeStandard | None:
        """Read a clock cell of workflows.csv; "" is None. Raise ``ValueError`` on anything else unknown."""
        text = text.strip()
        if not text:
            return None
        if text == SCHEDULE:
            return cls(0, "jadwal")
        found = _SHAPE.match(text)
        if found is None:
            raise ValueError(f"not a time standard: {text!r}")
        return cls(int(found.group(1)), found.group(2))

    @property
    def minutes(self) -> int | None:
        """Return the standard in office minutes where it is one (menit, jam), else None."""
        return {"menit": self.amount, "jam": self.amount * 60}.get(self.unit)


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """When an office works. ``hours``: weekday (0 = Monday) -> (from, to) in minutes of the day, in order and apart;
    ``holidays``: days off with their names, national holidays and cuti bersama alike."""

    zone: tzinfo
    hours: Mapping[int, tuple[tuple[int, int], ...]]
    holidays: Mapping[date, str] = field(default_factory=dict)
    _off: tuple[date, ...] = field(init=False, repr=False, compare=False)
    _lost: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        off = tuple(sorted(day for day in self.holidays if self.hours.get(day.weekday())))
        lost = [0]
        for day in off:
            lost.append(lost[-1] + _length(self.hours[day.weekday()]))
        object.__setattr__(self, "_off", off)
        object.__setattr__(self, "_lost", tuple(lost))

    def stretches(self, day: date) -> tuple[tuple[int, int], ...]:
        """Return the office hours of one day, none on a day off."""
        return () if day in self.holidays else self.hours.get(day.weekday(), ())

    def is_working(self, day: date) -> bool:
        return bool(self.stretches(day))

    def working_days(self, after: date, until: date) -> int:
        """Return the number of working days behind ``after`` up to and with ``until``."""
        days = (until - after).days
        if days <= 0:
            return 0
        counted = _by_weekday(after + _DAY, days, {day: 1 for day, hours in self.hours.items() if hours})
        return counted - (self._upto(until + _DAY) - self._upto(after + _DAY))

    def minutes_between(self, first: date, end: date) -> int:
        """Return the office minutes of the days from ``first`` up to, without, ``end``."""
        if end <= first:
            return 0
        lengths = {day: _length(hours) for day, hours in self.hours.items()}
        whole = _by_weekday(first, (end - first).days, lengths)
        return whole - (self._lost[self._upto(end)] - self._lost[self._upto(first)])

    def _upto(self, day: date) -> int:
        return bisect_left(self._off, day)


def due(started: datetime, clock: TimeStandard | str, calendar: WorkCalendar) -> datetime:
    """Return when a step begun at ``started`` (aware) ought to be done, in the calendar's zone.

    Minutes and hours end inside office hours, the others with the last office hour of their day. Raises
    ``ValueError`` for a naive instant, and for a standard that is no length of time (unit "jadwal").
    """
    standard = TimeStandard.parse(clock) if isinstance(clock, str) else clock
    if standard is None or standard.unit == "jadwal":
        raise ValueError(f"no length of time: {clock!r}")
    begun = _local(started, calendar)
    if standard.minutes is not None:
        return _after_minutes(begun, standard.minutes, calendar)
    if standard.unit == "bulan":
        return _closing(_month_later(begun.date(), standard.amount), calendar)
    day = begun.date()
    for _ in range(standard.amount):
        day = _working(day + _DAY, calendar)
    return _closing(day, calendar)


def spent(started: datetime, now: datetime, calendar: WorkCalendar) -> int:
    """Return the office minutes between two aware instants, rounded down; 0 when ``now`` lies before."""
    begun, here = _local(started, calendar), _local(now, calendar)
    if here <= begun:
        return 0
    whole = calendar.minutes_between(begun.date(), here.date())
    seconds = whole * 60 + _seconds_into(here, calendar) - _seconds_into(begun, calendar)
    return int(seconds // 60)


def _local(at: datetime, calendar: WorkCalendar) -> datetime:
    if at.tzinfo is None:
        raise ValueError("a clock wants an aware instant")
    return at.astimezone(calendar.zone)


def _length(hours: tuple[tuple[int, int], ...]) -> int:
    return sum(end - begin for begin, end in hours)


def _by_weekday(first: date, days: int, worth: Mapping[int, int]) -> int:
    """Add up what each of ``days`` days from ``first`` is worth by its weekday."""
    weeks, rest = divmod(days, 7)
    some = sum(worth.get((first.weekday() + number) % 7, 0) for number in range(rest))
    return weeks * sum(worth.values()) + some


def _seconds_into(at: datetime, calendar: WorkCalendar) -> float:
    """Return the office seconds of this day that lie before ``at``."""
    gone = (at - at.replace(hour=0, minute=0, second=0, microsecond=0)).total_seconds()
    return sum(max(0.0, min(gone, end * 60) - begin * 60) for begin, end in calendar.stretches(at.date()))


def _at(day: date, minute: int, zone: tzinfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(minutes=minute)


def _days(first: date) -> Iterator[date]:
    for number in range(_LONGEST_BREAK):
        yield first + number * _DAY


def _working(day: date, calendar: WorkCalendar) -> date:
    """Return ``day``, or the first working day behind it."""
    return next((one for one in _days(day) if calendar.is_working(one)), day)


def _closing(day: date, calendar: WorkCalendar) -> datetime:
    """Return when the office closes on ``day``, or on the first working day behind it."""
    found = _working(day, calendar)
    hours = calendar.stretches(found)
    return _at(found, hours[-1][1] if hours else 24 * 60, calendar.zone)


def _after_minutes(begun: datetime, minutes: int, calendar: WorkCalendar) -> datetime:
    """Walk through office hours until ``minutes`` of them are gone; begun outside, they start with the next hour."""
    left, day = timedelta(minutes=minutes), begun.date()
    while True:
        found = _working(day, calendar)
        if not calendar.is_working(found):
            return begun + left
        for begin, end in calendar.stretches(found):
            opens, closes = _at(found, begin, calendar.zone), _at(found, end, calendar.zone)
            here = max(opens, begun)
            if here + left <= closes:
                return here + left
            left -= max(timedelta(0), closes - here)
        day = found + _DAY


def _month_later(day: date, months: int) -> date:
    """Return the same day so many months later, or the last one of a shorter month."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, _calendar.monthrange(year, month + 1)[1]))
