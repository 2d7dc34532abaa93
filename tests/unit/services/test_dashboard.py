"""Dasbor: figures that are counted from what is really there, within the person's grants, and learnt once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sidumba_field.core.errors import SidumbaError
from sidumba_field.services.boards import pace
from sidumba_field.services.boards.dashboard import DashboardService, minutes_text, span_text
from sidumba_field.services.boards.home import HomeService
from sidumba_field.services.boards.home_head import money_short
from sidumba_field.services.boards.pace import Pace
from tests.helpers.desk import VILLAGE, Office
from tests.helpers.told import DISTRICT, REGENCY, Told

NEXT_VILLAGE = "63.11.02.2002"
STATES = ("diserahkan", "terpilah", "diajukan_kecamatan", "terverifikasi_kecamatan", "diajukan_kabupaten")


def board(office: Office, role: str = "verifikator_kabupaten", unit: str = REGENCY) -> DashboardService:
    return DashboardService(office.sit("Noor Laila", role, unit))


def some(told: Told) -> None:
    """Records at every desk of two villages."""
    for number, state in enumerate(STATES * 2):
        told.business(state, unit=VILLAGE if number % 3 else NEXT_VILLAGE)
    told.business("draf")
    told.pull()


def test_bars_desks_and_figures_are_the_same_records(office: Office, told: Told) -> None:
    some(told)
    view = board(office).board(DISTRICT)
    whole = view.slices[""]
    assert whole.figures[0].number == "10"
    assert whole.desks[0].count == sum(place.done for place in view.places) == 10
    for place in view.places:
        assert sum(place.parts) == place.done == view.slices[place.unit].desks[0].count
        assert place.target == office.program.target("village")
    counts = [desk.count for desk in whole.desks]
    assert counts == sorted(counts, reverse=True)
    assert sum(week.begun for week in whole.weeks) == 10


def test_the_regency_lists_kecamatan_and_each_opens_its_villages(office: Office, told: Told) -> None:
    some(told)
    service = board(office)
    top = service.board()
    assert (top.unit, top.above, len(top.places)) == (REGENCY, "", 8)
    halong = next(place for place in top.places if place.unit == DISTRICT)
    assert (halong.done, halong.opens) == (10, True)
    assert halong.target == 24 * office.program.target("village")
    below = service.board(DISTRICT)
    assert (below.above, len(below.places)) == (REGENCY, 24)
    assert not any(place.opens for place in below.places)
    assert {code for code, _ in top.areas} == {REGENCY, *(place.unit for place in top.places)}


def test_nobody_looks_beyond_his_own_area(office: Office, told: Told) -> None:
    some(told)
    service = board(office, "admin_kecamatan", DISTRICT)
    assert service.board().unit == DISTRICT
    for foreign in (REGENCY, "63.11.01", "63.1"):
        with pytest.raises(SidumbaError) as refused:
            service.board(foreign)
        assert refused.value.code == "workflow.outside_area"
        with pytest.raises(SidumbaError):
            service.quiet(foreign)
    village = board(office, "admin_desa", VILLAGE).board()
    assert [place.unit for place in village.places] == [VILLAGE]
    assert village.slices[""].desks[0].count == village.places[0].done < 10


def test_what_came_back_is_counted_with_what_is_most_often_wrong(office: Office, told: Told) -> None:
    for path in ("usaha/omzet", "usaha/omzet", "pemilik/nik"):
        rid = told.business("diajukan_kecamatan")
        told.step(rid, "kembalikan", "Fauzi Rahman", {path: "Cek."})
    told.pull()
    returned = board(office).board().slices[""].figures[3]
    assert returned.number == "3"
    assert returned.note.startswith("Paling sering: omzet")
    assert "NIK" in returned.note


def test_waiting_is_learnt_from_the_feed_in_office_hours(office: Office, told: Told) -> None:
    """Handed in on a Friday at 09.41, decided two hours later: the office had closed at 11.30 meanwhile."""
    rids = [told.business("diajukan_kecamatan") for _ in range(3)]
    office.clock.advance(2 * 3600)
    for rid in rids:
        told.step(rid, "verifikasi", "Fauzi Rahman")
    told.pull()
    service = board(office)
    service.board()
    median = service.pace.waited(office.program, [office.vid(VILLAGE)], "kecamatan")
    assert median is not None
    assert abs(median - 109) <= 5
    waiting = service.board().slices[""].desks[1].waiting
    assert waiting == "kecamatan 2 jam, 3 menunggu"


def test_judging_is_measured_within_a_run_and_kept_to_the_sops_minutes(office: Office, told: Told) -> None:
    rids = [told.business("diajukan_kecamatan") for _ in range(5)]
    for seconds, rid in zip((0, 120, 240, 600, 7200), rids, strict=True):
        office.clock.advance(seconds)
        told.step(rid, "verifikasi", "Fauzi Rahman")
    told.pull()
    service = board(office)
    view = service.board()
    judged = service.pace.judged(office.program, [office.vid(VILLAGE)])
    assert (judged.count, judged.in_time) == (
        3,
        2,
    )  # the first has no one before, the last comes after a break
    assert view.slices[""].figures[2].number == "67%"
    assert "batas SOP 5 menit" in view.slices[""].figures[2].note


def test_a_feed_is_folded_once_however_it_is_cut(
    office: Office, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(4):
        told.business("diajukan_kabupaten")
        office.clock.advance(600)
    told.pull()
    desk = office.sit("Noor Laila", "verifikator_kabupaten", REGENCY)
    whole = Pace(desk)
    assert not whole.catch_up(office.program)
    expected = dict(whole._fold(office.program))
    office.store.meta.set(f"pace.{office.program.id}", "{}")
    monkeypatch.setattr(pace, "MOST", 3)
    cut = Pace(desk)
    rounds = 1
    while cut.catch_up(office.program):
        rounds += 1
    assert rounds > 3
    assert {part: cut._fold(office.program)[part] for part in ("waits", "cursors")} == {
        part: expected[part] for part in ("waits", "cursors")
    }
    again = Pace(desk)
    assert not again.catch_up(office.program)
    assert again._fold(office.program) == cut._fold(office.program)


def test_old_waiting_and_silent_villages_ask_for_a_hand(office: Office, told: Told) -> None:
    some(told)
    assert {concern.kind for concern in board(office).board().slices[""].concerns} <= {"twins"}
    office.clock.advance(timedelta(days=8).total_seconds())
    service = board(office)
    concerns = {concern.kind: concern for concern in service.board().slices[""].concerns}
    assert concerns["quiet"].text.startswith("2 desa")
    assert concerns["waiting"].text.startswith("4 data di kecamatan")
    lines = service.quiet(REGENCY).splitlines()
    assert len(lines) == 3
    assert all("Desa" in line for line in lines[1:])


def test_pairs_that_give_one_nik_are_counted_when_there_is_time(office: Office, told: Told) -> None:
    for _ in range(3):
        told.business("diajukan_kecamatan")
    told.pull()
    service = board(office)
    assert service.board().unfinished
    view = service.board()
    assert not view.unfinished
    twins = next(concern for concern in view.slices[""].concerns if concern.kind == "twins")
    assert twins.text.startswith("3 pasang")


def test_the_deadline_says_how_many_a_day_are_needed(office: Office, told: Told) -> None:
    some(told)
    note = board(office).board(DISTRICT).slices[""].figures[0].note
    days = office.program.calendar.working_days(
        office.clock.now().date(), office.program.dashboard.last_day("2026") or office.clock.now().date()
    )
    missing = 24 * office.program.target("village") - 10
    assert note == f"Perlu {-(-missing // days)} per hari kerja sampai 30 Nov"
    office.clock.advance(timedelta(days=30).total_seconds())
    assert "tenggat 30 Nov lewat" in board(office).board(DISTRICT).slices[""].figures[0].note


def test_a_print_is_named_after_its_unit_and_written_down(
    office: Office, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("cetak") / "baru"
    file = board(office).print_file(DISTRICT, folder)
    assert folder.is_dir()
    assert file.name == "Dasbor Halong 2026-11-20 0941.pdf"
    assert [(line.event, line.detail["unit"]) for line in office.store.logged(1)] == [("print", DISTRICT)]


# ---- Beranda of who decides


def test_a_batch_waits_with_what_is_in_it_and_the_same_five_drawn_by_lot(office: Office, told: Told) -> None:
    rids = [told.business("tervalidasi") for _ in range(7)]
    told.pull()
    told.batch(rids)
    told.pull()
    home = HomeService(office.sit("Rahmat", "kepala_dinas", REGENCY))
    head = home.home().head
    assert head is not None
    [batch] = head.batches
    assert (batch.count_text, batch.warnings) == ("7 data", 0)
    drawn = head.contents[batch.rid].samples
    assert len(drawn) == 5
    assert {rid for rid, *_ in drawn} <= set(rids)
    again = home.home().head
    assert again is not None
    assert again.contents[batch.rid].samples == drawn
    assert head.contents[batch.rid].figures[-1][1] == "median omzet per bulan"


def test_each_role_has_its_own_home(office: Office, told: Told) -> None:
    told.business("diajukan_kecamatan")
    told.pull()
    seen = {}
    for role, unit in (
        ("petugas", VILLAGE),
        ("admin_kecamatan", DISTRICT),
        ("verifikator_kabupaten", REGENCY),
        ("kepala_dinas", REGENCY),
        ("operator_server", REGENCY),
    ):
        view = HomeService(office.sit(role.title(), role, unit)).home()
        seen[role] = (view.pace is not None, view.head is not None, view.period is not None)
    assert seen == {
        "petugas": (False, False, False),
        "admin_kecamatan": (True, False, False),
        "verifikator_kabupaten": (True, False, False),
        "kepala_dinas": (False, True, False),
        "operator_server": (False, False, True),
    }


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (950_000, "Rp\u00a0950.000"),
        (4_200_000, "Rp\u00a04,2\u00a0juta"),
        (2_000_000_000, "Rp\u00a02\u00a0miliar"),
    ],
)
def test_amounts_are_said_short(value: int, words: str) -> None:
    assert money_short(value, "id") == words


def test_times_are_said_as_people_say_them() -> None:
    assert minutes_text(200, "id") == "3.20"
    assert [span_text(minutes, 450, "id") for minutes in (40, 180, 855)] == ["40 menit", "3 jam", "1,9 hari"]
