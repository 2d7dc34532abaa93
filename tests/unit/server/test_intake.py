"""Laws of reading an item: what is remembered of earlier items never decides about a later one."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server_stub.store.records import revs_text
from server_stub.workflow.intake import PATH, read_item
from sidumba_field.core.canonical import canonical, sha256_hex
from sidumba_field.core.ids import derived_id

PIECES = [
    "a",
    "usaha",
    "produk",
    "x-1",
    "[x]",
    "[",
    "]",
    "/",
    "@",
    "@why/",
    "é",
    " ",
    "\n",
    "1",
    "_",
    "[a][b]",
    "[é]",
]
PATHS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=7).map("".join)


def item(**members: Any) -> dict[str, Any]:
    plain = {
        "op": derived_id("op"),
        "vid": derived_id("v"),
        "rid": derived_id("r"),
        "by": derived_id("by"),
        "dseq": 1,
    }
    return {**plain, "kind": "edit", "program": "p", "at": "2026-11-21T04:00:00.000Z", **members}


@given(st.lists(PATHS, min_size=1, max_size=4))
def test_a_path_is_right_by_its_spelling_alone(paths: list[str]) -> None:
    for _ in range(2):
        read = read_item(item(set=dict.fromkeys(paths, "1")), "device")
        is_right = all(re.fullmatch(PATH, path) for path in paths)
        assert (read.op is not None) is is_right
        assert is_right or dict(read.params)["field"] in ("path", "text")


@pytest.mark.parametrize("text", ["\x00", "\x1f", "\ud800", "\ufffe", "\uffff", "a\x08"])
@pytest.mark.parametrize("member", ["set", "was", "remarks", "remark", "form"])
def test_signs_no_form_can_carry_are_refused_wherever_they_stand(text: str, member: str) -> None:
    value = {"a": text} if member in ("set", "was", "remarks") else text
    assert read_item(item(**{member: value}), "device").op is None


@pytest.mark.parametrize("text", ["\\", '"', "\n\t", "é", "中", "a\\u0000", ""])
def test_all_other_signs_are_kept_as_they_came(text: str) -> None:
    raw = item(set={"a": text, "b": "1"})
    read = read_item(raw, "device")
    assert read.op is not None
    assert dict(read.op.set) == {"a": text, "b": "1"}
    assert read.received.body == canonical(raw).decode()
    assert read.received.digest == sha256_hex(canonical(raw))


@given(st.dictionaries(st.text(max_size=5), st.integers(1, 3), max_size=6), st.integers(1, 30))
def test_revisions_are_spelled_as_ever(revs: dict[str, int], rev: int) -> None:
    for one in (revs, dict.fromkeys(revs, rev)):
        assert revs_text(one) == canonical(one).decode()
