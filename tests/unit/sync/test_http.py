"""The HTTP line against a server that answers any bytes it is told to: what leaves the laptop, what it
believes.
"""

from __future__ import annotations

import hashlib
import json
import lzma
import socket
import time
from pathlib import Path

import pytest

from sidumba_field.core.canonical import digest, sha256_hex
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.time import SystemClock
from sidumba_field.seal.signing import SigningKey, verify
from sidumba_field.sync.http import HttpTransport
from sidumba_field.sync.session import Pieces
from sidumba_field.sync.transport import DeviceIdentity
from sidumba_field.wire import endpoints
from sidumba_field.wire.messages import AttStatus, Done, Message, PushRequest, sealed
from tests.helpers.canned import canned_server, http

DEVICE = "0192ab00-0000-7000-8000-000000000001"
INC = "0192ab00-0000-7000-8000-000000000002"
SHA = hashlib.sha256(b"foto warung").hexdigest()


def told(message: Message, *headers: str) -> bytes:
    return http("200 OK", json.dumps(sealed(message)).encode(), "application/json", *headers)


def identity() -> DeviceIdentity:
    return DeviceIdentity(DEVICE, INC, SigningKey.generate())


def headers_of(request: bytes) -> dict[str, str]:
    lines = request.partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
    return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}


def code_of(url: str, **options: object) -> str:
    transport = HttpTransport(url, identity(), **options)  # type: ignore[arg-type]
    with pytest.raises(SidumbaError) as caught:
        transport.att_status(SHA)
    transport.close()
    return caught.value.code


@pytest.mark.parametrize(
    "url",
    [
        "http://balangankab.go.id",
        "http://10.0.0.5:8000",
        "http://localhost.evil.id",
        "ftp://127.0.0.1",
        "127.0.0.1:8000",
        "https://user:rahasia@balangankab.go.id",
        "https://balangankab.go.id/?a=1",
        "https://",
        "",
    ],
)
def test_an_address_without_a_safe_line_is_refused(url: str) -> None:
    with pytest.raises(SidumbaError) as caught:
        HttpTransport(url)
    assert caught.value.code == "wire.insecure"


@pytest.mark.parametrize(
    "url", ["https://balangankab.go.id/sidumba/", "http://127.0.0.1:8000", "http://[::1]:8000"]
)
def test_tls_or_this_very_machine_is_accepted(url: str) -> None:
    HttpTransport(url).close()


def test_a_request_is_signed_by_the_laptop_over_exactly_what_travels() -> None:
    device = identity()
    with canned_server(told(AttStatus(sha=SHA, done=False, offset=0))) as server:
        transport = HttpTransport(server.url, device, "token-petugas")
        assert transport.att_write(SHA, 0, 11, b"foto warung").done is False
        transport.close()
    sent = headers_of(server.requests[0])
    assert server.requests[0].startswith(f"PATCH /v1/att/{SHA} HTTP/1.1".encode())
    assert sent["authorization"] == "Bearer token-petugas"
    assert (sent[endpoints.OFFSET.lower()], sent[endpoints.TOTAL.lower()]) == ("0", "11")
    signed = endpoints.signing_bytes(
        "PATCH", f"/v1/att/{SHA}", sha256_hex(b"foto warung"), DEVICE, INC, sent[endpoints.NONCE.lower()]
    )
    assert verify(device.key.public_hex, signed, sent[endpoints.SIGNATURE.lower()])


def test_a_push_travels_packed_and_the_signature_covers_the_packed_bytes() -> None:
    device = identity()
    request = PushRequest(proto=1, epoch="e", device=DEVICE, inc=INC, items=[{"op": "x"}])
    with canned_server(http("503 Service Unavailable", b"", "text/plain", "Retry-After: 30")) as server:
        transport = HttpTransport(server.url, device)
        with pytest.raises(SidumbaError, match="overloaded"):
            transport.push(request)
        transport.close()
    sent, body = headers_of(server.requests[0]), server.requests[0].partition(b"\r\n\r\n")[2]
    assert sent["content-encoding"] == "xz"
    assert json.loads(lzma.decompress(body)) == request.model_dump(mode="json")
    signed = endpoints.signing_bytes(
        "POST", "/v1/push", sha256_hex(body), DEVICE, INC, sent[endpoints.NONCE.lower()]
    )
    assert verify(device.key.public_hex, signed, sent[endpoints.SIGNATURE.lower()])
    assert "authorization" not in sent


def test_a_password_in_netrc_never_travels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = tmp_path / "netrc"
    secret.write_text("machine 127.0.0.1 login a password b\n", encoding="utf-8")
    secret.chmod(0o600)
    monkeypatch.setenv("NETRC", str(secret))
    with canned_server(told(Done(now="n"))) as server:
        code_of(server.url)
    assert "authorization" not in headers_of(server.requests[0])


def test_no_server_there_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert code_of(f"http://127.0.0.1:{port}") == "wire.unreachable"


def test_a_name_that_does_not_resolve_is_unreachable() -> None:
    assert code_of("https://server.invalid") == "wire.unreachable"


def test_a_server_that_never_answers_is_a_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert code_of(f"http://127.0.0.1:{port}", timeouts=(0.5, 0.2)) == "wire.timeout"


def test_an_answer_that_drips_meets_the_deadline() -> None:
    body = http("200 OK", b"x" * 10_000)
    with canned_server(body, drip_s=0.005) as server:
        started = time.monotonic()
        assert code_of(server.url, timeouts=(1.0, 1.0), deadline_s=0.8) == "wire.timeout"
        assert time.monotonic() - started < 3


def test_a_body_that_does_not_leave_meets_the_deadline() -> None:
    clock = SystemClock()
    pieces = Pieces(b"x" * 100_000, clock, clock.monotonic() - 1)
    assert len(pieces) == 100_000
    with pytest.raises(SidumbaError, match="timeout"):
        list(pieces)


def test_tls_that_speaks_plain_text_is_not_our_server() -> None:
    with canned_server(http("200 OK", b"<html/>", "text/html")) as server:
        url = server.url.replace("http:", "https:")
        assert code_of(url, timeouts=(1.0, 1.0)) in ("wire.not_our_server", "wire.timeout")


WHOLE = told(AttStatus(sha=SHA, done=True, offset=11, size=11))


def test_a_whole_answer_is_believed() -> None:
    with canned_server(WHOLE) as server:
        transport = HttpTransport(server.url)
        assert transport.att_status(SHA) == AttStatus(sha=SHA, done=True, offset=11, size=11)
        transport.close()


@pytest.mark.parametrize("keep", [*range(0, len(WHOLE), 9), len(WHOLE) - 1])
def test_an_answer_cut_at_any_byte_is_never_believed(keep: int) -> None:
    with canned_server(WHOLE[:keep]) as server:
        assert code_of(server.url) in ("wire.cut_short", "wire.not_our_server", "wire.unreachable")


def test_a_portals_page_and_its_redirect_are_not_followed() -> None:
    redirect = http("302 Found", b"", "text/html", "Location: http://127.0.0.1:1/login")
    with canned_server(redirect, http("200 OK", b"<html>masuk</html>", "text/html")) as server:
        assert code_of(server.url) == "wire.not_our_server"
        assert code_of(server.url) == "wire.not_our_server"
        assert len(server.requests) == 2


def test_a_sealed_reply_of_another_kind_is_malformed() -> None:
    with canned_server(told(Done(now="n"))) as server:
        assert code_of(server.url) == "wire.malformed"


def test_a_changed_reply_is_found() -> None:
    body = json.dumps(
        {"sha": SHA, "done": True, "offset": 0, "size": 0, "digest": digest({"sha": SHA})}
    ).encode()
    with canned_server(http("200 OK", body)) as server:
        assert code_of(server.url) == "wire.bad_digest"


def read(url: str) -> list[bytes]:
    pieces: list[bytes] = []
    transport = HttpTransport(url, identity())
    try:
        transport.att_read(SHA, pieces.append)
    finally:
        transport.close()
    return pieces


def test_a_file_is_handed_on_only_when_its_hash_is_right() -> None:
    with canned_server(http("200 OK", b"foto warung", "image/jpeg")) as server:
        assert b"".join(read(server.url)) == b"foto warung"
    for broken, code in (
        (http("200 OK", b"foto warunG", "image/jpeg"), "wire.bad_digest"),
        (http("200 OK", b"<html/>", "text/html"), "wire.not_our_server"),
        (http("200 OK", b"foto warung", "image/jpeg")[:-3], "wire.cut_short"),
        (http("404 Not Found", b"", "text/plain"), "wire.not_our_server"),
    ):
        with canned_server(broken) as server, pytest.raises(SidumbaError) as caught:
            read(server.url)
        assert caught.value.code == code
