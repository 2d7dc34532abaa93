"""Walks named kill points one after the other, each in a copy of the world, on SQLite or on PostgreSQL."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.chaos.point_flows import FLOWS
from tests.chaos.point_world import World, build_world
from tests.chaos.points import Point
from tests.helpers.databases import Postgres, running_postgres

#: As in an office: the worker that answers next is another one than the worker that began.
WORKERS = 2


@dataclass(frozen=True, slots=True)
class Outcome:
    """``fault``: "" when nothing was lost, doubled or stuck and the point was met."""

    name: str
    side: str
    seconds: float
    fault: str

    @property
    def held(self) -> bool:
        return not self.fault

    def plain(self) -> dict[str, Any]:
        return asdict(self)


@dataclass
class PointWalk:
    """``postgres`` None: SQLite. Copies are taken away again when the point held."""

    home: Path
    world: World
    postgres: Postgres | None = None
    deaths: int = 0

    def die(self, point: Point) -> Outcome:
        """Let somebody die at one point and judge what is left of him."""
        began = time.monotonic()
        self.deaths += 1
        folder = self.home / f"death-{self.deaths}"
        url = self.postgres.copy_of(self.world.database_url) if self.postgres is not None else ""
        world = self.world.copy(folder, url)
        try:
            fault = "" if FLOWS[point.flow](world, point, WORKERS) else "never reached"
        except (AssertionError, RuntimeError) as error:
            fault = str(error) or type(error).__name__
        if not fault:
            shutil.rmtree(folder, ignore_errors=True)
            if self.postgres is not None:
                self.postgres.drop(url)
        return Outcome(point.name, point.side, round(time.monotonic() - began, 2), fault)


@contextmanager
def open_walk(home: Path, kind: str = "sqlite", postgres: Postgres | None = None) -> Iterator[PointWalk]:
    """Build the world once; ``kind``: "sqlite" or "postgres" (started here when none is handed in)."""
    if kind == "sqlite":
        yield PointWalk(home, build_world(home / "world"))
    elif postgres is not None:
        yield PointWalk(home, build_world(home / "world", postgres.empty()), postgres)
    else:
        with running_postgres() as started:
            yield PointWalk(home, build_world(home / "world", started.empty()), started)
