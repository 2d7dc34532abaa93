"""How long a stick takes: everything of a village written, read back, taken in at the server, the reply read.

Run alone: ``python -m tests.bench.sticks --ops 10000 --megabytes 100``. Peak memory is that of each step's own process.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from server_stub.store import schema
from server_stub.store.database import Database
from sidumba_field.bundle import look
from sidumba_field.core.time import FixedClock
from tests.helpers.office import NOON
from tests.helpers.stick_village import StickLaptop, StickServer

#: A photo as the shelf keeps it.
PHOTO = 400_000


def prepare(folder: Path, ops: int, megabytes: int) -> None:
    """Make a server and a laptop with ``ops`` unsent records and files of ``megabytes`` in all."""
    database = Database(folder / "server.db")
    schema.upgrade(database)
    office = StickServer.at(folder / "server", database, FixedClock(NOON))
    laptop = StickLaptop.join(folder / "laptop", office, "ani")
    draw, photos = random.Random(1), megabytes * 1_000_000 // PHOTO
    for n in range(ops):
        rid = laptop.begin(**{f"isian_{k}": f"jawaban {n} {k} {draw.random()}" for k in range(12)})
        if n < photos:
            laptop.photo(rid, "foto", draw.randbytes(PHOTO))
            laptop.send(rid)
    laptop.store.close()
    database.close()


def _world(folder: Path) -> tuple[StickServer, StickLaptop]:
    database = Database(folder / "server.db")
    office = StickServer.at(folder / "server", database, FixedClock(NOON))
    with database.read() as work:
        users = {user.username: user.id for user in work.people.all()}
        devices = work.devices.all()
    laptop = StickLaptop(
        folder / "laptop", office.clock, None, users["ani"], devices[0].id, office=office, name="ani"
    )  # type: ignore[arg-type]
    return office, laptop


def saved(folder: Path) -> dict[str, Any]:
    from sidumba_field.sync.sticks import export

    _, laptop = _world(folder)
    (folder / "stick").mkdir()
    made = export(laptop.store, laptop.shelf, laptop.clock, folder / "stick", None)
    return {"ops": made.ops, "files": made.files, "megabytes": round(made.bytes / 1e6, 1)}


def taken(folder: Path) -> dict[str, Any]:
    office, _ = _world(folder)
    handled = office.take(next(one for one in look(folder / "stick")))
    return {"reply_megabytes": round(handled.row.reply_size / 1e6, 1)}


def read(folder: Path) -> dict[str, Any]:
    office, laptop = _world(folder)
    handled = office.take(next(one for one in look(folder / "stick")))
    began = time.monotonic()
    told = laptop.read(handled.reply)
    return {"answers": sum(told.answered.values()), "reading_s": round(time.monotonic() - began, 1)}


def _measured(step: Callable[[Path], dict[str, Any]], folder: Path, queue: Any) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.monotonic()
    told = step(folder)
    seconds = time.monotonic() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    queue.put(
        {**told, "seconds": round(seconds, 1), "peak_mb": peak // 1024, "grown_mb": (peak - before) // 1024}
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="sticks")
    parser.add_argument("--ops", type=int, default=1_000)
    parser.add_argument("--megabytes", type=int, default=10)
    chosen = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory(prefix="sticks-") as name:
        folder = Path(name)
        prepare(folder, chosen.ops, chosen.megabytes)
        for step in (saved, taken, read):
            queue = context.Queue()
            process = context.Process(target=_measured, args=(step, folder, queue))
            process.start()
            told = queue.get()
            process.join()
            print(step.__name__, told, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
