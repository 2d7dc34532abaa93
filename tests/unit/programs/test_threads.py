"""One opened program serves many threads at once: every judgement comes out as if it were alone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial

from sidumba_field.core.time import FixedClock
from sidumba_field.programs import Program, shipped

CLOCK = FixedClock(datetime(2026, 11, 20, 4, 0, tzinfo=UTC))


def judged(program: Program, number: int) -> list[tuple[str, str]]:
    fields = {
        "pemilik/nik": f"63110245068800{number % 90 + 10:02d}",
        "usaha/omzet": str(1_000_000 * (number % 7)),
        "usaha/produk[a]": "1",
        "usaha/produk[a]/dibuat": str(number % 5),
        "usaha/produk[a]/harga": "1000000",
        "lokasi/prov": "63",
        "lokasi/kab": "63.11" if number % 2 else "64.01",
    }
    interview = program.interview(program.main, "", fields, CLOCK)
    return [(v.path, v.message) for v in interview.violations()]


def test_judging_in_eight_threads_gives_the_same_as_in_one() -> None:
    served = [one for one in shipped().values() if "usaha/produk" in one.form(one.main).repeats]
    assert served
    for program in served:
        alone = [judged(program, number) for number in range(60)]
        with ThreadPoolExecutor(8) as pool:
            together = list(pool.map(partial(judged, program), range(60)))
        assert together == alone
