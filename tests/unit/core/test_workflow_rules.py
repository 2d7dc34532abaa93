"""docs/spec/workflow.md says what the code does: every guard word is on the page, and every word of the page is one."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from sidumba_field.core.errors import CODES
from sidumba_field.core.records import Record, Remark
from sidumba_field.core.time import iso
from sidumba_field.core.workflow import COMMON_GUARDS, Grant, Situation, holds, roles_for
from sidumba_field.core.workflow.guards import remark_is_answered
from sidumba_field.core.workflow.machine import CONTEXT_FACTS
from sidumba_field.core.workflow.roles import is_under

PAGE = (Path(__file__).parents[3] / "docs" / "spec" / "workflow.md").read_text(encoding="utf-8")
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
CODE = re.compile(r"`([a-z_0-9]+(?:\.[a-z_0-9]+)?)`")


def guard_words() -> set[str]:
    """The words in the first column of the page's table of guards."""
    section = PAGE.split("## Guard words")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| `")]
    return {word for line in lines for word in CODE.findall(line.split("|")[1])}


def test_the_page_names_every_guard_word_and_no_other() -> None:
    assert guard_words() == set(COMMON_GUARDS) | CONTEXT_FACTS


def test_every_code_on_the_page_is_registered() -> None:
    named = {word for word in CODE.findall(PAGE) if word.startswith(("workflow.", "auth."))}
    assert named >= {
        "workflow.wrong_state",
        "workflow.unknown_command",
        "workflow.wrong_role",
        "workflow.remark_required",
        "workflow.guard",
        "auth.lease_expired",
    }
    assert named <= set(CODES)


# ---- remarks ---------------------------------------------------------------------------------------------------------

PATHS = (
    "usaha/omzet",
    "usaha/produk",
    "usaha/produk[a]",
    "usaha/produk[a]/nama",
    "usaha/produksi",
    "pemilik/nama",
)
paths = st.sampled_from(PATHS)
revs = st.dictionaries(
    st.sampled_from([*PATHS, *(f"@reason/{p}" for p in PATHS), "@period"]), st.integers(1, 9)
)


def record_of(field_revs: dict[str, int], **fields: str) -> Record:
    return Record("r", "v", "p", "record", "f", "1", "s", 9, fields, field_revs)


def remark(path: str, rev: int) -> Remark:
    return Remark("m.0", path, "Cek.", "w", "W", iso(NOW), rev)


@given(revs, paths, st.integers(0, 9))
def test_a_remark_on_a_field_is_answered_by_a_later_change_there_and_nowhere_else(
    field_revs: dict[str, int], path: str, rev: int
) -> None:
    """``usaha/produksi`` is no part of ``usaha/produk``; a reason for the field itself is an answer too."""
    there = [p for p in PATHS if p == path or p.startswith((path + "/", path + "["))] + [f"@reason/{path}"]
    wanted = any(field_revs.get(p, 0) > rev for p in there)
    assert remark_is_answered(remark(path, rev), record_of(field_revs)) == wanted


@given(revs, st.integers(0, 9))
def test_a_remark_on_the_whole_is_answered_by_any_later_answer(field_revs: dict[str, int], rev: int) -> None:
    answers = [number for path, number in field_revs.items() if not path.startswith("@")]
    assert remark_is_answered(remark("", rev), record_of(field_revs)) == any(
        number > rev for number in answers
    )


@given(revs, st.sampled_from(["", *PATHS]), st.integers(0, 9), st.sampled_from(["", "Sudah benar."]))
def test_a_written_reply_answers_any_remark_and_only_its_own(
    field_revs: dict[str, int], path: str, rev: int, text: str
) -> None:
    silent = remark_is_answered(remark(path, rev), record_of(field_revs))
    other = record_of(field_revs, **{"@answer/other": "Sudah benar."})
    assert remark_is_answered(remark(path, rev), other) == silent
    replied = record_of(field_revs, **{"@answer/m.0": text})
    assert remark_is_answered(remark(path, rev), replied) == (silent or bool(text))


@given(revs, st.lists(st.tuples(paths, st.integers(0, 9)), max_size=4))
def test_the_guard_holds_when_every_remark_is_answered(
    field_revs: dict[str, int], told: list[tuple[str, int]]
) -> None:
    remarks = tuple(replace(remark(path, rev), id=f"m.{n}") for n, (path, rev) in enumerate(told))
    record = replace(record_of(field_revs), remarks=remarks)
    answered = all(remark_is_answered(one, record) for one in remarks)
    assert holds("remarks_answered", Situation(record, "u", NOW)) == answered


# ---- grants ----------------------------------------------------------------------------------------------------------

segments = st.lists(st.sampled_from(["6", "63", "1", "11", "02", "2005", "200"]), max_size=4)
units = segments.map(".".join)
days = st.integers(-3, 3)


@given(segments, segments)
def test_a_unit_lies_under_another_by_whole_segments(below: list[str], above: list[str]) -> None:
    assert is_under(".".join(below), ".".join(above)) == (below[: len(above)] == above)


@given(units, units, units)
def test_lying_under_is_an_order(a: str, b: str, c: str) -> None:
    assert is_under(a, a)
    assert is_under(a, "")
    if is_under(a, b) and is_under(b, c):
        assert is_under(a, c)
    if is_under(a, b) and is_under(b, a):
        assert a == b


def at(day: int | None) -> str:
    return "" if day is None else iso(NOW + timedelta(days=day))


@given(units, units, st.none() | days, st.none() | days, days)
def test_a_grant_speaks_for_its_program_below_its_unit_from_its_first_day_until_before_its_end(
    unit: str, place: str, first: int | None, end: int | None, today: int
) -> None:
    grant = Grant("camat", "p", unit, at(first), at(end))
    now = NOW + timedelta(days=today)
    in_time = (first is None or first <= today) and (end is None or today < end)
    assert grant.covers("p", place, now) == (in_time and is_under(place, unit))
    assert not grant.covers("q", place, now)


@given(st.lists(st.tuples(st.sampled_from(["petugas", "camat", "kadis"]), units, st.none() | days)), units)
def test_the_roles_are_those_of_the_grants_that_cover_once_each_in_order(
    held: list[tuple[str, str, int | None]], place: str
) -> None:
    grants = [Grant(role, "p", unit, "", at(end)) for role, unit, end in held]
    found = roles_for(grants, "p", place, NOW)
    covering = [grant.role for grant in grants if grant.covers("p", place, NOW)]
    assert list(found) == sorted(set(covering), key=covering.index)
