"""Large papers: how long a register of 10,000 rows takes, and whether 100,000 rows need more memory."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from tests.bench.figure import Figure, progress

ROOT = Path(__file__).resolve().parents[2]
RUNS = 3


class Printed(NamedTuple):
    """What the child process says: seconds from call to the file on disk, its greatest resident size in MB, pages."""

    seconds: float
    rss_mb: float
    pages: int


def print_register(rows: int) -> Printed:
    """Print in a process of its own, so that its memory is the paper's alone."""
    command = [sys.executable, "-m", "tests.bench.child_register", str(rows)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, encoding="utf-8", check=True)
    return Printed(**json.loads(done.stdout))


def registers() -> list[Figure]:
    """Seconds for 10,000 rows, and peak memory of 100,000 rows over that of 10,000 (pages leave memory as they fill:
    ten times the rows take ten times as long, not more room)."""
    print_register(100)
    small = []
    for run in range(RUNS):
        small.append(print_register(10_000))
        progress(f"  run {run + 1}: 10,000 rows {small[-1].seconds:.2f} s, {small[-1].rss_mb:.0f} MB")
    floor = statistics.median(one.rss_mb for one in small)
    ratios = []
    for run in range(RUNS):
        large = print_register(100_000)
        ratios.append(large.rss_mb / floor)
        progress(
            f"  run {run + 1}: 100,000 rows {large.seconds:.1f} s, {large.rss_mb:.0f} MB, {large.pages} pages"
        )
    return [
        Figure.of("pdf10k_s", "s", "<=", 3, [one.seconds for one in small]),
        Figure.of("pdf_rss_ratio_100k_10k", "ratio", "<=", 1.1, ratios),
    ]
