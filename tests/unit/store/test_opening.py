"""Opening a laptop's folder: what is refused, how kindly, and that no file is ever lost over it."""

from __future__ import annotations

from pathlib import Path

import pytest

from sidumba_field.core.errors import SidumbaError
from sidumba_field.store import open_store
from sidumba_field.store.database import Database, demand_engine
from sidumba_field.store.migrations import MIGRATIONS
from tests.helpers.ledger import KEY, begin, clock, record


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def _refused(folder: Path, key: bytes = KEY) -> str:
    with pytest.raises(SidumbaError) as refusal:
        open_store(folder, key, clock())
    return refusal.value.code


def test_a_wrong_key_changes_nothing(tmp_path: Path) -> None:
    begin(tmp_path).close()
    before = _files(tmp_path)
    assert _refused(tmp_path, bytes(32)) == "store.damaged"
    assert _files(tmp_path) == before
    begin(tmp_path).close()


@pytest.mark.parametrize(
    "content", [b"", b"SQLite format 3\0" + b"\0" * 4096, b"not a database at all" * 500]
)
def test_a_damaged_file_stays_where_it_is(tmp_path: Path, content: bytes) -> None:
    begin(tmp_path).close()
    path = tmp_path / "laptop.db"
    path.write_bytes(content)
    assert _refused(tmp_path) == "store.damaged"
    assert path.read_bytes() == content


def test_a_missing_database_is_not_replaced_by_an_empty_one(tmp_path: Path) -> None:
    begin(tmp_path).close()
    (tmp_path / "laptop.db").rename(tmp_path / "elsewhere.db")
    assert _refused(tmp_path) == "store.no_laptop"
    assert not (tmp_path / "laptop.db").exists()
    (tmp_path / "elsewhere.db").rename(tmp_path / "laptop.db")
    begin(tmp_path).close()


def test_a_newer_database_is_refused_kindly_and_left_alone(tmp_path: Path) -> None:
    begin(tmp_path).close()
    database = Database(tmp_path / "laptop.db", KEY)
    with database.write() as connection:
        connection.exec_driver_sql("PRAGMA user_version = 99")
    database.close()
    before = _files(tmp_path)
    with pytest.raises(SidumbaError) as refusal:
        open_store(tmp_path, KEY, clock())
    assert (refusal.value.code, refusal.value.params["found"]) == ("store.too_new", 99)
    assert _files(tmp_path) == before


@pytest.mark.parametrize(
    ("version", "refused"), [((3, 40, 1), True), ((3, 51, 2), True), ((3, 51, 3), False)]
)
def test_an_engine_that_may_corrupt_is_refused(version: tuple[int, int, int], refused: bool) -> None:
    if not refused:
        demand_engine(version)
        return
    with pytest.raises(SidumbaError) as refusal:
        demand_engine(version)
    assert refusal.value.code == "store.old_engine"


def test_durability_settings_are_in_force(tmp_path: Path) -> None:
    begin(tmp_path).close()
    database = Database(tmp_path / "laptop.db", KEY)
    expected = {
        "journal_mode": "wal",
        "synchronous": 2,
        "fullfsync": 1,
        "checkpoint_fullfsync": 1,
        "foreign_keys": 1,
        "temp_store": 2,
        "user_version": len(MIGRATIONS),
        "application_id": 0x53444D42,
    }
    with database.read() as connection:
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in expected}
    database.close()
    assert found == expected


def test_a_restored_or_cloned_folder_goes_on_as_a_new_life(tmp_path: Path) -> None:
    store = begin(tmp_path)
    first = store.incarnation
    store.close()
    store = begin(tmp_path)
    assert store.incarnation == first
    store.close()
    (tmp_path / "incarnation").write_text("0" * 36, encoding="ascii")
    store = begin(tmp_path)
    assert store.incarnation != first
    assert store.meta.get("incarnation.former") == first
    assert (tmp_path / "incarnation").read_text("ascii").splitlines()[0] == store.incarnation
    store.close()


def test_a_second_process_waits_and_is_told(tmp_path: Path) -> None:
    store = begin(tmp_path)
    rid = store.records.create(record(clock())).rid
    other = Database(tmp_path / "laptop.db", KEY)
    with other.read() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 50")
    with other.write() as connection:
        connection.exec_driver_sql("UPDATE meta SET value = value")
        with store._db.read() as mine:
            mine.exec_driver_sql("PRAGMA busy_timeout = 50")
        with pytest.raises(SidumbaError) as refusal:
            store.records.answer(rid, {"nama": "Ani"})
    assert (refusal.value.code, refusal.value.retryable) == ("store.busy", True)
    store.records.answer(rid, {"nama": "Ani"})
    other.close()
    store.close()
