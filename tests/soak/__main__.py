"""``python -m tests.soak``: the tests kept for long runs, then fifty kills of the desktop; ends with figures.

Exit code 0 when every test passed and no answer was lost. ``--kills N`` and ``--seed N`` repeat or lengthen the second
part; with ``--out DIR`` the laptop that was killed stays there to be looked at.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from tests.chaos.clear import leaks
from tests.chaos.lives import ROOT, Figures, KilledDesktop
from tests.helpers.laptop_folder import make_laptop

LONGEST_S = 3.0


def say(text: str) -> None:
    """Standard output belongs to the person who started the run."""
    print(text, flush=True)


def long_tests() -> int:
    """Every test marked as long, and every property with the large number of examples; pytest's exit code."""
    command = [sys.executable, "-m", "pytest", "-m", "soak or hypothesis", "-q"]
    return subprocess.call(command, cwd=ROOT, env={**os.environ, "HYPOTHESIS_PROFILE": "soak"})


def kills(folder: Path, wanted: int, seed: int) -> tuple[Figures, list[str]]:
    """Kill the desktop ``wanted`` times; return the figures and what was found in clear."""
    desktop = KilledDesktop(make_laptop(folder / "laptop"), folder / "home", seed)
    figures = desktop.run(wanted, LONGEST_S, lambda now: say(f"  {now}"))
    return figures, leaks([desktop.laptop.folder, desktop.home], desktop.answers(), {})


def main(arguments: list[str] | None = None) -> int:
    """Run both parts and sum up."""
    parser = argparse.ArgumentParser(prog="soak")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**9))
    parser.add_argument("--out", type=Path)
    parser.add_argument("--only-kills", action="store_true")
    chosen = parser.parse_args(arguments)
    began = time.monotonic()
    tested = 0 if chosen.only_kills else long_tests()
    say(f"== {chosen.kills} kills, seed {chosen.seed}")
    with tempfile.TemporaryDirectory(prefix="soak-", ignore_cleanup_errors=True) as temporary:
        folder = fresh(chosen.out.resolve()) if chosen.out is not None else Path(temporary)
        figures, found = kills(folder, chosen.kills, chosen.seed)
    for line in [*figures.lost, *found]:
        say(f"  !! {line}")
    good = not tested and not figures.lost and not found and figures.kills >= chosen.kills
    tests = "not run" if chosen.only_kills else "passed" if not tested else f"FAILED ({tested})"
    say(
        f"soak: long tests {tests}; {figures}; {len(found)} found in clear; {time.monotonic() - began:.0f} s in all"
    )
    say("soak: " + ("all held" if good else f"FAILED, seed {chosen.seed}"))
    return 0 if good else 1


def fresh(folder: Path) -> Path:
    """Return ``folder``, refusing one that holds something already: nothing is overwritten."""
    if folder.exists() and any(folder.iterdir()):
        raise SystemExit(f"{folder} is not empty")
    return folder


if __name__ == "__main__":
    sys.exit(main())
