"""What is left for somebody without the right: nothing of a specific answer, everything else as it was."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sidumba_field.core.records import Record, Remark
from sidumba_field.core.withheld import is_specific, open_fields, open_payload, open_record, withheld_files

SPECIFIC = frozenset({"usaha/omzet", "usaha/produk/harga"})
PATHS = (
    *(
        "usaha/omzet",
        "usaha/produk[a1]/harga",
        "@reason/usaha/omzet",
        "@why/usaha/produk[a1]/harga",
        "@answer/1.0",
    ),
    *(
        "usaha/nama",
        "usaha/produk[a1]/nama",
        "usaha/produk[a1]",
        "@reason/usaha/nama",
        "@period",
        "@settled/1",
    ),
)
HIDDEN = frozenset(PATHS[:5])
_fields = st.dictionaries(st.sampled_from(PATHS), st.text(min_size=1, max_size=5))


@given(fields=_fields)
def test_exactly_the_specific_paths_go(fields: dict[str, str]) -> None:
    left = open_fields(fields, SPECIFIC)
    assert left == {path: value for path, value in fields.items() if path not in HIDDEN}
    assert open_fields(fields, frozenset()) == fields


@given(fields=_fields, remarked=st.sampled_from(["", *PATHS]))
def test_a_record_keeps_everything_else(fields: dict[str, str], remarked: str) -> None:
    remark = Remark("1.0", remarked, "kata", "b", "Budi", "", 2)
    record = Record(
        "r", "v", "p", "record", "f", "1", "draf", 3, fields, dict.fromkeys(fields, 1), remarks=(remark,)
    )
    left = open_record(record, SPECIFIC)
    assert set(left.fields) == set(left.field_revs) == set(fields) - HIDDEN
    assert (left.remarks[0].text == "") == is_specific(remarked, SPECIFIC)
    assert (left.state, left.rev, left.rid) == (record.state, record.rev, record.rid)
    assert open_record(record, frozenset()) is record


def test_a_payload_without_anything_specific_is_the_very_same() -> None:
    payload: dict[str, Any] = {
        "set": {"usaha/nama": "x"},
        "remarks": [{"path": "", "text": "y"}],
        "flags": ["usaha/nama"],
    }
    assert open_payload(payload, SPECIFIC) is payload


def test_sets_flags_and_remarks_of_a_payload_are_emptied() -> None:
    payload: dict[str, Any] = {
        "set": {"usaha/omzet": "1", "usaha/nama": "x"},
        "was": {"usaha/omzet": "0"},
        "flags": ["usaha/omzet", "usaha/nama"],
        "remarks": [{"path": "usaha/omzet", "text": "salah: 1"}, {"path": "usaha/nama", "text": "salah"}],
    }
    left = open_payload(payload, SPECIFIC)
    assert left["set"] == {"usaha/nama": "x"}
    assert (left["was"], left["flags"]) == ({}, ["usaha/nama"])
    assert [one["text"] for one in left["remarks"]] == ["", "salah"]
    assert payload["set"]["usaha/omzet"] == "1"


def test_a_file_is_hidden_when_only_specific_answers_name_it() -> None:
    fields = {"usaha/omzet": "a.jpg", "usaha/nama": "b.jpg", "usaha/produk[a1]/harga": "b.jpg"}
    assert withheld_files(fields, SPECIFIC) == {"a.jpg"}
