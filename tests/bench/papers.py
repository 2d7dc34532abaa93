"""Large papers: how long the register of 10,000 businesses takes from the store to the file, and whether 100,000 rows
need more memory than 10,000."""

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
    """What the child process says: seconds of each run, its greatest resident size in MB, pages."""

    seconds: list[float]
    rss_mb: float
    pages: int


def print_register(kind: str, rows: int) -> Printed:
    """Print in a process of its own, so that its memory is the paper's alone."""
    command = [sys.executable, "-m", "tests.bench.child_register", kind, str(rows)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, encoding="utf-8", check=True)
    return Printed(**json.loads(done.stdout))


def registers() -> list[Figure]:
    """Seconds for 10,000 rows out of an encrypted store, and peak memory of 100,000 rows over that of 10,000 (pages
    leave memory as they fill: ten times the rows take ten times as long, not more room)."""
    stored = print_register("store", 10_000)
    shown = ", ".join(f"{one:.2f}" for one in stored.seconds)
    progress(f"  10,000 rows from the store: {shown} s, {stored.pages} pages")
    floor = statistics.median(print_register("rows", 10_000).rss_mb for _ in range(RUNS))
    ratios = []
    for run in range(RUNS):
        large = print_register("rows", 100_000)
        ratios.append(large.rss_mb / floor)
        progress(
            f"  run {run + 1}: 100,000 rows {large.seconds[0]:.1f} s, {large.rss_mb:.0f} MB against {floor:.0f} MB,"
            f" {large.pages} pages"
        )
    return [
        Figure.of("pdf10k_s", "s", "<=", 3, stored.seconds),
        Figure.of("pdf_rss_ratio_100k_10k", "ratio", "<=", 1.1, ratios),
    ]
