"""No word of the real data is cut off: every screen, the sizes of the design, both themes, painted rows included."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from sidumba_field.ui.operations import entry
from sidumba_field.ui.theme import Mode, apply_theme
from tests.helpers.qt import settle
from tests.helpers.real_laptop import LONG_BUSINESS, LONG_PERSON, RealLaptop, village
from tests.helpers.screens import clipped, elided, nameless, small
from tests.tour import people

__all__ = ["village"]

SIZES = ((1366, 696), (1093, 543), (960, 500))
TALL = ((1366, 3600), (1093, 3600))  # a long page seen whole

Sizes = tuple[tuple[int, int], ...]


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A photo of a shop."""
    file = tmp_path / "toko.jpg"
    file.write_bytes(people.photo(320, 240))
    return file


def fill(village: RealLaptop, photo: Path, *, finish: bool, name: str = "") -> str:
    """The business of the tour, typed whole."""
    answers = dict(people.BUSINESS) | ({"usaha/nama": name} if name else {})
    rid = village.fill(answers, {"usaha/produk": people.PRODUCTS}, photo, finish=finish)
    village.idle()
    return rid


def look(
    village: RealLaptop, patch: pytest.MonkeyPatch, sizes: Sizes = SIZES, *, cut: bool = True
) -> list[str]:
    """Every complaint about the screen in front, in every size."""
    found = []
    screen = village.window.current_screen()
    for width, height in sizes:
        village.window.resize(width, height)
        settle()
        seen = [*clipped(village.window), *nameless(village.window), *small(village.window)]
        seen += elided(village.window, patch) if cut else []
        found += [f"{screen} {width}: {one}" for one in seen]
    village.window.resize(*SIZES[0])
    settle()
    return found


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_what_a_petugas_reads_is_whole(
    village: RealLaptop, photo: Path, themed: QApplication, monkeypatch: pytest.MonkeyPatch, mode: Mode
) -> None:
    apply_theme(themed, mode)
    village.sit("Nor Halimah", "petugas")
    rid = fill(village, photo, finish=False)
    village.go("home")
    found = look(village, monkeypatch)
    entry.open_record(village.window.desk, rid)
    village.idle()
    found += look(village, monkeypatch, SIZES + TALL)
    village.on_worker(lambda: village.services.entry.finish(rid))
    for screen in ("home", "sync"):
        village.go(screen)
        found += look(village, monkeypatch)
    assert found == [], "\n" + "\n".join(found)


def test_what_a_verifier_reads_is_whole(
    village: RealLaptop, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    village.sit("Nor Halimah", "petugas")
    fill(village, photo, finish=True)
    village.sit("Akhmad Fauzi", "admin_desa")
    found = look(village, monkeypatch)
    village.go("review")
    found += look(village, monkeypatch, SIZES + TALL)
    village.review.write_remark()
    found += look(village, monkeypatch)
    assert found == [], "\n" + "\n".join(found)


def test_long_names_give_way_without_being_cut_by_an_edge(
    village: RealLaptop, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    village.sit(LONG_PERSON, "petugas")
    rid = fill(village, photo, finish=False, name=LONG_BUSINESS)
    village.go("home")
    found = look(village, monkeypatch, cut=False)
    entry.open_record(village.window.desk, rid)
    village.idle()
    found += look(village, monkeypatch, cut=False)
    village.on_worker(lambda: village.services.entry.finish(rid))
    village.go("sync")
    found += look(village, monkeypatch, cut=False)
    village.sit("Akhmad Fauzi", "admin_desa")
    village.go("review")
    found += look(village, monkeypatch, cut=False)
    assert found == [], "\n" + "\n".join(found)


def test_the_navigation_calls_people_by_name_without_titles(village: RealLaptop) -> None:
    village.sit(LONG_PERSON, "petugas")
    person = village.window.nav._person
    assert person._person == "Muhammad Rahmat Hidayatullah"
    assert LONG_PERSON in person.toolTip()
    assert LONG_PERSON in person.accessibleName()
    assert person._letters == "MR"
