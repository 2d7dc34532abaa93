"""Laws of states, orders, roots and limits: what a laptop may still do, told by whom, and how often."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from server_stub.api.doorkeeper import ADDRESS, Doorkeeper
from server_stub.auth.gate import LAPTOP, Gate
from server_stub.auth.keys import ServerKeys, open_keys
from server_stub.auth.orders import give
from server_stub.auth.rates import Buckets, Rate
from server_stub.publishing.witness import root_faults
from server_stub.store.devices import DeviceState
from server_stub.store.tables import ROOT
from sidumba_field.core import merkle
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.records import OpStatus
from sidumba_field.core.time import FixedClock
from sidumba_field.seal.signing import verify
from sidumba_field.sync.http import HttpTransport
from sidumba_field.wire import endpoints
from sidumba_field.wire.messages import PullRequest
from tests.helpers.office import DESA, NOON, PROGRAM, Office
from tests.helpers.server import Laptop, threaded_server
from tests.unit.server.test_http import account, edit, number, raw

ONE_DATABASE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
DAY_S = 86_400


@pytest.fixture
def url(office: Office, tmp_path: Path) -> Iterator[str]:
    with threaded_server(tmp_path, office.database.url, {PROGRAM: office.rules}, office.clock) as found:
        yield found


@pytest.fixture
def laptop(office: Office, url: str) -> Laptop:
    found = Laptop.enrol(url, office.accounts.issue_code(DESA, "Laptop desa"))
    found.sign_in(account("petugas"))
    return found


@pytest.fixture
def keys(tmp_path: Path, url: str) -> ServerKeys:
    return open_keys(tmp_path / "keys.json")


def put(office: Office, keys: ServerKeys, laptop: Laptop, state: DeviceState) -> None:
    given = give(office.database, keys, office.clock, laptop.identity.device, state, "hilang")
    assert given is not None


def calls(laptop: Laptop) -> dict[str, str]:
    """Every call of a laptop, and the number it is refused with ("" = let in)."""
    sha = "ab" * 32
    asked = {
        "session": ("POST", endpoints.SESSION),
        "escrow": ("POST", endpoints.ESCROW),
        "push": ("POST", endpoints.PUSH),
        "pull": ("POST", endpoints.PULL),
        "snapshot": ("GET", endpoints.SNAPSHOT.format(vid="0" * 36)),
        "status": ("GET", endpoints.ATT.format(sha=sha)),
        "content": ("GET", endpoints.ATT_CONTENT.format(sha=sha)),
        "form": ("GET", endpoints.FORM.format(program=PROGRAM, form="umkm", version="1")),
        "order": ("GET", endpoints.ORDER),
        "roots": ("GET", endpoints.ROOTS),
    }
    told = {}
    for name, (method, target) in asked.items():
        reply = raw(laptop, method, target, b"{}" if method == "POST" else b"")
        found = "" if reply.ok else number(reply)
        told[name] = found if found.startswith("403.") else ""
    return told


def test_a_suspended_laptop_may_hand_in_its_work_and_nothing_else(
    office: Office, laptop: Laptop, keys: ServerKeys
) -> None:
    before = edit(laptop)
    put(office, keys, laptop, DeviceState.SUSPENDED)
    assert laptop.answers(before, edit(laptop))[1].st is OpStatus.APPLIED
    shut = {name for name, refused in calls(laptop).items() if refused == "403.3"}
    assert shut == {"session", "escrow", "pull", "snapshot", "content", "form", "roots"}
    put(office, keys, laptop, DeviceState.ACTIVE)
    laptop.line("petugas").pull(PullRequest(proto=1, epoch="", cursors={}))


@pytest.mark.parametrize(("state", "told"), [(DeviceState.REVOKED, "403.6"), (DeviceState.WIPE, "403.7")])
@ONE_DATABASE
def test_a_withdrawn_laptop_hears_its_order_and_nothing_else(
    office: Office, laptop: Laptop, keys: ServerKeys, state: DeviceState, told: str
) -> None:
    put(office, keys, laptop, state)
    assert {name for name, refused in calls(laptop).items() if refused != told} == {"order"}
    order = laptop.line().order().order
    assert order is not None
    assert (order.word, order.device, order.reason) == (state.value, laptop.identity.device, "hilang")
    assert verify(keys.signing.public_hex, order.signed_bytes(), order.sig)


def test_orders_are_counted_per_laptop_and_the_newest_is_told(
    office: Office, laptop: Laptop, keys: ServerKeys, url: str
) -> None:
    assert laptop.line().order().order is None
    for state in (DeviceState.WIPE, DeviceState.WIPE, DeviceState.ACTIVE):
        put(office, keys, laptop, state)
    order = laptop.line().order().order
    assert order is not None
    assert (order.number, order.word) == (3, "active")
    other = Laptop.enrol(url, office.accounts.issue_code(DESA, ""))
    assert other.line().order().order is None
    assert give(office.database, keys, office.clock, "0" * 36, DeviceState.WIPE) is None


# ------------------------------------------------------------------------------------------------------------- roots


def test_each_day_has_one_signed_root_over_the_heads_of_that_moment(
    office: Office, laptop: Laptop, keys: ServerKeys, url: str
) -> None:
    first = HttpTransport(url).hello().root
    laptop.answers(edit(laptop))
    again = HttpTransport(url).hello().root
    assert first == again, "one root a day"
    office.clock.advance(DAY_S)
    second = HttpTransport(url).hello().root
    assert first is not None
    assert second is not None
    assert (first.count, second.count) == (0, 1)
    with office.database.read() as work:
        heads = {scope.vid: (scope.seq, scope.hash) for scope in work.scopes.all() if scope.seq}
    assert second.root == merkle.root(heads)
    assert verify(keys.signing.public_hex, second.signed_bytes(), second.sig)
    assert [one.day for one in laptop.line().roots("").roots] == [first.day, second.day]
    assert laptop.line().roots(first.day).roots == [second]
    assert list(root_faults(office.database, keys)) == []


@ONE_DATABASE
def test_a_past_that_was_changed_contradicts_the_roots(
    office: Office, laptop: Laptop, keys: ServerKeys, url: str
) -> None:
    for _ in range(3):
        laptop.answers(edit(laptop))
        office.clock.advance(DAY_S)
        HttpTransport(url).hello()
    with office.database.write() as work:
        work.connection.execute(ROOT.update().where(ROOT.c.day == "2026-11-23").values(root="0" * 64))
    told = list(root_faults(office.database, keys))
    assert told == ["root 2026-11-23: signature", "root 2026-11-23: heads"]


@ONE_DATABASE
def test_a_chain_written_anew_with_right_hashes_is_found_by_the_root_of_an_earlier_day(
    office: Office, laptop: Laptop, keys: ServerKeys, url: str
) -> None:
    laptop.answers(edit(laptop))
    office.clock.advance(DAY_S)
    HttpTransport(url).hello()
    with office.database.write() as work:
        entry = work.feed.page(office.vid(), 0, 10**6)[0][0]
        forged = work.feed.append([], "")
        assert forged == []
        work.connection.exec_driver_sql(f"UPDATE feed SET hash = '{'1' * 64}' WHERE vid = '{entry.vid}'")
    assert list(root_faults(office.database, keys)) == [f"root 2026-11-22: {entry.vid}@1"]


# ------------------------------------------------------------------------------------------------------------ limits


def test_a_bucket_lets_a_burst_in_then_a_steady_stream_and_says_how_long_to_wait() -> None:
    clock = FixedClock(NOON)
    buckets = Buckets(Rate(per_s=2, burst=5), clock)
    for _ in range(5):
        buckets.take("a")
    with pytest.raises(SidumbaError) as refused:
        buckets.take("a")
    assert refused.value.params["retry_after"] == 1
    buckets.take("b")
    clock.advance(0.5)
    buckets.take("a")
    with pytest.raises(SidumbaError, match=r"wire\.too_many"):
        buckets.demand("a")
    clock.advance(3600)
    for _ in range(5):
        buckets.take("a")
    with pytest.raises(SidumbaError, match=r"wire\.too_many"):
        buckets.take("a")


@ONE_DATABASE
def test_a_laptop_gone_wild_is_asked_for_patience_and_its_neighbour_is_not(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server_stub.app.Gate", partial(Gate, rate=Rate(per_s=2, burst=9)))
    with threaded_server(tmp_path, office.database.url, {PROGRAM: office.rules}, office.clock) as url:
        wild, neighbour = (Laptop.enrol(url, office.accounts.issue_code(DESA, "")) for _ in range(2))
        line = wild.line()
        for _ in range(9):
            line.order()
        with pytest.raises(SidumbaError) as refused:
            line.order()
        assert (refused.value.code, refused.value.params["retry_after"]) == ("wire.too_many", 1)
        told = raw(wild, "POST", endpoints.PUSH, b"x" * 1_000_000)
        assert (number(told), told.headers["Retry-After"]) == ("429.1", "1")
        neighbour.line().order()
        office.clock.advance(1)
        line.order()


def test_the_limits_lie_above_what_a_full_sync_does() -> None:
    """160 feeds from their beginning: a snapshot each, and 300 photos asked for and fetched, without one pause."""
    assert LAPTOP.burst >= 160 * 2 + 300 * 2
    assert ADDRESS.burst >= 300


@ONE_DATABASE
def test_who_only_claims_to_be_a_laptop_uses_up_nothing_of_it(office: Office, laptop: Laptop) -> None:
    for _ in range(3):
        assert number(raw(laptop, "GET", endpoints.ORDER, key="11" * 32)) == "401.4"
    assert raw(laptop, "GET", endpoints.ORDER).ok


async def _ask(app: Any, path: str, address: str = "10.0.0.1") -> tuple[int, dict[bytes, bytes]]:
    told: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        told.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {"type": "http", "method": "GET", "path": path, "headers": [], "client": (address, 1)}
    await app(scope, receive, send)
    return told[0]["status"], dict(told[0]["headers"])


async def _quiet(scope: Any, receive: Any, send: Any) -> None:
    await asyncio.sleep(0.01)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def test_open_doors_are_counted_per_address_and_a_guess_costs_more() -> None:
    keeper = Doorkeeper(_quiet, FixedClock(NOON), rate=Rate(per_s=1, burst=20))

    async def many() -> list[int]:
        statuses = [(await _ask(keeper, endpoints.ENROL))[0] for _ in range(3)]
        statuses.append((await _ask(keeper, endpoints.HELLO))[0])
        statuses.append((await _ask(keeper, endpoints.PUSH))[0])
        statuses.append((await _ask(keeper, endpoints.HELLO, "10.0.0.2"))[0])
        return statuses

    assert asyncio.run(many()) == [200, 200, 429, 429, 200, 200]


def test_a_crowded_worker_sends_others_away_at_once_and_not_all_to_the_same_second() -> None:
    keeper = Doorkeeper(_quiet, FixedClock(NOON), crowded=4)

    async def all_at_once() -> list[tuple[int, dict[bytes, bytes]]]:
        return await asyncio.gather(*(_ask(keeper, endpoints.PUSH) for _ in range(40)))

    answers = asyncio.run(all_at_once())
    assert [status for status, _ in answers].count(200) == 4
    waits = {headers[b"retry-after"] for status, headers in answers if status == 503}
    assert len(waits) > 3
    assert all(15 <= int(wait) < 45 for wait in waits)
