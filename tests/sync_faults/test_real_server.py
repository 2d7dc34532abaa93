"""A real server process behind a proxy that cuts, drops, throttles and lies: what the laptops typed arrives once."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from server_stub.store.database import Database
from sidumba_field.sync import uploads
from tests.helpers.canned import http
from tests.helpers.over_http import HttpLaptop, Truth, truth
from tests.helpers.proxy import CLEAN, Proxy, Way, proxy_to
from tests.helpers.real_server import RealServer, join, running
from tests.helpers.run_server import settings_of


def found_on(server: RealServer) -> Truth:
    database = Database(settings_of(server.folder).database)
    try:
        return truth(database)
    finally:
        database.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    with running(tmp_path_factory.mktemp("server")) as real:
        yield real


@pytest.fixture
def laptop(server: RealServer, tmp_path: Path) -> Iterator[Callable[[str], HttpLaptop]]:
    made: list[HttpLaptop] = []

    def make(username: str) -> HttpLaptop:
        one = HttpLaptop.at(tmp_path / username, join(server, username).seat, server.url)
        made.append(one)
        return one

    yield make
    for one in made:
        one.store.close()


def rough(seed: int) -> Callable[[int], Way]:
    """A third of the connections lose the reply, a third end inside one, a third inside a request."""
    draw = random.Random(seed)

    def plan(n: int) -> Way:
        return draw.choice(
            [
                Way(drop_reply=True),
                Way(cut_reply=draw.randint(200, 6_000)),
                Way(cut_request=draw.randint(1_000, 9_000)),
            ]
        )

    return plan


def until_drained(laptop: HttpLaptop, proxy: Proxy, runs: int = 40) -> int:
    for run in range(1, runs + 1):
        laptop.sync_over(proxy.url)
        if laptop.store.outbox.unsent() == 0 and not laptop.store.files.pending():
            return run
    raise AssertionError(f"not drained after {runs} runs over {proxy.connections} connections")


def test_more_than_thirty_percent_of_answers_lost_and_every_op_is_there_once(
    server: RealServer, laptop: Callable[[str], HttpLaptop]
) -> None:
    first, second = laptop("petugas"), laptop("petugas_2")
    rids = [
        one.begin(nama=f"Warung {n}", alamat="Jl. Desa " * 30) for n in range(8) for one in (first, second)
    ]
    with proxy_to(server.port, rough(7)) as proxy:
        for value in ("7", "8", "9"):
            until_drained(first, proxy)
            until_drained(second, proxy)
            for rid in rids[::4]:
                first.type(rid, omzet=value)
                first.send(rid)
        until_drained(first, proxy)
        assert proxy.broken >= 0.3 * proxy.connections
        assert proxy.connections > 10
    for one in (first, second, first):
        one.settle(server.url)
    found = found_on(server)
    assert set(rids) <= set(found.records)
    assert len(found.feed_ops) == len(set(found.feed_ops)), "an op acted twice"
    assert found.faults == ()
    for one in (first, second):
        one.judge(found_on(server))
    assert {found.records[rid].rev for rid in rids[::4]} == {4}


def test_a_photo_survives_a_server_killed_in_the_middle(
    server: RealServer, laptop: Callable[[str], HttpLaptop], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = laptop("petugas")
    rid = one.begin(nama="Warung Foto")
    data = os.urandom(300_000)
    one.photo(rid, "foto", data)
    one.send(rid)
    monkeypatch.setattr(uploads, "START_BYTES", 32 * 1024)
    with proxy_to(server.port, lambda n: Way(cut_request=120_000)) as proxy:
        monkeypatch.setattr(uploads, "PATIENCE", 1)
        one.sync_over(proxy.url)
    server.kill()
    assert not one.sync_over(server.url).reached
    server.start()
    one.settle(server.url)
    assert one.store.files.pending() == []
    one.judge_files()
    one.judge(found_on(server))


LIES = {
    "portal": http("200 OK", b"<html>Masuk dulu</html>", "text/html"),
    "portal that redirects": http("302 Found", b"", "text/html", "Location: http://127.0.0.1:1/"),
    "413": http("413 Request Entity Too Large", b"<html>nginx</html>", "text/html"),
    "426": http("426 Upgrade Required", b"", "text/plain"),
    "429": http("429 Too Many Requests", b"", "text/plain", "Retry-After: 60"),
    "503": http("503 Service Unavailable", b"", "text/plain", "Retry-After: 60"),
    "half a header block": b"HTTP/1.1 200 OK\r\nContent-Type: applic",
    "headers only": b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 0\r\n\r\n",
    "json of somebody else": http("200 OK", b'{"status": "ok", "results": []}'),
    "silence": b"",
}


@pytest.mark.parametrize("after_hello", [False, True])
def test_lies_on_the_line_change_nothing(
    server: RealServer, laptop: Callable[[str], HttpLaptop], after_hello: bool
) -> None:
    one = laptop("petugas")
    rid = one.begin(nama="Warung Jujur")
    for name, lie in LIES.items():
        way = Way(instead=lie) if lie else Way(refuse=True)
        # The first connection may carry the hello; it ends inside the next reply.
        first = Way(cut_reply=1_500) if after_hello else way
        with proxy_to(server.port, lambda n, first=first, way=way: first if n == 1 else way) as proxy:
            report = one.sync_over(proxy.url)
        assert not report.complete, name
        assert report.problems, name
        assert one.record(rid).fields["nama"] == "Warung Jujur"
        if not after_hello:
            assert one.store.outbox.unsent() == 1, name
            assert one.store.receipts.all() == [], name
    with proxy_to(server.port, lambda n: CLEAN) as proxy:
        assert one.sync_over(proxy.url).complete
    one.judge(found_on(server))
