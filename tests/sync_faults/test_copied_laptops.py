"""Laptops that were copied or set back (spec/sync.md failure 17): nothing is lost, both are seen, nothing is doubled.

Real server processes on both databases. "Seen": the fingerprint beside the database tells the copy apart. "Unseen": the
copy is such that nothing on it differs (a disk image), and only the server can notice.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from server_stub.app import build_server
from server_stub.settings import Settings
from server_stub.store.database import Database
from server_stub.store.lives import Life, twins_since
from sidumba_field.store import lives
from tests.chaos.point_world import Processes, seat_at
from tests.helpers.databases import Postgres, running_postgres
from tests.helpers.office import CHEAP, PROGRAM, PlainRules
from tests.helpers.over_http import HttpLaptop, Seat, Truth, judge_all, truth
from tests.helpers.run_server import set_up

#: Everyday each database and each kind of copy once; the other two pairs under ``run.py soak``.
WORLDS = pytest.mark.parametrize(
    ("place", "seen"),
    [
        ("sqlite", "seen"),
        ("postgres", "unseen"),
        pytest.param("sqlite", "unseen", marks=pytest.mark.soak),
        pytest.param("postgres", "seen", marks=pytest.mark.soak),
    ],
    indirect=True,
)


@dataclass
class Place:
    """A server, the one seat enrolled at it, and a folder for laptops."""

    home: Path
    processes: Processes
    seat: Seat

    @property
    def url(self) -> str:
        return self.processes.url

    def laptop(self, name: str, memory: HttpLaptop | None = None) -> HttpLaptop:
        """Open a folder; ``memory``: the laptop it was copied from, for what was typed on it."""
        one = HttpLaptop.at(self.home / name, self.seat, self.url)
        if memory is not None:
            one.typed = {rid: dict(answers) for rid, answers in memory.typed.items()}
            one.photos = dict(memory.photos)
        return one

    def copy(self, laptop: HttpLaptop, name: str) -> None:
        """Copy a whole folder, twin and all, while its database is closed."""
        laptop.store.close()
        shutil.copytree(laptop.folder, self.home / name)
        laptop.open()

    def look(self) -> tuple[Truth, list[Life]]:
        settings = self.processes.settings
        database = Database(settings.database, settings.database_url)
        try:
            with database.read() as work:
                found = work.lives.all()
            return truth(database), found.get(self.seat.device, [])
        finally:
            database.close()


@contextmanager
def opened(home: Path, url: str) -> Iterator[Place]:
    home.mkdir(parents=True, exist_ok=True)
    settings = Settings(home / "server", url, argon=CHEAP)
    server = build_server(settings, programs={PROGRAM: PlainRules()})
    set_up(server)
    seat = seat_at(server, "petugas")
    server.database.close()
    processes = Processes(settings)
    processes.start_server(None, home / "unused")
    try:
        yield Place(home, processes, seat)
    finally:
        processes.kill_server()


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with running_postgres() as started:
        yield started


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    url = request.getfixturevalue("postgres").empty() if request.param == "postgres" else ""
    with opened(tmp_path, url) as made:
        yield made


@pytest.fixture
def seen(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    if request.param == "unseen":
        monkeypatch.setattr(lives, "_fingerprint", lambda folder, salt: "the very same disk")
    return request.param == "seen"


@WORLDS
def test_two_copies_of_one_laptop_both_edit_and_nothing_is_lost(place: Place, seen: bool) -> None:
    first = place.laptop("first")
    shared, other, third = (first.begin(nama=name, omzet="1") for name in ("Warung", "Kios", "Toko"))
    first.settle(place.url)
    first.type(shared, catatan="sebelum disalin")
    queued = first.send(shared)
    first.type(other, telepon="0812")
    unsent = first.begin(nama="Belum terkirim")
    place.copy(first, "second")
    second = place.laptop("second", first)
    assert (second.store.incarnation != first.store.incarnation) is seen
    for laptop, word in ((first, "satu"), (second, "dua")):
        laptop.type(shared, omzet=f"{word} juta", **{f"hanya_{word}": word})
        laptop.send(shared)
        laptop.type(third, alamat=word)
        laptop.send(third)
        laptop.type(unsent, omzet=word)
        laptop.send(unsent)
        laptop.begin(nama=f"Baru {word}")
    assert queued is not None
    for _ in range(2):
        for laptop in (first, second):
            laptop.settle(place.url)
    found, _ = place.look()
    judge_all(found, [first, second], set(first.typed) | set(second.typed), lambda: "copied")
    for laptop in (first, second):
        for rid, path in ((shared, "omzet"), (third, "alamat"), (unsent, "omzet")):
            waiting = [one for one in laptop.store.records.proposals(rid) if one.open and path in one.set]
            values = {laptop.record(rid).fields[path], *(one.set[path] for one in waiting)}
            assert len(values) == 2, (rid, path)
        assert {"hanya_satu", "hanya_dua"} <= set(laptop.record(shared).fields)
    assert first.store.incarnation != second.store.incarnation
    for laptop in (first, second, first, second):
        laptop.begin(nama="Masing-masing")
        laptop.settle(place.url)
    living = place.look()[1]
    assert {first.store.incarnation, second.store.incarnation} <= {life.inc for life in living}
    assert twins_since(living)
    first.store.close()
    second.store.close()


@WORLDS
def test_a_laptop_set_back_gets_its_later_work_by_pull_and_doubles_nothing(place: Place, seen: bool) -> None:
    laptop = place.laptop("laptop")
    kept = laptop.begin(nama="Warung", omzet="1")
    laptop.settle(place.url)
    laptop.type(kept, catatan="di antrean")
    laptop.send(kept)
    place.copy(laptop, "backup")
    laptop.type(kept, telepon="0812")
    laptop.send(kept)
    later = laptop.begin(nama="Kios")
    laptop.settle(place.url)
    laptop.type(later, omzet="7")
    laptop.send(later)
    laptop.settle(place.url)
    before, lived = place.look()
    laptop.store.close()
    shutil.rmtree(laptop.folder)
    (place.home / "backup").rename(laptop.folder)
    back = place.laptop("laptop", laptop)
    assert back.store.records.get(later) is None
    back.settle(place.url)
    back.settle(place.url)
    after, _ = place.look()
    judge_all(after, [back], {kept, later}, lambda: "set back")
    assert {rid: record.fields for rid, record in after.records.items()} == {
        rid: record.fields for rid, record in before.records.items()
    }
    assert not [one for rid in (kept, later) for one in back.store.records.proposals(rid)]
    assert back.store.incarnation != lived[-1].inc
    fresh = back.begin(nama="Sesudahnya")
    back.settle(place.url)
    after, living = place.look()
    assert fresh in after.records
    # One machine, not two: the office is not told of a twin.
    assert twins_since(living) == ""
    assert bool(living[0].strange_at) is not seen
    back.store.close()


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_a_lost_reply_is_no_second_laptop(place: Place) -> None:
    laptop = place.laptop("laptop")
    for name in ("Warung", "Kios", "Toko"):
        laptop.begin(nama=name)
        line = laptop.seat.line(place.url) if laptop.seat else None
        assert line is not None
        real = line.push

        def lossy(request, real=real):  # type: ignore[no-untyped-def]
            real(request)
            raise KeyboardInterrupt

        line.push = lossy  # type: ignore[method-assign]
        with pytest.raises(KeyboardInterrupt):
            laptop.sync(line=line)
        laptop.restart()
    laptop.settle(place.url)
    found, living = place.look()
    judge_all(found, [laptop], set(laptop.typed), lambda: "lost replies")
    assert [(life.number, life.strange_at, life.twin_at) for life in living] == [(1, "", "")]
    laptop.store.close()
