"""Isi Formulir beyond plain typing: refusals, narrow windows, last year's answers."""

from __future__ import annotations

import pytest

from tests.helpers.qt import press, settle, type_text
from tests.helpers.screens import Laptop, laptop
from tests.ui.test_screen_form import go, row

__all__ = ["laptop"]


@pytest.fixture
def form(laptop: Laptop) -> Laptop:
    """The returned record of the design picture in hand."""
    laptop.sign_in(1)
    laptop.open_form("k1")
    return laptop


def test_f9_notes_a_refusal_then_not_knowing_then_an_open_question(form: Laptop) -> None:
    here = "uang/modal"
    go(form, here)
    for why, words in (("menolak", "Menolak menjawab"), ("tidak_tahu", "Tidak tahu"), ("", "")):
        press("F9")
        form.idle()
        assert form.services.office.named("refuse")[-1][-1] == why
        assert words in row(form, here).row.message.text()
    assert row(form, here).value() == ""


def test_an_answer_ends_what_f9_noted(form: Laptop) -> None:
    go(form, "usaha/omzet")
    press("F9")
    form.idle()
    type_text("8000000")
    press("Return")
    form.idle()
    item = form.window.desk.form.item("usaha/omzet")
    assert item is not None
    assert (item.value, item.why) == ("8000000", "")


def test_in_a_narrow_window_the_sections_are_a_field_above_the_questions(form: Laptop) -> None:
    form.window.resize(960, 500)
    settle()
    bar = form.form.narrow_bar
    assert bar.isVisible()
    assert not form.form.sections.isVisible()
    keys = [key for key, _ in bar.drop.options()]
    assert keys == [section.key for section in form.window.desk.form.view.sections]  # type: ignore[union-attr]
    bar.opened.emit(keys[-1])
    form.idle()
    assert bar.drop.value() == keys[-1]
    assert form.window.desk.form.section_of(form.form.body.here()) == keys[-1]
    press("Ctrl+Up")
    form.idle()
    assert bar.drop.value() == keys[-2]


def test_every_section_is_in_sight_at_125_percent(form: Laptop) -> None:
    form.window.resize(1093, 543)
    settle()
    sections = form.form.sections
    last = sections.visualRect(sections.model().index(sections.model().rowCount() - 1, 0))
    assert last.height() >= 28
    assert last.bottom() <= sections.viewport().height()


def test_last_years_answers_are_copied_where_nothing_is_answered(form: Laptop) -> None:
    items = form.window.desk.form.view.items  # type: ignore[union-attr]
    asked = next(item for item in items.values() if item.previous)
    go(form, asked.path)
    form.idle()
    press("Ctrl+Shift+'")
    form.idle()
    assert form.services.office.named("copy_last_year") != []
