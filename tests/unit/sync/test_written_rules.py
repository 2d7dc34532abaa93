"""docs/spec/sync.md is the law in words: every name of the code stands on the page, and every name there exists."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path

import pytest

from sidumba_field.core.errors import CODES
from sidumba_field.core.records import FeedKind, OpKind, OpStatus, OutboxState
from sidumba_field.sync import backoff, downloads, pull, push, replies, stages, uploads
from sidumba_field.sync.stages import Stage
from sidumba_field.wire import endpoints


@pytest.fixture(scope="module")
def page(repo_root: Path) -> str:
    return (repo_root / "docs" / "spec" / "sync.md").read_text(encoding="utf-8")


def named(page: str) -> set[str]:
    return set(re.findall(r"`([^`]+)`", page))


@pytest.mark.parametrize("words", [Stage, OpStatus, OutboxState, OpKind, FeedKind])
def test_every_value_of_every_list_is_explained(page: str, words: type[StrEnum]) -> None:
    assert {word.value for word in words} <= named(page)


def test_the_stages_stand_in_their_order(page: str) -> None:
    rows = re.findall(r"^\| `(\w+)` \|", page[page.index("## Stages") : page.index("## Push")], re.M)
    assert rows == [stage.value for stage in Stage]


def test_the_sections_stand_in_their_order(page: str) -> None:
    headings = re.findall(r"^## (\w+)$", page, re.M)
    assert headings == [
        *(
            "Stages",
            "Push",
            "Pull",
            "Files",
            "Sticks",
            "Faults",
            "Lives",
            "Feed",
            "Merge",
            "Deleting",
            "Review",
            "Erasure",
        )
    ]


def test_every_code_on_the_page_is_registered(page: str) -> None:
    rooms = {code.partition(".")[0] for code in CODES}
    spoken = {name for name in named(page) if re.fullmatch(r"[a-z]+\.[a-z_]+", name)}
    codes = {name for name in spoken if name.partition(".")[0] in rooms and not name.endswith((".md", ".py"))}
    assert codes <= set(CODES)
    assert len(codes) > 15


@pytest.mark.parametrize(
    "codes", [stages.ENDS_RUN, stages.AGAIN_AT_ONCE, uploads.HOPELESS, set(replies._BETWEEN.values())]
)
def test_every_code_the_engine_acts_on_is_explained(page: str, codes: set[str]) -> None:
    assert set(codes) <= named(page)


def test_the_figures_on_the_page_are_those_of_the_code(page: str) -> None:
    assert (backoff.FIRST_S, backoff.CEILING_S, backoff.LONGEST_WISH_S) == (5, 15 * 60, 3_600)
    assert (endpoints.MAX_OPS, endpoints.MAX_BATCH_BYTES, endpoints.MAX_PAGE_BYTES) == (
        200,
        256 * 1024,
        256 * 1024,
    )
    assert (endpoints.MIN_CHUNK, endpoints.MAX_CHUNK) == (8 * 1024, 4 * 1024 * 1024)
    assert (push.TARGET_S, push.PATIENCE, stages.TRIES) == (10, 12, 3)
    assert (uploads.TARGET_S, uploads.PATIENCE, downloads.SMALL) == (8, 4, 512 * 1024)
    assert pull.SNAPSHOT_BEYOND == 100
    for words in (
        "at most 200 ops and 256 KB",
        "ten seconds",
        "eight seconds",
        "8 KB to 4 MB",
        "up to 512 KB",
    ):
        assert words in page.replace("\n", " ").replace("   ", " ")
    for words in ("at most 100 entries", "twelve refusals", "three times", "four attempts", "15 minutes"):
        assert words in page.replace("\n", " ")
