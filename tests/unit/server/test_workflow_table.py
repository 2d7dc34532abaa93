"""Every role in every state with every command: allowed on the server exactly where tests/oracle/workflows.csv says.

All combinations on SQLite; on PostgreSQL those the table allows, since refusals are judged before a table is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest

from sidumba_field.core.canonical import canonical
from sidumba_field.core.records import NOTHING, Op, OpStatus, Record
from tests.helpers.office import KABUPATEN, KECAMATAN, ROLES, Office, oracle

TABLE = {(r["subject"], r["state"], r["command"], r["role"]): r["to"] for r in oracle()}
GUARDS = {(r["subject"], r["state"], r["command"], r["role"]): r["guard"].split() for r in oracle()}
EDITS = ("buat", "ubah")
COMMANDS = sorted({r["command"] for r in oracle()} - set(EDITS))
#: Guards that only another part of the product can answer; their rows are refused by name until it does.
UNPROVEN = {"cadangkan": "restore_proven"}


def states(subject: str) -> list[str]:
    rows = [row for row in oracle() if row["subject"] == subject]
    return sorted({row["state"] for row in rows} | {row["to"] for row in rows})


def combinations(office: Office, subject: str, role: str) -> Iterator[tuple[str, str, str]]:
    """Yield (state, command, the state it leads to or "" for a refusal)."""
    for state, command in product(states(subject), COMMANDS):
        wanted = TABLE.get((subject, state, command, role), "")
        if wanted or office.database.is_sqlite:
            yield state, command, wanted


def judge(office: Office, asked: list[tuple[Op, str, str]]) -> None:
    """Send every op and hold answer and stored state against what the table says."""
    answers = office.send(*[op for op, _, _ in asked])
    with office.database.read() as work:
        records = {op.rid: work.records.get(op.rid) for op, _, _ in asked}
    wrong = []
    for (op, state, wanted), answer in zip(asked, answers, strict=True):
        record = records[op.rid]
        now = record.state if record else NOTHING
        unproven = UNPROVEN.get(op.command)
        if wanted and unproven:
            fits = (answer.code, answer.params["guard"], now) == ("op.guard", unproven, state)
        else:
            fits = (answer.st is OpStatus.APPLIED) == bool(wanted) and now == (wanted or state)
        if not fits:
            wrong.append((state, op.command, wanted, now, answer.st.value, answer.code, dict(answer.params)))
    assert wrong == []


@pytest.mark.parametrize("role", ROLES)
def test_records_move_exactly_where_the_table_says(office: Office, role: str) -> None:
    others = "petugas" if role != "petugas" else "admin_desa"
    records: list[Record] = []
    asked: list[tuple[Op, str, str]] = []
    for state, command, wanted in combinations(office, "record", role):
        if state == NOTHING:
            op = office.step(role, office.new_id(), command, expect_state=NOTHING, remark="Alasan")
        else:
            is_own = "own" in GUARDS.get(("record", state, command, role), [])
            record = office.imagine(state, owner=role if is_own else others, authors=(others,))
            records.append(record)
            op = office.step(role, record.rid, command, record, remark="Alasan")
        asked.append((op, state, wanted))
    if records:
        office.put(*records)
    judge(office, asked)


@pytest.mark.parametrize("role", ROLES)
def test_content_changes_exactly_where_the_table_says(office: Office, role: str) -> None:
    """Where a role may not change content now but could elsewhere, its edit waits as a proposal; else it is refused."""
    enters = any(key[2:] == ("ubah", role) for key in TABLE)
    there = [state for state in states("record") if state != NOTHING]
    records = [office.imagine(state, owner=role) for state in there]
    office.put(*records)
    asked = [
        (
            NOTHING,
            TABLE.get(("record", NOTHING, "buat", role), ""),
            office.edit(role, office.new_id(), {"nama": "A"}),
        )
    ]
    for record in records:
        wanted = TABLE.get(("record", record.state, "ubah", role), "")
        asked.append((record.state, wanted, office.edit(role, record.rid, {"nama": "B"}, base=1)))
    answers = office.send(*[op for _, _, op in asked])
    wrong = []
    for (state, wanted, op), answer in zip(asked, answers, strict=True):
        if wanted:
            fits = answer.st is OpStatus.APPLIED and office.stored(op.rid).state == wanted
        else:
            fits = answer.st is (OpStatus.HELD if enters and state != NOTHING else OpStatus.REJECTED)
        if not fits:
            wrong.append((state, answer.st.value, answer.code))
    assert wrong == []


@pytest.mark.parametrize("role", ROLES)
def test_batches_and_periods_move_exactly_where_the_table_says(office: Office, role: str) -> None:
    records: list[Record] = []
    asked: list[tuple[Op, str, str]] = []
    for subject in ("batch", "period"):
        for state, command, wanted in combinations(office, subject, role):
            if state == NOTHING:
                continue
            standing, op = step_on(office, subject, state, command, role)
            records += standing
            asked.append((op, state, wanted))
    if records:
        office.put(*records)
    judge(office, asked)


def step_on(office: Office, subject: str, state: str, command: str, role: str) -> tuple[list[Record], Op]:
    """A batch (with one member) or a period that stands in ``state``, in a period of its own, and a step on it."""
    label = office.new_id()
    bare = {"subject": subject, "form": "", "form_v": "", "period": label}
    if subject == "period":
        period = office.imagine(state, vid=office.vid(KABUPATEN), fields={"label": label}, **bare)
        return [period], office.step(role, period.rid, command, period, remark="Alasan")
    member = office.imagine(state, period=label)
    listed = [{"rid": member.rid, "rev": 1, "sha": member.content_sha256, "vid": member.vid}]
    fields = {"period": label, "unit": KECAMATAN, "members": canonical(listed).decode(), "digest": "0" * 64}
    batch = office.imagine(state, vid=office.vid(KECAMATAN), fields=fields, **bare)
    gathering = {"members": tuple(listed)} if command == "laporkan" else {}
    return [batch, member], office.step(role, batch.rid, command, batch, remark="Alasan", **gathering)


@pytest.mark.parametrize("role", ROLES)
def test_periods_are_opened_exactly_by_whom_the_table_says(office: Office, role: str) -> None:
    wanted = TABLE.get(("period", NOTHING, "buka", role), "")
    assert (office.do(office.open_period(by=role)).st is OpStatus.APPLIED) == bool(wanted)
