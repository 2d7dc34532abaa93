"""The window over the real services and store: what a form of the shipped program looks like under real hands."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from sidumba_field.ui.widgets.photos import PhotoField
from tests.helpers.qt import press, type_text, wait_until
from tests.helpers.real_laptop import RealLaptop, village
from tests.tour import people

__all__ = ["village"]


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A photo of a shop."""
    file = tmp_path / "toko.jpg"
    file.write_bytes(people.photo(320, 240))
    return file


def begin(village: RealLaptop) -> None:
    """A petugas with a new form in hand."""
    village.sit("Nor Halimah", "petugas")
    press("Ctrl+N")
    wait_until(lambda: village.window.current_screen() == "form")
    village.idle()


def photo_field(village: RealLaptop) -> PhotoField:
    """The first question in sight that takes a photo."""
    view = village.window.desk.form.view
    assert view is not None
    path = next(path for path, item in view.items.items() if item.kind == "binary" and item.relevant)
    assert village.form.body.go_to(path)
    row = village.form.body.row(path)
    assert row is not None
    assert isinstance(row.field, PhotoField)
    return row.field


def test_a_photo_that_was_attached_is_seen_and_stays_seen(village: RealLaptop, photo: Path) -> None:
    begin(village)
    field = photo_field(village)
    assert field.isAncestorOf(QApplication.focusWidget())
    field.take_file(photo)
    village.idle()
    assert field.value().endswith(".jpg")
    assert field._photo.has_image()
    press("Return")
    village.idle()
    assert field._photo.has_image()
    press("Ctrl+Z")
    village.idle()
    assert not field.value()
    assert not field._photo.has_image()
    press("Ctrl+Y")
    village.idle()
    assert field._photo.has_image()


def test_enter_right_after_a_choice_goes_to_the_question_it_makes_relevant(village: RealLaptop) -> None:
    begin(village)
    body = village.form.body
    assert body.go_to("legalitas/nib_ada")
    press("1")
    press("Return")
    type_text("1234567890123")
    village.idle()
    assert body.here() == "legalitas/nib"
    press("Return")
    village.idle()
    item = village.window.desk.form.item("legalitas/nib")
    assert item is not None
    assert item.value == "1234567890123"
