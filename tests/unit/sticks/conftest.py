"""Both databases for the tests of sticks; laptops and server stand in one process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from server_stub.store import schema
from server_stub.store.database import Database
from tests.helpers.databases import KINDS, Postgres, running_postgres
from tests.helpers.stick_village import StickLaptop, StickServer


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with running_postgres() as server:
        yield server


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A migrated, empty database of each kind."""
    if request.param == "sqlite":
        found = Database(tmp_path / "server.db")
        schema.upgrade(found)
    else:
        found = Database(tmp_path / "unused.db", request.getfixturevalue("postgres").clean())
    yield found
    found.close()


@pytest.fixture
def office(tmp_path: Path, database: Database) -> StickServer:
    return StickServer.at(tmp_path / "server", database)


@pytest.fixture
def village(tmp_path: Path, office: StickServer) -> Iterator[StickLaptop]:
    laptop = StickLaptop.join(tmp_path / "laptop", office, "ani")
    yield laptop
    laptop.store.close()
