"""``python child_start.py STAMP ARGUMENTS``: run.py as on a machine with a screen whose set-up is finished.

Started by path with the machine's own Python, like run.py itself. Three things differ from a plain start: a stamp file
of the bench is read (checked against locks and packaging as ever), the screen is Qt's in memory, and the desktop
reports when its window is usable.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import run  # noqa: E402

DESKTOP = "sidumba_field.cli"


def main(stamp: str, arguments: list[str]) -> int:
    run.STAMP = Path(stamp)
    if not run.STAMP.exists():
        run.write_stamp(["use"], window=True)
    run.has_display = lambda: True
    module = run.module
    run.module = lambda name, *given: module("tests.bench.child_window" if name == DESKTOP else name, *given)
    return run.main(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
