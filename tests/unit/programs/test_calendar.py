"""The office's calendar is data: what is wrong in it is named with its place, and nothing is guessed."""

from __future__ import annotations

from datetime import UTC, date

import pytest

from sidumba_field.core.errors import SidumbaError
from sidumba_field.programs.calendar import read_holidays, read_hours, work_calendar
from sidumba_field.programs.toml import Table


def table(**hours: list[str]) -> Table:
    return Table({"hours": hours}, "program.toml", "calendar")


def test_hours_are_spans_of_a_weekday() -> None:
    found = read_hours(table(senin=["07:30-12:00", "13:00-16:00"], minggu=["09:00-24:00"]))
    assert found == {0: ((450, 720), (780, 960)), 6: ((540, 1440),)}


def test_without_hours_an_office_works_from_monday_to_friday() -> None:
    plain = work_calendar(Table({}, "program.toml", "calendar"), UTC, "", "")
    assert [day for day in range(7) if plain.hours.get(day)] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    "spans", [["8-16"], ["08:00-07:00"], ["08:00-12:00", "11:00-16:00"], ["08:00-25:00"], ["08:00-08:00"]]
)
def test_spans_that_are_none_are_named(spans: list[str]) -> None:
    with pytest.raises(SidumbaError, match=r"program\.bad_value.*calendar\.hours"):
        read_hours(table(senin=spans))


def test_an_unknown_weekday_is_named() -> None:
    with pytest.raises(SidumbaError, match=r"program\.bad_value.*monday"):
        read_hours(table(monday=["08:00-16:00"]))


@pytest.mark.parametrize(
    ("row", "column"), [("2026-02-30,nasional,X", "date"), ("2026-02-20,libur,X", "kind")]
)
def test_a_wrong_holiday_is_named_with_its_row(row: str, column: str) -> None:
    text = f"date,kind,name\n2026-01-01,nasional,Tahun Baru\n{row}\n"
    with pytest.raises(SidumbaError, match=rf"program\.bad_value.*{column}.*baris 3"):
        read_holidays(text, "libur.csv")


def test_days_of_joint_leave_are_days_off_as_well() -> None:
    text = "date,kind,name\n2026-01-01,nasional,Tahun Baru\n2026-01-02,cuti_bersama,Tahun Baru\n"
    calendar = work_calendar(Table({}, "program.toml", "calendar"), UTC, text, "libur.csv")
    assert not calendar.is_working(date(2026, 1, 2))
    assert calendar.is_working(date(2026, 1, 5))
