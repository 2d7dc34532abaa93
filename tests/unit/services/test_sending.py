"""How far the files of a run are told to be, on a line of any speed."""

from __future__ import annotations

from sidumba_field.core.time import FixedClock, parse_iso
from sidumba_field.services.exchange.sending import Sending

KB = 1024


def test_nothing_is_told_before_something_went() -> None:
    sending = Sending(FixedClock(parse_iso("2026-11-20T02:00:00.000Z")))
    assert (sending.percent(), sending.rate(), sending.left_s()) == (-1, 0, -1)
    sending.note(0, 600 * KB)
    assert (sending.percent(), sending.rate(), sending.left_s()) == (0, 0, -1)


def test_speed_is_that_of_the_last_chunks_and_time_left_follows() -> None:
    clock = FixedClock(parse_iso("2026-11-20T02:00:00.000Z"))
    sending = Sending(clock)
    done, total = 0, 6_000 * KB
    for rate in (7 * KB, 2 * KB):
        for _ in range(12):
            sending.note(done, total)
            clock.advance(8)
            done += 8 * rate
    sending.note(done, total)
    assert sending.rate() == 2 * KB, "the fast chunks are long ago"
    assert sending.percent() == 100 * done // total
    assert sending.left_s() == (total - done) // (2 * KB)
    sending.begin()
    assert sending.percent() == -1


def test_a_line_that_stands_still_promises_nothing() -> None:
    clock = FixedClock(parse_iso("2026-11-20T02:00:00.000Z"))
    sending = Sending(clock)
    for _ in range(3):
        sending.note(100, 1_000)
        clock.advance(10)
    assert (sending.percent(), sending.rate(), sending.left_s()) == (10, 0, -1)
