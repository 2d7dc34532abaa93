"""What counts as our server's answer, and what is only noise on the line."""

from __future__ import annotations

import gzip
import json

import pytest

from sidumba_field.core.canonical import digest
from sidumba_field.core.errors import SidumbaError
from sidumba_field.sync.replies import MAX_REPLY, MAX_RETRY_AFTER, RawReply, judge
from sidumba_field.wire.problems import NUMBERS, from_problem, to_problem

BODY = {"now": "2026-11-20T01:41:12.345Z"}


def reply(body: bytes, status: int = 200, kind: str = "application/json", **headers: str) -> RawReply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return RawReply(status, {"content-type": kind, "content-length": str(len(body)), **named}, body)


def sealed() -> bytes:
    return json.dumps({**BODY, "digest": digest(BODY)}).encode()


def code_of(raw: RawReply) -> str:
    with pytest.raises(SidumbaError) as caught:
        judge(raw)
    return caught.value.code


def test_a_sealed_json_reply_counts() -> None:
    assert judge(reply(sealed())) == BODY


def test_a_sealed_reply_packed_by_gzip_counts() -> None:
    assert judge(reply(gzip.compress(sealed()), content_encoding="gzip")) == BODY


def test_a_chunked_reply_needs_no_length() -> None:
    raw = RawReply(200, {"content-type": "application/json", "transfer-encoding": "chunked"}, sealed())
    assert judge(raw) == BODY


def test_a_portals_page_is_not_our_server() -> None:
    assert code_of(reply(b"<html>Selamat datang di Wi-Fi</html>", kind="text/html")) == "wire.not_our_server"


def test_a_portals_page_that_claims_to_be_json_is_not_our_server() -> None:
    assert code_of(reply(b"<html></html>")) == "wire.not_our_server"
    assert code_of(reply(b'{"ok": true}')) == "wire.not_our_server"
    assert code_of(reply(b"[]")) == "wire.not_our_server"


def test_a_redirect_is_never_believed() -> None:
    assert code_of(reply(b"", 302, kind="text/html", location="http://wifi/login")) == "wire.not_our_server"


def test_a_reply_without_its_length_is_cut_short() -> None:
    assert code_of(RawReply(200, {"content-type": "application/json"}, sealed())) == "wire.cut_short"


def test_a_reply_shorter_than_announced_is_cut_short() -> None:
    whole = reply(sealed())
    assert code_of(RawReply(200, whole.headers, whole.body[:-7])) == "wire.cut_short"


def test_a_reply_that_is_only_headers_is_never_acted_on() -> None:
    for headers in ({}, {"content-length": "0"}, {"content-type": "application/json"}):
        assert code_of(RawReply(200, headers, b"")) in ("wire.cut_short", "wire.not_our_server")


def test_a_changed_body_is_found_by_its_digest() -> None:
    assert code_of(reply(sealed().replace(b"2026", b"2025"))) == "wire.bad_digest"


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_packed_bytes_that_end_early_are_never_believed(cut: int) -> None:
    packed = gzip.compress(sealed())
    assert code_of(reply(packed[:-cut], content_encoding="gzip")) in ("wire.cut_short", "wire.bad_digest")


def test_a_small_reply_that_unpacks_without_end_is_refused() -> None:
    bomb = gzip.compress(b" " * (MAX_REPLY + 1))
    assert code_of(reply(bomb, content_encoding="gzip")) == "wire.body_too_big"


def problem_reply(code: str, **params: object) -> RawReply:
    status, body = to_problem(SidumbaError(code, **params))
    return reply(json.dumps(body).encode(), status, "application/problem+json; charset=utf-8")


@pytest.mark.parametrize("code", sorted(set(NUMBERS) - {"bug.unexpected"}))
def test_every_numbered_problem_arrives_as_its_own_code(code: str) -> None:
    assert code_of(problem_reply(code)) == code


def test_a_bug_on_the_server_is_the_servers_fault() -> None:
    assert code_of(problem_reply("bug.unexpected")) == "wire.server_fault"


def test_a_problem_whose_status_disagrees_with_the_line_is_not_ours() -> None:
    odd = problem_reply("auth.device_unknown")
    assert code_of(RawReply(200, odd.headers, odd.body)) == "wire.not_our_server"


def test_a_problem_changed_on_the_way_or_made_up_in_between_is_not_believed() -> None:
    """``attachment.too_big`` sets a file aside for good: half a refusal must not."""
    told = problem_reply("attachment.too_big", limit=26_214_400)
    other = told.body.replace(b"26214400", b"00000001")
    assert other != told.body
    assert code_of(RawReply(told.status, told.headers, other)) == "wire.bad_digest"
    bare = {name: value for name, value in json.loads(told.body).items() if name != "digest"}
    made_up = reply(json.dumps(bare).encode(), told.status, "application/problem+json")
    assert code_of(made_up) == "wire.not_our_server"
    assert code_of(RawReply(told.status, told.headers, told.body[:-9])) == "wire.cut_short"


def test_params_that_would_name_ours_anew_are_left_out() -> None:
    error = from_problem({"number": "409.1", "params": {"self": 1, "code": 2, "offset": 3}})
    assert (error.code, error.params) == ("wire.offset", {"offset": 3})


@pytest.mark.parametrize("odd", ["\u00b2", "-1", "+5", "1_0", "9" * 5000, "5, 5"])
def test_a_length_or_a_wish_that_is_no_number_is_only_noise(odd: str) -> None:
    whole = reply(sealed())
    assert code_of(RawReply(200, {**whole.headers, "content-length": odd}, whole.body)) == "wire.cut_short"
    with pytest.raises(SidumbaError) as caught:
        judge(reply(b"busy", 503, "text/plain", retry_after=odd))
    assert "retry_after" not in caught.value.params


def test_json_nested_without_end_is_not_our_server() -> None:
    assert code_of(reply(b"[" * 200_000)) == "wire.not_our_server"
    deep = b'{"digest":"","a":' + b"[" * 900 + b"]" * 900 + b"}"
    assert code_of(reply(deep)) in ("wire.bad_digest", "wire.not_our_server")


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (401, "wire.not_our_server"),
        (404, "wire.not_our_server"),
        (408, "wire.timeout"),
        (413, "wire.body_too_big"),
        (426, "wire.protocol_unknown"),
        (429, "wire.overloaded"),
        (500, "wire.not_our_server"),
        (502, "wire.overloaded"),
        (503, "wire.overloaded"),
        (504, "wire.timeout"),
        (511, "wire.not_our_server"),
    ],
)
def test_machines_between_us_and_the_server_are_understood(status: int, code: str) -> None:
    assert code_of(reply(b"<html>nginx</html>", status, "text/html")) == code


@pytest.mark.parametrize(
    ("header", "wish"),
    [("120", 120), ("999999", MAX_RETRY_AFTER), ("Fri, 20 Nov 2026 01:00:00 GMT", None), ("", None)],
)
def test_the_servers_wish_for_patience_is_kept(header: str, wish: int | None) -> None:
    for raw in (reply(b"busy", 503, "text/plain", retry_after=header), problem_reply("wire.overloaded")):
        with pytest.raises(SidumbaError) as caught:
            judge(RawReply(raw.status, {**raw.headers, "retry-after": header}, raw.body))
        assert caught.value.code == "wire.overloaded"
        assert caught.value.params.get("retry_after") == wish
