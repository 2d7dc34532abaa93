"""Daftar data of a whole kabupaten on one laptop: opening, searching, scrolling, memory, export."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from sidumba_field.core.ids import derived_id, new_id
from sidumba_field.core.records import NOTHING
from sidumba_field.core.time import iso
from sidumba_field.seal.signing import SigningKey
from sidumba_field.seal.slots import KeyFile, UserCard
from sidumba_field.services.lists.service import use_lists
from sidumba_field.store import LocalUser
from sidumba_field.wire.messages import RecordMessage, SnapshotReply
from tests.bench import businesses
from tests.bench.child_list import PASSPHRASE
from tests.bench.figure import Figure, percentile, progress
from tests.helpers.desk import NOW, Office

RECORDS, FEWER = 100_000, 10_000
DIFFERENT = 500
PAGE = 500
RUNS = 3
ROOT = Path(__file__).resolve().parents[2]
USER = derived_id("user", "Rizani")


def fill(office: Office, count: int) -> None:
    """Take ``count`` full records from a snapshot, as a laptop does that was newly set up: five villages, every state
    of the workflow."""
    program = office.program
    rows = [row for row in program.workflow.transitions if row.subject == "record"]
    states = list(dict.fromkeys([*(row.state for row in rows), *(row.to for row in rows)]))
    states.remove(NOTHING)
    kinds = [businesses.record(n) for n in range(min(count, DIFFERENT))]
    form, version = program.main_form
    owner = derived_id("user", "Halimah")
    for number, village in enumerate(businesses.VILLAGES):
        vid = office.vid(village)
        office.store.scopes.upsert(vid, program.id, village, f"Desa {number + 1}")
        mine = range(number, count, len(businesses.VILLAGES))
        for first in range(0, len(mine), PAGE):
            records = []
            for n in mine[first : first + PAGE]:
                fields = kinds[n % len(kinds)]
                at = iso(NOW - timedelta(minutes=n))
                records.append(
                    RecordMessage(
                        rid=new_id(office.clock),
                        vid=vid,
                        program=program.id,
                        subject="record",
                        form=form,
                        form_v=version,
                        state=states[n % len(states)],
                        rev=2,
                        fields=fields,
                        field_revs=dict.fromkeys(fields, 1),
                        owner=owner,
                        authors=[owner],
                        remarks=[],
                        period="2026",
                        created_at=at,
                        changed_at=at,
                    )
                )
            last = first + PAGE >= len(mine)
            page = SnapshotReply(
                vid=vid,
                epoch="bench",
                seq=2 * len(mine),
                hash="0" * 64,
                records=records,
                files=[],
                after="" if last else records[-1].rid,
            )
            office.store.feed.apply_snapshot(page, "" if first == 0 else "more")


def laptop(folder: Path, count: int) -> None:
    """Make a laptop folder as a new one is after its first sync: key slot, one person, ``count`` records."""
    office = Office(folder)
    try:
        desk = office.sit("Rizani", "verifikator_kabupaten", "63.11")
        user = LocalUser(
            USER, "rizani", "M. Rizani", "", "", "63.11", "Kabupaten Balangan", desk.seat().user.grants, ""
        )
        office.store.users.upsert(user)
        use_lists(desk)
        keys = KeyFile(folder / "keys.json")
        keys.create(office.key)
        card = UserCard(USER, "M. Rizani", "Verifikator kabupaten", "Kabupaten Balangan", "rizani")
        keys.add_user(USER, card, PASSPHRASE, office.key, SigningKey.generate().secret)
        began = time.monotonic()
        fill(office, count)
        took = time.monotonic() - began
        progress(f"  {count:,} records taken from a snapshot in {took:.0f} s ({count / took:,.0f} a second)")
    finally:
        office.close()


def measured(folder: Path) -> dict[str, Any]:
    """One laptop process, from its start to its end."""
    command = [sys.executable, "-P", "-m", "tests.bench.child_list", str(folder), USER]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=600, check=False
    )
    if done.returncode:
        raise RuntimeError("the laptop failed:\n" + done.stderr)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def big_lists() -> list[Figure]:
    """Daftar data with 100,000 records in the encrypted database, each run a laptop process of its own:

    - ``list_open_ms``: screen asked for -> its first page with all counts painted, nothing read before in this process
    - ``search_p95_ms``: words typed letter by letter -> rows painted, the slowest twentieth left out
    - ``frame_p99_ms``: the window's work per step while scrolling through 2,160 rows, no row ever blank
    - ``rss_mb``: memory of the process with that list open
    - ``export10k_csv_s``: 10,000 rows as CSV, masked as the person's role asks

    The same with 10,000 records is told beside it, to see how the cost grows.
    """
    told: dict[int, list[dict[str, Any]]] = {}
    for count in (FEWER, RECORDS):
        with tempfile.TemporaryDirectory(prefix="sidumba-bench-") as folder:
            laptop(Path(folder), count)
            told[count] = []
            for run in range(RUNS if count == RECORDS else 1):
                found = measured(Path(folder))
                told[count].append(found)
                progress(f"  {found['rows']:,} rows, run {run + 1}: {_line(found)}")
    runs = told[RECORDS]
    return [
        Figure.of("list_open_ms", "ms", "<=", 300, [run["open_ms"] for run in runs]),
        Figure.of("search_p95_ms", "ms", "<=", 100, [percentile(run["search_ms"], 95) for run in runs]),
        Figure.of("frame_p99_ms", "ms", "<=", 33, [percentile(run["frame_ms"], 99) for run in runs]),
        Figure.of("rss_mb", "MB", "<=", 300, [run["rss_mb"] for run in runs]),
        Figure.of("export10k_csv_s", "s", "<=", 0.5, [percentile(run["export_s"], 50) for run in runs]),
    ]


def _line(run: dict[str, Any]) -> str:
    search, frame = percentile(run["search_ms"], 95), percentile(run["frame_ms"], 99)
    export = percentile(run["export_s"], 50)
    return (
        f"open {run['open_ms']:.0f} ms, search p95 {search:.0f} ms, frame p99 {frame:.1f} ms, "
        f"{run['rss_mb']:.0f} MB, export {export:.2f} s"
    )
