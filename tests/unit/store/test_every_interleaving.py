"""Every order of a few answers on three laptops: all end equal, no value disappears, nobody clashes with himself.

Short stories are all told, every day; the four-answer ones by ``run.py soak``. A law that finds nothing may be blind:
planted faults have to be found by the very same stories.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidumba_field.core import merge
from sidumba_field.core.merge import GroupOf, Merge, alone
from sidumba_field.store import overlay
from tests.helpers.interleaving import FIELDS, LAPTOPS, PAIRED, Broken, Step, World, stories

VALUES = ("1", "2", "")
SYNCS: tuple[tuple[Step, ...], ...] = ((), *(((("sync", one),)) for one in range(LAPTOPS)))
TORN: tuple[tuple[Step, ...], ...] = (
    (),
    *(((what, one),) for what in ("sync", "lost", "push", "pull") for one in range(LAPTOPS)),
)
#: The same value from two laptops, then another from the one that came second, who has read the first one's by then.
EQUAL_THEN_CHANGED: list[Step] = [
    ("type", 1, "c", "2"),
    ("type", 2, "c", "2"),
    ("sync", 2),
    ("push", 1),
    ("type", 1, "c", ""),
    ("pull", 1),
]
#: Two own answers to one question, the second before the first came back.
TWICE: list[Step] = [("type", 1, "c", "2"), ("push", 1), ("type", 1, "c", "1")]
#: Merge groups of the form, and the fields that differ by name only.
FORMS = {"alone": (alone, FIELDS), "paired": (PAIRED, ("b", "c"))}

TYPE = st.tuples(
    st.just("type"), st.integers(0, LAPTOPS - 1), st.sampled_from(FIELDS), st.sampled_from(VALUES)
)
LINE = st.tuples(st.sampled_from(["sync", "push", "pull", "lost"]), st.integers(0, LAPTOPS - 1))


@st.composite
def four_answers(draw: st.DrawFn) -> list[Step]:
    story: list[Step] = []
    for _ in range(draw(st.integers(1, 4))):
        story += [draw(TYPE), *draw(st.lists(LINE, max_size=4))]
    return story


def told(form: str, edits: int, gaps: tuple[tuple[Step, ...], ...], part: int = 0, parts: int = 1) -> int:
    """Play every story, or every ``parts``-th from ``part`` on; return how many there were."""
    group_of, alike = FORMS[form]
    chosen = islice(stories(edits, gaps, VALUES, alike), part, None, parts)
    return sum(1 for story in chosen if World(group_of).play(story))


def told_in_parts(form: str, edits: int) -> int:
    """Play every story on all cores."""
    parts = os.cpu_count() or 1
    with ProcessPoolExecutor(parts, multiprocessing.get_context("spawn")) as pool:
        shares = [pool.submit(told, form, edits, SYNCS, part, parts) for part in range(parts)]
        return sum(share.result() for share in shares)


def test_every_story_of_three_answers_holds() -> None:
    assert told("alone", 3, SYNCS) == 5_600


@pytest.mark.parametrize(("form", "number"), [("alone", 260), ("paired", 650)])
def test_every_story_of_two_answers_over_a_torn_line_holds(form: str, number: int) -> None:
    assert told(form, 2, TORN) == number


def test_an_answer_changed_after_somebody_else_gave_the_same_is_ones_own() -> None:
    """Two type the same; the second one then changes his own answer, before or after he has read the first one's."""
    World().play(EQUAL_THEN_CHANGED)
    World().play(TWICE)


@given(four_answers(), st.sampled_from(sorted(FORMS)))
@settings(max_examples=settings().max_examples * 4)
def test_any_interleaving_of_four_answers_holds(story: list[Step], form: str) -> None:
    World(FORMS[form][0]).play(story)


@pytest.mark.soak
@pytest.mark.parametrize(("form", "number"), [("alone", 514_304), ("paired", 1_506_176)])
def test_every_story_of_four_answers_holds(form: str, number: int) -> None:
    assert told_in_parts(form, 4) == number


# ---- planted faults --------------------------------------------------------------------------------------------------

_three_way = merge.three_way


def _nothing_waits(*given: object) -> Merge:
    return Merge(_three_way(*given).applied, {})  # type: ignore[arg-type]


def _last_one_wins(base: int, change: dict[str, str | None], *_: object) -> Merge:
    return Merge(dict(change), {})


def _first_one_wins(base: int, change: dict[str, str | None], *given: object) -> Merge:
    return _three_way(0, change, *given)  # type: ignore[arg-type]


def _by_itself(path: str, group_of: GroupOf = alone) -> str:
    return path


#: What was planted -> where and what; the story that has to notice is found among those of three answers.
FAULTS: dict[str, tuple[tuple[object, str, Callable[..., object]], ...]] = {
    "an equal value is called a difference": ((merge, "_same", lambda left, right: False),),
    "one's own earlier answer is called a difference": (
        (overlay, "known_rev", lambda base_rev, ops: base_rev),
        (overlay, "_own_write", lambda path, written, group_of: 0),
    ),
    "one's own earlier answer is called a difference once it was pulled": (
        (overlay, "_by_unit", lambda written, group_of: {}),
    ),
    "what clashes is thrown away": ((merge, "three_way", _nothing_waits),),
    "the last one wins": ((merge, "three_way", _last_one_wins),),
    "every second answer is a difference": ((merge, "three_way", _first_one_wins),),
    "the base revision is filled in blindly": ((overlay, "_clashing", lambda *given: set()),),
    "a group is torn": ((merge, "unit_of", _by_itself),),
    "a cleared answer stays": (
        (merge, "apply", lambda fields, change: {**fields, **{p: v for p, v in change.items() if v}}),
    ),
}


def _found(form: str) -> Iterator[Broken]:
    group_of, alike = FORMS[form]
    for chosen in (
        [EQUAL_THEN_CHANGED, TWICE],
        stories(2, TORN, VALUES, alike),
        stories(3, SYNCS, VALUES, alike),
    ):
        for story in chosen:
            try:
                World(group_of).play(story)
            except Broken as broken:
                yield broken


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_a_planted_fault_is_found(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name, planted in FAULTS[fault]:
        monkeypatch.setattr(module, name, planted)
    form = "paired" if fault == "a group is torn" else "alone"
    assert next(_found(form), None) is not None
