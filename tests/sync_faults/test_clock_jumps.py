"""Clocks that lie (spec/sync.md failure 18): a laptop's clock jumps by years at every call; nothing depends on it."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sidumba_field.core.ids import derived_id
from sidumba_field.core.time import FixedClock
from sidumba_field.sync.transport import Transport
from tests.helpers.desk import NOW
from tests.helpers.laptop import (
    DESA,
    PROGRAM,
    VID,
    Laptop,
    assert_badge_is_true,
    assert_equal_to_server,
    assert_nothing_doubled,
    assert_nothing_lost,
)
from tests.helpers.twin import TwinServer

DAYS = (-3_650, -400, -1, 1, 400, 3_650)


class Jumping:
    """A line whose every call finds the laptop's clock somewhere else, before and after."""

    def __init__(self, line: Any, clock: FixedClock, draw: random.Random) -> None:
        self._line, self._clock, self._draw = line, clock, draw

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            jump(self._clock, self._draw)
            answer = getattr(self._line, name)(*args, **kwargs)
            jump(self._clock, self._draw)
            return answer

        return call


def jump(clock: FixedClock, draw: random.Random) -> None:
    """Move the wall clock, never beyond ten years of the truth; what has passed stays what it is."""
    clock._at = NOW + timedelta(days=draw.choice(DAYS), seconds=draw.randrange(86_400))


def _laptop(folder: Path, server: TwinServer, name: str) -> tuple[Laptop, FixedClock]:
    clock = FixedClock(NOW)
    return Laptop(folder / name, clock, server, derived_id("user", name)), clock


def _sync(laptop: Laptop, clock: FixedClock, draw: random.Random) -> None:
    line: Transport = Jumping(laptop.line(), clock, draw)  # type: ignore[assignment]
    report = laptop.sync(line)
    assert report.complete, [problem.code for problem in report.problems]


@pytest.mark.parametrize("seed", [0, *(pytest.param(n, marks=pytest.mark.soak) for n in range(1, 8))])
def test_a_clock_that_jumps_by_years_decides_nothing(tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    server = TwinServer(FixedClock(NOW))
    server.add_scope(VID, PROGRAM, DESA, "Halong")
    (ani, ani_clock), (budi, budi_clock) = (_laptop(tmp_path, server, name) for name in ("ani", "budi"))
    shared = ani.begin(nama="Warung", omzet="1")
    _sync(ani, ani_clock, draw)
    _sync(budi, budi_clock, draw)
    for turn in range(3):
        for laptop, clock, word in ((ani, ani_clock, "ani"), (budi, budi_clock, "budi")):
            jump(clock, draw)
            laptop.type(shared, **{f"dari_{word}": str(turn)})
            laptop.send(shared)
            jump(clock, draw)
            laptop.begin(nama=f"{word} {turn}")
            laptop.photo(laptop.begin(nama="berfoto"), "foto", f"{word}{turn}".encode() * 100)
            _sync(laptop, clock, draw)
            laptop.restart()
    for laptop, clock in ((ani, ani_clock), (budi, budi_clock)):
        for rid in laptop.typed:
            laptop.send(rid)
        _sync(laptop, clock, draw)
    for laptop, clock in ((ani, ani_clock), (budi, budi_clock)):
        _sync(laptop, clock, draw)
        assert laptop.store.outbox.unsent() == 0
        assert_nothing_lost(laptop)
        assert_badge_is_true(laptop)
        assert_equal_to_server(laptop)
        laptop.store.close()
    assert_nothing_doubled(server)
    assert (server.records[shared].fields["dari_ani"], server.records[shared].fields["dari_budi"]) == (
        "2",
        "2",
    )
    assert not [entry for entry in server.feeds[VID] if entry.kind.value == "proposal"]
