"""Laws that only real processes can prove: two workers on one database, and killing them in the middle of a push."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from server_stub.settings import Settings
from server_stub.store.audit import audit
from server_stub.store.database import Database
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.ids import new_id
from sidumba_field.core.records import Op, OpAnswer, OpKind, OpStatus
from sidumba_field.core.time import SystemClock
from tests.helpers.databases import Postgres
from tests.helpers.server import Laptop, ServerProcess

DESA = "63.11.02.2005"


def laptop_of(server: ServerProcess) -> Laptop:
    laptop = Laptop.enrol(server.url, server.code())
    laptop.sign_in(server.accounts["petugas"])
    return laptop


def edits(laptop: Laptop, count: int) -> list[Op]:
    version = next(iter(laptop.line().hello().forms.values()))["umkm"][0]
    given = {"set": {"usaha/nama": "Keripik Pisang"}, "form_v": version}
    return [laptop.op(OpKind.EDIT, "petugas", new_id(SystemClock()), DESA, **given) for _ in range(count)]


def stored_once(server: ServerProcess, url: str, ops: list[Op]) -> None:
    """Every op is in the tables exactly once, and every chain is whole."""
    database = Database(Settings(server.folder).database, url)
    with database.read() as work:
        assert all(len(work.feed.history(op.rid)) == 1 for op in ops)
        assert work.ops.count() == len(ops)
    assert audit(database).faults == ()
    database.close()


def eight_at_once(laptop: Laptop, op: Op) -> list[OpAnswer]:
    barrier = threading.Barrier(8)

    def send(_: int) -> OpAnswer:
        barrier.wait()
        return laptop.answers(op)[0]

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(send, range(8)))


def test_two_workers_on_postgresql_store_one_op_sent_eight_times_at_once(
    postgres: Postgres, tmp_path: Path
) -> None:
    url = postgres.empty()
    server = ServerProcess.start(tmp_path / "server", workers=2, database_url=url)
    try:
        laptop = laptop_of(server)
        ops = edits(laptop, 4)
        for op in ops:
            answers = eight_at_once(laptop, op)
            assert {(a.st, a.rev, a.seq) for a in answers} == {(OpStatus.APPLIED, 1, answers[0].seq)}
    finally:
        server.stop()
    stored_once(server, url, ops)


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[ServerProcess]:
    server = ServerProcess.start(tmp_path / "server", workers=2)
    yield server
    server.stop()


def push_until_cut(laptop: Laptop, ops: list[Op], started: threading.Event) -> int:
    """Push batches of ten until the server goes away; return how many batches were answered."""
    for place in range(0, len(ops), 10):
        try:
            laptop.push(*ops[place : place + 10])
        except SidumbaError:
            return place // 10
        started.set()
    return len(ops) // 10


def test_killed_workers_and_a_killed_server_lose_nothing_and_count_nothing_twice(pair: ServerProcess) -> None:
    """First one worker dies in the middle of a push, then the whole server; then all is sent again."""
    laptop = laptop_of(pair)
    once = edits(laptop, 1)
    answers = eight_at_once(laptop, once[0])
    assert {(a.st, a.rev, a.seq) for a in answers} == {(OpStatus.APPLIED, 1, answers[0].seq)}
    ops = edits(laptop, 150)
    for kill in (
        lambda: os.kill(pair.workers()[0], signal.SIGTERM if os.name == "nt" else signal.SIGKILL),
        pair.kill,
    ):
        started = threading.Event()
        with ThreadPoolExecutor(3) as pool:
            pushing = [pool.submit(push_until_cut, laptop, ops[n::3], started) for n in range(3)]
            assert started.wait(60)
            kill()
            for one in pushing:
                one.result()
    again = ServerProcess.start(pair.folder)
    try:
        laptop.url = again.url
        answered = [a for place in range(0, 150, 50) for a in laptop.answers(*ops[place : place + 50])]
        assert {a.st for a in answered} == {OpStatus.APPLIED}
        assert laptop.answers(*ops[:50]) == answered[:50]
    finally:
        again.stop()
    stored_once(again, "", [*once, *ops])
