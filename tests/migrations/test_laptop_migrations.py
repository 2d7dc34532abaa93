"""Migrations of laptop.db: a copy first, step and record in one transaction, schema and tables agree."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from sidumba_field.core.errors import SidumbaError
from sidumba_field.store import open_store
from sidumba_field.store.database import Database
from sidumba_field.store.migrations import MIGRATIONS, Migration
from sidumba_field.store.opening import migrate
from sidumba_field.store.tables import Base
from tests.helpers.ledger import KEY, begin, clock, record

NEXT = len(MIGRATIONS) + 1
GOOD = Migration(NEXT, "note", ("ALTER TABLE record ADD COLUMN note TEXT NOT NULL DEFAULT ''",))
BAD = Migration(NEXT, "bad", ("CREATE TABLE half (a TEXT)", "INSERT INTO nowhere VALUES (1)"))


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


def test_a_step_runs_after_an_encrypted_copy_was_made(folder: Path) -> None:
    database = Database(folder / "laptop.db", KEY)
    assert migrate(database, folder / "copies", clock(), (*MIGRATIONS, GOOD)) == 1
    assert _state(database) == (NEXT, list(range(1, NEXT + 1)), 2)
    database.close()
    [copy] = (folder / "copies").iterdir()
    assert copy.name.startswith(f"laptop-v{NEXT - 1}-")
    assert b"Wahyuni" not in copy.read_bytes()
    kept = Database(copy, KEY)
    assert _state(kept) == (NEXT - 1, list(range(1, NEXT)), 2)
    kept.check()
    kept.close()


def test_a_failing_step_leaves_nothing_half_done_and_the_copy_beside_it(folder: Path) -> None:
    database = Database(folder / "laptop.db", KEY)
    with pytest.raises(SidumbaError) as refusal:
        migrate(database, folder / "copies", clock(), (*MIGRATIONS, BAD))
    assert (refusal.value.code, refusal.value.params["step"]) == ("store.migration_failed", NEXT)
    assert _state(database) == (NEXT - 1, list(range(1, NEXT)), 2)
    with database.read() as connection:
        assert (
            connection.exec_driver_sql("SELECT count(*) FROM sqlite_master WHERE name = 'half'").scalar_one()
            == 0
        )
    database.close()
    assert len(list((folder / "copies").iterdir())) == 1
    open_store(folder, KEY, clock()).close()


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
