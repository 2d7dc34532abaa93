"""A program whose roles would work on answers they may not see does not open, nor one that finds records by them."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from sidumba_field.core.errors import SidumbaError
from sidumba_field.programs import Program, open_program, shipped, shipped_folder
from sidumba_field.programs.fitting import uncovered
from sidumba_field.programs.reading import FILE


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The first shipped program, beside its lists, to be spoilt."""
    home = shipped_folder()
    first = next(one for one in sorted(home.iterdir()) if (one / FILE).is_file())
    shutil.copytree(home, tmp_path / "forms")
    return tmp_path / "forms" / first.name


def opened(folder: Path) -> Program:
    """Open it with forms converted once for all tests here."""
    return open_program(folder, folder.parents[2] / "cache")


def change(folder: Path, old: str, new: str) -> None:
    file = folder / FILE
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def refused(folder: Path) -> dict[str, object]:
    with pytest.raises(SidumbaError, match=r"program\.bad_value") as error:
        opened(folder)
    return dict(error.value.params)


def test_the_shipped_program_withholds_something_from_somebody(folder: Path) -> None:
    program = opened(folder)
    assert program.specific
    assert program.trusted_roles < program.roles.keys()


def test_who_works_on_records_has_to_see_all_of_them(folder: Path) -> None:
    change(folder, "specific = true", "specific = false")
    assert str(refused(folder)["field"]).endswith(".specific")


def test_nobody_searches_by_a_specific_answer(folder: Path) -> None:
    path = sorted(path for path in opened(folder).specific if path.count("/") == 1)[0]
    change(folder, 'search = ["', f'search = ["{path}", "')
    assert refused(folder)["field"] == path


def test_retention_and_papers_of_the_file_are_read(folder: Path) -> None:
    program = opened(folder)
    assert program.keep_years > 0
    assert set(program.closed_states) <= set(program.states)
    assert set(program.privacy_papers) == {"copy", "notice", "destruction"}
    change(folder, 'closed = ["', 'closed = ["entah", "')
    assert refused(folder)["field"] == "closed"


def test_a_version_that_hides_answers_from_who_works_on_them_is_told_so() -> None:
    program = next(iter(shipped().values()))
    form = program.form(program.main)
    assert list(uncovered(program, form, "umkm.md")) == []
    blind = replace(
        program, roles={name: replace(role, specific=False) for name, role in program.roles.items()}
    )
    assert {fault.kind for fault in uncovered(blind, form, "umkm.md")} == {"unseen"}
    searched = replace(program, search_paths=(sorted(program.specific)[0],))
    found = list(uncovered(searched, form, "umkm.md"))
    assert [(fault.kind, fault.name) for fault in found] == [("found_by", sorted(program.specific)[0])]
    assert all(fault.text() for fault in [*found, *uncovered(blind, form, "umkm.md")])
