"""What is spelled once is spelled as ever: the short ways to canonical JSON end where the long one does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidumba_field.core.canonical import Spelled, canonical, digest
from sidumba_field.core.merge import apply

NAMES = st.text(max_size=6) | st.sampled_from(["set", "a", "z", '"', "\\", "é", "\n"])
FLAT = st.dictionaries(NAMES, st.text(max_size=6) | st.integers() | st.none() | st.booleans(), max_size=8)
DEEP = st.dictionaries(
    NAMES, st.integers() | st.text(max_size=4) | st.lists(FLAT, max_size=2) | FLAT, max_size=6
)


@given(whole=DEEP, name=NAMES, member=FLAT)
def test_a_member_spelled_before_changes_nothing(
    whole: dict[str, object], name: str, member: dict[str, object]
) -> None:
    spelled = Spelled(member)
    for _ in range(2):
        assert canonical(spelled) == canonical(member)
        assert canonical({**whole, name: spelled}) == canonical({**whole, name: member})
        assert digest({**whole, name: spelled, "zz": spelled}) == digest(
            {**whole, name: member, "zz": member}
        )


@pytest.mark.parametrize("wrong", [1.5, [1.5], {"b": [1.5]}])
def test_a_float_is_refused_wherever_it_stands(wrong: object) -> None:
    for value in (Spelled(a=wrong), {"set": Spelled(a=wrong)}, {"set": Spelled(a="x"), "z": wrong, "a": 1}):
        with pytest.raises(TypeError):
            canonical(value)
        with pytest.raises(TypeError):
            canonical({"set": Spelled(a="x"), "a": wrong})


@given(st.dictionaries(NAMES, st.text(max_size=4) | st.none(), max_size=6))
def test_a_first_save_is_the_record(change: dict[str, str | None]) -> None:
    assert apply({}, Spelled(change)) == apply({}, change)
