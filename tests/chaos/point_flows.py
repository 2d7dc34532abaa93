"""What is under way when a named point is met, and what has to hold afterwards, per flow.

A flow gets a world of its own and a point; it lets somebody die there, starts everything again without the point, and
raises ``AssertionError`` for anything lost, doubled or stuck. It returns whether the point was reached at all.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from tests.chaos.point_world import World, die_at, lives, opened, together
from tests.chaos.points import Point
from tests.chaos.stick_flow import stick_flow
from tests.chaos.wipe_flow import wipe_flow
from tests.helpers.over_http import judge_all
from tests.migrations.dying_upgrade import die_in_upgrade

Flow = Callable[[World, Point, int], bool]


def sync_flow(world: World, point: Point, workers: int, *, who: tuple[str, ...]) -> bool:
    """Somebody dies in a run of the laptops ``who``; then everybody synchronises over a clean line."""
    with lives(world, workers) as processes:
        reached = die_at(world, processes, point, who)
        processes.kill_server()
        processes.start_server(None, world.folder / "unused")
        laptops = opened(world, processes.url)
        try:
            together(world, processes.url, laptops)
            judge_all(world.truth(), list(laptops.values()), world.made, lambda: point.name)
        finally:
            for laptop in laptops.values():
                laptop.store.close()
    return reached


def upgrade_flow(world: World, point: Point, workers: int) -> bool:
    """A laptop of the first release dies while it is brought to today's schema; no server has a part in it."""
    return die_in_upgrade(world.folder, point.where, point.nth)


#: ``fresh`` begins with a snapshot; it lives first, so that a point of both kinds of reading is met.
FLOWS: dict[str, Flow] = {
    "push": partial(sync_flow, who=("mine",)),
    "upload": partial(sync_flow, who=("mine",)),
    "pull": partial(sync_flow, who=("mine", "fresh")),
    "bundle": stick_flow,
    "wipe": wipe_flow,
    "upgrade": upgrade_flow,
}
