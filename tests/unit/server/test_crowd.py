"""Laws of many at once: writers of one file follow each other closely, and a crowded worker sends laptops on."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError
from starlette.responses import Response

from server_stub.api.deps import Crowd
from server_stub.store import database as room
from server_stub.store import schema
from server_stub.store.database import Database
from server_stub.store.work import Work


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    first = Database(tmp_path / "server.db")
    schema.upgrade(first)
    first.close()
    return tmp_path


def test_writers_of_one_file_follow_each_other_without_idling(folder: Path) -> None:
    """Two processes' worth of doors to one file, each holding it for 20 ms, again and again."""
    doors = [Database(folder / "server.db") for _ in range(2)]

    def write(door: Database) -> None:
        def work(unit: Work) -> None:
            unit.scopes.put_fact("epoch", "e")
            time.sleep(0.02)

        for _ in range(10):
            door.attempt(work)

    began = time.perf_counter()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, doors))
    took = time.perf_counter() - began
    for door in doors:
        door.close()
    assert took < 4, took


def test_a_writer_waits_only_as_long_as_its_patience(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_PATIENCE_S", 0)
    holder, other = (Database(folder / "server.db") for _ in range(2))
    with holder.write() as work:
        work.scopes.put_fact("epoch", "held")
        with pytest.raises(DBAPIError) as refused, other.write():
            raise AssertionError("two writers at once")
    assert room.is_transient(refused.value)
    with other.write() as work:
        work.scopes.put_fact("epoch", "free")
    holder.close()
    other.close()


def test_only_a_crowded_worker_asks_for_a_new_connection() -> None:
    crowd = Crowd()
    with crowd.joined(), crowd.joined():
        assert "connection" not in crowd.send_on(Response()).headers
        with crowd.joined():
            assert crowd.send_on(Response()).headers["connection"] == "close"
        assert "connection" not in crowd.send_on(Response()).headers
