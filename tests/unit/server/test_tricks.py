"""Tricks with JSON, XML and letters: each is refused clearly or stays plain text; nothing is stored, nothing leaks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from server_stub.store.work import Work
from server_stub.workflow.installed import install
from sidumba_field import programs
from sidumba_field.core.canonical import sha256_hex
from sidumba_field.core.ids import new_id
from sidumba_field.core.records import OpStatus
from sidumba_field.core.time import FixedClock, SystemClock
from sidumba_field.wire import endpoints
from sidumba_field.words import explain
from tests.helpers.office import DESA, NOON, PROGRAM, Office
from tests.helpers.server import Laptop, threaded_server

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
SECRET = "6311025509850003"
MARKUP = (
    "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><x>&a;</x>",
    "&lt;b&gt;</nama><nama>",
    "]]><![CDATA[x",
    "' or '1'='1",
    "${nama} {nama} %s",
    "\u202e\u2066terbalik\u0301\u200d",
    "<?xml version='1.0' encoding='utf-7'?>",
)


@pytest.fixture
def url(office: Office, tmp_path: Path) -> Iterator[str]:
    with threaded_server(tmp_path, office.database.url, {PROGRAM: office.rules}, office.clock) as found:
        yield found


@pytest.fixture
def laptop(office: Office, url: str) -> Laptop:
    found = Laptop.enrol(url, office.accounts.issue_code(DESA, "Laptop desa"))
    found.sign_in({"role": "petugas", "username": "petugas", "passphrase": "kata sandi petugas"})
    return found


def push_raw(laptop: Laptop, body: bytes) -> requests.Response:
    """A push whose body is signed rightly, whatever it holds."""
    who, nonce = laptop.identity, new_id(SystemClock())
    parts = ("POST", endpoints.PUSH, sha256_hex(body), who.device, who.inc, nonce)
    headers = {
        endpoints.DEVICE: who.device,
        endpoints.INCARNATION: who.inc,
        endpoints.NONCE: nonce,
        endpoints.SIGNATURE: who.key.sign(endpoints.signing_bytes(*parts)),
    }
    return requests.post(laptop.url + endpoints.PUSH, data=body, headers=headers, timeout=20)


def message(laptop: Laptop, items: str = "[]", **changes: Any) -> bytes:
    who = laptop.identity
    said = {"proto": 1, "epoch": "", "device": who.device, "inc": who.inc, "items": 0, **changes}
    return json.dumps(said).replace('"items": 0', f'"items": {items}').encode()


def rows(work: Work) -> tuple[int, int]:
    return work.records.count(), work.ops.count()


@pytest.mark.parametrize(
    "body",
    [
        b"\xef\xbb\xbf{}",
        b'{"proto": NaN}',
        b'{"proto": 1e999}',
        b'{"proto": ' + b"9" * 5000 + b"}",
        b"[" * 50_000,
        b'{"a":' * 50_000,
        b"\x00",
        b'{"proto": "\\ud800"}',
        "\ud7ff".encode("utf-16"),
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b'{"proto": 1, "items": {"__proto__": []}}',
        b"null",
        b'"' + SECRET.encode() + b'"',
    ],
)
def test_a_body_that_is_no_message_of_ours_is_told_so_and_leaves_nothing(
    office: Office, laptop: Laptop, body: bytes
) -> None:
    with office.database.read() as work:
        before = rows(work)
    reply = push_raw(laptop, body)
    said = reply.json()
    assert (reply.status_code, said["code"]) == (400, "wire.malformed")
    assert SECRET not in reply.text
    for lang in ("id", "en"):
        assert explain(said["code"], lang, **said["params"]).sentence
    with office.database.read() as work:
        assert rows(work) == before


@pytest.mark.parametrize(
    "item",
    [
        "{}",
        '{"op": null}',
        '{"op": 5, "set": []}',
        '{"kind": "edit", "set": {"nama": 1}}',
        '{"op": "x", "op": "y"}',
        '{"members": "' + SECRET + '"}',
        '{"set": {"' + SECRET + '": "x"}}',
        '{"dseq": -1}',
        '{"dseq": 1e400}',
        '{"at": "' + SECRET + '"}',
    ],
)
def test_a_twisted_item_is_refused_alone_and_its_values_are_not_repeated(
    office: Office, laptop: Laptop, item: str
) -> None:
    reply = push_raw(laptop, message(laptop, f"[{item}]"))
    assert reply.status_code == 200
    (result,) = reply.json()["results"]
    assert (result["st"], result["code"]) == ("rejected", "op.malformed")
    assert SECRET not in reply.text
    with office.database.read() as work:
        assert work.records.count() == 0
    for lang in ("id", "en"):
        assert explain(result["code"], lang, **result["params"]).sentence


@pytest.mark.parametrize("text", MARKUP)
def test_markup_in_an_answer_stays_the_text_it_is(office: Office, text: str) -> None:
    rid = office.new_id()
    answer = office.do(office.edit("petugas", rid, {"nama": text}))
    assert answer.st is OpStatus.APPLIED
    assert office.stored(rid).fields == {"nama": text}


@pytest.mark.parametrize("text", MARKUP)
def test_the_form_engine_reads_markup_as_text_and_nothing_else(office: Office, text: str) -> None:
    rules = next(iter(install(programs.shipped(), FixedClock(NOON)).values()))
    form, versions = next(iter(rules.versions.items()))
    judged = rules.judge(form, versions[-1], {"usaha/nama": text, "pemilik/nik": text, "usaha/omzet": text})
    assert "pemilik/nik" in judged.errors
    assert all("root:" not in str(value) for value in judged.worked_out.values())


def test_every_refusal_of_an_op_has_its_sentence_in_both_languages(office: Office) -> None:
    """One of each kind: unknown, foreign, of the wrong role, unsigned, stale, repeated with other content."""
    record = office.at_state("diajukan_kecamatan")
    step = office.step("admin_kecamatan", record.rid, "verifikasi")
    refused = [
        office.edit("petugas", office.new_id(), {"nama": "A"}, base=3),
        office.edit("petugas", office.new_id(), {"desa": "63.11.02.2001"}),
        office.edit("kepala_dinas", record.rid, {"nama": "A"}, base=1),
        office.step("petugas", record.rid, "verifikasi"),
        step.with_(op=office.new_id(), sig=""),
        office.step("admin_kecamatan", record.rid, "kembalikan"),
        office.step("admin_kecamatan", record.rid, "terbang"),
        office.edit("petugas", record.rid, {"nama": "A"}, base=1, program="lain"),
    ]
    for op in refused:
        answer = office.do(op)
        assert answer.st is OpStatus.REJECTED, answer
        for lang in ("id", "en"):
            assert explain(answer.code, lang, **answer.params).text()
    assert office.stored(record.rid) == record
