"""Old apps and new servers: a push of every protocol ever spoken is taken; who cannot read is told to be updated."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from server_stub.api import sync
from server_stub.store.devices import Device, DeviceState
from server_stub.store.people import User
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.ids import derived_id
from sidumba_field.core.records import OpStatus
from sidumba_field.core.time import iso
from sidumba_field.core.workflow import Grant
from sidumba_field.sync.http import HttpTransport
from sidumba_field.wire import versions
from sidumba_field.wire.messages import Hello, PullRequest, PushReply, unseal
from tests.helpers.office import DESA, PROGRAM, Office
from tests.helpers.server import Laptop, threaded_server
from tests.unit.server.test_http import account, edit

#: Requests as laptops once sent them, byte by byte: <protocol>-<packing>.http. None is ever changed or taken away.
KEPT = sorted((Path(__file__).parent / "pushes").glob("*.http"))
#: Whose requests they are.
DEVICE, INC, USER = (derived_id("kept", name) for name in ("device", "inc", "user"))
DEVICE_KEY = "e5fa392cf40d498025cd85ed30ee02f89cde6b5e99f784161d2b71042db41998"
PERSON_KEY = "8f2a9cdcd16a016628d2d67531f8740016606ebcc662c72b7142a00baf87c40a"


@pytest.fixture
def url(office: Office, tmp_path: Path) -> Iterator[str]:
    with threaded_server(tmp_path, office.database.url, {PROGRAM: office.rules}, office.clock) as found:
        yield found


@pytest.fixture
def sender(office: Office) -> None:
    at = iso(office.clock.now())
    device = Device(DEVICE, "Laptop lama", DESA, DEVICE_KEY, INC, DeviceState.ACTIVE, 0, 0, 0, "", "", at, at)
    user = User(USER, "lama", "Lama", "", "", DESA, "", True, "")
    office.accounts.add_user(user, "kata sandi lama", (Grant("petugas", PROGRAM, DESA),))
    with office.database.write() as work:
        work.devices.add(device)
        work.people.add_key(USER, DEVICE, PERSON_KEY, at)


def replay(url: str, request: bytes) -> tuple[int, bytes]:
    """Send kept bytes as they are; return status and body."""
    parts = urlsplit(url)
    assert parts.hostname
    with socket.create_connection((parts.hostname, parts.port or 80), timeout=10) as line:
        line.sendall(request)
        told = b""
        while piece := line.recv(65_536):
            told += piece
    head, _, body = told.partition(b"\r\n\r\n")
    return int(head.split()[1]), body


def test_a_push_is_kept_for_every_protocol() -> None:
    assert {int(path.name.split("-")[0]) for path in KEPT} == set(versions.PROTOCOLS)
    assert set(versions.READ) <= set(versions.SPOKEN) == set(versions.PROTOCOLS)


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.stem)
def test_an_old_push_is_taken_byte_for_byte_as_it_once_was(
    office: Office, sender: None, url: str, path: Path
) -> None:
    status, body = replay(url, path.read_bytes())
    assert status == 200, body
    answers = PushReply.model_validate(unseal(json.loads(body)))
    assert [one.st for one in answers.results] == [OpStatus.APPLIED] * 3
    record = office.stored(derived_id("kept", "rid", "1"))
    assert (record.state, record.rev) == ("diserahkan", 3)
    assert record.fields == {"nama": "Keripik Singkong", "omzet": "7"}
    with pytest.raises(AssertionError):
        # The very same bytes again are a replay, whoever keeps them.
        assert replay(url, path.read_bytes())[0] == 200


def test_an_app_too_old_to_read_may_push_and_is_told_to_be_updated(
    office: Office, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    laptop = Laptop.enrol(url, office.accounts.issue_code(DESA, ""))
    laptop.sign_in(account("petugas"))
    monkeypatch.setattr(versions, "MIN_APP", "9.0")
    assert HttpTransport(url).hello().min_app == "9.0"
    assert laptop.answers(edit(laptop))[0].st is OpStatus.APPLIED
    with pytest.raises(SidumbaError) as refused:
        laptop.line("petugas").pull(PullRequest(proto=1, epoch="", cursors={}))
    assert (refused.value.code, refused.value.params["wanted"]) == ("wire.protocol_unknown", "9.0")


def test_a_protocol_nobody_writes_pages_in_any_more_may_still_push(
    office: Office, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    laptop = Laptop.enrol(url, office.accounts.issue_code(DESA, ""))
    laptop.sign_in(account("petugas"))
    monkeypatch.setattr(versions, "READ", (2,))
    assert laptop.answers(edit(laptop))[0].st is OpStatus.APPLIED
    with pytest.raises(SidumbaError, match=r"wire\.protocol_unknown"):
        laptop.line("petugas").pull(PullRequest(proto=1, epoch="", cursors={}))


def test_versions_are_compared_by_number_and_strangers_name_themselves_otherwise(url: str) -> None:
    assert versions.numbers("0.10.0") > versions.numbers("0.9.3")
    assert versions.numbers("1.0rc1") == (1, 0)
    assert requests.get(f"{url}/v1/hello", headers={"User-Agent": "curl/1.0"}, timeout=5).ok
    assert HttpTransport.__module__.startswith(sync.APP.replace("-", "_"))


def test_members_a_newer_server_adds_to_its_hello_are_passed_over() -> None:
    known = {name for name, field in Hello.model_fields.items() if field.is_required()}
    said = {
        "proto": [1, 2],
        "min_app": "0.1.0",
        "epoch": "e",
        "now": "2026-11-21T04:00:00.000Z",
        "server_key": "",
        "age_recipient": "age1",
        "limits": {"max_ops": 1, "max_batch_bytes": 1, "max_body": 1, "max_file": 1, "max_chunk": 1, "x": 1},
        "programs": {},
        "forms": {},
        "something_new": {"a": 1},
    }
    assert known <= said.keys()
    assert versions.agree(Hello.model_validate(said).proto) == 1
