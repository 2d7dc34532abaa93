"""Laws of formats: what spec/domain.md 6.2 and design/UI.md 7 print as examples, and CLDR as second
opinion.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from babel.dates import format_date
from babel.numbers import format_decimal

from sidumba_field import words
from sidumba_field.words import formats

DAY = date(2026, 11, 20)
AT = datetime(2026, 11, 20, 6, 30, 12, tzinfo=UTC)


def test_dates_as_the_rule_prints_them() -> None:
    assert words.date_long(DAY) == "20 November 2026"
    assert words.date_day(DAY) == "Jumat, 20 November 2026"
    assert words.date_short(DAY) == "20 Nov"
    assert words.date_numeric(DAY) == "20-11-2026"


def test_times_carry_the_zone_by_name() -> None:
    assert words.time_zone(AT, words.WITA) == "14.30 WITA"
    assert words.time_zone(AT, words.WIB) == "13.30 WIB"
    assert words.time_zone(AT, words.WIT, "en") == "15:30 WIT"
    assert words.stamp(AT, words.WITA) == "20 November 2026 pukul 14.30 WITA"
    assert words.time_of_day(time(9, 41, 12), seconds=True) == "09.41.12"


def test_midnight_moves_the_day_with_the_zone() -> None:
    late = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
    assert words.stamp(late, words.WITA) == "21 November 2026 pukul 01.00 WITA"


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        words.time_zone(datetime(2026, 11, 20, 6, 30), words.WITA)  # noqa: DTZ001


def test_numbers_and_money_as_the_rule_prints_them() -> None:
    assert words.number(1_234_567) == "1.234.567"
    assert words.number(Decimal("1234567.891"), 2) == "1.234.567,89"
    assert words.number(Decimal("0.125"), 2) == "0,13"
    assert words.number(-1204) == "-1.204"
    assert words.money(45_000_000) == "Rp\u00a045.000.000"
    assert words.money_paper(1_500_000) == "Rp1.500.000"
    assert words.money_paper(1_500_000, 2) == "Rp1.500.000,00"
    assert words.money_paper(-5) == "-Rp5"
    assert words.on_paper(f"Omzet {words.money(45_000_000)}") == "Omzet Rp45.000.000"
    assert words.money(-5) == "-Rp\u00a05"
    assert words.percent(12.5) == "12,5%"


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (640, "640 B"),
        (82_000, "82 KB"),
        (999_999, "1,0 MB"),
        (14_234_567, "14,2 MB"),
        (3_900_000_000, "3,9 GB"),
    ],
)
def test_sizes_as_people_read_them(count: int, text: str) -> None:
    assert words.size(count) == text


def test_nik_is_masked_but_for_region_and_serial() -> None:
    assert words.mask_nik("6311025203900003") == "631102••••••0003"
    assert words.mask_nik("63110252") == "63••••••"
    assert words.mask_nik("6") == "6"
    assert words.mask_nik("") == ""


def test_codes_are_grouped_for_reading() -> None:
    assert words.group_digits("6311025203900003").split("\u00a0") == ["6311", "0252", "0390", "0003"]


@pytest.mark.parametrize("lang", words.LANGUAGES)
def test_names_of_months_and_days_agree_with_cldr(lang: str) -> None:
    for month in range(1, 13):
        day = date(2026, month, month)
        assert formats.MONTHS[lang][month - 1] == format_date(day, "MMMM", locale=lang)
        assert formats.MONTHS_SHORT[lang][month - 1] == format_date(day, "MMM", locale=lang)[:3]
        assert words.date_day(day, "id") == format_date(day, "EEEE, d MMMM y", locale="id")
        assert formats.DAYS[lang][day.weekday()] == format_date(day, "EEEE", locale=lang)


@pytest.mark.parametrize("lang", words.LANGUAGES)
def test_grouping_agrees_with_cldr(lang: str) -> None:
    for value in (0, 7, 999, 1000, 1_234_567, -98_765):
        assert words.number(value, lang=lang) == format_decimal(value, locale=lang)
