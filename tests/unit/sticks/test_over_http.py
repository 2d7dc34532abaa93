"""A bundle carried by somebody else's laptop over HTTP: up in chunks, read at the server, the reply down in chunks."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn

from server_stub.api.bundles import endpoints
from server_stub.app import create_app
from server_stub.store.database import Database
from sidumba_field.bundle import Stopped, gather
from sidumba_field.core.errors import SidumbaError
from sidumba_field.store import Mark
from sidumba_field.sync.http import HttpTransport
from sidumba_field.sync.sticks import ask_carried, fetch_carried, send_carried
from sidumba_field.sync.transport import DeviceIdentity
from sidumba_field.wire.endpoints import MIN_CHUNK
from tests.helpers.office import PROGRAM, PlainRules
from tests.helpers.stick_village import StickLaptop, StickServer


@pytest.fixture
def url(office: StickServer, database: Database) -> Iterator[str]:
    """The same database behind a real port."""
    settings = office.server.settings
    app = create_app(settings, office.clock, {PROGRAM: PlainRules()})
    app.state.server = office.server
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off"))
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            time.sleep(0.005)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.fixture
def carrier(tmp_path: Path, office: StickServer, url: str) -> Iterator[HttpTransport]:
    laptop = StickLaptop.join(tmp_path / "carrier", office, "citra", "admin_kecamatan", "63.11.02")
    line = HttpTransport(url, DeviceIdentity(laptop.device, laptop.device, laptop.key))
    yield line
    line.close()
    laptop.store.close()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_carrier_brings_work_up_and_the_reply_down_and_reads_neither(
    village: StickLaptop, carrier: HttpTransport, tmp_path: Path
) -> None:
    rid = village.begin(nama="dibawa orang")
    village.photo(rid, "foto", b"\xff\xd8" + bytes(range(256)) * 1500)
    village.send(rid)
    made = village.export(tmp_path / "stick", part_bytes=100_000)
    (found,) = gather(made.paths)
    assert len(found.paths) > 1
    told: list[tuple[int, int]] = []
    sent = send_carried(carrier, found, lambda done, total: told.append((done, total)))
    assert told[-1] == (made.bytes, made.bytes)
    assert sent.state == "received"
    asked = ask_carried(carrier, sent.sha)
    assert asked.state == "answered"
    assert asked.reply is not None
    assert asked.reply.device == village.device
    (tmp_path / "back").mkdir()
    reply = fetch_carried(carrier, asked, tmp_path / "back")
    assert [path.name for path in (tmp_path / "back").iterdir()] == [reply.name]
    taken = village.read(reply)
    assert taken.answered == {"applied": 1}
    assert village.record(rid).mark is Mark.RECEIVED
    assert send_carried(carrier, found).state == "answered"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_sending_and_fetching_go_on_where_they_were_stopped(
    village: StickLaptop, carrier: HttpTransport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rid = village.begin(nama="besar")
    village.photo(rid, "foto", bytes(range(256)) * 4000)
    village.send(rid)
    (found,) = gather(village.export(tmp_path / "stick").paths)
    monkeypatch.setattr("sidumba_field.sync.sticks.carrying.MAX_CHUNK", 2 * MIN_CHUNK)
    calls = iter([False, False, True])
    with pytest.raises(Stopped):
        send_carried(carrier, found, stop=lambda: next(calls))
    told: list[int] = []
    asked = send_carried(carrier, found, lambda done, total: told.append(done))
    assert told[0] > 0
    asked = ask_carried(carrier, asked.sha)
    (tmp_path / "back").mkdir()
    assert asked.reply is not None
    (tmp_path / "back" / f"{asked.reply.bundle}.part").write_bytes(carrier.bundle_reply(asked.sha, 0)[:100])
    assert village.read(fetch_carried(carrier, asked, tmp_path / "back")).answered == {"applied": 1}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_is_no_bundle_is_refused_with_a_code_and_stays_refused(
    village: StickLaptop, carrier: HttpTransport, tmp_path: Path
) -> None:
    village.begin(nama="x")
    village.store.meta.set("device_secret", "11" * 32)
    (found,) = gather(village.export(tmp_path / "stick").paths)
    asked = ask_carried(carrier, send_carried(carrier, found).sha)
    assert (asked.state, asked.code) == ("refused", "bundle.bad_signature")
    assert send_carried(carrier, found).code == "bundle.bad_signature"
    with pytest.raises(SidumbaError, match=r"wire\.not_found"):
        carrier.bundle_reply(asked.sha, 0)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_laptop_that_begins_ever_new_ones_is_asked_for_patience(carrier: HttpTransport) -> None:
    for number in range(endpoints.MOST_UNDER_WAY):
        carrier.bundle_write(f"{number:064x}", 0, 1000, b"half")
    with pytest.raises(SidumbaError, match=r"wire\.too_many"):
        carrier.bundle_write("f" * 64, 0, 1000, b"half")
    assert carrier.bundle_write(f"{1:064x}", 4, 1000, b"more").offset == 8


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_bundle_beyond_the_limit_is_refused_before_its_bytes_are_read(carrier: HttpTransport) -> None:
    with pytest.raises(SidumbaError, match=r"bundle\.too_big"):
        carrier.bundle_write("a" * 64, 0, 1 << 39, b"first")
