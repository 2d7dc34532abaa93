"""kill -9 at every named point of an upgrade: what is left is the old database or the new one, whole."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.chaos.points import POINTS, Point
from tests.migrations.dying_upgrade import die_in_upgrade

UPGRADES = [point for point in POINTS if point.flow == "upgrade"]
#: Where it matters whether the disk knows hard links.
SWAPS = [point for point in UPGRADES if "_swap" in point.where or "durable" in point.where]
pytestmark = pytest.mark.skipif(not hasattr(os, "killpg"), reason="SIGKILL to a process group")


@pytest.mark.parametrize("point", UPGRADES, ids=lambda point: point.name)
def test_a_killed_upgrade_leaves_one_whole_database(point: Point, tmp_path: Path) -> None:
    assert die_in_upgrade(tmp_path, point.where, point.nth)


@pytest.mark.parametrize("point", SWAPS, ids=lambda point: point.name)
def test_a_killed_swap_of_a_disk_without_links_does_too(point: Point, tmp_path: Path) -> None:
    assert die_in_upgrade(tmp_path, point.where, point.nth, links=False)
