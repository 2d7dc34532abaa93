"""The judge of the laptop, over every subject, role, state and command: allowed exactly where the oracle
says, refused with the right reason everywhere else.

The table is read from tests/oracle/workflows.csv, never from program.toml, so that a slip in one of them shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace
from itertools import product
from typing import Any

import pytest

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.ids import derived_id
from sidumba_field.core.records import Record, Remark
from sidumba_field.core.time import iso
from sidumba_field.core.workflow import Situation, Transition
from sidumba_field.services.subjects import EDIT, Subjects
from sidumba_field.services.views import Refusal
from sidumba_field.store import LocalRecord, Mark
from tests.helpers.desk import NOW, VILLAGE, Office
from tests.helpers.office import ROLES, oracle

ROWS = {(r["subject"], r["state"], r["command"], r["role"]): r for r in oracle()}
SUBJECTS = {"record": VILLAGE, "batch": "63.11.02", "period": "63.11"}
COMMANDS = sorted({row["command"] for row in oracle()})
ME, OTHER = derived_id("user", "Nor Halimah"), derived_id("user", "Rahman")
KABUPATEN, NEXT_VILLAGE = "63.11", "63.11.02.2002"
REMARK = Remark("m.0", "usaha/omzet", "Cek buku kas.", OTHER, "Rahman", iso(NOW), rev=3)


def states(subject: str) -> list[str]:
    rows = [row for row in oracle() if row["subject"] == subject]
    return sorted({row["state"] for row in rows} | {row["to"] for row in rows})


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    made = Office(tmp_path_factory.mktemp("laptop") / "data")
    yield made
    made.close()


def seated(office: Office, role: str, unit: str = KABUPATEN) -> Subjects:
    """The same person in this role over ``unit``."""
    return Subjects(office.sit("Nor Halimah", role, unit))


def standing(office: Office, subject: str, state: str, **changes: Any) -> LocalRecord:
    """A subject of the person's own that stands in ``state``, which somebody else has filled in."""
    record = Record(
        rid="r",
        vid=office.vid(SUBJECTS[subject]),
        program=office.program.id,
        subject=subject,
        form="",
        form_v="",
        state=state,
        rev=3,
        fields={"usaha/omzet": "9100000"},
        field_revs={"usaha/omzet": 2},
        owner=ME,
        authors=frozenset({OTHER}),
        changed_at=iso(NOW),
    )
    same = {member.name: getattr(record, member.name) for member in fields(Record)}
    more = {"base": record, "base_rev": 3, "mark": Mark.RECEIVED, "saved_at": "", "draft": {}, "pending": 0}
    return LocalRecord(**{**same, **more, "predicted": False, **changes})


def all_good(record: LocalRecord) -> Situation:
    """A situation in which no guard of the program has anything to object to."""
    facts = dict.fromkeys((word for row in oracle() for word in row["guard"].split()), True)
    whole = record.as_record()
    return Situation(
        whole,
        ME,
        NOW,
        seen_rev=whole.rev,
        seen_sha=whole.content_sha256,
        decided_at=iso(NOW),
        facts=facts,
    )


def _with(**changes: Any) -> Callable[[Situation], Situation]:
    """Break the record of a situation."""

    def broken(situation: Situation) -> Situation:
        assert situation.record is not None
        return replace(situation, record=replace(situation.record, **changes))

    return broken


def _without(word: str) -> Callable[[Situation], Situation]:
    return lambda s: replace(s, facts={**s.facts, word: False})


#: How each guard word comes to fail, one or more ways.
BREAKS: Mapping[str, tuple[Callable[[Situation], Situation], ...]] = {
    "own": (_with(owner=OTHER),),
    "no_violations": (lambda s: replace(s, errors=("usaha/omzet",)),),
    "warnings_explained": (lambda s: replace(s, unexplained=("usaha/omzet",)),),
    "remarks_answered": (_with(remarks=(REMARK,)),),
    "not_author": (_with(authors=frozenset({OTHER, ME})),),
    "exact_content": (lambda s: replace(s, seen_rev=2), lambda s: replace(s, seen_sha="0" * 64)),
    "exact_digest": (lambda s: replace(s, seen_rev=2), lambda s: replace(s, seen_sha="0" * 64)),
    "attachments_complete": (lambda s: replace(s, missing_files=("a.jpg",)),),
    "within_24h": (
        lambda s: replace(s, decided_at="2026-11-18T01:41:12.000Z"),
        lambda s: replace(s, decided_at=""),
    ),
    **{
        word: (_without(word),)
        for word in (
            "kbli_coded",
            "nik_complete",
            "all_in_batch",
            "all_batches_signed_or_listed",
            "restore_proven",
        )
    },
}
#: One fault, two words for it: whoever names another revision fails both.
SAME_FAULT = {
    "exact_content": {"exact_content", "exact_digest"},
    "exact_digest": {"exact_content", "exact_digest"},
}


def refusal_of(subject: str, state: str, command: str, role: str) -> str:
    """Why the table has no such row."""
    same = [key for key in ROWS if key[0] == subject and key[2] == command]
    if not same:
        return "workflow.unknown_command"
    return "workflow.wrong_role" if any(key[1] == state for key in same) else "workflow.wrong_state"


def test_every_guard_of_the_table_is_broken_here() -> None:
    assert set(BREAKS) == {word for row in oracle() for word in row["guard"].split()}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_step_is_allowed_exactly_where_the_table_says(office: Office, subject: str, role: str) -> None:
    subjects = seated(office, role)
    wrong = []
    for state, command in product(states(subject), COMMANDS):
        record = standing(office, subject, state)
        judged = subjects.judge(record, all_good(record), command, "Alasan")
        row = ROWS.get((subject, state, command, role))
        found = judged.code if isinstance(judged, Refusal) else judged.to
        wanted = row["to"] if row else refusal_of(subject, state, command, role)
        if found != wanted:
            wrong.append((state, command, found, wanted))
    assert wrong == []


@pytest.mark.parametrize("key", ROWS, ids="/".join)
def test_a_step_asks_for_its_guards_and_for_no_others(office: Office, key: tuple[str, str, str, str]) -> None:
    subject, state, command, role = key
    subjects = seated(office, role)
    record = standing(office, subject, state)
    guards = set(ROWS[key]["guard"].split())
    for word, breaks in BREAKS.items():
        named = (SAME_FAULT.get(word, {word})) & guards
        for broken in breaks:
            judged = subjects.judge(record, broken(all_good(record)), command, "Alasan")
            if named:
                assert isinstance(judged, Refusal), word
                assert judged.code == "workflow.guard"
                assert judged.details.startswith(f"workflow.guard, command={command}, guard=")
                assert judged.details.rsplit("=", 1)[1] in named
                assert judged.sentence
            else:
                assert isinstance(judged, Transition), (word, judged)


@pytest.mark.parametrize("key", ROWS, ids="/".join)
def test_a_remark_is_asked_for_exactly_where_the_table_says(
    office: Office, key: tuple[str, str, str, str]
) -> None:
    subject, state, command, role = key
    subjects = seated(office, role)
    record = standing(office, subject, state)
    demanded = ROWS[key]["remark"] == "wajib"
    for remark, remarks in (("", {}), ("  \n", {}), ("", {"usaha/omzet": " "})):
        judged = subjects.judge(record, all_good(record), command, remark, remarks)
        assert isinstance(judged, Refusal) == demanded
        if isinstance(judged, Refusal):
            assert judged.code == "workflow.remark_required"
    assert isinstance(
        subjects.judge(record, all_good(record), command, "", {"usaha/omzet": "Cek."}), Transition
    )


@pytest.mark.parametrize("owner", [ME, OTHER], ids=["own", "somebody else's"])
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("subject", SUBJECTS)
def test_buttons_are_exactly_the_rows_of_the_table(
    office: Office, subject: str, role: str, owner: str
) -> None:
    subjects = seated(office, role)
    for state in states(subject):
        record = standing(office, subject, state, owner=owner)
        rows = [row for (s, st, _, r), row in ROWS.items() if (s, st, r) == (subject, state, role)]
        mine = [row for row in rows if owner == ME or "own" not in row["guard"].split()]
        offered = subjects.offered(record)
        wanted = {
            (row["command"], row["remark"] == "wajib", row["sop_step"])
            for row in mine
            if row["command"] != EDIT
        }
        assert {(view.command, view.needs_remark, view.sop_step) for view in offered} == wanted
        assert len(offered) == len(wanted)
        assert subjects.editable(record) == any(row["command"] == EDIT for row in mine)
        kinds = ["forward", "return", "plain", "remove"]
        places = [kinds.index(view.kind) for view in offered]
        assert places == sorted(places)


def test_the_queue_of_a_role_holds_what_it_has_to_move(office: Office) -> None:
    """Written out by hand from the SOP: nobody's queue is missing, nobody is asked for what is not his. The round of
    collection itself is opened and closed elsewhere; it never waits in a queue."""
    queues: dict[str, dict[str, set[str]]] = {
        "petugas": {},
        "admin_desa": {"record": {"diserahkan", "terpilah"}},
        "admin_kecamatan": {
            "record": {"diajukan_kecamatan", "terverifikasi_kecamatan", "dikembalikan_kecamatan"}
        },
        "verifikator_kabupaten": {"record": {"diajukan_kabupaten"}, "batch": {"tervalidasi"}},
        "kepala_dinas": {"batch": {"dilaporkan"}},
        "operator_server": {},
    }
    for role, wanted in queues.items():
        subjects = seated(office, role)
        found = {subject: set(subjects.judged_states(office.program, subject)) for subject in SUBJECTS}
        assert {subject: some for subject, some in found.items() if some} == wanted, role


@pytest.mark.parametrize("role", ROLES)
def test_a_role_over_another_unit_is_nobody_here(office: Office, role: str) -> None:
    subjects = seated(office, role, NEXT_VILLAGE)
    for subject in SUBJECTS:
        for state, command in product(states(subject), COMMANDS):
            record = standing(office, subject, state)
            judged = subjects.judge(record, all_good(record), command, "Alasan")
            assert isinstance(judged, Refusal), (subject, state, command)
        assert subjects.offered(standing(office, subject, states(subject)[-1])) == ()
    record = standing(office, "record", "draf")
    assert not subjects.editable(record)
    refused = subjects.judge(record, all_good(record), "serahkan")
    assert isinstance(refused, Refusal)
    assert refused.code == "workflow.wrong_role"


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("subject", ["batch", "period"])
def test_a_role_over_a_part_is_nobody_over_the_whole(office: Office, subject: str, role: str) -> None:
    subjects = seated(office, role, VILLAGE)
    for state, command in product(states(subject), COMMANDS):
        record = standing(office, subject, state)
        assert isinstance(subjects.judge(record, all_good(record), command, "Alasan"), Refusal)
        assert subjects.offered(record) == ()


@pytest.mark.parametrize("unit", ["63.1", "63.110", "63.11.02.200", "63.11.02.20055", "6", "64.11.02.2005"])
def test_units_are_compared_by_whole_segments(office: Office, unit: str) -> None:
    subjects = seated(office, "admin_desa", unit)
    assert subjects.roles(standing(office, "record", "diserahkan")) == ()


@pytest.mark.parametrize("bounds", [{"valid_to": iso(NOW)}, {"valid_from": "2026-11-20T01:41:12.001Z"}])
def test_a_grant_counts_on_its_days_only(office: Office, bounds: dict[str, str]) -> None:
    subjects = seated(office, "admin_kecamatan")
    seat = office.desk.seat()
    seat.user = replace(seat.user, grants=({**seat.user.grants[0], **bounds},))
    record = standing(office, "record", "diajukan_kecamatan")
    assert subjects.roles(record) == ()
    assert subjects.offered(record) == ()
    assert office.desk.my_programs() == []
    assert office.desk.my_vids(office.program.id) == []


def test_a_scope_the_laptop_does_not_follow_is_refused(office: Office) -> None:
    subjects = seated(office, "verifikator_kabupaten", "")
    stray = standing(office, "record", "diajukan_kabupaten", vid=office.vid("63.72.01.1001"))
    with pytest.raises(SidumbaError) as refused:
        subjects.roles(stray)
    assert refused.value.code == "workflow.outside_area"
