"""Opening what a person works from, on a laptop that holds the records of a whole kecamatan."""

from __future__ import annotations

import tempfile
import time
from datetime import timedelta
from pathlib import Path

from sidumba_field.core.ids import derived_id, new_id
from sidumba_field.core.records import NOTHING
from sidumba_field.core.time import iso
from sidumba_field.services.home import HomeService
from sidumba_field.services.review import ReviewService
from sidumba_field.store import open_store
from sidumba_field.wire.messages import RecordMessage, SnapshotReply
from tests.bench import businesses
from tests.bench.figure import Figure, progress
from tests.helpers.desk import NOW, Office

RECORDS = 10_000
DIFFERENT = 500
PAGE = 500
RUNS = 5


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


def list_open() -> list[Figure]:
    """Milliseconds until the services have what a screen shows first: the slower of Beranda and the queue of
    Verifikasi, for an admin kecamatan with 10,000 records in the store of which about a quarter wait for him.

    Each run opens the folder anew, so nothing is remembered from the run before but the disk's own cache. Ten times the
    records (1,000 -> 10,000) cost both lists six to eight times as much: they read every row they count.
    """
    with tempfile.TemporaryDirectory(prefix="sidumba-bench-") as folder:
        office = Office(Path(folder))
        began = time.monotonic()
        fill(office, RECORDS)
        progress(f"  {RECORDS:,} records taken from a snapshot in {time.monotonic() - began:.0f} s")
        runs = []
        for run in range(RUNS):
            office.store.close()
            office.store = open_store(Path(folder), office.key, office.clock)
            desk = office.sit("Rizani", "admin_kecamatan", "63.11.02")
            began = time.perf_counter()
            home = HomeService(desk).home()
            after_home = time.perf_counter()
            queue = ReviewService(desk).queue()
            after_queue = time.perf_counter()
            assert home.greeting
            assert queue.rows
            beranda, waiting = 1000 * (after_home - began), 1000 * (after_queue - after_home)
            runs.append(max(beranda, waiting))
            progress(
                f"  run {run + 1}: Beranda {beranda:.0f} ms, queue of {len(queue.rows)} {waiting:.0f} ms"
            )
        office.close()
    return [Figure.of("list_open_ms", "ms", "<=", 300, runs)]
