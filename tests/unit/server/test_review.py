"""Laws of review: a decision counts only when signed by the person's own key, on exactly what was seen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sidumba_field.core.ids import derived_id
from sidumba_field.core.records import FeedKind, OpKind, OpStatus
from sidumba_field.seal.signing import SigningKey
from tests.helpers.office import DESA, KABUPATEN, Office

SHA = "ab" * 32


def last_entry(office: Office, rid: str):
    with office.database.read() as work:
        return work.feed.history(rid)[-1]


def test_a_record_walks_the_whole_way_to_validation(office: Office) -> None:
    rid = office.new_id()
    office.must(office.edit("petugas", rid, {"nama": "Keripik"}))
    for by, command in (
        ("petugas", "serahkan"),
        ("admin_desa", "pilah_lengkap"),
        ("admin_desa", "ajukan_kecamatan"),
        ("admin_kecamatan", "verifikasi"),
        ("admin_kecamatan", "ajukan_kabupaten"),
        ("verifikator_kabupaten", "validasi"),
    ):
        office.must(office.step(by, rid, command))
    record = office.stored(rid)
    assert (record.state, record.rev) == ("tervalidasi", 7)
    with office.database.read() as work:
        kinds = [e.kind for e in work.feed.history(rid)]
    assert kinds == [FeedKind.EDIT] + [FeedKind.TRANSITION] * 6


def test_without_the_persons_own_key_nothing_is_decided(office: Office) -> None:
    record = office.at_state("diajukan_kecamatan")
    op = office.step("admin_kecamatan", record.rid, "verifikasi")
    forged = op.with_(sig=SigningKey.generate().sign(op.decision_bytes()))
    others = op.with_(sig=office.people["kepala_dinas"].key.sign(op.decision_bytes()))
    for wrong in (forged, others, op.with_(sig=""), op.with_(sig="ab"), op.with_(remark="lain")):
        answer = office.do(wrong.with_(op=wrong.op if wrong.remark else office.new_id()))
        assert (answer.st, answer.code) == (OpStatus.REJECTED, "op.bad_signature")
    assert office.stored(record.rid).state == "diajukan_kecamatan"


def test_a_decision_on_other_content_than_stored_is_stale(office: Office) -> None:
    record = office.at_state("diajukan_kecamatan")
    for seen in ({"expect_rev": 9}, {"content_sha256": "0" * 64}):
        answer = office.do(office.step("admin_kecamatan", record.rid, "verifikasi", **seen))
        assert (answer.st, answer.code) == (OpStatus.CONFLICT, "op.stale_review")
    assert office.stored(record.rid).rev == 1


def test_of_two_decisions_the_second_hears_that_it_came_late(office: Office) -> None:
    record = office.at_state("diajukan_kecamatan")
    first = office.step("admin_kecamatan", record.rid, "verifikasi")
    second = office.step("admin_kecamatan", record.rid, "kembalikan", remark="Foto buram")
    office.must(first)
    answer = office.do(second)
    assert (answer.st, answer.code) == (OpStatus.CONFLICT, "op.stale_state")
    assert answer.params["state"] == "terverifikasi_kecamatan"


def test_nobody_decides_on_what_he_entered(office: Office) -> None:
    record = office.at_state("diajukan_kecamatan", authors=("petugas", "admin_kecamatan"))
    answer = office.do(office.step("admin_kecamatan", record.rid, "verifikasi"))
    assert (answer.code, answer.params["guard"]) == ("op.guard", "not_author")


def test_content_is_judged_on_the_server(office: Office) -> None:
    wrong = office.at_state("draf", fields={"nama": "A", "salah": "x"})
    answer = office.do(office.step("petugas", wrong.rid, "serahkan"))
    assert (answer.code, answer.params["guard"]) == ("op.guard", "no_violations")
    odd = office.at_state("terpilah", fields={"nama": "A", "ragu": "x"})
    answer = office.do(office.step("admin_desa", odd.rid, "ajukan_kecamatan"))
    assert answer.params["guard"] == "warnings_explained"
    office.must(office.edit("admin_desa", odd.rid, {"@reason/ragu": "Sudah ditanyakan"}, base=1))
    office.must(office.step("admin_desa", odd.rid, "ajukan_kecamatan"))


def test_words_of_the_program_itself_guard_too(office: Office) -> None:
    record = office.at_state("diajukan_kabupaten", fields={"nama": "A", "kbli_coded": "tidak"})
    answer = office.do(office.step("verifikator_kabupaten", record.rid, "validasi"))
    assert answer.params["guard"] == "kbli_coded"


def test_a_return_carries_numbered_remarks_and_a_forward_step_clears_them(office: Office) -> None:
    record = office.at_state("diajukan_kecamatan", fields={"nama": "A", "omzet": "9"})
    texts = {"omzet": "Terlalu besar", "nama": "Salah tulis"}
    op = office.step("admin_kecamatan", record.rid, "kembalikan", remark="Perbaiki", remarks=texts)
    office.must(op)
    back = office.stored(record.rid)
    assert [(r.id, r.path, r.text) for r in back.remarks] == [
        (f"{op.op}.0", "", "Perbaiki"),
        (f"{op.op}.1", "nama", "Salah tulis"),
        (f"{op.op}.2", "omzet", "Terlalu besar"),
    ]
    assert {r.rev for r in back.remarks} == {2}
    again = office.step("admin_desa", record.rid, "ajukan_kecamatan")
    assert office.do(again).params["guard"] == "remarks_answered"
    change = {"omzet": "8", "nama": "B", f"@answer/{op.op}.0": "Sudah"}
    office.must(office.edit("admin_desa", record.rid, change, base=2))
    office.must(office.step("admin_desa", record.rid, "ajukan_kecamatan"))
    assert office.stored(record.rid).remarks == ()


def test_a_return_without_a_word_is_refused(office: Office) -> None:
    record = office.at_state("diajukan_kecamatan")
    answer = office.do(office.step("admin_kecamatan", record.rid, "kembalikan"))
    assert (answer.st, answer.code) == (OpStatus.REJECTED, "op.remark_required")


def test_the_assignee_of_a_return_becomes_its_owner(office: Office) -> None:
    two = office.hire("petugas_dua", "petugas", DESA)
    record = office.at_state("dikembalikan_desa", owner="admin_desa")
    op = office.step("admin_desa", record.rid, "teruskan_petugas", remark="Tolong", assignee=two.id)
    office.must(op)
    assert office.stored(record.rid).owner == two.id
    office.must(office.edit("petugas_dua", record.rid, {"nama": "B"}, base=2))
    stranger = office.at_state("dikembalikan_desa")
    op = office.step("admin_desa", stranger.rid, "teruskan_petugas", remark="x", assignee="siapa")
    assert office.do(op).code == "op.malformed"


def test_a_withdrawn_draft_is_a_tombstone_and_stays_in_the_story(office: Office) -> None:
    record = office.at_state("draf")
    office.must(office.step("petugas", record.rid, "hapus"))
    assert office.stored(record.rid).state == "tidak_berlaku"
    assert last_entry(office, record.rid).kind is FeedKind.TOMBSTONE
    late = office.do(office.edit("petugas", record.rid, {"nama": "B"}, base=1))
    assert late.st is OpStatus.HELD


def test_a_tombstone_cannot_carry_another_command(office: Office) -> None:
    record = office.at_state("diajukan_kecamatan")
    op = office.step("admin_kecamatan", record.rid, "verifikasi").with_(kind=OpKind.TOMBSTONE)
    assert office.do(op).code == "op.malformed"


def test_files_must_be_whole_before_a_record_is_verified(office: Office) -> None:
    rid = office.new_id()
    name = f"{SHA}.jpg"
    office.must(office.edit("petugas", rid, {"nama": "A", "foto": name}))
    for by, command in (
        ("petugas", "serahkan"),
        ("admin_desa", "pilah_lengkap"),
        ("admin_desa", "ajukan_kecamatan"),
    ):
        office.must(office.step(by, rid, command))
    answer = office.do(office.step("admin_kecamatan", rid, "verifikasi"))
    assert answer.params["guard"] == "attachments_complete"
    office.service.file_whole(SHA, 17)
    office.service.file_whole(SHA, 17)
    told = last_entry(office, rid)
    assert (told.kind, told.rev, told.actor) == (FeedKind.FILE, 4, "server")
    assert told.payload == {"name": name, "sha": SHA, "size": 17}
    office.must(office.step("admin_kecamatan", rid, "verifikasi"))


def test_a_file_that_was_here_first_is_told_when_it_is_linked(office: Office) -> None:
    office.service.file_whole(SHA, 17)
    rid = office.new_id()
    office.must(office.edit("petugas", rid, {"foto": f"{SHA}.jpg"}))
    assert last_entry(office, rid).kind is FeedKind.FILE


def test_an_acting_official_decides_within_his_days_and_both_names_are_kept(office: Office) -> None:
    head = office.people["kepala_dinas"]
    bounds = {"valid_from": "2026-11-01T00:00:00.000Z", "valid_to": "2026-11-30T00:00:00.000Z"}
    office.hire("plt", "verifikator_kabupaten", KABUPATEN, acting_for=head.id, **bounds)
    record = office.at_state("diajukan_kabupaten")
    office.must(office.step("plt", record.rid, "validasi"))
    payload = last_entry(office, record.rid).payload
    assert payload is not None
    assert (payload["acting_for"], payload["by_name"]) == (head.id, "Plt")
    late = office.at_state("diajukan_kabupaten")
    op = office.step("plt", late.rid, "validasi")
    office.clock.advance(30 * 86_400)
    assert office.do(op).code == "op.wrong_role"


def test_somebody_who_left_decides_nothing(office: Office) -> None:
    record = office.at_state("diajukan_kabupaten")
    op = office.step("verifikator_kabupaten", record.rid, "validasi")
    with office.database.write() as work:
        work.people.set_active(office.people["verifikator_kabupaten"].id, False)
    assert office.do(op).code == "op.wrong_role"


def test_a_period_is_opened_once_under_its_signed_label(office: Office) -> None:
    first = office.open_period()
    office.must(first)
    assert office.stored(first.rid).fields == {"label": "2026"}
    assert office.do(office.open_period()).code == "op.not_allowed"
    other = office.open_period("2027").with_(set={"label": "2028"})
    assert office.do(other).code == "op.bad_signature"
    signed = office.signed(other.with_(op=office.new_id()), "verifikator_kabupaten")
    assert office.do(signed).code == "op.stale_review"
    rid = office.new_id()
    office.must(office.edit("petugas", rid, {"nama": "A"}))
    assert office.stored(rid).period == "2026"
    office.must(office.edit("petugas", rid2 := office.new_id(), {"nama": "A", "@period": "2025"}))
    assert office.stored(rid2).period == "2025"


def test_a_step_on_nothing_is_refused(office: Office) -> None:
    op = office.step("admin_kecamatan", office.new_id(), "verifikasi", expect_state="diajukan_kecamatan")
    assert office.do(op).code == "op.unknown_record"


def test_the_record_rebuilt_from_its_entries_equals_the_stored_one(office: Office) -> None:
    """What a laptop does with the feed leads to the content the server holds."""
    from sidumba_field.core.merge import apply

    rid = office.new_id()
    office.must(office.edit("petugas", rid, {"nama": "A", "produk[r1]": "1", "produk[r1]/n": "x"}))
    office.must(office.edit("petugas", rid, {"nama": "B", "produk[r1]": None}, base=1))
    office.must(office.step("petugas", rid, "serahkan"))
    fields: dict[str, str] = {}
    with office.database.read() as work:
        for entry in work.feed.history(rid):
            assert entry.payload is not None
            if entry.kind is FeedKind.EDIT:
                fields = apply(fields, entry.payload["set"])
    stored = office.stored(rid)
    assert replace(stored, fields=fields).content_sha256 == stored.content_sha256


@pytest.mark.parametrize("member", ["vid", "program", "subject"])
def test_a_step_that_claims_another_place_than_stored_is_refused(office: Office, member: str) -> None:
    record = office.at_state("diajukan_kecamatan")
    wrong = {"vid": derived_id("scope", "sidumba", "63.11.02"), "program": "lain", "subject": "period"}
    op = office.step("admin_kecamatan", record.rid, "verifikasi", **{member: wrong[member]})
    assert office.do(op).st is OpStatus.REJECTED
    assert office.stored(record.rid).state == "diajukan_kecamatan"
