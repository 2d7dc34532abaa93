"""``python -m tests.bench.child_register ROWS``: prints a register of that many businesses and says what it took."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

import psutil


def peak_mb() -> float:
    """Greatest resident size of this process so far. Not getrusage: there a child begins with its parent's."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(
            one for one in status.read_text(encoding="ascii").splitlines() if one.startswith("VmHWM:")
        )
        return int(line.split()[1]) / 1024
    memory = psutil.Process().memory_info()
    return float(getattr(memory, "peak_wset", memory.rss)) / 2**20


def main(count: int) -> None:
    """Print once; the file goes away with its folder."""
    from sidumba_field.reports import save_pdf
    from tests.helpers import papers

    with tempfile.TemporaryDirectory(prefix="sidumba-bench-") as folder:
        given = papers.data(rows=papers.rows(count))
        began = time.perf_counter()
        pages = save_pdf(papers.register(), given, Path(folder) / "register.pdf")
        seconds = time.perf_counter() - began
    print(json.dumps({"seconds": seconds, "rss_mb": peak_mb(), "pages": pages}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
