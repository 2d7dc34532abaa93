"""A remark on a desk that may not type is answered in words; nothing else travels along, nobody becomes an author."""

from __future__ import annotations

import pytest

from sidumba_field.core.records import OpStatus, Record, Remark
from tests.helpers.office import Office

REMARK = Remark("r1:0", "omzet", "Mohon dicek.", "", "", "", 1)


def returned(office: Office) -> Record:
    return office.at_state("dikembalikan_kecamatan", remarks=(REMARK,))


def test_the_desk_it_came_back_to_answers_and_verifies(office: Office) -> None:
    record = returned(office)
    refused = office.do(office.step("admin_kecamatan", record.rid, "verifikasi"))
    assert refused.params.get("guard") == "remarks_answered"
    office.must(office.edit("admin_kecamatan", record.rid, {"@answer/r1:0": "Sudah ditanyakan."}, record.rev))
    after = office.stored(record.rid)
    assert after.fields["@answer/r1:0"] == "Sudah ditanyakan."
    assert after.authors == record.authors, "an answer to a remark is no content of the record"
    office.must(office.step("admin_kecamatan", record.rid, "verifikasi"))
    assert office.stored(record.rid).state == "terverifikasi_kecamatan"


@pytest.mark.parametrize(
    ("by", "change", "code"),
    [
        ("verifikator_kabupaten", {"@answer/r1:0": "Sudah."}, "op.wrong_role"),
        ("petugas", {"@answer/r1:0": "Sudah."}, "op.wrong_role"),
        ("admin_kecamatan", {"@answer/r9:9": "Sudah."}, "op.malformed"),
        ("admin_kecamatan", {"@answer/r1:0": "  "}, "op.malformed"),
        ("admin_kecamatan", {"@answer/r1:0": None}, "op.malformed"),
        ("admin_kecamatan", {"@answer/r1:0": "x" * 2_001}, "op.malformed"),
        ("admin_kecamatan", {"@answer/r1:0": "Sudah.", "omzet": "1"}, "op.wrong_role"),
    ],
)
def test_nobody_else_and_nothing_else(
    office: Office, by: str, change: dict[str, str | None], code: str
) -> None:
    record = returned(office)
    answer = office.do(office.edit(by, record.rid, change, record.rev))
    assert (answer.st, answer.code) == (OpStatus.REJECTED, code)
    assert office.stored(record.rid) == record


def test_the_reason_of_a_last_step_asks_nobody_for_an_answer(office: Office) -> None:
    record = office.at_state("diserahkan")
    office.must(office.step("admin_desa", record.rid, "pilah_ganda", remark="Sama dengan nomor 12."))
    after = office.stored(record.rid)
    assert (after.state, after.remarks) == ("tidak_berlaku", ())
