"""A PIN in memory: opens what was parked, five wrong ones throw it away, and weak ones are never taken."""

from __future__ import annotations

import gc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidumba_field.core.errors import SidumbaError
from sidumba_field.seal.pin import TRIES, Parked, PinKey
from sidumba_field.seal.slots import KdfParams

CHEAP = KdfParams(m_kib=8, t=1, p=1)
PIN, OTHER = "204518", "911820"
SECRETS = b"\x07" * 64 + b"pantai batakan 1990"


def parked(pin: str = PIN, user: str = "halimah") -> Parked:
    return Parked(user, PinKey.of(pin, CHEAP), SECRETS)


def code(pin: str, waiting: Parked) -> str:
    with pytest.raises(SidumbaError) as refused:
        waiting.open(pin)
    return refused.value.code


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from([PIN, OTHER, "", "20451", "2045180", "٢٠٤٥١٨"]), max_size=9))
def test_a_pin_opens_until_five_wrong_ones_were_tried_and_never_after(tried: list[str]) -> None:
    waiting, wrong = parked(), 0
    for pin in tried:
        if wrong < TRIES and pin == PIN:
            assert waiting.open(pin) == SECRETS
            continue
        wrong = min(TRIES, wrong + 1)
        assert code(pin, waiting) == ("auth.wrong_pin" if wrong < TRIES else "auth.pin_spent")
        assert waiting.left == TRIES - wrong


def test_after_the_fifth_wrong_pin_nothing_of_the_secrets_is_left() -> None:
    waiting = parked()
    for _ in range(TRIES):
        code(OTHER, waiting)
    gc.collect()
    assert waiting._sealed == b"" == waiting._secret
    assert code(PIN, waiting) == "auth.pin_spent"


@pytest.mark.parametrize(
    "pin",
    [
        "",
        "12345",
        "1234567",
        "12345a",
        "１２３４５６",
        "000000",
        "777777",
        "012345",
        "456789",
        "987654",
        "543210",
    ],
)
def test_a_pin_that_is_guessed_at_once_is_refused(pin: str) -> None:
    with pytest.raises(SidumbaError) as refused:
        PinKey.of(pin, CHEAP)
    assert refused.value.code == "auth.weak_pin"


def test_what_is_parked_shows_no_secret_and_is_never_the_same_twice() -> None:
    one, two = parked(), parked()
    assert one._sealed != two._sealed
    assert SECRETS not in one._sealed
    for text in (repr(one), repr(PinKey.of(PIN, CHEAP)), str(one)):
        assert PIN not in text
        assert one._secret.hex() not in text
        assert "key=" not in text


def test_the_remembered_key_without_the_secret_of_the_moment_opens_nothing() -> None:
    """The row of the database is of no use without the memory of the process that parked."""
    key = PinKey.of(PIN, CHEAP)
    first, second = Parked("halimah", key, SECRETS), Parked("halimah", key, SECRETS)
    first._secret = second._secret
    assert code(PIN, first) == "auth.wrong_pin"


def test_the_same_pin_of_another_person_opens_nothing() -> None:
    waiting = parked()
    waiting._sealed, waiting._nonce = parked(user="rahmah")._sealed, waiting._nonce
    assert code(PIN, waiting) == "auth.wrong_pin"


def test_a_pin_key_comes_back_from_its_row_and_anything_else_is_none() -> None:
    key = PinKey.of(PIN)
    again = PinKey.from_text(key.text())
    assert again is not None
    assert Parked("halimah", again, SECRETS).open(PIN) == SECRETS
    assert [PinKey.from_text(text) for text in ("", "zz", "00" * 47, key.text()[2:])] == [None] * 4
