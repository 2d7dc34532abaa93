"""Laws of waiting and of sizing requests."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidumba_field.core.time import FixedClock
from sidumba_field.sync.backoff import CEILING_S, LONGEST_WISH_S, Patience, delay
from sidumba_field.sync.pace import Pace

draws = st.floats(0, 1, exclude_max=True)


def test_the_ceiling_doubles_from_five_seconds_to_a_quarter_of_an_hour() -> None:
    almost = 1 - 2**-53
    ceilings = [round(delay(attempt, almost)) for attempt in range(1, 12)]
    assert ceilings == [5, 10, 20, 40, 80, 160, 320, 640, 900, 900, 900]


@given(st.integers(1, 10_000), draws)
def test_a_wait_lies_between_nothing_and_the_ceiling(attempt: int, draw: float) -> None:
    assert 0 <= delay(attempt, draw) <= CEILING_S


@given(st.integers(1, 50), draws, st.floats(0, 1e9))
def test_the_servers_wish_is_a_floor_with_a_limit(attempt: int, draw: float, wish: float) -> None:
    waited = delay(attempt, draw, wish)
    assert min(wish, LONGEST_WISH_S) <= waited <= LONGEST_WISH_S + CEILING_S


@pytest.mark.parametrize(("attempt", "draw"), [(0, 0.5), (-1, 0.5), (1, 1.0), (1, -0.1)])
def test_nonsense_is_refused(attempt: int, draw: float) -> None:
    with pytest.raises(ValueError, match=r"."):
        delay(attempt, draw)


def test_on_a_slow_line_the_request_finds_its_ten_seconds() -> None:
    pace = Pace(start=64_000, floor=1_000, ceiling=256_000, target_s=10)
    bytes_per_second = 2_500  # 20 kbit/s
    for _ in range(6):
        pace.took(pace.size, pace.size / bytes_per_second)
    assert pace.size == pytest.approx(25_000, rel=0.01)


def test_a_fast_line_doubles_up_to_the_ceiling_and_no_faster() -> None:
    pace = Pace(start=32_000, floor=1_000, ceiling=256_000, target_s=10)
    sizes = []
    for _ in range(4):
        pace.took(pace.size, 0.01)
        sizes.append(pace.size)
    assert sizes == [64_000, 128_000, 256_000, 256_000]


def test_a_tiny_request_that_went_fast_does_not_enlarge_the_next() -> None:
    pace = Pace(start=32_000, floor=1_000, ceiling=256_000, target_s=10)
    pace.took(200, 0.01)
    assert pace.size == 32_000


def test_a_broken_request_halves_the_next_down_to_the_floor() -> None:
    pace = Pace(start=4_000, floor=1_500, ceiling=256_000, target_s=10)
    pace.failed()
    assert pace.size == 2_000
    pace.failed()
    assert pace.size == 1_500


@given(st.lists(st.tuples(st.integers(0, 10**7), st.floats(0, 1e4)), max_size=30))
def test_the_size_never_leaves_its_bounds(history: list[tuple[int, float]]) -> None:
    pace = Pace(start=50, floor=10, ceiling=1_000, target_s=10)
    for amount, seconds in history:
        pace.took(amount, seconds)
        assert 10 <= pace.size <= 1_000


def test_a_run_nobody_asked_for_rests_longer_after_each_failure_and_at_once_after_a_success() -> None:
    clock = FixedClock(datetime(2026, 11, 21, tzinfo=UTC))
    patience = Patience(clock, draw=lambda: 0.999)
    assert patience.rested
    waited = []
    for _ in range(9):
        patience.failed()
        seconds = 0
        while not patience.rested:
            clock.advance(1)
            seconds += 1
        waited.append(seconds)
    assert waited == [5, 10, 20, 40, 80, 160, 320, 640, 900]
    patience.failed()
    assert not patience.rested
    assert not patience.sent_away, "looking whether somebody is there costs the server nothing"
    patience.succeeded()
    assert patience.rested


def test_a_server_that_asks_for_patience_is_not_even_looked_for_before_it_is_over() -> None:
    clock = FixedClock(datetime(2026, 11, 21, tzinfo=UTC))
    patience = Patience(clock, draw=lambda: 0.5)
    patience.failed(60.0)
    clock.advance(59)
    assert patience.sent_away
    clock.advance(1)
    assert not patience.sent_away
    assert not patience.rested, "the jitter comes on top of the wish"
    clock.advance(2.5)
    assert patience.rested


def test_two_laptops_sent_away_together_do_not_come_back_together() -> None:
    clock = FixedClock(datetime(2026, 11, 21, tzinfo=UTC))
    many = [Patience(clock, draw=random.Random(n).random) for n in range(50)]
    for _ in range(6):
        for one in many:
            one.failed(30.0)
    back: list[int] = []
    while any(not one.rested for one in many):
        clock.advance(1)
        back.append(sum(one.rested for one in many))
    arrivals = [later - earlier for earlier, later in pairwise(back)]
    assert max(arrivals) <= 5
    assert len(back) > 120
