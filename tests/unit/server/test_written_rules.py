"""The written rules name every value of the code, and no other: docs/spec/wire.md and the server's half of sync.md."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path

import pytest
from fastapi.routing import APIRoute

from server_stub.api import access, forms, orders, standing, sync, uploads, users
from server_stub.api.bundles import endpoints as bundles
from sidumba_field.core.records import FeedKind, OpKind, OpStatus
from sidumba_field.core.workflow import COMMON_GUARDS
from sidumba_field.wire import endpoints
from sidumba_field.wire.messages import Hello, OpMessage
from sidumba_field.wire.problems import NUMBERS
from sidumba_field.wire.versions import PROTOCOLS

#: Every room of the API.
ROOMS = (sync, standing, users, uploads, orders, access, forms, bundles)


@pytest.fixture(scope="module")
def wire(repo_root: Path) -> str:
    return (repo_root / "docs" / "spec" / "wire.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def rules(repo_root: Path) -> str:
    return (repo_root / "docs" / "spec" / "sync.md").read_text(encoding="utf-8")


def section(text: str, title: str) -> str:
    found = re.search(rf"^## {re.escape(title)}$(.*?)(?=^## |\Z)", text, re.S | re.M)
    assert found, title
    return found[1]


def test_every_problem_stands_there_with_its_number(wire: str) -> None:
    written = re.findall(r"^\| (\d{3}\.\d+) \| `([a-z_.]+)` \|", section(wire, "Problems"), re.M)
    assert {code: number for number, code in written} == NUMBERS


@pytest.mark.parametrize(("kind", "title"), [(OpKind, "Ops"), (OpStatus, "Ops"), (FeedKind, "Entries")])
def test_every_word_of_a_closed_list_is_explained(wire: str, kind: type[StrEnum], title: str) -> None:
    missing = [value.value for value in kind if f"`{value.value}`" not in section(wire, title)]
    assert missing == []


def test_every_endpoint_is_listed_and_every_listed_one_is_served(wire: str) -> None:
    listed = set(re.findall(r"^\| `([A-Z]+) (/\S+)` \|", section(wire, "Endpoints"), re.M))
    routes = [route for room in ROOMS for route in room.router.routes]
    served = {(method, r.path) for r in routes if isinstance(r, APIRoute) for method in r.methods}
    assert listed == served
    named = {
        value for name, value in vars(endpoints).items() if name.isupper() and str(value).startswith("/")
    }
    assert {path for _, path in listed} == named


def test_every_header_is_listed(wire: str) -> None:
    headers = {
        value for name, value in vars(endpoints).items() if name.isupper() and str(value).startswith("X-")
    }
    assert headers == set(re.findall(r"^\| `(X-[A-Za-z0-9-]+)`", section(wire, "Signatures"), re.M))


def test_every_member_of_an_op_is_named(wire: str) -> None:
    everything = section(wire, "Ops") + section(wire, "Entries")
    missing = [name for name in OpMessage.model_fields if f"`{name}`" not in everything]
    assert missing == []
    assert Hello.model_fields


def test_limits_and_protocols_are_the_written_ones(wire: str) -> None:
    assert f"Protocol {max(PROTOCOLS)}." in wire
    limits = section(wire, "Bodies and replies")
    kilo, mega = 1024, 1024 * 1024
    for text in (
        f"{endpoints.MAX_OPS} ops",
        f"{endpoints.MAX_BATCH_BYTES // kilo} KB per batch",
        f"{endpoints.MAX_BODY // mega} MB per body",
        f"{endpoints.MAX_FILE // mega} MB per file",
        f"chunks of {endpoints.MIN_CHUNK // kilo} KB to {endpoints.MAX_CHUNK // mega} MB",
    ):
        assert text in limits


def test_the_rules_of_review_speak_of_the_guards_that_need_the_server(rules: str) -> None:
    review = section(rules, "Review")
    for word in ("exact_content", "exact_digest", "not_author", "within_24h", "attachments_complete"):
        assert word in COMMON_GUARDS
        assert f"`{word}`" in review
