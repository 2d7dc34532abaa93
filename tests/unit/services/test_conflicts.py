"""Screen 07 without a window: both versions with who and when, choices that stay, one edit that says all of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from sidumba_field.core.ids import new_id
from sidumba_field.core.records import FeedKind, Op, OpAnswer, OpKind, OpStatus
from sidumba_field.core.time import iso
from sidumba_field.services.conflicts.service import ConflictService
from sidumba_field.services.conflicts.views import STORED, TEXT, WAITING, ConflictView
from sidumba_field.services.views import Decided, Refusal
from sidumba_field.store import Mark
from tests.helpers.desk import VILLAGE, Office
from tests.helpers.told import DISTRICT, Told, person

TURNOVER, PHONE, NAME = "usaha/omzet", "pemilik/hp", "usaha/nama"
CLERK, OTHER = "Siti Rahmah", "Rahman"


def clerk(office: Office, name: str = CLERK) -> ConflictService:
    return ConflictService(office.sit(name, "admin_desa", VILLAGE))


def clash(
    told: Told, waiting: Mapping[str, str], stored: Mapping[str, str], merged: Mapping[str, str]
) -> tuple[str, str]:
    """A record at the desk of the village: somebody changed ``stored`` while ``waiting`` and ``merged`` were typed on
    this laptop; what clashed waits."""
    rid = told.business("terpilah")
    base = told.known[rid].rev
    was = {path: told.known[rid].fields.get(path) for path in {**waiting, **merged}}
    told.office.clock.advance(60)
    told.edit(rid, OTHER, **stored)
    op = new_id(told.office.clock)
    if merged:
        told.edit(rid, CLERK, **merged)
    payload: dict[str, Any] = {
        "op": op, "set": dict(waiting), "was": {p: was[p] for p in waiting}, "reason": "conflict", "base_rev": base,
        "by": person(CLERK), "by_name": CLERK, "at": iso(told.office.clock.now()),
    }  # fmt: skip
    told._link(rid, FeedKind.PROPOSAL, CLERK, payload, op)
    told.pull()
    return rid, op


def seen(view: ConflictView | None) -> ConflictView:
    assert view is not None
    return view


def sent(office: Office, done: Decided | Refusal) -> Op:
    assert isinstance(done, Decided), done
    op = office.store.outbox.get(done.undo)
    assert op is not None
    return op


def test_both_versions_stand_beside_what_they_came_from(office: Office, told: Told) -> None:
    rid, op = clash(told, {TURNOVER: "6500000"}, {TURNOVER: "6200000", NAME: "Keripik Bu Siti"}, {})
    view = seen(clerk(office).open())
    assert (view.key, view.rid, view.may_settle, view.left) == (op, rid, True, 1)
    [unit] = view.units
    values = [text.replace("\xa0", " ") for text in (unit.before, unit.left, unit.right)]
    assert values == ["Rp 9.100.000", "Rp 6.500.000", "Rp 6.200.000"]
    assert unit.label
    assert view.left_side.who.startswith("Anda, hari ini ")
    assert view.right_side.who.startswith(f"{OTHER}, hari ini ")
    assert view.before_note == "versi 3, 20 Nov"
    [line] = view.merged
    assert (line.result, line.source, line.changed_left, line.changed_right) == (
        "Keripik Bu Siti", "server", False, True,
    )  # fmt: skip
    assert "1 isian sudah digabung, 1 isian menunggu" in view.note


def test_a_choice_is_there_again_after_leaving_and_after_a_restart(office: Office, told: Told) -> None:
    rid, op = clash(
        told, {TURNOVER: "6500000", PHONE: "085100441208"}, {TURNOVER: "6200000", PHONE: "081349112030"}, {}
    )
    view = seen(clerk(office).choose(op, rid, {TURNOVER: (WAITING, "")}))
    assert [unit.choice for unit in view.units if unit.unit == TURNOVER] == [WAITING]
    again = seen(clerk(office).open(op))
    assert again.left == 1
    assert seen(clerk(office, OTHER).open(op)).left == 2, "another person chooses for himself"
    taken_back = seen(clerk(office).choose(op, rid, {TURNOVER: None}))
    assert taken_back.left == 2


@pytest.mark.parametrize(
    ("turnover", "phone", "word", "values"),
    [
        (WAITING, WAITING, "taken", {TURNOVER: "6500000", PHONE: "085100441208"}),
        (STORED, STORED, "kept", {}),
        (WAITING, STORED, "part", {TURNOVER: "6500000"}),
        (STORED, WAITING, "part", {PHONE: "085100441208"}),
    ],
)
def test_what_was_chosen_leaves_as_one_edit(
    office: Office, told: Told, turnover: str, phone: str, word: str, values: dict[str, str]
) -> None:
    rid, op = clash(
        told, {TURNOVER: "6500000", PHONE: "085100441208"}, {TURNOVER: "6200000", PHONE: "081349112030"}, {}
    )
    service = clerk(office)
    service.choose(op, rid, {TURNOVER: (turnover, ""), PHONE: (phone, "")})
    edit = sent(office, service.save(op, rid))
    assert edit.set == {f"@settled/{op}": word, **values}
    record = office.store.records.get(rid)
    assert record is not None
    assert record.mark is Mark.WAITING
    assert service.open() is None


def test_a_text_of_ones_own_goes_in_beside_what_was_taken(office: Office, told: Told) -> None:
    rid, op = clash(
        told, {TURNOVER: "6500000", PHONE: "085100441208"}, {TURNOVER: "6200000", PHONE: "081349112030"}, {}
    )
    service = clerk(office)
    view = seen(service.choose(op, rid, {TURNOVER: (TEXT, "6350000"), PHONE: (WAITING, "")}))
    found = next(unit for unit in view.units if unit.unit == TURNOVER)
    assert (found.result.replace("\xa0", " "), found.source) == ("Rp 6.350.000", "tulisan Anda")
    edit = sent(office, service.save(op, rid))
    assert edit.set == {f"@settled/{op}": "part", TURNOVER: "6350000", PHONE: "085100441208"}


def test_saving_with_something_not_chosen_says_how_much_and_changes_nothing(
    office: Office, told: Told
) -> None:
    rid, op = clash(
        told, {TURNOVER: "6500000", PHONE: "085100441208"}, {TURNOVER: "6200000", PHONE: "081349112030"}, {}
    )
    service = clerk(office)
    service.choose(op, rid, {PHONE: (STORED, "")})
    refused = service.save(op, rid)
    assert isinstance(refused, Refusal)
    assert refused.paths == (TURNOVER,)
    assert office.store.outbox.unsent() == 0


def test_a_decision_taken_back_finds_its_choices_again(office: Office, told: Told) -> None:
    rid, op = clash(told, {TURNOVER: "6500000"}, {TURNOVER: "6200000"}, {})
    service = clerk(office)
    service.choose(op, rid, {TURNOVER: (TEXT, "6300000")})
    edit = sent(office, service.save(op, rid))
    assert office.store.records.withdraw(edit.op)
    record = office.store.records.get(rid)
    assert record is not None
    assert record.draft == {}
    view = seen(service.open(op))
    assert (view.left, view.units[0].choice) == (0, TEXT)


def test_a_decision_that_came_too_late_is_looked_at_again_with_its_choices(
    office: Office, told: Told
) -> None:
    """Somebody changed the record meanwhile: the value waits again, and nothing counts as decided."""
    rid, op = clash(told, {TURNOVER: "6500000"}, {TURNOVER: "6200000"}, {})
    service = clerk(office)
    service.choose(op, rid, {TURNOVER: (WAITING, "")})
    service.save(op, rid)
    office.clock.advance(11)
    [leaving] = office.store.outbox.next_batch(10, 1 << 20)
    late = OpAnswer(leaving.op, OpStatus.CONFLICT, rev=told.known[rid].rev + 1, code="op.stale_review")
    office.store.outbox.apply_answers([late], {})
    view = seen(service.open())
    assert (view.key, view.left) == (op, 0)
    record = office.store.records.get(rid)
    assert record is not None
    assert (record.mark, record.fields[TURNOVER]) == (Mark.DIFFERING, "6200000")


def test_when_the_decision_is_in_its_choices_are_gone(office: Office, told: Told) -> None:
    rid, op = clash(told, {TURNOVER: "6500000"}, {TURNOVER: "6200000"}, {})
    service = clerk(office)
    service.choose(op, rid, {TURNOVER: (STORED, "")})
    service.save(op, rid)
    office.clock.advance(11)
    [leaving] = office.store.outbox.next_batch(10, 1 << 20)
    done = OpAnswer(leaving.op, OpStatus.APPLIED, rev=told.known[rid].rev + 1)
    office.store.outbox.apply_answers([done], {})
    assert office.store.choices.of(op, person(CLERK)) == {}


def test_at_another_desk_it_is_seen_and_told_who_decides(office: Office, told: Told) -> None:
    rid = told.business("diajukan_kecamatan")
    op = new_id(told.office.clock)
    payload: dict[str, Any] = {
        "op": op, "set": {TURNOVER: "9130000"}, "was": {TURNOVER: "9100000"}, "reason": "held", "base_rev": 1,
        "by": person(CLERK), "by_name": CLERK, "at": iso(office.clock.now()),
    }  # fmt: skip
    told._link(rid, FeedKind.PROPOSAL, CLERK, payload, op)
    told.pull()
    view = seen(clerk(office).open(rid=rid))
    assert not view.may_settle
    assert "kecamatan" in view.elsewhere.lower()
    assert isinstance(clerk(office).save(op, rid), Refusal)
    verifier = ConflictService(office.sit("Fauzi Rahman", "admin_kecamatan", DISTRICT))
    theirs = seen(verifier.open(op))
    assert theirs.may_settle
    assert theirs.left_side.who.startswith(CLERK)
    assert theirs.units[0].item is None, "who may not type writes no value of his own"


def test_a_row_the_other_side_removed_is_offered_whole(office: Office, told: Told) -> None:
    rid = told.business("terpilah")
    fields = told.known[rid].fields
    row = next(path for path in fields if path.endswith("]"))
    cells = [path for path in fields if path.startswith(row + "/")]
    base = told.known[rid].rev
    told.edit(rid, OTHER, **dict.fromkeys([row, *cells], None))  # type: ignore[arg-type]
    op, cell = new_id(told.office.clock), cells[0]
    payload: dict[str, Any] = {
        "op": op, "set": {cell: "Kue lapis"}, "was": {cell: fields.get(cell)}, "reason": "conflict", "base_rev": base,
        "by": person(CLERK), "by_name": CLERK, "at": iso(told.office.clock.now()),
    }  # fmt: skip
    told._link(rid, FeedKind.PROPOSAL, CLERK, payload, op)
    told.pull()
    view = seen(clerk(office).open(op))
    [unit] = view.units
    assert unit.unit == row
    assert (unit.right, "Kue lapis" in unit.left) == ("belum ada", True)
    service = clerk(office)
    service.choose(op, rid, {row: (WAITING, "")})
    edit = sent(office, service.save(op, rid))
    assert edit.set == {f"@settled/{op}": "taken", cell: "Kue lapis"}, (
        "the server brings the rest of the row back"
    )


def test_settled_at_another_desk_the_mark_ends_on_this_laptop(office: Office, told: Told) -> None:
    rid, op = clash(told, {TURNOVER: "6500000"}, {TURNOVER: "6200000"}, {})
    service = clerk(office)
    assert office.store.counts().differing == 1
    told.edit(rid, OTHER, **{f"@settled/{op}": "kept"})
    told.pull()
    assert office.store.counts().differing == 0
    assert service.items() == ()
    assert service.open(op) is None
    refused = service.save(op, rid)
    assert isinstance(refused, Refusal)
    assert refused.code == "workflow.wrong_state"


def test_what_this_person_decides_comes_first_and_each_knows_its_neighbours(
    office: Office, told: Told
) -> None:
    first, _ = clash(told, {TURNOVER: "6500000"}, {TURNOVER: "6200000"}, {})
    second, _ = clash(told, {PHONE: "085100441208"}, {PHONE: "081349112030"}, {})
    service = clerk(office)
    one = seen(service.open(rid=first))
    assert (one.place, one.previous) == ("Data 1 dari 2", "")
    two = seen(service.open(one.next))
    assert (two.rid, two.place, two.previous, two.next) == (second, "Data 2 dari 2", one.key, "")
    chosen = seen(service.choose(two.key, second, {PHONE: (STORED, "")}))
    assert (chosen.place, chosen.left) == (two.place, 0)


def test_a_step_that_came_too_late_is_told_and_taken_note_of(office: Office, told: Told) -> None:
    rid = told.business("terpilah")
    told.pull()
    office.sit(CLERK, "admin_desa", VILLAGE)
    record = office.store.records.get(rid)
    assert record is not None
    op = Op(
        op=new_id(office.clock), vid=record.vid, rid=rid, kind=OpKind.TRANSITION, program=record.program,
        subject="record", form=record.form, form_v=record.form_v, by=person(CLERK), at=iso(office.clock.now()),
        command="ajukan_kecamatan", expect_state="terpilah", expect_rev=record.base_rev,
    )  # fmt: skip
    office.store.records.queue(op, "diajukan_kecamatan")
    office.store.outbox.next_batch(10, 1 << 20)
    late = OpAnswer(
        op.op,
        OpStatus.CONFLICT,
        rev=record.base_rev,
        code="op.stale_state",
        params={"state": "dikembalikan_desa"},
    )
    office.store.outbox.apply_answers([late], {})
    service = clerk(office)
    view = seen(service.open())
    assert (view.late, view.rid, view.units) == (True, rid, ())
    assert view.lead == "Langkah Anda datang terlambat."
    service.acknowledge(view.key, rid)
    assert service.open() is None
    assert office.store.counts().differing == 0
