"""Migrations of laptop.db: on a copy that is compared before it takes the old one's place; schema and tables agree."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
import sqlalchemy as sa

from sidumba_field.core.errors import SidumbaError
from sidumba_field.store import database as database_module
from sidumba_field.store import open_store
from sidumba_field.store.database import Database
from sidumba_field.store.migrations import MIGRATIONS, Migration
from sidumba_field.store.tables import Base
from tests.helpers.ledger import KEY, begin, clock, record

NEXT = len(MIGRATIONS) + 1
GOOD = Migration(NEXT, "note", ("ALTER TABLE record ADD COLUMN note TEXT NOT NULL DEFAULT ''",))
BAD = Migration(NEXT, "bad", ("CREATE TABLE half (a TEXT)", "INSERT INTO nowhere VALUES (1)"))
LOSES = Migration(NEXT, "loses", ("DELETE FROM journal WHERE path = '@period'",))
SPOILS = Migration(NEXT, "spoils", ("UPDATE journal SET value = upper(value)",))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A laptop of version 1 with a draft in it."""
    store = begin(tmp_path)
    store.records.create(record(clock(), {"nama": "Wahyuni"}))
    store.close()
    return tmp_path


def _state(database: Database) -> tuple[int, list[int], int]:
    with database.read() as connection:
        version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
        steps = connection.exec_driver_sql("SELECT number FROM migration ORDER BY number").scalars().all()
        drafts = connection.exec_driver_sql("SELECT count(*) FROM journal").scalar_one()
    return version, list(steps), drafts


def test_the_old_database_is_kept_as_it_was_and_the_new_one_holds_it_all(folder: Path) -> None:
    open_store(folder, KEY, clock(), (*MIGRATIONS, GOOD)).close()
    database = Database(folder / "laptop.db", KEY)
    assert _state(database) == (NEXT, list(range(1, NEXT + 1)), 2)
    database.close()
    [copy] = (folder / "copies").iterdir()
    assert copy.name.startswith(f"laptop-v{NEXT - 1}-")
    assert b"Wahyuni" not in copy.read_bytes()
    kept = Database(copy, KEY)
    assert _state(kept) == (NEXT - 1, list(range(1, NEXT)), 2)
    kept.check()
    kept.close()


def _seen(folder: Path) -> set[str]:
    return {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}


@pytest.mark.parametrize("step", [BAD, LOSES, SPOILS], ids=lambda step: step.name)
def test_a_step_that_fails_or_loses_something_leaves_the_old_database(folder: Path, step: Migration) -> None:
    before = (folder / "laptop.db").read_bytes()
    with pytest.raises(SidumbaError) as refusal:
        open_store(folder, KEY, clock(), (*MIGRATIONS, step))
    assert (refusal.value.code, refusal.value.params["step"]) == ("store.migration_failed", NEXT)
    assert _seen(folder) == {"laptop.db", "incarnation", "opening.lock"}
    database = Database(folder / "laptop.db", KEY)
    assert _state(database) == (NEXT - 1, list(range(1, NEXT)), 2)
    database.close()
    # The header alone tells of another way of writing; every page of data is the same.
    assert (folder / "laptop.db").read_bytes()[4096:] == before[4096:]
    open_store(folder, KEY, clock()).close()


def test_a_database_somebody_has_open_is_not_upgraded_under_him(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "PATIENCE_MS", 50)
    other = Database(folder / "laptop.db", KEY)
    with pytest.raises(SidumbaError) as refusal:
        open_store(folder, KEY, clock(), (*MIGRATIONS, GOOD))
    assert refusal.value.code == "store.busy"
    assert _state(other) == (NEXT - 1, list(range(1, NEXT)), 2)
    other.close()
    open_store(folder, KEY, clock(), (*MIGRATIONS, GOOD)).close()


def test_a_disk_without_links_swaps_too(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", no_links)
    open_store(folder, KEY, clock(), (*MIGRATIONS, GOOD)).close()
    [copy] = (folder / "copies").iterdir()
    for file, version in ((folder / "laptop.db", NEXT), (copy, NEXT - 1)):
        database = Database(file, KEY)
        assert _state(database)[0] == version
        database.close()


def test_a_kill_between_the_two_renames_of_such_a_disk_is_mended(folder: Path) -> None:
    """The old one has gone to ``copies``, the compared one waits under its own name."""
    open_store(folder, KEY, clock(), (*MIGRATIONS, GOOD)).close()
    (folder / "laptop.db").rename(folder / "laptop.db.next")
    store = open_store(folder, KEY, clock(), (*MIGRATIONS, GOOD))
    assert len(store.records.find("kopi")) == 1
    store.close()
    assert not (folder / "laptop.db.next").exists()


def test_a_full_disk_leaves_the_old_database(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Database, target: Path) -> None:
        target.write_bytes(b"half")
        raise SidumbaError("store.disk_full")

    with monkeypatch.context() as patch:
        patch.setattr(Database, "copy_to", full)
        with pytest.raises(SidumbaError) as refusal:
            open_store(folder, KEY, clock(), (*MIGRATIONS, GOOD))
    assert refusal.value.code == "store.disk_full"
    assert _seen(folder) == {"laptop.db", "incarnation", "opening.lock"}
    store = open_store(folder, KEY, clock(), (*MIGRATIONS, GOOD))
    assert len(store.records.find("kopi")) == 1
    store.close()


def test_opening_again_runs_nothing_and_copies_nothing(folder: Path) -> None:
    open_store(folder, KEY, clock()).close()
    assert not (folder / "copies").exists()


def test_a_migrated_schema_is_the_one_the_tables_speak_of(tmp_path: Path) -> None:
    begin(tmp_path).close()
    database = Database(tmp_path / "laptop.db", KEY)
    with database.read() as connection:
        found = {
            name: {
                (row[1], row[2], bool(row[3]))
                for row in connection.exec_driver_sql(f"PRAGMA table_info({name})")
            }
            for name in Base.metadata.tables
        }
    database.close()
    expected = {
        name: {
            (
                column.name,
                "INTEGER" if isinstance(column.type, sa.Integer) else "TEXT",
                not column.nullable and column.name != "n",
            )
            for column in table.columns
        }
        for name, table in Base.metadata.tables.items()
    }
    loose = {name: {(column, kind) for column, kind, _ in columns} for name, columns in found.items()}
    assert loose == {
        name: {(column, kind) for column, kind, _ in columns} for name, columns in expected.items()
    }
    nullable = {
        (name, column) for name, columns in found.items() for column, _, strict in columns if not strict
    }
    assert nullable == {
        ("access_log", "n"),
        ("card", "n"),
        *(("card_line", name) for name in ("n", *(f"c{column}" for column in range(1, 11)))),
        ("feed", "payload"),
        *(("fill_line", name) for name in ("n", *(f"c{column}" for column in range(1, 11)))),
        ("feed_lost", "n"),
        ("journal", "value"),
        ("record", "base"),
        ("record", "n"),
        ("scope", "snapshot_after"),
        ("scope", "snapshot_hash"),
        ("scope", "snapshot_seq"),
        ("word", "n"),
    }


def test_numbers_are_without_gap_and_names_unique() -> None:
    assert [step.number for step in MIGRATIONS] == list(range(1, len(MIGRATIONS) + 1))
    assert len({step.name for step in MIGRATIONS}) == len(MIGRATIONS)
