"""kill -9 of server or laptop at named points of the product: the next clean run brings everything together.

Nothing typed is lost, nothing acts twice, nothing is stuck, every file is the same byte by byte. Everyday a few points
of each flow, on both databases; ``run.py soak`` and ``run.py chaos --points`` walk them all.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.chaos.dying import target
from tests.chaos.point_flows import FLOWS
from tests.chaos.point_walk import PointWalk, open_walk
from tests.chaos.points import LAPTOP, POINTS, SERVER, Point
from tests.helpers.databases import running_postgres

#: Per database: the moments between two promises, at which most is at stake.
EVERYDAY = {
    "sqlite": (
        "push/server_stub.store.database:Database.attempt_together:after",
        "pull/sidumba_field.store.feed:Feed.apply_snapshot:after",
        "bundle/server_stub.api.bundles.taking:Taking._keep:after",
        "wipe/sidumba_field.services.account.emptied:write_note:after",
    ),
    "postgres": ("upload/server_stub.store.files:Files.complete:after",),
}
BY_NAME = {point.name: point for point in POINTS}


@pytest.fixture(scope="module")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PointWalk]:
    with open_walk(tmp_path_factory.mktemp("points")) as walk:
        yield walk


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PointWalk]:
    with (
        running_postgres() as started,
        open_walk(tmp_path_factory.mktemp("points"), "postgres", started) as walk,
    ):
        yield walk


def test_there_are_thirty_points_on_both_sides_and_each_is_a_place_of_the_product() -> None:
    assert len(POINTS) >= 30
    assert len(BY_NAME) == len(POINTS)
    assert {point.side for point in POINTS} == {SERVER, LAPTOP}
    assert {point.flow for point in POINTS} == set(FLOWS)
    for point in POINTS:
        assert point.where.split(":")[0].startswith(("server_stub.", "sidumba_field.")), point.name
        assert target(point.where), point.name


@pytest.mark.parametrize("name", EVERYDAY["sqlite"])
def test_nothing_is_lost_doubled_or_stuck(sqlite: PointWalk, name: str) -> None:
    assert sqlite.die(BY_NAME[name]).fault == ""


@pytest.mark.parametrize("name", EVERYDAY["postgres"])
def test_nothing_is_lost_doubled_or_stuck_on_postgres(postgres: PointWalk, name: str) -> None:
    assert postgres.die(BY_NAME[name]).fault == ""


def test_a_point_nobody_comes_by_is_told_and_not_taken_for_one_survived(sqlite: PointWalk) -> None:
    never = Point("push", SERVER, "server_stub.workflow.erasure:erase:before")
    assert sqlite.die(never).fault == "never reached"


@pytest.mark.soak
@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.name)
def test_every_point(sqlite: PointWalk, point: Point) -> None:
    assert sqlite.die(point).fault == ""


@pytest.mark.soak
@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.name)
def test_every_point_on_postgres(postgres: PointWalk, point: Point) -> None:
    assert postgres.die(point).fault == ""
