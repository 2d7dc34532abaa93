"""``python -m tests.bench [NAMES]``: measures the house and prints one JSON object; what is going on goes to stderr.

A missed goal is a result, not a failure: the figure says ``"met": false`` and the exit code stays 0. Exit code 2: a
name nobody knows. Use a quiet machine; every figure is a median over several runs.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
import time

from tests.bench.figure import Figure, Measure, progress


def as_on_a_users_machine() -> None:
    """Children write and use compiled modules; their windows are drawn in memory, so that any machine can measure."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"


#: What is measured together -> module and function; heavy rooms are imported only by the figure that needs them.
FIGURES: dict[tuple[str, ...], tuple[str, str]] = {
    ("window_ms", "second_start_s"): ("windows", "starts"),
    ("answer_durable_p99_ms",): ("answers", "answer_durable"),
    ("form_judge_ms",): ("answers", "form_judge"),
    ("wilayah_query_ms",): ("answers", "wilayah_query"),
    ("list_open_ms", "search_p95_ms", "frame_p99_ms", "rss_mb", "export10k_csv_s"): ("lists", "big_lists"),
    ("wire_bytes_per_record",): ("pushes", "weights"),
    ("push_sqlite_ops_s",): ("pushes", "sqlite"),
    ("push_pg_ops_s",): ("pushes", "postgres"),
    ("pdf10k_s", "pdf_rss_ratio_100k_10k"): ("papers", "registers"),
}
KNOWN = frozenset(name for names in FIGURES for name in names)


def measure(module: str, function: str) -> list[Figure]:
    """Run one measurement."""
    run: Measure = getattr(importlib.import_module(f"tests.bench.{module}"), function)
    return run()


def main(arguments: list[str] | None = None) -> int:
    """Measure what is named, or everything."""
    parser = argparse.ArgumentParser(prog="bench", description="Ukur kecepatan Sidumba Field.")
    parser.add_argument("names", nargs="*", metavar="NAMES", help="figures to measure; none = all of them")
    wanted = set(parser.parse_args(arguments).names)
    if unknown := wanted - KNOWN:
        progress(f"unknown: {', '.join(sorted(unknown))}; there are: {', '.join(sorted(KNOWN))}")
        return 2
    as_on_a_users_machine()
    figures: list[Figure] = []
    for names, where in FIGURES.items():
        chosen = wanted & set(names) if wanted else set(names)
        if not chosen:
            continue
        progress(f"{', '.join(names)} ...")
        began = time.monotonic()
        figures += [figure for figure in measure(*where) if figure.name in chosen]
        progress(f"  {time.monotonic() - began:.0f} s")
    print(json.dumps({"figures": [figure.as_json() for figure in figures]}, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
