"""Old databases in ``copies``: each goes once it is old, often passed over, and nothing of it would be missed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from sidumba_field.core.ids import new_id
from sidumba_field.core.time import FixedClock, iso
from sidumba_field.store import open_store
from sidumba_field.store.kept import KEEP, OPENINGS
from sidumba_field.store.store import Store
from tests.helpers.ledger import ANI, KEY, clock, record
from tests.migrations.keep import FIXTURES

DAYS = KEEP.total_seconds()


class Upgraded:
    """A laptop of the first release, upgraded a moment ago."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clock = folder, clock()
        shutil.copytree(FIXTURES / "v1", folder)
        self.open(lambda store: None)

    def open(self, use: Callable[[Store], object]) -> None:
        store = open_store(self.folder, KEY, self.clock)
        use(store)
        store.close()

    def open_often(self) -> None:
        for _ in range(OPENINGS):
            self.open(lambda store: None)

    def later(self, seconds: float = DAYS) -> None:
        self.clock.advance(seconds)

    @property
    def kept(self) -> list[str]:
        return sorted(file.name for file in (self.folder / "copies").iterdir())


@pytest.fixture
def laptop(tmp_path: Path) -> Upgraded:
    return Upgraded(tmp_path / "laptop")


def test_it_stays_thirty_days_and_ten_openings(laptop: Upgraded) -> None:
    laptop.later()
    laptop.open(lambda store: None)
    assert len(laptop.kept) == 1, "a clock that jumped takes nothing away"
    laptop.open_often()
    assert laptop.kept == []
    # What it was counted by goes with it.
    laptop.open(
        lambda store: pytest.fail("left") if any(k.startswith("kept/") for k in store.meta.all()) else None
    )


def test_often_opened_it_stays_its_thirty_days(laptop: Upgraded) -> None:
    laptop.open_often()
    assert len(laptop.kept) == 1
    laptop.later(-2 * DAYS)
    laptop.open(lambda store: None)
    assert len(laptop.kept) == 1


def test_one_with_work_of_its_own_stays(laptop: Upgraded) -> None:
    """Somebody worked in the old database: on another machine, or before it was laid here."""
    [name] = laptop.kept
    strange = laptop.folder.with_name("strange")
    strange.mkdir()
    shutil.copy(laptop.folder / "copies" / name, strange / "laptop.db")
    at = FixedClock(laptop.clock.now())
    store = open_store(strange, KEY, at)
    rid = store.records.create(record(at, {"nama": "Hanya di sini"})).rid
    store.records.seal(rid, ANI, iso(at.now()), new_id(at))
    store._db.fold()
    store.close()
    shutil.copy(strange / "laptop.db", laptop.folder / "copies" / name)
    laptop.later()
    laptop.open_often()
    laptop.open_often()
    assert laptop.kept == [name]


def test_what_cannot_be_read_and_what_is_not_ours_stays(laptop: Upgraded) -> None:
    [name] = laptop.kept
    (laptop.folder / "copies" / name).write_bytes(b"no database at all" * 500)
    (laptop.folder / "copies" / "laptop-v1-mine.db").write_bytes(b"a name of the user's")
    laptop.later()
    laptop.open_often()
    laptop.open_often()
    assert laptop.kept == sorted([name, "laptop-v1-mine.db"])


def test_a_full_disk_gives_up_what_is_known_at_once(laptop: Upgraded) -> None:
    laptop.open(lambda store: store.make_room())
    assert laptop.kept == []
