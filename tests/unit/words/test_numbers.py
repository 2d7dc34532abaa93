"""Laws of terbilang: read back, the words give the number; the known difficult ones read as officers write
them.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidumba_field.core import terbilang as spelling
from sidumba_field.words import rupiah, terbilang

SMALL = {word: i for i, word in enumerate(spelling._UNITS)}
SCALES = {"ribu": 10**3, "juta": 10**6, "miliar": 10**9, "triliun": 10**12}


def read_back(text: str) -> int:
    """A reader of its own: it knows only how Indonesian number words add up."""
    total = group = 0
    for word in text.replace("seratus", "satu ratus").replace("seribu", "satu ribu").split():
        if word in SCALES:
            total, group = total + group * SCALES[word], 0
        elif word == "ratus":
            group = group // 10 * 10 + group % 10 * 100
        elif word == "puluh":
            group += group % 10 * 9
        elif word == "belas":
            group += 10
        else:
            group += SMALL[word]
    return total + group


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "nol"),
        (11, "sebelas"),
        (12, "dua belas"),
        (19, "sembilan belas"),
        (20, "dua puluh"),
        (100, "seratus"),
        (111, "seratus sebelas"),
        (1000, "seribu"),
        (1100, "seribu seratus"),
        (2026, "dua ribu dua puluh enam"),
        (11_000, "sebelas ribu"),
        (100_000, "seratus ribu"),
        (1_001_000, "satu juta seribu"),
        (1_500_000, "satu juta lima ratus ribu"),
        (1_000_000_000, "satu miliar"),
        (999_999_999_999_999, None),
        (-7, "minus tujuh"),
    ],
)
def test_known_numbers_read_as_officers_write_them(value: int, text: str | None) -> None:
    assert text is None or terbilang(value) == text
    assert read_back(terbilang(abs(value))) == abs(value)


@settings(max_examples=200)
@given(st.integers(0, spelling.LIMIT - 1))
def test_the_words_give_the_number_back(value: int) -> None:
    assert read_back(terbilang(value)) == value


def test_money_in_words() -> None:
    assert rupiah(1_500_000) == "satu juta lima ratus ribu rupiah"


def test_too_big_a_number_is_refused() -> None:
    with pytest.raises(ValueError, match="999 triliun"):
        terbilang(spelling.LIMIT)
