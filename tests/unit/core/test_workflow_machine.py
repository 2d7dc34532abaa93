"""The machine alone, on a small table: order of judgement, guards, grants, clocks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.records import Record, Remark
from sidumba_field.core.time import iso
from sidumba_field.core.workflow import Grant, Request, Situation, TimeStandard, Workflow, holds, roles_for

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
COLUMNS = ("subject", "state", "command", "role", "to", "guard", "remark", "clock")
ROWS = [
    dict(zip(COLUMNS, row, strict=True))
    for row in (
        ("record", "a", "maju", "petugas", "b", "own no_violations", "", ""),
        ("record", "b", "balik", "camat", "a", "", "wajib", "5 menit"),
        ("record", "b", "maju", "camat", "c", "exact_content", "", ""),
    )
]
RECORD = Record("r", "v", "p", "record", "f", "1", "a", 2, {"nama": "x"}, {"nama": 1}, owner="u")
BEFORE = Situation(RECORD, "u", NOW)


def ask(state: str, command: str, *roles: str, **more: Any) -> Request:
    return Request("record", state, command, roles, **more)


@pytest.fixture(scope="module")
def table() -> Workflow:
    return Workflow.from_rows(ROWS)


def test_what_is_in_the_table_is_allowed(table: Workflow) -> None:
    assert table.judge(ask("a", "maju", "petugas"), BEFORE).demand().to == "b"


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (ask("c", "maju", "petugas"), "workflow.wrong_state"),
        (ask("a", "terbang", "petugas"), "workflow.unknown_command"),
        (ask("a", "maju", "camat"), "workflow.wrong_role"),
        (ask("b", "balik", "camat", remark="  "), "workflow.remark_required"),
    ],
)
def test_everything_else_is_refused_and_says_why(table: Workflow, request_: Request, code: str) -> None:
    with pytest.raises(SidumbaError) as refused:
        table.judge(request_, BEFORE).demand()
    assert refused.value.code == code


def test_a_remark_on_one_field_is_remark_enough(table: Workflow) -> None:
    assert table.judge(ask("b", "balik", "camat", remarks={"nama": "salah"}), BEFORE).allowed


def test_a_guard_that_fails_is_named(table: Workflow) -> None:
    verdict = table.judge(ask("a", "maju", "petugas"), replace(BEFORE, errors=("nama",)))
    assert (verdict.code, dict(verdict.params or {})["guard"]) == ("workflow.guard", "no_violations")


def test_a_decision_must_name_the_content_that_was_seen(table: Workflow) -> None:
    seen = replace(BEFORE, seen_rev=2, seen_sha=RECORD.content_sha256)
    assert table.judge(ask("b", "maju", "camat"), seen).allowed
    assert not table.judge(ask("b", "maju", "camat"), replace(seen, seen_rev=1)).allowed
    assert not table.judge(ask("b", "maju", "camat"), replace(seen, seen_sha="0" * 64)).allowed


def test_nobody_decides_on_what_he_entered() -> None:
    mine = replace(RECORD, authors=frozenset({"u"}))
    assert not holds("not_author", replace(BEFORE, record=mine))
    assert holds("not_author", BEFORE)


def test_a_word_nobody_answers_refuses() -> None:
    assert not holds("restore_proven", BEFORE)
    assert holds("restore_proven", replace(BEFORE, facts={"restore_proven": True}))


def test_a_remark_is_answered_by_a_change_or_a_reply() -> None:
    remark = Remark("m", "nama", "cek", "w", "W", iso(NOW), rev=5)
    open_ = replace(RECORD, remarks=(remark,), field_revs={"nama": 5})
    assert not holds("remarks_answered", replace(BEFORE, record=open_))
    changed = replace(open_, field_revs={"nama": 6})
    assert holds("remarks_answered", replace(BEFORE, record=changed))
    replied = replace(open_, fields={"@answer/m": "sudah benar"})
    assert holds("remarks_answered", replace(BEFORE, record=replied))


def test_a_remark_on_a_table_is_answered_by_a_cell_of_it() -> None:
    remark = Remark("m", "produk", "cek", "w", "W", iso(NOW), rev=5)
    record = replace(RECORD, remarks=(remark,), field_revs={"produk[a]/harga": 6})
    assert holds("remarks_answered", replace(BEFORE, record=record))


def test_a_sign_off_can_be_withdrawn_for_a_day() -> None:
    signed = replace(BEFORE, decided_at=iso(NOW - timedelta(hours=24)))
    assert holds("within_24h", signed)
    assert not holds("within_24h", replace(signed, now=NOW + timedelta(seconds=1)))
    assert not holds("within_24h", BEFORE)


def test_a_grant_covers_whole_segments_and_its_days_only() -> None:
    grant = Grant("camat", "p", "63.11", iso(NOW), iso(NOW + timedelta(days=1)))
    assert grant.covers("p", "63.11.02.2005", NOW)
    assert not grant.covers("p", "63.1", NOW)
    assert not grant.covers("p", "63.110", NOW)
    assert not grant.covers("q", "63.11", NOW)
    assert not grant.covers("p", "63.11", NOW - timedelta(seconds=1))
    assert not grant.covers("p", "63.11", NOW + timedelta(days=1))
    assert roles_for([grant, grant], "p", "63.11", NOW) == ("camat",)


@pytest.mark.parametrize(
    ("text", "minutes"), [("20 menit", 20), ("3 jam", 180), ("1 hari kerja", None), ("1 bulan", None)]
)
def test_time_standards_are_read(text: str, minutes: int | None) -> None:
    standard = TimeStandard.parse(text)
    assert standard is not None
    assert standard.minutes == minutes


def test_a_broken_row_is_named_by_number_and_column() -> None:
    for broken in ({"to": ""}, {"guard": "tak_dikenal"}, {"remark": "boleh"}, {"clock": "lama"}):
        with pytest.raises(SidumbaError) as refused:
            Workflow.from_rows([ROWS[0], {**ROWS[2], **broken}])
        assert refused.value.params["where"] == "transitions, baris 2"
        assert refused.value.params["field"] == next(iter(broken))


def test_a_record_can_stand_wherever_its_batch_is_carried() -> None:
    table = Workflow.from_rows(
        [*ROWS, dict(zip(COLUMNS, ("batch", "c", "sahkan", "camat", "d", "", "", ""), strict=True))]
    )
    assert table.record_states() == ("-", "a", "b", "c", "d")
    assert "d" not in table.states("record")
