"""Laws of ops, hashes and feed links."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidumba_field.core.canonical import canonical, digest
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.ids import derived_id, is_id, new_id
from sidumba_field.core.records import (
    GENESIS,
    FeedEntry,
    FeedKind,
    Op,
    OpKind,
    content_digest,
    content_sha256,
    entry_hash,
    link_hash,
    members_digest,
    payload_digest,
)
from sidumba_field.core.time import FixedClock, iso, parse_iso

CLOCK = FixedClock(datetime(2026, 11, 20, 1, 41, 12, 345000, tzinfo=UTC))


def op(**changes: object) -> Op:
    base = Op(
        op="0192ab00-0000-7000-8000-000000000001",
        vid="0192ab00-0000-7000-8000-000000000002",
        rid="0192ab00-0000-7000-8000-000000000003",
        kind=OpKind.TRANSITION,
        program="p",
        subject="record",
        form="f",
        form_v="1",
        by="u",
        at=iso(CLOCK.now()),
        command="verifikasi",
        expect_state="diajukan",
        expect_rev=3,
        content_sha256="a" * 64,
    )
    return base.with_(**changes)


def test_canonical_json_has_one_spelling() -> None:
    assert canonical({"b": 1, "a": "é"}) == '{"a":"é","b":1}'.encode()
    assert digest({"b": 1, "a": 2}) == digest({"a": 2, "b": 1})


@given(st.text(), st.text(), st.dictionaries(st.text(), st.text(min_size=1)))
def test_fields_that_are_spelled_already_give_the_same_content_hash(
    form: str, version: str, fields: dict[str, str]
) -> None:
    assert content_digest(form, version, canonical(fields).decode()) == content_sha256(form, version, fields)


def test_a_float_is_never_hashed() -> None:
    with pytest.raises(TypeError):
        canonical({"omzet": [1.5]})


def test_an_empty_answer_and_no_answer_are_the_same_content() -> None:
    assert content_sha256("f", "1", {"a": "1", "b": ""}) == content_sha256("f", "1", {"a": "1", "b": None})


def test_the_form_version_is_part_of_the_content() -> None:
    assert content_sha256("f", "1", {"a": "1"}) != content_sha256("f", "2", {"a": "1"})


@pytest.mark.parametrize(
    "change",
    [
        {"command": "kembalikan"},
        {"expect_rev": 4},
        {"content_sha256": "b" * 64},
        {"set": {"usaha/kbli": "10794"}},
    ],
)
def test_a_signature_covers_command_revision_and_content(change: dict[str, object]) -> None:
    assert op().decision_bytes() != op(**change).decision_bytes()


def test_a_signature_does_not_cover_what_transport_sets() -> None:
    assert op().decision_bytes() == op(dseq=9, sig="00").decision_bytes()


def test_an_op_travels_whole() -> None:
    assert op(remarks={"omzet": "cek"}).payload()["remarks"] == {"omzet": "cek"}
    assert "set" not in op().payload()


def test_the_order_of_members_does_not_change_a_batch() -> None:
    one = {"rid": "a", "rev": 1, "sha": "x", "vid": "v"}
    two = {"rid": "b", "rev": 1, "sha": "y", "vid": "v"}
    assert members_digest((one, two)) == members_digest((two, one))
    assert members_digest((one,)) != members_digest((one, two))


def test_an_erased_payload_leaves_the_chain_whole() -> None:
    salt = "00" * 16
    inside = payload_digest(salt, {"nik": "6311024506880003"})
    at = iso(CLOCK.now())
    linked = link_hash(GENESIS, 1, "r", 1, "edit", "o", "u", at, inside)
    erased = FeedEntry("v", 1, GENESIS, linked, "r", 1, FeedKind.EDIT, "o", "u", at, inside, None, "")
    assert entry_hash(erased) == erased.hash


def test_the_salt_hides_what_was_hashed() -> None:
    assert payload_digest("00" * 16, {"nik": "1"}) != payload_digest("11" * 16, {"nik": "1"})


def test_an_id_is_a_uuid_of_version_seven_and_grows_with_time() -> None:
    first = new_id(CLOCK)
    later = FixedClock(datetime(2026, 11, 20, 1, 41, 13, tzinfo=UTC))
    assert is_id(first)
    assert first[14] == "7"
    assert first < new_id(later)
    assert not is_id(first.upper())
    assert (
        derived_id("scope", "p", "63.11")
        == derived_id("scope", "p", "63.11")
        != derived_id("scope", "p", "63.1")
    )


def test_time_has_one_width_and_a_zone() -> None:
    assert iso(CLOCK.now()) == "2026-11-20T01:41:12.345Z"
    assert parse_iso(iso(CLOCK.now())) == CLOCK.now()
    with pytest.raises(ValueError, match="zone"):
        parse_iso("2026-11-20T01:41:12")


def test_an_error_without_a_registered_code_is_a_bug_at_once() -> None:
    with pytest.raises(KeyError):
        SidumbaError("no.such_code")
