"""Laws of measuring: wrapped lines fit, no letter is lost, control characters never reach the paper."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidumba_field.reports.faces import Style, face, printable

TEXT = st.text(alphabet=st.sampled_from("abc iWé•\u00a0-/."), max_size=60)


@settings(max_examples=150, deadline=None)
@given(TEXT, st.floats(12, 200))
def test_wrapped_lines_fit_and_keep_every_letter(text: str, width: float) -> None:
    regular = face(Style.REGULAR)
    lines = regular.wrap(text, 9.5, width)
    assert all(regular.width(line, 9.5) <= width for line in lines if len(line) > 1)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_line_ends_are_kept_and_words_stay_whole_where_they_fit() -> None:
    assert face(Style.REGULAR).wrap("satu dua\ntiga", 10, 200) == ["satu dua", "tiga"]
    assert face(Style.REGULAR).wrap("Keripik Pisang", 10, 50) == ["Keripik", "Pisang"]


def test_a_non_breaking_space_does_not_break() -> None:
    lines = face(Style.REGULAR).wrap("harga Rp\u00a045.000.000", 10, 90)
    assert lines == ["harga", "Rp\u00a045.000.000"]


@pytest.mark.parametrize("style", Style)
def test_widths_are_those_of_the_font_itself(style: Style) -> None:
    cut = face(style)
    text = "Kepala Dinas Perindustrian 0123456789 •é"
    assert cut.width(text, 11) == pytest.approx(cut.font.stringWidth(text, 11))


@pytest.mark.parametrize("style", Style)
def test_the_bundled_fonts_are_liberation_sans_two(style: Style) -> None:
    names = cut_names(face(style).font)
    assert names[5].startswith("Version 2.")
    assert names[1] == "Liberation Sans"


def cut_names(font: object) -> dict[int, str]:
    """The name table, read by hand (OpenType specification, "name")."""
    data: bytes = font.face._ttf_data  # type: ignore[attr-defined]
    tables = int.from_bytes(data[4:6], "big")
    at = next(
        int.from_bytes(data[12 + i * 16 + 8 : 12 + i * 16 + 12], "big")
        for i in range(tables)
        if data[12 + i * 16 : 16 + i * 16] == b"name"
    )
    count, storage = (
        int.from_bytes(data[at + 2 : at + 4], "big"),
        int.from_bytes(data[at + 4 : at + 6], "big"),
    )
    found: dict[int, str] = {}
    for i in range(count):
        entry = data[at + 6 + i * 12 : at + 18 + i * 12]
        platform, _, _, name, length, offset = (
            int.from_bytes(entry[k : k + 2], "big") for k in range(0, 12, 2)
        )
        if platform == 3:
            start = at + storage + offset
            found[name] = data[start : start + length].decode("utf-16-be")
    return found


def test_control_characters_become_spaces_and_accents_compose() -> None:
    assert printable("a\tb\x00c\u200bd") == "a b c d"
    assert printable("e\u0301\r\nx") == "é\nx"
