"""From the command to a window somebody can use: the desktop alone, and ``python3 run.py`` with its server beside."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import run as setup
from tests.bench.figure import Figure, progress

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
WARM_UPS = 1
RUNS = 7
STARTS = 5


def seconds_until_usable(command: list[str]) -> float:
    """Start, wait for the word of ``child_window``, let it close; the clock stops at the word."""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    began = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    assert process.stdout is not None
    word = process.stdout.readline().strip()
    took = time.perf_counter() - began
    _, told = process.communicate(timeout=60)
    if word != "usable":
        raise RuntimeError("the window did not become usable:\n" + told)
    return took


def plain_start(home: Path) -> list[str]:
    """``python3 run.py --data home`` on a machine with a screen."""
    stamp = home.parent / "stamp.json"
    return [setup.base_python(), str(HERE / "child_start.py"), str(stamp), "--data", str(home)]


def starts() -> list[Figure]:
    """``window_ms``: process start of the desktop on a prepared laptop folder (six people) to a usable Masuk.
    ``second_start_s``: the same from ``python3 run.py``, whose server starts at the same time on the same cores.

    All warm: the folder is prepared by a first start, and one start of each kind is not counted. Neither looks at the
    records: the database stays closed until somebody signs in.
    """
    with tempfile.TemporaryDirectory(prefix="sidumba-bench-", ignore_cleanup_errors=True) as folder:
        home = Path(folder) / "home"
        progress(
            f"  first start, sample office made and activated: {seconds_until_usable(plain_start(home)):.1f} s"
        )
        desktop = [sys.executable, "-P", "-m", "tests.bench.child_window", "desktop"]
        desktop += ["--data", str(home / "laptop")]
        windows = [1000 * seconds_until_usable(desktop) for _ in range(WARM_UPS + RUNS)][WARM_UPS:]
        progress("  window: " + ", ".join(f"{one:.0f}" for one in windows) + " ms")
        seconds = [seconds_until_usable(plain_start(home)) for _ in range(WARM_UPS + STARTS)][WARM_UPS:]
        progress("  second start: " + ", ".join(f"{one:.2f}" for one in seconds) + " s")
    return [
        Figure.of("window_ms", "ms", "<=", 1500, windows),
        Figure.of("second_start_s", "s", "<=", 3, seconds),
    ]
