"""The theme: every token is a colour, contrasts are what the design promises, Inter is there with its digits."""

from __future__ import annotations

import re
from importlib import resources

import pytest
from PySide6.QtGui import QColor, QFontInfo
from PySide6.QtWidgets import QApplication, QLineEdit

from sidumba_field.ui.theme import apply_theme, font, icon_pixmap, style_sheet, text_width, theme
from sidumba_field.ui.theme.tokens import MODES, colors, parse_color, raw, type_role


def luminance(color: QColor) -> float:
    """Relative luminance, WCAG 2.1."""
    parts = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (color.redF(), color.greenF(), color.blueF())
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(first: str, second: str) -> float:
    """Contrast ratio, WCAG 2.1."""
    bright, dark = sorted((luminance(parse_color(first)), luminance(parse_color(second))), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_words_are_readable_on_every_ground(mode: str) -> None:
    names = colors(mode)  # type: ignore[arg-type]
    for text in ("text.primary", "text.secondary", "text.tertiary", "text.link"):
        for ground in ("bg.surface", "bg.app", "bg.nav", "bg.selected"):
            assert contrast(names[text], names[ground]) >= 4.5, (text, ground)


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("family", ["slate", "indigo", "teal", "amber", "vermilion", "magenta"])
def test_every_meaning_is_readable_on_its_tint_and_its_sign_is_seen(mode: str, family: str) -> None:
    names = colors(mode)  # type: ignore[arg-type]
    assert contrast(names[f"state.{family}.fg"], names[f"state.{family}.tint"]) >= 4.5
    assert contrast(names[f"state.{family}.solid"], names["bg.surface"]) >= 3.0


def test_both_themes_know_the_same_names() -> None:
    assert set(colors("light")) == set(colors("dark"))


@pytest.mark.parametrize("mode", MODES)
def test_the_application_takes_every_mode(qapp: QApplication, mode: str, qtbot) -> None:
    heard: list[bool] = []
    theme().changed.connect(lambda: heard.append(True))
    apply_theme(qapp, mode)  # type: ignore[arg-type]
    assert heard
    for name in colors("light"):
        assert theme().color(name).isValid(), name
    edit = QLineEdit()
    qtbot.addWidget(edit)
    edit.show()
    apply_theme(qapp, "light")


def test_the_style_sheet_holds_no_font_because_it_would_override_the_type_scale() -> None:
    assert "font" not in style_sheet(colors("light"))


def test_widgets_have_no_colour_of_their_own() -> None:
    for file in resources.files("sidumba_field.ui").joinpath("widgets").iterdir():
        if file.name.endswith(".py"):
            found = re.findall(r'"#[0-9A-Fa-f]{6}"', file.read_text(encoding="utf-8"))
            assert not found, f"{file.name} has a colour of its own: {found}"


def test_inter_is_bundled_and_its_digits_have_one_width(themed: QApplication) -> None:
    assert QFontInfo(font("body")).family() == "Inter"
    assert QFontInfo(font("value")).pixelSize() == 14
    loose, even = font("value"), font("value", numbers=True)
    assert text_width("1111", loose) != text_width("0000", loose)
    assert text_width("1111", even) == text_width("0000", even)


def test_codes_tell_zero_from_o_and_one_from_l(themed: QApplication) -> None:
    plain, codes = font("value", numbers=True), font("value", codes=True)
    assert codes.isFeatureSet(codes.featureTags()[0])
    assert {tag.toString().data().decode() for tag in codes.featureTags()} == {"tnum", "zero", "ss02"}
    assert len(plain.featureTags()) == 1


def test_type_roles_are_those_of_the_design() -> None:
    assert (type_role("title").size, type_role("title").weight) == (18, 600)
    assert set(raw()["font"]["scale"]) == {
        "key",
        "small",
        "body",
        "label",
        "value",
        "section",
        "title",
        "figure",
    }


def test_every_bundled_icon_can_be_drawn_in_a_token_colour(themed: QApplication) -> None:
    folder = resources.files("sidumba_field.ui.theme").joinpath("icons")
    names = [file.name[:-4] for file in folder.iterdir() if file.name.endswith(".svg")]
    assert len(names) > 40
    for name in names:
        image = icon_pixmap(name, "state.teal.fg").toImage()
        seen = {image.pixelColor(x, y).alpha() for x in range(16) for y in range(16)}
        assert max(seen) > 60, f"{name} draws nothing"


@pytest.mark.parametrize("folder", ["fonts/OFL.txt", "icons/LICENSE"])
def test_licences_lie_beside_what_they_license(folder: str) -> None:
    text = resources.files("sidumba_field.ui.theme").joinpath(*folder.split("/")).read_text(encoding="utf-8")
    assert len(text) > 500
