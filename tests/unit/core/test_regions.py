"""Laws of place codes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.regions import Level, RegionCode

codes = st.builds(
    lambda parts, depth: RegionCode(".".join([*(f"{p:02d}" for p in parts[:3]), f"{parts[3]:04d}"][:depth])),
    st.tuples(*(st.integers(0, 99) for _ in range(3)), st.integers(0, 9999)),
    st.integers(1, 4),
)


def test_a_code_knows_its_parents_from_the_province_down() -> None:
    code = RegionCode("63.11.02.2005")
    assert [str(one) for one in code.parents] == ["63", "63.11", "63.11.02"]
    assert code.parent == RegionCode("63.11.02")
    assert RegionCode("63").parent is None
    assert code.level is Level.DESA
    assert code.at(Level.KECAMATAN) == RegionCode("63.11.02")
    assert RegionCode("63").at(Level.DESA) is None


def test_under_goes_by_whole_segments() -> None:
    assert RegionCode("63.11.02.2005").is_under(RegionCode("63.11"))
    assert not RegionCode("63.11.02").is_under(RegionCode("63.11.02.2005"))
    assert not RegionCode("63.12").is_under(RegionCode("63.11"))


def test_leading_zeros_live_and_digits_without_dots_are_read() -> None:
    assert str(RegionCode.parse("0102030004")) == "01.02.03.0004"
    assert RegionCode.parse("6311022005").digits == "6311022005"


@pytest.mark.parametrize(
    "text", ["", "6", "63.1", "63.011", "63.11.02.205", "63,11", "63.11.", "abcd", "６３"]
)
def test_what_is_no_code_is_refused(text: str) -> None:
    with pytest.raises(SidumbaError) as caught:
        RegionCode.parse(text)
    assert caught.value.code == "region.shape"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("63", "provinsi"),
        ("63.11", "kabupaten"),
        ("63.71", "kota"),
        ("63.11.02", "kecamatan"),
        ("63.11.05.1003", "kelurahan"),
        ("63.11.02.2005", "desa"),
        ("91.03.01.3001", "desa adat"),
    ],
)
def test_the_kind_of_a_place_is_in_its_code(text: str, kind: str) -> None:
    assert RegionCode(text).kind == kind


@given(codes)
def test_a_place_lies_in_itself_and_in_all_its_parents_and_reads_back(code: RegionCode) -> None:
    assert code.is_under(code)
    assert all(code.is_under(parent) and not parent.is_under(code) for parent in code.parents)
    assert RegionCode.parse(code.digits) == code
