"""Laws of the numbers people carry (domain rules 1.4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidumba_field.core import identity
from sidumba_field.core.errors import SidumbaError

TODAY = date(2026, 11, 20)


def code(call: object, *args: object) -> str:
    with pytest.raises(identity.IdentityError) as caught:
        call(*args)  # type: ignore[operator]
    return caught.value.code


def test_a_nik_tells_birth_date_sex_and_region() -> None:
    nik = identity.parse_nik("6311 0245 0688 0003", TODAY)
    assert (nik.born, nik.sex, str(nik.region)) == (date(1988, 6, 5), "2", "63.11.02")
    assert nik.serial == "0003"
    assert nik.masked == "631102••••••0003"


def test_the_century_is_the_latest_in_which_the_person_is_old_enough() -> None:
    assert identity.parse_nik("6311021708010007", TODAY).born == date(2001, 8, 17)
    assert identity.parse_nik("6311021708270007", TODAY).born == date(1927, 8, 17)
    assert identity.parse_nik("6311021708200007", TODAY).born == date(2020, 8, 17)
    assert identity.parse_nik("6311021708200007", TODAY, least_age=15).born == date(1920, 8, 17)


def test_the_29th_of_february_exists_in_one_century_only() -> None:
    assert identity.parse_nik("6311022902000007", TODAY).born == date(2000, 2, 29)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("63110245068800", "identity.length"),
        ("63110245O6880003", "identity.digits"),
        ("6311023113880003", "identity.date"),
        ("6311023002880003", "identity.date"),
        ("6311024506880000", "identity.serial"),
        ("6300024506880003", "identity.shape"),
        ("٦٣١١٠٢٤٥٠٦٨٨٠٠٠٣", "identity.digits"),
    ],
)
def test_a_nik_that_cannot_be_right_says_why(text: str, expected: str) -> None:
    assert code(identity.parse_nik, text, TODAY) == expected


def test_a_temporary_nik_is_allowed_and_says_nothing() -> None:
    nik = identity.parse_nik("0631102200500017", TODAY)
    assert nik.temporary
    assert (nik.born, nik.sex, nik.region) == (None, None, None)


@given(
    st.dates(min_value=date(1927, 1, 1), max_value=date(2026, 11, 19)),
    st.sampled_from(["1", "2"]),
    st.integers(1, 9999),
)
def test_every_nik_made_from_a_person_tells_that_person_again(born: date, sex: str, serial: int) -> None:
    day = born.day + (40 if sex == "2" else 0)
    nik = identity.parse_nik(f"631102{day:02d}{born:%m%y}{serial:04d}", TODAY)
    assert (nik.born, nik.sex, int(nik.serial)) == (born, sex, serial)


def outcome(parser: Callable[[str], object], text: str) -> str:
    try:
        parser(text)
    except SidumbaError as error:
        return error.code
    return "identity.read"


@given(st.text(max_size=20))
def test_no_text_makes_a_parser_fail_otherwise_than_kindly(text: str) -> None:
    for parser in (
        lambda t: identity.parse_nik(t, TODAY),
        identity.parse_kk,
        identity.parse_nip,
        identity.parse_npwp,
        identity.parse_nib,
        identity.normalise_phone,
    ):
        assert outcome(parser, text).startswith("identity.")


def test_a_family_card_number_has_a_region_and_16_digits() -> None:
    assert str(identity.parse_kk("6311022011200004").region) == "63.11.02"
    assert code(identity.parse_kk, "631102201120000") == "identity.length"


def test_a_nip_tells_birth_appointment_and_sex_and_prints_as_on_official_papers() -> None:
    nip = identity.parse_nip("19670817 198509 1 001")
    assert (nip.born, nip.appointed, nip.sex, nip.serial) == (date(1967, 8, 17), (1985, 9), "1", "001")
    assert nip.printed == "19670817 198509 1 001"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("19670817 198509 001", "identity.length"),
        ("19671317 198509 1 001", "identity.date"),
        ("19670817 198513 1 001", "identity.date"),
        ("19670817 198509 3 001", "identity.sex"),
    ],
)
def test_a_nip_that_cannot_be_right_says_why(text: str, expected: str) -> None:
    assert code(identity.parse_nip, text) == expected


def test_three_kinds_of_npwp_are_told_apart() -> None:
    old = identity.parse_npwp("01.234.567.8-901.000")
    assert (old.kind, old.printed) == ("lama", "01.234.567.8-901.000")
    assert identity.parse_npwp("6311024506880003").kind == "nik"
    assert identity.parse_npwp("0012345678901000").kind == "badan"
    assert code(identity.parse_npwp, "1234") == "identity.length"


def test_an_nib_has_thirteen_digits() -> None:
    assert identity.parse_nib("9120304567890") == "9120304567890"
    assert code(identity.parse_nib, "912030456789") == "identity.length"


@pytest.mark.parametrize(
    "text", ["0812 5134 7701", "62812-5134-7701", "+62 812 5134 7701", "+62 (0)81251347701"]
)
def test_all_spellings_of_a_mobile_number_become_one(text: str) -> None:
    assert identity.normalise_phone(text) == "+6281251347701"


def test_a_mobile_number_says_how_many_digits_are_missing() -> None:
    with pytest.raises(identity.IdentityError) as caught:
        identity.normalise_phone("0812 5134 7")
    assert caught.value.code == "identity.length"
    assert caught.value.params["have"] == 9
    assert code(identity.normalise_phone, "0512345678") == "identity.shape"
    assert code(identity.normalise_phone, "08-empat") == "identity.digits"
