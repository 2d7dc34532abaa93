"""Plays every interview of every program's cases.md on its main form."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from sidumba_field.core.time import FixedClock
from sidumba_field.core.xforms import Interview
from sidumba_field.programs import Program, open_program, shipped_folder
from tests.helpers.scenario import Case, Player, read_cases

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


@cache
def opened(folder: Path) -> tuple[Program, dict[str, Case]]:
    return open_program(folder), read_cases(folder / "cases.md")


def titles() -> list[tuple[Path, str]]:
    folders = sorted(path.parent for path in shipped_folder().glob("*/cases.md"))
    return [(folder, title) for folder in folders for title in read_cases(folder / "cases.md")]


@pytest.mark.parametrize(("folder", "title"), titles(), ids=lambda value: getattr(value, "name", value))
def test_the_interview_holds(folder: Path, title: str) -> None:
    program, cases = opened(folder)
    interview = Interview(program.form(program.main), {}, program.lookups, FixedClock(NOON))
    Player(interview, cases).play(cases[title])


@pytest.mark.parametrize(("folder", "title"), titles(), ids=lambda value: getattr(value, "name", value))
def test_a_saved_interview_opens_and_is_judged_as_it_was_left(folder: Path, title: str) -> None:
    program, cases = opened(folder)
    clock = FixedClock(NOON)
    left = Interview(program.form(program.main), {}, program.lookups, clock)
    Player(left, cases).play(cases[title], checks=False)
    again = program.interview(program.main, "", left.fields(), clock)
    assert again.fields() == left.fields()
    assert again.violations() == left.violations()


def test_every_program_has_at_least_twenty_five_interviews() -> None:
    folders = [path.parent for path in shipped_folder().glob("*/program.toml")]
    assert folders
    for folder in folders:
        assert len(read_cases(folder / "cases.md")) >= 25, folder.name
