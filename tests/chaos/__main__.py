"""``python -m tests.chaos --points``: every named kill point once, as a table and as JSON; exit code 0 when all held.

``--line``: big files and many ops over the line of a village instead (three to four minutes).

``--only TEXT`` walks the points whose name holds the text, ``--database postgres`` uses PostgreSQL, ``--out FILE``
writes the JSON there as well.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.chaos import slow_line
from tests.chaos.point_walk import Outcome, PointWalk, open_walk
from tests.chaos.points import POINTS


def say(text: str) -> None:
    """Standard output belongs to the person who started the run."""
    print(text, flush=True)


def line(outcome: Outcome) -> str:
    return (
        f"{'held' if outcome.held else 'FAILED':7}{outcome.seconds:6.1f} s  {outcome.side:7} {outcome.name}"
    )


def main(arguments: list[str] | None = None) -> int:
    """Walk the points and sum up."""
    parser = argparse.ArgumentParser(prog="chaos")
    parser.add_argument("--points", action="store_true", help="kill at every named point")
    parser.add_argument("--only", default="")
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--line", action="store_true", help="big files and many ops over a slow line")
    chosen = parser.parse_args(arguments)
    if chosen.line:
        return _sum_up(slow_line.run(say), chosen.out)
    if not chosen.points:
        parser.error("--points or --line")
    began = time.monotonic()
    with ExitStack() as opened:
        home = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="points-")))
        walk: PointWalk = opened.enter_context(open_walk(home, chosen.database))
        outcomes = []
        for point in POINTS:
            if chosen.only in point.name:
                outcomes.append(walk.die(point))
                say(line(outcomes[-1]) + (f"\n        {outcomes[-1].fault}" if outcomes[-1].fault else ""))
    held = sum(outcome.held for outcome in outcomes)
    summary = {
        "database": chosen.database,
        "points": len(outcomes),
        "held": held,
        "seconds": round(time.monotonic() - began, 1),
        "outcomes": [outcome.plain() for outcome in outcomes],
    }
    say(json.dumps(summary, ensure_ascii=False))
    if chosen.out is not None:
        chosen.out.write_text(json.dumps(summary, ensure_ascii=False, indent=1), encoding="utf-8")
    return 0 if outcomes and held == len(outcomes) else 1


def _sum_up(found: dict[str, Any], out: Path | None) -> int:
    text = json.dumps(found, ensure_ascii=False)
    say(text)
    if out is not None:
        out.write_text(text, encoding="utf-8")
    return 0 if found["held"] else 1


if __name__ == "__main__":
    sys.exit(main())
