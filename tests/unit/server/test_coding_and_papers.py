"""Laws of what a step writes by itself, of scans beside a batch, of sums and of places; and of whoever forges them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sidumba_field.core.records import OpStatus, Record
from sidumba_field.core.workflow.content import paper_fault
from tests.helpers.office import DESA, DESA_2, KABUPATEN, KECAMATAN, Office

SHA = "ab" * 32
PAPER = {
    "@signed/lembar": f"{SHA}.pdf",
    "@signed_by/lembar": "Drs. H. Rahmat",
    "@signed_at/lembar": "2026-11-20",
}


# ------------------------------------------------------------------------------------------------ codes with a step


def test_a_verifier_codes_with_the_step_that_validates(office: Office) -> None:
    record = office.at_state("diajukan_kabupaten", fields={"nama": "Keripik", "kbli_coded": "ya"})
    op = office.step("verifikator_kabupaten", record.rid, "validasi", set={"kbli": "10794"})
    office.must(op)
    after = office.stored(record.rid)
    assert (after.state, after.fields["kbli"], after.field_revs["kbli"]) == ("tervalidasi", "10794", 2)
    assert after.authors == record.authors
    with office.database.read() as work:
        payload = work.feed.history(record.rid)[-1].payload
    assert payload is not None
    assert payload["set"] == {"kbli": "10794"}


def test_guards_look_at_the_content_as_the_step_leaves_it(office: Office) -> None:
    office.rules.step_fields = lambda command: frozenset({"kbli_coded", "salah"})  # type: ignore[method-assign]
    record = office.at_state("diajukan_kabupaten", fields={"nama": "A", "kbli_coded": "tidak"})
    plain = office.do(office.step("verifikator_kabupaten", record.rid, "validasi"))
    assert plain.params["guard"] == "kbli_coded"
    wrong = office.step(
        "verifikator_kabupaten", record.rid, "validasi", set={"kbli_coded": "ya", "salah": "x"}
    )
    assert office.do(wrong).params["guard"] == "no_violations"
    office.must(office.step("verifikator_kabupaten", record.rid, "validasi", set={"kbli_coded": "ya"}))


@pytest.mark.parametrize("change", [{"nama": "Emas"}, {"kbli": "1", "omzet": "9"}, {"@reason/kbli": "x"}])
def test_a_step_writes_nothing_else(office: Office, change: dict[str, str]) -> None:
    record = office.at_state("diajukan_kabupaten")
    answer = office.do(office.step("verifikator_kabupaten", record.rid, "validasi", set=change))
    assert (answer.st, answer.code) == (OpStatus.REJECTED, "op.malformed")
    assert office.stored(record.rid) == record


def test_a_step_without_such_fields_writes_nothing(office: Office) -> None:
    record = office.at_state("diajukan_kecamatan")
    op = office.step("admin_kecamatan", record.rid, "verifikasi", set={"kbli": "10794"})
    assert office.do(op).code == "op.malformed"


def test_the_code_is_part_of_what_was_signed(office: Office) -> None:
    record = office.at_state("diajukan_kabupaten")
    op = office.step("verifikator_kabupaten", record.rid, "validasi", set={"kbli": "10794"})
    assert office.do(op.with_(set={"kbli": "47111"})).code == "op.bad_signature"
    assert office.do(op.with_(op=op.op, set={})).code in ("op.bad_signature", "op.id_reused")


def test_what_was_seen_is_compared_before_the_code_goes_in(office: Office) -> None:
    record = office.at_state("diajukan_kabupaten")
    seen = replace(record, fields={**record.fields, "kbli": "10794"})
    op = office.step("verifikator_kabupaten", record.rid, "validasi", seen, set={"kbli": "10794"})
    assert office.do(op).code == "op.stale_review"


# ------------------------------------------------------------------------------------------------ scans of papers


def batch_in(office: Office, state: str = "disahkan") -> Record:
    fields = {"period": "2026", "unit": KECAMATAN, "members": "[]", "digest": SHA}
    return office.at_state(
        state,
        "verifikator_kabupaten",
        subject="batch",
        form="",
        form_v="",
        vid=office.vid(KECAMATAN),
        fields=fields,
    )


def lay(office: Office, by: str, batch: Record, **change: Any) -> Any:
    given = {"vid": batch.vid, "subject": batch.subject, "form": "", "form_v": ""}
    return office.edit(by, batch.rid, {**PAPER, **change}, base=batch.rev, **given)


@pytest.mark.parametrize("by", ["kepala_dinas", "verifikator_kabupaten"])
def test_a_signed_paper_is_laid_beside_its_batch(office: Office, by: str) -> None:
    batch = batch_in(office)
    office.must(lay(office, by, batch))
    after = office.stored(batch.rid)
    assert {path: after.fields[path] for path in PAPER} == PAPER
    assert (after.state, after.rev, after.authors) == (batch.state, 2, batch.authors)
    office.service.file_whole(SHA, 9)
    with office.database.read() as work:
        assert [entry.kind.value for entry in work.feed.history(batch.rid)] == ["edit", "file"]


@pytest.mark.parametrize(
    ("by", "state", "code"),
    [
        ("petugas", "disahkan", "op.outside_area"),
        ("admin_desa", "disahkan", "op.outside_area"),
        ("admin_kecamatan", "disahkan", "op.wrong_role"),
        ("operator_server", "disahkan", "op.wrong_role"),
        ("kepala_dinas", "dilaporkan", "op.not_allowed"),
        ("verifikator_kabupaten", "tervalidasi", "op.not_allowed"),
    ],
)
def test_papers_are_laid_by_those_who_take_steps_once_it_is_decided(
    office: Office, by: str, state: str, code: str
) -> None:
    batch = batch_in(office, state)
    answer = office.do(lay(office, by, batch))
    assert (answer.st, answer.code) == (OpStatus.REJECTED, code)
    assert office.stored(batch.rid) == batch


@pytest.mark.parametrize(
    "bent",
    [
        {"@signed/lembar": "lembar.pdf"},
        {"@signed/lembar": f"{SHA}.exe"},
        {"@signed/lembar": None},
        {"@signed_by/lembar": " "},
        {"@signed_by/lembar": "x" * 201},
        {"@signed_at/lembar": "kemarin"},
        {"@signed_at/lembar": "2026-02-30"},
        {"digest": "0" * 64},
        {"members": "[]"},
        {"decided_at": "2026-11-21T00:00:00.000Z"},
        {"@signed/surat": f"{SHA}.pdf"},
    ],
)
def test_nothing_but_a_whole_signed_paper_goes_beside_a_batch(office: Office, bent: dict[str, Any]) -> None:
    batch = batch_in(office)
    answer = office.do(lay(office, "kepala_dinas", batch, **bent))
    assert (answer.st, answer.code) == (OpStatus.REJECTED, "op.malformed")
    assert office.stored(batch.rid) == batch


def test_a_paper_does_not_lengthen_the_day_for_withdrawing(office: Office) -> None:
    batch = signed_off(office)
    office.clock.advance(23 * 3600)
    office.must(lay(office, "kepala_dinas", office.stored(batch.rid)))
    office.clock.advance(2 * 3600)
    answer = office.do(office.step("kepala_dinas", batch.rid, "batal_sahkan", remark="Keliru"))
    assert answer.params["guard"] == "within_24h"


def signed_off(office: Office) -> Record:
    """A batch with one member, reported and signed off through the service."""
    member = office.at_state("tervalidasi")
    report = office.batch("verifikator_kabupaten", "laporkan", [member.rid])
    office.must(report)
    office.must(office.step("kepala_dinas", report.rid, "sahkan"))
    return office.stored(report.rid)


def test_withdrawing_a_sign_off_takes_its_paper_off_and_unlocks_exactly_its_batch(office: Office) -> None:
    batch = signed_off(office)
    other = office.at_state("disahkan")
    office.must(lay(office, "kepala_dinas", batch))
    office.must(office.step("kepala_dinas", batch.rid, "batal_sahkan", remark="Keliru"))
    after = office.stored(batch.rid)
    assert (after.state, set(PAPER) & set(after.fields)) == ("dilaporkan", set())
    assert office.stored(other.rid) == other
    with office.database.read() as work:
        assert work.files.mentions(SHA) == []
    office.must(office.step("kepala_dinas", batch.rid, "kembalikan_kabupaten", remark="Periksa lagi"))


def test_a_fault_in_a_paper_is_named() -> None:
    assert paper_fault({"lembar"}, PAPER) == ""
    assert paper_fault({"lembar"}, {}) != ""
    assert paper_fault(set(), PAPER) == "@signed/lembar"
    assert paper_fault({"lembar"}, {**PAPER, "@signed_at/lembar": "2026-11-20T00"}) == "@signed_at/lembar"
    assert paper_fault({"lembar"}, {**PAPER, "x/lembar": "1"}) == "x/lembar"


# ------------------------------------------------------------------------------------------------ batches of a level


@pytest.mark.parametrize("unit", [DESA, KABUPATEN])
def test_a_batch_is_gathered_at_its_level_alone(office: Office, unit: str) -> None:
    member = office.at_state("tervalidasi")
    op = office.batch("verifikator_kabupaten", "laporkan", [member.rid], vid=office.vid(unit))
    assert office.do(op).code == "op.outside_area"
    assert office.stored(member.rid) == member


def test_a_batch_step_writes_nothing_by_itself(office: Office) -> None:
    member = office.at_state("tervalidasi")
    op = office.batch("verifikator_kabupaten", "laporkan", [member.rid], set={"digest": SHA})
    assert office.do(op).code == "op.malformed"


# ------------------------------------------------------------------------------------------------ sums and places


def test_a_forged_sum_is_put_right_and_the_answer_says_so(office: Office) -> None:
    rid = office.new_id()
    answer = office.must(office.edit("petugas", rid, {"angka": "12", "hitung": "9"}))
    assert (answer.st, answer.code, answer.params["paths"]) == (OpStatus.APPLIED, "op.corrected", "hitung")
    assert office.stored(rid).fields == {"angka": "12", "hitung": "1212"}
    again = office.must(office.edit("petugas", rid, {"hitung": "1"}, base=1))
    assert again.code == "op.corrected"
    assert office.stored(rid).fields["hitung"] == "1212"


def test_a_right_sum_passes_without_a_word(office: Office) -> None:
    rid = office.new_id()
    assert office.must(office.edit("petugas", rid, {"angka": "1", "hitung": "11"})).code == ""
    assert office.must(office.edit("petugas", rid, {"angka": "2", "hitung": "22"}, base=1)).code == ""
    assert office.must(office.edit("petugas", rid, {"angka": None, "hitung": None}, base=2)).code == ""
    assert office.stored(rid).fields == {}


def test_sums_of_two_laptops_never_clash(office: Office) -> None:
    rid = office.new_id()
    office.must(office.edit("petugas", rid, {"nama": "A", "angka": "1", "hitung": "11"}))
    office.must(office.edit("petugas", rid, {"angka": "3", "hitung": "33"}, base=1))
    answer = office.do(office.edit("petugas", rid, {"nama": "B", "hitung": "77"}, base=1))
    assert (answer.st, answer.conflicts) == (OpStatus.MERGED, ())
    assert office.stored(rid).fields == {"nama": "B", "angka": "3", "hitung": "33"}


def test_the_feed_tells_the_right_sum(office: Office) -> None:
    rid = office.new_id()
    office.must(office.edit("petugas", rid, {"angka": "1", "hitung": "5"}))
    with office.database.read() as work:
        payload = work.feed.history(rid)[-1].payload
    assert payload is not None
    assert payload["set"] == {"angka": "1", "hitung": "11"}


@pytest.mark.parametrize("place", [DESA_2, "63.11.02", "99.99.99.9999", "63.11.02.20051"])
def test_a_place_outside_the_records_unit_is_refused(office: Office, place: str) -> None:
    rid = office.new_id()
    answer = office.do(office.edit("petugas", rid, {"desa": place}))
    assert (answer.st, answer.code) == (OpStatus.REJECTED, "op.foreign_place")
    assert office.record(rid) is None
    office.must(office.edit("petugas", rid, {"desa": DESA}))
    assert office.do(office.edit("petugas", rid, {"desa": place}, base=1)).code == "op.foreign_place"
    assert office.stored(rid).fields == {"desa": DESA}


def test_a_returned_record_goes_to_somebody_who_can_correct_it(office: Office) -> None:
    typed = office.at_state("dikembalikan_desa", "admin_desa")
    alone = office.step("admin_desa", typed.rid, "teruskan_petugas", remark="Lengkapi")
    assert office.do(alone).code == "op.assignee_missing"
    who = office.people["petugas"].id
    office.must(office.step("admin_desa", typed.rid, "teruskan_petugas", remark="Lengkapi", assignee=who))
    assert office.stored(typed.rid).owner == who
    his = office.at_state("dikembalikan_desa", "petugas")
    office.must(office.step("admin_desa", his.rid, "teruskan_petugas", remark="Lengkapi"))
