"""Laws of batches: all members move or none, and what is signed is exactly what was gathered."""

from __future__ import annotations

import json

import pytest

from sidumba_field.core.records import FeedKind, Op, OpStatus, members_digest
from tests.helpers.office import DESA_2, KECAMATAN, Office


@pytest.fixture
def validated(office: Office) -> list[str]:
    """Three validated records in two villages."""
    rids = [office.at_state("tervalidasi", fields={"nama": name}).rid for name in ("A", "B")]
    return [*rids, office.at_state("tervalidasi", vid=office.vid(DESA_2)).rid]


def reported(office: Office, rids: list[str]) -> Op:
    op = office.batch("verifikator_kabupaten", "laporkan", rids)
    office.must(op)
    return op


def test_reporting_freezes_the_digest_and_moves_every_member(office: Office, validated: list[str]) -> None:
    op = reported(office, validated)
    batch = office.stored(op.rid)
    assert (batch.state, batch.rev, batch.subject) == ("dilaporkan", 1, "batch")
    assert batch.fields["digest"] == members_digest(op.members)
    assert [m["rid"] for m in json.loads(batch.fields["members"])] == sorted(validated)
    assert (batch.fields["period"], batch.fields["unit"]) == ("2026", KECAMATAN)
    for rid in validated:
        assert office.stored(rid).state == "dilaporkan"
        with office.database.read() as work:
            entry = work.feed.history(rid)[-1]
        assert (entry.kind, entry.op, entry.rev) == (FeedKind.TRANSITION, op.op, 2)
        assert entry.payload is not None
        assert entry.payload["batch"] == op.rid


def test_a_batch_holds_all_that_is_validated_or_is_refused(office: Office, validated: list[str]) -> None:
    answer = office.do(office.batch("verifikator_kabupaten", "laporkan", validated[:2]))
    assert answer.params["guard"] == "all_in_batch"
    assert office.stored(validated[0]).state == "tervalidasi"


def test_other_content_than_listed_is_a_mismatch(office: Office, validated: list[str]) -> None:
    op = office.batch("verifikator_kabupaten", "laporkan", validated)
    members = tuple({**m, "sha": "0" * 64} if m["rid"] == validated[1] else m for m in op.members)
    wrong = office.signed(op.with_(members=members), "verifikator_kabupaten")
    answer = office.do(wrong)
    assert (answer.st, answer.code, answer.params["rid"]) == (
        OpStatus.CONFLICT,
        "op.batch_mismatch",
        validated[1],
    )


def test_a_member_outside_the_kecamatan_or_of_another_period_is_a_mismatch(office: Office) -> None:
    inside = office.at_state("tervalidasi")
    outside = office.at_state("tervalidasi", vid=office.vid("63.11"))
    op = office.batch("verifikator_kabupaten", "laporkan", [inside.rid, outside.rid])
    assert office.do(op).code == "op.batch_mismatch"


def test_sign_off_names_the_batch_as_seen_and_reaches_every_member(
    office: Office, validated: list[str]
) -> None:
    op = reported(office, validated)
    stale = office.step("kepala_dinas", op.rid, "sahkan", content_sha256="0" * 64)
    assert office.do(stale).code == "op.stale_review"
    office.must(office.step("kepala_dinas", op.rid, "sahkan"))
    assert office.stored(op.rid).state == "disahkan"
    assert {office.stored(rid).state for rid in validated} == {"disahkan"}


def test_a_sign_off_is_withdrawn_within_a_day_and_not_later(office: Office, validated: list[str]) -> None:
    op = reported(office, validated)
    office.must(office.step("kepala_dinas", op.rid, "sahkan"))
    office.clock.advance(23 * 3600)
    office.must(office.step("kepala_dinas", op.rid, "batal_sahkan", remark="Keliru"))
    assert office.stored(validated[0]).state == "dilaporkan"
    office.must(office.step("kepala_dinas", op.rid, "sahkan"))
    office.clock.advance(25 * 3600)
    late = office.do(office.step("kepala_dinas", op.rid, "batal_sahkan", remark="Keliru"))
    assert late.params["guard"] == "within_24h"


def test_a_returned_batch_is_gathered_anew_under_its_own_id(office: Office, validated: list[str]) -> None:
    op = reported(office, validated)
    office.must(office.step("kepala_dinas", op.rid, "kembalikan_kabupaten", remark="Periksa lagi"))
    assert {office.stored(rid).state for rid in validated} == {"tervalidasi"}
    one_more = office.at_state("tervalidasi")
    again = office.batch("verifikator_kabupaten", "laporkan", [*validated, one_more.rid], rid=op.rid)
    office.must(again)
    assert len(json.loads(office.stored(op.rid).fields["members"])) == 4


def test_a_batch_is_not_gathered_anew_for_another_period(office: Office, validated: list[str]) -> None:
    op = reported(office, validated)
    office.must(office.step("kepala_dinas", op.rid, "kembalikan_kabupaten", remark="Periksa lagi"))
    other = office.at_state("tervalidasi", period="2027")
    again = office.batch("verifikator_kabupaten", "laporkan", [other.rid], rid=op.rid)
    assert office.do(again).code == "op.batch_mismatch"
    assert office.stored(other.rid).state == "tervalidasi"


def test_a_batch_with_an_erased_member_is_not_signed_but_can_be_sent_back(
    office: Office, validated: list[str]
) -> None:
    op = reported(office, validated)
    assert office.service.erase(op.rid, "permintaan") is None, "a batch holds nobody's answers"
    office.service.erase(validated[0], "permintaan")
    answer = office.do(office.step("kepala_dinas", op.rid, "sahkan"))
    assert (answer.code, answer.params["rid"]) == ("op.batch_mismatch", validated[0])
    office.must(office.step("kepala_dinas", op.rid, "kembalikan_kabupaten", remark="Satu berkas dihapus"))
    office.must(office.batch("verifikator_kabupaten", "laporkan", validated, rid=op.rid))
    office.must(office.step("kepala_dinas", op.rid, "sahkan"))


def test_nobody_signs_off_what_he_entered(office: Office) -> None:
    rid = office.at_state("tervalidasi", authors=("petugas", "kepala_dinas")).rid
    op = reported(office, [rid])
    answer = office.do(office.step("kepala_dinas", op.rid, "sahkan"))
    assert answer.params["guard"] == "not_author"


def test_a_batch_is_not_born_out_of_its_middle(office: Office, validated: list[str]) -> None:
    reported(office, validated)
    op = office.batch("kepala_dinas", "sahkan", validated, expect_state="dilaporkan")
    assert office.do(op).code == "op.unknown_record"


def test_a_period_closes_when_what_is_unsigned_is_named(office: Office, validated: list[str]) -> None:
    period = office.open_period()
    office.must(period)
    by = "verifikator_kabupaten"
    assert office.do(office.step(by, period.rid, "tutup")).params["guard"] == "all_batches_signed_or_listed"
    listed = office.batch(by, "laporkan", validated).members
    office.must(office.step(by, period.rid, "tutup", members=listed))
    assert office.stored(period.rid).state == "ditutup"
    backup = office.step("operator_server", period.rid, "cadangkan")
    assert office.do(backup).params["guard"] == "restore_proven"
