"""Beranda: what this person has to do now, in the right order, counted from what is really there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.ids import derived_id
from sidumba_field.core.time import iso
from sidumba_field.services.boards.home import HomeService
from sidumba_field.services.entry.service import EntryService
from sidumba_field.services.people import initials_of, plain_words
from sidumba_field.services.views import Link
from sidumba_field.store.database import Database
from tests.helpers.desk import VILLAGE, Office
from tests.helpers.told import DISTRICT, REGENCY, Told

NEXT_VILLAGE = "63.11.02.2002"


def petugas(office: Office, name: str = "Nor Halimah", unit: str = VILLAGE) -> HomeService:
    return HomeService(office.sit(name, "petugas", unit))


def begin(office: Office, name: str) -> str:
    entry = EntryService(office.desk)
    rid = entry.new().rid
    entry.answer(rid, "usaha/nama", name)
    office.clock.advance(60)
    return rid


def sent_back(told: Told, name: str, by: str = "Nor Halimah") -> str:
    rid = told.business("diserahkan", by=by, answers={"usaha/nama": name})
    told.step(rid, "pilah_tidak_lengkap", "Siti Rahmah", {"usaha/omzet": "Cek."})
    told.pull()
    return rid


def test_what_came_back_stands_before_drafts_the_oldest_first(office: Office, told: Told) -> None:
    home = petugas(office)
    begin(office, "Draf A")
    sent_back(told, "Kembali 1")
    begin(office, "Draf B")
    sent_back(told, "Kembali 2")
    tasks = home.home().tasks
    assert [(task.title, task.kind) for task in tasks] == [
        ("Kembali 1", "returned"),
        ("Kembali 2", "returned"),
        ("Draf B", "draft"),
        ("Draf A", "draft"),
    ]
    assert tasks[0].remark == "Cek."
    assert tasks[2].missing.startswith("sisa ")


def test_drafts_never_push_a_return_off_the_list(
    office: Office, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sidumba_field.services.boards.home.TASK_LIMIT", 2)
    monkeypatch.setattr("sidumba_field.services.boards.home.PAGE", 2)
    home = petugas(office)
    for number in range(3):
        sent_back(told, f"Kembali {number}")
    for number in range(3):
        begin(office, f"Draf {number}")
    assert [task.title for task in home.home().tasks] == ["Kembali 0", "Kembali 1", "Draf 2", "Draf 1"]


def test_each_person_has_his_own_list(office: Office, told: Told) -> None:
    petugas(office)
    begin(office, "Milik Halimah")
    sent_back(told, "Kembali ke Halimah")
    other = petugas(office, "Rahman").home()
    assert (other.tasks, other.visits, other.today_done) == ((), (), 0)
    mine = petugas(office).home()
    assert {task.title for task in mine.tasks} == {"Milik Halimah", "Kembali ke Halimah"}


def test_what_another_village_has_is_nobodys_task_here(office: Office, told: Told) -> None:
    rid = told.business("diajukan_kecamatan", unit=NEXT_VILLAGE)
    told.step(rid, "kembalikan", "Fauzi Rahman", {"": "Cek."})
    told.pull()
    assert HomeService(office.sit("Siti Rahmah", "admin_desa", VILLAGE)).home().tasks == ()
    there = HomeService(office.sit("Rusdi", "admin_desa", NEXT_VILLAGE)).home()
    assert [task.rid for task in there.tasks] == [rid]


def test_visits_of_today_tell_what_is_handed_on(office: Office, told: Told) -> None:
    told.business("diserahkan", answers={"usaha/nama": "Warung Pagi"})
    told.pull()
    home = petugas(office)
    begin(office, "Warung Siang")
    view = home.home()
    assert [(visit.title, visit.done, visit.current) for visit in view.visits] == [
        ("Warung Pagi", True, False),
        ("Warung Siang", False, True),
    ]
    assert (view.visits_done, view.visits_left, view.today_done) == (1, 1, 2)
    office.clock.advance(24 * 3600)
    tomorrow = home.home()
    assert (tomorrow.visits, tomorrow.today_done, tomorrow.week_done) == ((), 0, 2)
    office.clock.advance(-24 * 3600)


def test_the_day_begins_at_midnight_of_the_office(office: Office) -> None:
    """Half past eleven in the evening in Paringin is half past three in the afternoon in London."""
    home = petugas(office)
    office.clock.advance(14 * 3600)
    begin(office, "Larut malam")
    assert home.home().today_done == 1
    office.clock.advance(3600)
    assert home.home().today_done == 0


@pytest.mark.parametrize(
    ("hours", "greeting"),
    [
        (0, "Selamat pagi, Nor"),
        (3, "Selamat siang, Nor"),
        (6, "Selamat sore, Nor"),
        (10, "Selamat malam, Nor"),
    ],
)
def test_people_are_greeted_by_the_hour_and_without_titles(office: Office, hours: int, greeting: str) -> None:
    home = petugas(office)
    office.clock.advance(hours * 3600)
    assert home.home().greeting == greeting


@pytest.mark.parametrize(
    ("name", "first", "initials"),
    [
        ("Drs. H. Rahmat Hidayat, M.M.", "Rahmat", "RH"),
        ("Siti Rahmah, S.Pd.", "Siti", "SR"),
        ("Fauzi", "Fauzi", "F"),
        ("M. Rizani", "Rizani", "MR"),
        ("Hj. Ratna Melati", "Ratna", "RM"),
        ("dr. H. A. Fadli Noor, Sp.A.", "Fadli", "AF"),
        ("H.", "H.", "H"),
    ],
)
def test_titles_are_no_names(name: str, first: str, initials: str) -> None:
    assert plain_words(name)[0] == first
    assert initials_of(name) == initials


def test_where_the_data_is_follows_the_line(office: Office) -> None:
    home = petugas(office)
    begin(office, "Warung")
    view = home.home()
    assert (view.laptop, view.waiting, view.received, view.last_sync) == (1, 0, 0, "belum pernah")
    assert view.shipping_note.startswith("Tidak ada internet.")
    office.desk.set_link(Link.ONLINE)
    assert home.home().shipping_note.startswith("Tersambung.")


def test_somebody_without_a_right_today_sees_an_empty_home_and_begins_nothing(office: Office) -> None:
    home = petugas(office)
    seat = office.desk.seat()
    grant = {**seat.user.grants[0], "valid_to": "2026-11-20T01:00:00.000Z"}
    seat.user = replace(seat.user, grants=(grant,))
    view = home.home()
    assert (view.tasks, view.visits, view.village_done) == ((), (), 0)
    with pytest.raises(SidumbaError) as refused:
        EntryService(office.desk).new()
    assert refused.value.code == "program.unknown"
    with pytest.raises(SidumbaError) as named:
        EntryService(office.desk).new(office.program.id)
    assert named.value.code == "workflow.wrong_role"


@pytest.mark.parametrize(
    ("role", "unit"),
    [("admin_kecamatan", DISTRICT), ("verifikator_kabupaten", REGENCY), ("kepala_dinas", REGENCY)],
)
def test_who_only_decides_has_a_home_and_begins_nothing(
    office: Office, told: Told, role: str, unit: str
) -> None:
    told.business("diajukan_kecamatan")
    told.pull()
    home = HomeService(office.sit("Fauzi Rahman", role, unit)).home()
    assert home.tasks == ()
    with pytest.raises(SidumbaError) as refused:
        EntryService(office.desk).new()
    assert refused.value.code == "workflow.wrong_role"


def test_the_home_asks_no_more_for_many_records_than_for_few(
    office: Office, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One question per list, one per task shown: what others have costs nothing."""
    home = petugas(office)
    begin(office, "Draf")
    asked: list[int] = []
    real = Database.read

    def counted(database: Database) -> object:
        asked.append(1)
        return real(database)

    monkeypatch.setattr(Database, "read", counted)

    def questions() -> int:
        asked.clear()
        home.home()
        return len(asked)

    few = questions()
    for _ in range(6):
        told.business("diserahkan", by="Rahman")
    told.pull()
    assert questions() == few


def test_the_time_per_form_is_the_median_of_what_was_begun_and_handed_on_today(office: Office) -> None:
    home = petugas(office)
    assert home.home().minutes_per_form == ""
    seat = office.desk.seat()
    for at, seconds in enumerate((250, 100, 2_000)):
        rid = begin(office, f"Warung {at}")
        office.clock.advance(seconds - 60)
        assert seat.store.records.seal(rid, seat.user.user_id, iso(office.clock.now()), derived_id("op", rid))
    begin(office, "Masih draf")
    assert home.home().minutes_per_form == "4.10"
    office.clock.advance(24 * 3600)
    assert home.home().minutes_per_form == ""
