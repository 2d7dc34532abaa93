"""A small office for fault tests: a twin server, a petugas and an admin with a laptop each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sidumba_field.core.time import FixedClock
from tests.helpers.laptop import Laptop, person
from tests.helpers.offices import START, new_server
from tests.helpers.twin import TwinServer


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(START)


@pytest.fixture
def server(clock: FixedClock) -> TwinServer:
    return new_server(clock)


@pytest.fixture
def petugas(tmp_path: Path, clock: FixedClock, server: TwinServer) -> Iterator[Laptop]:
    laptop = Laptop(tmp_path / "petugas", clock, server, person("Hasanah"))
    yield laptop
    laptop.store.close()


@pytest.fixture
def admin(tmp_path: Path, clock: FixedClock, server: TwinServer) -> Iterator[Laptop]:
    laptop = Laptop(tmp_path / "admin", clock, server, person("Rahman"))
    yield laptop
    laptop.store.close()
