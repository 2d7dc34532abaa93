"""Laws of the SOP's clocks: office time alone counts, nothing falls due on a day off, what is due is what was spent."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidumba_field.core.workflow import TimeStandard, WorkCalendar, due, spent
from sidumba_field.programs import shipped

WITA = timezone(timedelta(hours=8), "WITA")
CALENDAR = next(iter(shipped().values())).calendar
CLOCKS = (
    "0 menit",
    "5 menit",
    "20 menit",
    "3 jam",
    "40 jam",
    "1 hari kerja",
    "9 hari kerja",
    "1 bulan",
    "4 bulan",
)

instants = st.timedeltas(timedelta(0), timedelta(days=365)).map(
    lambda since: datetime(2025, 12, 20, tzinfo=UTC) + since
)
standards = st.sampled_from(CLOCKS)
day_spans = st.lists(st.integers(0, 24 * 60), min_size=2, max_size=6, unique=True).map(
    lambda found: tuple(zip(*[iter(sorted(found))] * 2, strict=False))
)
calendars = st.builds(
    WorkCalendar,
    st.sampled_from([UTC, WITA, timezone(timedelta(hours=-9, minutes=-30))]),
    st.dictionaries(st.integers(0, 6), day_spans, min_size=1),
    st.dictionaries(st.dates(date(2025, 12, 20), date(2026, 12, 20)), st.just("libur"), max_size=30),
)


def here(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=WITA)


@pytest.mark.parametrize(
    ("started", "clock", "wanted"),
    [
        ("2026-11-20 09:00", "20 menit", "2026-11-20 09:20"),
        ("2026-11-20 11:20", "20 menit", "2026-11-20 13:10"),  # Friday: the break is long
        ("2026-11-20 16:25", "20 menit", "2026-11-23 07:45"),  # over the weekend
        ("2026-11-21 10:00", "5 menit", "2026-11-23 07:35"),  # begun on a Saturday
        ("2026-11-20 10:00", "1 hari kerja", "2026-11-23 16:00"),
        ("2026-12-23 10:00", "1 hari kerja", "2026-12-28 16:00"),  # cuti bersama, Christmas, weekend
        ("2026-03-17 10:00", "2 hari kerja", "2026-03-26 16:00"),  # Nyepi and Idulfitri: back on 25 March
        ("2026-01-31 10:00", "1 bulan", "2026-03-02 16:00"),  # 28 February is a Saturday
        ("2026-07-17 10:00", "1 bulan", "2026-08-18 16:00"),  # Independence Day
        ("2026-11-20 07:30", "3 jam", "2026-11-20 10:30"),
    ],
)
def test_a_clock_runs_as_the_office_works(started: str, clock: str, wanted: str) -> None:
    assert due(here(started), clock, CALENDAR) == here(wanted)


@given(instants, standards, calendars)
def test_nothing_is_due_on_a_day_off_or_before_it_began(
    started: datetime, clock: str, calendar: WorkCalendar
) -> None:
    found = due(started, clock, calendar)
    # An office that closes at midnight closes on the day that ends there.
    last = (found - timedelta(microseconds=1)).date()
    assert calendar.is_working(found.date()) or calendar.is_working(last)
    standard = TimeStandard.parse(clock)
    assert standard is not None
    assert found.date() >= started.astimezone(calendar.zone).date()
    if standard.minutes is not None:
        assert found >= started


@given(instants, st.timedeltas(timedelta(0), timedelta(days=40)), standards, calendars)
def test_who_begins_later_is_due_no_earlier(
    started: datetime, later: timedelta, clock: str, calendar: WorkCalendar
) -> None:
    assert due(started, clock, calendar) <= due(started + later, clock, calendar)


@given(instants, st.integers(0, 4000), calendars)
def test_at_the_moment_minutes_are_due_exactly_these_minutes_are_spent(
    started: datetime, minutes: int, calendar: WorkCalendar
) -> None:
    whole = started.replace(microsecond=0)
    assert spent(whole, due(whole, f"{minutes} menit", calendar), calendar) == minutes


@given(instants, st.integers(0, 60), st.integers(0, 60), calendars)
def test_more_time_is_never_due_earlier(
    started: datetime, one: int, more: int, calendar: WorkCalendar
) -> None:
    for unit in ("menit", "jam", "hari kerja", "bulan"):
        assert due(started, f"{one} {unit}", calendar) <= due(started, f"{one + more} {unit}", calendar)


@given(instants, st.integers(0, 25), calendars)
def test_working_days_are_counted_from_the_day_after(
    started: datetime, days: int, calendar: WorkCalendar
) -> None:
    begun = started.astimezone(calendar.zone).date()
    found = due(started, f"{days} hari kerja", calendar)
    until = (found - timedelta(microseconds=1)).date()
    if days:
        assert calendar.working_days(begun, until) == days


@given(instants, st.lists(st.timedeltas(timedelta(0), timedelta(days=9)), max_size=4), calendars)
def test_time_spent_adds_up_over_any_stops(
    started: datetime, stops: list[timedelta], calendar: WorkCalendar
) -> None:
    marks = [started.replace(second=0, microsecond=0)]
    for stop in stops:
        marks.append(marks[-1] + timedelta(minutes=stop // timedelta(minutes=1)))
    parts = [spent(a, b, calendar) for a, b in pairwise(marks)]
    assert sum(parts) == spent(marks[0], marks[-1], calendar)
    assert spent(marks[-1], marks[0], calendar) == 0 or marks[0] == marks[-1]


@given(instants, standards, calendars, st.sampled_from([WITA, timezone(timedelta(hours=14))]))
def test_the_zone_an_instant_is_written_in_changes_nothing(
    started: datetime, clock: str, calendar: WorkCalendar, zone: timezone
) -> None:
    assert due(started, clock, calendar) == due(started.astimezone(zone), clock, calendar)


def test_a_minute_by_minute_count_agrees() -> None:
    start, count = here("2026-05-13 15:00"), 0
    for minute in range(5 * 24 * 60):
        at = start + timedelta(minutes=minute)
        assert spent(start, at, CALENDAR) == count
        inside = at.hour * 60 + at.minute
        count += any(begin <= inside < end for begin, end in CALENDAR.stretches(at.date()))


def test_a_naive_instant_and_a_schedule_are_no_clock() -> None:
    with pytest.raises(ValueError, match="aware"):
        due(here("2026-01-05").replace(tzinfo=None), "5 menit", CALENDAR)
    with pytest.raises(ValueError, match="length"):
        due(here("2026-01-05 08:00"), "jadwal pemutakhiran", CALENDAR)


def test_an_office_that_never_opens_counts_plain_days() -> None:
    closed = WorkCalendar(WITA, {})
    assert due(here("2026-01-05 08:00"), "5 menit", closed) == here("2026-01-05 08:05")
    assert due(here("2026-01-05 08:00"), "2 hari kerja", closed) == here("2026-01-08 00:00")
    assert spent(here("2026-01-05 08:00"), here("2026-02-05 08:00"), closed) == 0
