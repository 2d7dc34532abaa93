"""Moving many in a few keys: what each role's piles hold, rounds judged one by one, ready texts, twins, late values."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sidumba_field.core.records import FeedKind
from sidumba_field.core.time import iso
from sidumba_field.core.workflow import Grant
from sidumba_field.services.entry.service import EntryService
from sidumba_field.services.review.duplicates import plain
from sidumba_field.services.steps.service import StepsService
from sidumba_field.services.steps.texts import wa_link
from sidumba_field.services.steps.views import Glance, Moved
from sidumba_field.services.subjects import EDIT, REMOVE, UNDO_SECONDS
from sidumba_field.services.views import Decided, Refusal
from tests.helpers.chairs import end_lease, regency, verifier
from tests.helpers.desk import VILLAGE, Office
from tests.helpers.office import ROLES, oracle
from tests.helpers.told import DISTRICT, REGENCY, Told, person

LEVEL = {"petugas": VILLAGE, "admin_desa": VILLAGE, "admin_kecamatan": DISTRICT}
STRANGER = {"pemilik/nik": "6311024506880009", "pemilik/hp": "081234500000", "pemilik/nama": "Ratna"}
TURNOVER = "usaha/omzet"


def steps(office: Office, role: str = "admin_desa", name: str = "Siti Rahmah") -> StepsService:
    return StepsService(office.sit(name, role, LEVEL.get(role, REGENCY)))


def moved(result: Moved | Refusal) -> Moved:
    assert isinstance(result, Moved), result
    return result


def look(service: StepsService, *rids: str) -> list[Glance]:
    views = [service.look(rid) for rid in rids]
    return [Glance(view.rid, view.rev, view.sha) for view in views]


# ---- piles -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ROLES)
def test_piles_and_their_digits_are_exactly_the_rows_of_the_table(office: Office, role: str) -> None:
    rows = [
        row
        for row in oracle()
        if (row["subject"], row["role"]) == ("record", role)
        and row["state"] != "-"
        and row["command"] not in (EDIT, REMOVE)
    ]
    piles = steps(office, role, "Nor Halimah").piles().piles
    wanted: dict[str, set[tuple[str, bool]]] = {}
    for row in rows:
        wanted.setdefault(row["state"], set()).add((row["command"], row["remark"] == "wajib"))
    found = {pile.key: {(step.command, step.needs_remark) for step in pile.steps} for pile in piles}
    assert found == wanted
    for pile in piles:
        assert [step.key for step in pile.steps] == [str(n) for n in range(1, len(pile.steps) + 1)]


def test_the_sorting_of_an_admin_desa_has_the_digits_the_program_names(office: Office, told: Told) -> None:
    told.business("diserahkan")
    told.pull()
    view = steps(office).piles()
    assert view.pile == "diserahkan"
    pile = next(pile for pile in view.piles if pile.key == view.pile)
    assert [(step.key, step.command) for step in pile.steps] == list(
        zip("1234", office.program.selection, strict=True)
    )
    assert [step.label for step in pile.steps] == ["Lengkap", "Tidak lengkap", "Ganda", "Bukan UMKM"]
    assert all(step.templates for step in pile.steps if step.needs_remark)


def test_the_oldest_stands_first_and_only_so_many_are_shown(
    office: Office, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sidumba_field.services.steps.selection.ROWS", 2)
    rids = [told.business("diserahkan") for _ in range(4)]
    told.pull()
    view = steps(office).piles("diserahkan")
    assert [row.rid for row in view.rows] == rids[:2]
    assert next(pile.count for pile in view.piles if pile.key == "diserahkan") == 4


def test_somebody_elses_draft_is_nobodys_pile(office: Office, told: Told) -> None:
    told.business("draf", by="Rahman")
    mine = told.business("draf")
    told.pull()
    view = steps(office, "petugas", "Nor Halimah").piles("draf")
    assert [row.rid for row in view.rows] == [mine]
    assert next(pile.count for pile in view.piles if pile.key == "draf") == 1


# ---- rounds ----------------------------------------------------------------------------------------------------------


def test_a_hand_over_names_the_receiver_and_is_taken_back_as_a_whole(office: Office, told: Told) -> None:
    rids = [told.business("draf") for _ in range(3)]
    told.pull()
    service = steps(office, "petugas", "Nor Halimah")
    step = service.piles("draf").piles[0].steps[0]
    assert step.names_receiver
    done = moved(service.move([Glance(rid) for rid in rids], step.command, "Siti Rahmah"))
    assert set(done.done) == set(rids)
    ops = [office.store.outbox.get(token) for token in done.undo]
    assert {op.remark for op in ops if op is not None} == {"Siti Rahmah"}
    text = service.told(step.command, done.done, "Siti Rahmah")
    assert text.sentence == "3 data diserahkan."
    assert text.paper == office.program.receipt
    assert service.piles().receivers == ("Siti Rahmah",)
    changes = service.withdraw(done.undo)
    assert changes is not None
    assert changes.records == frozenset(rids)
    assert {row.rid for row in service.piles("draf").rows} == set(rids)
    assert office.store.outbox.rows() == []


def test_a_round_waits_until_the_undo_time_of_its_last_is_over(office: Office, told: Told) -> None:
    rids = [told.business("draf") for _ in range(2)]
    told.pull()
    service = steps(office, "petugas", "Nor Halimah")
    moved(service.move([Glance(rids[0])], "serahkan", "Siti", total=100))
    office.clock.advance(UNDO_SECONDS + 5)
    assert office.store.outbox.next_batch(10, 1 << 20, iso(office.clock.now())) == []
    office.clock.advance(30)
    assert len(office.store.outbox.next_batch(10, 1 << 20, iso(office.clock.now()))) == 1


def test_one_that_may_not_go_stops_no_other_and_says_why(office: Office, told: Told) -> None:
    good, bad = told.business("draf"), told.business("draf", answers={TURNOVER: ""})
    told.pull()
    service = steps(office, "petugas", "Nor Halimah")
    done = moved(service.move([Glance(bad), Glance(good)], "serahkan", "Siti Rahmah"))
    assert done.done == (good,)
    assert [(rid, bool(title)) for rid, title, _ in done.refused] == [(bad, True)]
    assert "perlu diperbaiki" in done.refused[0][2]


def test_a_step_that_vouches_for_content_wants_a_look_first(office: Office, told: Told) -> None:
    rids = [told.business("diajukan_kecamatan") for _ in range(2)]
    told.pull()
    service = steps(office, "admin_kecamatan", "Fauzi Rahman")
    unseen = moved(service.move([Glance(rid) for rid in rids], "verifikasi"))
    assert unseen.done == ()
    assert {sentence for _, _, sentence in unseen.refused} == {
        "Belum dilihat. Lihat dulu isinya, baru putuskan."
    }
    done = moved(service.move(look(service, *rids), "verifikasi"))
    assert set(done.done) == set(rids)
    op = office.store.outbox.get(done.undo[0])
    base = office.store.records.get(done.done[0])
    assert op is not None
    assert base is not None
    assert base.base is not None
    assert (op.expect_rev, op.content_sha256) == (base.base.rev, base.base.content_sha256)


def test_what_changed_after_the_look_is_not_vouched_for(office: Office, told: Told) -> None:
    rid = told.business("diajukan_kecamatan")
    told.pull()
    service = steps(office, "admin_kecamatan", "Fauzi Rahman")
    seen = look(service, rid)
    told.step(rid, "tarik", "Siti Rahmah")
    told.edit(rid, "Siti Rahmah", **{TURNOVER: "9130000"})
    told.step(rid, "ajukan_kecamatan", "Siti Rahmah")
    told.pull()
    assert moved(service.move(seen, "verifikasi")).done == ()


def test_without_a_lease_own_work_is_handed_on_and_nothing_is_decided(office: Office, told: Told) -> None:
    draft, sorted_ = told.business("draf"), told.business("diserahkan")
    told.pull()
    petugas = steps(office, "petugas", "Nor Halimah")
    end_lease(office)
    assert moved(petugas.move([Glance(draft)], "serahkan", "Siti")).done == (draft,)
    desa = steps(office)
    end_lease(office)
    stopped = desa.move([Glance(sorted_)], "pilah_lengkap")
    assert isinstance(stopped, Refusal)
    assert stopped.code == "auth.lease_expired"


# ---- ready texts -----------------------------------------------------------------------------------------------------


def test_after_submitting_the_text_counts_what_waits_and_names_no_citizen(office: Office, told: Told) -> None:
    rids = [told.business("terpilah") for _ in range(3)]
    told.pull()
    service = steps(office)
    done = moved(service.move([Glance(rid) for rid in rids], "ajukan_kecamatan"))
    message = service.told("ajukan_kecamatan", done.done).message
    assert message is not None
    assert message.text.startswith("Assalamualaikum. 3 data UMKM Desa Halong periode 2026")
    assert message.text.endswith("Siti Rahmah")
    record = office.store.records.get(rids[0])
    assert record is not None
    for path in ("pemilik/nama", "pemilik/nik", "pemilik/hp", "usaha/nama"):
        assert record.fields[path] not in message.text
    assert message.link.startswith("https://wa.me/?text=Assalamualaikum.%203%20data")


def test_what_is_sent_back_is_told_to_the_place_it_came_from(office: Office, told: Told) -> None:
    rid = told.business("diajukan_kecamatan")
    told.pull()
    service = steps(office, "admin_kecamatan", "M. Rizani")
    done = moved(service.move(look(service, rid), "kembalikan", "Omzet belum cocok. Mohon dicek."))
    message = service.told("kembalikan", done.done).message
    assert message is not None
    assert message.text.startswith("1 data UMKM Desa Halong periode 2026 dikembalikan")


def test_a_step_with_no_text_tells_nobody(office: Office, told: Told) -> None:
    rid = told.business("diserahkan")
    told.pull()
    service = steps(office)
    done = moved(service.move([Glance(rid)], "pilah_lengkap"))
    assert service.told("pilah_lengkap", done.done).message is None


def test_the_link_carries_the_number_of_the_officer_where_one_is_written() -> None:
    assert wa_link("Halo & salam", "+62 811-500") == "https://wa.me/62811500?text=Halo%20%26%20salam"
    assert wa_link("Halo") == "https://wa.me/?text=Halo"


# ---- twins -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("0812 5134 7700", "+62 812-5134-7700", True),
        ("Keripik Bu Siti", "KERIPIK  BU SITI.", True),
        ("Keripik Bu Siti", "Keripik Bu Sita", False),
        ("6311024506880003", "6311 0245 0688 0003", True),
    ],
)
def test_two_ways_of_writing_are_one_thing(one: str, other: str, *, same: bool) -> None:
    assert (plain(one) == plain(other)) is same


def test_a_twin_in_another_village_is_found_and_compared_by_the_regency(office: Office, told: Told) -> None:
    mine = told.business("diajukan_kabupaten")
    other = told.business("tervalidasi", unit="63.11.02.2002", answers={"usaha/nama": "Keripik Siti"})
    told.business("draf", answers=STRANGER)
    told.pull()
    service = steps(office, "verifikator_kabupaten", "Noor Laila")
    twins = service.beside(mine).twins
    assert [(twin.rid, twin.why) for twin in twins] == [(other, "NIK sama")]
    view = service.compare(mine, other)
    assert view.command == "tandai_ganda"
    assert twins[0].number in view.remark
    unlike = {line.path for line in view.lines if not line.same}
    assert "usaha/nama" in unlike
    assert view.same == len(view.lines) - len(unlike)
    seen = look(service, mine)
    assert moved(service.move(seen, view.command, view.remark)).done == (mine,)


def test_the_same_phone_number_is_a_hint_by_itself(office: Office, told: Told) -> None:
    mine = told.business("diserahkan")
    number = told.known[mine].fields["pemilik/hp"]
    other = told.business("diserahkan", answers={**STRANGER, "pemilik/hp": number, "usaha/nama": "Jahit"})
    told.pull()
    assert [(twin.rid, twin.why) for twin in steps(office).beside(mine).twins] == [(other, "Nomor HP sama")]


def test_what_this_person_does_not_follow_is_no_hint(office: Office, told: Told) -> None:
    mine = told.business("diserahkan")
    told.business("diserahkan", unit="63.11.02.2002")
    told.pull()
    assert steps(office).beside(mine).twins == ()


# ---- coding ----------------------------------------------------------------------------------------------------------


def test_a_code_comes_with_the_step_and_with_no_other(office: Office, told: Told) -> None:
    rid = told.business("diajukan_kabupaten", answers={"usaha/kbli": "", "usaha/kbli_versi": ""})
    told.pull()
    service = steps(office, "verifikator_kabupaten", "Noor Laila")
    review = regency(office)
    beside = service.beside(rid)
    assert beside.coding == ("usaha/kbli",)
    assert [need.path for need in beside.needs] == ["usaha/kbli"]
    seen = review.open(rid)
    without = review.decide(rid, "validasi", seen.rev, seen.sha)
    assert isinstance(without, Refusal)
    assert "KBLI" in without.sentence
    code = service.choices(rid, "usaha/kbli", "keripik")[0].value
    done = review.decide(rid, "validasi", seen.rev, seen.sha, given={"usaha/kbli": code})
    assert isinstance(done, Decided), done
    op = office.store.outbox.get(done.undo)
    assert op is not None
    assert op.set["usaha/kbli"] == code
    assert set(op.set) <= set(office.program.command("validasi").fields)
    assert op.content_sha256 == seen.sha


def test_an_answer_the_program_does_not_name_cannot_ride_along(office: Office, told: Told) -> None:
    rid = told.business("diajukan_kabupaten")
    told.pull()
    review = regency(office)
    seen = review.open(rid)
    for command, given in (
        ("validasi", {TURNOVER: "1"}),
        ("kembalikan_desa", {"usaha/kbli": "10794"}),
    ):
        stopped = review.decide(rid, command, seen.rev, seen.sha, "Alasan", None, given)
        assert isinstance(stopped, Refusal)
    assert office.store.outbox.rows() == []


# ---- late values -----------------------------------------------------------------------------------------------------


def late(told: Told) -> tuple[str, str]:
    """A record that lies in the kecamatan, and the edit of its petugas that came too late."""
    rid = told.business("diajukan_kecamatan")
    known = told.known[rid]
    op = told.office.new_id()
    payload = {
        "op": op,
        "set": {TURNOVER: "9130000"},
        "was": {TURNOVER: known.fields[TURNOVER]},
        "reason": "held",
        "base_rev": 1,
        "by": person("Nor Halimah"),
        "by_name": "Nor Halimah",
        "at": iso(told.office.clock.now()),
    }
    told._link(rid, FeedKind.PROPOSAL, "Nor Halimah", payload, op)
    told.pull()
    return rid, op


def test_a_late_value_is_seen_by_both_and_decided_by_who_holds_the_record(office: Office, told: Told) -> None:
    rid, op = late(told)
    record = office.store.records.get(rid)
    assert record is not None
    assert record.mark == "beda"
    petugas = steps(office, "petugas", "Nor Halimah").differs(rid)
    assert [(one.op, one.held, one.may_settle) for one in petugas] == [(op, True, False)]
    stopped = steps(office, "petugas", "Nor Halimah").settle(rid, op, take=True)
    assert isinstance(stopped, Refusal)
    desk = steps(office, "admin_kecamatan", "Fauzi Rahman").differs(rid)
    assert desk[0].may_settle
    line = desk[0].lines[0]
    assert (line.now.replace("\xa0", " "), line.proposed.replace("\xa0", " ")) == (
        "Rp 9.100.000",
        "Rp 9.130.000",
    )


@pytest.mark.parametrize("take", [True, False])
def test_a_settlement_is_an_edit_that_can_be_taken_back(office: Office, told: Told, *, take: bool) -> None:
    rid, op = late(told)
    service = steps(office, "admin_kecamatan", "Fauzi Rahman")
    done = service.settle(rid, op, take=take)
    assert isinstance(done, Decided)
    sent = office.store.outbox.get(done.undo)
    assert sent is not None
    assert (
        sent.set == {f"@settled/{op}": "taken", TURNOVER: "9130000"} if take else {f"@settled/{op}": "kept"}
    )
    record = office.store.records.get(rid)
    assert record is not None
    assert record.fields[TURNOVER] == ("9130000" if take else "9100000")
    assert person("Fauzi Rahman") not in record.authors
    assert service.differs(rid) == ()
    assert isinstance(service.settle(rid, op, take=True), Refusal)
    assert service.withdraw((done.undo,)) is not None
    again = office.store.records.get(rid)
    assert again is not None
    assert again.draft == {}
    assert [one.op for one in service.differs(rid)] == [op]


def test_taking_a_settlement_back_keeps_what_was_typed_besides(office: Office, told: Told) -> None:
    rid, op = late(told)
    told.step(rid, "kembalikan", "Fauzi Rahman", {"usaha/nama": "Periksa."})
    told.pull()
    service = steps(office)
    EntryService(office.desk).answer(rid, "usaha/nama", "Keripik Bu Siti Asli")
    done = service.settle(rid, op, take=True)
    assert isinstance(done, Decided)
    assert service.withdraw((done.undo,)) is not None
    record = office.store.records.get(rid)
    assert record is not None
    assert record.draft == {"usaha/nama": "Keripik Bu Siti Asli"}


def test_the_verifier_decides_on_what_he_settled_himself(office: Office, told: Told) -> None:
    rid, op = late(told)
    service = steps(office, "admin_kecamatan", "Fauzi Rahman")
    assert isinstance(service.settle(rid, op, take=True), Decided)
    review = verifier(office)
    seen = review.open(rid)
    record = office.store.records.get(rid)
    assert record is not None
    assert seen.rev == record.base_rev + 1
    done = review.decide(rid, "verifikasi", seen.rev, seen.sha)
    assert isinstance(done, Decided), done


# ---- standing in and clocks ------------------------------------------------------------------------------------------


def test_the_clock_of_a_step_counts_office_hours(office: Office, told: Told) -> None:
    rid = told.business("diajukan_kecamatan")
    told.pull()
    service = steps(office, "admin_kecamatan", "Fauzi Rahman")
    assert not service.beside(rid).late
    office.clock.advance(3 * 24 * 3600)
    beside = service.beside(rid)
    assert beside.late
    assert "Lewat batas SOP" in beside.clock_text


def test_somebody_who_stands_in_has_the_piles_of_that_role(office: Office, told: Told) -> None:
    told.business("diajukan_kecamatan")
    told.pull()
    service = steps(office, "admin_kecamatan", "Rusdi")
    seat = office.desk.seat()
    grant = Grant("admin_kecamatan", office.program.id, DISTRICT, acting_for=person("Fauzi Rahman"))
    given = {name: getattr(grant, name) for name in ("role", "program", "unit", "acting_for")}
    seat.user = replace(seat.user, grants=(given,))
    assert service.piles().piles[0].count == 1
