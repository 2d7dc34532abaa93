"""Laws of the schema: steps lead to today's tables, a newer database is refused kindly, a copy is made first."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from server_stub.store import database as databases
from server_stub.store import schema
from server_stub.store.database import Database
from server_stub.store.tables import metadata
from sidumba_field.core.errors import SidumbaError


def test_the_steps_lead_to_exactly_todays_tables(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    assert schema.current(database) == schema.newest()


def test_a_database_of_a_newer_program_is_refused_and_untouched(tmp_path: Path) -> None:
    database = Database(tmp_path / "server.db")
    schema.upgrade(database)
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SidumbaError, match=r"store\.too_new"):
        schema.upgrade(database)
    assert schema.current(database) == "9999"
    database.close()


def test_an_older_database_is_copied_before_it_is_changed(tmp_path: Path) -> None:
    database = Database(tmp_path / "server.db")
    schema.build(database, "0001")
    with database.write() as work:
        work.scopes.put_fact("office", "Dinas")
    schema.upgrade(database)
    database.close()
    copy = Database(tmp_path / "server.db.0001.copy")
    with copy.read() as work:
        assert work.scopes.fact("office") == "Dinas"
    copy.close()


def test_a_copy_cut_by_a_crash_does_not_pass_for_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database(tmp_path / "server.db")
    schema.build(database, "0001")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(schema, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            schema.upgrade(database)
    assert not (tmp_path / "server.db.0001.copy").exists()
    schema.upgrade(database)
    database.close()
    copy = Database(tmp_path / "server.db.0001.copy")
    assert schema.current(copy) == "0001"
    copy.close()


def test_an_engine_that_may_lose_a_commit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(databases.sqlite, "sqlite_version", "3.51.2")
    with pytest.raises(SidumbaError, match=r"store\.old_engine"):
        Database(tmp_path / "server.db")
    assert not (tmp_path / "server.db").exists()


def test_sqlite_is_durable_and_patient(tmp_path: Path) -> None:
    database = Database(tmp_path / "server.db")
    with database.engine.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "busy_timeout")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "busy_timeout": 20_000}
    database.close()
