"""What the server takes in: full UMKM records pushed over HTTP to a real server process that judges each of them.

One laptop sends batch after batch, as sync does, and the server has one worker. Both databases wait for the disk.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import psutil
import psycopg
from psycopg import sql

from sidumba_field.core.ids import new_id
from sidumba_field.core.records import Op, OpKind, OpStatus
from sidumba_field.core.time import SystemClock
from sidumba_field.sync.http import HttpTransport
from sidumba_field.wire.endpoints import MAX_OPS
from sidumba_field.wire.messages import Message, PushRequest
from tests.bench import businesses
from tests.bench.figure import Figure, progress
from tests.helpers.databases import running_postgres
from tests.helpers.server import Laptop, ServerProcess, running_server

RUNS = 3
OPS = 500
VILLAGE = "63.11.02.2005"
ROLE = "petugas"
_Reply = TypeVar("_Reply", bound=Message)


class WeighedLine(HttpTransport):
    """The product's own line, noting how many bytes of body each request carries once packed."""

    def _call(
        self, method: str, target: str, body: bytes | None, headers: dict[str, str], kind: type[_Reply]
    ) -> _Reply:
        self.last_body = len(body or b"")
        return super()._call(method, target, body, headers, kind)


class Sender:
    """An enrolled laptop with a petugas. ``n``: the next business nobody has sent yet."""

    def __init__(self, server: ServerProcess) -> None:
        self.laptop = Laptop.enrol(server.url, server.code())
        self.laptop.sign_in(server.accounts[ROLE])
        session = self.laptop.sessions[ROLE]
        self.line = WeighedLine(server.url, self.laptop.identity, session.token)
        self.epoch = self.line.hello().epoch
        self.n = 0

    def ops(self, count: int) -> list[Op]:
        """The first saves of ``count`` businesses, every question that applies answered."""
        form, version = businesses.program().main_form
        made = []
        for n in range(self.n, self.n + count):
            rid = new_id(SystemClock())
            fields = businesses.record(n, VILLAGE)
            members: dict[str, Any] = {"form": form, "form_v": version, "set": fields}
            made.append(self.laptop.op(OpKind.EDIT, ROLE, rid, VILLAGE, **members))
        self.n += count
        return made

    def push(self, ops: list[Op]) -> int:
        """Send in batches as large as the protocol allows; return the bytes of all bodies. Each must be taken."""
        weight = 0
        who = self.laptop.identity
        for first in range(0, len(ops), MAX_OPS):
            items = [op.payload() for op in ops[first : first + MAX_OPS]]
            request = PushRequest(proto=1, epoch=self.epoch, device=who.device, inc=who.inc, items=items)
            results = self.line.push(request).results
            assert len(results) == len(items)
            assert all(result.st is OpStatus.APPLIED for result in results), results[0]
            weight += self.line.last_body
        return weight


def _speeds(server: ServerProcess, sender: Sender, label: str) -> list[float]:
    sender.push(sender.ops(50))  # the server opens its forms and lists with the first records
    process = psutil.Process(server.process.pid)
    speeds = []
    for run in range(RUNS):
        ops = sender.ops(OPS)
        busy, began = sum(process.cpu_times()[:2]), time.perf_counter()
        sender.push(ops)
        speeds.append(len(ops) / (time.perf_counter() - began))
        busy = 1000 * (sum(process.cpu_times()[:2]) - busy) / len(ops)
        progress(f"  {label} run {run + 1}: {speeds[-1]:.0f} ops/s; the server computed {busy:.1f} ms per op")
    return speeds


def sqlite() -> list[Figure]:
    """Ops per second into the embedded SQLite, and what one record weighs on the wire in a batch of 200.

    Each op is a transaction with a commit of its own: ten times the ops take about ten times as long (200 and 2,000 in
    one go differ by a third at most, which is what this measurement varies by anyway).
    The weight is the gzipped body; request headers add about 3 bytes per record of such a batch.
    """
    with (
        tempfile.TemporaryDirectory(prefix="sidumba-bench-") as folder,
        running_server(Path(folder)) as server,
    ):
        sender = Sender(server)
        weights = []
        for run in range(RUNS):
            weights.append(sender.push(sender.ops(MAX_OPS)) / MAX_OPS)
            progress(f"  run {run + 1}: {weights[-1]:.0f} bytes per record")
        speeds = _speeds(server, sender, "SQLite")
    return [
        Figure.of("wire_bytes_per_record", "bytes", "<=", 450, weights),
        Figure.of("push_sqlite_ops_s", "ops/s", ">=", 1200, speeds),
    ]


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
        running_server(Path(folder), database_url=url) as server,
    ):
        speeds = _speeds(server, Sender(server), "PostgreSQL")
    return [Figure.of("push_pg_ops_s", "ops/s", ">=", 800, speeds)]
