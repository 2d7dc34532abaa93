"""What the server takes in: full UMKM records pushed over HTTP to a real server that judges each of them.

Four laptops send batch after batch, as sync does, to a server with two workers (one per core). What laptops do before
they send (reading, packing) is done before the clock starts: those are other people's machines. Both databases wait
for the disk.
"""

from __future__ import annotations

import lzma
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import psycopg
from psycopg import sql

from sidumba_field.core.ids import new_id
from sidumba_field.core.records import Op, OpKind, OpStatus
from sidumba_field.core.time import SystemClock
from sidumba_field.sync.http import HttpTransport
from sidumba_field.wire import packing
from sidumba_field.wire.endpoints import MAX_OPS, PUSH
from sidumba_field.wire.messages import PushReply, PushRequest
from tests.bench import businesses
from tests.bench.figure import Figure, progress
from tests.helpers import umkm_answers
from tests.helpers.databases import running_postgres
from tests.helpers.server import Laptop, ServerProcess, running_server

RUNS = 3
OPS = 10_000
WORKERS = 2
LAPTOPS = 4
VILLAGE = "63.11.02.2005"
ROLE = "petugas"
#: Accepted and sustained submissions per second of ODK Central on such a machine; it judges nothing.
ODK_ACCEPTED, ODK_SUSTAINED = 212, 124


Packed = tuple[bytes, dict[str, str]]


class PackedLine(HttpTransport):
    """The product's own line, whose pushes can be packed before they are sent."""

    def packed(self, request: PushRequest, quickly: bool) -> Packed:
        """A push as the product sends it: body and headers. ``quickly``: packed with less effort by the laptop, which
        is all the same to the server that unpacks it."""
        if not quickly:
            return self._body(request, pack=True)
        body, headers = self._body(request, pack=False)
        return lzma.compress(body, preset=0), {**headers, "Content-Encoding": packing.XZ}

    def send(self, packed: Packed) -> PushReply:
        """Sign and send a packed push."""
        return self._call("POST", PUSH, *packed, PushReply)


class Sender:
    """An enrolled laptop with a petugas."""

    def __init__(self, server: ServerProcess) -> None:
        self.laptop = Laptop.enrol(server.url, server.code())
        self.laptop.sign_in(server.accounts[ROLE])
        session = self.laptop.sessions[ROLE]
        self.line = PackedLine(server.url, self.laptop.identity, session.token)
        self.epoch = self.line.hello().epoch

    def ops(self, numbers: Sequence[int]) -> list[Op]:
        """The first saves of these businesses, every question that applies answered."""
        form, version = businesses.program().main_form
        made = []
        for n in numbers:
            rid = new_id(SystemClock())
            members: dict[str, Any] = {"form": form, "form_v": version, "set": umkm_answers.full(n, VILLAGE)}
            made.append(self.laptop.op(OpKind.EDIT, ROLE, rid, VILLAGE, **members))
        return made

    def packed(self, numbers: Sequence[int], quickly: bool = True) -> list[Packed]:
        """Batches as large as the protocol allows, ready to be sent."""
        who, bodies = self.laptop.identity, []
        for first in range(0, len(numbers), MAX_OPS):
            items = [op.payload() for op in self.ops(numbers[first : first + MAX_OPS])]
            request = PushRequest(proto=1, epoch=self.epoch, device=who.device, inc=who.inc, items=items)
            bodies.append(self.line.packed(request, quickly))
        return bodies

    def push(self, bodies: Sequence[Packed]) -> int:
        """Send them one after the other; every op must be taken as it is. Return how many there were."""
        taken = 0
        for body in bodies:
            results = self.line.send(body).results
            wrong = [one for one in results if one.st is not OpStatus.APPLIED or one.code or one.flags]
            assert not wrong, wrong[0]
            taken += len(results)
        return taken


def _busy(server: ServerProcess) -> float:
    """Seconds the server and its workers have computed."""
    process = psutil.Process(server.process.pid)
    times = [one.cpu_times() for one in (process, *process.children(recursive=True))]
    return float(sum(one.user + one.system for one in times))


def _speeds(server: ServerProcess, label: str) -> list[float]:
    senders = [Sender(server) for _ in range(LAPTOPS)]
    speeds = []
    at = 0
    with ThreadPoolExecutor(LAPTOPS) as pool:
        for sender in senders:  # every worker opens its forms and lists with the first records
            sender.push(sender.packed(range(100)))
        for run in range(RUNS):
            share = OPS // LAPTOPS
            shares = [range(at + n * share, at + (n + 1) * share) for n in range(LAPTOPS)]
            at += OPS
            bodies = [sender.packed(share) for sender, share in zip(senders, shares, strict=True)]
            busy, began = _busy(server), time.perf_counter()
            sent = sum(pool.map(Sender.push, senders, bodies))
            speeds.append(sent / (time.perf_counter() - began))
            busy = 1000 * (_busy(server) - busy) / sent
            progress(
                f"  {label} run {run + 1}: {speeds[-1]:.0f} ops/s; the server computed {busy:.2f} ms per op"
            )
    progress(
        f"  {label}: {statistics.median(speeds) / ODK_ACCEPTED:.1f} times what ODK Central accepts, "
        f"{statistics.median(speeds) / ODK_SUSTAINED:.1f} times what it sustains; it judges nothing"
    )
    return speeds


def weights() -> list[Figure]:
    """What one record weighs on the wire in a batch of 200: the packed body (headers add about 3 bytes per record)."""
    found = []
    with (
        tempfile.TemporaryDirectory(prefix="sidumba-bench-") as folder,
        running_server(Path(folder)) as server,
    ):
        sender = Sender(server)
        for run in range(RUNS):
            bodies = sender.packed(range(run * MAX_OPS, (run + 1) * MAX_OPS), quickly=False)
            sender.push(bodies)
            found.append(sum(len(body) for body, _ in bodies) / MAX_OPS)
            progress(f"  run {run + 1}: {found[-1]:.0f} bytes per record")
    return [Figure.of("wire_bytes_per_record", "bytes", "<=", 450, found)]


def sqlite() -> list[Figure]:
    """Ops per second into the embedded SQLite."""
    with (
        tempfile.TemporaryDirectory(prefix="sidumba-bench-") as folder,
        running_server(Path(folder), workers=WORKERS) as server,
    ):
        speeds = _speeds(server, "SQLite")
    return [Figure.of("push_sqlite_ops_s", "ops/s", ">=", 1200, speeds)]


@contextmanager
def durable_postgres() -> Iterator[str]:
    """PostgreSQL as it is run in an office: it waits for the disk, unlike that of the tests."""
    with running_postgres() as postgres:
        with psycopg.connect(postgres.uri, autocommit=True) as connection:
            for setting in ("fsync", "full_page_writes", "synchronous_commit"):
                connection.execute(sql.SQL("ALTER SYSTEM RESET {}").format(sql.Identifier(setting)))
            connection.execute("SELECT pg_reload_conf()")
        time.sleep(1)
        with psycopg.connect(postgres.uri, autocommit=True) as connection:
            for setting in ("fsync", "full_page_writes", "synchronous_commit"):
                row = connection.execute(sql.SQL("SHOW {}").format(sql.Identifier(setting))).fetchone()
                assert row == ("on",), (setting, row)
        yield postgres.empty()


def postgres() -> list[Figure]:
    """Ops per second into PostgreSQL on the same machine, client, server and database sharing its cores."""
    with (
        tempfile.TemporaryDirectory(prefix="sidumba-bench-") as folder,
        durable_postgres() as url,
        running_server(Path(folder), database_url=url, workers=WORKERS) as server,
    ):
        speeds = _speeds(server, "PostgreSQL")
    return [Figure.of("push_pg_ops_s", "ops/s", ">=", 800, speeds)]
