"""The verifier's desk without a window: what waits, what changed, deciding on exactly what was seen, and batches."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.records import OpAnswer, OpKind, OpStatus, OutboxState
from sidumba_field.core.time import iso
from sidumba_field.seal.signing import verify
from sidumba_field.services.boards.home import HomeService
from sidumba_field.services.entry.service import EntryService
from sidumba_field.services.review.service import ReviewService
from sidumba_field.services.subjects import UNDO_SECONDS
from sidumba_field.services.views import Decided, Refusal
from tests.helpers.chairs import decide, end_lease, refused, regency, taken, verifier, village_admin
from tests.helpers.desk import Office
from tests.helpers.told import DISTRICT, REGENCY, Told, person

NEXT_VILLAGE = "63.11.02.2002"
TURNOVER = "usaha/omzet"


def waiting(told: Told) -> str:
    rid = told.business("diajukan_kecamatan")
    told.pull()
    return rid


# ---- the queue -------------------------------------------------------------------------------------------------------


def test_what_waits_longest_stands_first(office: Office, told: Told) -> None:
    rids = [told.business("diajukan_kecamatan", answers={"usaha/nama": f"Warung {n}"}) for n in range(3)]
    told.pull()
    queue = verifier(office).queue()
    assert [row.rid for row in queue.rows] == rids
    assert [row.title for row in queue.rows] == ["Warung 0", "Warung 1", "Warung 2"]
    assert queue.rows[0].subtitle == "Desa Halong"
    assert queue.count_text == "3 antre"


def test_the_queue_is_asked_for_by_order_and_by_village(office: Office, told: Told) -> None:
    names = ("Kopi Ani", "Warung Budi", "Kopi Ani")
    rids = [told.business("diajukan_kecamatan", answers={"usaha/nama": name}) for name in names]
    told.pull()
    review = verifier(office)
    twins = {row.rid: row.duplicates for row in review.queue().rows}
    assert twins[rids[0]] == twins[rids[2]] == max(twins.values()) > 0
    assert [row.rid for row in review.queue("newest").rows] == rids[::-1]
    doubles = [row.duplicates > 0 for row in review.queue("twins").rows]
    assert doubles == sorted(doubles, reverse=True)
    [here] = review.queue().units
    assert here.count == 3
    assert [row.rid for row in review.queue(unit=here.unit).rows] == rids
    elsewhere = review.queue(unit=NEXT_VILLAGE)
    assert (elsewhere.rows, elsewhere.more) == ((), 0)
    assert {one.unit: one.count for one in elsewhere.units} == {NEXT_VILLAGE: 0, here.unit: 3}


def test_the_oldest_is_never_pushed_off_a_long_queue(
    office: Office, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sidumba_field.services.review.service.PAGE", 2)
    rids = [told.business("diajukan_kecamatan") for _ in range(5)]
    told.pull()
    queue = verifier(office).queue()
    assert [row.rid for row in queue.rows] == rids[:2]
    assert (queue.count_text, queue.more) == ("5 antre", 3)


def test_a_selection_is_verified_in_its_own_order_however_long_the_queue_is(
    office: Office, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sidumba_field.services.review.service.PAGE", 2)
    rids = [told.business("diajukan_kecamatan") for _ in range(7)]
    elsewhere = told.business("draf")
    told.pull()
    review = verifier(office)
    chosen = (rids[6], elsewhere, rids[3], rids[5], rids[0])
    queue = review.queue(lane=chosen)
    assert [row.rid for row in queue.rows] == [rids[6], rids[3], rids[5]]
    assert queue.lane == (rids[6], rids[3], rids[5], rids[0]), "nobody of the selection is dropped"
    assert (queue.count_text, queue.more) == ("4 antre", 1)
    assert [row.rid for row in review.queue(lane=queue.lane[1:]).rows] == [rids[3], rids[5]]
    assert review.queue(lane=(elsewhere,)) == review.queue(), "none of them waits: the whole queue"


def test_a_queue_holds_what_the_role_has_to_move_and_nothing_else(office: Office, told: Told) -> None:
    stand = {
        state: told.business(state)
        for state in (
            "draf",
            "diserahkan",
            "terpilah",
            "diajukan_kecamatan",
            "diajukan_kabupaten",
            "tervalidasi",
        )
    }
    told.pull()
    seen = {
        "admin desa": [row.rid for row in village_admin(office).queue().rows],
        "kecamatan": [row.rid for row in verifier(office).queue().rows],
        "kabupaten": [row.rid for row in regency(office).queue().rows],
        "kepala": [
            row.rid
            for row in ReviewService(office.sit("Rahmat Hidayat", "kepala_dinas", REGENCY)).queue().rows
        ],
    }
    assert seen == {
        "admin desa": [stand["diserahkan"], stand["terpilah"]],
        "kecamatan": [stand["diajukan_kecamatan"]],
        "kabupaten": [stand["diajukan_kabupaten"]],
        "kepala": [],
    }


def test_nobody_sees_the_queue_of_another_area(office: Office, told: Told) -> None:
    here = waiting(told)
    there = told.business("diserahkan", unit=NEXT_VILLAGE)
    told.pull()
    assert [row.rid for row in village_admin(office).queue().rows] == []
    elsewhere = ReviewService(office.sit("Rusdi", "admin_desa", NEXT_VILLAGE))
    assert [row.rid for row in elsewhere.queue().rows] == [there]
    with pytest.raises(SidumbaError) as stopped:
        elsewhere.open(here)
    assert stopped.value.code == "workflow.outside_area"
    with pytest.raises(SidumbaError):
        elsewhere.decide(here, "verifikasi", 4, "0" * 64)


def test_two_roles_over_two_villages_do_not_add_up(office: Office, told: Told) -> None:
    """Admin desa here, petugas there: what waits there for its admin is not his to move."""
    mine = told.business("diserahkan")
    told.business("diserahkan", unit=NEXT_VILLAGE)
    told.pull()
    review = village_admin(office)
    seat = office.desk.seat()
    more = {"role": "petugas", "program": office.program.id, "unit": NEXT_VILLAGE}
    seat.user = replace(seat.user, grants=(*seat.user.grants, more))
    assert [row.rid for row in review.queue().rows] == [mine]


def test_a_decided_record_leaves_the_queue_at_once_and_is_counted(office: Office, told: Told) -> None:
    rid = waiting(told)
    review = verifier(office)
    taken(decide(review, rid, "verifikasi"))
    queue = review.queue()
    assert queue.rows == ()
    assert queue.done_today == 1
    assert queue.empty_text == "1 selesai hari ini."


def test_what_was_done_yesterday_or_refused_is_not_counted_today(office: Office, told: Told) -> None:
    rid = waiting(told)
    review = verifier(office)
    done = taken(decide(review, rid, "verifikasi"))
    office.clock.advance(UNDO_SECONDS + 1)
    office.store.outbox.next_batch(10, 1 << 20, iso(office.clock.now()))
    office.store.outbox.apply_answers([OpAnswer(done.undo, OpStatus.REJECTED, code="op.guard")], {})
    assert review.queue().done_today == 0
    other = told.business("diajukan_kecamatan")
    told.pull()
    taken(decide(review, other, "verifikasi"))
    assert review.queue().done_today == 1
    office.clock.advance(24 * 3600)
    assert review.queue().done_today == 0


# ---- one record ------------------------------------------------------------------------------------------------------


def returned_and_mended(told: Told) -> str:
    rid = told.business("diajukan_kecamatan")
    told.step(rid, "kembalikan", "Fauzi Rahman", {TURNOVER: "Cek buku kas."})
    told.edit(rid, "Siti Rahmah", **{TURNOVER: "9130000"})
    told.step(rid, "ajukan_kecamatan", "Siti Rahmah")
    told.pull()
    return rid


def test_only_what_changed_since_the_return_is_shown_with_the_value_before(
    office: Office, told: Told
) -> None:
    rid = returned_and_mended(told)
    view = verifier(office).open(rid)
    assert [(line.path, line.changed) for line in view.changed] == [(TURNOVER, True)]
    line = view.changed[0]
    assert (plain(line.previous), plain(line.current)) == ("Rp 9.100.000", "Rp 9.130.000")
    assert [plain(line.current)[start:end] for start, end in line.marks] == ["3"]
    assert view.unchanged == len(view.all_lines) - 1
    assert view.previous_text == "Versi 5, 20 Nov"


def plain(text: str) -> str:
    return text.replace("\xa0", " ")


def test_a_record_seen_for_the_first_time_has_no_column_of_before(office: Office, told: Told) -> None:
    view = verifier(office).open(waiting(told))
    assert view.changed == ()
    assert view.previous_text == ""
    assert all(not line.changed and line.previous == "" for line in view.all_lines)


def test_a_product_taken_away_or_added_shows_as_a_change(office: Office, told: Told) -> None:
    rid = told.business("diajukan_kecamatan")
    told.step(rid, "kembalikan", "Fauzi Rahman", {"usaha/produk": "Tambah produk."})
    row = "0192ab00-0000-7000-8000-00000000000a"
    told.edit(rid, "Siti Rahmah", **{f"usaha/produk[{row}]": "9", f"usaha/produk[{row}]/nama": "Sambal"})
    told.step(rid, "ajukan_kecamatan", "Siti Rahmah")
    told.pull()
    view = verifier(office).open(rid)
    changed = [line for line in view.changed if line.path == f"usaha/produk[{row}]/nama"]
    assert [(line.current, line.previous, line.changed) for line in changed] == [("Sambal", "", True)]


def test_every_look_is_logged_with_the_name_of_who_looked(office: Office, told: Told) -> None:
    rid = waiting(told)
    verifier(office).open(rid)
    village_admin(office).open(rid)
    logged = [(line.user, line.event, line.detail) for line in office.store.logged()]
    assert logged[:2] == [
        (person("Siti Rahmah"), "view", {"rid": rid}),
        (person("Fauzi Rahman"), "view", {"rid": rid}),
    ]


def test_a_photo_that_is_still_on_its_way_blocks_the_step_and_says_so(office: Office, told: Told) -> None:
    rid = told.business("diajukan_kecamatan", whole=False)
    told.pull()
    review = verifier(office)
    view = review.open(rid)
    assert view.blocked == "Masih ada 1 lampiran yang belum sampai di server."
    stopped = refused(decide(review, rid, "verifikasi"))
    assert stopped.sentence == view.blocked
    told.file(rid, view.photos[0])
    told.pull()
    assert review.open(rid).blocked == ""
    taken(decide(review, rid, "verifikasi"))


# ---- deciding --------------------------------------------------------------------------------------------------------


def test_a_decision_is_signed_over_exactly_what_was_seen(office: Office, told: Told) -> None:
    rid = waiting(told)
    review = verifier(office)
    seen = review.open(rid)
    done = taken(review.decide(rid, "verifikasi", seen.rev, seen.sha))
    op = office.store.outbox.get(done.undo)
    assert op is not None
    assert (op.kind, op.command, op.by) == (OpKind.TRANSITION, "verifikasi", person("Fauzi Rahman"))
    assert (op.expect_state, op.expect_rev, op.content_sha256) == ("diajukan_kecamatan", seen.rev, seen.sha)
    assert verify(office.desk.seat().key.public_hex, op.decision_bytes(), op.sig)
    assert review.open(rid).posisi_label == office.program.posisi_label("terverifikasi_kecamatan", "id")


def test_a_review_is_refused_when_the_content_changed_in_between(office: Office, told: Told) -> None:
    rid = waiting(told)
    review = verifier(office)
    seen = review.open(rid)
    told.step(rid, "tarik", "Siti Rahmah")
    told.edit(rid, "Siti Rahmah", **{TURNOVER: "9130000"})
    told.step(rid, "ajukan_kecamatan", "Siti Rahmah")
    told.pull()
    for rev, sha in (
        (seen.rev, seen.sha),
        (review.open(rid).rev, seen.sha),
        (seen.rev, review.open(rid).sha),
    ):
        stopped = refused(review.decide(rid, "verifikasi", rev, sha))
        assert stopped.code == "workflow.guard"
        assert "berubah sejak Anda membukanya" in stopped.sentence
    assert office.store.outbox.rows() == []
    taken(decide(review, rid, "verifikasi"))


def test_nobody_verifies_what_he_helped_to_fill_in(office: Office, told: Told) -> None:
    rid = told.business("diajukan_kecamatan", by="Fauzi Rahman")
    told.pull()
    stopped = refused(decide(verifier(office), rid, "verifikasi"))
    assert stopped.details.endswith("guard=not_author")


def test_a_return_wants_words(office: Office, told: Told) -> None:
    rid = waiting(told)
    review = verifier(office)
    assert refused(decide(review, rid, "kembalikan")).code == "workflow.remark_required"
    assert refused(decide(review, rid, "kembalikan", remark="  ")).code == "workflow.remark_required"
    done = taken(decide(review, rid, "kembalikan", remarks={TURNOVER: " Cek buku kas. ", "usaha/nama": " "}))
    op = office.store.outbox.get(done.undo)
    assert op is not None
    assert dict(op.remarks) == {TURNOVER: "Cek buku kas."}


def test_a_decision_can_be_taken_back_while_it_is_here(office: Office, told: Told) -> None:
    rid = waiting(told)
    review = verifier(office)
    done = taken(decide(review, rid, "verifikasi"))
    assert done.undo_seconds == UNDO_SECONDS
    changes = review.withdraw(done.undo)
    assert changes is not None
    assert changes.records == {rid}
    assert review.open(rid).posisi == "kecamatan"
    assert office.store.outbox.rows() == []
    assert [row.rid for row in review.queue().rows] == [rid]
    assert review.withdraw(done.undo) is None


def test_a_decision_leaves_only_after_its_undo_time_and_then_stays(office: Office, told: Told) -> None:
    rid = waiting(told)
    review = verifier(office)
    done = taken(decide(review, rid, "verifikasi"))
    office.clock.advance(UNDO_SECONDS - 1)
    assert office.store.outbox.next_batch(10, 1 << 20, iso(office.clock.now())) == []
    office.clock.advance(1)
    assert [op.op for op in office.store.outbox.next_batch(10, 1 << 20, iso(office.clock.now()))] == [
        done.undo
    ]
    assert review.withdraw(done.undo) is None
    assert office.store.outbox.rows()[0].state is OutboxState.INFLIGHT


def test_nobody_takes_back_another_persons_decision(office: Office, told: Told) -> None:
    rid = waiting(told)
    done = taken(decide(verifier(office), rid, "verifikasi"))
    assert ReviewService(office.sit("Rusdi", "admin_kecamatan", DISTRICT)).withdraw(done.undo) is None
    assert office.store.outbox.get(done.undo) is not None


def test_an_unknown_undo_takes_nothing_back(office: Office) -> None:
    assert verifier(office).withdraw("0192ab00-0000-7000-8000-00000000000a") is None


def test_what_was_typed_goes_out_before_the_step_that_closes_the_record(office: Office, told: Told) -> None:
    """Admin desa corrects an answer, leaves the form and submits from his queue: the answer must not stay behind."""
    rid = told.business("terpilah")
    told.pull()
    review = village_admin(office)
    EntryService(office.desk).answer(rid, TURNOVER, "9130000")
    view = review.open(rid)
    taken(review.decide(rid, "ajukan_kecamatan", view.rev, view.sha))
    record = office.store.records.get(rid)
    assert record is not None
    assert record.draft == {}
    assert record.fields[TURNOVER] == "9130000"
    ops = sorted(office.store.outbox.rows(), key=lambda row: row.dseq)
    assert [(op.kind, op.command) for op in ops] == [
        (OpKind.EDIT, ""),
        (OpKind.TRANSITION, "ajukan_kecamatan"),
    ]


def test_a_refused_step_seals_nothing(office: Office, told: Told) -> None:
    rid = told.business("terpilah")
    told.pull()
    review = village_admin(office)
    EntryService(office.desk).answer(rid, "pemilik/hp", "0812 5134")
    view = review.open(rid)
    stopped = refused(review.decide(rid, "ajukan_kecamatan", view.rev, view.sha))
    assert stopped.paths == ("pemilik/hp",)
    assert office.store.outbox.rows() == []


# ---- the lease -------------------------------------------------------------------------------------------------------


def test_when_the_lease_has_run_out_nothing_is_decided(office: Office, told: Told) -> None:
    rid = waiting(told)
    review = verifier(office)
    seen = review.open(rid)
    end_lease(office)
    stopped = refused(review.decide(rid, "verifikasi", seen.rev, seen.sha))
    assert stopped.code == "auth.lease_expired"
    assert "Sambungkan internet" in stopped.sentence
    assert office.store.outbox.rows() == []
    assert review.open(rid).title == "Keripik Singkong Bu Siti"


def test_a_lease_counts_to_its_last_instant(office: Office, told: Told) -> None:
    rid = waiting(told)
    review = verifier(office)
    seat = office.desk.seat()
    seat.user = replace(seat.user, lease_until=iso(office.clock.now() + timedelta(milliseconds=1)))
    taken(decide(review, rid, "verifikasi"))


def test_when_the_lease_has_run_out_a_petugas_still_types_and_hands_on(office: Office, told: Told) -> None:
    rid = told.business("draf")
    told.pull()
    entry = EntryService(office.sit("Nor Halimah", "petugas"))
    end_lease(office)
    entry.answer(rid, TURNOVER, "9130000")
    assert isinstance(entry.finish(rid), Decided)
    assert entry.new().editable


def test_when_the_lease_has_run_out_work_of_others_is_not_moved_from_the_form_either(
    office: Office, told: Told
) -> None:
    rid = told.business("terpilah")
    told.pull()
    entry = EntryService(village_admin(office).desk)
    end_lease(office)
    entry.answer(rid, TURNOVER, "9130000")
    stopped = entry.finish(rid)
    assert isinstance(stopped, Refusal)
    assert stopped.code == "auth.lease_expired"
    assert entry.open(rid).items[TURNOVER].value == "9130000"


# ---- remarks ---------------------------------------------------------------------------------------------------------


def sent_back(told: Told, remarks: dict[str, str]) -> str:
    rid = told.business("diajukan_kecamatan")
    told.step(rid, "kembalikan", "Fauzi Rahman", remarks)
    told.pull()
    return rid


def test_the_remarks_of_a_return_are_tasks_of_the_village(office: Office, told: Told) -> None:
    rid = sent_back(told, {TURNOVER: "Cek buku kas.", "usaha/nama": "Nama lengkap?"})
    home = HomeService(village_admin(office).desk).home()
    assert [(task.rid, task.kind, task.remark) for task in home.tasks] == [(rid, "returned", "Nama lengkap?")]
    assert home.tasks[0].count_text == "2 isian"
    form = EntryService(office.desk).open(rid)
    assert form.items[TURNOVER].remark == "Cek buku kas."
    assert set(form.notes) == {TURNOVER, "usaha/nama"}


def test_a_record_sent_back_goes_on_only_when_every_remark_is_answered(office: Office, told: Told) -> None:
    rid = sent_back(told, {TURNOVER: "Cek buku kas.", "usaha/nama": "Nama lengkap?"})
    entry = EntryService(village_admin(office).desk)
    stopped = entry.finish(rid)
    assert isinstance(stopped, Refusal)
    assert set(stopped.paths) == {TURNOVER, "usaha/nama"}
    assert "2 catatan" in stopped.sentence
    entry.answer(rid, TURNOVER, "9130000")
    half = entry.finish(rid)
    assert isinstance(half, Refusal)
    assert half.paths == ("usaha/nama",)
    remark = next(one for one in entry.open(rid).remarks if one.path == "usaha/nama")
    entry.reply(rid, remark.id, "Nama sudah sesuai papan usaha.")
    assert isinstance(entry.finish(rid), Decided)


def test_a_remark_on_the_whole_record_is_counted_though_it_has_no_field(office: Office, told: Told) -> None:
    rid = sent_back(told, {"": "Datang lagi ke lokasi."})
    stopped = EntryService(village_admin(office).desk).finish(rid)
    assert isinstance(stopped, Refusal)
    assert stopped.paths == ()
    assert "1 catatan" in stopped.sentence


def test_the_verifier_sees_which_of_his_remarks_were_answered(office: Office, told: Told) -> None:
    rid = told.business("diajukan_kecamatan")
    told.step(rid, "kembalikan", "Fauzi Rahman", {TURNOVER: "Cek.", "usaha/nama": "Lengkap?"})
    told.edit(rid, "Siti Rahmah", **{TURNOVER: "9130000"})
    told.pull()
    view = verifier(office).open(rid)
    assert {remark.path: remark.status for remark in view.remarks} == {
        TURNOVER: "Sudah diperbaiki",
        "usaha/nama": "Belum diperbaiki",
    }
