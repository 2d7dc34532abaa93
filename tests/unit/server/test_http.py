"""Laws of the wire: who is let in, what is read, what is answered. Real HTTP on both databases."""

from __future__ import annotations

import gzip
import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from server_stub.store.devices import DeviceState
from server_stub.store.faults import DiscreetFormatter
from sidumba_field.core.canonical import sha256_hex
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.ids import new_id
from sidumba_field.core.records import GENESIS, Op, OpKind, OpStatus
from sidumba_field.core.time import SystemClock, iso
from sidumba_field.seal.signing import SigningKey
from sidumba_field.sync.http import HttpTransport
from sidumba_field.sync.transport import DeviceIdentity
from sidumba_field.wire import endpoints, packing
from sidumba_field.wire.messages import EscrowRequest, HeadMessage, PullRequest, SessionRequest, unseal
from sidumba_field.wire.problems import CONTENT_TYPE
from tests.helpers.office import DESA, DESA_2, PROGRAM, Office
from tests.helpers.server import Laptop, threaded_server

#: For laws that no database has a part in.
ONE_DATABASE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
#: Every way a body may be packed.
PACKED = {"gzip": gzip.compress, packing.XZ: packing.pack}


@pytest.fixture
def url(office: Office, tmp_path: Path) -> Iterator[str]:
    with threaded_server(tmp_path, office.database.url, {PROGRAM: office.rules}, office.clock) as found:
        yield found


def account(role: str) -> dict[str, str]:
    return {"role": role, "username": role, "passphrase": f"kata sandi {role}"}


@pytest.fixture
def laptop(office: Office, url: str) -> Laptop:
    found = Laptop.enrol(url, office.accounts.issue_code(DESA, "Laptop desa"))
    found.sign_in(account("petugas"))
    return found


def edit(laptop: Laptop, rid: str = "", role: str = "petugas", unit: str = DESA, **members: Any) -> Op:
    given = {"set": {"nama": "Keripik"}, "form_v": "1", **members}
    return laptop.op(OpKind.EDIT, role, rid or new_id(SystemClock()), unit, **given)


def raw(laptop: Laptop, method: str, target: str, body: bytes = b"", **changes: str) -> requests.Response:
    """One signed request, with any of its parts replaced."""
    who = laptop.identity
    nonce = changes.pop("nonce", new_id(SystemClock()))
    signed = endpoints.signing_bytes(
        method,
        changes.pop("signed_target", target),
        changes.pop("body_sha", sha256_hex(body)),
        who.device,
        who.inc,
        nonce,
    )
    key = SigningKey(bytes.fromhex(changes.pop("key", who.key.secret.hex())))
    headers = {
        endpoints.DEVICE: who.device,
        endpoints.INCARNATION: who.inc,
        endpoints.NONCE: nonce,
        endpoints.SIGNATURE: key.sign(signed),
        **{name.replace("_", "-"): value for name, value in changes.items()},
    }
    return requests.request(method, laptop.url + target, data=body, headers=headers, timeout=20)


def push_body(laptop: Laptop, *items: Any) -> bytes:
    who = laptop.identity
    message = {"proto": 1, "epoch": "", "device": who.device, "inc": who.inc, "items": list(items)}
    return json.dumps(message).encode()


def number(reply: requests.Response) -> str:
    assert reply.headers["Content-Type"] == CONTENT_TYPE
    body = reply.json()
    assert body["status"] == reply.status_code
    return str(body["number"])


# ---------------------------------------------------------------------------------------------- the way in


@ONE_DATABASE
def test_hello_names_protocols_limits_programs_and_forms(url: str, office: Office) -> None:
    hello = HttpTransport(url).hello()
    assert hello.proto == [1]
    assert hello.limits.max_ops == 200
    assert hello.forms == {PROGRAM: {"umkm": ["1"]}}
    assert hello.programs == {PROGRAM: office.rules.content_sha256}
    assert hello.age_recipient.startswith("age1")


def test_a_code_enrols_one_laptop_and_the_same_laptop_may_ask_again(url: str, office: Office) -> None:
    code = office.accounts.issue_code(DESA, "")
    laptop = Laptop.enrol(url, code)
    with office.database.read() as work:
        stored = work.devices.get(laptop.identity.device)
    assert stored is not None
    assert (stored.unit, stored.key) == (DESA, laptop.identity.key.public_hex)
    with pytest.raises(SidumbaError, match=r"auth\.enrolment_code"):
        Laptop.enrol(url, code)
    with pytest.raises(SidumbaError, match=r"auth\.enrolment_code"):
        Laptop.enrol(url, "AAAA-BBBB-CCCC")
    late = office.accounts.issue_code(DESA, "")
    office.clock.advance(73 * 3600)
    with pytest.raises(SidumbaError, match=r"auth\.enrolment_code"):
        Laptop.enrol(url, late)


def test_a_session_tells_what_its_person_may_read(office: Office, laptop: Laptop) -> None:
    office.must(office.open_period())
    reply = laptop.sign_in(account("petugas"))
    assert [(scope.unit, scope.unit_name) for scope in reply.scopes] == [(DESA, "Halong")]
    assert [(grant.role, grant.unit) for grant in reply.grants] == [("petugas", DESA)]
    assert reply.periods == {PROGRAM: "2026"}
    assert office.people["kepala_dinas"].id in reply.people
    kadis = laptop.sign_in(account("kepala_dinas"))
    assert len(kadis.scopes) == 4


@ONE_DATABASE
def test_ten_wrong_passwords_close_the_laptop_for_five_minutes(office: Office, laptop: Laptop) -> None:
    key = SigningKey.generate().public_hex

    def attempt(username: str, password: str) -> None:
        laptop.line().session(SessionRequest(proto=1, username=username, password=password, user_key=key))

    for n in range(10):
        with pytest.raises(SidumbaError, match=r"auth\.wrong_passphrase"):
            attempt("petugas" if n % 2 else "tidak ada", "salah sekali saja")
    with pytest.raises(SidumbaError, match=r"auth\.locked_out"):
        attempt("petugas", "kata sandi petugas")
    office.clock.advance(301)
    attempt("petugas", "kata sandi petugas")


@ONE_DATABASE
def test_an_account_of_ones_own_buys_no_more_guesses(office: Office, laptop: Laptop) -> None:
    """Nine guesses, one right password of one's own, nine guesses ...: the tenth wrong one closes the door."""
    key = SigningKey.generate().public_hex
    for n in range(10):
        guess = SessionRequest(proto=1, username="admin_desa", password=f"tebakan ke-{n} ini", user_key=key)
        with pytest.raises(SidumbaError, match=r"auth\.wrong_passphrase"):
            laptop.line().session(guess)
        if n < 9:
            laptop.sign_in(account("petugas"))
    with pytest.raises(SidumbaError, match=r"auth\.locked_out"):
        laptop.sign_in(account("petugas"))
    office.clock.advance(301)
    laptop.sign_in(account("petugas"))


def test_a_stranger_leaves_no_trace_in_the_tables(url: str, office: Office) -> None:
    for _ in range(3):
        with pytest.raises(SidumbaError, match=r"auth\.enrolment_code"):
            Laptop.enrol(url, "AAAA-BBBB-CCCC")
    with office.database.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM nonce").scalar_one() == 0


def test_an_old_enrolment_shown_again_brings_no_old_recovery_code_back(
    url: str, office: Office, laptop: Laptop
) -> None:
    who = laptop.identity
    code = office.accounts.issue_code(DESA, "")
    message = {
        "proto": 1,
        "code": code,
        "device": new_id(SystemClock()),
        "inc": who.inc,
        "name": "Laptop",
        "device_key": who.key.public_hex,
        "recovery_sealed": "old",
    }
    other = Laptop(url, DeviceIdentity(str(message["device"]), who.inc, who.key))
    body = json.dumps(message).encode()
    nonce = new_id(SystemClock())
    assert raw(other, "POST", endpoints.ENROL, body, nonce=nonce).status_code == 200
    with office.database.write() as work:
        work.devices.set_recovery(other.identity.device, "new")
    assert number(raw(other, "POST", endpoints.ENROL, body, nonce=nonce)) == "409.2"
    assert raw(other, "POST", endpoints.ENROL, body).status_code == 200, "its first answer may have been lost"
    with office.database.read() as work:
        stored = work.devices.get(other.identity.device)
    assert stored is not None
    assert stored.recovery_sealed == "new"
    office.clock.advance(73 * 3600)
    assert number(raw(other, "POST", endpoints.ENROL, body)) == "403.1"


def test_texts_no_table_can_hold_are_told_so_at_every_door(office: Office, laptop: Laptop) -> None:
    key = SigningKey.generate().public_hex
    signing = {"proto": 1, "username": "a\x00", "password": "kata sandi saja", "user_key": key}
    assert number(raw(laptop, "POST", endpoints.SESSION, json.dumps(signing).encode())) == "400.1"
    mine = {"Authorization": f"Bearer {laptop.sessions['petugas'].token}"}
    sealed_code = json.dumps({"recovery_sealed": "\x00"}).encode()
    assert number(raw(laptop, "POST", endpoints.ESCROW, sealed_code, **mine)) == "400.1"
    assert number(raw(laptop, "GET", "/v1/snapshot/%00", **mine)) == "403.2"
    target = f"/v1/snapshot/{office.vid()}?after=%00"
    assert number(raw(laptop, "GET", target, **mine)) == "400.1"
    assert number(raw(laptop, "GET", f"/v1/att/{SHA}%0A")) == "404.1"


@ONE_DATABASE
def test_a_forged_altered_or_repeated_request_is_refused(office: Office, laptop: Laptop) -> None:
    body = push_body(laptop, edit(laptop).payload())
    stranger = SigningKey.generate().secret.hex()
    assert number(raw(laptop, "POST", endpoints.PUSH, body, key=stranger)) == "401.4"
    assert number(raw(laptop, "POST", endpoints.PUSH, body, body_sha="0" * 64)) == "401.4"
    assert number(raw(laptop, "POST", endpoints.PUSH, body, signed_target="/v1/pull")) == "401.4"
    nonce = new_id(SystemClock())
    assert raw(laptop, "POST", endpoints.PUSH, body, nonce=nonce).status_code == 200
    assert number(raw(laptop, "POST", endpoints.PUSH, body, nonce=nonce)) == "409.2"


@ONE_DATABASE
def test_unknown_and_withdrawn_laptops_are_turned_away_before_their_body_is_read(
    office: Office, laptop: Laptop
) -> None:
    clock = SystemClock()
    stranger = Laptop(laptop.url, DeviceIdentity(new_id(clock), new_id(clock), SigningKey.generate()))
    assert number(raw(stranger, "POST", endpoints.PUSH, b"x" * 1_000_000)) == "401.1"
    with office.database.write() as work:
        work.devices.set_state(laptop.identity.device, DeviceState.REVOKED)
    assert number(raw(laptop, "POST", endpoints.PUSH, b"x" * 1_000_000)) == "403.6"


@ONE_DATABASE
def test_a_body_beyond_the_limit_is_refused_packed_or_not(laptop: Laptop) -> None:
    assert number(raw(laptop, "POST", endpoints.PUSH, b"x" * (endpoints.MAX_BODY + 1))) == "413.1"
    for name, packed in PACKED.items():
        bomb = packed(b" " * 200_000_000)
        assert len(bomb) < 300_000
        assert number(raw(laptop, "POST", endpoints.PUSH, bomb, Content_Encoding=name)) == "413.1"
        assert number(raw(laptop, "POST", endpoints.PUSH, b"nonsense", Content_Encoding=name)) == "400.1"
    assert number(raw(laptop, "POST", endpoints.PUSH, b"{}", Content_Encoding="br")) == "400.1"


@ONE_DATABASE
@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"proto":1}', b"[" * 100_000, b'{"proto":NaN}'])
def test_what_is_no_message_is_told_so(laptop: Laptop, body: bytes) -> None:
    assert number(raw(laptop, "POST", endpoints.PUSH, body)) == "400.1"


@ONE_DATABASE
def test_a_protocol_nobody_speaks_is_refused(laptop: Laptop) -> None:
    body = push_body(laptop).replace(b'"proto": 1', b'"proto": 99')
    assert number(raw(laptop, "POST", endpoints.PUSH, body)) == "400.2"


@ONE_DATABASE
def test_too_many_items_are_refused(laptop: Laptop) -> None:
    assert number(raw(laptop, "POST", endpoints.PUSH, push_body(laptop, *[{}] * 201))) == "400.1"


@ONE_DATABASE
def test_another_host_name_and_another_path_lead_nowhere(url: str) -> None:
    assert number(requests.get(url + "/v1/hello", headers={"Host": "evil.example"}, timeout=10)) == "404.1"
    assert number(requests.get(url + "/docs", timeout=10)) == "404.1"
    assert number(requests.get(url + "/openapi.json", timeout=10)) == "404.1"
    assert number(requests.delete(url + "/v1/hello", timeout=10)) == "404.1"


# ---------------------------------------------------------------------------------------------- push and pull


def test_a_push_is_receipted_and_tells_heads_and_highest_number(laptop: Laptop) -> None:
    first, second = laptop.push(edit(laptop), edit(laptop)), laptop.push(edit(laptop))
    assert [result.st for result in first.results] == [OpStatus.APPLIED] * 2
    assert (first.receipt, second.receipt) == ("TT-0001", "TT-0002")
    assert (first.dseq, second.dseq) == (2, 3)
    assert next(iter(second.heads.values())).seq == 3


def test_one_unreadable_place_does_not_cost_the_others_their_answer(office: Office, laptop: Laptop) -> None:
    for odd in ("\x00", "\ud800", {"a": 1}, None):
        good = edit(laptop)
        body = push_body(laptop, {**edit(laptop).payload(), "vid": odd}, good.payload())
        reply = unseal(raw(laptop, "POST", endpoints.PUSH, body).json())
        assert [result["st"] for result in reply["results"]] == ["rejected", "applied"]
        assert list(reply["heads"]) == [office.vid()]


def test_a_push_tells_no_heads_of_feeds_it_does_not_stand_in(office: Office, laptop: Laptop) -> None:
    foreign = office.vid(DESA_2)
    reply = laptop.push(edit(laptop, unit=DESA_2), edit(laptop))
    assert [result.code for result in reply.results] == ["op.outside_area", ""]
    assert foreign not in reply.heads


def test_a_right_that_ended_between_two_pulls_reads_nothing_more(office: Office, laptop: Laptop) -> None:
    until = iso(office.clock.now() + timedelta(hours=1))
    office.hire("plt", "admin_desa", DESA, valid_to=until)
    laptop.sign_in({**account("plt"), "role": "plt"})
    laptop.push(edit(laptop, set={"nama": "A", "foto": f"{SHA}.jpg"}))
    laptop.line().att_write(SHA, 0, len(DATA), DATA)
    assert pull(laptop, "plt", {office.vid(): (0, GENESIS)}).feeds[0].entries
    laptop.line("plt").att_read(SHA, lambda piece: None)
    office.clock.advance(3601)
    reply = pull(laptop, "plt", {office.vid(): (0, GENESIS)})
    assert (reply.feeds, reply.scopes, reply.people) == ([], [], {})
    with pytest.raises(SidumbaError, match=r"auth\.not_permitted"):
        laptop.line("plt").snapshot(office.vid(), "")
    with pytest.raises(SidumbaError, match=r"attachment\.missing"):
        laptop.line("plt").att_read(SHA, lambda piece: None)
    assert laptop.answers(edit(laptop, role="plt"))[0].code == "op.wrong_role"


def test_an_account_or_laptop_shut_out_in_mid_session_is_out_at_once(office: Office, laptop: Laptop) -> None:
    user = office.people["petugas"].id
    with office.database.write() as work:
        work.people.set_active(user, False)
    with pytest.raises(SidumbaError, match=r"auth\.session_expired"):
        pull(laptop, "petugas", {})
    assert laptop.answers(edit(laptop))[0].code == "op.wrong_role"
    with pytest.raises(SidumbaError, match=r"auth\.wrong_passphrase"):
        laptop.sign_in(account("petugas"))
    with office.database.write() as work:
        work.people.set_active(user, True)
        work.devices.set_state(laptop.identity.device, DeviceState.SUSPENDED)
    with pytest.raises(SidumbaError, match=r"auth\.device_suspended"):
        pull(laptop, "petugas", {})


def test_a_push_needs_no_session_a_pull_does(office: Office, laptop: Laptop) -> None:
    office.clock.advance(13 * 3600)
    assert laptop.answers(edit(laptop))[0].st is OpStatus.APPLIED
    with pytest.raises(SidumbaError, match=r"auth\.session_expired"):
        laptop.line("petugas").pull(PullRequest(proto=1, epoch="", cursors={}))
    with pytest.raises(SidumbaError, match=r"auth\.session_expired"):
        laptop.line().pull(PullRequest(proto=1, epoch="", cursors={}))


@ONE_DATABASE
def test_a_session_opens_nothing_from_another_laptop(office: Office, laptop: Laptop, url: str) -> None:
    other = Laptop.enrol(url, office.accounts.issue_code(DESA, ""))
    other.sessions = laptop.sessions
    with pytest.raises(SidumbaError, match=r"auth\.session_expired"):
        other.line("petugas").pull(PullRequest(proto=1, epoch="", cursors={}))


def pull(
    laptop: Laptop, role: str, cursors: dict[str, tuple[int, str]], epoch: str = "", limit: int = 262_144
):
    heads = {vid: HeadMessage(seq=seq, hash=found) for vid, (seq, found) in cursors.items()}
    return laptop.line(role).pull(PullRequest(proto=1, epoch=epoch, cursors=heads, limit_bytes=limit))


def test_a_pull_brings_what_lies_behind_the_cursor_in_order_page_by_page(
    office: Office, laptop: Laptop
) -> None:
    laptop.push(*[edit(laptop, set={"nama": "x" * 900}) for _ in range(12)])
    vid, cursor, seqs, pages = office.vid(), (0, GENESIS), [], 0
    while True:
        reply = pull(laptop, "petugas", {vid: cursor}, limit=4096)
        page = reply.feeds[0]
        seqs += [entry.seq for entry in page.entries]
        pages += 1
        if page.entries:
            cursor = (page.entries[-1].seq, page.entries[-1].hash)
        if not page.more:
            break
    assert seqs == list(range(1, 13))
    assert pages > 2
    assert pull(laptop, "petugas", {vid: cursor}).feeds[0].entries == []


def test_nobody_reads_a_feed_outside_his_grants_whatever_he_asks_for(office: Office, laptop: Laptop) -> None:
    office.at_state("draf", vid=office.vid(DESA_2))
    reply = pull(laptop, "petugas", {office.vid(DESA_2): (0, GENESIS), office.vid("63.11"): (0, GENESIS)})
    assert reply.feeds == []
    assert [scope.unit for scope in reply.scopes] == [DESA]
    with pytest.raises(SidumbaError, match=r"auth\.not_permitted"):
        laptop.line("petugas").snapshot(office.vid(DESA_2), "")
    with pytest.raises(SidumbaError, match=r"auth\.not_permitted"):
        laptop.line("petugas").snapshot(new_id(SystemClock()), "")


def test_a_cursor_the_server_does_not_know_is_told_to_rewind(office: Office, laptop: Laptop) -> None:
    laptop.push(edit(laptop), edit(laptop))
    vid = office.vid()
    for cursor in ((9, "1" * 64), (1, "1" * 64), (2, "1" * 64), (0, "1" * 64)):
        page = pull(laptop, "petugas", {vid: cursor}).feeds[0]
        assert page.rewound, cursor
        assert page.entries == []
    assert pull(laptop, "petugas", {vid: (0, GENESIS)}, epoch="another").feeds[0].rewound
    assert not pull(laptop, "petugas", {vid: (0, GENESIS)}).feeds[0].rewound


def test_a_snapshot_page_by_page_equals_what_is_stored(office: Office, laptop: Laptop) -> None:
    rids = [office.at_state("draf", fields={"nama": "x" * 1500}).rid for _ in range(205)]
    found, after, pages = [], "", 0
    while True:
        page = laptop.line("petugas").snapshot(office.vid(), after)
        found += [record.to_record() for record in page.records]
        assert (page.total, page.left) == (205, 205 - len(found))
        pages += 1
        after = page.after
        if not after:
            break
    assert pages >= 2
    assert [record.rid for record in found] == sorted(rids)
    assert found[0] == office.stored(found[0].rid)


def test_a_snapshot_brings_the_proposals_nobody_has_settled(office: Office, laptop: Laptop) -> None:
    record = office.at_state("terpilah")
    office.at_state("terpilah")
    held = [edit(laptop, record.rid, set={"nama": name}, base_rev=1) for name in ("A", "B", "C")]
    assert {one.st for one in laptop.answers(*held)} == {OpStatus.HELD}
    office.must(office.edit("admin_desa", record.rid, {f"@settled/{held[1].op}": "kept"}, base=1))
    page = laptop.line("petugas").snapshot(office.vid(), "")
    assert [(p.rid, p.op, p.set, p.reason) for p in page.proposals] == [
        (record.rid, op.op, dict(op.set), "held") for op in (held[0], held[2])
    ]
    told = pull(laptop, "petugas", {office.vid(): (0, GENESIS)}).feeds[0].entries
    assert {p.seq for p in page.proposals} <= {e.seq for e in told if e.kind.value == "proposal"}
    office.service.erase(record.rid, "permintaan")
    assert laptop.line("petugas").snapshot(office.vid(), "").proposals == []


def test_proposals_count_for_the_size_of_a_snapshots_page(office: Office, laptop: Laptop) -> None:
    rids = [office.at_state("terpilah").rid for _ in range(4)]
    for rid in rids:
        held = [edit(laptop, rid, set={"nama": str(n) + "x" * 19_000}, base_rev=1) for n in range(5)]
        laptop.push(*held)
    found, after, pages = [], "", 0
    while True:
        page = laptop.line("petugas").snapshot(office.vid(), after)
        found += [proposal.rid for proposal in page.proposals]
        after, pages = page.after, pages + 1
        if not after:
            break
    assert pages > 1
    assert sorted(found) == sorted(rids * 5)


def test_an_erased_payload_travels_as_nothing(office: Office, laptop: Laptop) -> None:
    op = edit(laptop)
    laptop.push(op)
    office.service.erase(op.rid, "permintaan")
    entries = pull(laptop, "petugas", {office.vid(): (0, GENESIS)}).feeds[0].entries
    assert (entries[0].payload, entries[0].salt) == (None, "")
    assert entries[1].payload is not None


@ONE_DATABASE
def test_every_reply_carries_its_digest(laptop: Laptop) -> None:
    reply = raw(laptop, "POST", endpoints.PUSH, push_body(laptop, edit(laptop).payload()))
    assert unseal(reply.json())["receipt"] == "TT-0001"


# ---------------------------------------------------------------------------------------------- files


DATA = bytes(range(256)) * 400
SHA = sha256_hex(DATA)


def test_a_file_arrives_in_pieces_and_resumes_where_it_stood(office: Office, laptop: Laptop) -> None:
    line = laptop.line()
    op = edit(laptop, set={"foto": f"{SHA}.jpg"})
    laptop.push(op)
    half = len(DATA) // 2
    assert line.att_status(SHA).offset == 0
    assert line.att_write(SHA, 0, len(DATA), DATA[:half]).offset == half
    with pytest.raises(SidumbaError, match=r"wire\.offset") as told:
        line.att_write(SHA, 0, len(DATA), DATA[:half])
    assert told.value.params["offset"] == str(half)
    assert not line.att_status(SHA).done
    with pytest.raises(SidumbaError, match=r"attachment\.missing"):
        laptop.line("petugas").att_read(SHA, lambda piece: None)
    assert line.att_write(SHA, half, len(DATA), DATA[half:]).done
    assert line.att_status(SHA).done
    kinds = [
        entry.kind.value for entry in pull(laptop, "petugas", {office.vid(): (0, GENESIS)}).feeds[0].entries
    ]
    assert kinds == ["edit", "file"]
    pieces: list[bytes] = []
    laptop.line("petugas").att_read(SHA, pieces.append)
    assert b"".join(pieces) == DATA
    assert laptop.line("petugas").snapshot(office.vid(), "").files == [f"{SHA}.jpg"]


def test_a_file_nobody_of_mine_refers_to_is_not_mine_to_read(office: Office, laptop: Laptop) -> None:
    laptop.line().att_write(SHA, 0, len(DATA), DATA)
    with pytest.raises(SidumbaError, match=r"attachment\.missing"):
        laptop.line("petugas").att_read(SHA, lambda piece: None)


@ONE_DATABASE
def test_a_piece_that_changed_on_the_way_is_not_kept(laptop: Laptop) -> None:
    target = endpoints.ATT.format(sha=SHA)
    given = {
        endpoints.OFFSET: "0",
        endpoints.TOTAL: str(len(DATA)),
        endpoints.CHUNK_SHA: sha256_hex(b"other"),
    }
    reply = raw(laptop, "PATCH", target, DATA[:100], body_sha=sha256_hex(b"other"), **given)
    assert number(reply) == "460.1"
    assert laptop.line().att_status(SHA).offset == 0


@ONE_DATABASE
def test_bytes_that_are_another_file_begin_anew(laptop: Laptop) -> None:
    wrong = bytes(len(DATA))
    with pytest.raises(SidumbaError, match=r"wire\.offset") as told:
        laptop.line().att_write(SHA, 0, len(DATA), wrong)
    assert told.value.params["offset"] == "0"
    assert laptop.line().att_write(SHA, 0, len(DATA), DATA).done


@ONE_DATABASE
def test_a_file_or_piece_beyond_the_limit_is_refused(laptop: Laptop) -> None:
    with pytest.raises(SidumbaError, match=r"attachment\.too_big"):
        laptop.line().att_write(SHA, 0, endpoints.MAX_FILE + 1, DATA)
    with pytest.raises(SidumbaError, match=r"wire\.body_too_big"):
        laptop.line().att_write(SHA, 0, endpoints.MAX_FILE, bytes(endpoints.MAX_CHUNK + 1))


@ONE_DATABASE
def test_what_is_no_hash_leads_nowhere(laptop: Laptop) -> None:
    assert number(raw(laptop, "GET", "/v1/att/../../etc/passwd")) == "404.1"
    assert number(raw(laptop, "GET", "/v1/att/XYZ")) == "404.1"


# ---------------------------------------------------------------------------------------------- escrow


@ONE_DATABASE
def test_the_escrowed_recovery_code_is_replaced_only_by_a_signed_in_person(
    office: Office, laptop: Laptop
) -> None:
    with pytest.raises(SidumbaError, match=r"auth\.session_expired"):
        laptop.line().escrow(EscrowRequest(recovery_sealed="new"))
    laptop.line("petugas").escrow(EscrowRequest(recovery_sealed="new"))
    with office.database.read() as work:
        stored = work.devices.get(laptop.identity.device)
    assert stored is not None
    assert stored.recovery_sealed == "new"


# ---------------------------------------------------------------------------------------------- faults of ours


def test_the_log_of_a_fault_tells_where_but_never_whose_data(capsys: pytest.CaptureFixture[str]) -> None:
    logger = logging.Logger("sidumba_server.test")
    handler = logging.StreamHandler()
    handler.setFormatter(DiscreetFormatter("%(message)s"))
    logger.addHandler(handler)
    try:
        try:
            raise ValueError("NIK 6311020101900001")
        except ValueError as error:
            raise RuntimeError("Siti Aminah") from error
    except RuntimeError:
        logger.exception("stopped")
    told = capsys.readouterr().err
    assert "test_http.py" in told
    assert "RuntimeError" in told
    assert "ValueError" in told
    assert "6311020101900001" not in told.replace('raise ValueError("NIK 6311020101900001")', "")
    assert "Siti Aminah" not in told.replace('raise RuntimeError("Siti Aminah")', "")


@ONE_DATABASE
@pytest.mark.expects_log("sidumba_server.api", "ERROR", "stopped by")
def test_a_fault_of_ours_is_a_numbered_problem_and_a_line_in_the_log(
    office: Office, laptop: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("server_stub.api.sync.answer_push", broken)
    assert number(raw(laptop, "POST", endpoints.PUSH, push_body(laptop))) == "500.1"
