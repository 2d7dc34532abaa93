"""Drafts are withdrawn one by one without a word; a village is not emptied silently, whatever a laptop sends."""

from __future__ import annotations

from sidumba_field.core.records import OpStatus
from sidumba_field.core.workflow.deleting import CEILING, FEW, MOST, is_beyond, is_mass
from tests.helpers.office import Office


def drafts(office: Office, count: int) -> list[str]:
    made = [office.imagine("draf") for _ in range(count)]
    office.put(made[0], *made[1:])
    return [record.rid for record in made]


def test_the_numbers_of_a_mass_deletion() -> None:
    assert not is_mass(MOST, 10_000)
    assert is_mass(MOST + 1, 10_000)
    assert not is_mass(FEW - 1, 4), "two tries in a new village are no raid"
    assert is_mass(FEW, 40)
    assert not is_mass(FEW, 60), "three of sixty are five in a hundred"
    assert is_beyond(CEILING + 1)
    assert not is_beyond(CEILING)


def test_a_few_drafts_need_no_word_and_many_need_a_reason(office: Office) -> None:
    rids = drafts(office, 300)
    for rid in rids[:MOST]:
        office.must(office.step("petugas", rid, "hapus"))
    refused = office.do(office.step("petugas", rids[MOST], "hapus"))
    assert (refused.st, refused.code) == (OpStatus.REJECTED, "op.mass_delete")
    assert refused.params == {"count": MOST + 1, "limit": MOST}
    assert office.stored(rids[MOST]).state == "draf"
    office.must(office.step("petugas", rids[MOST], "hapus", remark="Salah desa."))
    assert office.stored(rids[MOST]).state == "tidak_berlaku"


def test_a_share_of_a_small_village_is_a_mass_deletion_too(office: Office) -> None:
    rids = drafts(office, 40)
    for rid in rids[: FEW - 1]:
        office.must(office.step("petugas", rid, "hapus"))
    assert office.do(office.step("petugas", rids[FEW - 1], "hapus")).code == "op.mass_delete"


def test_nobody_empties_a_village_in_a_day_not_even_with_a_reason(office: Office) -> None:
    rids = drafts(office, CEILING + 10)
    for rid in rids[:CEILING]:
        office.must(office.step("petugas", rid, "hapus", remark="Data uji."))
    refused = office.do(office.step("petugas", rids[CEILING], "hapus", remark="Data uji."))
    assert (refused.code, refused.params["limit"]) == ("op.mass_delete", CEILING)
    office.clock.advance(25 * 3600)
    office.must(office.step("petugas", rids[CEILING], "hapus"))


def test_one_push_of_many_is_counted_op_by_op(office: Office) -> None:
    rids = drafts(office, 300)
    answers = office.send(*(office.step("petugas", rid, "hapus") for rid in rids[: MOST + 3]))
    assert [answer.st is OpStatus.APPLIED for answer in answers] == [True] * MOST + [False] * 3
    assert {answer.code for answer in answers[MOST:]} == {"op.mass_delete"}


def test_answers_of_another_laptop_are_not_deleted_unseen(office: Office) -> None:
    """Deleted here and edited there: the one who deletes looks again, and nothing of either is lost."""
    rid = office.new_id()
    office.must(office.edit("petugas", rid, {"nama": "Keripik"}))
    seen = office.stored(rid)
    office.must(office.edit("petugas", rid, {"nama": "Keripik Bu Siti"}, base=1))
    late = office.do(office.step("petugas", rid, "hapus", stored=seen))
    assert (late.st, late.code) == (OpStatus.CONFLICT, "op.stale_review")
    assert office.stored(rid).state == "draf"
    office.must(office.step("petugas", rid, "hapus"))


def test_an_edit_that_comes_after_a_deletion_waits_beside_the_record(office: Office) -> None:
    rid = office.new_id()
    office.must(office.edit("petugas", rid, {"nama": "Keripik"}))
    office.must(office.step("petugas", rid, "hapus"))
    late = office.do(office.edit("petugas", rid, {"nama": "Keripik Bu Siti"}, base=1))
    assert late.st is OpStatus.HELD
    with office.database.read() as work:
        kept = work.feed.history(rid)[-1].payload
    assert kept is not None
    assert kept["set"] == {"nama": "Keripik Bu Siti"}
