"""``python -m tests.bench [NAMES]``: measures the house and prints one JSON object; what is going on goes to stderr.

A missed goal is a result, not a failure: the figure says ``"met": false`` and the exit code stays 0. Exit code 2: a
name nobody knows. Use a quiet machine; every figure is a median over several runs.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time

from tests.bench.figure import Figure, Measure, progress

# Children write and use compiled modules, as on a user's machine.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


def measures() -> dict[tuple[str, ...], Measure]:
    """What is measured together -> how; heavy rooms are imported only for a bench that runs."""
    from tests.bench import answers, lists, papers, pushes, windows

    return {
        ("window_ms", "second_start_s"): windows.starts,
        ("answer_durable_p99_ms",): answers.answer_durable,
        ("form_judge_ms",): answers.form_judge,
        ("wilayah_query_ms",): answers.wilayah_query,
        ("list_open_ms",): lists.list_open,
        ("wire_bytes_per_record", "push_sqlite_ops_s"): pushes.sqlite,
        ("push_pg_ops_s",): pushes.postgres,
        ("pdf10k_s", "pdf_rss_ratio_100k_10k"): papers.registers,
    }


def main(arguments: list[str] | None = None) -> int:
    """Measure what is named, or everything."""
    parser = argparse.ArgumentParser(prog="bench", description="Ukur kecepatan Sidumba Field.")
    parser.add_argument("names", nargs="*", metavar="NAMES", help="figures to measure; none = all of them")
    wanted = set(parser.parse_args(arguments).names)
    known = measures()
    unknown = wanted - {name for names in known for name in names}
    if unknown:
        names = ", ".join(name for names in known for name in names)
        progress(f"unknown: {', '.join(sorted(unknown))}; there are: {names}")
        return 2
    figures: list[Figure] = []
    for names, measure in known.items():
        chosen = wanted & set(names) if wanted else set(names)
        if not chosen:
            continue
        progress(f"{', '.join(names)} ...")
        began = time.monotonic()
        figures += [figure for figure in measure() if figure.name in chosen]
        progress(f"  {time.monotonic() - began:.0f} s")
    print(json.dumps({"figures": [figure.as_json() for figure in figures]}, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
