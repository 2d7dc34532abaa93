"""What can go wrong with a laptop that somebody carries through villages: every damage gets one clear sentence, nothing
is deleted or overwritten, nothing personal is told, and with the damage mended everything typed is there.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from sidumba_field.bootstrap import build_services
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.time import iso
from sidumba_field.services import Services
from sidumba_field.services.views import Decided
from sidumba_field.store.database import Database
from sidumba_field.words import explain_error
from tests.helpers.laptop_folder import LaptopFolder, make_laptop
from tests.helpers.typist import fill
from tests.tour.people import BUSINESS, photo
from tests.tour.stage import TourClock

PERSONAL = [BUSINESS[path] for path in ("pemilik/nik", "pemilik/nama", "pemilik/hp", "usaha/nama")]
#: Files the program may write while it says no: a log, what it worked out, form versions, locks of the engine.
OWN = ("logs", "cache", "forms", "laptop.db-wal", "laptop.db-shm", "status.json")


@dataclass
class Carried:
    """A laptop after a day's work: one business handed on and not sent, its photo, and a second one half typed."""

    laptop: LaptopFolder
    clock: TourClock
    whole: str
    half: str

    def services(self) -> Services:
        return build_services(self.laptop.folder, clock=self.clock)

    def unlock(self, passphrase: str = "") -> Services:
        services = self.services()
        services.session.unlock(self.laptop.user_id, passphrase or self.laptop.passphrase)
        return services

    def files(self) -> dict[str, bytes]:
        folder = self.laptop.folder
        return {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path.relative_to(folder).as_posix().split("/")[0] not in OWN
        }

    def refused(self, act: Callable[[], object], code: str, caplog: pytest.LogCaptureFixture) -> None:
        """``act`` is refused with ``code``; nothing on the disk changes, nothing personal is said or logged."""
        before = self.files()
        with pytest.raises(SidumbaError) as caught:
            act()
        assert caught.value.code == code
        assert self.files() == before
        for lang in ("id", "en"):
            words = explain_error(caught.value, lang)
            assert words.sentence
            assert words.next_step
            said = words.text() + str(caught.value) + caplog.text
            assert not [value for value in PERSONAL if value in said]
            assert not [name for name, secret in self.laptop.secrets.items() if secret.hex() in said]

    def read_nik(self) -> str:
        """Return the owner's number as this laptop shows it now, or the code of its refusal."""
        try:
            store = self.laptop.open(self.clock)
        except SidumbaError as error:
            return error.code
        try:
            record = store.records.get(self.whole)
            store.counts()
            return record.fields["pemilik/nik"] if record is not None else ""
        except SidumbaError as error:
            return error.code
        finally:
            store.close()

    def all_there(self) -> None:
        """Everything typed is here and still waits to be sent."""
        services = self.unlock()
        view = services.entry.open(self.whole)
        assert {path: view.items[path].value for path in ("pemilik/nik", "usaha/nama")} == {
            path: BUSINESS[path] for path in ("pemilik/nik", "usaha/nama")
        }
        assert services.entry.photo(view.items["lokasi/foto"].value)
        assert services.entry.open(self.half).items["pemilik/nama"].value == "Baru Separuh"
        assert services.session.truth().waiting == 1
        services.session.lock()


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Carried:
    """A day's work, done once; every test carries a copy of it."""
    home = tmp_path_factory.mktemp("day")
    made = Carried(make_laptop(home / "laptop"), TourClock(), "", "")
    services = made.unlock()
    entry = services.entry
    made.whole = entry.new().rid
    fill(entry, made.whole, photo(320, 240), home)
    assert isinstance(entry.finish(made.whole), Decided)
    made.half = entry.new().rid
    entry.answer(made.half, "pemilik/nama", "Baru Separuh")
    services.session.lock()
    return made


@pytest.fixture
def carried(day: Carried, tmp_path: Path) -> Carried:
    folder = tmp_path / "laptop"
    shutil.copytree(day.laptop.folder, folder)
    return replace(day, laptop=replace(day.laptop, folder=folder))


def flipped(raw: bytes, at: int, count: int = 64) -> bytes:
    return raw[:at] + bytes(byte ^ 0xFF for byte in raw[at : at + count]) + raw[at + count :]


def damaged(path: Path, how: Callable[[bytes], bytes]) -> Callable[[], None]:
    """Damage a file; return what mends it."""
    whole = path.read_bytes()
    path.write_bytes(how(whole))

    def mend() -> None:
        path.write_bytes(whole)

    return mend


HOW: dict[str, Callable[[bytes], bytes]] = {
    "first bytes flipped": lambda raw: flipped(raw, 0),
    "cut in half": lambda raw: raw[: len(raw) // 2],
    "cut to nothing": lambda raw: b"",
    "something else": lambda raw: b"bukan basis data " * 4000,
}


def test_a_wrong_passphrase_opens_nothing(carried: Carried, caplog: pytest.LogCaptureFixture) -> None:
    carried.refused(lambda: carried.unlock("bukan kata sandinya"), "auth.wrong_passphrase", caplog)
    carried.all_there()


def test_the_key_file_of_another_laptop_does_not_open_this_database(
    carried: Carried, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    other = make_laptop(tmp_path / "lain", passphrase=carried.laptop.passphrase)
    mend = damaged(carried.laptop.folder / "keys.json", lambda _: (other.folder / "keys.json").read_bytes())

    def act() -> None:
        carried.services().session.unlock(other.user_id, other.passphrase)

    carried.refused(act, "store.damaged", caplog)
    mend()
    carried.all_there()


@pytest.mark.parametrize("how", HOW)
def test_a_damaged_database_is_told_and_left_as_it_is(
    carried: Carried, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    mend = damaged(carried.laptop.folder / "laptop.db", HOW[how])

    def act() -> None:
        services = carried.unlock()
        try:
            services.home.home()
            services.entry.open(carried.whole)
        finally:
            services.session.lock()

    carried.refused(act, "store.damaged", caplog)
    mend()
    carried.all_there()


def test_bytes_flipped_in_the_middle_of_the_database_never_become_answers(carried: Carried) -> None:
    """Each page is sealed: wherever the damage is, what is read is either what was typed, or a clear no."""
    path = carried.laptop.folder / "laptop.db"
    whole = path.read_bytes()
    seen = set()
    for at in range(4096, len(whole) - 4096, max(4096, len(whole) // 24)):
        path.write_bytes(flipped(whole, at + 512, 16))
        seen.add(carried.read_nik())
        for name in ("laptop.db-wal", "laptop.db-shm"):
            (carried.laptop.folder / name).unlink(missing_ok=True)
    assert "store.damaged" in seen
    assert seen <= {"store.damaged", BUSINESS["pemilik/nik"]}
    path.write_bytes(whole)
    carried.all_there()


def test_a_missing_database_is_not_replaced_by_an_empty_one(
    carried: Carried, caplog: pytest.LogCaptureFixture
) -> None:
    path = carried.laptop.folder / "laptop.db"
    whole = path.read_bytes()
    path.unlink()
    carried.refused(carried.unlock, "store.no_laptop", caplog)
    assert not path.exists()
    path.write_bytes(whole)
    carried.all_there()


@pytest.mark.parametrize("how", HOW)
def test_a_damaged_key_file_is_told_and_its_twin_opens_the_laptop(
    carried: Carried, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    keys, twin = carried.laptop.folder / "keys.json", carried.laptop.folder / "keys.json.bak"
    if not twin.exists():
        twin.write_bytes(keys.read_bytes())
    mend_keys = damaged(keys, HOW[how])
    carried.all_there()
    mend_twin = damaged(twin, HOW[how])
    carried.refused(lambda: carried.services().session.login_view(), "store.damaged", caplog)
    mend_keys()
    mend_twin()
    carried.all_there()


@pytest.mark.parametrize("how", HOW)
def test_a_damaged_picture_is_told_and_the_form_stays_open(
    carried: Carried, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    (picture,) = (carried.laptop.folder / "attachments").rglob("*.enc")
    mend = damaged(picture, HOW[how])
    services = carried.unlock()
    view = services.entry.open(carried.whole)
    assert view.items["pemilik/nik"].value == BUSINESS["pemilik/nik"]
    with pytest.raises(SidumbaError) as caught:
        services.entry.photo(view.items["lokasi/foto"].value)
    assert caught.value.code == "attachment.damaged"
    services.session.lock()
    mend()
    carried.all_there()


def test_when_the_lease_has_run_out_typing_goes_on_and_nothing_waiting_is_lost(carried: Carried) -> None:
    store = carried.laptop.open(carried.clock)
    user = store.users.get(carried.laptop.user_id)
    assert user is not None
    store.users.upsert(replace(user, lease_until=iso(carried.clock.now() - timedelta(days=1))))
    store.close()
    services = carried.unlock()
    services.entry.answer(carried.half, "usaha/nama", "Warung Sungai")
    outcome = services.syncing.run()
    assert not outcome.ok
    assert outcome.sentence
    assert services.session.truth().waiting == 1
    services.session.lock()
    carried.all_there()


def test_a_newer_database_is_left_to_the_newer_program(
    carried: Carried, caplog: pytest.LogCaptureFixture
) -> None:
    database = Database(carried.laptop.folder / "laptop.db", carried.laptop.data_key)
    with database.write() as connection:
        before = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
        connection.exec_driver_sql("PRAGMA user_version = 999")
    database.close()
    carried.refused(carried.unlock, "store.too_new", caplog)
    database = Database(carried.laptop.folder / "laptop.db", carried.laptop.data_key)
    with database.write() as connection:
        connection.exec_driver_sql(f"PRAGMA user_version = {before:d}")
    database.close()
    carried.all_there()


def test_a_folder_nobody_may_write_in_is_told_and_the_answers_before_stay(
    carried: Carried, caplog: pytest.LogCaptureFixture
) -> None:
    services = carried.unlock()
    database = services.session.desk.seat().store._db
    with database.read() as connection:
        connection.exec_driver_sql("PRAGMA query_only = ON")
    with pytest.raises(SidumbaError) as caught:
        services.entry.answer(carried.half, "usaha/nama", "Warung Sungai")
    assert caught.value.code == "store.read_only"
    with database.read() as connection:
        connection.exec_driver_sql("PRAGMA query_only = OFF")
    # The disk writes again: the same answer is taken, nothing of before is gone.
    services.entry.answer(carried.half, "usaha/nama", "Warung Sungai")
    services.session.lock()
    assert carried.unlock().entry.open(carried.half).items["usaha/nama"].value == "Warung Sungai"


def test_a_form_whose_file_is_damaged_keeps_nobody_from_working(carried: Carried) -> None:
    (xml,) = (carried.laptop.folder / "forms").rglob("form.xml")
    mend = damaged(xml, lambda raw: raw[: len(raw) // 3])
    # The product still brings this version along: it is healed, and everybody works on.
    carried.all_there()
    mend()
    carried.all_there()
